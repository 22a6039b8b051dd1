"""bleak's own plug-in point filled with bumble: the real scanner, client and adapter classes on virtual air.

A `Computer` is one host with a Bluetooth adapter; `Computer.backends` are the classes to hand to bleak's ``backend=``.
What operating systems do differently, or badly, is a field of the computer: the MTU it asks for, addresses it hides, a
disconnect that takes half a minute, connections it keeps for a process that died.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.characteristic import BleakGATTCharacteristic, GattCharacteristicsFlags
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)
from bumble import att, core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.gatt_client import CharacteristicProxy

from tests.ble.air import Air, RadioController

T = TypeVar("T")
ADDRESS = "C0:00:00:00:00:01"
_UUID_LISTS = (
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)


@dataclass(slots=True)
class Habits:
    """What an operating system does in its own way. Tests change it at any time."""

    mtu_request: int = 247
    hides_addresses: bool = False
    """As macOS does: a device is known by a UUID of this computer."""
    disconnect_hangs_s: float = 0.0
    """The call takes so long although the link is gone at once (Windows: 30 s and more)."""
    refuses_connects: list[Exception] = field(default_factory=list)
    """The next attempts fail with these."""
    connect_takes_s: float = 0.0
    adapter_off: bool = False
    rssi_dbm: dict[str, int] = field(default_factory=dict)
    """By address; bumble says -50 of everything."""
    knows_connected: bool = True
    """Whether it can list connected devices (Windows and some Linux versions: no)."""
    log: list[str] = field(default_factory=list)
    """What it was asked for, in order: scan on, scan off, connect, disconnect, subscribe UUID, write UUID hex."""


class Computer:
    """A host on the air: a bumble device in the central role, and bleak backends bound to it."""

    def __init__(self, air: Air, address: str = ADDRESS) -> None:
        self.habits = Habits()
        self.controller = RadioController("computer", link=air)
        self.device = Device.from_config_with_hci(
            DeviceConfiguration(name="computer", address=hci.Address(address)), self.controller, self.controller
        )
        bound = {"computer": self}
        self.scanner_backend = type("VirtualScanner", (VirtualScanner,), bound)
        self.client_backend = type("VirtualClient", (VirtualClient,), bound)
        self.adapter_backend = type("VirtualAdapter", (VirtualAdapter,), bound)

    async def start(self) -> None:
        """Power the adapter on."""
        await self.device.power_on()

    @property
    def backends(self) -> dict[str, Any]:
        """As arguments for the product's radio."""
        return {
            "scanner_backend": self.scanner_backend,
            "client_backend": self.client_backend,
            "adapter_backend": self.adapter_backend,
        }

    def check_power(self) -> None:
        """Raise what bleak raises when Bluetooth is off."""
        if self.habits.adapter_off:
            raise BleakBluetoothNotAvailableError(
                "Bluetooth is turned off", BleakBluetoothNotAvailableReason.POWERED_OFF
            )

    def shown(self, address: hci.Address) -> str:
        """How this computer calls a device."""
        plain = address.to_string(with_type_qualifier=False)
        if self.habits.hides_addresses:
            return str(uuid.uuid5(uuid.NAMESPACE_OID, plain)).upper()
        return plain

    def connection_to(self, address: hci.Address) -> Connection | None:
        """The link that stands, whoever opened it."""
        links: list[Connection] = list(self.device.connections.values())
        return next((link for link in links if link.peer_address == address), None)


def uuid_text(value: core.UUID) -> str:
    """128 bit, lower case, as bleak writes it."""
    return str(uuid.UUID(bytes=value.to_bytes(force_128=True)[::-1]))


class VirtualScanner(BaseBleakScanner):
    """Scanning."""

    computer: ClassVar[Computer]

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **kwargs: Any) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode != "passive"

    async def start(self) -> None:
        self.computer.check_power()
        self.computer.habits.log.append("scan on")
        self.seen_devices = {}
        self.computer.device.on("advertisement", self._heard)
        await self.computer.device.start_scanning(active=self._active)

    async def stop(self) -> None:
        self.computer.habits.log.append("scan off")
        self.computer.device.remove_listener("advertisement", self._heard)
        await self.computer.device.stop_scanning()

    def _heard(self, heard: Advertisement) -> None:
        kind = AdvertisingData.Type
        names = heard.data.get_all(kind.COMPLETE_LOCAL_NAME) + heard.data.get_all(kind.SHORTENED_LOCAL_NAME)
        services = [uuid_text(one) for kinds in _UUID_LISTS for some in heard.data.get_all(kinds) for one in some]
        if not self.is_allowed_uuid(services):
            return
        plain = heard.address.to_string(with_type_qualifier=False)
        data = AdvertisementData(
            local_name=names[0] if names else None,
            manufacturer_data=dict(heard.data.get_all(kind.MANUFACTURER_SPECIFIC_DATA)),
            service_data={},
            service_uuids=services,
            tx_power=None,
            rssi=self.computer.habits.rssi_dbm.get(plain, heard.rssi),
            platform_data=(heard,),
        )
        shown = self.computer.shown(heard.address)
        device = self.create_or_update_device(shown, shown, data.local_name, heard.address, data)
        self.call_detection_callbacks(device, data)


class VirtualAdapter(BaseBleakAdapter):
    """What the computer knows without scanning."""

    computer: ClassVar[Computer]

    @classmethod
    async def get(cls, **kwargs: Any) -> Self:
        cls.computer.check_power()
        if not cls.computer.habits.knows_connected:
            raise NotImplementedError("get is not implemented for this backend")
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        """Devices of the standing links that have one of the services (asked on the link, as operating systems did)."""
        found = []
        for link in list(self.computer.device.connections.values()):
            peer = Peer(link)
            await peer.discover_services()
            if service_uuids & {uuid_text(service.uuid) for service in peer.services}:
                found.append(BLEDevice(self.computer.shown(link.peer_address), None, link.peer_address))
        return found


