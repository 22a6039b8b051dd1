"""The history seen from one centre: angle and its rate, computed once a block and kept while centre and block last."""

from __future__ import annotations

import numpy as np

from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats

_LEAST_SINE = 0.02
"""The rate of an angle to the centre has no sign at the centre; nearer than 1 deg it is not asked for."""


class CentreView:
    """Slices ``[start, end)`` of the angle to a centre (deg) and of its rate (deg/s, outward positive)."""

    def __init__(self) -> None:
        self._centre: Centre | None = None
        self._start = self._end = 0
        self._angle_deg: Floats = np.empty(0)
        self._rate_dps: Floats = np.empty(0)

    def angle_deg(self, history: History, centre: Centre, start: int, end: int) -> Floats:
        """Tilt away from ``centre`` (n,), deg."""
        self._look(history, centre, start, end)
        return self._angle_deg[start - self._start : end - self._start]

    def rate_dps(self, history: History, centre: Centre, start: int, end: int) -> Floats:
        """Its rate (n,), deg/s, outward positive; towards 0 nearer than about 1 deg."""
        self._look(history, centre, start, end)
        return self._rate_dps[start - self._start : end - self._start]

    def _look(self, history: History, centre: Centre, start: int, end: int) -> None:
        if centre is self._centre and self._start <= start and end <= self._end:
            return
        self._centre, self._start, self._end = centre, start, history.end
        up, up_rate = history.up(start, history.end), history.up_rate(start, history.end)
        self._angle_deg = centre.angle_deg(up)
        cosine = np.einsum("ij,j->i", up, centre.up0)
        sine = np.sqrt(np.maximum(1.0 - cosine * cosine, _LEAST_SINE * _LEAST_SINE))
        self._rate_dps = np.degrees(np.einsum("ij,j->i", up_rate, -centre.up0) / sine)
