"""Which sensors are in the air."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensorcoach.devices import radio_profiles

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Found, Radio


@dataclass(frozen=True, slots=True)
class HeardSensor:
    """A device in the air. ``name`` is untrusted. ``profile``: of the sensor it is, or None. ``connected``: this
    computer holds it already; such a one has no signal strength.
    """

    name: str | None
    address: str
    rssi_dbm: int | None
    profile: str | None
    connected: bool = False


async def scan(radio: Radio, duration_s: float) -> list[HeardSensor]:
    """Everything heard within ``duration_s``: sensors first, each kind with the strongest signal first.

    Raises:
        BluetoothError: Bluetooth cannot be used.
    """
    services = sorted({service for profile in radio_profiles() for service in profile.advertised.services})
    heard: dict[str, Found] = {}

    def hear(found: Found) -> None:
        heard[found.address] = found

    for found in await radio.held(services):
        hear(found)
    async with radio.scan(hear, services):
        await asyncio.sleep(duration_s)
    return sorted(map(_sensor, heard.values()), key=_rank)


def _sensor(found: Found) -> HeardSensor:
    profile = next((one.name for one in radio_profiles() if one.advertised.matches(found.name, found.services)), None)
    return HeardSensor(found.name, found.address, found.rssi_dbm, profile, found.connected)


def _rank(sensor: HeardSensor) -> tuple[bool, bool, float, str]:
    strength_dbm = float("-inf") if sensor.rssi_dbm is None else sensor.rssi_dbm
    return sensor.profile is None, not sensor.connected, -strength_dbm, sensor.address
