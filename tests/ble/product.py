"""The whole product at work in a `Lab`, as a front runs it: radio, link, mailbox, session, a recording on disk."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sensorcoach import analyze
from sensorcoach.app.live import Live, LivePlan
from sensorcoach.choices import Choices
from sensorcoach.model import Control, GapSeen, LinkEvent, Notice, Packet, Rep, RepDone, Result
from sensorcoach.recording import read_session
from sensorcoach.session import Told
from sensorcoach.simulator import SCENARIOS, Simulation, simulate
from sensorcoach.sources.ble import BleRadio
from sensorcoach.sources.link import LinkTiming, Wanted
from sensorcoach.sources.remembered import RememberedSensor
from tests.ble.lab import Lab, within
from tests.ble.pretend.movement import Movement, of_simulation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Worn:
    """A simulated session as a sensor feels it, and what is true of it."""

    simulation: Simulation
    movement: Movement

    @property
    def reps(self) -> int:
        return sum(rep.complete for rep in self.simulation.truth)

    @property
    def sides(self) -> list[str]:
        return [rep.side for rep in self.simulation.truth if rep.complete]

    @property
    def duration_s(self) -> float:
        return self.movement.duration_s

    @property
    def choices(self) -> Choices:
        """The mounting, as its wearer would tell it."""
        told = msgspec.structs.asdict(self.simulation.mounting)
        return Choices(mounting={name: value for name, value in told.items() if value is not None})


@cache
def worn(items: int | None = 5) -> Worn:
    """A rest and four good repetitions in 50 s; with all its ``items`` (None) eight in 100 s. The clock is exact."""
    plan = SCENARIOS["good"](1)
    imu = msgspec.structs.replace(plan.imu, rate_hz=104.0, clock_error=0.0)
    simulation = simulate(msgspec.structs.replace(plan, items=plan.items[:items], imu=imu))
    return Worn(simulation, of_simulation(simulation))


@dataclass(slots=True)
class Product:
    """A live session under way. Use it as a context: it is stopped and its result taken when that ends."""

    lab: Lab
    folder: Path
    device: str | None = None
    profile: str | None = None
    remembered: RememberedSensor | None = None
    choices: Choices = Choices()
    timing: LinkTiming = LinkTiming()
    memory: Path | None = None
    record: bool = True
    take_every_s: float = 0.0
    """The session looks into its mailbox only so often, as on a busy computer: it gets more at once, for less work."""
    choose: Any = None
    profiles: Any = None
    """Kinds of sensors looked for; None: all there are."""
    told: list[Told] = field(default_factory=list)
    result: Result | None = None
    live: Live = field(init=False)
    _task: asyncio.Task[Result | None] = field(init=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, init=False)

    @property
    def file(self) -> Path:
        """The recording."""
        return self.folder / "session.jsonl"

    async def __aenter__(self) -> Product:
        plan = LivePlan(
            wanted=Wanted(self.device, self.profile, self.remembered, self.choose),
            choices=self.choices,
            file=self.file if self.record else None,
            memory=self.memory,
            timing=self.timing,
            profiles=self.profiles,
        )
        self.live = Live(BleRadio(**self.lab.computer.backends), plan, self.told.append)
        if self.take_every_s:
            self._take_only_so_often()
        self._task = asyncio.ensure_future(self.live.run())
        return self

    def _take_only_so_often(self) -> None:
        mailbox: Any = self.live._mailbox
        take = mailbox.take

        async def taken() -> Any:
            await asyncio.sleep(self.take_every_s)
            return await take()

        mailbox.take = taken

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.live.stop()
            self.result = await asyncio.wait_for(self._task, 60)
        else:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def error(self, within_s: float = 120.0) -> Exception:
        """What the session ends with by itself."""
        done, _ = await asyncio.wait({self._task}, timeout=within_s)
        assert done, f"it goes on: {self.states}"
        error = self._task.exception()
        assert isinstance(error, Exception), "it ended well"
        self._task = asyncio.ensure_future(asyncio.sleep(0, None))
        return error

    async def until(self, state: str, within_s: float = 30.0, *, times: int = 1) -> None:
        """Wait until the link was in this state so often."""
        reached = await within(within_s, lambda: self._task.done() or self.states.count(state) >= times, 0.01)
        if self._task.done():
            self._task.result()
        assert reached, f"never {state} {times} times in {within_s} s: {self.states}"

    async def streaming(self, within_s: float = 30.0, *, times: int = 1) -> None:
        """Wait until it streams (for the so-manieth time)."""
        await self.until("streaming", within_s, times=times)

    def all(self, kind: type[T]) -> list[T]:
        """What was told, of one kind."""
        return [one for one in self.told if isinstance(one, kind)]

    @property
    def states(self) -> list[str]:
        """Of the link, in order."""
        return [event.state for event in self.all(LinkEvent)]

    @property
    def notices(self) -> dict[str, str]:
        """Text by code."""
        return {notice.code: notice.text for notice in self.all(Notice)}

    @property
    def reps(self) -> list[Rep]:
        """As they were told."""
        return [event.rep for event in self.all(RepDone)]

    @property
    def done(self) -> Result:
        """The result of a session that has ended."""
        assert self.result is not None, f"no result; {self.told[-3:]}"
        return self.result

    def recorded(self) -> list[Packet | Control | LinkEvent]:
        """The recording, read again."""
        return list(read_session(self.file).items)

    def packets(self, channel: str) -> list[bytes]:
        """Payloads of one channel, as recorded."""
        return [one.payload for one in self.recorded() if isinstance(one, Packet) and one.channel == channel]

    def analyzed(self) -> Result:
        """What analysing the recording gives."""
        return analyze(self.file)

    @property
    def longest_gap_s(self) -> float:
        """Of those told."""
        return max((event.gap.end_s - event.gap.start_s for event in self.all(GapSeen)), default=0.0)


def same_numbers(live: Result, again: Result) -> list[str]:
    """Fields in which a live session and the analysis of its recording differ: events at all, numbers by 1e-9."""
    own = {"file", "notices", "mode"}  # found while it went on, and counted with again as recorded
    one, other = msgspec.to_builtins(live), msgspec.to_builtins(again)
    return [name for name in one if name not in own and not _alike(one[name], other[name])]


def _alike(one: Any, other: Any) -> bool:
    """Samples that come one by one are multiplied in another order than many at once (design.md, rule 3)."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def in_order(words: Sequence[str], among: Sequence[str]) -> bool:
    """Whether these come one after the other, perhaps with others between."""
    rest = iter(among)
    return all(word in rest for word in words)
