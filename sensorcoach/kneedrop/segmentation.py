"""The phase machine of one centre, with the movements that it finds dated."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from sensorcoach.kneedrop.centre import CentreFollower
from sensorcoach.kneedrop.dating import date_drop, date_return, swing_through
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import Change, PhaseMachine
from sensorcoach.settings import Settings

_LONGEST_SWING_S = 3.0
"""How long after a return's end it may still turn out to have run through the centre."""
_SAME_SWING_S = 20.0
"""Two landings within this time belong to one swing from side to side (MEx: 2 to 4 s; a hold of 10 s fits in)."""


class Segmenter:
    """Runs the machine about ``centre`` from sample ``start`` on, and dates what it finds."""

    def __init__(self, centre: Centre, settings: Settings, start: int) -> None:
        self._settings = settings
        self.machine = PhaseMachine(CentreFollower(centre, settings), settings.phases, start)
        self._before: Movement | None = None

    def advance(self, history: History, end: int) -> Iterator[Change]:
        """Walk on; each change is handed out, with its movement dated, before the walk goes on."""
        for change in self.machine.advance(history, end):
            if change.what == "end":
                self._date(history, change)
            yield change

    def landed(self, history: History, change: Change) -> Movement:
        """The movement under way as if it ended here, dated as far as it goes; the one under way stays as it is."""
        moving, known = change.movement, change.known
        before = copy(self._before)
        if before is not None:
            settle_swing(history, before, moving.trigger + 1, self.machine.band_deg, self._settings)
        landing_deg = float(moving.centre.angle_deg(history.up(change.at, change.at + 1))[0])
        seen = copy(moving)
        seen.landing, seen.landing_deg, seen.return_start, seen.return_end = change.at, landing_deg, known, known
        seen.rested = change.at
        date_drop(history, seen, before, self._settings.phases)
        return seen

    def finish(self, history: History) -> Change | None:
        """The stream is over: close the movement under way, if there is one, and date it."""
        change = self.machine.finish(history)
        if change is not None:
            self._date(history, change)
        return change

    def _date(self, history: History, change: Change) -> None:
        moving = change.movement
        if moving.landing >= 0:
            if self._before is not None:
                settle_swing(history, self._before, moving.trigger + 1, self.machine.band_deg, self._settings)
                moving.landing_before_deg = _landing_before_deg(history, moving, self._before)
            date_drop(history, moving, self._before, self._settings.phases)
            date_return(history, moving, self._settings.phases)
            self._before = moving
        else:
            moving.drop_start = moving.lowest
        if moving.ending != "home":
            moving.swing_known = change.known


def _landing_before_deg(history: History, moving: Movement, before: Movement) -> float:
    if before.landing < history.start or history.time(moving.trigger) - history.time(before.landing) > _SAME_SWING_S:
        return 0.0
    return float(moving.way.roll_deg(history.up(before.landing, before.landing + 1))[0])


def settle_swing(history: History, moving: Movement, end: int, band_deg: float, settings: Settings) -> None:
    """Decide, with samples up to ``end``, whether a return ran through the centre; move its border there if so.

    ``moving.swing_known`` stays -1 while that is open.
    """
    if moving.swing_known >= 0:
        return
    latest_s = history.time(moving.return_end) + _LONGEST_SWING_S
    until = min(end, history.index_at(latest_s) + 1)
    told = swing_through(history, moving, until, band_deg, settings.phases)
    if told is None and history.time(until - 1) >= latest_s:
        told = (until - 1, None)
    if told is None:
        return
    moving.swing_known, crossing = told
    if crossing is not None:
        moving.swung_out, moving.return_end = True, crossing
