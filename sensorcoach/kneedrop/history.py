"""The recent past of a session's motion, addressed by the running number of a sample.

Bounded: everything a decision may look back on (definitions.md A3: 60 s for the centre, 120 s for the longest rep) and no
more. Rows lie in one contiguous buffer, so a slice is a view and costs nothing.
"""

from __future__ import annotations

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.model import Bools, Floats

_COLUMNS = 13


class History:
    """Append blocks of `Motion`; read slices ``[start, end)`` of sample numbers counted from the session's first sample."""

    def __init__(self, keep_s: float, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._keep = max(64, int(keep_s * rate_hz))
        self._rows = np.empty((2 * self._keep, _COLUMNS))
        self._first = 0
        """Sample number of row 0."""
        self._used = 0

    @property
    def start(self) -> int:
        return self._first

    @property
    def end(self) -> int:
        return self._first + self._used

    def append(self, motion: Motion) -> None:
        """``len(motion)`` must not exceed the time kept."""
        n = len(motion)
        if self._used + n > len(self._rows):
            self._forget(n)
        rows = self._rows[self._used : self._used + n]
        rows[:, 0] = motion.t_s
        rows[:, 1:4] = motion.up_sensor
        rows[:, 4:7] = motion.up_rate_sensor
        rows[:, 7] = motion.turn_rate
        rows[:, 8] = motion.dynamic
        rows[:, 9] = motion.noise_rate
        rows[:, 10] = motion.filled
        rows[:, 11] = motion.clipped
        rows[:, 12] = motion.yaw_rate
        self._used += n

    def _forget(self, coming: int) -> None:
        kept = min(self._used, max(self._keep, 0), len(self._rows) - coming)
        gone = self._used - kept
        self._rows[:kept] = self._rows[gone : self._used].copy()
        self._first += gone
        self._used = kept

    def _column(self, column: int | slice, start: int, end: int) -> Floats:
        return self._rows[start - self._first : end - self._first, column]

    def t_s(self, start: int, end: int) -> Floats:
        return self._column(0, start, end)

    def time(self, number: int) -> float:
        return float(self._rows[number - self._first, 0])

    def up(self, start: int, end: int) -> Floats:
        return self._column(slice(1, 4), start, end)

    def up_rate(self, start: int, end: int) -> Floats:
        return self._column(slice(4, 7), start, end)

    def turn_rate(self, start: int, end: int) -> Floats:
        return self._column(7, start, end)

    def dynamic(self, start: int, end: int) -> Floats:
        return self._column(8, start, end)

    def noise_dps(self, number: int) -> float:
        return float(np.degrees(self._rows[number - self._first, 9]))

    def noises_dps(self, start: int, end: int) -> Floats:
        return np.degrees(self._column(9, start, end))

    def filled(self, start: int, end: int) -> Bools:
        return self._column(10, start, end) > 0.5

    def clipped(self, start: int, end: int) -> Bools:
        return self._column(11, start, end) > 0.5

    def yaw_deg(self, start: int, end: int) -> float | None:
        """Net turn about the vertical over samples ``[start, end)``; None without a gyroscope or if it is forgotten."""
        if start < self._first or end <= start:
            return None
        turned = float(self._column(12, start, end).sum()) / self.rate_hz
        return None if np.isnan(turned) else float(np.degrees(turned))

    def index_at(self, t_s: float) -> int:
        """Number of the first kept sample at or after ``t_s``."""
        return self._first + int(np.searchsorted(self._rows[: self._used, 0], t_s))
