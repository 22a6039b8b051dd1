"""Where things are kept, and what is wrong with this computer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sensorcoach.app.hearing import sound_and_speech
from sensorcoach.app.log import disk_use
from sensorcoach.app.personal_file import personal, personal_file_of
from sensorcoach.doctor import Check, examine
from sensorcoach.errors import SettingsError
from sensorcoach.folders import folders
from sensorcoach.sources import described

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio

__all__ = ["Check", "Place", "doctor", "where"]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder or a file, what is kept in it, and how much room it takes, bytes."""

    path: Path
    holds: str
    size_bytes: int = 0


def where() -> list[Place]:
    """All that is used on this computer, whether or not it exists yet."""
    places = folders()
    use = disk_use(places)
    return [
        Place(places.recordings, "live recordings", use.recordings_bytes),
        Place(places.logbook, "the logbook", use.logbook_bytes),
        Place(personal_file_of(None, places), "your settings"),
        Place(places.config, "the sensor used last"),
        Place(places.config / described.FOLDER, "sensors you described"),
        Place(places.log, "the log for bug reports"),
    ]


async def doctor(radio: Radio) -> list[Check]:
    """What a live session needs, looked at one by one."""
    return [*await examine(radio, folders()), await asyncio.to_thread(_sound)]


def _sound() -> Check:
    """Opened as a session does it, silently; a session goes without, so its lack is a note."""
    troubles: list[str] = []
    try:
        told = sound_and_speech(personal().voice, troubles.append)
    except SettingsError as error:
        return Check("sound", "note", error.message, error.advice)
    if troubles:
        return Check("sound", "note", told, troubles[0])
    return Check("sound", "ok", f"{told} `sensorcoach voice-test` lets you hear it.")
