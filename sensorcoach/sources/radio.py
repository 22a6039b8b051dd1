"""What the link needs of a radio: a short protocol, so that a test can play one and `sources.ble` stays thin."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from sensorcoach.errors import SensorError
from sensorcoach.sources.adapters import Adapter
from sensorcoach.sources.causes import Cause


class LinkTrouble(SensorError):
    """What a radio raises about one sensor; ``cause``: why, as far as the computer tells."""

    def __init__(self, message: str, advice: str, cause: Cause = Cause.UNKNOWN) -> None:
        super().__init__(message, advice)
        self.cause = cause


class LinkLost(LinkTrouble):
    """The connection could not be made, broke, or hangs. A new one may help, unless the cause is a lasting one."""


class Refused(LinkTrouble):
    """The sensor answered, and said no: this value may not be read, written or subscribed to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A device that was heard, or that this computer is connected to already.

    ``address``: on macOS a name this computer made up. ``name``: untrusted, as it came over the air. ``rssi_dbm``: of
    the last advertisement. ``services``: 128-bit UUIDs, lower case, as far as advertised. ``handle``: what the radio
    connects with. ``connected``: held by this computer, perhaps for a program that died; it does not advertise.
    ``adapter``: of this computer, by which it was heard, if one was asked for.
    """

    address: str
    name: str | None
    rssi_dbm: int | None
    services: tuple[str, ...]
    handle: object = field(repr=False, compare=False)
    connected: bool = False
    adapter: str | None = None


class Connection(Protocol):
    """A sensor's characteristics, named by UUID (128 bit, lower case).

    All but `has` and `max_payload` raise `LinkLost` or `Refused`.
    """

    def has(self, uuid: str) -> bool:
        """Whether the sensor has this characteristic."""

    @property
    def max_payload(self) -> int | None:
        """Bytes one notification or unacknowledged write can carry, as far as the computer tells; None if not."""

    async def read(self, uuid: str) -> bytes:
        """Its value."""

    async def write(self, uuid: str, payload: bytes, acknowledged: bool) -> None:
        """Set its value; ``acknowledged``: wait for the sensor's word that it came."""

    async def subscribe(self, uuid: str, heard: Callable[[bytes], None]) -> None:
        """Take notifications or indications: ``heard`` is called in the loop's thread, never after `close`."""

    async def close(self) -> None:
        """Disconnect. Bounded in time; never raises: what cannot be closed is gone."""


class Radio(Protocol):
    """Bluetooth of this computer. Everything raises `BluetoothError` where it is off, missing or forbidden."""

    async def adapters(self) -> list[Adapter]:
        """Those that may be used; empty where there is one, of no name."""

    def through(self, adapter: str) -> Radio:
        """The same, by the adapter of this name only."""

    async def held(self, services: Collection[str]) -> list[Found]:
        """Devices with one of these services that are connected to this computer; empty where it cannot tell."""

    def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AbstractAsyncContextManager[None]:
        """Listen while the context lasts: ``heard`` is called for each advertisement of any device.

        ``services``: those of interest, for computers that show nothing without being told.
        """

    async def connect(
        self, found: Found, lost: Callable[[], None], *, services: Collection[str] = (), uncached: bool = False
    ) -> Connection:
        """Connect; ``lost`` is called once when this connection breaks, or was closed.

        ``services``: where a characteristic is there twice, those in which it is meant.
        ``uncached``: do not trust what the computer remembers of the sensor's characteristics.

        Raises:
            LinkLost: it cannot be reached, or not in time.
        """
