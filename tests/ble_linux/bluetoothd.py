"""A pretend bluetoothd with one adapter on the virtual air: org.bluez as far as bleak and the product use it.

What is played is what BlueZ 5.66 did in a virtual machine (shared notes: ble-testing.md, lab B): a link outlives the
program that asked for it, notifications and discovery end with it; a connected device does not advertise; a clean
disconnect takes time; a value that was read is told as a change too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bumble import att, core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy
from dbus_fast import Message, Variant

from tests.ble import quiet_bumble  # noqa: F401
from tests.ble.backend import Computer, uuid_text
from tests.ble_linux.objects import NOTHING, UNKNOWN_METHOD, Answer, Objects, Refusal

T = TypeVar("T")
ADAPTER, DEVICE = "org.bluez.Adapter1", "org.bluez.Device1"
SERVICE, CHARACTERISTIC = "org.bluez.GattService1", "org.bluez.GattCharacteristic1"
FAILED = "org.bluez.Error.Failed"
MTU = 517
"""What BlueZ asks for."""
_UUID_LISTS = (
    AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    AdvertisingData.Type.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_FLAGS = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}


class PretendBluetoothd:
    """`start` puts it on a bus; ``objects`` shows what it was asked and lets answers be refused or withheld.

    ``disconnect_takes_s``: BlueZ takes 2 s. ``acquired``: UUIDs of characteristics whose notifications another program
    has got for itself (AcquireNotify).
    """

    def __init__(self, computer: Computer, adapter: str = "hci0") -> None:
        self.hci = f"/org/bluez/{adapter}"
        self.objects = Objects(self._call)
        self.disconnect_takes_s = 0.0
        self.acquired: set[str] = set()
        self._radio = computer.device
        self._radio.on("advertisement", self._heard)
        self._listeners: set[str] = set()
        """Clients that have discovery on."""
        self._links: dict[str, _Link] = {}
        self._addresses: dict[str, hci.Address] = {}
        self._calls = {
            ADAPTER: {
                "SetDiscoveryFilter": self._nothing,
                "StartDiscovery": self._start_discovery,
                "StopDiscovery": self._stop_discovery,
            },
            DEVICE: {"Connect": self._connect, "Disconnect": self._disconnect},
            CHARACTERISTIC: {
                "ReadValue": self._read,
                "WriteValue": self._write,
                "StartNotify": self._start_notify,
                "StopNotify": self._stop_notify,
            },
        }

    async def start(self, address: str) -> None:
        """Appear on the bus at ``address``, with an adapter that is on."""
        self.objects.tree["/org/bluez"] = {}
        self.objects.tree[self.hci] = _adapter("AA:BB:CC:00:00:01")
        await self.objects.appear(address, "org.bluez", self._client_left)

    def add_deaf_adapter(self, name: str) -> None:
        """One more, on which nothing is ever heard."""
        self.objects.add(f"/org/bluez/{name}", _adapter("AA:BB:CC:00:00:02"))

    async def die(self) -> None:
        """As kill -9 does it: nobody is told; what it knew is gone, and so is each link."""
        await self.objects.vanish()
        self.objects.tree.clear()
        self._listeners.clear()
        for link in list(self._links.values()):
            await link.connection.disconnect()

    def forget(self, path: str) -> None:
        """The device is removed, as BlueZ does some time after a scan."""
        self.objects.remove(path)

    def lose_adapter(self) -> None:
        """The dongle is pulled out."""
        self.objects.remove(self.hci)

    def power(self, on: bool) -> None:
        """Somebody switches Bluetooth off or on."""
        self.objects.change(self.hci, ADAPTER, Powered=Variant("b", on))

    # --- clients ---

    def _client_left(self, client: str) -> None:
        if client in self._listeners:
            self._listeners.discard(client)
        for link in self._links.values():
            for path in link.drop_client(client):
                asyncio.ensure_future(link.quiet(path))

    async def _call(self, message: Message) -> Answer:
        does = self._calls.get(message.interface or "", {}).get(message.member or "")
        if does is None:
            raise Refusal(UNKNOWN_METHOD, f"{message.interface}.{message.member} is not played")
        assert message.path is not None
        assert message.sender is not None
        return await does(message.path, message.sender, message)

    async def _nothing(self, _path: str, _client: str, _: Message) -> Answer:
        return NOTHING

    # --- discovery ---

    async def _start_discovery(self, path: str, client: str, _: Message) -> Answer:
        if client in self._listeners:
            raise Refusal("org.bluez.Error.InProgress", "Operation already in progress")
        if path != self.hci:  # a deaf one
            return NOTHING
        self._listeners.add(client)
        if not self._radio.is_scanning:
            await self._radio.start_scanning()
        self.objects.change(path, ADAPTER, Discovering=Variant("b", True))
        return NOTHING

    async def _stop_discovery(self, path: str, client: str, _: Message) -> Answer:
        if path != self.hci:
            return NOTHING
        if client not in self._listeners:
            raise Refusal(FAILED, "No discovery started")
        self._listeners.discard(client)
        if not self._listeners:
            await self._radio.stop_scanning()
            self.objects.change(path, ADAPTER, Discovering=Variant("b", False))
        return NOTHING

    def _heard(self, heard: Advertisement) -> None:
        address = heard.address.to_string(with_type_qualifier=False)
        path = f"{self.hci}/dev_{address.replace(':', '_')}"
        if not self._listeners or path in self._links or self.hci not in self.objects.tree:
            return
        self._addresses[path] = heard.address
        signal = Variant("n", heard.rssi)
        if path in self.objects.tree:
            self.objects.change(path, DEVICE, RSSI=signal)
            return
        name = heard.data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
        told = [uuid_text(one) for kind in _UUID_LISTS for some in heard.data.get_all(kind) for one in some]
        device = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", str(name or address.replace(":", "-"))),
            "UUIDs": Variant("as", told),
            "Paired": Variant("b", False),
            "Trusted": Variant("b", False),
            "Connected": Variant("b", False),
            "ServicesResolved": Variant("b", False),
            "Adapter": Variant("o", self.hci),
            "RSSI": signal,
        }
        if name:
            device["Name"] = Variant("s", str(name))
        self.objects.add(path, {DEVICE: device})

    # --- connections ---

    async def _connect(self, path: str, _client: str, _: Message) -> Answer:
        if path in self._links:
            return NOTHING
        try:
            connection = await self._radio.connect(self._addresses[path], timeout=None)
        except (core.BaseBumbleError, asyncio.CancelledError) as error:
            raise Refusal(FAILED, "le-connection-abort-by-local") from error
        link = self._links[path] = _Link(self.objects, path, connection)
        connection.on("disconnection", lambda _reason: self._gone(path))
        self.objects.change(path, DEVICE, Connected=Variant("b", True))
        await link.resolve()
        return NOTHING

    async def _disconnect(self, path: str, _client: str, _: Message) -> Answer:
        if path in self._links:
            await self._links[path].connection.disconnect()
            await asyncio.sleep(self.disconnect_takes_s)
        elif self._radio.is_le_connecting:
            await self._radio.cancel_connection()
        return NOTHING

    def _gone(self, path: str) -> None:
        self._links.pop(path).remove()
        if path in self.objects.tree:
            off = Variant("b", False)
            self.objects.change(path, DEVICE, ServicesResolved=off)
            self.objects.change(path, DEVICE, Connected=off)

    # --- characteristics ---

    def _link_of(self, path: str) -> _Link:
        return self._links[path.rsplit("/", 2)[0]]

    async def _read(self, path: str, _client: str, _: Message) -> Answer:
        link = self._link_of(path)
        value = await link.told(link.peer.read_value(link.proxies[path]))
        self.objects.change(path, CHARACTERISTIC, Value=Variant("ay", value))
        return "ay", [value]

    async def _write(self, path: str, _client: str, message: Message) -> Answer:
        link = self._link_of(path)
        value, options = message.body
        with_answer = options["type"].value == "request"
        await link.told(link.peer.write_value(link.proxies[path], bytes(value), with_answer))
        return NOTHING

    async def _start_notify(self, path: str, client: str, _: Message) -> Answer:
        if self.objects.tree[path][CHARACTERISTIC]["UUID"].value in self.acquired:
            raise Refusal("org.bluez.Error.NotPermitted", "Notify acquired")
        await self._link_of(path).listen(path, client)
        return NOTHING

    async def _stop_notify(self, path: str, client: str, _: Message) -> Answer:
        link = self._link_of(path)
        if path in link.drop_client(client, path):
            await link.quiet(path)
        return NOTHING


def _adapter(address: str) -> dict[str, dict[str, Variant]]:
    return {
        ADAPTER: {
            "Address": Variant("s", address),
            "Name": Variant("s", "pretend"),
            "Alias": Variant("s", "pretend"),
            "Powered": Variant("b", True),
            "Discovering": Variant("b", False),
            "Roles": Variant("as", ["central"]),
            "UUIDs": Variant("as", []),
        }
    }


def refusal_of_att(code: int) -> Refusal:
    """BlueZ's words for what a sensor refuses: create_gatt_dbus_error of its ``src/gatt-client.c``."""
    name, text = _ATT_ERRORS.get(code, ("Failed", f"Operation failed with ATT error: 0x{code:02x}"))
    return Refusal(f"org.bluez.Error.{name}", text)