class VirtualClient(BaseBleakClient):
    """One connection."""

    computer: ClassVar[Computer]

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=kwargs.get("disconnected_callback"),
            timeout=kwargs["timeout"],
        )
        known = address_or_ble_device if isinstance(address_or_ble_device, BLEDevice) else None
        self._target: hci.Address | None = known.details if known else None
        self._name = known.name if known else None
        self._link: Connection | None = None
        self._peer: Peer | None = None
        self._heard: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        return self._name or self.address

    @property
    def mtu_size(self) -> int:
        return self._peer.gatt_client.mtu if self._peer else 23

    @property
    def is_connected(self) -> bool:
        return self._link is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        """Take over the link that stands, or make one; then MTU and services."""
        self.computer.check_power()
        habits = self.computer.habits
        habits.log.append("connect")
        if self.is_connected:
            raise BleakError("Client is already connected")
        async with asyncio.timeout(self._timeout):
            await asyncio.sleep(habits.connect_takes_s)
            if habits.refuses_connects:
                raise habits.refuses_connects.pop(0)
            target = await self._found()
            link = self.computer.connection_to(target) or await self._linked(target)
            link.on("disconnection", self._gone)
            self._link, self._peer = link, Peer(link)
            try:
                await self._io(self._agreed)
            except BaseException:
                await self.disconnect()
                raise
        self.services = self._collected()

    async def _found(self) -> hci.Address:
        if self._target is None:
            from bleak import BleakScanner

            device = await BleakScanner.find_device_by_address(
                self.address, self._timeout, backend=self.computer.scanner_backend
            )
            if device is None:
                raise BleakDeviceNotFoundError(self.address, f"Device {self.address} was not found.")
            self._target, self._name = device.details, device.name
        assert self._target is not None
        return self._target

    async def _linked(self, target: hci.Address) -> Connection:
        try:
            return await self.computer.device.connect(target, timeout=None)
        except asyncio.CancelledError:  # our timeout, or the caller's: free the radio
            await self.computer.device.send_sync_command(hci.HCI_LE_Create_Connection_Cancel_Command())
            raise
        except core.BaseBumbleError as error:
            raise BleakError(f"connect failed: {error}") from error

    async def _agreed(self) -> None:
        assert self._peer is not None
        await self._peer.request_mtu(self.computer.habits.mtu_request)
        await self._peer.discover_all()

    def _collected(self) -> BleakGATTServiceCollection:
        assert self._peer is not None
        out = BleakGATTServiceCollection()
        for service in self._peer.services:
            known = BleakGATTService(service, service.handle, uuid_text(service.uuid))
            out.add_service(known)
            for one in service.characteristics:
                flags = [
                    flag.name.replace("_", "-") for flag in GattCharacteristicsFlags if one.properties & flag.value
                ]
                characteristic = BleakGATTCharacteristic(
                    one, one.handle, uuid_text(one.uuid), flags, lambda: self.mtu_size - 3, known
                )
                out.add_characteristic(characteristic)
                for extra in one.descriptors:
                    out.add_descriptor(BleakGATTDescriptor(extra, extra.handle, uuid_text(extra.type), characteristic))
        return out

    def _gone(self, _reason: int) -> None:
        self._link = self._peer = self.services = None
        self._heard.clear()
        if self._disconnected_callback:
            self._disconnected_callback()

    async def disconnect(self) -> None:
        self.computer.habits.log.append("disconnect")
        if self._link:
            await self._link.disconnect()
        await asyncio.sleep(self.computer.habits.disconnect_hangs_s)

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError("no pretend sensor pairs")

    async def unpair(self) -> None:
        raise NotImplementedError("no pretend sensor pairs")

    async def _io(self, operation: Callable[[], Awaitable[T]]) -> T:
        """One operation; it fails at once when the link goes away (bumble would cancel it)."""
        link = self._link
        if link is None:
            raise BleakError("Not connected")
        gone: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def tell(reason: int) -> None:
            if not gone.done():
                gone.set_result(reason)

        link.on("disconnection", tell)
        task = asyncio.ensure_future(operation())
        try:
            await asyncio.wait([task, gone], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise BleakError("disconnected during the operation")
            if task.cancelled():
                raise BleakError("disconnected during the operation")
            return task.result()
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(BleakGATTProtocolErrorCode(error.error_code)) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        finally:
            task.cancel()
            link.remove_listener("disconnection", tell)

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        proxy: CharacteristicProxy[bytes] = characteristic.obj
        return bytearray(await self._io(lambda: self._there().read_value(proxy)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return bytearray(await self._io(lambda: self._there().read_value(descriptor.obj)))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: Any, response: bool) -> None:
        self.computer.habits.log.append(f"write {characteristic.uuid} {bytes(data).hex()}")
        await self._io(lambda: self._there().write_value(characteristic.obj, bytes(data), response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: Any) -> None:
        await self._io(lambda: self._there().write_value(descriptor.obj, bytes(data), True))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: Any, **kwargs: Any) -> None:
        self.computer.habits.log.append(f"subscribe {characteristic.uuid}")

        def heard(value: bytes) -> None:
            callback(bytearray(value))

        self._heard[characteristic.handle] = heard
        await self._io(lambda: self._there().subscribe(characteristic.obj, heard))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        heard = self._heard.pop(characteristic.handle)
        await self._io(lambda: self._there().unsubscribe(characteristic.obj, heard))

    def _there(self) -> Peer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer
