"""The recent past of a session's motion, addressed by the running number of a sample.

Bounded: everything a decision may look back on (definitions.md A3: 60 s for the centre, 120 s for the longest rep) and
no more. Each signal lies contiguous in one buffer, so a slice is a view and costs nothing.
"""

from __future__ import annotations

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.model import Bools, Floats

_SIGNALS = 13
_ROOM = 2.5
"""Times what is kept: room to append in before it is moved to the front, and to move it without an overlap."""


class History:
    """Append blocks of `Motion`; read slices ``[start, end)`` of sample numbers, counted from the session's first."""

    def __init__(self, keep_s: float, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self._keep = max(64, int(keep_s * rate_hz))
        self._signals = np.empty((_SIGNALS, int(_ROOM * self._keep)))
        self._t_s = self._signals[0]
        self._first = 0
        """Sample number of column 0."""
        self._used = 0

    @property
    def start(self) -> int:
        """Number of the first sample kept."""
        return self._first

    @property
    def end(self) -> int:
        """Number of the sample that comes next."""
        return self._first + self._used

    def append(self, motion: Motion) -> None:
        """``len(motion)`` must not exceed the time kept."""
        n = len(motion)
        if self._used + n > len(self._t_s):
            self._forget(n)
        new = self._signals[:, self._used : self._used + n]
        new[0] = motion.t_s
        new[1:4] = motion.up_sensor.T
        new[4:7] = motion.up_rate_sensor.T
        new[7] = motion.turn_rate
        new[8] = motion.dynamic
        new[9] = np.degrees(motion.noise_rate)
        new[10] = motion.filled
        new[11] = motion.clipped
        new[12] = motion.yaw_rate
        self._used += n

    def _forget(self, coming: int) -> None:
        kept = min(self._used, max(self._keep, 0), len(self._t_s) - coming)
        gone = self._used - kept
        self._signals[:, :kept] = self._signals[:, gone : self._used]
        self._first += gone
        self._used = kept

    def _signal(self, row: int, start: int, end: int) -> Floats:
        return self._signals[row, start - self._first : end - self._first]

    def _vectors(self, row: int, start: int, end: int) -> Floats:
        return self._signals[row : row + 3, start - self._first : end - self._first].T

    def t_s(self, start: int, end: int) -> Floats:
        """Sample times (n,) s."""
        return self._signal(0, start, end)

    def time(self, number: int) -> float:
        """Time of one sample, s."""
        return float(self._t_s.item(number - self._first))

    def up(self, start: int, end: int) -> Floats:
        """Up in sensor axes (n, 3), unit; see `Motion` for this and what follows."""
        return self._vectors(1, start, end)

    def up_at(self, number: int) -> Floats:
        """Up (3,) at one sample."""
        up: Floats = self.up(number, number + 1)[0]
        return up

    def up_rate(self, start: int, end: int) -> Floats:
        """Derivative of up (n, 3) 1/s."""
        return self._vectors(4, start, end)

    def turn_rate(self, start: int, end: int) -> Floats:
        """Rotation speed (n,) rad/s, NaN without a gyroscope."""
        return self._signal(7, start, end)

    def dynamic(self, start: int, end: int) -> Floats:
        """Dynamic acceleration (n,) m/s²."""
        return self._signal(8, start, end)

    def noise_dps(self, number: int) -> float:
        """Lowest speed at one sample that is not noise, °/s."""
        return float(self._signals[9, number - self._first])

    def noises_dps(self, start: int, end: int) -> Floats:
        """Lowest speed that is not noise (n,) °/s."""
        return self._signal(9, start, end)

    def filled(self, start: int, end: int) -> Bools:
        """Which samples were made up (n,)."""
        return self._signal(10, start, end) > 0.5

    def clipped(self, start: int, end: int) -> Bools:
        """Which samples were clipped (n,)."""
        return self._signal(11, start, end) > 0.5

    def yaw_path_deg(self, start: int, end: int) -> Floats:
        """Turned about the vertical since sample ``start``, (n,) °; 0 throughout without a gyroscope."""
        return np.degrees(np.cumsum(np.nan_to_num(self._signal(12, start, end)))) / self.rate_hz

    def index_at(self, t_s: float) -> int:
        """Number of the first kept sample at or after ``t_s``."""
        return self._first + int(self._t_s[: self._used].searchsorted(t_s))

    def index_after(self, t_s: float) -> int:
        """Number of the first kept sample after ``t_s``."""
        return self._first + int(self._t_s[: self._used].searchsorted(t_s, side="right"))
