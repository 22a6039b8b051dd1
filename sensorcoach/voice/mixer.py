"""Sounds at their places on one grid of samples, handed out block by block."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sensorcoach.voice.tones import FADE_S, RATE_HZ, Sound, faded

Lane = Literal["tone", "breath", "guide", "speech"]

STRUCK_S: Final = 0.25
"""Words that follow from a landing begin when its tone has nearly faded: so long after it was struck."""
DUCKED: Final = 0.3
"""What is left of a breath, a guide or the speed tone while somebody speaks: heard on, but no word is lost in it."""

HUM_LEVEL: Final = 0.1
HUM_LOW_HZ: Final = 200.0
HUM_DPS_AN_OCTAVE: Final = 60.0
"""At rest the tone is at `HUM_LOW_HZ`; each 60 °/s more, the warned speed of a usual drop twice over, is an octave."""
HUM_HIGHEST_OCTAVES: Final = 2.5
HUM_QUIET_DPS: Final = 5.0
"""Slower is still (`settings.PhaseSettings.still_dps`): silence."""
HUM_LASTS_S: Final = 0.5
"""Without news of the speed for this long, the sensor is lost and the tone ends."""
HUM_GLIDE_S: Final = 0.04
"""From one speed to the next: sooner clicks, later lags behind packets of 80 ms."""


@dataclass(slots=True)
class _Placed:
    sound: Sound
    start: int
    lane: Lane

    @property
    def stop(self) -> int:
        return self.start + len(self.sound)


class Mixer:
    """What sounds when. Not for several threads at once.

    ``at``: the next sample that is handed out; what is before can no longer be changed.
    """

    def __init__(self, volume: float) -> None:
        self.at = 0
        self._volume = volume
        self._placed: list[_Placed] = []
        self._hum = _Hum()

    @property
    def end(self) -> int:
        """Behind the last sample of all that is placed."""
        return max((placed.stop for placed in self._placed), default=self.at)

    def place(self, sound: Sound, start: int, lane: Lane) -> int:
        """Let ``sound`` begin at sample ``start``, or as soon as it can. Returns where it ends."""
        start = max(start, self.at)
        if lane == "speech":
            start = self._after_a_tone(start)
        placed = _Placed(sound, start, lane)
        self._placed.append(placed)
        return placed.stop

    def cut(self, lane: Lane | None, at: int) -> None:
        """End what sounds in a lane (None: all) at sample ``at``, softly; what would begin later never does."""
        at = max(at, self.at)
        kept = []
        for placed in self._placed:
            if lane is None or placed.lane == lane:
                if placed.start >= at:
                    continue
                if placed.stop > at:
                    placed.sound = faded(placed.sound, at - placed.start)
            kept.append(placed)
        self._placed = kept

    def hum(self, speed_dps: float) -> None:
        """The roll turns at ``speed_dps`` from now on."""
        self._hum.set(speed_dps, self.at)

    def skip(self, until: int) -> None:
        """Nobody wants the samples before ``until``."""
        self.at = max(self.at, until)
        self._placed = [placed for placed in self._placed if placed.stop > self.at]

    def render(self, n: int) -> Sound:
        """The next ``n`` samples, between -1 and 1."""
        block = self._hum.render(n, self.at)
        self._add(block, {"breath", "guide"})
        for speech in self._placed:
            if speech.lane == "speech":
                block *= _ducking(speech, self.at, n)
        self._add(block, {"tone", "speech"})
        self.skip(self.at + n)
        heard: Sound = np.clip(block * np.float32(self._volume), -1.0, 1.0)
        return heard

    def _add(self, block: Sound, lanes: Collection[Lane]) -> None:
        first, last = self.at, self.at + len(block)
        for placed in self._placed:
            start, stop = max(placed.start, first), min(placed.stop, last)
            if placed.lane in lanes and start < stop:
                block[start - first : stop - first] += placed.sound[start - placed.start : stop - placed.start]

    def _after_a_tone(self, start: int) -> int:
        struck = [placed.start for placed in self._placed if placed.lane == "tone" and placed.start <= start]
        return max([start, *(one + round(STRUCK_S * RATE_HZ) for one in struck)])


def _ducking(speech: _Placed, at: int, n: int) -> Sound:
    """Of ``n`` samples from ``at``: 1 where nothing of it is said."""
    sample = np.arange(at, at + n)
    spoken = np.clip(np.minimum(sample - speech.start, speech.stop - sample) / (FADE_S * RATE_HZ), 0.0, 1.0)
    return np.asarray(1.0 - (1.0 - DUCKED) * spoken, np.float32)


class _Hum:
    """A tone whose pitch follows the speed, gliding."""

    def __init__(self) -> None:
        self._hz = self._to_hz = HUM_LOW_HZ
        self._level = self._to_level = 0.0
        self._turns = 0.0
        self._until = 0

    def set(self, speed_dps: float, at: int) -> None:
        octaves = min(abs(speed_dps) / HUM_DPS_AN_OCTAVE, HUM_HIGHEST_OCTAVES)
        self._to_hz = HUM_LOW_HZ * 2**octaves
        self._to_level = HUM_LEVEL if abs(speed_dps) >= HUM_QUIET_DPS else 0.0
        self._until = at + round(HUM_LASTS_S * RATE_HZ)

    def render(self, n: int, at: int) -> Sound:
        if at < self._until < at + n:
            heard = self.render(self._until - at, at)
            return np.concatenate((heard, self.render(n - len(heard), self._until)))
        if at >= self._until:
            self._to_level = 0.0
        if n == 0 or self._level == self._to_level == 0.0:
            self._hz = self._to_hz
            return np.zeros(n, np.float32)
        glide = np.minimum(np.arange(1, n + 1) / (HUM_GLIDE_S * RATE_HZ), 1.0)
        hz = self._hz + glide * (self._to_hz - self._hz)
        level = self._level + glide * (self._to_level - self._level)
        turns = self._turns + np.cumsum(hz) / RATE_HZ
        self._hz, self._level, self._turns = float(hz[-1]), float(level[-1]), float(turns[-1] % 1.0)
        return (level * np.sin(2 * np.pi * turns)).astype(np.float32)
