"""A position in a recording that moves with a clock."""

from __future__ import annotations

import math

from sensorcoach.sources.clock import Clock


class Cursor:
    """Begins paused. Whoever asks says how far it may go: the recording may be known only so far yet."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at_s = 0.0
        self._since_s = clock.now_s()
        self.playing = False
        self.speed = 1.0

    def at_s(self, end_s: float, *, complete: bool) -> float:
        """Where it is, at most at ``end_s``: there it waits for more or, where that is the end, stops."""
        now_s = self._clock.now_s()
        if self.playing:
            passed_s = math.inf if math.isinf(self.speed) else (now_s - self._since_s) * self.speed
            self._at_s = max(self._at_s, min(self._at_s + passed_s, end_s))
            self.playing = not (complete and self._at_s >= end_s)
        self._since_s = now_s
        return self._at_s

    def put(self, t_s: float) -> None:
        """Go on from here."""
        self._at_s, self._since_s = t_s, self._clock.now_s()
