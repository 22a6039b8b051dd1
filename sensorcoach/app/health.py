"""Where things are kept, and what is wrong with this computer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sensorcoach.doctor import Check, examine
from sensorcoach.folders import folders
from sensorcoach.sources import described

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio

__all__ = ["Check", "Place", "doctor", "where"]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, and what is kept in it."""

    path: Path
    holds: str


def where() -> list[Place]:
    """All folders used on this computer, whether or not they exist yet."""
    places = folders()
    return [
        Place(places.recordings, "live recordings"),
        Place(places.config, "the sensor used last"),
        Place(places.config / described.FOLDER, "sensors you described"),
        Place(places.log, "the log for bug reports"),
    ]


async def doctor(radio: Radio) -> list[Check]:
    """What a live session needs, looked at one by one."""
    return await examine(radio, folders())
