"""A recording analysed ahead, as fast as it goes: what it tells, its curves, its result."""

from __future__ import annotations

import threading
from dataclasses import replace

from sensorcoach import logfile
from sensorcoach.analysis import Opened, Walk, calibrations_of
from sensorcoach.choices import Choices
from sensorcoach.coach import Coach
from sensorcoach.devices import profile_named
from sensorcoach.devices.profile import usual_delay_s
from sensorcoach.errors import InputError, SensorcoachError
from sensorcoach.importers import Item, Recording
from sensorcoach.kneedrop.grading import SensorAbility
from sensorcoach.kneedrop.regrading import landing_regraded, regraded, same_figures
from sensorcoach.model import Event, Packet, PhaseChanged, RepDone, Result, Trace
from sensorcoach.output.printable import printable
from sensorcoach.session.picture import LinkPicture, StreamFigures
from sensorcoach.session.ring import TraceRing
from sensorcoach.session.tape import Kept, Tape
from sensorcoach.settings import Settings
from sensorcoach.sources.replay import in_steps


class Reel:
    """`run` it in a thread; whoever looks at it meanwhile holds ``turn``.

    ``begun``: there is something to see. ``start_s`` to ``until_s`` has been analysed; all of it once ``over``.
    """

    def __init__(self, opened: Opened, choices: Choices, turn: threading.RLock) -> None:
        self._opened, self._choices, self._turn = opened, choices, turn
        self._given_up = False
        self._walk: Walk | None = None
        self._measured_by = Settings()
        self._delay_s = 0.0
        self._traces: list[Trace] = []
        self.begun = self.over = False
        self.start_s = self.until_s = 0.0
        self.settings = Settings()
        self.link = LinkPicture(state="streaming")
        self.tape = Tape(Coach(self.settings))
        self.ring = TraceRing()
        self.result: Result | None = None
        self.failure: SensorcoachError | None = None

    def run(self) -> None:
        """Analyse it all, or until `give_up`."""
        try:
            self._run()
        except SensorcoachError as error:
            self._end(error)
        except Exception as error:
            logfile.note_error(error)
            what = f"This recording cannot be played ({type(error).__name__})."
            self._end(InputError(what, "Please report it with the recording."))

    def give_up(self) -> None:
        """Nobody wants to know any more."""
        self._given_up = True

    def can_regrade(self, settings: Settings) -> bool:
        """Whether these settings judge the same figures."""
        return self.begun and same_figures(self._measured_by, settings)

    def regrade(self, settings: Settings) -> None:
        """Judge what is known, and what comes, by ``settings``."""
        self.settings = settings
        self.tape = self.tape.again(self._coach(settings), self._judged)
        if self.over and self.failure is None and self._walk is not None:
            self.tape.close(self.until_s)
            self._conclude(self._walk)

    # --- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        known = calibrations_of(self._opened, self._choices, wanted=lambda: not self._given_up)
        if known is None:
            return
        name, recording = self._opened()
        walk = Walk(recording, name, self._choices, on_trace=self._traces.append, calibrations=known)
        steps = in_steps(recording)
        first = next(steps, [])
        with self._turn:
            self._begin(walk, recording, first)
        self._step(walk, first)
        for step in steps:
            if self._given_up:
                return
            self._step(walk, step)
        events = walk.finish()
        with self._turn:
            self._take(walk, events, [])
            self.until_s = max(self.until_s, walk.pipeline.last_t_s or self.until_s)
            self.tape.close(self.until_s)
            self._conclude(walk)
            self.begun = self.over = True

    def _begin(self, walk: Walk, recording: Recording, first: list[Item]) -> None:
        self._walk = walk
        self._measured_by = self.settings = walk.settings
        self._delay_s = usual_delay_s(profile_named(recording.profile))
        self.tape = Tape(self._coach(walk.settings))
        name = recording.device_settings.get("name") or recording.sensor.get("label") or ""
        self.link = replace(self.link, name=printable(str(name)), profile=recording.profile)
        self.start_s = self.until_s = first[0].t_s if first else 0.0

    def _coach(self, settings: Settings) -> Coach:
        return Coach(settings, delay_s=self._delay_s)

    def _step(self, walk: Walk, step: list[Item]) -> None:
        events = walk.push(step)
        with self._turn:
            self._take(walk, events, step)

    def _take(self, walk: Walk, events: list[Event], step: list[Item]) -> None:
        for event in events:
            self.tape.add(event if self.settings is self._measured_by else self._judged(event))
        for item in step:
            if not isinstance(item, Packet):
                self.tape.add(item)
        for trace in self._traces:
            self.ring.append(trace)
        if self._traces:
            if not self.begun:  # what comes in blocks arrives with its last sample
                self.start_s = min(self.start_s, float(self._traces[0].t_s[0]))
                self.begun = True
            counts = walk.pipeline.counts
            seen_s = float(self._traces[-1].t_s[-1])
            self.tape.add(
                StreamFigures(seen_s, walk.pipeline.rate_hz, counts.received, counts.lost, walk.pipeline.axis_confirmed)
            )
            self.tape.advance(seen_s)
        self._traces.clear()
        if self.tape.known_s:
            self.until_s = max(self.until_s, self.tape.known_s[-1])

    def _judged(self, told: Kept) -> Kept:
        if self._walk is None:
            return told
        pipeline = self._walk.pipeline
        sensor = SensorAbility(pipeline.rate_hz or 0.0, pipeline.has_gyroscope is True)
        match told:
            case RepDone():
                return RepDone(told.known_s, regraded(told.rep, sensor, self.settings))
            case PhaseChanged():
                return landing_regraded(told, sensor, self.settings)
        return told

    def _conclude(self, walk: Walk) -> None:
        if walk.settings is not self.settings:
            walk.regrade(self.settings)
        self.result = walk.result()

    def _end(self, error: SensorcoachError) -> None:
        with self._turn:
            self.failure = error
            self.begun = self.over = True
