"""Sentences one after the other, in a thread that may hang without anybody waiting for it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from sensorcoach.model import Cue
from sensorcoach.voice.device import Device
from sensorcoach.voice.espeak import Espeak, SpeechFailed
from sensorcoach.voice.sounding import interrupts

MOST_WAITING: Final = 3
"""A sentence takes a second or two and is too old after 1.5 s: more would only wait to be dropped."""
HANGS_S: Final = 15.0
"""The longest sentences, those of a session's end, take 10 s to say."""
MOST_ENGINES: Final = 3
"""So often an engine is begun: one that fails or hangs again and again is given up."""
GIVEN_UP: Final = "Speech is given up: {why}. Tones go on; choose another voice in the settings, or --no-voice."


class Mouth(Protocol):
    """Says a text aloud."""

    name: str

    def speak(self, text: str, hushed: threading.Event) -> None:
        """Say it; returns when it was said, or soon after ``hushed`` was set.

        Raises:
            SpeechFailed: it cannot be.
        """

    def close(self) -> None:
        """Free what it holds."""


class RenderedMouth:
    """Plays sentences rendered by espeak-ng on our own sound device."""

    name = "espeak-ng"

    def __init__(self, engine: Espeak, device: Device) -> None:
        self._engine, self._device = engine, device

    def speak(self, text: str, hushed: threading.Event) -> None:
        """See `Mouth`."""
        sound = self._engine.render(text)
        if not hushed.is_set():
            self._device.wait_past(self._device.play(sound, "speech"), hushed)
        if hushed.is_set():
            self._device.cut("speech")

    def close(self) -> None:
        """See `Mouth`."""


class SpeechQueue:
    """What is to be said, in order; bounded; something severe, or the next thing to do, interrupts.

    ``worth_saying``: asked when a sentence's turn has come: it may have waited too long. ``given_up``: told once why
    there will be no speech any more. Calls return at once, except `finish`.
    """

    def __init__(
        self,
        mouth: Callable[[], Mouth],
        worth_saying: Callable[[Cue], bool],
        given_up: Callable[[str], None],
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make, self._worth_saying, self._given_up = mouth, worth_saying, given_up
        self._monotonic_s = monotonic_s
        self._waiting: deque[tuple[Cue, str]] = deque()
        self._news = threading.Condition()
        self._engines = 0
        self._mouth: Mouth | None = None
        self._hushed = threading.Event()
        """Ends what is being said."""
        self._since_s: float | None = None
        """When the engine was last asked for something that is not done yet."""
        self._closed = False
        self._begin()

    @property
    def alive(self) -> bool:
        """Whether anything would be said."""
        return not self._closed and self._engines <= MOST_ENGINES

    def say(self, cue: Cue, text: str) -> None:
        """Say it when its turn has come; at once if it interrupts."""
        with self._news:
            if interrupts(cue):
                self._waiting.clear()
                self._hushed.set()
            elif len(self._waiting) >= MOST_WAITING:
                self._waiting.popleft()
            self._waiting.append((cue, text))
            hangs = self._since_s is not None and self._monotonic_s() - self._since_s > HANGS_S
            self._news.notify_all()
        if hangs:
            self._begin_anew("the speech engine hangs")

    def hush(self) -> None:
        """Say nothing of what was to be said, and end what is being said."""
        with self._news:
            self._waiting.clear()
            self._hushed.set()

    def finish(self, longest_s: float) -> None:
        """Wait until all is said, at most so long; then free the engine."""
        with self._news:
            self._news.wait_for(lambda: not self.alive or (self._since_s is None and not self._waiting), longest_s)
            self._closed = True
            self._waiting.clear()
            self._hushed.set()
            self._news.notify_all()
            mouth = self._mouth
        if mouth is not None:
            mouth.close()

    # --- the thread --------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._engines += 1
        self._since_s, self._mouth = self._monotonic_s(), None  # making an engine may hang as well
        threading.Thread(target=self._work, args=(self._engines,), name="speech", daemon=True).start()

    def _begin_anew(self, why: str) -> None:
        """Another engine in another thread; one that hangs is left to itself."""
        with self._news:
            tired = self._engines >= MOST_ENGINES
            if tired:
                self._engines += 1
                self._news.notify_all()
            else:
                self._begin()
        if tired:
            self._given_up(GIVEN_UP.format(why=why))

    def _work(self, number: int) -> None:
        try:
            mouth = self._make()
            with self._news:
                if number != self._engines:
                    return
                self._mouth = mouth
            while (said := self._next(number)) is not None:
                mouth.speak(*said)
        except SpeechFailed as error:
            if number == self._engines and not self._closed:
                self._begin_anew(str(error))

    def _next(self, number: int) -> tuple[str, threading.Event] | None:
        """The next text to say, and what ends it; None when this thread is to end."""
        with self._news:
            while number == self._engines and not self._closed:
                while self._waiting:
                    cue, text = self._waiting.popleft()
                    if self._worth_saying(cue):
                        self._hushed = threading.Event()
                        self._since_s = self._monotonic_s()
                        return text, self._hushed
                self._since_s = None
                self._news.notify_all()
                self._news.wait()
        return None
