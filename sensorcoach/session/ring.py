"""Curves that are kept for the plots: all of them, or the last minutes."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensorcoach.model import Trace

_FIRST_ROWS: Final = 4096


class TraceRing:
    """``append`` blocks in order, ``part`` any stretch of them. Angles and speeds as float32: plots, not figures."""

    def __init__(self, keep_s: float | None = None) -> None:
        """``keep_s``: so much of the newest is kept at least; None: all."""
        self._keep_s = keep_s
        self._begin = self._end = 0
        self._t_s = np.empty(_FIRST_ROWS)
        self._curves = np.empty((2, _FIRST_ROWS), dtype=np.float32)

    def append(self, trace: Trace) -> None:
        """The next block; times rise."""
        rows = len(trace.t_s)
        if self._end + rows > len(self._t_s):
            self._make_room(rows)
        here = slice(self._end, self._end + rows)
        self._t_s[here] = trace.t_s
        self._curves[0, here] = trace.roll_deg
        self._curves[1, here] = trace.speed_dps
        self._end += rows

    def part(self, start_s: float, end_s: float) -> Trace:
        """A copy of what is kept of ``[start_s, end_s)``."""
        kept = self._t_s[self._begin : self._end]
        first, stop = (self._begin + int(index) for index in np.searchsorted(kept, (start_s, end_s)))
        roll_deg, speed_dps = self._curves[:, first:stop].astype(np.float64)
        return Trace(self._t_s[first:stop].copy(), roll_deg, speed_dps)

    @property
    def nbytes(self) -> int:
        """Memory held."""
        return self._t_s.nbytes + self._curves.nbytes

    def _make_room(self, rows: int) -> None:
        """Forget what is too old; where that frees less than half, double."""
        if self._keep_s is not None and self._end:
            oldest_s = self._t_s[self._end - 1] - self._keep_s
            self._begin = int(np.searchsorted(self._t_s[: self._end], oldest_s))
        kept = slice(self._begin, self._end)
        size = len(self._t_s)
        while size < 2 * (self._end - self._begin) + rows:
            size *= 2
        t_s, curves = np.empty(size), np.empty((2, size), dtype=np.float32)
        length = self._end - self._begin
        t_s[:length], curves[:, :length] = self._t_s[kept], self._curves[:, kept]
        self._t_s, self._curves, self._begin, self._end = t_s, curves, 0, length
