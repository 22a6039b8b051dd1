"""Which sensors are in the air."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensorcoach.folders import folders
from sensorcoach.sources.described import all_radio_profiles
from sensorcoach.sources.finding import Match, listen, listening

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio


@dataclass(frozen=True, slots=True)
class HeardSensor:
    """A device in the air. ``name`` is untrusted. ``profile``: of the sensor it is, or None. ``connected``: this
    computer holds it already; such a one has no signal strength.
    """

    name: str | None
    address: str
    rssi_dbm: int | None
    profile: str | None
    connected: bool


async def scan(radio: Radio, duration_s: float) -> list[HeardSensor]:
    """Everything heard within ``duration_s``: sensors first, each kind with the strongest signal first.

    Raises:
        BluetoothError: Bluetooth cannot be used.
    """
    profiles = all_radio_profiles(folders().config)
    return [_told(match) for match in await listen(radio, profiles, duration_s)]


@asynccontextmanager
async def sensors_in_the_air(radio: Radio) -> AsyncIterator[Callable[[], list[HeardSensor]]]:
    """While the context lasts, the function given tells what was heard so far, in the order of `scan`.

    Raises:
        BluetoothError: Bluetooth cannot be used.
    """
    async with listening(radio, all_radio_profiles(folders().config)) as room:
        yield lambda: [_told(match) for match in room.best_first()]


def _told(match: Match) -> HeardSensor:
    found = match.found
    profile = None if match.profile is None else match.profile.name
    return HeardSensor(found.name, found.address, found.rssi_dbm, profile, found.connected)
