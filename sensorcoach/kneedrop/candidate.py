"""One idea of where the centre is, with the phase machine that believes in it.

The authoritative idea is just the candidate that was adopted; the others run beside it only while it is at a loss.
"""

from __future__ import annotations

from dataclasses import dataclass

from sensorcoach.kneedrop.centre import CentreFollower
from sensorcoach.kneedrop.dating import date_drop, date_return, swing_through
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import Change, PhaseMachine
from sensorcoach.settings import Settings

LONGEST_SWING_S = 3.0
"""How long after a return's end it may still turn out to have run through the centre."""

SAME_SWING_S = 20.0
"""Two landings within this time belong to one swing from side to side (MEx: 2 to 4 s; a hold of 10 s fits in)."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A movement with all borders dated, known since sample ``known``."""

    movement: Movement
    known: int


class Candidate:
    """Runs the machine and dates what it finds."""

    def __init__(self, centre: Centre, settings: Settings, start: int) -> None:
        self.settings = settings
        self.start = start
        self.follower = CentreFollower(centre, settings.frame, settings.phases)
        self.machine = PhaseMachine(centre, settings.phases, start, self.follower.settle)
        self.finished: list[Finished] = []
        self._before: Movement | None = None

    @property
    def at_home(self) -> bool:
        """The leg is at the centre, or was a moment ago."""
        return self.machine.state == "centre"

    def advance(self, history: History, end: int) -> list[Change]:
        changes = self.machine.advance(history, end)
        for change in changes:
            if change.what == "end":
                self._date(history, change)
        return changes

    def finish(self, history: History) -> Change | None:
        change = self.machine.finish(history)
        if change is not None:
            self._date(history, change)
        return change

    def _date(self, history: History, change: Change) -> None:
        moving = change.movement
        if moving.landing >= 0:
            if self._before is not None:
                settle_swing(history, self._before, moving.trigger + 1, self.machine.band_deg, self.settings)
                moving.landing_before_deg = _landing_before_deg(history, moving, self._before)
            date_drop(history, moving, self._before, self.settings.phases)
            date_return(history, moving, self.settings.phases)
            self._before = moving
        else:
            moving.drop_start = moving.lowest
        if moving.ending != "home":
            moving.swing_known = change.known
        self.finished.append(Finished(moving, change.known))


def _landing_before_deg(history: History, moving: Movement, before: Movement) -> float:
    if before.landing < history.start or history.time(moving.trigger) - history.time(before.landing) > SAME_SWING_S:
        return 0.0
    return float(moving.way.roll_deg(history.up(before.landing, before.landing + 1))[0])


def settle_swing(history: History, moving: Movement, end: int, band_deg: float, settings: Settings) -> None:
    """Decide, with samples up to ``end``, whether a return ran through the centre; moves its border there if so.

    ``moving.swing_known`` stays -1 while that is open.
    """
    if moving.swing_known >= 0:
        return
    latest_s = history.time(moving.return_end) + LONGEST_SWING_S
    until = min(end, history.index_at(latest_s) + 1)
    told = swing_through(history, moving, until, band_deg, settings.phases)
    if told is None and history.time(until - 1) >= latest_s:
        told = (until - 1, None)
    if told is None:
        return
    moving.swing_known, crossing = told
    if crossing is not None:
        moving.swung_out, moving.return_end = True, crossing
