"""Motion in, events out: where history, calibration and counting meet."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.calibration.calibrator import (
    LOOKED_BACK_S,
    Calibrator,
    CausalCalibrator,
    RecordedCalibrator,
    pass_over,
)
from sensorcoach.kneedrop.calibration.track import Track
from sensorcoach.kneedrop.counter import Counter, WindowListener
from sensorcoach.kneedrop.curve import curve
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.kneedrop.grading import sensor_slipped
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.store import MotionStore
from sensorcoach.model import (
    Aborted,
    Calibrated,
    CentreFound,
    Counted,
    Event,
    Mounting,
    NotCounted,
    RepDone,
    RepWithdrawn,
    SensorSlipped,
    Trace,
)
from sensorcoach.settings import Settings

_ALWAYS_S = -1e9
"""The calibration of a whole recording holds from before its beginning."""
KEPT_S = 150.0
"""The longest repetition and what is looked at around it."""
_BLOCK_S = 60.0
"""No block of motion is longer: it is appended before it is counted."""
_SAME_REP_S = 1.5
"""Two counts of one movement with other centres end within this of each other."""
_SETTLED_S = 20.0
"""So long after its end nothing that follows a repetition says that the person got up with it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Who listens: ``on_window`` to final repetitions; ``landings``: whether holds are told with their landing."""

    on_window: WindowListener | None = None
    landings: bool = True


@dataclass(slots=True)
class _Told:
    """A repetition as it was told; ``done``: with its figures."""

    counted: Counted
    done: bool = False


class Tracker:
    """Counts with the calibrations that a calibrator hands out. ``push`` motion, take events; ``flush`` at the end.

    When the calibration changes, what is not settled is counted again from what is remembered. What is found again
    keeps its number and what was told of it; what is not is withdrawn; what is new is dated back. A repetition is
    settled once its figures are told, the axis is confirmed and nobody can have got up with it any more.
    """

    def __init__(
        self,
        calibrator: Calibrator,
        arming: Arming,
        settings: Settings,
        rate_hz: float,
        heard: Heard,
        kept_s: float,
    ) -> None:
        """``kept_s``: it counts again from so long back."""
        self._calibrator, self._arming, self._settings = calibrator, arming, settings
        self._heard = heard
        self._kept = round(kept_s * rate_hz)
        self._history = History(kept_s + _BLOCK_S, rate_hz)
        self._counter: Counter | None = None
        self._told: list[_Told] = []
        """Repetitions that may still be withdrawn."""
        self._settled_s: tuple[float, float] = (-math.inf, -math.inf)
        """Ends of the last two that may not."""
        self._numbers: dict[int, _Told | None] = {}
        """By the counter's number: those whose figures are to come; None: nothing is to be told of it."""
        self._count = 0
        self._slips_s: list[float] = []
        """Steps of the centre that were told, ..."""
        self._slips: list[SensorSlipped] = []
        """... and those that are still to come: a calibration that is known beforehand knows them."""
        self.calibrations: list[tuple[float, Calibration]] = []
        """Every calibration that was in force, and since when."""

    @property
    def calibration(self) -> Calibration | None:
        """The one in force."""
        return None if self._counter is None else self._counter.calibration

    def push(self, motion: Motion) -> list[Event]:
        """Blocks of at most `_BLOCK_S`."""
        self._history.append(motion)
        self._calibrator.push(motion)
        return _in_order(self._advance(self._history.end))

    def flush(self) -> list[Event]:
        """End of the stream: a last look, and the same rules close what is under way."""
        events = self._advance(self._history.end)
        if self._calibrator.last_look(self._history) is not None:
            events += self._look(self._history.end)
        if self._counter is not None:
            events += self._known(self._counter.finish())
        return _in_order(events)

    def trace_since(self, t_s: float) -> Trace:
        """The curves of the samples after ``t_s``, as far back as is remembered, seen as it is known now."""
        start = self._history.index_after(t_s)
        counter = self._counter
        centre = None if counter is None else counter.centre
        return curve(self._history, start, self._history.end, centre, self.calibration)

    def _advance(self, end: int) -> list[Event]:
        events: list[Event] = []
        while (at := self._calibrator.next_look(self._history)) is not None and at <= end:
            events += self._count_until(at)
            events += self._look(at)
        return events + self._count_until(end)

    def _count_until(self, end: int) -> list[Event]:
        slipped: list[Event] = []
        while self._slips and self._slips[0].t_s <= self._history.time(end - 1):
            slip = self._slips.pop(0)
            slipped.append(replace(slip, known_s=max(slip.known_s, slip.t_s)))
            self._slips_s.append(slip.t_s)
        return slipped + ([] if self._counter is None else self._known(self._counter.advance(end)))

    def _known(self, events: Sequence[Event]) -> list[Event]:
        """Events of the counter as they are told: numbered on, and once."""
        out: list[Event] = []
        for event in events:
            if isinstance(event, RepDone):
                done = self._done(event)
                out += [] if done is None else [done]
            elif isinstance(event, Counted) and event.index not in self._numbers:
                out.append(self._new(event))
            elif not isinstance(event, Counted):
                out.append(event)
        return out

    def _new(self, event: Counted) -> Counted:
        self._count += 1
        told = _Told(replace(event, index=self._count))
        self._numbers[event.index] = told
        self._told.append(told)
        return told.counted

    def _done(self, event: RepDone) -> RepDone | None:
        told = self._numbers.pop(event.rep.index)
        windows = None if self._counter is None else self._counter.windows
        measured = None if windows is None else windows.pop(event.rep.index)
        if told is None or told.done or self.calibration is None:
            return None
        told.done = True
        rep = msgspec.structs.replace(
            event.rep,
            index=told.counted.index,
            dated_back=told.counted.dated_back,
            confirmed=self.calibration.confirmed,
        )
        if self._heard.on_window is not None and measured is not None:
            self._heard.on_window(rep, measured[1])
        return RepDone(event.known_s, rep)

    # --- another calibration -----------------------------------------------------------------------------------------

    def _look(self, at: int) -> list[Event]:
        """Count with what is found from now on, and again what another calibration counted and is not settled."""
        found, counter = self._calibrator.look(at, self._history), self._counter
        if found is None or (counter is not None and counter.calibration.same_as(found)):
            return []
        known_s = self._history.time(at - 1)
        self.calibrations.append((known_s, found))
        events: list[Event] = [Calibrated(known_s, found)]
        if counter is None or not counter.calibration.same_centres(found):
            valid_s = max(found.pieces[-1].start_s, self._history.time(self._oldest(at)))
            events.append(CentreFound(known_s, min(valid_s, known_s), found.pieces[-1].centre.source))
        self._slips = self._slips_of(found, known_s)
        return events + self._count_again(found, at)

    def _oldest(self, at: int) -> int:
        """The first sample that is remembered at ``at``, however the stream was cut."""
        return max(0, at - self._kept)

    def _count_again(self, found: Calibration, at: int) -> list[Event]:
        history, before = self._history, self._counter
        self._settle(at)
        start = self._oldest(at)
        if self._settled_s[0] > history.time(start):  # the movement before tells where the next one began
            start = history.index_after(self._settled_s[0])
        if found.drops == 0:
            start = max(start, history.index_at(found.pieces[0].start_s))
        self._counter = Counter(
            history, found, self._arming, self._settings,
            start=min(start, at - 1), known=at,
            windows=self._heard.on_window is not None, landings=self._heard.landings,
        )  # fmt: skip
        return self._reconciled(self._counter.advance(at), at, None if before is None else before.under_way)

    def _settle(self, at: int) -> None:
        calibration = self.calibration
        if calibration is None:
            return
        now_s, oldest_s = self._history.time(at - 1), self._history.time(self._oldest(at))
        sure = calibration.confirmed and calibration.drops > 0
        until_s = now_s - _SETTLED_S if sure else oldest_s + _SAME_REP_S
        while self._told and self._told[0].done and self._told[0].counted.t_s <= until_s:
            self._settled_s = self._settled_s[1], self._told.pop(0).counted.t_s

    def _reconciled(self, events: Sequence[Event], at: int, under_way: Movement | None) -> list[Event]:
        """What is counted again keeps its number; what is not is withdrawn, with the reason that is known now.

        ``under_way``: the movement that was told to be; if it is none any more, that is told, too.
        """
        known_s = self._history.time(at - 1)
        missing, self._told, self._numbers = self._told, [], {}
        for event in events:
            if isinstance(event, Counted):
                same = _same(event, missing)
                if same is not None:
                    missing.remove(same)
                    self._numbers[event.index] = same
                    self._told.append(same)
                elif event.t_s <= self._settled_s[1] + 0.5 * _SAME_REP_S:
                    self._numbers[event.index] = None
        ended_s = [one.counted.t_s for one in missing]
        withdrawn: list[Event] = [RepWithdrawn(known_s, one.counted.index) for one in missing]
        begun_s = math.inf
        if under_way is not None and self._counter is not None and self._counter.under_way is None:
            begun_s = self._history.time(under_way.trigger)
        told = [one for one in events if not isinstance(one, NotCounted) or _is_news(one.aborted, ended_s, begun_s)]
        ended = any(_ended_after(one, begun_s) for one in told)
        if begun_s < math.inf and not ended:
            told.append(NotCounted(known_s, Aborted(start_s=begun_s, end_s=known_s, reason="slipped")))
        return withdrawn + self._known(told)

    def _slips_of(self, found: Calibration, known_s: float) -> list[SensorSlipped]:
        """Steps of the centre that were not told before."""
        slips: list[SensorSlipped] = []
        for one, other in itertools.pairwise(found.pieces):
            angle_deg = angle_between_deg(one.centre.up0, other.centre.up0)
            warning = sensor_slipped(angle_deg, self._settings.calibration.slip_levels_deg)
            told = any(abs(other.start_s - told_s) < _SETTLED_S for told_s in self._slips_s)
            if warning is not None and not told:
                slips.append(SensorSlipped(other.start_s, known_s, angle_deg, warning.severity))
        return slips


