"""Motion in, events out: where history, calibration and counting meet."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from sensorcoach.dsp.motion import Motion
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.calibration.calibrator import Calibrator, CausalCalibrator, RecordedCalibrator, pass_over
from sensorcoach.kneedrop.calibration.track import Track
from sensorcoach.kneedrop.counter import Counter, WindowListener
from sensorcoach.kneedrop.curve import curve
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.kneedrop.grading import sensor_slipped
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.store import MotionStore
from sensorcoach.model import (
    Calibrated,
    CentreFound,
    Counted,
    Event,
    Mounting,
    NotCounted,
    Rep,
    RepDone,
    RepWithdrawn,
    SensorSlipped,
    Trace,
)
from sensorcoach.settings import Settings

_KEPT_S = 150.0
"""The longest repetition and what is looked at around it."""
_KEPT_LIVE_S = 600.0
"""A live stream counts again from here back when it learns where the centre is."""
_SAME_REP_S = 1.5
"""Two counts of one movement with other centres end within this of each other."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Who listens: ``on_window`` to final repetitions; ``landings``: whether holds are told with their landing."""

    on_window: WindowListener | None = None
    landings: bool = True


class Tracker:
    """Counts with the calibrations that a calibrator hands out. ``push`` motion, take events; ``flush`` at the end."""

    def __init__(
        self,
        calibrator: Calibrator,
        arming: Arming,
        settings: Settings,
        rate_hz: float,
        heard: Heard,
        kept_s: float,
    ) -> None:
        self._calibrator, self._arming, self._settings = calibrator, arming, settings
        self._heard = heard
        self._history = History(kept_s, rate_hz)
        self._counter: Counter | None = None
        self._told: list[Counted] = []
        """Repetitions that may still be withdrawn."""
        self._done: set[int] = set()
        self._alias: dict[int, int] = {}
        """Numbers of the counter's repetitions that were told by another number before."""
        self._count = 0
        self.calibrations: list[tuple[float, Calibration]] = []
        """Every calibration that was in force, and since when."""

    @property
    def calibration(self) -> Calibration | None:
        """The one in force."""
        return None if self._counter is None else self._counter.calibration

    def push(self, motion: Motion) -> list[Event]:
        """Blocks of any length; at most a few seconds each keep the history's promise of how far it reaches back."""
        self._history.append(motion)
        self._calibrator.push(motion)
        return _in_order(self._advance(self._history.end))

    def flush(self) -> list[Event]:
        """End of the stream: the same rules close what is under way."""
        events = self._advance(self._history.end)
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
            found = self._calibrator.look(at, self._history)
            if found is not None:
                events += self._take(found, at)
        return events + self._count_until(end)

    def _count_until(self, end: int) -> list[Event]:
        return [] if self._counter is None else self._known(self._counter.advance(end))

    # --- another calibration -----------------------------------------------------------------------------------------

    def _take(self, found: Calibration, at: int) -> list[Event]:
        """Count with ``found`` from now on, and again what another calibration counted and is not settled."""
        counter = self._counter
        if counter is not None and counter.calibration.same_as(found):
            return []
        known_s = self._history.time(at - 1)
        self.calibrations.append((known_s, found))
        events: list[Event] = [Calibrated(known_s, found)]
        if counter is None or not _same_centres(counter.calibration, found):
            valid_s = max(found.pieces[-1].start_s, self._history.time(self._history.start))
            events.append(CentreFound(known_s, min(valid_s, known_s), found.pieces[-1].centre.source))
        events += self._slips(found, known_s)
        return events + self._count_again(found, at)

    def _count_again(self, found: Calibration, at: int) -> list[Event]:
        history = self._history
        start = history.start
        settled = [one for one in self._told if one.index in self._done and self._is_settled(one)]
        if settled:
            start = max(start, history.index_after(settled[-1].t_s))
            self._told = self._told[self._told.index(settled[-1]) + 1 :]
        if found.drops == 0:
            start = max(start, history.index_at(found.pieces[0].start_s))
        earlier, self._told, self._alias = self._told, [], {}
        self._counter = Counter(
            history, found, self._arming, self._settings,
            start=min(start, at - 1), next_index=self._count + 1, known=at,
            on_window=self._heard.on_window, landings=self._heard.landings,
        )  # fmt: skip
        events = [e for e in self._counter.advance(at) if not isinstance(e, NotCounted)]
        return self._reconciled(earlier, events, at)

    def _is_settled(self, one: Counted) -> bool:
        """A confirmed repetition never changes, unless the person got up with it."""
        calibration = self.calibration
        return calibration is not None and calibration.confirmed and not one.dated_back

    def _reconciled(self, earlier: Sequence[Counted], events: Sequence[Event], at: int) -> list[Event]:
        """What is counted again keeps its number; what is not is withdrawn."""
        known_s = self._history.time(at - 1)
        missing = list(earlier)
        for event in events:
            if isinstance(event, Counted):
                same = next((one for one in missing if abs(one.t_s - event.t_s) < _SAME_REP_S), None)
                if same is not None:
                    missing.remove(same)
                    self._alias[event.index] = same.index
                    self._told.append(same)
        told = [event for event in events if not (isinstance(event, Counted) and event.index in self._alias)]
        withdrawn: list[Event] = [RepWithdrawn(known_s, one.index) for one in missing]
        return withdrawn + self._known(told)

    def _known(self, events: Sequence[Event]) -> list[Event]:
        """Events of the counter, numbered as they were told before."""
        out: list[Event] = []
        for event in events:
            if isinstance(event, Counted):
                self._count = max(self._count, event.index)
                self._told.append(event)
            elif isinstance(event, RepDone):
                index = self._alias.get(event.rep.index, event.rep.index)
                if index in self._done:
                    continue
                self._done.add(index)
                event = RepDone(event.known_s, _numbered(event.rep, index))
            out.append(event)
        return out

    def _slips(self, found: Calibration, known_s: float) -> list[Event]:
        """Steps of the centre that were not told before."""
        before = 1 if self._counter is None else len(self._counter.calibration.pieces)
        events: list[Event] = []
        for one, other in zip(found.pieces[before - 1 :], found.pieces[before:], strict=False):
            angle_deg = angle_between_deg(one.centre.up0, other.centre.up0)
            warning = sensor_slipped(angle_deg, self._settings.calibration.slip_levels_deg)
            if warning is not None:
                events.append(SensorSlipped(other.start_s, max(known_s, other.start_s), angle_deg, warning.severity))
        return events


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

    def flush(self) -> list[Event]:
        """All events, in order."""
        found = list(self._recorded)
        if not found:
            one = pass_over(self._track.tracked(), self._mounting, self._arming, self._settings, mode="whole")
            found = [] if one is None else [(-1e9, one)]
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
    """Counts with calibrations that are known beforehand, as it goes."""
    kept_s = _KEPT_LIVE_S if len(calibrations) > 1 else _KEPT_S
    return Tracker(RecordedCalibrator(list(calibrations)), arming, settings, rate_hz, heard, kept_s)


def live_tracker(mounting: Mounting, arming: Arming, settings: Settings, rate_hz: float, heard: Heard) -> Tracker:
    """Finds its calibration while the stream goes on."""
    calibrator = CausalCalibrator(rate_hz, mounting, arming, settings)
    return Tracker(calibrator, arming, settings, rate_hz, heard, _KEPT_LIVE_S)


def _numbered(rep: Rep, index: int) -> Rep:
    return rep if rep.index == index else msgspec.structs.replace(rep, index=index)


def _same_centres(one: Calibration, other: Calibration) -> bool:
    return one.pieces[-1].centre is other.pieces[-1].centre


def _in_order(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.known_s)