_ATT_ERRORS = {
    0x00: ("Failed", "Operation failed"),
    0x02: ("NotPermitted", "Read not permitted"),
    0x03: ("NotPermitted", "Write not permitted"),
    0x05: ("NotPermitted", "Not paired"),
    0x06: ("NotSupported", "Operation is not supported"),
    0x07: ("InvalidArguments", "Invalid offset"),
    0x08: ("NotAuthorized", "Operation Not Authorized"),
    0x0C: ("NotPermitted", "Not paired"),
    0x0D: ("InvalidArguments", "Invalid Length"),
    0x0F: ("NotPermitted", "Not paired"),
}


class _Link:
    """One connection and the objects it brings."""

    def __init__(self, objects: Objects, path: str, connection: Connection) -> None:
        self.connection = connection
        self.peer = Peer(connection)
        self.proxies: dict[str, CharacteristicProxy[bytes]] = {}
        self._objects, self._path = objects, path
        self._clients: dict[str, set[str]] = {}
        self._hears: dict[str, Callable[[bytes], None]] = {}
        self._parents: list[str] = []

    async def resolve(self) -> None:
        """Learn the services and show them."""
        await self.told(self.peer.request_mtu(MTU))
        await self.told(self.peer.discover_all())
        for service in self.peer.services:
            parent = f"{self._path}/service{service.handle:04x}"
            known = {
                "UUID": Variant("s", uuid_text(service.uuid)),
                "Device": Variant("o", self._path),
                "Primary": Variant("b", True),
                "Includes": Variant("ao", []),
            }
            self._parents.append(parent)
            self._objects.add(parent, {SERVICE: known})
            for proxy in service.characteristics:
                self._show(f"{parent}/char{proxy.handle - 1:04x}", parent, proxy)
        uuids = [uuid_text(service.uuid) for service in self.peer.services]
        self._objects.change(self._path, DEVICE, UUIDs=Variant("as", uuids))
        self._objects.change(self._path, DEVICE, ServicesResolved=Variant("b", True))

    def _show(self, path: str, parent: str, proxy: CharacteristicProxy[bytes]) -> None:
        self.proxies[path] = proxy
        values = {
            "UUID": Variant("s", uuid_text(proxy.uuid)),
            "Service": Variant("o", parent),
            "Value": Variant("ay", b""),
            "Flags": Variant("as", [word for flag, word in _FLAGS.items() if proxy.properties & flag]),
            "MTU": Variant("q", self.peer.gatt_client.mtu),
            "Notifying": Variant("b", False),
        }
        self._objects.add(path, {CHARACTERISTIC: values})

    def remove(self) -> None:
        """The objects go with the connection."""
        for path in [*self.proxies, *self._parents]:
            if path in self._objects.tree:
                self._objects.remove(path)

    async def listen(self, path: str, client: str) -> None:
        """Notifications or indications are on for ``client``."""
        self._clients.setdefault(path, set()).add(client)
        if path in self._hears:
            return

        def hear(value: bytes) -> None:
            if path in self._objects.tree:
                self._objects.change(path, CHARACTERISTIC, Value=Variant("ay", value))

        self._hears[path] = hear
        await self.told(self.peer.subscribe(self.proxies[path], hear))
        self._objects.change(path, CHARACTERISTIC, Notifying=Variant("b", True))

    def drop_client(self, client: str, only: str | None = None) -> list[str]:
        """Forget a client; which characteristics nobody listens to any more."""
        left = []
        for path, clients in self._clients.items():
            if client in clients and only in (None, path):
                clients.discard(client)
                left += [path] * (not clients)
        return left

    async def quiet(self, path: str) -> None:
        """Notifications are off."""
        hear = self._hears.pop(path, None)
        if hear is not None and path in self._objects.tree:
            await self.told(self.peer.unsubscribe(self.proxies[path], hear))
            self._objects.change(path, CHARACTERISTIC, Notifying=Variant("b", False))

    async def told(self, work: Awaitable[T]) -> T:
        """What the sensor answers; its refusals in BlueZ's words."""
        try:
            return await work
        except att.ATT_Error as error:
            raise refusal_of_att(error.error_code) from error
        except asyncio.CancelledError as error:  # bumble's word for a link that ended meanwhile
            if self._path in self._objects.tree and self._objects.tree[self._path][DEVICE]["Connected"].value:
                raise
            raise Refusal(FAILED, "Not connected") from error
