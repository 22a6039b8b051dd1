"""A radio that plays what a test wrote: no bleak, no Bluetooth, virtual time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Subscribe, Write
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.errors import SensorError
from sensorcoach.model import LinkEvent, Packet
from sensorcoach.sources.adapters import Adapter
from sensorcoach.sources.link import LinkItem, Mailbox, SensorLink, SensorReady, SessionClock, Wanted
from sensorcoach.sources.radio import Connection, Found, LinkLost, Refused
from sensorcoach.sources.remembered import RememberedSensor
from sensorcoach.sources.timing import USUAL
from tests.ble import virtual_time

SERVICE = "5c0a0000-0000-4000-8000-000000000001"
DATA = "5c0a0001-0000-4000-8000-000000000001"
CONTROL = "5c0a0002-0000-4000-8000-000000000001"
SERIAL = "5c0a0003-0000-4000-8000-000000000001"
LEVEL = "5c0a0004-0000-4000-8000-000000000001"


@dataclass(frozen=True)
class ToyProfile:
    """Just enough of a `RadioProfile`: told to start on one characteristic, it notifies on another."""

    name: str = "toy"
    label: str = "toy sensor"
    service: str = SERVICE
    data_channel: str = "data"
    counts_loss: bool = True
    data_is_optional: bool = False
    shared_names: tuple[str, ...] = ()
    asks_battery: bool = False
    about = About(sensor="toy sensor", needs="", rate_hz=100.0, evidence="documentation only")
    channels = {"data": DATA, "control": CONTROL, "serial": SERIAL, "battery": LEVEL}

    @property
    def advertised(self) -> Advertised:
        names = ("Toy",) if self.name == "toy" and not self.shared_names else ()
        return Advertised((self.service,), names=names, shared_names=self.shared_names)

    def start(self) -> Conversation[Started]:
        serial = yield Read("serial", optional=True)
        if (yield Subscribe("data", optional=self.data_is_optional)) is None:
            raise SensorError("The toy has no samples.", "Buy another.")
        yield Subscribe("control")
        said = yield Ask("control", b"go", "control", lambda reply: reply[:2] == b"go")
        if said is None or said != b"go ok":
            raise SensorError("The toy refuses to start.", "Wind it up.")
        return Started(rate_hz=100.0, identity=None if serial is None else serial.decode())

    def stop(self) -> Conversation[None]:
        yield Write("control", b"halt")

    def battery(self) -> Conversation[Battery | None]:
        if self.asks_battery:
            level = yield Ask("control", b"level?", "control", lambda reply: len(reply) == 1)
        else:
            level = yield Read("battery", optional=True)
        return None if level is None else Battery(low=level[0] < 20, fraction=level[0] / 100)


TOY = ToyProfile()
ANY = Wanted()


@dataclass
class Toy:
    """A sensor of the play. What a test changes while it runs takes effect at once."""

    address: str = "AA:00"
    name: str | None = "Toy"
    services: tuple[str, ...] = (SERVICE,)
    rssi_dbm: int = -50
    every_s: float = 0.08
    on_air: bool = True
    held: bool = False
    names_late_s: float = 0.0
    """So long its advertisements lack name and services: they come in the scan response."""
    mute: bool = False
    """Connected, but sends no samples."""
    reply: bytes = b"go ok"
    level: int = 80
    unanswered: int = 0
    """So many questions for the battery are not answered."""
    values: dict[str, bytes] = field(default_factory=lambda: {DATA: b"", CONTROL: b"", SERIAL: b"S1", LEVEL: b""})
    refused: set[str] = field(default_factory=set)
    connect_errors: list[Exception] = field(default_factory=list)
    subscribe_errors: dict[str, Exception] = field(default_factory=dict)
    close_s: float = 0.0
    write_s: float = 0.0
    written: list[bytes] = field(default_factory=list)
    uncached_values: dict[str, bytes] | None = None
    connections: list[ToyConnection] = field(default_factory=list)

    @property
    def connection(self) -> ToyConnection:
        return self.connections[-1]

    @property
    def found(self) -> Found:
        return Found(self.address, self.name, None if self.held else self.rssi_dbm, self.services, self, self.held)


class ToyConnection:
    def __init__(self, toy: Toy, lost: Callable[[], None], values: dict[str, bytes]) -> None:
        self.toy = toy
        self.lost = lost
        self.values = values
        self.open = True
        self.heard: dict[str, Callable[[bytes], None]] = {}
        self.reads: list[str] = []
        self._streaming: asyncio.Task[None] | None = None

    def has(self, uuid: str) -> bool:
        return uuid in self.values

    @property
    def max_payload(self) -> int | None:
        return 244

    async def read(self, uuid: str) -> bytes:
        self.reads.append(uuid)
        self._check(uuid)
        return bytes([self.toy.level]) if uuid == LEVEL else self.values[uuid]

    async def write(self, uuid: str, payload: bytes, acknowledged: bool) -> None:
        self._check(uuid)
        await asyncio.sleep(self.toy.write_s)
        self.toy.written.append(payload)
        if payload == b"level?":
            if self.toy.unanswered:
                self.toy.unanswered -= 1
            else:
                self.notify(CONTROL, bytes([self.toy.level]))
            return
        if payload == b"go":
            self.notify(CONTROL, self.toy.reply)
            self._streaming = asyncio.create_task(self._stream())
        elif self._streaming is not None:
            self._streaming.cancel()

    async def subscribe(self, uuid: str, heard: Callable[[bytes], None]) -> None:
        self._check(uuid)
        if uuid in self.toy.subscribe_errors:
            raise self.toy.subscribe_errors[uuid]
        self.heard[uuid] = heard

    async def close(self) -> None:
        self.open = False
        if self._streaming is not None:
            self._streaming.cancel()
        await asyncio.sleep(self.toy.close_s)
        self.toy.held = False

    def notify(self, uuid: str, payload: bytes) -> None:
        """Also on a connection that is over: what is late in the computer's queues arrives all the same."""
        self.heard[uuid](payload)

    def drop(self) -> None:
        """The link breaks, and the computer says so."""
        self.open = False
        if self._streaming is not None:
            self._streaming.cancel()
        self.lost()

    async def _stream(self) -> None:
        number = 0
        while True:
            if not self.toy.mute:
                self.notify(DATA, number.to_bytes(4, "little"))
                number += 1
            await asyncio.sleep(self.toy.every_s)

    def _check(self, uuid: str) -> None:
        if not self.open:
            raise LinkLost("Not connected.", "")
        if uuid in self.toy.refused:
            raise Refused("No.", "")


