"""Pretend engines: a tone for words, a clock that is set by hand, and cues."""

import threading
from collections.abc import Callable

import numpy as np

from sensorcoach.model import Cue, CueKind, CueLevel
from sensorcoach.voice.tones import RATE_HZ, Sound

WORDS_HZ = 1500.0


class Whistle:
    """Renders every text as half a second of `WORDS_HZ`; keeps what was said."""

    def __init__(self, duration_s: float = 0.5) -> None:
        self.said: list[str] = []
        self._duration_s = duration_s

    def render(self, text: str) -> Sound:
        self.said.append(text)
        t_s = np.arange(round(self._duration_s * RATE_HZ)) / RATE_HZ
        return (0.5 * np.sin(2 * np.pi * WORDS_HZ * t_s)).astype(np.float32)


class Mouth:
    """Says a text until it is let go or hushed; ``deaf``: hangs whatever happens."""

    name = "pretend"

    def __init__(self, deaf: bool = False) -> None:
        self.said: list[str] = []
        self.hushed: list[str] = []
        self.begun = threading.Event()
        self.go = threading.Event()
        self._deaf = deaf

    def speak(self, text: str, hushed: threading.Event) -> None:
        self.said.append(text)
        self.begun.set()
        while not self.go.is_set():
            if hushed.wait(0.001) and not self._deaf:
                self.hushed.append(text)
                return

    def close(self) -> None:
        self.go.set()


class Hand:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.t_s = 0.0

    def now_s(self) -> float:
        return self.t_s

    def sleep_until_s(self, due_s: float) -> None:
        self.t_s = max(self.t_s, due_s)


class Speaker:
    """A sound device that plays when told."""

    name = "pretend"

    def __init__(self) -> None:
        self.block: Callable[[int], Sound] | None = None
        self.closed = False

    def start(self, block: Callable[[int], Sound]) -> None:
        self.block = block

    def played(self, duration_s: float) -> Sound:
        assert self.block is not None
        return self.block(round(duration_s * RATE_HZ))

    def close(self) -> None:
        self.closed = True


def cue(
    t_s: float,
    kind: CueKind,
    phrase: str,
    level: CueLevel = "info",
    known_s: float | None = None,
    delay_s: float = 0.0,
    **values: float | int | str,
) -> Cue:
    return Cue(t_s, t_s if known_s is None else known_s, kind, phrase, level, tuple(values.items()), delay_s=delay_s)


def count(t_s: float, number: int, known_s: float | None = None, delay_s: float = 0.0) -> Cue:
    return cue(t_s, "count", "count", known_s=known_s, delay_s=delay_s, number=number, side="left")
