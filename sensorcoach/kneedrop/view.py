"""The history seen from one centre: angle and its rate, computed some seconds ahead and kept while the centre lasts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats

_LEAST_SINE = 0.02
"""The rate of an angle to the centre has no sign at the centre; nearer than 1 deg it is not asked for."""
_AHEAD_S = 10.0
"""Computed at once: longer wastes work behind a move of the centre, shorter pays for more calls."""


class CentreView:
    """Slices ``[start, end)`` of the angle to a centre (deg) and of its rate (deg/s, outward positive)."""

    def __init__(self) -> None:
        self._angle_deg = _Kept(_angle_deg)
        self._rate_dps = _Kept(_rate_dps)

    def angle_deg(self, history: History, centre: Centre, start: int, end: int) -> Floats:
        """Tilt away from ``centre`` (n,), deg."""
        return self._angle_deg.part(history, centre, start, end)

    def rate_dps(self, history: History, centre: Centre, start: int, end: int) -> Floats:
        """Its rate (n,), deg/s, outward positive; towards 0 nearer than about 1 deg."""
        return self._rate_dps.part(history, centre, start, end)


class _Kept:
    """One signal as far as it was computed; begun anew where another centre or other samples are asked for."""

    def __init__(self, compute: Callable[[History, Centre, int, int], Floats]) -> None:
        self._compute = compute
        self._centre: Centre | None = None
        self._start = self._end = 0
        self._values: Floats = np.empty(0)

    def part(self, history: History, centre: Centre, start: int, end: int) -> Floats:
        if centre is not self._centre or start < self._start or end > self._end:
            ahead = start + round(_AHEAD_S * history.rate_hz)
            self._centre, self._start, self._end = centre, start, max(end, min(ahead, history.end))
            self._values = self._compute(history, centre, self._start, self._end)
        return self._values[start - self._start : end - self._start]


def _angle_deg(history: History, centre: Centre, start: int, end: int) -> Floats:
    return centre.angle_deg(history.up(start, end))


def _rate_dps(history: History, centre: Centre, start: int, end: int) -> Floats:
    cosine = np.einsum("ij,j->i", history.up(start, end), centre.up0)
    sine = np.sqrt(np.maximum(1.0 - cosine * cosine, _LEAST_SINE * _LEAST_SINE))
    rate_dps: Floats = np.degrees(np.einsum("ij,j->i", history.up_rate(start, end), -centre.up0) / sine)
    return rate_dps