class ToyRadio:
    """A `Radio`. Each toy on the air advertises every 0.2 s."""

    def __init__(self, *toys: Toy) -> None:
        self.toys = list(toys)
        self.scans: list[float] = []
        self.scanning = False
        self.trouble: Exception | None = None
        self.connected_to: list[str] = []

    async def adapters(self) -> list[Adapter]:
        return []

    def through(self, adapter: str) -> Any:
        return self

    async def held(self, services: Collection[str]) -> list[Found]:
        if self.trouble is not None:
            raise self.trouble
        return [toy.found for toy in self.toys if toy.held]

    @asynccontextmanager
    async def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AsyncIterator[None]:
        assert not self.scanning, "one scan at a time"
        if self.trouble is not None:
            raise self.trouble
        self.scanning = True
        self.scans.append(virtual_time.now_s())

        async def advertise() -> None:
            while True:
                for toy in self.toys:
                    if toy.on_air and not toy.held and not any(one.open for one in toy.connections):
                        bare = virtual_time.now_s() - self.scans[-1] < toy.names_late_s
                        heard(replace(toy.found, name=None, services=()) if bare else toy.found)
                await asyncio.sleep(0.2)

        task = asyncio.create_task(advertise())
        try:
            yield
        finally:
            self.scanning = False
            task.cancel()

    async def connect(
        self, found: Found, lost: Callable[[], None], *, services: Collection[str] = (), uncached: bool = False
    ) -> Connection:
        assert not self.scanning, "the scan must end before connecting"
        toy = found.handle
        assert isinstance(toy, Toy)
        self.connected_to.append(toy.address)
        if toy.connect_errors:
            raise toy.connect_errors.pop(0)
        values = toy.uncached_values if uncached and toy.uncached_values is not None else toy.values
        toy.connections.append(ToyConnection(toy, lost, dict(values)))
        return toy.connection


class Play:
    """A link under way, and everything it said."""

    def __init__(
        self,
        radio: ToyRadio,
        wanted: Wanted = ANY,
        slept_s: Callable[[], float] = lambda: 0.0,
        profiles: Sequence[Any] = (TOY,),
    ) -> None:
        self.radio = radio
        self.items: list[LinkItem] = []
        self.remembered: list[RememberedSensor] = []
        self.began_s = virtual_time.now_s()
        self.mailbox = Mailbox()
        self.clock = SessionClock(slept_s)
        self.link = SensorLink(radio, wanted, self.mailbox, self.clock, USUAL, self.remembered.append, profiles)
        self.running = asyncio.create_task(self.link.run())
        self._taking = asyncio.create_task(self._take())

    async def _take(self) -> None:
        while items := await self.mailbox.take():
            self.items += items

    async def until(self, state: str, times: int = 1) -> LinkEvent:
        """The event by which this state (or happening) has been told so often."""
        while len(told := [event for event in self.events if event.state == state]) < times:
            if self.running.done():
                self.running.result()
                raise AssertionError(f"the link ended before {state}: {self.states}")
            await asyncio.sleep(0.01)
        return told[times - 1]

    async def stop(self) -> None:
        self.link.stop()
        await self.running
        await self._taking

    async def error(self) -> Exception:
        """What ends the link."""
        try:
            await self.running
        except Exception as error:
            await self._taking
            return error
        raise AssertionError(f"no error: {self.states}")

    @property
    def events(self) -> list[LinkEvent]:
        return [item for item in self.items if isinstance(item, LinkEvent)]

    @property
    def states(self) -> list[str]:
        return [event.state for event in self.events]

    @property
    def ready(self) -> list[SensorReady]:
        return [item for item in self.items if isinstance(item, SensorReady)]

    def packets(self, channel: str = "data") -> list[Packet]:
        return [item for item in self.items if isinstance(item, Packet) and item.channel == channel]


def on_stage(play: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test in virtual time."""

    def test() -> None:
        virtual_time.run(play())

    test.__name__ = play.__name__
    return test


@contextmanager
def logged() -> Iterator[list[str]]:
    """What the link writes into the log for bug reports, meanwhile."""
    entries: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            entries.append(record.getMessage())

    log, kept = logging.getLogger("sensorcoach.link"), Kept()
    level = log.level
    log.addHandler(kept)
    log.setLevel(logging.INFO)
    try:
        yield entries
    finally:
        log.removeHandler(kept)
        log.setLevel(level)


def block(duration_s: float) -> None:
    """As if the loop's thread had been busy: every timer that falls into this time is late."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, virtual_time.VirtualLoop)
    loop._jumping.now_s += duration_s
