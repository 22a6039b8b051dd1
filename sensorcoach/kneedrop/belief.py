"""Which centre is believed, and when another takes its place (definitions.md A3).

One `Candidate` is believed. While it is at a loss (the leg does not come home: a wrong first rest, a new posture, a
strap that slipped; or nobody rested yet) others are tried on the same history. The one that explains enough repetitions
takes over, dated back. Such decisions are taken at fixed sample numbers, once a second or less often, so they do not
depend on how the stream was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.armed import Armed
from sensorcoach.kneedrop.candidate import Candidate, Finished
from sensorcoach.kneedrop.finding import centre_from_turns, centre_within, detour_deg
from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.posture import landing_heading, strays_deg, why_not
from sensorcoach.kneedrop.sideways import Sideways
from sensorcoach.kneedrop.stations import Rest, RestFinder, Turn, TurnFinder, rest_before
from sensorcoach.model import Floats
from sensorcoach.settings import Settings

REACH_S = 190.0
"""Decisions look back this far: the longest repetition (120 s) and the longest dating back (60 s), with room."""
_DECIDE_S = 1.0
"""How often the idea of the centre is looked at again ..."""
_BELIEVED = 8
"""... and so many times more rarely while one is believed: what replaces it needs many seconds of proof anyway."""
_MOST_CANDIDATES = 3
_MOST_TURNS = 6
"""Turning points remembered: enough for a swing to both sides with a stop at the centre each time."""
_BEGIN_STILL_S = 1.0
_BEGIN_STILL_DEG = 3.0
"""Still for a second at the very beginning: worth trying as a centre (SisFall: some roll over before two seconds)."""
_STAYED_S = 0.5
"""Slow for this long at the place of a later rest: the leg had been home before."""
_START_IN_MOVEMENT_S = 0.5
"""A recording that is not at rest this soon began in mid-movement."""
_CUT_MOVEMENT_S = 30.0
"""A movement cut by the beginning rests within this time (a hold of 10 s on either side fits in)."""
_ONE_WAY_DEG = 15.0
"""What lies on the way between two places lengthens it by less than this."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """Another centre is believed, decided with samples up to ``at``: that of ``candidate``, dated back to its start.

    ``abandoned``: the movement under way that went out from the old centre. ``slipped_deg``: how far the new centre
    lies from the old one; None where there was none, or where that is farther than a strap slips.
    """

    candidate: Candidate
    at: int
    abandoned: Movement | None
    slipped_deg: float | None


class Belief:
    """Holds the believed candidate; whoever walks it asks `next_decision` and takes the adoptions of `decide`."""

    def __init__(self, history: History, sideways: Sideways, armed: Armed, settings: Settings) -> None:
        self.believed: Candidate | None = None
        self._history, self._sideways, self._armed, self._settings = history, sideways, armed, settings
        self._others: list[Candidate] = []
        """Tried on the same history while the believed one is at a loss."""
        self._rests = RestFinder(settings.frame, 0)
        self._turns = TurnFinder(settings.phases, 0)
        self._seen_turns: list[Turn] = []
        self._reach = round(REACH_S * history.rate_hz)
        self._hop = max(1, round(_DECIDE_S * history.rate_hz))
        self._decided = 0
        self._begin_s = 0.0
        self._seen_beginning = self._began_still = False

    def next_decision(self) -> int:
        """The sample up to which everything must have been walked before `decide` is asked."""
        hop = self._hop if self.believed is None or self._sideways.awaiting else _BELIEVED * self._hop
        return (self._decided // hop + 1) * hop

    def decide(self, at: int) -> Iterator[Adoption]:
        """Look again at the centre, with samples up to ``at``; each adoption is taken before the next is asked for."""
        if self._decided == 0:
            self._begin_s = self._history.time(0)
        self._decided = at
        main = self.believed
        if main is not None:
            self._others = [other for other in self._others if other.born > main.last_return]
            if main.at_home(self._history, at):
                self._forget_doubts(at)
                return
        turns = self._turns.advance(self._history, at)
        self._seen_turns = [t for t in self._seen_turns + turns if t.at >= at - self._reach][-_MOST_TURNS:]
        self._consider_beginning(at)
        for rest in self._rests.advance(self._history, at):
            if self.believed is None or rest.known > self.believed.last_return:
                yield from self._consider_rest(rest, at)
        if turns and self.believed is None:
            yield from self._consider_turns(at)
        elif turns:
            self._consider_swing(at)
        yield from self._try_others(at)

    def take_rest(self, at: int, paused_s: float) -> Adoption | None:
        """The person is ready: where the leg rests before sample ``at`` is the centre, whatever was thought before.

        Not so where it does not rest, or rests where it can only be in a hold: along the line of movements that
        counted, or since before the pause, which began at ``paused_s``. Then all goes on as it was.
        """
        rest = rest_before(self._history, at, self._settings.frame)
        if rest is None or not self._sideways.may_be_centre(rest.up) or self._is_hold(rest.up, paused_s):
            return None
        old = self.believed
        self.believed = Candidate(Centre(rest.up, "rest"), self._settings, rest.start, at)
        self._others.clear()
        self._seen_turns.clear()
        self._rests.skip(at)
        self._turns.skip(at)
        self._decided = at
        return Adoption(self.believed, at, None if old is None else old.machine.movement, None)

    def _is_hold(self, up: Floats, paused_s: float) -> bool:
        if self.believed is None:
            return False
        centre, moving = self.believed.machine.centre, self.believed.machine.movement
        heading = centre.heading(up)
        if heading is None or angle_between_deg(centre.up0, up) < self._settings.phases.r_min_deg:
            return False
        if self._sideways.fresh:
            return moving is not None and self._history.time(moving.trigger) < paused_s
        return self._sideways.off_line_deg(centre, heading) <= self._sideways.tolerance_deg()

    def conclude(self, at: int) -> Iterator[Adoption]:
        """The stream ended at ``at``: where no centre was believed, the best idea there is has to do."""
        yield from self.decide(at)
        if self.believed is None and self._others:
            yield self._adopt(max(self._others, key=self._reps_explained), at)

    def reconsider(self, main: Candidate, known: int) -> Adoption | None:
        """The believed centre's last movement ended, as known at sample ``known``: does it tell of another centre?"""
        last = main.finished[-1]
        centre = self._centre_between(last)
        if centre is not None:
            return self._adopt(Candidate(centre, self._settings, main.start, known + 1), known + 1)
        if last.movement.ending == "incomplete":
            stopped_at = self._history.up_at(known).copy()
            self._consider_place(stopped_at, last.movement.return_end, known + 1)
        return None

    def _forget_doubts(self, at: int) -> None:
        """The leg is home: only what is in the middle of a movement is still tried."""
        self._rests.skip(at)
        self._turns.skip(at)
        self._others = [other for other in self._others if other.machine.movement is not None]

    # --- the beginning and the rests ---------------------------------------------------------------------------------

    def _consider_beginning(self, at: int) -> None:
        """A short stillness at the very beginning is not yet a rest, but may prove to be the centre."""
        history = self._history
        if self.believed is not None or self._seen_beginning:
            return
        if history.time(at - 1) - self._begin_s < _BEGIN_STILL_S:
            return
        self._seen_beginning = True
        ups = history.up(0, history.index_at(self._begin_s + _BEGIN_STILL_S) + 1)
        mean = unit(ups.mean(axis=0))
        if max(angle_between_deg(ups[0], mean), angle_between_deg(ups[-1], mean)) < _BEGIN_STILL_DEG:
            self._began_still = True
            self._consider_place(mean, 0, at)

    def _consider_rest(self, rest: Rest, at: int) -> Iterator[Adoption]:
        if not self._sideways.may_be_centre(rest.up):
            return
        self._consider_place(rest.up, self._first_visit(rest, at), rest.known)
        if self.believed is None and not self._in_mid_movement(rest, at):
            yield from self._believe_first_rest(rest, at)

    def _first_visit(self, rest: Rest, at: int) -> int:
        """While no centre is believed, a rest counts from when the leg first was at its place (dated back)."""
        if self.believed is not None:
            return rest.start
        history, phases = self._history, self._settings.phases
        earliest_s = history.time(at - 1) - self._settings.frame.date_back_s
        start = max(at - self._reach, 0, history.index_at(earliest_s))
        band_deg = min(phases.centre_band_deg, 0.5 * phases.r_min_deg)
        until = max(start, rest.start - self._hop)
        rate = history.up_rate(start, until)
        slow = np.einsum("ij,ij->i", rate, rate) < np.radians(phases.still_dps) ** 2
        stayed = slow & (Centre(rest.up, "rest").angle_deg(history.up(start, until)) <= band_deg)
        return start if stayed.sum() >= _STAYED_S * history.rate_hz else rest.start

    def _in_mid_movement(self, rest: Rest, at: int) -> bool:
        """The stream began within the movement that this rest belongs to: it may be a hold as well as the centre.

        So it is if the stream did not begin still, and all it showed since lies on one way that ends at the rest.
        Somebody who lies down and straps the sensor on goes other ways.
        """
        history = self._history
        lead_s = history.time(rest.start) - self._begin_s
        if at > self._reach or self._began_still or not _START_IN_MOVEMENT_S < lead_s < _CUT_MOVEMENT_S:
            return False
        places = [history.up(0, 1)[0], *(turn.up for turn in self._seen_turns if turn.known <= rest.start)]
        far = max(places, key=lambda place: angle_between_deg(place, rest.up))
        nearest_deg, farthest_deg = 0.5 * self._settings.phases.r_min_deg, self._settings.frame.farthest_deg
        if not nearest_deg < angle_between_deg(far, rest.up) < farthest_deg:
            return False
        return all(detour_deg(place, far, rest.up) < _ONE_WAY_DEG for place in places)

    def _believe_first_rest(self, rest: Rest, at: int) -> Iterator[Adoption]:
        """At rest, and nobody believed: take the place that explained most, unless a movement is open in the rest."""
        for other in self._others:
            other.catch_up(self._history, rest.known + 1)
        best = max(self._others, key=self._reps_explained)
        if self._reps_explained(best) > 0 or all(other.machine.movement is None for other in self._others):
            yield self._adopt(best, at)

    def _consider_place(self, up: Floats, start: int, born: int) -> None:
        if self._sideways.may_be_centre(up) and not self._is_considered(up):
            self._try(Candidate(Centre(up, "rest"), self._settings, start, born))

    # --- turning points ----------------------------------------------------------------------------------------------

    def _consider_turns(self, at: int) -> Iterator[Adoption]:
        """Nobody rested where it counts: three turning points decide, from the beginning of what is remembered."""
        if len(self._seen_turns) < self._settings.frame.date_back_turns:
            return
        centre = centre_from_turns(self._history, self._seen_turns, self._sideways, self._settings.phases)
        if centre is None:
            return
        earliest_s = self._history.time(at - 1) - self._settings.frame.date_back_s
        start = max(self._history.start, self._history.index_at(earliest_s))
        yield self._adopt(Candidate(centre, self._settings, start, at), at)

    def _consider_swing(self, at: int) -> None:
        """The believed centre is not visited any more, but something swings: its middle is worth a try."""
        moving = None if self.believed is None else self.believed.machine.movement
        recent = [] if moving is None else [turn for turn in self._seen_turns if turn.at >= moving.trigger]
        if len(recent) < self._settings.frame.date_back_turns:
            return
        centre = centre_from_turns(self._history, recent, self._sideways, self._settings.phases)
        if centre is not None and self._sideways.may_be_centre(centre.up0) and not self._is_considered(centre.up0):
            self._try(Candidate(centre, self._settings, recent[-3].at, at))

    # --- trying and believing ----------------------------------------------------------------------------------------

    def _is_considered(self, up: Floats) -> bool:
        known = self._others if self.believed is None else [self.believed, *self._others]
        return any(angle_between_deg(c.machine.centre.up0, up) < self._settings.phases.centre_band_deg for c in known)

    def _try(self, candidate: Candidate) -> None:
        self._others.append(candidate)
        del self._others[:-_MOST_CANDIDATES]

    def _try_others(self, at: int) -> Iterator[Adoption]:
        for other in self._others:
            other.catch_up(self._history, at)
        best = max(self._others, key=self._reps_explained, default=None)
        if best is not None and self._reps_explained(best) >= self._proof(best, at):
            yield self._adopt(best, at)

    def _proof(self, candidate: Candidate, at: int) -> int:
        """Repetitions that make it believed.

        One along a known line, from a place the strap may have slipped to; or where just one was asked for: what the
        leg comes home from and to is the centre, wherever it lay when it was asked.
        """
        main, frame = self.believed, self._settings.frame
        if self._sideways.awaiting:
            return 1
        if main is None or not self._sideways.known:
            return frame.proof_reps
        slipped = candidate.machine.centre.source == "rest" and _apart_deg(main, candidate) <= frame.slip_most_deg
        return 1 if slipped and candidate.rests_at_home(self._history, at) else frame.proof_reps

    def _reps_explained(self, candidate: Candidate) -> int:
        for finished in candidate.finished[candidate.judged :]:
            reason = why_not(self._history, finished.movement, self._sideways, self._armed, self._settings)
            candidate.explained += reason is None or (reason == "disarmed" and self._sideways.awaiting)
        candidate.judged = len(candidate.finished)
        return candidate.explained

    def _adopt(self, candidate: Candidate, at: int) -> Adoption:
        candidate.catch_up(self._history, at)
        centre = self._centre_between(candidate.finished[0]) if candidate.finished else None
        if centre is not None:
            candidate = Candidate(centre, self._settings, candidate.start, at)
            candidate.catch_up(self._history, at)
        old, self.believed = self.believed, candidate
        self._others.clear()
        if old is None:
            return Adoption(candidate, at, None, None)
        off_deg = _apart_deg(old, candidate)
        slipped_deg = off_deg if off_deg <= self._settings.frame.slip_most_deg else None
        return Adoption(candidate, at, old.machine.movement, slipped_deg)

    def _centre_between(self, first: Finished) -> Centre | None:
        """The centre in the middle, if the rest that the first movement of all left and came back to was a hold.

        So it was if the leg stopped half-way out and, at the same place, half-way back; or if it went farther than one
        side reaches.
        """
        moving = first.movement
        if not self._sideways.fresh or moving.centre.source != "rest" or moving.landing < 0:
            return None
        heading = landing_heading(self._history, moving)
        if heading is None or strays_deg(self._history, moving, heading) > self._settings.frame.stray_deg:
            return None
        return centre_within(self._history, moving, first.known, self._sideways, self._settings)


def _apart_deg(one: Candidate, other: Candidate) -> float:
    return angle_between_deg(one.machine.centre.up0, other.machine.centre.up0)
