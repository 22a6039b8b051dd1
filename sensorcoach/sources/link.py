"""The link to a sensor, kept up: search, connect, start, watch, and all of it again for as long as the user stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sensorcoach.devices.conversation import Battery
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.sources.finding import Wanted
from sensorcoach.sources.mailbox import LinkItem, Mailbox, SensorReady
from sensorcoach.sources.radio import Radio
from sensorcoach.sources.remembered import RememberedSensor
from sensorcoach.sources.session_clock import SessionClock

__all__ = ["LinkItem", "LinkStatus", "LinkTiming", "Mailbox", "SensorLink", "SensorReady", "SessionClock", "Wanted"]


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """How patient the link is."""

    search_s: float = 30.0


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The link at this moment, for screens. ``name`` is untrusted; ``since_s``: session time of the last change."""

    state: str
    detail: str
    since_s: float
    name: str | None = None
    profile: str | None = None
    rssi_dbm: int | None = None
    battery: Battery | None = None
    notifications: int = 0
    reconnects: int = 0


class SensorLink:
    """One sensor, from the search to the end of the session. Closes the mailbox when it is done.

    ``profiles``: the sensors looked for; None for all known. ``remember``: told of the unit after each start.
    """

    def __init__(
        self,
        radio: Radio,
        wanted: Wanted,
        mailbox: Mailbox,
        clock: SessionClock,
        timing: LinkTiming = LinkTiming(),
        remember: Callable[[RememberedSensor], None] | None = None,
        profiles: Sequence[RadioProfile[Any]] | None = None,
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Stream until `stop`.

        Raises:
            BluetoothError: Bluetooth cannot be used, before the first streaming.
            SensorError: no sensor, the wrong one or a dumb one, before the first streaming. Afterwards nothing ends it.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Ask the sensor to stop, disconnect and let `run` return. Call it in the loop's thread."""
        raise NotImplementedError

    @property
    def status(self) -> LinkStatus:
        """The link at this moment."""
        raise NotImplementedError
