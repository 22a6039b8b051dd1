"""Guided live sessions of simulated people, and what was told in them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
import numpy as np

from sensorcoach.choices import Choices
from sensorcoach.devices.conversation import Started
from sensorcoach.model import STANDARD_GRAVITY, Control, LinkEvent, Mounting, Notice, Packet, StageChanged
from sensorcoach.recording import SessionWriter
from sensorcoach.session import LiveSession
from sensorcoach.settings import GoalSettings, Settings
from sensorcoach.simulator import SessionPlan, Simulation, simulate
from sensorcoach.simulator.distractors import SHORTEST_S
from sensorcoach.simulator.plan import MountPlan, OtherPlan, RadioPlan, RepPlan, RestPlan
from sensorcoach.sources.mailbox import SensorReady
from sensorcoach.sources.simulated import session_header, simulated_packets

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOLD = MountPlan(up_leg="-y", told=True)
UNTOLD = MountPlan(up_leg=None, told=False)
LIE = RestPlan(duration_s=4.5)
NO_TARGET = Settings(goal=GoalSettings(reps_a_side=0))
QUARTER_OF_A_REST = msgspec.structs.replace(Settings().guide, end_rest_s=15.0)


def rep(side, range_deg=45.0, **more):
    figures = {"drop_s": 1.6, "hold_s": 4.2, "return_s": 1.8, "pause_s": 1.5, **more}
    return RepPlan(side=side, range_deg=range_deg, **figures)


def other(what):
    return OtherPlan(what=what, duration_s=1.1 * SHORTEST_S[what])


def simulated(*items, mount=TOLD, seed=7, samples_each=16, **more) -> Simulation:
    """``samples_each``: in a packet; twice the usual is half the work."""
    radio = RadioPlan(samples_each=samples_each)
    return simulate(SessionPlan(name="test", seed=seed, items=items, mount=mount, radio=radio, **more))


def tapped(simulation: Simulation, *at_s: float) -> Simulation:
    """The same with a finger on the sensor: half sines of 8 g and 10 ms, as a chip shows them that averages."""
    fine_s = np.arange(0.0, 0.01, 1e-4)
    push = 8.0 * STANDARD_GRAVITY * np.sin(np.pi * fine_s / 0.01) * 1e-4
    acc, period_s = simulation.acc.copy(), 1.0 / simulation.rate_hz
    for one_s in at_s:
        rows = np.searchsorted(simulation.t_s, one_s + fine_s)
        np.add.at(acc[:, 2], rows, push / period_s)
    return replace(simulation, acc=acc)


@dataclass
class Guided:
    """What came of a session. ``items``: as recorded."""

    result: object
    told: list
    items: list
    header: object

    @property
    def stages(self):
        """Without the progress of lying still."""
        changes = [one for one in self.told if isinstance(one, StageChanged)]
        return [one for one, before in zip(changes, [None, *changes], strict=False) if one.stage != stage_of(before)]

    @property
    def path(self):
        return [stage.stage for stage in self.stages]

    @property
    def controls(self):
        return [one for one in self.told if isinstance(one, Control)]

    @property
    def notices(self):
        return [one.code for one in self.told if isinstance(one, Notice)]

    def stage(self, name):
        """When it was first entered, and why."""
        return next(one for one in self.stages if one.stage == name)

    def saved(self, file):
        with SessionWriter(file, self.header) as writer:
            for item in self.items:
                writer.append(item)
        return file


def stage_of(change):
    return None if change is None else change.stage


class Kept:
    def __init__(self):
        self.items = []

    def append(self, item):
        self.items.append(item)

    def flush(self):
        """All is in memory."""

    def close(self):
        """Likewise."""


def stream(simulation, said=(), device=None):
    """Search, connection, sensor, packets, and what was said among them by time."""
    info, *packets = simulated_packets(simulation)
    told = {**session_header(simulation).device, **(device or {})}
    started = Started(simulation.rate_hz, "0001", told, ())
    ready = SensorReady(0.0, "open", "sc-pretend", "0001", started, -55)
    later = sorted([*packets, *said], key=lambda item: item.t_s)
    return [LinkEvent(0.0, "searching"), LinkEvent(0.0, "connecting"), info, ready, LinkEvent(0.0, "streaming"), *later]


def go(simulation, said=(), *, settings=None, mounting=None, device=None, sizes=(1,), listen_on=False) -> Guided:
    """Until the guide ends it, as the front does, or with ``listen_on`` to the end of the stream."""
    kept, headers, told = Kept(), [], []
    worn: Mounting = simulation.mounting if mounting is None else mounting
    choices = Choices(mounting=msgspec.structs.asdict(worn), settings=settings)

    def recorder(header):
        headers.append(header)
        return kept

    live = LiveSession(choices, NOON, recorder, told.append, guided=True)
    items, place = stream(simulation, said, device), 0
    while items:
        size = sizes[place % len(sizes)]
        live.take(items[:size])
        del items[:size]
        place += 1
        if not listen_on and any(isinstance(one, StageChanged) and one.stage == "ended" for one in told):
            break
    return Guided(live.finish(), told, kept.items, headers[0])


def only_packets(items):
    return [item for item in items if isinstance(item, Packet)]
