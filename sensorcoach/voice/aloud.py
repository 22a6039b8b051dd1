"""Heard in the room: tones on the sound device, sentences by the speech engine, bells where neither is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sensorcoach.coach.phrases import Phrases
from sensorcoach.model import Cue
from sensorcoach.voice import tones
from sensorcoach.voice.bell import RUNG
from sensorcoach.voice.mixer import Lane
from sensorcoach.voice.parts import Parts
from sensorcoach.voice.sounding import is_tone, tone_of, too_late

LAST_WORDS_S: Final = 15.0
"""The summary may be waited for so long when the session has ended."""


class Aloud:
    """An `background.Output`.

    ``find``: opens the device and begins the engine, at the first news of the session: that may take a while. It is
    given what tells whether a sentence that has waited is still worth saying.
    """

    def __init__(
        self,
        phrases: Phrases,
        find: Callable[[Callable[[Cue], bool]], Parts],
        *,
        now_s: Callable[[], float],
        ring: Callable[[], None],
    ) -> None:
        self._phrases, self._find = phrases, find
        self._now_s = now_s
        self._ring = ring
        self._parts: Parts | None = None
        self._muted = False

    def say(self, cue: Cue) -> None:
        """See `Output`."""
        parts = self._found()
        if self._muted or not self._in_time(cue):
            return
        if not is_tone(cue) and parts.speech is not None and parts.speech.alive:
            parts.speech.say(cue, self._phrases.spoken(cue))
        elif parts.device is None:
            if cue.kind in RUNG:
                self._ring()
        elif is_tone(cue):
            in_s = cue.t_s - self._now_s()
            parts.device.play(*tone_of(cue, max(-in_s, 0.0)), in_s)
        else:
            parts.device.play(tones.mark(cue.kind), "speech")

    def end(self, lane: Lane) -> None:
        """See `Output`."""
        device = self._found().device
        if device is not None:
            device.cut(lane)

    def hum(self, speed_dps: float) -> None:
        """See `Output`."""
        device = self._found().device
        if device is not None and not self._muted:
            device.hum(speed_dps)

    def advance(self, t_s: float) -> None:
        """Time passes by itself here."""
        self._found()

    def mute(self, muted: bool) -> None:
        """See `Output`."""
        self._muted = muted
        if muted:
            self.hush()

    def hush(self) -> None:
        """See `Output`."""
        if self._parts is not None:
            if self._parts.speech is not None:
                self._parts.speech.hush()
            if self._parts.device is not None:
                self._parts.device.cut(None)

    def close(self) -> None:
        """See `Output`."""
        if self._parts is not None:
            self._parts.close(LAST_WORDS_S)

    def _found(self) -> Parts:
        if self._parts is None:
            self._parts = self._find(self._in_time)
        return self._parts

    def _in_time(self, cue: Cue) -> bool:
        """Whether it would not be taken for something else by now."""
        return not too_late(cue, self._now_s())
