"""Counting with a calibration: one small state machine, the same for live, replay and file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.frame import Centre, angle_between_deg
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.measures import Window
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import Change, What, can_be_judged
from sensorcoach.kneedrop.provisional import provisional_landing
from sensorcoach.kneedrop.rejection import Reason, held_heading, why_rejected
from sensorcoach.kneedrop.repetition import MARGIN_S, build_rep
from sensorcoach.kneedrop.segmentation import Segmenter, settle_swing
from sensorcoach.model import (
    Aborted,
    Counted,
    Direction,
    Event,
    Landing,
    NotCounted,
    PhaseChanged,
    PhaseName,
    Rep,
    RepDone,
    Side,
)
from sensorcoach.settings import Settings

WindowListener = Callable[[Rep, Window], None]
"""Told each final repetition with the signals it was measured on; copies what it keeps."""

_PHASES: dict[What, PhaseName] = {
    "drop": "drop",
    "landing": "hold",
    "landed": "hold",
    "resumed": "drop",
    "confirmed": "hold",
    "held": "hold",
    "return": "return",
}


@dataclass(slots=True)
class _Pending:
    """A counted repetition whose final figures wait for what follows it."""

    movement: Movement
    segmenter: Segmenter
    index: int
    direction: Direction
    side: Side | None
    dated_back: bool
    counted: int
    """The sample at which it was counted."""


class Counter:
    """``advance`` over the history, take events; ``finish`` at the end of the stream."""

    def __init__(
        self,
        history: History,
        calibration: Calibration,
        arming: Arming,
        settings: Settings,
        *,
        start: int,
        known: int = 0,
        windows: bool = False,
        landings: bool = True,
    ) -> None:
        """Counts from sample ``start`` on, numbering from 1.

        ``known``: the sample at which the calibration came to be known; what ended before is dated back. ``windows``:
        keep those of final repetitions until they are taken.
        """
        self.calibration = calibration
        self._history, self._arming, self._settings = history, arming, settings
        self.windows: dict[int, tuple[Rep, Window]] | None = {} if windows else None
        """By the number of their repetition; arrays may be views of the history."""
        self._landings = landings
        self._known, self._known_s = known, history.time(max(known - 1, history.start))
        self._next_index = 1
        self._piece = 0
        self._segmenter = Segmenter(self._centre_from(history.time(start)), settings, start)
        self._pending: list[_Pending] = []
        self._named_movement: Movement | None = None
        self._named: tuple[Direction, Side | None] = (1, None)
        """Direction and side of the movement under way, as its events say it."""
        self._told_phase: tuple[int, What, int] | None = None

    @property
    def centre(self) -> Centre:
        """The centre as it is followed now."""
        return self._segmenter.machine.centre

    @property
    def under_way(self) -> Movement | None:
        """The movement that has left the centre and is not yet back."""
        return self._segmenter.machine.movement

    def advance(self, end: int) -> list[Event]:
        """Walk as far as sample ``end``."""
        events: list[Event] = []
        pieces = self.calibration.pieces
        while self._piece + 1 < len(pieces):
            border = self._history.index_at(pieces[self._piece + 1].start_s)
            if border >= end:
                break
            events += self._walk(border)
            events += self._step(border)
        return events + self._walk(end)

    def finish(self) -> list[Event]:
        """End of the stream: the same rules close what is under way."""
        end = self._history.end
        events = self.advance(end)
        change = self._segmenter.finish(self._history)
        if change is not None:
            events += self._judge(change)
        return events + self._finalise(end, at_end=True)

    def _centre_from(self, t_s: float) -> Centre:
        pieces = self.calibration.pieces
        while self._piece + 1 < len(pieces) and pieces[self._piece + 1].start_s <= t_s:
            self._piece += 1
        return pieces[self._piece].centre

    def _step(self, border: int) -> list[Event]:
        """The centre is elsewhere from here on: what left the old one ends here if it is nearly home, else never."""
        events: list[Event] = []
        change = self._segmenter.finish(self._history)
        if change is not None and change.movement.ending == "cut":
            change.movement.ending = "incomplete"
            events += self._judge(change)
        elif change is not None:
            events.append(self._not_counted(change.movement, border, border, "slipped"))
        self._piece += 1
        centre = self.calibration.pieces[self._piece].centre
        self._segmenter = Segmenter(centre, self._settings, max(border, self._segmenter.machine.position))
        return events

    def _walk(self, end: int) -> list[Event]:
        events: list[Event] = []
        for change in self._segmenter.advance(self._history, end):
            if change.what == "end":
                events += self._judge(change)
            elif (phase := _PHASES.get(change.what)) is not None:
                events += self._phase_changed(change, phase)
        return events + self._finalise(end, at_end=False)

    # --- phases ------------------------------------------------------------------------------------------------------

    def _phase_changed(self, change: Change, phase: PhaseName) -> list[Event]:
        history, moving = self._history, change.movement
        told = (moving.trigger, change.what, change.at)
        if told == self._told_phase:  # a landing is told when it is likely, and again when it is certain
            return []
        self._told_phase = told
        if change.what == "drop" or self._named_movement is not moving:
            self._named_movement = moving
            direction, _ = self.calibration.direction(moving.centre, moving.way.lateral)
            self._named = direction, self.calibration.side(direction)
        direction, side = self._named
        angle_deg = angle_between_deg(moving.centre.up0, history.up_at(change.at))
        event = PhaseChanged(
            t_s=history.time(change.at),
            known_s=history.time(change.known),
            phase=phase,
            direction=direction,
            side=side,
            angle_deg=angle_deg,
            landing=self._landing(change, angle_deg) if change.what in ("landing", "landed") else None,
            confirmed=change.what == "confirmed",
            again=change.what in ("landed", "confirmed", "held"),
        )
        return [event] if change.known >= self._known else []

    def _landing(self, change: Change, angle_deg: float) -> Landing | None:
        phases = self._settings.phases
        if not self._landings or angle_deg < phases.r_min_deg or change.known < self._known:
            return None
        if not can_be_judged(self._history, change.at, change.known, phases):
            return None
        moving = self._segmenter.landed(self._history, change)
        direction, side = self._named
        return provisional_landing(self._history, moving, change.known + 1, self._settings, direction, side)

    # --- counting ----------------------------------------------------------------------------------------------------

    def _judge(self, change: Change) -> list[Event]:
        """Count a finished movement or say why not."""
        moving = change.movement
        reason = why_rejected(self._history, moving, self.calibration, self._arming, self._settings)
        known = max(change.known, self._known - 1)
        if reason is None:
            return [self._counted(moving, known)]
        if reason == "disarmed" and self._is_answer(moving):
            reason = "calibration"
        return [self._not_counted(moving, moving.return_end, known, reason)]

    def _is_answer(self, moving: Movement) -> bool:
        """It is the drop that was asked for while nothing counts, to tell the side."""
        return self._arming.answers(self._history.time(moving.drop_start), self._history.time(moving.return_end))

    def _counted(self, moving: Movement, known: int) -> Event:
        history = self._history
        heading = held_heading(history, moving)
        assert heading is not None  # it was not rejected
        direction, _ = self.calibration.direction(moving.centre, heading)
        side = self.calibration.side(direction)
        dated_back = history.time(moving.return_end) < self._known_s
        index = self._next_index
        self._next_index += 1
        self._pending.append(_Pending(moving, self._segmenter, index, direction, side, dated_back, known))
        return Counted(
            t_s=history.time(moving.return_end),
            known_s=history.time(known),
            index=index,
            direction=direction,
            side=side,
            hold_s=history.time(moving.return_start) - history.time(moving.rested),
            dated_back=dated_back,
        )

    def _not_counted(self, moving: Movement, end: int, known: int, reason: Reason) -> Event:
        history = self._history
        start = max(moving.drop_start if moving.drop_start >= 0 else moving.lowest, history.start)
        aborted = Aborted(
            start_s=history.time(start),
            end_s=history.time(max(min(end, history.end - 1), start)),
            reason=reason,
            range_deg=moving.landing_deg if moving.landing >= 0 else None,
        )
        return NotCounted(history.time(min(known, history.end - 1)), aborted)

    # --- final figures -----------------------------------------------------------------------------------------------

    def _finalise(self, end: int, *, at_end: bool) -> list[Event]:
        events: list[Event] = []
        while self._pending:
            pending = self._pending[0]
            due = self._due(pending, end)
            if due is None and not at_end:
                break
            self._pending.pop(0)
            rep, window = build_rep(
                self._history,
                pending.movement,
                self._settings,
                index=pending.index,
                direction=pending.direction,
                side=pending.side,
                dated_back=pending.dated_back,
            )
            if self.windows is not None:
                self.windows[rep.index] = rep, window
            events.append(RepDone(self._history.time(end - 1 if due is None else due), rep))
        return events

    def _due(self, pending: _Pending, end: int) -> int | None:
        """The sample at which everything the figures of a repetition need is there; None while it is not."""
        history, moving = self._history, pending.movement
        settle_swing(history, moving, end, pending.segmenter.machine.band_deg, self._settings)
        if moving.swing_known < 0:
            return None
        complete = history.index_at(history.time(moving.return_end) + MARGIN_S)
        due = max(complete, moving.swing_known, pending.counted)
        return due if due < end else None
