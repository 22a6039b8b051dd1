"""The only place that orders the stages: packet -> decoder -> timeline -> motion -> tracker -> events.

Never asks the time: it enters with packets and control events. Live, replay and batch push the same items in the same
order and get the same events.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from msgspec.structs import replace

from sensorcoach.devices.decoding import Decoding
from sensorcoach.devices.profile import Profile
from sensorcoach.dsp.motion import Motion, MotionEstimator
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.calibration.stored import from_text
from sensorcoach.kneedrop.counter import WindowListener
from sensorcoach.kneedrop.grading import SensorAbility, grade_session, sensor_slipped, settle
from sensorcoach.kneedrop.regrading import regraded
from sensorcoach.kneedrop.tally import Tally
from sensorcoach.kneedrop.tracker import Heard, Tracker, WholeTracker, live_tracker, recorded_tracker
from sensorcoach.model import (
    Aborted,
    Control,
    Counted,
    Decoded,
    Event,
    GapSeen,
    LinkEvent,
    Mark,
    Mounting,
    NotCounted,
    Packet,
    Rep,
    RepDone,
    RepWithdrawn,
    Samples,
    SensorSlipped,
    StreamCounts,
    Summary,
    Trace,
)
from sensorcoach.settings import Settings

Item = Packet | Control | LinkEvent

_BLOCK_S = 40.0
"""The longest stretch handed to the tracker at once; bounds memory when a file comes in large packets."""


class Pipeline:
    """``push`` items one by one or ``push_all`` many; take events; ``flush`` once at the end."""

    def __init__(
        self,
        profile: Profile[Any],
        device_settings: Mapping[str, object],
        mounting: Mounting,
        settings: Settings,
        *,
        on_window: WindowListener | None = None,
        on_motion: Callable[[Motion], None] | None = None,
        on_trace: Callable[[Trace], None] | None = None,
        landings: bool = True,
        live: bool = False,
        calibrations: Sequence[tuple[float, Calibration]] | None = None,
        recalibrate: bool = False,
    ) -> None:
        """``device_settings``: what the recording's header says the sensor was set to.

        ``on_window``: told each final repetition with the signals it was measured on (`kneedrop.measures.Window`).
        ``on_motion``, ``on_trace``: told each stretch of motion, and its curves once its events are known.
        ``landings``: holds are told with what their landing shows; it costs a sixth of all, and no figure rests on it.
        ``live``: the centre is found while the stream goes on; else at its end, from all of it, or known beforehand by
        ``calibrations`` (from which session time on each holds), or by those that the stream holds as controls, unless
        it is to ``recalibrate``.

        Raises:
            DecodeError: a device setting has the wrong kind of value.
        """
        self._profile, self._mounting, self._settings = profile, mounting, settings
        self._on_window, self._on_motion, self._on_trace = on_window, on_motion, on_trace
        self._landings = landings
        self._traced_s = -math.inf
        self._decoding = Decoding(profile, device_settings)
        self._timeline = Timeline(settings.signal)
        self._motion = MotionEstimator(settings.signal)
        self._live, self._calibrations, self._recalibrate = live, calibrations, recalibrate
        self._arming = Arming()
        self._recorded: list[tuple[float, Calibration]] = []
        self._tracker: Tracker | WholeTracker | None = None
        self.tally = Tally()
        """Repetitions as counted and as corrected."""
        self._corrections: list[tuple[float, Control]] = []
        """Not yet made, since the repetitions before them are not yet known; with the newest instant counted then."""
        self._moved_s = -math.inf
        self._flushed = False
        self.aborted: list[Aborted] = []
        """Movements that were not counted, as it is known now."""
        self.marks: tuple[Mark, ...] = ()
        self.pain: tuple[Mark, ...] = ()
        self._told_gaps = 0
        self._first_t_s: float | None = None
        self._last_t_s: float | None = None
        self._reps: list[Rep] = []
        self._slips: list[SensorSlipped] = []

    # --- the stream --------------------------------------------------------------------------------------------------

    def push(self, item: Item) -> list[Event]:
        """One packet, control or link event in the order of the stream.

        A packet that is not what the device profile sends is counted (`undecodable`) and changes nothing else.

        Raises:
            InputError: the samples come too slowly to count anything.
        """
        return self.push_all((item,))

    def push_all(self, items: Iterable[Item]) -> list[Event]:
        """The same as pushing one by one, cheaper."""
        events: list[Event] = []
        for is_packet, run in itertools.groupby(items, key=lambda item: isinstance(item, Packet)):
            if is_packet:
                for decoded in self._decoding.decode([item for item in run if isinstance(item, Packet)]):
                    events += self._push_decoded(decoded)
            else:
                for item in run:
                    if isinstance(item, Control):
                        self._push_control(item)
                    elif isinstance(item, LinkEvent):
                        self._decoding.link_changed(item)
        return events

    def flush(self) -> list[Event]:
        """The stream is over: close what is under way by the same rules.

        Raises:
            InputError: the whole stream is too slow.
        """
        events: list[Event] = []
        samples = self._timeline.flush()
        if samples is not None:
            events += self._push_samples(samples)
        tracker = self._tracker
        if tracker is not None:
            for motion in self._motion.flush():
                events += self._push_motion(tracker, motion)
            events += self._new_gaps(math.inf) if isinstance(tracker, WholeTracker) else []
            events += tracker.flush()
        self._flushed = True
        return self._note(sorted(events, key=lambda event: event.known_s))

    def _push_decoded(self, decoded: Decoded) -> list[Event]:
        samples = self._timeline.push(decoded)
        return [] if samples is None else self._note(self._push_samples(samples))

    def _push_samples(self, samples: Samples) -> list[Event]:
        if self._tracker is None:
            self._tracker = self._new_tracker(samples.rate_hz)
        if self._first_t_s is None:
            self._first_t_s = float(samples.t_s[0])
        self._last_t_s = float(samples.t_s[-1])
        events: list[Event] = []
        block = max(1, int(_BLOCK_S * samples.rate_hz))
        for start in range(0, len(samples.t_s), block):
            for motion in self._motion.push(_part(samples, start, start + block)):
                events += self._push_motion(self._tracker, motion)
        return sorted(events, key=lambda event: event.known_s)

    def _new_tracker(self, rate_hz: float) -> Tracker | WholeTracker:
        arming, settings, heard = self._arming, self._settings, Heard(self._on_window, self._landings)
        if self._calibrations is not None:
            return recorded_tracker(self._calibrations, arming, settings, rate_hz, heard)
        if self._live:
            return live_tracker(self._mounting, arming, settings, rate_hz, heard)
        return WholeTracker(self._mounting, arming, self._recorded, settings, rate_hz, heard, self._on_trace)

    def _push_motion(self, tracker: Tracker | WholeTracker, motion: Motion) -> list[Event]:
        self._moved_s = float(motion.t_s[-1])
        if self._on_motion is not None:
            self._on_motion(motion)
        if isinstance(tracker, WholeTracker):
            return tracker.push(motion)
        events = self._new_gaps(self._moved_s) + tracker.push(motion)
        if self._on_trace is not None:
            self._on_trace(tracker.trace_since(self._traced_s))
            self._traced_s = self._moved_s
        return events

    def _push_control(self, control: Control) -> None:
        match control.action:
            case "undo" | "correct":
                self._corrections.append((self._moved_s, control))
                if self._flushed or self._live or self._calibrations is not None:
                    self._correct(math.inf)
            case "mark" | "note":
                self.marks += (Mark(t_s=control.t_s, text=control.value),)
            case "pain":
                self.pain += (Mark(t_s=control.t_s, text=control.value),)
            case "calibration":
                calibration = None if self._recalibrate else from_text(control.value)
                if calibration is not None:
                    self._recorded.append((control.t_s, calibration))
        self._arming.control(control)

    def _new_gaps(self, until_s: float) -> list[Event]:
        """Gaps that the motion has passed: told in their place among the other events."""
        new = [gap for gap in self._timeline.counts.gaps[self._told_gaps :] if gap.end_s <= until_s]
        self._told_gaps += len(new)
        return [GapSeen(gap.end_s, gap) for gap in new]

    def _note(self, events: list[Event]) -> list[Event]:
        for event in events:
            self._correct(event.known_s)
            match event:
                case Counted():
                    self.tally.count(event)
                    self.aborted = [one for one in self.aborted if not one.start_s < event.t_s <= one.end_s]
                case RepDone(rep=rep):
                    self._reps.append(rep)
                case RepWithdrawn(index=index):
                    self.tally.withdraw(index)
                    self._reps = [rep for rep in self._reps if rep.index != index]
                case NotCounted(aborted=aborted):
                    self.aborted.append(aborted)
                case SensorSlipped():
                    self._slips.append(event)
        if self._flushed:
            self._correct(math.inf)
        return events

    def _correct(self, known_s: float) -> None:
        """What the person corrected before ``known_s`` became known."""
        while self._corrections and self._corrections[0][0] < known_s:
            self.tally.correct(self._corrections.pop(0)[1])

    # --- what is known so far ----------------------------------------------------------------------------------------

    @property
    def counts(self) -> StreamCounts:
        """Samples received, lost, made up, dropped; gaps."""
        return self._timeline.counts

    @property
    def duplicated_packets(self) -> int:
        """Samples the decoder dropped because their packet came twice."""
        return self._decoding.duplicated

    @property
    def counts_loss(self) -> bool:
        """Whether lost samples are counted; else they are estimated."""
        return self._profile.counts_loss

    @property
    def dated_by_count(self) -> bool:
        """The samples carried times of arrival; see `Timeline.dated_by_count`."""
        return self._timeline.dated_by_count

    @property
    def undecodable(self) -> int:
        """Packets that were not what the sensor sends by its profile; they were left out. Cut ones count apart."""
        return self._decoding.undecodable

    @property
    def impossible(self) -> int:
        """Samples that no chip can have measured; they were left out."""
        return self._decoding.impossible

    @property
    def cut_packets(self) -> int:
        """Packets that the link cut short; what was left of them was used where that can be."""
        return self._decoding.cut_packets

    @property
    def first_undecodable(self) -> str | None:
        """What was wrong with the first packet left out, with advice; None if there was none."""
        return self._decoding.first_undecodable

    @property
    def rate_hz(self) -> float | None:
        """Of the session's one grid; None until enough samples have come."""
        return self._timeline.rate_hz

    @property
    def has_gyroscope(self) -> bool | None:
        """None before the first samples."""
        return self._motion.has_gyroscope

    @property
    def first_t_s(self) -> float | None:
        """Time of the first sample, s; None before it."""
        return self._first_t_s

    @property
    def last_t_s(self) -> float | None:
        """Time of the newest sample of the grid, s; None before the first."""
        return self._last_t_s

    def trace_since(self, t_s: float) -> Trace:
        """The curves of the samples after ``t_s`` (at most some minutes back), as centre and sides are known now."""
        if self._tracker is None:
            nothing = np.empty(0)
            return Trace(nothing, nothing, nothing)
        return self._tracker.trace_since(t_s)

    @property
    def calibrations(self) -> list[tuple[float, Calibration]]:
        """Those that were counted with, and since when."""
        return [] if self._tracker is None else list(self._tracker.calibrations)

    @property
    def mode(self) -> Literal["whole", "causal", "recorded"]:
        """See `Result`."""
        if self._live:
            return "causal"
        return "recorded" if any(one.mode == "causal" for _, one in self.calibrations) else "whole"

    @property
    def axis_confirmed(self) -> bool:
        """What counted was beyond doubt to the sides."""
        calibration = None if self._tracker is None else self._tracker.calibration
        return calibration is not None and calibration.confirmed and calibration.drops > 0

    @property
    def reps(self) -> tuple[Rep, ...]:
        """Final repetitions so far, as a result shows them: those that stand are confirmed as soon as the axis is."""
        confirmed = self.axis_confirmed
        reps = [rep if rep.confirmed == confirmed else replace(rep, confirmed=confirmed) for rep in self._reps]
        return settle(reps, self._settings.limits)

    def summary(self) -> Summary:
        """The session in numbers, from the final repetitions so far."""
        reps = self.reps
        levels = self._settings.calibration.slip_levels_deg
        slips = [sensor_slipped(slip.angle_deg, levels) for slip in self._slips]
        told = [warning for warning in slips if warning is not None]
        session = (*grade_session(self._reps, self._settings.limits), *told)
        codes = Counter(w.code for rep in reps for w in rep.warnings)
        codes.update(w.code for w in session)
        ways = Counter(rep.direction for rep in reps)
        return Summary(
            reps=len(reps),
            left=sum(rep.side == "left" for rep in reps),
            right=sum(rep.side == "right" for rep in reps),
            unknown=sum(rep.side is None for rep in reps),
            cycles=min(ways[1], ways[-1]),
            corrected_left=self.tally.left,
            corrected_right=self.tally.right,
            corrected_unknown=self.tally.unknown,
            axis_confirmed=self.axis_confirmed,
            warnings=dict(codes),
            session_warnings=session,
            could_not_show=self._could_not_show(),
        )

    def regrade(self, settings: Settings) -> None:
        """The stream is over; judge its repetitions by other limits (`kneedrop.regrading.same_figures`)."""
        self._settings = settings
        if self.rate_hz is not None:
            sensor = SensorAbility(self.rate_hz, self.has_gyroscope is True)
            self._reps = [regraded(rep, sensor, settings) for rep in self._reps]

    def _could_not_show(self) -> tuple[str, ...]:
        signal, rate_hz = self._settings.signal, self.rate_hz
        gaps: list[str] = []
        if self.has_gyroscope is False:
            gaps.append("no gyroscope: landings, catches and jerkiness were not graded")
        if rate_hz is not None and rate_hz < signal.grading_rate_hz * (1.0 - signal.rate_tolerance):
            gaps.append(f"{rate_hz:.0f} samples a second: counted but not graded (from {signal.grading_rate_hz:.0f})")
        elif rate_hz is not None and rate_hz < signal.impact_rate_hz * (1.0 - signal.rate_tolerance):
            full_hz = signal.impact_rate_hz
            gaps.append(f"{rate_hz:.0f} samples a second: only severe landings are sure (from {full_hz:.0f})")
        return tuple(gaps)


def _part(samples: Samples, start: int, end: int) -> Samples:
    here = slice(start, end)
    return Samples(
        t_s=samples.t_s[here],
        rate_hz=samples.rate_hz,
        acc_sensor=samples.acc_sensor[here],
        gyr_sensor=None if samples.gyr_sensor is None else samples.gyr_sensor[here],
        filled=samples.filled[here],
        clipped=samples.clipped[here],
        restart=samples.restart[here],
    )
