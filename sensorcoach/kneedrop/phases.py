"""The phase machine: centre -> drop -> hold -> return -> centre (definitions.md B). Angle decides, speed dates.

It walks over the history in slices; in each state one vector expression answers "at which sample does this state end?".
Every condition looks at a sample and at what lies before it, so the answer does not depend on the slices. The machine
knows one centre and judges nothing: whether a movement counts is decided in `posture`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sensorcoach.kneedrop.centre import CentreFollower
from sensorcoach.kneedrop.frame import Centre, Way
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.hits import first
from sensorcoach.kneedrop.movement import Ending, Movement
from sensorcoach.kneedrop.view import CentreView
from sensorcoach.model import Bools, Floats, Ints
from sensorcoach.settings import PhaseSettings

State = Literal["centre", "drop", "hold", "return", "away"]
What = Literal["drop", "landing", "landed", "resumed", "confirmed", "return", "held", "end"]

JOLT_S = 0.5
_JOLT_MS2 = 4.0
"""A landing that shakes more than this shakes low-passed gravity too, for as long as the filter reaches."""
_SLICE = 400
"""Samples looked at in one expression: longer wastes work behind a change of state, shorter pays for more calls."""
_NEVER: Bools = np.zeros(1, dtype=np.bool_)
_SETTLE_DEG = 2.0
_SETTLE_FRACTION = 0.05
"""After a landing the angle must pass it by max(these) to be moving outward again: a rebound that settles does not."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something became known at sample ``known`` that dates to sample ``at``; ``end`` carries the finished movement.

    ``landing``: it seems to have landed; ``landed``: so long ago that the landing can be judged, where it was known
    before. ``resumed``: a landing that was told was none, the drop goes on. ``confirmed``: it was one. ``held``: a
    return that was told was none, the leg settled.
    """

    what: What
    at: int
    known: int
    movement: Movement


class PhaseMachine:
    """Incremental: what is known at a sample depends on what lies before it, not on how far a walk went."""

    def __init__(self, follower: CentreFollower, settings: PhaseSettings, start: int) -> None:
        self._follower = follower
        self._view = CentreView()
        self.settings = settings
        self.state: State = "centre"
        self.position = start
        self.movement: Movement | None = None
        self._turned: Movement | None = None
        """It turned outward again near home: its end, or a rebound of its landing; the next turning point tells."""
        self._due: Change | None = None
        """Told after the change before it."""
        self._home_since = start
        self._least_deg, self._least = np.inf, start
        self._slow_since = start
        self._fast_since = start
        self._landed = -1
        """The landing that can be judged."""
        self._confirmed = -1
        """The landing that was confirmed."""
        self._told = -1
        """The slow spell (its first sample) whose landing was told."""
        self._steps = {
            "centre": self._wait_for_drop,
            "drop": self._wait_for_landing,
            "hold": self._wait_for_return,
            "return": self._wait_for_home,
            "away": self._wait_until_back,
        }

    @property
    def centre(self) -> Centre:
        """The centre as it is followed now."""
        return self._follower.centre

    @property
    def band_deg(self) -> float:
        """The leg is home within this of the centre."""
        return min(self.settings.centre_band_deg, 0.5 * self.settings.r_min_deg)

    def advance(self, history: History, end: int) -> Iterator[Change]:
        """Walk as far as sample ``end``; each change is handed out before the walk goes on."""
        while self.position < end:
            if self._due is not None:
                due, self._due = self._due, None
                yield due
            until = min(end, self.position + _SLICE)
            hole = None if self.movement is None else _next_hole(history, self.position, until)
            if hole is None or hole > self.position:
                change = self._steps[self.state](history, self.position, until if hole is None else hole)
            elif self._is_beyond(history, hole):
                change = self._end_at_hole(history, hole)
            else:
                change = self._steps[self.state](history, hole, hole + 1)
            if change is not None:
                yield change

    def finish(self, history: History) -> Change | None:
        """The stream is over: the same rules close the movement under way (``cut``)."""
        moving = self.movement
        if self._turned is not None:
            turned, self._turned = self._turned, None
            self.movement, self.state = None, "centre"
            return Change("end", turned.return_end, self.position - 1, turned)
        if moving is None:
            return None
        last = self.position - 1
        nearly_home = self.state == "return" and self._angle(history, last, last + 1)[0] <= self._half(moving)
        return self._end(moving, "cut" if nearly_home else "no_return", last, last)

    # --- centre -> drop ----------------------------------------------------------------------------------------------

    def _wait_for_drop(self, history: History, start: int, end: int) -> Change | None:
        unseen = self._behind_a_hole(history, start, end)
        if unseen == start:  # the movement that begins now did not begin before it
            self._least_deg, self._least = np.inf, start
        elif unseen is not None:
            end = unseen
        angle = self._angle(history, start, end)
        least = np.minimum(np.minimum.accumulate(angle), self._least_deg)
        hit = first(angle - least >= 0.5 * self.settings.r_min_deg)
        seen = angle if hit is None else angle[: hit + 1]
        lowest = len(seen) - 1 - int(np.argmin(seen[::-1]))  # the last of equal ones, however the stream was cut
        if seen[lowest] <= self._least_deg:
            self._least_deg, self._least = float(seen[lowest]), start + lowest
        if hit is None:
            self.position = end
            return None
        return self._leave(history, start + hit)

    def _behind_a_hole(self, history: History, start: int, end: int) -> int | None:
        """The first sample from ``start`` on that comes so long after the one before that a drop with it is cut."""
        before = max(start - 1, history.start)
        times, longest_s = history.t_s(before, end), self.settings.longest_unseen_s
        if times[-1] - times[0] <= longest_s:
            return None
        hit = first(np.diff(times) > longest_s)
        return None if hit is None else before + 1 + hit

    def _leave(self, history: History, at: int) -> Change:
        centre = self._follower.settle(history, self._home_since, self._least + 1)
        moving = Movement(centre, Way.towards(centre, history.up_at(at)), lowest=self._least, trigger=at)
        self.movement, self.state, self.position = moving, "drop", at
        self._slow_since, self._told = at, -1
        return Change("drop", at, at, moving)

    # --- drop -> hold ------------------------------------------------------------------------------------------------

    def _wait_for_landing(self, history: History, start: int, end: int) -> Change | None:
        moving = self._moving()
        s = self.settings
        speed = self._rate(history, start, end)
        peak = np.maximum(np.maximum.accumulate(speed), moving.peak_dps)
        limit = np.maximum(np.maximum(s.still_dps, s.landing_fraction * peak), history.noises_dps(start, end))
        fast = np.abs(speed) >= limit
        since = self._spell(start, fast, self._slow_since)
        slow_s = self._lasting(history, start, end, since)
        landed = ~fast & (slow_s >= s.landing_still_s)
        told = ~fast & (slow_s >= s.provisional_landing_s) & (since != self._told)
        resumed = fast & (speed > 0.0) if self._told >= 0 else _NEVER
        hit = first(landed | told | resumed | (speed <= -limit))
        last = len(speed) - 1 if hit is None else hit
        moving.peak_dps, self._slow_since = float(peak[last]), int(since[last])
        if hit is None:
            self.position = end
            return None
        at = start + hit
        if landed[hit]:
            return self._land(history, moving, self._slow_since, at)
        if told[hit]:
            self._told, self.position = self._slow_since, at + 1
            return Change("landing", self._slow_since, at, moving)
        if _holds(resumed, hit):
            self._told, self.position = -1, at + 1
            return Change("resumed", at, at, moving)
        return self._land(history, moving, self._reversal(history, moving, at), at)

    def _reversal(self, history: History, moving: Movement, at: int) -> int:
        """Sample at which the outward speed became zero, at most back to where the slow spell began."""
        begin = max(moving.trigger, min(self._slow_since, at) - 2)
        speed = self._rate(history, begin, at + 1)
        outward = np.flatnonzero(speed > 0.0)
        return begin + (int(outward[-1]) + 1 if len(outward) else 0)

    def _land(self, history: History, moving: Movement, landing: int, known: int) -> Change:
        angle = self._angle(history, landing, known + 1)
        unseen = angle[-1] <= self.band_deg and self._has_hole(history, moving, known, 2.0 / history.rate_hz)
        if unseen or self._has_hole(history, moving, known, self.settings.longest_unseen_s):
            return self._give_up(moving, "unseen", known)
        if self._turned is not None:
            turned, self._turned = self._turned, None
            if turned.least_deg <= self.settings.incomplete_fraction * float(angle[0]):
                return self._landed_anew(history, turned, moving, landing, known)
            return self._rebounded(turned, float(angle[-1]), known)
        self._set_landing(history, moving, landing, known)
        return Change("landing", landing, known, moving)

    def _landed_anew(
        self, history: History, turned: Movement, moving: Movement, landing: int, known: int
    ) -> Change:
        """It was another drop: the movement before it ended where it turned."""
        self._set_landing(history, moving, landing, known)
        self._due = Change("landing", landing, known, moving)
        return Change("end", turned.return_end, known, turned)

    def _rebounded(self, turned: Movement, angle_deg: float, known: int) -> Change:
        """The leg came to rest where it cannot have dropped to: it was thrown back by its own landing."""
        self.movement, turned.return_end, turned.ending = turned, -1, None
        self._hold_again(turned, angle_deg, known + 1)
        self._fast_since = known + 1
        return Change("held", known, known, turned)

    def _set_landing(self, history: History, moving: Movement, landing: int, known: int) -> None:
        angle = self._angle(history, landing, known + 1)
        moving.landing, moving.landing_deg = landing, float(angle[0])
        moving.furthest_deg = float(angle.max())
        moving.settled = not self._jolted(history, landing, known)
        if can_be_judged(history, landing, known, self.settings):
            self._landed = landing
        self.state, self.position, self._fast_since = "hold", known + 1, known + 1

    def _has_hole(self, history: History, moving: Movement, known: int, longest_s: float) -> bool:
        """So long a time without samples in this drop.

        After long enough a one nobody knows what happened; with the leg at the centre again after any that was not
        filled, nobody saw it land or return.
        """
        times = history.t_s(moving.lowest, known + 1)
        return bool(times[-1] - times[0] > longest_s and np.diff(times).max() > longest_s)

    def _jolted(self, history: History, landing: int, known: int) -> bool:
        """Did the landing shake an accelerometer that has no gyroscope beside it?"""
        if not np.isnan(history.turn_rate(landing, landing + 1)[0]):
            return False
        begin = max(history.start, landing - round(JOLT_S * history.rate_hz))
        return bool(history.dynamic(begin, known + 1).max() > _JOLT_MS2)

    # --- hold -> return ----------------------------------------------------------------------------------------------

    def _wait_for_return(self, history: History, start: int, end: int) -> Change | None:
        moving, s = self._moving(), self.settings
        if not moving.settled:
            return self._settle_after_jolt(history, moving, start, end)
        angle = self._angle(history, start, end)
        reach = max(moving.landing_deg, s.r_min_deg)
        furthest = np.maximum(np.maximum.accumulate(angle), moving.furthest_deg)
        falling = furthest - angle >= max(s.return_fall_deg, s.return_fall_fraction * moving.landing_deg)
        outward = angle - moving.landing_deg
        staged = outward >= s.staged_fraction * reach
        if staged.any():  # sinking is none
            staged &= self._rate(history, start, end) >= s.staged_speed_fraction * moving.peak_dps
        resuming, fast_since = self._resuming(history, moving, start, end)
        resuming = resuming & (outward >= max(_SETTLE_DEG, _SETTLE_FRACTION * reach))
        late = self._after(history, start, end, moving.trigger, s.longest_rep_s)
        confirmed = moving.landing == self._confirmed
        staying = _NEVER if confirmed else self._after(history, start, end, moving.landing, s.landing_confirm_s)
        judged = moving.landing == self._landed
        landed = _NEVER if judged else self._after(history, start, end, moving.landing, s.provisional_landing_s)
        hit = first(falling | staged | resuming | late | staying | landed)
        last = len(angle) - 1 if hit is None else hit
        moving.furthest_deg, self._fast_since = float(furthest[last]), int(fast_since[last])
        if hit is None:
            self.position = end
            return None
        at = start + hit
        if _holds(landed, hit):
            self._landed, self.position = moving.landing, at
            return Change("landed", moving.landing, at, moving)
        if _holds(late, hit):
            return self._give_up(moving, "no_return", at)
        if falling[hit]:
            return self._begin_return(moving, float(angle[hit]), at)
        if _holds(staying, hit):
            return self._confirm_landing(moving, at)
        moving.staged = moving.staged or bool(staged[hit])
        self.state, self.position, self._slow_since, self._told = "drop", at, at, -1
        return Change("resumed", at, at, moving)

    def _confirm_landing(self, moving: Movement, at: int) -> Change:
        """The leg stays where it landed: a hold."""
        self._confirmed, self.position = moving.landing, at + 1
        return Change("confirmed", moving.landing, at, moving)

    def _resuming(self, history: History, moving: Movement, start: int, end: int) -> tuple[Bools, Ints]:
        """Moving outward in a spell of speed that began within a second of the landing: the same drop goes on.

        With it, for each sample, since when it has been fast.
        """
        s = self.settings
        latest = history.index_at(history.time(moving.landing) + s.landing_confirm_s)
        if self._fast_since > latest:
            return _NEVER, np.full(end - start, self._fast_since, dtype=np.intp)
        speed = self._rate(history, start, end)
        slow = speed < np.maximum(
            max(s.still_dps, s.landing_fraction * moving.peak_dps), history.noises_dps(start, end)
        )
        fast_since = self._spell(start, slow, self._fast_since)
        return ~slow & (fast_since <= latest), fast_since

    def _settle_after_jolt(self, history: History, moving: Movement, start: int, end: int) -> Change | None:
        """Without a gyroscope a thump tilts the low-passed gravity for a moment: the range is read when it is over.

        Where the leg is at home then, it never went anywhere.
        """
        hit = first(history.t_s(start, end) - history.time(moving.landing) >= JOLT_S)
        if hit is None:
            self.position = end
            return None
        at = start + hit
        moving.settled, self.position = True, at + 1
        moving.landing_deg = moving.furthest_deg = float(self._angle(history, at, at + 1)[0])
        if moving.landing_deg > self.band_deg:
            return None
        moving.return_trigger = moving.landing
        return self._end(moving, "home", at, at)

    def _begin_return(self, moving: Movement, angle_deg: float, at: int) -> Change:
        moving.return_trigger, moving.least_deg, moving.least = at, angle_deg, at
        self.state, self.position, self._slow_since = "return", at, at
        return Change("return", at, at, moving)

    # --- return -> centre --------------------------------------------------------------------------------------------

    def _wait_for_home(self, history: History, start: int, end: int) -> Change | None:
        moving, s = self._moving(), self.settings
        angle = self._angle(history, start, end)
        speed = self._rate(history, start, end)
        least = np.minimum(np.minimum.accumulate(angle), moving.least_deg)
        home = angle <= max(self.band_deg, s.return_end_fraction * moving.landing_deg)
        near = angle <= max(s.r_min_deg, 2.0 * s.return_end_fraction * moving.landing_deg)
        home |= near & (moving.way.roll_deg(history.up(start, end)) <= 0.0)  # it may pass the centre at a distance
        turned = angle - least >= 0.5 * s.r_min_deg
        fast = np.abs(speed) >= np.maximum(s.still_dps, history.noises_dps(start, end))
        since = self._spell(start, fast, self._slow_since)
        resting = ~fast & (angle <= self._half(moving))
        if resting.any():
            resting &= self._lasting(history, start, end, since) >= s.incomplete_still_s
        settled = ~fast & ~resting & (angle > self._half(moving))
        if settled.any():
            settled &= self._lasting(history, start, end, since) >= s.landing_still_s
        late = self._after(history, start, end, moving.trigger, s.longest_rep_s)
        hit = first(home | turned | resting | settled | late)
        seen = angle if hit is None else angle[: hit + 1]
        lowest = len(seen) - 1 - int(np.argmin(seen[::-1]))  # the last of equal ones, however the stream was cut
        if seen[lowest] <= moving.least_deg:
            moving.least_deg, moving.least = float(seen[lowest]), start + lowest
        self._slow_since = int(since[len(seen) - 1])
        if hit is None:
            self.position = end
            return None
        at = start + hit
        if home[hit]:
            return self._end(moving, "home", at, at)
        if resting[hit]:
            return self._end(moving, "incomplete", self._slow_since, at)
        if _holds(late, hit):
            return self._give_up(moving, "no_return", at)
        if _holds(settled, hit):
            self._hold_again(moving, float(angle[hit]), at)
            return Change("held", self._slow_since, at, moving)
        if moving.least_deg <= self._half(moving):
            return self._turn(history, moving, at)
        self._hold_again(moving, float(angle[hit]), at)
        return None

    def _turn(self, history: History, moving: Movement, at: int) -> Change:
        """Outward again near home: another drop has begun, or the landing rebounds."""
        moving.return_end, moving.ending = moving.least, "turned"
        self._turned = moving
        self.movement = Movement(moving.centre, Way.towards(moving.centre, history.up_at(at)), moving.least, at)
        self.state, self.position, self._slow_since, self._told = "drop", at, at, -1
        return Change("drop", at, at, self.movement)

    def _hold_again(self, moving: Movement, angle_deg: float, at: int) -> None:
        """It turned outward again above half of its range: the same repetition goes on."""
        moving.return_trigger, moving.furthest_deg = -1, angle_deg
        self.state, self.position = "hold", at

    def _end(self, moving: Movement, ending: Ending, return_end: int, known: int) -> Change:
        moving.return_end, moving.ending = return_end, ending
        self.movement, self.state, self.position = None, "centre", return_end + 1
        self._home_since, self._least_deg, self._least = return_end, np.inf, return_end
        return Change("end", return_end, known, moving)

    # --- lost --------------------------------------------------------------------------------------------------------

    def _give_up(self, moving: Movement, ending: Ending, at: int) -> Change:
        if self._turned is not None:
            turned, self._turned = self._turned, None
            self._due = Change("end", turned.return_end, at, turned)
        moving.return_end, moving.ending = at, ending
        self.movement, self.state, self.position = None, "away", at + 1
        return Change("end", at, at, moving)

    def _is_beyond(self, history: History, at: int) -> bool:
        """The leg is on the other side of the centre than the movement went to."""
        roll_deg = self._moving().way.roll_deg(history.up(at, at + 1))
        return float(roll_deg[0]) < -self.band_deg

    def _end_at_hole(self, history: History, at: int) -> Change:
        """It came home while nobody saw it, and another drop began: this one ends with the last sample seen."""
        moving, last = self._moving(), at - 1
        if self.state == "hold":
            moving.return_trigger = last
        moving.return_end, moving.ending = last, "unseen" if self.state == "drop" else "cut"
        way = Way.towards(moving.centre, history.up_at(at))
        self.movement = Movement(moving.centre, way, lowest=at, trigger=at, unseen=True)
        self.state, self.position, self._slow_since, self._told = "drop", at, at, -1
        return Change("end", last, at, moving)

    def _wait_until_back(self, history: History, start: int, end: int) -> Change | None:
        hit = first(self._angle(history, start, end) <= self.band_deg)
        if hit is None:
            self.position = end
            return None
        at = start + hit
        self.state, self.position = "centre", at
        self._home_since, self._least_deg, self._least = at, np.inf, at
        return None

    # --- shared ------------------------------------------------------------------------------------------------------

    def _moving(self) -> Movement:
        if self.movement is None:
            raise RuntimeError(f"no movement in state {self.state}")
        return self.movement

    def _half(self, moving: Movement) -> float:
        return self.settings.incomplete_fraction * max(moving.landing_deg, self.settings.r_min_deg)

    def _angle(self, history: History, start: int, end: int) -> Floats:
        return self._view.angle_deg(history, self.centre, start, end)

    def _rate(self, history: History, start: int, end: int) -> Floats:
        return self._view.rate_dps(history, self.centre, start, end)

    def _after(self, history: History, start: int, end: int, event: int, seconds: float) -> Bools:
        """Which samples come at least so long after ``event``; a single False where none does."""
        border_s = history.time(event) + seconds
        return _NEVER if history.time(end - 1) < border_s else history.t_s(start, end) >= border_s

    def _spell(self, start: int, broken: Bools, since: int) -> Ints:
        """For each sample, the first sample of the unbroken spell it lies in (its own successor where broken)."""
        numbers = np.arange(start, start + len(broken))
        spell: Ints = np.maximum.accumulate(np.where(broken, numbers + 1, since))
        return spell

    def _lasting(self, history: History, start: int, end: int, since: Ints) -> Floats:
        """How long the slow spell of each sample has lasted, s."""
        first = int(since[0])
        times = history.t_s(min(first, start), end)
        positions = np.minimum(since - min(first, start), len(times) - 1).astype(np.intp)
        lasting: Floats = history.t_s(start, end) - times[positions]
        return lasting


def can_be_judged(history: History, landing: int, known: int, settings: PhaseSettings) -> bool:
    """Whether enough has been seen at ``known`` of what follows a landing (a rebound is known at once)."""
    rounding_s = 1e-6
    return history.time(known) >= history.time(landing) + settings.provisional_landing_s - rounding_s


def _next_hole(history: History, start: int, end: int) -> int | None:
    """The first sample from ``start`` on that does not follow the one before it: more was lost than is filled."""
    before = max(start - 1, history.start)
    times, step_s = history.t_s(before, end), 1.0 / history.rate_hz
    if times[-1] - times[0] < (len(times) + 1) * step_s:
        return None
    hit = first(np.diff(times) > 2.0 * step_s)
    return None if hit is None else before + 1 + hit


def _holds(hits: Bools, index: int) -> bool:
    """Does it hold there? A condition that holds nowhere in a slice may be a single False (`_NEVER`)."""
    return bool(hits.any() and hits[index])