class WholeTracker:
    """A recording from beginning to end: everything is kept, calibrated once, and then counted.

    Controls that hold calibrations of the live session are counted with instead, so that the numbers are the live ones.
    """

    def __init__(
        self,
        mounting: Mounting,
        arming: Arming,
        recorded: list[tuple[float, Calibration]],
        settings: Settings,
        rate_hz: float,
        heard: Heard,
        on_trace: Callable[[Trace], None] | None,
    ) -> None:
        """``recorded``: calibrations of the live session, as they are met; until `flush`."""
        self._mounting, self._settings, self._rate_hz = mounting, settings, rate_hz
        self._heard, self._on_trace = heard, on_trace
        self._arming, self._recorded = arming, recorded
        self._track, self._store = Track(rate_hz), MotionStore()
        self._tracker: Tracker | None = None

    @property
    def calibrations(self) -> list[tuple[float, Calibration]]:
        """Those it counted with; known after `flush`."""
        return [] if self._tracker is None else self._tracker.calibrations

    @property
    def calibration(self) -> Calibration | None:
        """The last of them."""
        return None if self._tracker is None else self._tracker.calibration

    def push(self, motion: Motion) -> list[Event]:
        """Nothing is known before the end."""
        self._store.append(motion)
        self._track.push(motion)
        return []

    def trace_since(self, t_s: float) -> Trace:
        """The curves of the samples after ``t_s``, as far back as is remembered; none before `flush`."""
        nothing = np.empty(0)
        return Trace(nothing, nothing, nothing) if self._tracker is None else self._tracker.trace_since(t_s)

    def flush(self) -> list[Event]:
        """All events, in order."""
        found = list(self._recorded)
        if not found:
            one = pass_over(self._track.tracked(), self._mounting, self._arming, self._settings, mode="whole")
            found = [] if one is None else [(_ALWAYS_S, one)]
        self._tracker = recorded_tracker(found, self._arming, self._settings, self._rate_hz, self._heard)
        events: list[Event] = []
        traced_s = -math.inf
        for block in self._store.blocks():
            events += self._tracker.push(block)
            if self._on_trace is not None:
                self._on_trace(self._tracker.trace_since(traced_s))
                traced_s = float(block.t_s[-1])
        return events + self._tracker.flush()


