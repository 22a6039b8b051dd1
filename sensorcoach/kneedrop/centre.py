"""Follows the centre rep by rep, slowly, and notices when the strap slipped (definitions.md A3 and B, row *slip*)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats
from sensorcoach.settings import FrameSettings, PhaseSettings

_SHARE = 0.3
"""How much of a seen offset the centre takes over at once. 1 would follow every sloppy return, 0.1 needs 20 reps."""
_LOOK_BACK_S = 4.0
"""How much of the pause before a drop is looked at: the last seconds say where the knees were when it began."""


@dataclass(frozen=True, slots=True)
class Step:
    """The centre was found ``angle_deg`` away for the second time: the sensor slipped, or the feet moved."""

    at: int
    angle_deg: float


@dataclass(frozen=True, slots=True)
class Settled:
    """The centre a movement starts from, and where the leg paused if that was elsewhere (up, (3,))."""

    centre: Centre
    paused_at: Floats | None


class CentreFollower:
    """Asked for the centre each time a movement leaves it. Keeps the steps it saw for whoever tells the wearer."""

    def __init__(self, centre: Centre, frame: FrameSettings, phases: PhaseSettings) -> None:
        self.centre = centre
        self._frame, self._phases = frame, phases
        self._stepped: Floats | None = None
        self.steps: list[Step] = []

    def settle(self, history: History, start: int, end: int) -> Settled:
        """The leg was about the centre in samples ``[start, end)``: take over a share of where it paused."""
        seen = self._pause(history, start, end)
        if seen is None:
            return Settled(self.centre, None)
        off_deg = angle_between_deg(self.centre.up0, seen)
        if off_deg <= self._frame.slip_deg:
            self._stepped = None
            self.centre = self.centre.moved_to(self.centre.up0 + _SHARE * (seen - self.centre.up0), self.centre.source)
        elif self._stepped is not None and angle_between_deg(self._stepped, seen) <= self._frame.slip_deg:
            self.steps.append(Step(end, off_deg))
            self.centre = self.centre.moved_to(self._stepped + seen, self.centre.source)
            self._stepped = None
        else:
            self._stepped = seen
        return Settled(self.centre, self._stepped)

    def _pause(self, history: History, start: int, end: int) -> Floats | None:
        """Mean up while slow in the last seconds before the drop; None if it was never slow for long enough."""
        start = max(start, history.start, history.index_at(history.time(max(end - 1, history.start)) - _LOOK_BACK_S))
        if end - start < 2:
            return None
        rate = history.up_rate(start, end)
        speed_dps = np.degrees(np.sqrt(np.einsum("ij,ij->i", rate, rate)))
        slow = speed_dps < np.maximum(self._phases.still_dps, history.noises_dps(start, end))
        if np.count_nonzero(slow) < self._phases.centre_still_s * history.rate_hz:
            return None
        mean = history.up(start, end)[slow].mean(axis=0)
        return unit(mean)
