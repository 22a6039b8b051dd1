"""Motion in, events out: walks the believed centre's phase machine, judges what it finds and counts.

Rooms below know one thing each; here they meet. Which centre is believed is `belief`'s affair: at the sample numbers it
asks for, the walk stops and takes what it decided.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.armed import Armed
from sensorcoach.kneedrop.belief import REACH_S, Adoption, Belief
from sensorcoach.kneedrop.candidate import Candidate, Finished, settle_swing
from sensorcoach.kneedrop.curve import curve
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.kneedrop.grading import sensor_slipped
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.line import Seen
from sensorcoach.kneedrop.measures import Window
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import Change, What, can_be_judged
from sensorcoach.kneedrop.posture import Reason, landing_heading, why_not
from sensorcoach.kneedrop.provisional import provisional_landing
from sensorcoach.kneedrop.repetition import MARGIN_S, build_rep
from sensorcoach.kneedrop.sideways import Sideways
from sensorcoach.model import (
    Aborted,
    CentreFound,
    Control,
    Counted,
    Direction,
    Event,
    Landing,
    Mounting,
    NotCounted,
    PhaseChanged,
    PhaseName,
    Rep,
    RepDone,
    SensorSlipped,
    Side,
    Trace,
)
from sensorcoach.settings import Settings

HISTORY_S = REACH_S + 30.0
"""More than decisions look back on, so that the length of a block does not show."""

WindowListener = Callable[[Rep, Window], None]
"""Told each final repetition with the signals it was measured on; copies what it keeps."""

_PHASES: dict[What, PhaseName] = {
    "drop": "drop",
    "landing": "hold",
    "landed": "hold",
    "resumed": "drop",
    "confirmed": "hold",
    "return": "return",
}


@dataclass(slots=True)
class _Pending:
    """A counted repetition whose final figures wait for what follows it."""

    movement: Movement
    index: int
    direction: Direction
    side: Side | None
    dated_back: bool
    counted: int
    """The sample at which it was counted."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """The person was ready at ``t_s``, in a pause since ``paused_s``: to go on, or for a drop to ``side``."""

    t_s: float
    paused_s: float
    side: Side | None


class Tracker:
    """``push`` motion and controls in the order of the stream, take events; ``flush`` at its end."""

    def __init__(
        self,
        mounting: Mounting,
        settings: Settings,
        rate_hz: float,
        on_window: WindowListener | None = None,
        *,
        landings: bool = True,
    ) -> None:
        self.sideways = Sideways(mounting, settings.frame)
        self._settings = settings
        self._on_window, self._landings = on_window, landings
        self._history = History(HISTORY_S, rate_hz)
        self._armed = Armed()
        self._belief = Belief(self._history, self.sideways, self._armed, settings)
        self._calibrations: list[tuple[float, Side]] = []
        self._ready: list[_Ready] = []
        self._count = 0
        self._pending: list[_Pending] = []
        self._events: list[Event] = []
        self._named_movement: Movement | None = None
        self._named: tuple[Direction, Side | None] = (1, None)
        """Direction and side of the movement under way, as its events say it."""
        self._told_phase: tuple[int, What, int] | None = None

    # --- the stream --------------------------------------------------------------------------------------------------

    def push(self, motion: Motion) -> list[Event]:
        """Blocks of any length; at most a few seconds each keep the history's promise of how far it reaches back."""
        self._history.append(motion)
        self._advance(self._history.end)
        return self._take_events()

    def control(self, control: Control) -> None:
        """``arm`` and ``pause`` bound the time in which movements count; ``calibrate`` names the next one's side.

        A calibration drop counts while armed; in a pause it only tells the side. Both ``arm`` and a ``calibrate`` in a
        pause make the rest before them the centre.
        """
        if control.action == "pause":
            self._armed.pause(control.t_s)
        elif control.action == "arm":
            paused_s = self._armed.paused_since(control.t_s)
            self._armed.arm(control.t_s)
            if paused_s is not None:
                self._ready.append(_Ready(control.t_s, paused_s, None))
        elif control.action == "calibrate" and control.value in ("left", "right"):
            side: Side = "left" if control.value == "left" else "right"
            paused_s = self._armed.paused_since(control.t_s)
            if paused_s is None:
                self._calibrations.append((control.t_s, side))
            else:
                self._ready.append(_Ready(control.t_s, paused_s, side))

    def flush(self) -> list[Event]:
        """End of the stream: the same rules close what is under way."""
        end = self._history.end
        self._advance(end)
        for adoption in self._belief.conclude(end):
            self._take_adoption(adoption)
        main = self._belief.believed
        if main is not None and (change := main.finish(self._history)) is not None:
            self._take_change(main, change)
        self._finalise(end, at_end=True)
        return self._take_events()

    def trace_since(self, t_s: float) -> Trace:
        """The curves of the samples after ``t_s``, as far back as is remembered, seen as it is known now."""
        start = self._history.index_after(t_s)
        main = self._belief.believed
        centre = None if main is None else main.machine.centre
        return curve(self._history, start, self._history.end, centre, self.sideways)

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return sorted(events, key=lambda event: event.known_s)

    def _advance(self, end: int) -> None:
        while self._ready and end > 0 and self._ready[0].t_s <= self._history.time(end - 1):
            ready = self._ready.pop(0)
            at = self._history.index_after(ready.t_s)
            self._advance_believing(at)
            if ready.side is not None:  # first: what was learnt before may be why the rest would look like a hold
                self.sideways.await_side(ready.side)
            self._take_rest(at, ready.paused_s)
        self._advance_believing(end)

    def _take_rest(self, at: int, paused_s: float) -> None:
        adoption = self._belief.take_rest(at, paused_s)
        if adoption is None:
            return
        if adoption.abandoned is not None:
            self._not_counted(adoption.abandoned, at - 1, at, "disarmed")
        self._take_adoption(replace(adoption, abandoned=None))

    def _advance_believing(self, end: int) -> None:
        while (boundary := self._belief.next_decision()) <= end:
            self._walk(boundary)
            for adoption in self._belief.decide(boundary):
                self._take_adoption(adoption)
        self._walk(end)

    def _walk(self, end: int) -> None:
        main = self._belief.believed
        while main is not None and main.machine.position < end:
            for change in main.advance(self._history, end):
                self._take_change(main, change)
                if self._belief.believed is not main:  # it was a hold, not the centre: go on with what it taught
                    break
            main = self._belief.believed
        self._finalise(end, at_end=False)

    # --- what happens ------------------------------------------------------------------------------------------------

    def _take_adoption(self, adoption: Adoption) -> None:
        """Another centre: tell what became of the old one, then judge what the new one explains."""
        history, candidate, at = self._history, adoption.candidate, adoption.at
        if adoption.abandoned is not None:
            self._not_counted(adoption.abandoned, candidate.start, at, "other_posture")
        if adoption.slipped_deg is not None:
            self._tell_slip(adoption.slipped_deg, candidate.start, at - 1)
        candidate.follower.take_steps()  # it saw them while it was only tried; the slip was told above
        found = CentreFound(history.time(at - 1), history.time(candidate.start), candidate.machine.centre.source)
        self._events.append(found)
        self._judge_finished(candidate, decided=at)

    def _take_change(self, main: Candidate, change: Change) -> None:
        phase = _PHASES.get(change.what)
        if change.what == "end":
            self._take_finished(main, change.known)
        elif phase is not None:
            self._tell_phase(main, change, phase)

    def _tell_phase(self, main: Candidate, change: Change, phase: PhaseName) -> None:
        history, moving = self._history, change.movement
        told = (moving.trigger, change.what, change.at)
        if told == self._told_phase:  # a landing is told when it is likely, and again when it is certain
            return
        self._told_phase = told
        if change.what == "drop" or self._named_movement is not moving:
            self._named_movement = moving
            self._named = self.sideways.named(moving.centre, moving.way.lateral)
        direction, side = self._named
        angle_deg = angle_between_deg(moving.centre.up0, history.up_at(change.at))
        event = PhaseChanged(
            t_s=history.time(change.at),
            known_s=history.time(change.known),
            phase=phase,
            direction=direction,
            side=side,
            angle_deg=angle_deg,
            landing=self._landing(main, change, angle_deg) if change.what in ("landing", "landed") else None,
            confirmed=change.what == "confirmed",
            again=change.what in ("landed", "confirmed"),
        )
        self._events.append(event)
        for step in main.follower.take_steps():
            self._tell_slip(step.angle_deg, step.at, change.known)

    def _landing(self, main: Candidate, change: Change, angle_deg: float) -> Landing | None:
        phases = self._settings.phases
        if not self._landings or angle_deg < phases.r_min_deg:
            return None
        if not can_be_judged(self._history, change.at, change.known, phases):
            return None
        moving = main.landed(self._history, change)
        direction, side = self._named
        return provisional_landing(self._history, moving, change.known + 1, self._settings, direction, side)

    def _tell_slip(self, angle_deg: float, at: int, known: int) -> None:
        warning = sensor_slipped(angle_deg, self._settings.frame.slip_levels_deg)
        if warning is not None:
            t_s, known_s = self._history.time(at), self._history.time(known)
            self._events.append(SensorSlipped(t_s, known_s, angle_deg, warning.severity))

    def _take_finished(self, main: Candidate, known: int) -> None:
        adoption = self._belief.reconsider(main, known)
        if adoption is None:
            self._judge_finished(main, decided=None)
        else:
            self._take_adoption(adoption)

    # --- judging -----------------------------------------------------------------------------------------------------

    def _judge_finished(self, candidate: Candidate, decided: int | None) -> None:
        """Count each finished movement or say why not. ``decided``: where its centre was found, if that was later."""
        for finished in candidate.finished:
            known = finished.known if decided is None else max(finished.known, decided - 1)
            self._calibrate(self._history.time(finished.movement.drop_start))
            reason = why_not(self._history, finished.movement, self.sideways, self._armed, self._settings)
            if reason is None:
                self._take_repetition(finished.movement, known, dated_back=decided is not None)
            elif reason == "disarmed" and self.sideways.awaiting:
                self._take_calibration(finished.movement, known)
            else:
                self._take_other(finished, known, reason)
        candidate.finished.clear()

    def _take_repetition(self, moving: Movement, known: int, *, dated_back: bool) -> None:
        history = self._history
        heading = landing_heading(history, moving)
        if heading is None:
            return
        direction, side = self.sideways.learn(moving.centre, heading, self._seen(moving))
        self._count += 1
        counted = Counted(
            t_s=history.time(moving.return_end),
            known_s=history.time(known),
            index=self._count,
            direction=direction,
            side=side,
            hold_s=history.time(moving.return_start) - history.time(moving.landing),
            dated_back=dated_back,
        )
        self._events.append(counted)
        self._pending.append(_Pending(moving, self._count, direction, side, dated_back, known))

    def _take_calibration(self, moving: Movement, known: int) -> None:
        """Shown, not counted: it was asked for to tell the side, not to be done well."""
        heading = landing_heading(self._history, moving)
        if heading is not None:
            self.sideways.learn(moving.centre, heading, self._seen(moving))
            self._not_counted(moving, moving.return_end, known, "calibration")

    def _take_other(self, finished: Finished, known: int, reason: Reason) -> None:
        moving = finished.movement
        self._not_counted(moving, moving.return_end, known, reason)
        heading = landing_heading(self._history, moving) if reason == "other_direction" else None
        if heading is None:
            return
        seen = self._seen(moving)
        if self._armed.throughout(seen.begin_s, seen.end_s):
            self.sideways.notice(heading, seen)

    def _seen(self, moving: Movement) -> Seen:
        begin_s, end_s = self._history.time(moving.drop_start), self._history.time(moving.return_end)
        return Seen(moving.landing_deg, begin_s, end_s)

    def _calibrate(self, drop_start_s: float) -> None:
        while self._calibrations and self._calibrations[0][0] <= drop_start_s:
            self.sideways.await_side(self._calibrations.pop(0)[1])

    def _not_counted(self, moving: Movement, end: int, known: int, reason: Reason) -> None:
        history = self._history
        start = max(moving.drop_start if moving.drop_start >= 0 else moving.lowest, history.start)
        aborted = Aborted(
            start_s=history.time(start),
            end_s=history.time(max(end, start)),
            reason=reason,
            range_deg=moving.landing_deg if moving.landing >= 0 else None,
        )
        self._events.append(NotCounted(history.time(min(known, history.end - 1)), aborted))

    # --- final figures -----------------------------------------------------------------------------------------------

    def _finalise(self, end: int, *, at_end: bool) -> None:
        while self._pending:
            pending = self._pending[0]
            due = self._due(pending, end)
            if due is None and not at_end:
                return
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
            if self._on_window is not None:
                self._on_window(rep, window)
            self._events.append(RepDone(self._history.time(end - 1 if due is None else due), rep))

    def _due(self, pending: _Pending, end: int) -> int | None:
        """The sample at which everything the figures of a repetition need is there; None while it is not."""
        history, moving = self._history, pending.movement
        main = self._belief.believed
        if main is not None:
            settle_swing(history, moving, end, main.machine.band_deg, self._settings)
        if moving.swing_known < 0:
            return None
        complete = history.index_at(history.time(moving.return_end) + MARGIN_S)
        due = max(complete, moving.swing_known, pending.counted)
        return due if due < end else None
