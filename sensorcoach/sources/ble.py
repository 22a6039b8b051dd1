"""Bluetooth of this computer, through bleak: the only file that imports it.

Every wait is bounded here and not left to bleak, and everything a backend may raise becomes one of our errors: WinRT,
CoreBluetooth and D-Bus each have families of their own that pass through bleak.
"""

from __future__ import annotations

import asyncio
import logging
import platform
import sys
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.args.bluez import BlueZScannerArgs
from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bleak.exc import BleakGATTProtocolErrorCode as Att

from sensorcoach.errors import BluetoothError, SensorcoachError
from sensorcoach.sources.adapters import Adapter, adapters_among, managed_objects
from sensorcoach.sources.bluetooth_words import cannot_use, restart_advice, told_cause
from sensorcoach.sources.bounded import bounded
from sensorcoach.sources.causes import LASTING, Cause, cause_of_att, cause_of_dbus, cause_of_text, cause_of_windows
from sensorcoach.sources.radio import Connection, Found, LinkLost, Refused

READY_S: Final = 60.0
"""macOS shows a window that asks for permission, and waits."""
STOP_SCAN_S: Final = 5.0
CONNECT_S: Final = 20.0
"""As bleak-retry-connector: a sensor that advertises rarely, over a bad link, takes that long."""
SAFETY_S: Final = 10.0
"""On top, in case a backend's own timeout does not end it."""
ANSWER_S: Final = 10.0
"""One read or write: many connection intervals and retransmissions."""
DISCONNECT_S: Final = 4.0
"""BlueZ takes 2 s; where bluetoothd died 10, on Windows up to 120: then the link counts as gone."""
NOT_HEARD_DBM: Final = -127
"""What backends say when they do not know the signal strength (and no receiver is that good)."""

T = TypeVar("T")
_log = logging.getLogger("sensorcoach.link")

_DBUS: Final = {
    "org.freedesktop.DBus.Error.ServiceUnknown": "NO_SERVICE",
    "org.freedesktop.DBus.Error.NameHasNoOwner": "NO_SERVICE",
    "org.freedesktop.DBus.Error.NoReply": "NO_SERVICE",
    "org.freedesktop.DBus.Error.Spawn.ChildExited": "NO_SERVICE",
    "org.freedesktop.DBus.Error.Spawn.ServiceNotFound": "NO_SERVICE",
    "org.freedesktop.DBus.Error.AccessDenied": "DENIED_BY_SYSTEM",
    "org.bluez.Error.NotReady": "POWERED_OFF",
}
_PASSING: Final = frozenset(
    (Att.UNLIKELY_ERROR, Att.INSUFFICIENT_RESOURCE, Att.PROCEDURE_ALREADY_IN_PROGRESS, Att.DATABASE_OUT_OF_SYNC)
)
"""Told also when the link breaks in mid-operation."""
_NOT_POWERED: Final = "adapter-not-powered"
_FORBIDDEN: Final = 0x80070005
"""Windows: E_ACCESSDENIED."""


class NoSuchAdapter(BluetoothError):
    """The adapter that was asked for is not there."""


class BleRadio:
    """A `Radio`. The backends are bleak's own plug-in seam; None for what this computer has.

    ``adapter``: by name, on Linux; None: the one the system prefers. ``insists``: another one will not do.
    """

    def __init__(
        self,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
        adapter_backend: type[BaseBleakAdapter] | None = None,
        adapter: str | None = None,
        insists: bool = True,
    ) -> None:
        self._adapter = adapter
        self._insists = insists
        self._scanner_backend = scanner_backend
        self._client_backend = client_backend
        self._adapter_backend = adapter_backend
        self._one_scan = asyncio.Lock()

    async def held(self, services: Collection[str]) -> list[Found]:
        """Devices with one of these services that are connected to this computer; empty where it cannot tell."""
        if self._scanner_backend is not None and self._adapter_backend is None:
            return []
        services_of: dict[str, tuple[BLEDevice, list[str]]] = {}
        try:
            adapter = await _opened(BleakAdapter.get(bluez=self._bluez, backend=self._adapter_backend))
            for service in services:
                for device in await _opened(adapter.get_connected_devices([service])):
                    services_of.setdefault(device.address, (device, []))[1].append(service)
        except NotImplementedError:
            return []
        return [
            Found(device.address, device.name, None, tuple(known), device, connected=True, adapter=self._adapter)
            for device, known in services_of.values()
        ]

    @asynccontextmanager
    async def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AsyncIterator[None]:
        """Listen while the context lasts. Not filtered: some sensors do not advertise their service."""

        def advertised(device: BLEDevice, said: AdvertisementData) -> None:
            try:
                heard(_found(device, said, self._adapter))
            except Exception as error:  # backends log it at best, or end the program
                _log.error("the listener of a scan failed: %s", type(error).__name__)

        async with self._one_scan:
            named = list(services) if _shows_only_what_is_named() else None

            def made() -> BleakScanner:
                return BleakScanner(advertised, named, bluez=self._bluez, backend=self._scanner_backend)

            scanner = made()
            try:
                try:
                    await _opened(scanner.start())
                except NoSuchAdapter:
                    if self._insists:
                        raise
                    _log.warning("the adapter used last is gone: taking the usual one")
                    self._adapter = None
                    scanner = made()
                    await _opened(scanner.start())
                yield
            finally:
                await _tried("stopping a scan", scanner.stop(), STOP_SCAN_S)

    async def adapters(self) -> list[Adapter]:
        """See `Radio.adapters`."""
        if self._scanner_backend is not None or not sys.platform.startswith("linux"):
            return []
        found = await _opened(_bluez_adapters())
        if not found:
            raise cannot_use("NO_BLUETOOTH")
        if self._adapter is None or not self._insists:
            return found
        return [one for one in found if one.name == self._adapter]

    def through(self, adapter: str) -> BleRadio:
        """See `Radio.through`."""
        return BleRadio(self._scanner_backend, self._client_backend, self._adapter_backend, adapter)

    @property
    def _bluez(self) -> BlueZScannerArgs:
        """What bleak is told for BlueZ: both its scanner and its adapter know this key."""
        return {} if self._adapter is None else {"adapter": self._adapter}

    async def connect(
        self, found: Found, lost: Callable[[], None], *, services: Collection[str] = (), uncached: bool = False
    ) -> Connection:
        """Connect with what the scan gave, never by address: the computer may not resolve it."""
        assert isinstance(found.handle, BLEDevice)
        connection = _BleConnection(found.handle, lost, services, self._client_backend, uncached)
        await connection.open()
        return connection


