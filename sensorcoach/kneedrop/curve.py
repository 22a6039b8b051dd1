"""What the live plots show of some samples: roll and speed, as far as centre and sides are known by now."""

from __future__ import annotations

import numpy as np

from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.frame import Centre, Way
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.view import CentreView
from sensorcoach.model import Trace


def curve(history: History, start: int, end: int, centre: Centre | None, calibration: Calibration | None) -> Trace:
    """Samples ``[start, end)``.

    Where no side has been seen yet, the tilt away from the centre, outward positive; without a centre NaN.
    """
    t_s = history.t_s(start, end).copy()
    if centre is None or start >= end:
        unknown = np.full(len(t_s), np.nan)
        return Trace(t_s, unknown, unknown)
    lateral = None if calibration is None else calibration.lateral_at(centre)
    if lateral is None:
        view = CentreView()
        tilt_deg = view.angle_deg(history, centre, start, end)
        return Trace(t_s, tilt_deg, view.rate_dps(history, centre, start, end))
    way = Way(centre.up0, lateral)
    up = history.up(start, end)
    return Trace(t_s, way.roll_deg(up), way.speed_dps(up, history.up_rate(start, end)))
