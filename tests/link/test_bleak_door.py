"""`sources.ble` against bleak with backends that fail in every way one can: what comes out is one of our errors."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from sensorcoach.errors import BluetoothError, SensorcoachError
from sensorcoach.sources import ble
from sensorcoach.sources.ble import BleRadio
from sensorcoach.sources.bluetooth_words import told_cause
from sensorcoach.sources.causes import LASTING, Cause
from sensorcoach.sources.radio import Found, LinkLost, Refused
from tests.ble import virtual_time

UUID = "5c0a0001-0000-4000-8000-000000000001"
DEVICE = BLEDevice("AA:00", "Toy", None)
FOUND = Found("AA:00", "Toy", -50, (), DEVICE)


class Scanner(BaseBleakScanner):
    """Fails as told, or advertises once."""

    fails: Exception | None = None
    stop_fails: Exception | None = None
    hangs = False
    stopped = 0
    filters: list[Any] = []

    def __init__(self, detection_callback: Any, service_uuids: Any, scanning_mode: str, **_: Any) -> None:
        super().__init__(detection_callback, service_uuids)
        type(self).filters.append(service_uuids)

    async def start(self) -> None:
        if self.hangs:
            await asyncio.sleep(1e6)
        if self.fails is not None:
            raise self.fails
        said = AdvertisementData(None, {}, {}, [UUID.upper()], None, -127, ())
        self.call_detection_callbacks(DEVICE, said)

    async def stop(self) -> None:
        type(self).stopped += 1
        if self.stop_fails is not None:
            raise self.stop_fails


class Client(BaseBleakClient):
    """Fails as told. ``made``: every client there was."""

    fails: Exception | None = None
    fails_at = "connect"
    hangs_at = ""
    made: list[Client] = []

    def __init__(self, device: BLEDevice, **told: Any) -> None:
        super().__init__(device, disconnected_callback=told["disconnected_callback"], timeout=told["timeout"])
        self.told = told
        self.connected = False
        self.disconnects = 0
        self.notified: Callable[[bytearray], None] | None = None
        type(self).made.append(self)

    name = property(lambda self: "Toy")
    mtu_size = property(lambda self: 23)
    is_connected = property(lambda self: self.connected)

    async def _do(self, what: str) -> None:
        if what == self.hangs_at:
            await asyncio.sleep(1e6)
        if what == self.fails_at and self.fails is not None:
            raise self.fails

    async def connect(self, pair: bool, **_: Any) -> None:
        await self._do("connect")
        self.connected = True
        self.services = BleakGATTServiceCollection()
        service = BleakGATTService(None, 1, UUID)
        self.services.add_service(service)
        for handle in (2, 3):  # one UUID twice: the first counts
            self.services.add_characteristic(
                BleakGATTCharacteristic(None, handle, UUID.upper(), ["read", "notify"], lambda: 180, service)
            )

    async def disconnect(self) -> None:
        self.disconnects += 1
        await self._do("disconnect")
        self.connected = False
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def pair(self, *_: Any, **__: Any) -> None: ...

    async def unpair(self) -> None: ...

    async def read_gatt_char(self, characteristic: Any, **_: Any) -> bytearray:
        await self._do("read")
        return bytearray([characteristic.handle])

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        await self._do("write")

    async def read_gatt_descriptor(self, descriptor: Any, **_: Any) -> bytearray:
        return bytearray()

    async def write_gatt_descriptor(self, descriptor: Any, data: Any) -> None: ...

    async def start_notify(self, characteristic: Any, callback: Callable[[bytearray], None], **told: Any) -> None:
        assert told["bluez"] == {}, "StartNotify is bleak's default"  # R16
        await self._do("subscribe")
        self.notified = callback

    async def stop_notify(self, characteristic: Any) -> None: ...


class Adapter(BaseBleakAdapter):
    fails: Exception | None = None

    @classmethod
    async def get(cls, **_: Any) -> Adapter:
        return cls()

    async def get_connected_devices(self, service_uuids: frozenset[str]) -> list[BLEDevice]:
        if self.fails is not None:
            raise self.fails
        return [DEVICE]


def radio(scanner: type[Scanner] = Scanner, client: type[Client] = Client) -> BleRadio:
    return BleRadio(scanner, client)


def fails(kind: type[Any], **told: Any) -> type[Any]:
    return type(kind.__name__, (kind,), {"made": [], "filters": [], "stopped": 0, **told})


class Foreign(Exception):
    """What pyobjc or dbus-fast may let through."""


REASONS = [
    (BleakBluetoothNotAvailableReason.NO_BLUETOOTH, "no Bluetooth adapter"),
    (BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE, "Low Energy"),
    (BleakBluetoothNotAvailableReason.POWERED_OFF, "switched off"),
    (BleakBluetoothNotAvailableReason.DENIED_BY_USER, "may not use Bluetooth"),
    (BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM, "may not use Bluetooth"),
    (BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN, "may not use Bluetooth"),
    (BleakBluetoothNotAvailableReason.UNKNOWN, "does not tell"),
]
COMPUTER = [(BleakBluetoothNotAvailableError("AA:BB", reason), words) for reason, words in REASONS] + [
    (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["x"]), "does not answer"),
    (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["x"]), "may not use"),
    (BleakDBusError("org.bluez.Error.NotReady", ["x"]), "switched off"),
    (BleakError("Bleak requires BlueZ >= 5.55."), "too old"),
    (BleakError("Thread is configured for Windows GUI but callbacks are not working."), "main thread"),
]
NO_BUS = [
    (FileNotFoundError(2, "AA:BB"), "does not answer"),
    (ConnectionRefusedError(111, "AA:BB"), "does not answer"),
    (PermissionError(13, "AA:BB"), "may not use"),
]
PASSING = [
    BleakDeviceNotFoundError("AA:BB", "Device AA:BB was not found"),
    BleakDBusError("org.bluez.Error.Failed", ["AA:BB le-connection-abort-by-local"]),
    BleakDBusError("org.bluez.Error.InProgress", ["AA:BB"]),
    BleakDBusError("org.freedesktop.DBus.Error.UnknownObject", ["AA:BB ATT error: 0xzz"]),
    BleakError("AA:BB disconnected"),
    TimeoutError("AA:BB"),
    OSError(22, "AA:BB"),
    EOFError("AA:BB"),
    asyncio.CancelledError("AA:BB"),  # bumble ends pending requests so
    Foreign("AA:BB"),
    AssertionError("AA:BB"),
]


class WindowsError(OSError):
    """As Windows raises it; elsewhere OSError has no such code."""

    def __init__(self, code: int) -> None:
        super().__init__(22, "AA:BB")
        self.winerror = code - (1 << 32)


def bluez(name: str, text: str) -> BleakDBusError:
    return BleakDBusError(f"org.bluez.Error.{name}", [text])


CAUSES = [  # as BlueZ's and Windows' sources have them
    (bluez("NotPermitted", "Not paired"), Cause.PAIRING),
    (bluez("AuthenticationFailed", "Authentication Failed"), Cause.PAIRING),
    (bluez("AuthenticationCanceled", "Authentication Canceled"), Cause.PAIRING),
    (bluez("Failed", "br-connection-key-missing"), Cause.PAIRING),
    (bluez("NotPermitted", "Notify acquired"), Cause.HELD),
    (bluez("NotSupported", "Operation is not supported"), Cause.UNSUPPORTED),
    (bluez("Failed", "le-connection-not-supported"), Cause.UNSUPPORTED),
    (bluez("NotAvailable", "br-connection-profile-unavailable"), Cause.UNSUPPORTED),
    (bluez("NotAvailable", "Operation currently not available"), Cause.BUSY),
    (bluez("InProgress", "Operation already in progress"), Cause.BUSY),
    (bluez("Failed", "br-connection-busy"), Cause.BUSY),
    (bluez("Failed", "Software caused connection abort"), Cause.RANGE),
    (bluez("Failed", "Host is down (112)"), Cause.RANGE),
    (bluez("ConnectionAttemptFailed", "Page Timeout"), Cause.RANGE),
    (bluez("Failed", "Not connected"), Cause.RANGE),
    (bluez("Failed", "AA:BB Input/output error"), Cause.UNKNOWN),
    (WindowsError(0x80650005), Cause.PAIRING),
    (WindowsError(0x8065000F), Cause.PAIRING),
    (WindowsError(0x80070005), Cause.HELD),
    (WindowsError(0x80650006), Cause.UNSUPPORTED),
    (WindowsError(0x800700AA), Cause.BUSY),
    (WindowsError(0x8007048F), Cause.RANGE),
    (WindowsError(0x8000FFFF), Cause.UNKNOWN),
    (BleakError("Could not start notify on 0003: Access Denied"), Cause.HELD),
    (BleakError("Could not get GATT services: Unreachable"), Cause.RANGE),
]
REFUSALS = [
    BleakGATTProtocolError(code) for code in (0x01, 0x02, 0x03, 0x05, 0x06, 0x0C, 0x0F, 0x13, 0x80, 0xFC, 0xFD, 0x55)
]


def raised(work: Callable[[], Any]) -> SensorcoachError:
    async def go() -> SensorcoachError:
        try:
            await work()
        except SensorcoachError as error:
            return error
        raise AssertionError("nothing was raised")

    error = virtual_time.run(go())
    assert "AA:BB" not in str(error), "texts of the system stay out: they hold addresses"
    assert error.message.endswith(".")
    assert error.advice.endswith(".")
    return error


async def scanning(one: BleRadio) -> None:
    async with one.scan(lambda found: None, [UUID]):
        pass


@pytest.mark.parametrize(("error", "words"), COMPUTER + NO_BUS, ids=lambda value: type(value).__name__)
def test_bluetooth_that_cannot_be_used_is_named_by_the_scan(error: Exception, words: str) -> None:  # R22
    told = raised(lambda: scanning(radio(fails(Scanner, fails=error))))
    assert isinstance(told, BluetoothError)
    assert words in told.message


@pytest.mark.parametrize("error", PASSING[1:3] + PASSING[6:7] + PASSING[-2:], ids=lambda value: type(value).__name__)
def test_other_trouble_of_a_scan_may_pass(error: Exception) -> None:
    assert isinstance(raised(lambda: scanning(radio(fails(Scanner, fails=error)))), LinkLost)


def test_a_scan_that_does_not_start_is_bluetooth_that_does_not_answer() -> None:
    told = raised(lambda: scanning(radio(fails(Scanner, hangs=True))))
    assert isinstance(told, BluetoothError)
    assert "did not answer" in told.message


@pytest.mark.parametrize("error", PASSING, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("step", ["connect", "read", "write", "subscribe"])
def test_trouble_with_the_sensor_may_pass_and_is_one_error(step: str, error: Exception) -> None:  # R9
    kind = fails(Client, fails=error, fails_at=step)

    async def go() -> None:
        connection = await radio(client=kind).connect(FOUND, lambda: None)
        try:
            if step == "read":
                await connection.read(UUID)
            elif step == "write":
                await connection.write(UUID, b"x", True)
            else:
                await connection.subscribe(UUID, lambda value: None)
        finally:
            await connection.close()

    assert isinstance(raised(go), LinkLost)
    assert [client.disconnects > 0 for client in kind.made] == [True], "never dropped without disconnect"  # R6


@pytest.mark.parametrize(("error", "cause"), CAUSES, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("step", ["connect", "subscribe"])
def test_the_cause_is_told_by_name_and_text(step: str, error: Exception, cause: Cause) -> None:
    """Before: all of these were one endless "lost link, restart bluetooth"."""
    kind = fails(Client, fails=error, fails_at=step)

    async def go() -> None:
        connection = await radio(client=kind).connect(FOUND, lambda: None)
        await connection.subscribe(UUID, lambda value: None)

    told = raised(go)
    assert isinstance(told, LinkLost | Refused)
    assert told.cause is cause
    assert isinstance(told, Refused) == (step == "subscribe" and cause in LASTING), "an answer, while the link stands"
    assert ("If that goes on" in told.advice) == (cause is Cause.UNKNOWN and isinstance(error, BleakDBusError))


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32", "freebsd14"])
@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.UNKNOWN])
def test_each_cause_has_a_sentence_and_advice_of_its_own_on_each_system(cause: Cause, platform: str) -> None:
    message, advice = told_cause(cause, platform)
    assert message.endswith(".")
    assert advice.endswith(".")
    assert ("No Pairing Required" in advice) == (cause is Cause.PAIRING)
    assert ("bluetoothctl" in advice) <= (platform in ("linux", "freebsd14"))
    assert re.fullmatch("[a-z_]+", cause), "a word for the log"


@pytest.mark.parametrize("error", REFUSALS, ids=lambda value: hex(value.code))
def test_what_the_sensor_refuses_is_told_apart(error: BleakGATTProtocolError) -> None:
    async def go() -> None:
        connection = await radio(client=fails(Client, fails=error, fails_at="read")).connect(FOUND, lambda: None)
        await connection.read(UUID)

    told = raised(go)
    assert isinstance(told, Refused)
    assert ("paired" in told.message) == (error.code in (5, 8, 12, 15))


@pytest.mark.parametrize("code", [0x0E, 0x11, 0x12, 0xFE])
@pytest.mark.parametrize("breaks", [False, True])
def test_an_unlikely_error_is_a_refusal_unless_the_link_broke(code: int, breaks: bool) -> None:
    kind = fails(Client, fails=BleakGATTProtocolError(code), fails_at="write")

    async def go() -> None:
        connection = await radio(client=kind).connect(FOUND, lambda: None)
        kind.made[0].connected = not breaks
        await connection.write(UUID, b"x", True)

    assert isinstance(raised(go), LinkLost if breaks else Refused)


@pytest.mark.parametrize(("step", "limit_s"), [("connect", 30.0), ("read", 10.0), ("subscribe", 10.0)])
def test_nothing_waits_for_ever(step: str, limit_s: float) -> None:  # R19
    async def talk() -> None:
        connection = await radio(client=fails(Client, hangs_at=step)).connect(FOUND, lambda: None)
        if step == "read":
            await connection.read(UUID)
        else:
            await connection.subscribe(UUID, lambda value: None)

    async def go() -> None:
        began_s = virtual_time.now_s()
        with pytest.raises(LinkLost, match="did not answer in time"):
            await talk()
        assert virtual_time.now_s() - began_s == pytest.approx(limit_s, abs=1.5)

    virtual_time.run(go())


@pytest.mark.parametrize("told", [{"hangs_at": "disconnect"}, {"fails_at": "disconnect", "fails": TimeoutError()}])
def test_disconnecting_is_bounded_and_never_fails(told: dict[str, Any]) -> None:  # R4
    async def go() -> None:
        connection = await radio(client=fails(Client, **told)).connect(FOUND, lambda: None)
        began_s = virtual_time.now_s()
        await connection.close()
        assert virtual_time.now_s() - began_s <= ble.DISCONNECT_S + 1.0

    virtual_time.run(go())


def test_a_connection_reads_hears_and_goes_deaf() -> None:  # R5, R14
    async def go() -> None:
        kind = fails(Client)
        losses: list[int] = []
        heard: list[bytes] = []

        def hear(value: bytes) -> None:
            heard.append(value)
            if value == b"bad":
                raise ValueError(value)

        connection = await radio(client=kind).connect(FOUND, lambda: losses.append(1))
        assert connection.has(UUID)
        assert not connection.has(UUID.replace("1", "2"))
        assert connection.max_payload == 180
        assert await connection.read(UUID) == b"\x02"
        await connection.subscribe(UUID, hear)
        (client,) = kind.made
        for value in (b"one", b"bad", b"two"):
            client.notified(bytearray(value))
        assert heard == [b"one", b"bad", b"two"]
        await connection.close()
        client.notified(bytearray(b"late"))
        assert heard == [b"one", b"bad", b"two"]
        assert losses == [1]
        with pytest.raises(Refused):
            await connection.read("5c0a0009-0000-4000-8000-000000000001")

    virtual_time.run(go())


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_characteristic_that_is_there_twice_the_one_that_can_is_taken_in_the_service_that_is_meant(
    turned: bool,
) -> None:
    """Before: whichever the hash seed put first."""
    theirs = UUID.replace("5c0a", "1812")

    class Twice(Client):
        async def connect(self, pair: bool, **_: Any) -> None:
            self.connected = True
            self.services = BleakGATTServiceCollection()
            first, second = (theirs, UUID) if turned else (UUID, theirs)
            services = [BleakGATTService(None, 1, first), BleakGATTService(None, 20, second)]
            for service in services:
                self.services.add_service(service)
                for handle, flags in ((2, ["read"]), (3, ["notify"]), (4, ["notify"])):
                    self.services.add_characteristic(
                        BleakGATTCharacteristic(None, service.handle + handle, UUID, flags, lambda: 180, service)
                    )

        async def start_notify(self, characteristic: Any, callback: Any, **told: Any) -> None:
            subscribed.append(characteristic.handle)

    subscribed: list[int] = []

    async def go() -> None:
        connection = await radio(client=Twice).connect(FOUND, lambda: None, services=(UUID,))
        began = 20 if turned else 1
        assert await connection.read(UUID) == bytes([began + 2])
        await connection.subscribe(UUID, lambda value: None)
        assert subscribed == [began + 3]
        await connection.close()

    virtual_time.run(go())


def test_the_cache_of_windows_is_passed_by_when_asked() -> None:  # R19
    async def go() -> None:
        kind = fails(Client)
        one = radio(client=kind)
        for uncached in (False, True):
            await (await one.connect(FOUND, lambda: None, uncached=uncached)).close()
        assert [client.told["winrt"] for client in kind.made] == [{}, {"use_cached_services": False}]
        assert len(kind.made) == 2, "a client of its own for each connection"  # R6
        assert all(client.told["timeout"] == ble.CONNECT_S for client in kind.made)

    virtual_time.run(go())


def test_a_scan_tells_what_was_heard_and_stops_whatever_happens() -> None:  # R8
    async def go() -> None:
        kind = fails(Scanner, stop_fails=BleakError("in progress"))
        heard: list[Found] = []
        with pytest.raises(KeyError):
            async with radio(kind).scan(heard.append, [UUID]):
                raise KeyError
        assert heard == [Found("AA:00", "Toy", None, (UUID,), DEVICE)]
        assert kind.stopped == 1
        assert kind.filters == [None], "unfiltered: not every sensor advertises its service"

    virtual_time.run(go())


@pytest.mark.parametrize(("release", "filtered"), [("11.7", False), ("12.0.1", True), ("12.2", True), ("12.3", False)])
def test_macos_releases_that_show_nothing_unasked_are_asked(
    release: str, filtered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:  # R11
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("platform.mac_ver", lambda: (release, ("", "", ""), ""))
    kind = fails(Scanner)
    virtual_time.run(scanning(radio(kind)))
    assert kind.filters == [[UUID] if filtered else None]


def test_one_scan_at_a_time() -> None:  # R8
    running = 0

    class Counting(Scanner):
        async def start(self) -> None:
            nonlocal running
            running += 1
            assert running == 1

        async def stop(self) -> None:
            nonlocal running
            running -= 1

    async def go() -> None:
        one = radio(Counting)

        async def scan() -> None:
            async with one.scan(lambda found: None, [UUID]):
                await asyncio.sleep(1)

        await asyncio.gather(scan(), scan(), scan())

    virtual_time.run(go())


def test_a_disconnect_told_while_bleak_tries_again_is_no_loss() -> None:  # R5
    class Stuttering(Client):
        async def connect(self, pair: bool, **told: Any) -> None:
            self._disconnected_callback()
            await super().connect(pair, **told)

    async def go() -> None:
        losses: list[int] = []
        connection = await radio(client=Stuttering).connect(FOUND, lambda: losses.append(1))
        assert losses == []
        assert await connection.read(UUID) == b"\x02"
        await connection.close()
        assert losses == [1]

    virtual_time.run(go())


def test_a_sensor_that_hangs_up_while_bleak_still_connects_is_lost() -> None:
    class HangingUp(Client):
        async def connect(self, pair: bool, **told: Any) -> None:
            await super().connect(pair, **told)
            self.connected = False
            self._disconnected_callback()

    assert isinstance(raised(lambda: radio(client=HangingUp).connect(FOUND, lambda: None)), LinkLost)


def test_a_listener_that_fails_does_not_end_a_scan() -> None:
    def hear(found: Found) -> None:
        raise ValueError

    async def go() -> None:
        async with radio().scan(hear, [UUID]):
            pass

    virtual_time.run(go())


def test_devices_held_by_this_computer_are_listed_where_it_can_tell() -> None:  # R7
    async def go() -> None:
        held = await BleRadio(Scanner, Client, Adapter).held([UUID, UUID.replace("1", "2")])
        assert held == [Found("AA:00", "Toy", None, (UUID, UUID.replace("1", "2")), DEVICE, connected=True)]
        unable = fails(Adapter, fails=NotImplementedError())
        assert await BleRadio(Scanner, Client, unable).held([UUID]) == []
        assert await BleRadio(Scanner, Client).held([UUID]) == [], "never the real adapter beside a pretended scanner"

    virtual_time.run(go())