def recorded_tracker(
    calibrations: Sequence[tuple[float, Calibration]], arming: Arming, settings: Settings, rate_hz: float, heard: Heard
) -> Tracker:
    """Counts with calibrations that are known beforehand, as it goes: as a live session did, if they are of one."""
    live = any(one.mode == "causal" for _, one in calibrations)
    kept_s = LOOKED_BACK_S if live else KEPT_S
    return Tracker(RecordedCalibrator(list(calibrations)), arming, settings, rate_hz, heard, kept_s)


def live_tracker(mounting: Mounting, arming: Arming, settings: Settings, rate_hz: float, heard: Heard) -> Tracker:
    """Finds its calibration while the stream goes on."""
    calibrator = CausalCalibrator(rate_hz, mounting, arming, settings)
    return Tracker(calibrator, arming, settings, rate_hz, heard, LOOKED_BACK_S)


def _same(event: Counted, told: Sequence[_Told]) -> _Told | None:
    """The one of ``told`` that is the same repetition, told alike."""
    like = [
        one
        for one in told
        if abs(one.counted.t_s - event.t_s) < _SAME_REP_S
        and (one.counted.direction, one.counted.side) == (event.direction, event.side)
    ]
    return min(like, key=lambda one: abs(one.counted.t_s - event.t_s), default=None)


def _is_news(aborted: Aborted, ended_s: Sequence[float], begun_s: float) -> bool:
    """It says why a repetition was withdrawn, or how the movement under way ended."""
    return aborted.end_s >= begun_s or any(aborted.start_s < t_s < aborted.end_s + _SAME_REP_S for t_s in ended_s)


def _ended_after(event: Event, t_s: float) -> bool:
    if isinstance(event, Counted):
        return event.t_s >= t_s
    return isinstance(event, NotCounted) and event.aborted.end_s >= t_s


def _in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.known_s)
