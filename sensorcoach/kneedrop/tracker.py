"""Motion in, events out: keeps the history, the idea of the centre and what is known sideways, and counts.

Rooms below know one thing each; here they meet. One `Candidate` is in charge; while it is at a loss (the leg does not come
home: a wrong first rest, a new posture, nobody ever rested), others are tried on the same history, and the one that
explains two repetitions takes over, dated back (definitions.md A3). Such decisions are taken at fixed sample numbers, once
a second or less often, so they do not depend on how the stream was cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.candidate import Candidate, Finished, settle_swing
from sensorcoach.kneedrop.finding import centre_from_turns, centre_within, detour_deg
from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import Change, What
from sensorcoach.kneedrop.posture import strays_deg, why_not
from sensorcoach.kneedrop.repetition import MARGIN_S, build_rep
from sensorcoach.kneedrop.sideways import Seen, Sideways
from sensorcoach.kneedrop.stations import Rest, RestFinder, Turn, TurnFinder
from sensorcoach.model import (
    Aborted,
    CentreFound,
    Control,
    Counted,
    Event,
    Floats,
    Mounting,
    NotCounted,
    PhaseChanged,
    PhaseName,
    RepDone,
    SensorSlipped,
    Severity,
    Side,
)
from sensorcoach.settings import Settings

REACH_S = 190.0
"""The longest repetition (120 s) and the longest dating back (60 s), with room. Decisions look back this far ..."""
HISTORY_S = 220.0
"""... and this much is kept, so that the length of a block does not show."""
DECIDE_S = 1.0
"""How often the idea of the centre is looked at again."""
_BELIEVED = 8
"""... and this much more rarely while one is believed: what replaces it needs many seconds to prove itself anyway."""
_MOST_CANDIDATES = 3
_PROOF_REPS = 2
"""Repetitions a candidate must explain before it takes over from one that explains none."""
_SLIP_REACH_DEG = 25.0
"""A strap slips by up to 25 deg around the leg, which tilts it by up to 0.8 of that."""
_START_IN_MOVEMENT_S = 0.5
"""A recording that is not at rest this soon began in mid-movement."""
_BEGIN_STILL_S = 1.0
_BEGIN_STILL_DEG = 3.0
"""Still for a second at the very beginning: worth trying as a centre (SisFall: some roll over before two seconds)."""
_STAYED_S = 0.5
"""Slow for this long at the place of a later rest: the leg had been home before."""
_CUT_MOVEMENT_S = 30.0
"""A movement cut by the beginning rests within this time (a hold of 10 s on either side fits in)."""
_ONE_WAY_DEG = 15.0
"""What lies on the way between two places lengthens it by less than this."""


_PHASES: dict[What, PhaseName] = {"drop": "drop", "landing": "hold", "return": "return"}


@dataclass(slots=True)
class _Pending:
    """A counted repetition whose final figures wait for what follows it."""

    movement: Movement
    index: int
    direction: int
    side: Side | None
    dated_back: bool
    counted: int
    """The sample at which it was counted."""


class Tracker:
    """``push`` motion and controls in the order of the stream, take events; ``flush`` at its end."""

    def __init__(self, mounting: Mounting, settings: Settings, rate_hz: float) -> None:
        self._settings = settings
        self.sideways = Sideways(mounting, settings.frame)
        self._history = History(HISTORY_S, rate_hz)
        self._reach = round(REACH_S * rate_hz)
        self._hop = max(1, round(DECIDE_S * rate_hz))
        self._done = 0
        self._main: Candidate | None = None
        self._others: list[Candidate] = []
        self._rests = RestFinder(settings.frame, 0)
        self._turns = TurnFinder(settings.phases, 0)
        self._seen_turns: list[Turn] = []
        self._pending: list[_Pending] = []
        self._count = 0
        self._told_steps = 0
        self._disarmed: list[list[float]] = []
        self._calibrations: list[tuple[float, Side]] = []
        self._events: list[Event] = []
        self._named_movement: Movement | None = None
        self._named: tuple[Literal[1, -1], Side | None] = (1, None)
        """Direction and side of the movement under way, as its events say it."""
        self._told_phase: tuple[int, PhaseName, int] | None = None
        self._begin_s = 0.0
        self._seen_beginning = self._began_still = False

    # --- the stream --------------------------------------------------------------------------------------------------

    def push(self, motion: Motion) -> list[Event]:
        """Blocks of any length; at most a few seconds each keep the history's promise of how far it reaches back."""
        if self._history.end == 0:
            self._begin_s = float(motion.t_s[0])
        self._history.append(motion)
        self._advance(self._history.end)
        return self._take_events()

    def control(self, control: Control) -> None:
        """``arm`` and ``pause`` bound the time in which movements count; ``calibrate`` names the side of the next one."""
        if control.action == "pause":
            self._disarmed.append([control.t_s, float("inf")])
        elif control.action == "arm" and self._disarmed:
            self._disarmed[-1][1] = min(self._disarmed[-1][1], control.t_s)
        elif control.action == "calibrate" and control.value in ("left", "right"):
            self._calibrations.append((control.t_s, "left" if control.value == "left" else "right"))

    def flush(self) -> list[Event]:
        """End of the stream: the same rules close what is under way."""
        self._advance(self._history.end)
        self._decide(self._history.end)
        if self._main is None and self._others:
            self._adopt(max(self._others, key=self._reps_explained), self._history.end)
        if self._main is not None and (change := self._main.finish(self._history)) is not None:
            self._take_change(change)
        self._finalise(self._history.end, at_end=True)
        return self._take_events()

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return sorted(events, key=lambda event: event.known_s)

    def _advance(self, end: int) -> None:
        while (boundary := self._next_decision()) <= end:
            self._run(boundary)
            self._decide(boundary)
            self._done = boundary
        self._run(end)

    def _next_decision(self) -> int:
        """While a centre is believed, more rarely than while one is wanted."""
        hop = self._hop if self._main is None else _BELIEVED * self._hop
        return (self._done // hop + 1) * hop

    def _run(self, end: int) -> None:
        main = self._main
        while main is not None and main.machine.position < end:
            for change in main.advance(self._history, end):
                self._take_change(change)
                if self._main is not main:  # it was a hold, not the centre: go on with what it taught
                    break
            main = self._main
        self._finalise(end, at_end=False)

    # --- which centre ------------------------------------------------------------------------------------------------

    def _decide(self, at: int) -> None:
        if self._main is not None:
            self._others = [other for other in self._others if other.born > self._main.last_return]
            if self._main.at_home(self._history, at):
                self._rests.skip(at)
                self._turns.skip(at)
                self._others = [other for other in self._others if other.machine.movement is not None]
                return
        turns = self._turns.advance(self._history, at)
        self._seen_turns = [t for t in self._seen_turns + turns if t.at >= at - self._reach][-6:]
        self._consider_beginning(at)
        for rest in self._rests.advance(self._history, at):
            if self._main is None or rest.known > self._main.last_return:
                self._consider_rest(rest, at)
        if turns and self._main is None:
            self._consider_turns(at)
        elif turns:
            self._consider_swing(at)
        self._try_others(at)

    def _consider_beginning(self, at: int) -> None:
        """A short stillness at the very beginning is not yet a rest, but may prove to be the centre."""
        if self._main is not None or self._seen_beginning or self._history.time(at - 1) - self._begin_s < _BEGIN_STILL_S:
            return
        self._seen_beginning = True
        ups = self._history.up(0, self._history.index_at(self._begin_s + _BEGIN_STILL_S) + 1)
        mean = unit(ups.mean(axis=0))
        if max(angle_between_deg(ups[0], mean), angle_between_deg(ups[-1], mean)) < _BEGIN_STILL_DEG:
            self._began_still = True
            self._consider_place(mean, 0, at)

    def _consider_rest(self, rest: Rest, at: int) -> None:
        if not self.sideways.may_be_centre(rest.up):
            return
        self._consider_place(rest.up, self._first_visit(rest, at), rest.known)
        if self._main is None and not self._in_mid_movement(rest, at):
            self._believe_first_rest(rest, at)

    def _first_visit(self, rest: Rest, at: int) -> int:
        """While no centre is believed, a rest counts from when the leg first was at its place (dated back)."""
        if self._main is not None:
            return rest.start
        history = self._history
        earliest_s = history.time(at - 1) - self._settings.frame.date_back_s
        start = max(at - self._reach, 0, history.index_at(earliest_s))
        band_deg = min(self._settings.phases.centre_band_deg, 0.5 * self._settings.phases.r_min_deg)
        until = max(start, rest.start - self._hop)
        rate = history.up_rate(start, until)
        slow = np.einsum("ij,ij->i", rate, rate) < np.radians(self._settings.phases.still_dps) ** 2
        stayed = slow & (Centre(rest.up, "rest").angle_deg(history.up(start, until)) <= band_deg)
        return start if stayed.sum() >= _STAYED_S * history.rate_hz else rest.start

    def _believe_first_rest(self, rest: Rest, at: int) -> None:
        """At rest, and nobody in charge: believe the place that explained most, unless a movement is open in the rest."""
        for other in self._others:
            other.catch_up(self._history, rest.known + 1)
        best = max(self._others, key=self._reps_explained)
        if self._reps_explained(best) > 0 or all(other.machine.movement is None for other in self._others):
            self._adopt(best, at)

    def _consider_place(self, up: Floats, start: int, born: int) -> None:
        if self.sideways.may_be_centre(up) and not self._is_considered(up):
            self._others.append(Candidate(Centre(up, "rest"), self._settings, start, born))
            del self._others[:-_MOST_CANDIDATES]

    def _in_mid_movement(self, rest: Rest, at: int) -> bool:
        """The stream began within the movement that this rest belongs to: it may be a hold as well as the centre.

        So it is if the stream did not begin still, and all it showed since lies on one way that ends at the rest. Somebody
        who lies down and straps the sensor on goes other ways.
        """
        history = self._history
        lead_s = history.time(rest.start) - self._begin_s
        if at > self._reach or self._began_still or not _START_IN_MOVEMENT_S < lead_s < _CUT_MOVEMENT_S:
            return False
        places = [history.up(0, 1)[0], *(turn.up for turn in self._seen_turns if turn.known <= rest.start)]
        far = max(places, key=lambda place: angle_between_deg(place, rest.up))
        reach = 0.5 * self._settings.phases.r_min_deg, self._settings.frame.farthest_deg
        if not reach[0] < angle_between_deg(far, rest.up) < reach[1]:
            return False
        return all(detour_deg(place, far, rest.up) < _ONE_WAY_DEG for place in places)

    def _is_considered(self, up: Floats) -> bool:
        known = self._others if self._main is None else [self._main, *self._others]
        return any(angle_between_deg(c.machine.centre.up0, up) < self._settings.phases.centre_band_deg for c in known)

    def _consider_turns(self, at: int) -> None:
        """Nobody rested where it counts: three turning points decide, from the beginning of what is remembered."""
        if len(self._seen_turns) < self._settings.frame.date_back_turns:
            return
        centre = centre_from_turns(self._history, self._seen_turns, self.sideways, self._settings.phases)
        if centre is None:
            return
        earliest_s = self._history.time(at - 1) - self._settings.frame.date_back_s
        start = max(self._history.start, self._history.index_at(earliest_s))
        self._adopt(Candidate(centre, self._settings, start, at), at)

    def _consider_swing(self, at: int) -> None:
        """The centre in charge is not visited any more, but something swings: its middle is worth a try."""
        moving = None if self._main is None else self._main.machine.movement
        recent = [] if moving is None else [turn for turn in self._seen_turns if turn.at >= moving.trigger]
        if len(recent) < self._settings.frame.date_back_turns:
            return
        centre = centre_from_turns(self._history, recent, self.sideways, self._settings.phases)
        if centre is not None and self.sideways.may_be_centre(centre.up0) and not self._is_considered(centre.up0):
            self._others.append(Candidate(centre, self._settings, recent[-3].at, at))
            del self._others[:-_MOST_CANDIDATES]

    def _try_others(self, at: int) -> None:
        for other in self._others:
            other.catch_up(self._history, at)
        best = max(self._others, key=self._reps_explained, default=None)
        if best is not None and self._reps_explained(best) >= self._proof(best, at):
            self._adopt(best, at)

    def _proof(self, candidate: Candidate, at: int) -> int:
        """Repetitions that make a candidate believed: along a known line, from a place the strap may have slipped to, one."""
        main = self._main
        if main is None or not self.sideways.known:
            return _PROOF_REPS
        off_deg = angle_between_deg(main.machine.centre.up0, candidate.machine.centre.up0)
        slipped = candidate.machine.centre.source == "rest" and off_deg <= _SLIP_REACH_DEG
        return 1 if slipped and candidate.rests_at_home(self._history, at) else _PROOF_REPS

    def _reps_explained(self, candidate: Candidate) -> int:
        for finished in candidate.finished[candidate.judged :]:
            candidate.explained += self._why_not(finished.movement) is None
        candidate.judged = len(candidate.finished)
        return candidate.explained

    def _adopt(self, candidate: Candidate, at: int) -> None:
        candidate.catch_up(self._history, at)
        centre = self._centre_between(candidate.finished[0]) if candidate.finished else None
        if centre is not None:
            candidate = Candidate(centre, self._settings, candidate.start, at)
            candidate.catch_up(self._history, at)
        if self._main is not None:
            self._leave_centre(self._main, candidate, at)
        self._main = candidate
        self._others.clear()
        self._told_steps = len(candidate.follower.steps)
        history = self._history
        known_s = history.time(at - 1)
        self._events.append(CentreFound(known_s, history.time(candidate.start), candidate.machine.centre.source))
        for finished in candidate.finished:
            self._judge(finished, decided=at)
        candidate.finished.clear()

    def _leave_centre(self, old: Candidate, new: Candidate, at: int) -> None:
        if old.machine.movement is not None:
            self._not_counted(old.machine.movement, new.start, at, "other_posture")
        off_deg = angle_between_deg(old.machine.centre.up0, new.machine.centre.up0)
        severity = self._slip_severity(off_deg)
        if severity is not None and off_deg <= _SLIP_REACH_DEG:
            history = self._history
            slip = SensorSlipped(history.time(new.start), history.time(at - 1), off_deg, severity)
            self._events.append(slip)

    # --- what happens ------------------------------------------------------------------------------------------------

    def _take_change(self, change: Change) -> None:
        main = self._main
        if main is None:
            return
        if change.what == "end":
            self._take_finished(main, change.known)
            return
        phase = _PHASES.get(change.what)
        if phase is None:
            return
        told = (change.movement.trigger, phase, change.at)
        if told == self._told_phase:
            return
        self._told_phase = told
        history, moving = self._history, change.movement
        up = history.up(change.at, change.at + 1)[0]
        if change.what == "drop" or self._named_movement is not moving:
            self._named_movement = moving
            self._named = self.sideways.named(moving.centre, moving.way.lateral)
        direction, side = self._named
        event = PhaseChanged(
            t_s=history.time(change.at),
            known_s=history.time(change.known),
            phase=phase,
            direction=direction,
            side=side,
            angle_deg=angle_between_deg(moving.centre.up0, up),
        )
        self._events.append(event)
        self._tell_steps(change.known)

    def _take_finished(self, main: Candidate, known: int) -> None:
        moving = main.finished[-1].movement
        centre = self._centre_between(main.finished[-1])
        if centre is not None:
            self._adopt(Candidate(centre, self._settings, main.start, known + 1), known + 1)
            return
        if moving.ending == "incomplete":
            self._consider_place(self._history.up(known, known + 1)[0].copy(), moving.return_end, known + 1)
        for finished in main.finished:
            self._judge(finished, decided=-1)
        main.finished.clear()

    def _centre_between(self, first: Finished) -> Centre | None:
        """Was the rest that the first movement of all left and came back to a hold at one side? Then the centre lies between.

        So it is if the leg stopped half-way out and, at the same place, half-way back; or if it went farther than one
        side reaches.
        """
        moving = first.movement
        if not self.sideways.fresh or moving.centre.source != "rest" or moving.landing < 0:
            return None
        heading = moving.centre.heading(self._history.up(moving.landing, moving.landing + 1)[0])
        if heading is None or strays_deg(self._history, moving, heading) > self._settings.frame.stray_deg:
            return None
        return centre_within(self._history, moving, first.known, self.sideways, self._settings)

    def _tell_steps(self, known: int) -> None:
        main = self._main
        if main is None:
            return
        for step in main.follower.steps[self._told_steps :]:
            severity = self._slip_severity(step.angle_deg)
            if severity is not None:
                t_s, known_s = self._history.time(step.at), self._history.time(known)
                self._events.append(SensorSlipped(t_s, known_s, step.angle_deg, severity))
        self._told_steps = len(main.follower.steps)

    def _slip_severity(self, angle_deg: float) -> Severity | None:
        levels = self._settings.frame.slip_levels_deg
        if levels.severe is not None and angle_deg >= levels.severe:
            return "severe"
        if levels.warn is not None and angle_deg >= levels.warn:
            return "warn"
        return "note" if levels.note is not None and angle_deg >= levels.note else None

    def _judge(self, finished: Finished, decided: int) -> None:
        """Count a movement or say why not. ``decided``: where its centre was found, if that was later; else -1."""
        moving, history = finished.movement, self._history
        known = max(finished.known, decided - 1)
        reason = self._why_not(moving)
        if reason is not None:
            self._not_counted(moving, moving.return_end, known, reason)
            if reason == "other_direction":
                self._notice(moving)
            return
        self._calibrate(history.time(moving.drop_start))
        heading = moving.centre.heading(history.up(moving.landing, moving.landing + 1)[0])
        if heading is None:
            return
        direction, side = self.sideways.learn(moving.centre, heading, self._seen(moving))
        self._count += 1
        dated_back = decided >= 0
        hold_s = history.time(moving.return_start) - history.time(moving.landing)
        self._events.append(
            Counted(
                t_s=history.time(moving.return_end),
                known_s=history.time(known),
                index=self._count,
                direction=direction,
                side=side,
                hold_s=hold_s,
                dated_back=dated_back,
            )
        )
        self._pending.append(_Pending(moving, self._count, direction, side, dated_back, known))

    def _notice(self, moving: Movement) -> None:
        heading = moving.centre.heading(self._history.up(moving.landing, moving.landing + 1)[0])
        if heading is not None:
            self.sideways.notice(heading, self._seen(moving))

    def _seen(self, moving: Movement) -> Seen:
        begin_s, end_s = self._history.time(moving.drop_start), self._history.time(moving.return_end)
        return Seen(moving.landing_deg, begin_s, end_s)

    def _calibrate(self, drop_start_s: float) -> None:
        while self._calibrations and self._calibrations[0][0] <= drop_start_s:
            self.sideways.await_side(self._calibrations.pop(0)[1])

    def _why_not(self, moving: Movement) -> str | None:
        reason = why_not(self._history, moving, self.sideways, self._settings)
        if reason is None and self._is_disarmed(moving):
            return "disarmed"
        return reason

    def _is_disarmed(self, moving: Movement) -> bool:
        start_s, end_s = self._history.time(moving.drop_start), self._history.time(moving.return_end)
        return any(start_s < until and end_s >= since for since, until in self._disarmed)

    def _not_counted(self, moving: Movement, end: int, known: int, reason: str) -> None:
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
            rep = build_rep(
                self._history,
                pending.movement,
                self._settings,
                index=pending.index,
                direction=pending.direction,
                side=pending.side,
                dated_back=pending.dated_back,
            )
            self._events.append(RepDone(self._history.time(end - 1 if due is None else due), rep))

    def _due(self, pending: _Pending, end: int) -> int | None:
        """The sample at which everything the figures of a repetition need is there; None while it is not."""
        main, history = self._main, self._history
        if main is not None:
            settle_swing(history, pending.movement, end, main.machine.band_deg, self._settings)
        if pending.movement.swing_known < 0:
            return None
        complete = history.index_at(history.time(pending.movement.return_end) + MARGIN_S)
        due = max(complete, pending.movement.swing_known, pending.counted)
        return due if due < end else None