class _BleConnection:
    """One connection with a client of its own. Once closed or broken it hears nothing any more."""

    def __init__(
        self,
        device: BLEDevice,
        lost: Callable[[], None],
        services: Collection[str],
        backend: type[BaseBleakClient] | None,
        uncached: bool,
    ) -> None:
        self._lost = lost
        self._services = frozenset(services)
        self._opened = False
        self._broken = False
        self._characteristics: dict[str, list[BleakGATTCharacteristic]] = {}
        self._client = BleakClient(
            device,
            self._disconnected,
            timeout=CONNECT_S,
            winrt={"use_cached_services": False} if uncached else {},
            backend=backend,
        )

    async def open(self) -> None:
        """Connect and learn what there is; closed again if that fails."""
        try:
            await _answered(self._client.connect(), CONNECT_S + SAFETY_S)
            if not self._client.is_connected:
                raise LinkLost("The sensor hung up at once.", "Keep it near the computer; check its battery.")
            self._opened = True
            for characteristic in self._client.services.characteristics.values():
                self._characteristics.setdefault(characteristic.uuid.lower(), []).append(characteristic)
        except BleakError as error:
            await self.close()
            raise _translated(error) from error
        except BaseException:
            await self.close()
            raise

    def has(self, uuid: str) -> bool:
        return uuid in self._characteristics

    @property
    def max_payload(self) -> int | None:
        sizes = [one.max_write_without_response_size for known in self._characteristics.values() for one in known]
        return max(sizes, default=None)

    async def read(self, uuid: str) -> bytes:
        return bytes(await self._asked(self._client.read_gatt_char(self._known(uuid, ("read",)))))

    async def write(self, uuid: str, payload: bytes, acknowledged: bool) -> None:
        able = ("write",) if acknowledged else ("write-without-response",)
        await self._asked(self._client.write_gatt_char(self._known(uuid, able), payload, response=acknowledged))

    async def subscribe(self, uuid: str, heard: Callable[[bytes], None]) -> None:
        def notified(_: BleakGATTCharacteristic, value: bytearray) -> None:
            if self._broken:
                return
            try:
                heard(bytes(value))
            except Exception as error:  # backends log it at best, or end the program
                _log.error("the listener of a notification failed: %s", type(error).__name__)

        # BlueZ: StartNotify, bleak's default. AcquireNotify loses packets when this computer is busy.
        await self._asked(self._client.start_notify(self._known(uuid, ("notify", "indicate")), notified))

    async def close(self) -> None:
        self._broken = True
        await _tried("disconnecting", self._client.disconnect(), DISCONNECT_S)

    async def _asked(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await _answered(work, ANSWER_S)
        except LinkLost as error:
            answered = isinstance(error.__cause__, BleakGATTProtocolError) or error.cause in LASTING
            if answered and self._client.is_connected:
                raise Refused(error.message, error.advice, error.cause) from error.__cause__
            raise

    def _known(self, uuid: str, able: Collection[str]) -> BleakGATTCharacteristic:
        """Of several of this UUID the one that can do it, in one of the services meant; else the first there is."""

        def unfit(one: BleakGATTCharacteristic) -> tuple[bool, bool, int]:
            return not set(able) & set(one.properties), one.service_uuid.lower() not in self._services, one.handle

        try:
            return min(self._characteristics[uuid], key=unfit)
        except KeyError:
            raise Refused("The sensor lacks a characteristic it is asked for.", "Try another --profile.") from None

    def _disconnected(self, _: BleakClient) -> None:
        # Called for requested disconnects too; and while connecting, where bleak itself tries again (BlueZ).
        if self._opened:
            self._broken = True
            self._lost()


async def _bluez_adapters() -> list[Adapter]:
    error, told = await managed_objects()
    if error:
        raise BleakDBusError(error, told)
    return adapters_among(told[0])


def _found(device: BLEDevice, said: AdvertisementData, adapter: str | None) -> Found:
    rssi_dbm = said.rssi if said.rssi > NOT_HEARD_DBM else None
    services = tuple(service.lower() for service in said.service_uuids)
    return Found(device.address, said.local_name or device.name, rssi_dbm, services, device, adapter=adapter)


def _shows_only_what_is_named() -> bool:
    """MacOS 12.0 to 12.2 find nothing without services to look for."""
    return sys.platform == "darwin" and platform.mac_ver()[0].startswith(("12.0", "12.1", "12.2"))


async def _opened(work: Coroutine[Any, Any, T]) -> T:
    """Something asked of this computer's Bluetooth itself: failure is mostly the computer's."""
    try:
        return await bounded(work, READY_S)
    except NotImplementedError:
        raise
    except TimeoutError as error:
        raise cannot_use("NO_ANSWER") from error
    except PermissionError as error:
        raise cannot_use("DENIED_BY_SYSTEM") from error
    except (FileNotFoundError, ConnectionRefusedError) as error:  # no D-Bus
        raise cannot_use("NO_BUS") from error
    except Exception as error:
        if (_windows_code(error) or 0) & 0xFFFFFFFF == _FORBIDDEN:
            raise cannot_use("DENIED_BY_SYSTEM") from error
        raise _translated(error) from error


async def _answered(work: Coroutine[Any, Any, T], limit_s: float) -> T:
    """Something asked of the sensor."""
    try:
        return await bounded(work, limit_s)
    except Exception as error:
        raise _translated(error) from error


async def _tried(what: str, work: Coroutine[Any, Any, None], limit_s: float) -> None:
    """Tidying up: what cannot be done in time, or at all, is as good as done."""
    try:
        await bounded(work, limit_s)
    except Exception as error:
        _log.info("%s failed: %s", what, type(error).__name__)


def _translated(error: Exception) -> SensorcoachError:
    """The error to tell. Texts of bleak and of the system may hold addresses: they are not passed on."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return cannot_use(error.reason.name)
    if isinstance(error, BleakGATTProtocolError):
        return _att_error(error.code)
    if isinstance(error, BleakDBusError):
        return _dbus_error(error.dbus_error, " ".join(str(part) for part in error.args[1:]))
    if isinstance(error, BleakDeviceNotFoundError):
        return LinkLost(
            "The computer no longer knows the sensor it just heard.",
            "Keep the sensor near and switched on.",
            Cause.RANGE,
        )
    if isinstance(error, TimeoutError):
        advice = "Take it nearer to the computer; check its battery."
        return LinkLost("The sensor did not answer in time.", advice, Cause.RANGE)
    if isinstance(error, BleakError) and "BlueZ >=" in str(error):
        return cannot_use("OLD_SERVICE")
    if isinstance(error, BleakError) and "Windows GUI" in str(error):
        return cannot_use("GUI_THREAD")
    if isinstance(error, BleakError) and str(error).startswith("adapter '"):
        return NoSuchAdapter("There is no Bluetooth adapter of that name.", "`sensorcoach doctor` names all.")
    code = _windows_code(error)
    cause = cause_of_text(str(error)) if code is None else cause_of_windows(code)
    if cause is not Cause.UNKNOWN:
        return LinkLost(*told_cause(cause), cause)
    # EOFError of a transport that broke, whatever else a backend lets through.
    return LinkLost(
        f"The connection to the sensor failed ({type(error).__name__}).",
        "Take the sensor nearer to the computer; a computer can hold only a few connections at once.",
    )


def _windows_code(error: Exception) -> int | None:
    code = getattr(error, "winerror", None)  # of OSError, on Windows only
    return code if isinstance(code, int) else None


def _att_error(code: Att) -> SensorcoachError:
    if code in _PASSING:
        return LinkLost("The sensor broke off in mid-answer.", "Take it nearer to the computer.", Cause.RANGE)
    cause = cause_of_att(int(code))
    if cause is Cause.PAIRING:
        return Refused(*told_cause(cause), cause)
    return Refused(
        f"The sensor refuses what it is asked (ATT error 0x{int(code):02x}).",
        "Check --profile; update the sensor's firmware.",
        cause,
    )


def _dbus_error(name: str, text: str) -> SensorcoachError:
    if name in _DBUS:
        return cannot_use(_DBUS[name])
    if _NOT_POWERED in text:
        return cannot_use("POWERED_OFF")
    cause = cause_of_dbus(name, text)
    if cause is not Cause.UNKNOWN:
        return LinkLost(*told_cause(cause), cause)
    return LinkLost(
        f"The computer's Bluetooth reports {name.rpartition('.')[2]}.",
        f"If that goes on: {restart_advice()}",
    )
