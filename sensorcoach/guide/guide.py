r"""`Guide`: from wearing the sensor to the end of the session, driven by the samples' own time.

::

    wear -> still -> armed <-> paused        any -> ended (target, rest, pain)
              \-> side -> armed

*wear* lasts until the leg is in posture by the told axis of the thigh; where none is told, until the sensor has been
moved. *still* counts the seconds. *side* comes where nobody told which way is left: the next drop goes to it. That
calibration drop is shown but does not count: it is asked for to tell the side, people do it with care rather than well,
and the count they are about to keep begins at nothing for both sides. The leg is home at its end, so counting is on at
once.

Nothing here asks the time, and decisions fall on a raster of sample numbers (`looks`): the same however the stream was
cut. A replay never asks a guide; it reads the controls out of the recording.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from sensorcoach.dsp.motion import Motion
from sensorcoach.guide.looks import Look, Looks
from sensorcoach.guide.ringing import Ringing
from sensorcoach.guide.stay import Stay
from sensorcoach.guide.strap import clipping_ranges, wrong_posture, wrong_shank
from sensorcoach.guide.taps import DoubleTap
from sensorcoach.guide.visits import Visits
from sensorcoach.kneedrop.calibration.lateral import is_told, leg_elevation_deg, out_of_posture_deg
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.kneedrop.tally import Tally
from sensorcoach.model import (
    Aborted,
    Control,
    Counted,
    Event,
    Floats,
    Mounting,
    NotCounted,
    Notice,
    PhaseChanged,
    RepDone,
    RepWithdrawn,
    Side,
    StageChanged,
    StageName,
)
from sensorcoach.settings import Settings

Decision = Control | StageChanged | Notice
"""A control is to be recorded and given to the pipeline; all are told."""

_PROGRESS_STEPS = 10
_HOLDS = 2.0
"""Who stays for so many holds is at rest."""


class Guide:
    """Pure: ``push`` what the pipeline made of a packet, ``control`` what the person did; do what it decides."""

    def __init__(self, mounting: Mounting, settings: Settings, device_settings: Mapping[str, object]) -> None:
        """``device_settings``: what the sensor is set to, for ranges that would clip."""
        self._mounting, self._settings, self._device = mounting, settings, device_settings
        guide = settings.guide
        self._knows_posture = mounting.segment == "thigh" and is_told(mounting)
        self._stage: StageName = "wear"
        self._progress = -1
        self._wanted: Side | None = None if is_told(mounting) or mounting.first_side is not None else "left"
        """The side to ask for, before counting begins."""
        self._still = Stay(guide.still_deg)
        """By what the sensor measures: what is known of up settles for seconds after a knock, in a still leg."""
        phases, calibration = settings.phases, settings.calibration
        self._visits = Visits(self._still, phases.r_min_deg, calibration.farthest_deg)
        self._rest = Stay(0.5 * settings.phases.r_min_deg)
        self._first_up: Floats | None = None
        self._was_moved = False
        self._wrong = Stay(guide.still_deg)
        self._reason = ""
        """Why the stage is what it is."""
        self._home: Floats | None = None
        """Up (3,) where the side was asked for ..."""
        self._asked_s = 0.0
        self._maybe_home: list[Floats] = []
        """... when, and where the leg may have dropped from to be there."""
        self._not_home: Floats | None = None
        """Where the side was asked for and the leg was in a hold: somebody does the exercise already."""
        self._tally = Tally()
        self._away = False
        """A movement is under way."""
        self._reached_by_rep = False
        """The last repetition reached the target; whatever the leg does now does not belong to it."""
        self._unfinished: set[int] = set()
        """Counted repetitions whose figures are not final."""
        self._told: set[str] = set()
        self._events: deque[Event] = deque()
        self._looks: Looks | None = None
        self._taps: DoubleTap | None = None
        self._ringing: Ringing | None = None

    def begin(self, t_s: float) -> list[Decision]:
        """The sensor streams: nothing counts yet."""
        return [Control(t_s, "pause", "guide"), StageChanged(t_s, "wear")]

    def push(self, motion: Sequence[Motion], events: Sequence[Event], rate_hz: float) -> list[Decision]:
        """Motion that is new, and the events that became known with it.

        ``rate_hz``: of the session's grid; it never changes.
        """
        self._events += events
        if self._looks is None or self._taps is None:
            self._looks = Looks(rate_hz)
            self._taps = DoubleTap(rate_hz, self._settings.guide.tap)
            self._ringing = Ringing(rate_hz, self._settings.guide.ringing_share)
        return [
            decision
            for block in motion
            for look in self._looks.push(block)
            for decision in self._step(look, tapped=self._taps.see(look))
        ]

    def control(self, control: Control) -> list[Decision]:
        """What the person did, in its place in the stream."""
        if self._stage == "ended":
            return []
        match control.action:
            case "undo" | "correct":
                self._tally.correct(control)
            case "pause":
                return [self._enter("paused", control.t_s, control.value or "key")]
            case "arm":
                return [*self._arm(control.t_s, control.value or "key", said=True)]
            case "calibrate" if control.value in ("left", "right"):
                self._wanted = "left" if control.value == "left" else "right"
                return [*self._ask_again(control.t_s)]
            case "pain":
                return [self._enter("ended", control.t_s, "pain")]
        return []

    # --- a step ------------------------------------------------------------------------------------------------------

    def _step(self, look: Look, *, tapped: bool) -> Iterator[Decision]:
        while self._events and _known_s(self._events[0]) <= look.t_s:
            yield from self._take(self._events.popleft(), look)
        self._still.see(look, look.pull)
        self._visits.see(look)
        self._rest.see(look, look.up)
        if self._ringing is not None and self._ringing.see(look):
            self._ringing = None  # said once
            yield Notice(look.t_s, "loose", "The sensor goes on swinging after a knock. Tighten the strap.")
        match self._stage:
            case "wear":
                yield from self._wear(look)
            case "still":
                yield from self._lie_still(look)
            case "side":
                yield from self._wait_for_side(look)
            case "armed":
                yield from self._watch(look, tapped)
            case "paused":
                if tapped:
                    yield from self._arm(look.t_s, "double_tap")

    def _take(self, event: Event, look: Look) -> Iterator[Decision]:
        match event:
            case PhaseChanged(phase="drop"):
                self._away = True
            case Counted():
                self._away = False
                self._unfinished.add(event.index)
                self._tally.count(event)
                self._reached_by_rep = self._reached()
            case RepDone(rep=rep):
                self._unfinished.discard(rep.index)
            case RepWithdrawn(index=index):
                self._unfinished.discard(index)
                self._tally.withdraw(index)
                self._reached_by_rep = self._reached_by_rep and self._reached()
            case NotCounted(aborted=aborted):
                self._away = False
                if aborted.reason == "calibration" and self._stage == "side":
                    yield from self._take_answer(event.known_s, aborted, look)

    # --- before counting ---------------------------------------------------------------------------------------------

    def _wear(self, look: Look) -> Iterator[Decision]:
        if self._in_posture(look):
            yield self._enter("still", look.t_s)
            return
        yield from self._wrong_posture(look)

    def _in_posture(self, look: Look) -> bool:
        if self._knows_posture:
            return out_of_posture_deg(look.up, self._mounting, self._settings.calibration) == 0.0
        if self._first_up is None:
            self._first_up = look.up
        guide = self._settings.guide
        self._was_moved = self._was_moved or angle_between_deg(self._first_up, look.up) > guide.moved_deg
        return self._was_moved or self._still.lasts_s >= guide.unmoved_s

    def _wrong_posture(self, look: Look) -> Iterator[Decision]:
        """A notice once each: it may take several to get it right. The reason stands as long as it is so."""
        self._wrong.see(look, look.pull)
        if not self._knows_posture or self._wrong.lasts_s < self._settings.guide.posture_s:
            return
        notice = wrong_posture(look.t_s, self._elevation_deg(look), self._settings.calibration)
        if notice is None:
            return
        if notice.code != self._reason:
            yield self._enter("wear", look.t_s, notice.code)
        yield from self._once(notice)

    def _elevation_deg(self, look: Look) -> float:
        """How far the hip lies below the knee, by the axis told to point up the leg."""
        return leg_elevation_deg(look.up, self._mounting.up_leg or "z")

    def _lie_still(self, look: Look) -> Iterator[Decision]:
        if not self._in_posture(look):
            yield self._enter("wear", look.t_s)
            return
        share = min(1.0, self._still.lasts_s / self._long_enough_s())
        if share < 1.0:
            if int(share * _PROGRESS_STEPS) != self._progress:
                self._progress = int(share * _PROGRESS_STEPS)
                yield StageChanged(look.t_s, "still", self._progress / _PROGRESS_STEPS)
            return
        yield StageChanged(look.t_s, "still", 1.0)
        yield from self._check_strap(look)
        if self._wanted is None:
            yield from self._arm(look.t_s, "still")
        else:
            yield from self._ask_side(look, self._wanted)

    def _long_enough_s(self) -> float:
        """Longer than a hold lasts, once the side was asked for in one; where that was, longer still."""
        guide, place = self._settings.guide, self._still.place
        if self._not_home is None or place is None:
            return guide.still_s
        if angle_between_deg(self._not_home, place) < self._settings.phases.r_min_deg:
            return guide.side_again_s
        return max(guide.still_s, _HOLDS * self._settings.limits.hold_target_s)

    def _ask_side(self, look: Look, side: Side) -> Iterator[Decision]:
        self._home, self._asked_s = look.pull, look.t_s
        self._maybe_home = [] if self._not_home is not None else self._visits.may_have_come_from()
        yield Control(look.t_s, "calibrate", side)
        yield self._enter("side", look.t_s, side)

    def _check_strap(self, look: Look) -> Iterator[Decision]:
        if self._mounting.up_leg is not None:
            notice = wrong_shank(
                look.t_s, self._elevation_deg(look), self._mounting, self._settings.calibration
            )
            if notice is not None:
                yield from self._once(notice)
        for notice in clipping_ranges(look.t_s, self._device, self._settings.guide):
            yield from self._once(notice)

    def _wait_for_side(self, look: Look) -> Iterator[Decision]:
        if self._home is None or self._wanted is None:
            return
        away_deg = angle_between_deg(self._home, look.up)
        if away_deg > self._settings.calibration.farthest_deg:
            yield self._enter("still", look.t_s)
        elif away_deg > self._settings.phases.r_min_deg and self._still.lasts_s >= self._settings.guide.side_again_s:
            yield from self._ask_side(look, self._wanted)

    def _take_answer(self, t_s: float, drop: Aborted, look: Look) -> Iterator[Decision]:
        """The drop to the side asked for is back; else it was something else, and the side is asked for anew."""
        if self._is_answer(drop, look):
            self._wanted = self._not_home = None
            yield from self._arm(t_s, "side")
        else:
            self._not_home = self._home
            yield self._enter("still", t_s)

    def _is_answer(self, drop: Aborted, look: Look) -> bool:
        """It came home to where the side was asked for, or where the leg had lain still before it.

        Not so if the leg went back to where it may have dropped from: then it was asked in a hold.
        """
        near_deg = self._settings.phases.r_min_deg
        visits = self._visits.since(self._asked_s)
        if any(angle_between_deg(one.place, home) < near_deg for one in visits for home in self._maybe_home):
            return False
        homes = [
            one.place for one in visits if one.lasted_s >= self._settings.guide.still_s and one.left_s <= drop.end_s
        ]
        asked = [] if self._home is None else [self._home]
        return any(angle_between_deg(place, look.up) < near_deg for place in asked + homes)

    def _ask_again(self, t_s: float) -> Iterator[Decision]:
        if self._stage == "armed":
            yield Control(t_s, "pause", "calibrate")
        yield self._enter("still", t_s)

    # --- counting ----------------------------------------------------------------------------------------------------

    def _arm(self, t_s: float, reason: str, *, said: bool = False) -> Iterator[Decision]:
        """``said``: by the person, as a control of their own."""
        if not said:
            yield Control(t_s, "arm", reason)
        self._rest.place, self._away = None, False
        yield self._enter("armed", t_s, reason)

    def _watch(self, look: Look, tapped: bool) -> Iterator[Decision]:
        end_rest_s = self._settings.guide.end_rest_s
        if self._reached() and not self._unfinished and (self._reached_by_rep or not self._away):
            yield self._enter("ended", look.t_s, "target")
        elif tapped:
            yield Control(look.t_s, "pause", "double_tap")
            yield self._enter("paused", look.t_s, "double_tap")
        elif self._away:
            self._rest.begin(look, look.up)
        elif 0.0 < end_rest_s <= self._rest.lasts_s:
            yield self._enter("ended", look.t_s, "rest")

    def _reached(self) -> bool:
        target, tally = self._settings.goal.reps_a_side, self._tally
        if target <= 0:
            return False
        if tally.unknown:
            return tally.left + tally.right + tally.unknown >= 2 * target
        return min(tally.left, tally.right) >= target

    # --- telling -----------------------------------------------------------------------------------------------------

    def _enter(self, stage: StageName, t_s: float, reason: str = "") -> StageChanged:
        self._stage, self._reason, self._progress = stage, reason, -1 if stage == "still" else 0
        return StageChanged(t_s, stage, 0.0, reason)

    def _once(self, notice: Notice) -> Iterator[Decision]:
        if notice.text not in self._told:
            self._told.add(notice.text)
            yield notice


def _known_s(event: Event) -> float:
    return event.known_s
