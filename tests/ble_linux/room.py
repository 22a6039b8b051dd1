"""A room with a Linux computer in it: private bus, pretend bluetoothd, virtual radio, pretend sensors."""

from __future__ import annotations

import asyncio
import functools
import inspect
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import bleak.backends.bluezdbus.manager as bleak_manager

from sensorcoach.model import LinkEvent, Packet
from sensorcoach.sources.ble import BleRadio
from sensorcoach.sources.link import LinkItem, Mailbox, SensorLink, SensorReady, SessionClock, Wanted
from tests.ble.lab import Lab, within
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble_linux import hasty
from tests.ble_linux.bluetoothd import PretendBluetoothd
from tests.ble_linux.private_bus import PrivateBus

BUS = "DBUS_SYSTEM_BUS_ADDRESS"


class LinuxRoom:
    """Everything is off when the context ends."""

    def __init__(self, adapter: str = "hci0") -> None:
        self.bus = PrivateBus()
        self.lab = Lab()
        self.bluetoothd = PretendBluetoothd(self.lab.computer, adapter)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> LinuxRoom:
        await self._stack.enter_async_context(self.bus)
        await self._stack.enter_async_context(self.lab)
        await self.bluetoothd.start(self.bus.address)
        self._stack.push_async_callback(self.bluetoothd.objects.vanish)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    @property
    def asked(self) -> list[str]:
        """What bluetoothd was asked for, in order."""
        return self.bluetoothd.objects.asked

    def path_of(self, sensor: PretendSensor) -> str:
        """Its object on the bus."""
        address = sensor.device.static_address.to_string(with_type_qualifier=False)
        return f"{self.bluetoothd.hci}/dev_{address.replace(':', '_')}"


class Linked:
    """The product's link on bleak's BlueZ backend, and everything it said. A context: stopped at the end."""

    def __init__(self, device: str) -> None:
        self.items: list[LinkItem] = []
        self._mailbox = Mailbox()
        self.link = SensorLink(BleRadio(), Wanted(device=device), self._mailbox, SessionClock())

    async def __aenter__(self) -> Linked:
        self._running = asyncio.create_task(self.link.run())
        self._taking = asyncio.create_task(self._take())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.link.stop()
        await asyncio.gather(self._running, self._taking)

    async def _take(self) -> None:
        while taken := await self._mailbox.take():
            self.items += taken

    @property
    def states(self) -> list[str]:
        """Link events in order."""
        return [item.state for item in self.items if isinstance(item, LinkEvent)]

    @property
    def starts(self) -> int:
        """How often the sensor was started."""
        return sum(isinstance(item, SensorReady) for item in self.items)

    def payloads(self, channel: str) -> list[bytes]:
        """What came on a channel."""
        return [item.payload for item in self.items if isinstance(item, Packet) and item.channel == channel]

    def told(self, state: str) -> LinkEvent:
        """The last event of this kind."""
        return [item for item in self.items if isinstance(item, LinkEvent) and item.state == state][-1]

    async def until(self, state: str, times: int = 1, limit_s: float = 60.0) -> None:
        """Until the link has said it so often."""
        assert await within(limit_s, lambda: self.states.count(state) >= times), self.items[-5:]

    async def hears(self, channel: str, packets: int, limit_s: float = 20.0) -> None:
        """So many more packets."""
        wanted = len(self.payloads(channel)) + packets
        assert await within(limit_s, lambda: len(self.payloads(channel)) >= wanted), self.items[-5:]


def in_linux_room(pace: float = hasty.PACE) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., None]]:
    """A test that takes a `LinuxRoom` first, run in hasty time, in which this process has the bus for the system's."""

    def decorated(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            async def go() -> None:
                async with LinuxRoom() as room, _system_bus(room.bus.address):
                    await test(room, *args, **kwargs)

            hasty.run(go(), pace)

        # pytest must not take the room for a fixture.
        del run.__wrapped__  # type: ignore[attr-defined]
        parameters = list(inspect.signature(test).parameters.values())[1:]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return run

    return decorated


@asynccontextmanager
async def _system_bus(address: str) -> AsyncIterator[None]:
    before = os.environ.get(BUS)
    os.environ[BUS] = address
    try:
        yield
        await _let_bleak_go()
    finally:
        if before is None:
            del os.environ[BUS]
        else:
            os.environ[BUS] = before


async def _let_bleak_go() -> None:
    """Bleak keeps one bus connection per loop for ever."""
    manager = bleak_manager._global_instances.pop(asyncio.get_running_loop(), None)
    if manager is not None and manager._bus is not None:
        manager._bus.disconnect()
        if manager._bus_watcher_task is not None:
            await asyncio.wait([manager._bus_watcher_task])
