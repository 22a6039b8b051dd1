"""The centre between two movements: where the leg rests right before a drop is where that drop begins."""

from __future__ import annotations

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats
from sensorcoach.settings import Settings

_LOOK_BACK_S = 4.0
"""How much of the pause before a drop is looked at: the last seconds say where the knees were when it began."""


class CentreFollower:
    """Asked for the centre each time a movement leaves it. Steps of the centre are the calibration's affair."""

    def __init__(self, centre: Centre, settings: Settings) -> None:
        self.centre = centre
        self._phases, self._calibration = settings.phases, settings.calibration

    def settle(self, history: History, start: int, end: int) -> Centre:
        """The leg was about the centre in samples ``[start, end)``: the centre of the movement that begins now.

        Where it paused near the centre, that is where it begins, and a share of the offset is kept for the next.
        """
        pause = self._pause(history, start, end)
        if pause is None or self.centre.source == "midpoint":
            return self.centre
        if angle_between_deg(self.centre.up0, pause) > self._calibration.follow_deg:
            return self.centre
        self.centre = self.centre.moved_to(self.centre.up0 + self._calibration.follow_share * (pause - self.centre.up0))
        return self.centre.moved_to(pause)

    def _pause(self, history: History, start: int, end: int) -> Floats | None:
        """Where the leg was slow in the last seconds before the drop; None if it was never slow for long enough."""
        start = max(start, history.start, history.index_at(history.time(max(end - 1, history.start)) - _LOOK_BACK_S))
        if end - start < 2:
            return None
        rate = history.up_rate(start, end)
        speed_dps = np.degrees(np.sqrt(np.einsum("ij,ij->i", rate, rate)))
        still = speed_dps < np.maximum(self._phases.still_dps, history.noises_dps(start, end))
        if still.sum() < self._phases.centre_still_s * history.rate_hz:
            return None
        return unit(still.astype(np.float64) @ history.up(start, end))
