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
_TOLD_DEG = 12.0
"""A centre that rests on a told leg axis is as wrong as the strap is tilted; the first pause near it is better."""
_SLIP_YAW_SHARE = 0.45
"""Turn about the vertical per tilt that tells a slip: the least of a thigh (0.6), less the drift of some seconds."""
_SURE_YAW_SHARE = 0.8
"""... and of one seen where the leg may also be in a hold: in a drop that a slip has turned, tilt weighs more."""


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


@dataclass(frozen=True, slots=True)
class _Pause:
    """Mean up (3,) of a pause, and the middle of it (sample number)."""

    up: Floats
    at: int


class CentreFollower:
    """Asked for the centre each time a movement leaves it. Keeps the steps it saw until somebody tells the wearer."""

    def __init__(self, centre: Centre, frame: FrameSettings, phases: PhaseSettings) -> None:
        self.centre = centre
        self._frame, self._phases = frame, phases
        self._stepped: Floats | None = None
        self._stepped_since = -1
        """Where the leg stayed away from the centre, and since when (sample number)."""
        self._last_home: int | None = None
        self._steps: list[Step] = []

    def settle(self, history: History, start: int, end: int) -> Settled:
        """The leg was about the centre in samples ``[start, end)``: take over a share of where it paused."""
        pause = self._pause(history, start, end)
        if pause is None:
            return Settled(self.centre, None)
        off_deg = angle_between_deg(self.centre.up0, pause.up)
        if self.centre.source == "leg_axis" and off_deg <= _TOLD_DEG:
            self._move(pause, Centre(pause.up, "pause"))
        elif off_deg <= self._frame.slip_deg:
            self._move(pause, self.centre.moved_to(self.centre.up0 + _SHARE * (pause.up - self.centre.up0)))
        elif self._lasts(pause, start) or self._slipped(history, pause, off_deg, _SLIP_YAW_SHARE):
            self._steps.append(Step(end, off_deg))
            self._move(pause, self.centre.moved_to(pause.up))
        else:
            self._stepped, self._stepped_since = pause.up, start
        return Settled(self.centre, self._stepped)

    def take_steps(self) -> list[Step]:
        """The steps seen since this was last asked."""
        steps, self._steps = self._steps, []
        return steps

    def noticed_slip(self, history: History, start: int, end: int) -> bool:
        """The leg stays in samples ``[start, end)``, away from the centre: did the strap slip? Then that is the centre.

        Where it stays nearer than a drop reaches, the same rules hold as for a pause at the centre; but such a stay may
        also be a stop at the beginning of a drop, so it is not remembered.
        """
        if angle_between_deg(self.centre.up0, history.up_at(end - 1)) > self._frame.slip_most_deg:
            return False
        pause = self._pause(history, start, end)
        if pause is None:
            return False
        off_deg = angle_between_deg(self.centre.up0, pause.up)
        if off_deg <= self._frame.slip_deg:
            return False
        near = off_deg < self._phases.r_min_deg
        share = _SLIP_YAW_SHARE if near else _SURE_YAW_SHARE
        if not ((near and self._lasts(pause, start)) or self._slipped(history, pause, off_deg, share)):
            return False
        self._steps.append(Step(end, off_deg))
        self._move(pause, self.centre.moved_to(pause.up))
        return True

    def _move(self, pause: _Pause, centre: Centre) -> None:
        self.centre, self._last_home, self._stepped = centre, pause.at, None

    def _lasts(self, pause: _Pause, since: int) -> bool:
        """The same step was seen in another stay, one movement ago."""
        if self._stepped is None or since == self._stepped_since:
            return False
        return angle_between_deg(self._stepped, pause.up) <= self._frame.slip_deg

    def _slipped(self, history: History, pause: _Pause, off_deg: float, share: float) -> bool:
        """The strap turned around the leg: that turns the sensor about the vertical too, as no sloppy return does.

        In crook lying the leg points 30-75 deg down, so a slip that tilts by x turns by 0.6 to 3.7 x.
        """
        yaw_deg = None if self._last_home is None else history.yaw_deg(self._last_home, pause.at)
        return yaw_deg is not None and abs(yaw_deg) >= share * off_deg and off_deg <= self._frame.slip_most_deg

    def _pause(self, history: History, start: int, end: int) -> _Pause | None:
        """Where the leg was slow in the last seconds before the drop; None if it was never slow for long enough."""
        start = max(start, history.start, history.index_at(history.time(max(end - 1, history.start)) - _LOOK_BACK_S))
        if end - start < 2:
            return None
        rate = history.up_rate(start, end)
        speed_dps = np.degrees(np.sqrt(np.einsum("ij,ij->i", rate, rate)))
        still = speed_dps < np.maximum(self._phases.still_dps, history.noises_dps(start, end))
        slow = np.flatnonzero(still)
        if len(slow) < self._phases.centre_still_s * history.rate_hz:
            return None
        return _Pause(unit(still.astype(np.float64) @ history.up(start, end)), start + int(slow[len(slow) // 2]))
