"""What all pretend sensors share: they advertise, they are connected to, their chip runs, and they go wrong on request.

The chip samples from power-on on, at its own true rate, whether anybody listens or not; a notification leaves when its
last sample was taken. Runs on any HCI transport; time comes from the loop.
"""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from bumble import data_types, hci
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, Service

from tests.ble.pretend.faults import Faults
from tests.ble.pretend.movement import Movement

ADDRESS = "C4:11:22:33:44:55"
ADVERTISING_MS = 100
LEGACY_ADVERTISEMENT_BYTES = 31
Sent = Callable[[float, bytes], None]


class PretendSensor(ABC):
    """One unit. `start` powers it on; `faults` may be changed at any time."""

    def __init__(
        self,
        source: Any,
        sink: Any,
        movement: Movement,
        *,
        name: str,
        advertised_services: tuple[str, ...] = (),
        address: str = ADDRESS,
        advertising_ms: int = ADVERTISING_MS,
        serial: str = "PRETEND-0001",
        on_sent: Sent | None = None,
    ) -> None:
        self.name, self.serial, self.movement = name, serial, movement
        self.faults = Faults()
        self.sent = 0
        """Notifications with samples that left the antenna (repeated ones once)."""
        self.samples_sent = 0
        self.samples_lost = 0
        """In notifications that never left although somebody was subscribed and the sensor was not mute."""
        self.writes: list[bytes] = []
        """Commands as they came, in order."""
        self.link: Connection | None = None
        self._on_sent = on_sent
        self._advertising_ms = advertising_ms
        self._held: list[bytes] = []
        self._streaming: asyncio.Task[None] | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._booted_s = 0.0
        self._moving_since_s: float | None = None
        self._resampled: dict[float, Movement] = {}
        self.device = Device.from_config_with_hci(
            DeviceConfiguration(
                name=name,
                address=hci.Address(address),
                advertising_interval_min=advertising_ms,
                advertising_interval_max=advertising_ms,
            ),
            source,
            sink,
        )
        self.data = Characteristic(self.data_uuid(), Characteristic.Properties.NOTIFY, 0, b"")
        self.device.add_services(self.services())
        self.device.advertising_data = advertisement(name, advertised_services)
        self.device.on("connection", self._connected)

    # --- what a kind of sensor must say ---

    @abstractmethod
    def data_uuid(self) -> str:
        """Characteristic that carries samples."""

    @abstractmethod
    def services(self) -> list[Service]:
        """The GATT table; `data` is one of its characteristics. Called once."""

    @property
    @abstractmethod
    def true_rate_hz(self) -> float:
        """What the chip really does, at present."""

    @property
    @abstractmethod
    def each(self) -> int:
        """Samples in the next notification."""

    @abstractmethod
    def packet(self, first: int, index: int, count: int) -> bytes:
        """Bytes of ``count`` samples. ``first``: number since power-on; ``index``: place in `resampled`."""

    @abstractmethod
    def set_battery(self, value: float) -> None:
        """What the gauge shows from now on, in the sensor's own unit."""

    @abstractmethod
    def powered_on(self) -> None:
        """Everything volatile is as after power-on."""

    @abstractmethod
    def connected(self) -> None:
        """Somebody connected."""

    @abstractmethod
    def disconnected(self) -> None:
        """Nobody is connected any more."""

    # --- life ---

    async def start(self) -> None:
        """Power on and advertise."""
        self._booted_s = _now_s()
        self.powered_on()
        await self.device.power_on()
        await self.advertise()

    async def advertise(self) -> None:
        """Be found."""
        await self.device.start_advertising(
            advertising_interval_min=self._advertising_ms, advertising_interval_max=self._advertising_ms
        )

    async def stop(self) -> None:
        """Power off: whoever is connected notices."""
        self._stop_streaming()
        for job in list(self._jobs):
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        silent, self.faults.no_readvertise = self.faults.no_readvertise, True
        await self.drop()
        self.faults.no_readvertise = silent
        if self.device.is_advertising:
            await self.device.stop_advertising()

    async def drop(self) -> None:
        """Hang up."""
        if self.link is not None:
            await self.link.disconnect(hci.HCI_REMOTE_USER_TERMINATED_CONNECTION_ERROR)

    async def restart(self, *, address: str | None = None, off_s: float = 1.0) -> None:
        """Power off and on: clock and counters begin anew, perhaps under another address."""
        await self.stop()
        await asyncio.sleep(off_s)
        if address is not None:
            self.device.static_address = hci.Address(address)
        await self.start()

    def _connected(self, link: Connection) -> None:
        self.link = link
        link.on("disconnection", self._disconnected)
        self.connected()

    def _disconnected(self, _reason: int) -> None:
        self.link = None
        self._stop_streaming()
        self._held.clear()
        self.disconnected()
        if not self.faults.no_readvertise:
            self.do(self.advertise())

    def do(self, job: Any) -> None:
        """Run a coroutine beside everything else."""
        task = asyncio.ensure_future(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    # --- streaming ---

    def begin_streaming(self) -> None:
        """From now on, until the link ends or `_stop_streaming`."""
        self._stop_streaming()
        if self._moving_since_s is None:
            self._moving_since_s = _now_s()
        self._streaming = asyncio.ensure_future(self._stream())

    def _stop_streaming(self) -> None:
        if self._streaming is not None:
            self._streaming.cancel()
            self._streaming = None

    @property
    def is_streaming(self) -> bool:
        """Samples are being sent."""
        return self._streaming is not None

    def resampled(self) -> Movement:
        """The movement at the present rate."""
        rate = self.true_rate_hz
        if rate not in self._resampled:
            self._resampled[rate] = self.movement.sampled(rate)
        return self._resampled[rate]

    def device_s(self) -> float:
        """Since power-on, on the true clock."""
        return _now_s() - self._booted_s

    async def _stream(self) -> None:
        rate, each = self.true_rate_hz, self.each
        length = len(self.resampled().acc_g)
        assert self._moving_since_s is not None
        began = math.ceil((self._moving_since_s - self._booted_s) * rate)
        first = math.ceil(self.device_s() * rate)
        loop = asyncio.get_running_loop()
        while True:
            due_s = self._booted_s + (first + each - 1) / rate
            wait_s = due_s - loop.time()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            payload = self.packet(first, (first - began) % length, each)
            first += each
            await self._leave(payload, each)
            if self.each != each:  # another packet length was asked for
                each = self.each

    async def _leave(self, payload: bytes, samples: int) -> None:
        faults = self.faults
        if faults.mute:
            return
        while faults.junk:
            await self._notify(faults.junk.pop(0))
        if faults.lose_next or (faults.lose_every and (self.sent + 1) % faults.lose_every == 0):
            faults.lose_next = max(0, faults.lose_next - 1)
            self.sent += 1
            self.samples_lost += samples
            return
        self.sent += 1
        self.samples_sent += samples
        if faults.hold:
            self._held.append(payload)
            return
        held, self._held = self._held, []
        for waiting in held:
            await self._notify(waiting)
        copies = 1
        if faults.repeat_next or faults.repeat_all:
            faults.repeat_next = max(0, faults.repeat_next - 1)
            copies = 2
        for _ in range(copies):
            await self._notify(payload)

    async def _notify(self, payload: bytes) -> None:
        if self._on_sent is not None:
            self._on_sent(_now_s(), payload)
        if self.link is not None:
            await self.device.notify_subscriber(self.link, self.data, payload)

    # --- answers ---

    def readable(self, name: str, value: Callable[[], bytes]) -> Callable[[Connection], Any]:
        """Value of a characteristic for bumble, with the faults of reading."""

        async def read(_: Connection) -> bytes:
            if self.faults.hang_reads:
                await asyncio.Event().wait()
            if name in self.faults.unreadable:
                raise ATT_Error(self.faults.read_error)
            return value()

        return read

    def written(self, value: bytes) -> bool:
        """Note a command; whether it is to be obeyed.

        Raises:
            ATT_Error: as the faults say.
        """
        self.writes.append(bytes(value))
        if self.faults.refuse_writes is not None:
            raise ATT_Error(self.faults.refuse_writes)
        if self.faults.ignore_writes:
            self.faults.ignore_writes -= 1
            return False
        return not self.faults.deaf_control


def advertisement(name: str, services: tuple[str, ...]) -> bytes:
    """Flags, services of 128 bits and the name, all in the advertisement: bumble's virtual air has no scan responses.

    A real advertisement holds 31 bytes (`LEGACY_ADVERTISEMENT_BYTES`), so beside a service only 8 of the name.
    """
    parts: list[Any] = [
        data_types.Flags(
            AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
        )
    ]
    if services:
        parts.append(data_types.CompleteListOf128BitServiceUUIDs([UUID(service) for service in services]))
    parts.append(data_types.CompleteLocalName(name))
    return bytes(AdvertisingData(parts))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
