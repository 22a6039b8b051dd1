"""`LiveSession`: raw bytes first into the recording, then through the pipeline, then to whoever listens."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from sensorcoach.choices import Choices, mounting_in_force, settings_in_force
from sensorcoach.coach import Coach
from sensorcoach.devices import profile_named
from sensorcoach.devices.profile import LATE_S, usual_delay_s
from sensorcoach.dsp.motion import Motion
from sensorcoach.errors import InputError
from sensorcoach.guide import Decision, Guide
from sensorcoach.importers.session_file import described
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.calibration.stored import as_text
from sensorcoach.model import (
    Calibrated,
    Control,
    Cue,
    Event,
    LinkEvent,
    Notice,
    Packet,
    Result,
    Told,
    Trace,
)
from sensorcoach.outcome import outcome
from sensorcoach.output.printable import printable
from sensorcoach.pipeline import Pipeline
from sensorcoach.recording import Header, Item
from sensorcoach.session.pace import Pace
from sensorcoach.session.picture import StreamFigures
from sensorcoach.session.raw import RawRecording, RecorderFor
from sensorcoach.session.stages import stage_after
from sensorcoach.sources.conversing import SENSOR

if TYPE_CHECKING:
    from sensorcoach.sources.link import LinkItem, SensorReady

Listener = Callable[[Told], None]

INTERRUPTIONS: Final = frozenset({"connecting", "stalled", "lost", "resumed", "overflow"})
"""Link events after which the rate is measured anew."""
CUT: Final = (
    "Packets arrive cut short: the link carries fewer bytes at once (MTU) than the sensor puts into a packet. Its "
    "firmware must send fewer samples a packet; until then, another Bluetooth adapter (--adapter) may help."
)


class LiveSession:
    """Takes what the link gives, in the order in which it came.

    The recording begins with the first sensor that streams: its header needs what the sensor said of itself. What came
    before is kept and written behind the header. Calls may come from any thread, one after the other.
    """

    def __init__(
        self,
        choices: Choices,
        start: datetime,
        recorder_for: RecorderFor,
        listener: Listener,
        name: str | None = None,
        *,
        guided: bool = False,
        traced: bool = False,
        person: str | None = None,
    ) -> None:
        """Nothing is written yet.

        Args:
            choices: mounting and settings as the person gave them.
            start: wall-clock instant of session time 0.
            recorder_for: makes the recorder once the sensor is known.
            listener: told everything in order, from the thread that calls `take`.
            name: of the recording's file, for the result.
            guided: nothing counts until the guide arms; else everything does.
            traced: tell the curves, too.
            person: the label under which the session is kept.

        Raises:
            SettingsError: the mounting or the settings cannot be used.
        """
        self._mounting = mounting_in_force(None, choices)
        self._settings, _ = settings_in_force(None, choices)
        self._start, self._listener, self._name = start, listener, name
        self._raw = RawRecording(recorder_for)
        self._early: list[Item] = []
        self._header: Header | None = None
        self._pipeline: Pipeline | None = None
        self._counting = True
        self._pace: Pace | None = None
        self._doubts: set[str] = set()
        self._cut_told = False
        self._next_damaged_told = 1
        self._now_s = 0.0
        self._guided, self._traced, self._person = guided, traced, person
        self._guide: Guide | None = None
        self._coach = Coach(self._settings)
        self._motion: list[Motion] = []
        self._traces: list[Trace] = []
        self._turn = threading.Lock()

    def take(self, items: Sequence[LinkItem]) -> None:
        """Record, count, tell."""
        with self._turn:
            for kind, run in itertools.groupby(items, key=_kind):
                if kind is None:
                    for ready in run:
                        assert not isinstance(ready, Item)
                        self._sensor_ready(ready)
                else:
                    for part in _parts([item for item in run if isinstance(item, Item)], one_by_one=self._guided):
                        self._go_through(part)
            if self._pipeline is not None and self._pipeline.last_t_s is not None:
                self._say_cues(self._coach.advance(self._pipeline.last_t_s))

    def close(self) -> None:
        """Close the recording; counting could go on. Calling it again does nothing."""
        with self._turn:
            self._close()

    def finish(self) -> Result | None:
        """The session is over: close the recording, tell what was under way, and the result.

        None if nothing, or too little, was received.
        """
        with self._turn:
            try:
                events = self._last_events()
            finally:
                self._close()
            if self._pipeline is None or self._header is None or events is None:
                return None
            try:
                self._tell(events)
                self._say_cues(self._coach.close(self._now_s))
                recording = described(self._header, iter(()), [])
                return outcome(recording, self._name, self._pipeline, self._mounting, self._settings)
            except InputError:
                return None

    def _last_events(self) -> list[Event] | None:
        """What is known at the end; None where that is too little. Its calibrations are recorded."""
        if self._pipeline is None or not self._counting:
            return []
        try:
            events = self._pipeline.flush()
        except InputError:
            return None
        self._keep_calibrations(events)
        return events

    @property
    def recording(self) -> bool:
        """What comes is being written."""
        return self._raw.active

    @property
    def figures(self) -> StreamFigures | None:
        """How the stream stands, None before it; in the thread that calls `take`."""
        if self._pipeline is None:
            return None
        counts, pipeline = self._pipeline.counts, self._pipeline
        return StreamFigures(self._now_s, pipeline.rate_hz, counts.received, counts.lost, pipeline.axis_confirmed)

    # --- the sensor --------------------------------------------------------------------------------------------------

    def _sensor_ready(self, ready: SensorReady) -> None:
        self._now_s = ready.t_s
        if self._pipeline is None:
            self._begin(ready)
        nominal_hz = ready.started.rate_hz
        self._pace = None if nominal_hz is None else Pace(nominal_hz)
        for doubt in ready.started.doubts:
            if doubt not in self._doubts:
                self._doubts.add(doubt)
                self._notice("unverified", doubt)

    def _begin(self, ready: SensorReady) -> None:
        self._header = self._header_of(ready)
        profile = profile_named(ready.profile)
        self._pipeline = Pipeline(
            profile,
            self._header.device,
            self._mounting,
            self._settings,
            on_motion=self._motion.append if self._guided else None,
            on_trace=self._traces.append if self._traced else None,
            live=True,
        )
        delay_s = usual_delay_s(profile)
        self._coach = Coach(self._settings, delay_s=delay_s)
        if delay_s >= LATE_S:
            delay = f"what is told comes up to {delay_s:g} s after the movement"
            self._notice("late", f"This sensor gathers samples before it sends them: {delay}.")
        self._record(self._raw.begin(self._header))
        early, self._early = self._early, []
        self._record(self._raw.append(early))
        if self._guided:
            self._guide = Guide(self._mounting, self._settings, self._header.device)
            self._decide(self._guide.begin(ready.t_s))
        self._count(early)

    def _header_of(self, ready: SensorReady) -> Header:
        device = {**ready.started.device_settings, "name": printable(ready.name)}
        if ready.started.rate_hz is not None:
            device["rate_hz"] = ready.started.rate_hz
        return Header(
            profile=ready.profile,
            sensor=SENSOR,
            device=device,
            mounting=self._mounting,
            start=self._start.isoformat(timespec="milliseconds"),
            settings=msgspec.to_builtins(self._settings),
            person=self._person,
        )

    # --- the stream --------------------------------------------------------------------------------------------------

    def _go_through(self, items: list[Item]) -> None:
        """Items of one kind."""
        self._now_s = items[-1].t_s
        if self._pipeline is None:
            self._early += items
        else:
            self._record(self._raw.append(items))
            self._count(items)
        for item in items:
            if isinstance(item, Control):
                self._say(item)
                if self._guide is not None:
                    self._decide(self._guide.control(item))
                elif (stage := stage_after(item)) is not None:
                    self._say(stage)
            elif isinstance(item, LinkEvent):
                if self._pace is not None and item.state in INTERRUPTIONS:
                    self._pace.interrupted()
                self._say(item)

    def _count(self, items: list[Item]) -> None:
        if self._pipeline is None or not self._counting:
            return
        try:
            self._push(self._pipeline, items)
        except InputError as error:
            # The bytes are worth keeping: a later version may make more of them.
            self._counting = False
            self._notice("counting_stopped", f"Counting stopped; recording goes on. {error}")
            return
        self._watch_decoding()
        self._watch_pace(items)

    def _push(self, pipeline: Pipeline, items: Sequence[Item]) -> None:
        events = pipeline.push_all(items)
        self._keep_calibrations(events)
        self._tell(events)
        traces, self._traces[:] = list(self._traces), ()
        for trace in traces:
            self._say(trace)
        if self._guide is not None and self._motion:
            assert pipeline.rate_hz is not None  # there is motion
            decisions = self._guide.push(self._motion, events, pipeline.rate_hz)
            self._motion.clear()
            self._decide(decisions)

    def _decide(self, decisions: Sequence[Decision]) -> None:
        """What the guide does: its controls are recorded and counted with like the person's."""
        for decision in decisions:
            if isinstance(decision, Control):
                self._record(self._raw.append([decision]))
                if self._pipeline is not None and self._counting:
                    self._tell(self._pipeline.push(decision))
            self._say(decision)

    def _keep_calibrations(self, events: Sequence[Event]) -> None:
        """With them whoever counts again from the recording comes to the same numbers."""
        kept = [
            Control(event.known_s, "calibration", as_text(event.calibration))
            for event in events
            if isinstance(event, Calibrated) and isinstance(event.calibration, Calibration)
        ]
        if kept:
            self._record(self._raw.append(kept))

    def _watch_pace(self, items: list[Item]) -> None:
        if self._pace is None or self._pipeline is None or not isinstance(items[-1], Packet):
            return
        rate_hz = self._pace.too_slow_hz(items[-1].t_s, self._pipeline.counts.received)
        if rate_hz is not None and not self._cut_told:  # where packets are cut, that is the reason
            self._notice(
                "slow_stream",
                f"{rate_hz:.0f} samples a second arrive of {self._pace.nominal_hz:.0f}. Bring the computer closer, "
                "take your hand off the sensor; if that does not help, its firmware should ask for a connection "
                "interval of 15 ms.",
            )

    def _watch_decoding(self) -> None:
        """Packets that cannot be read: the first one is told, then the tenth, the hundredth …"""
        assert self._pipeline is not None
        if self._pipeline.cut_packets and not self._cut_told:
            self._cut_told = True
            self._notice("cut_packets", CUT)
        damaged = self._pipeline.undecodable
        if damaged >= self._next_damaged_told:
            while self._next_damaged_told <= damaged:
                self._next_damaged_told *= 10
            many = "A packet was" if damaged == 1 else f"{damaged} packets were"
            self._notice(
                "undecodable",
                f"{many} not what this sensor sends; counting goes on without. If it goes on, check --profile, and "
                "please report it with the recording.",
            )

    # --- what is told ------------------------------------------------------------------------------------------------

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            self._say(event)

    def _say(self, told: Told) -> None:
        """To whoever listens; then what the coach has to say about it."""
        self._listener(told)
        self._say_cues(self._coach.push((told,)))

    def _say_cues(self, cues: Sequence[Cue]) -> None:
        for cue in cues:
            self._listener(cue)

    def _record(self, trouble: str | None) -> None:
        if trouble is not None:
            self._notice("recording_stopped", trouble)

    def _notice(self, code: str, text: str) -> None:
        self._say(Notice(self._now_s, code, text))

    def _close(self) -> None:
        self._record(self._raw.close())


def _parts(items: list[Item], *, one_by_one: bool) -> Iterable[list[Item]]:
    """A guide's controls are recorded and counted with right behind the packet they follow from."""
    return ([item] for item in items) if one_by_one else [items]


def _kind(item: LinkItem) -> type[Packet] | type[Control] | type[LinkEvent] | None:
    """None: a sensor that is ready."""
    for kind in (Packet, Control, LinkEvent):
        if isinstance(item, kind):
            return kind
    return None
