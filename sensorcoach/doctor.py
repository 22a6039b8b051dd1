"""What a live session needs of this computer, looked at one by one; each finding says what to do."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sensorcoach import __version__
from sensorcoach.devices import plugin_problems, radio_profiles
from sensorcoach.errors import BluetoothError
from sensorcoach.folders import Folders
from sensorcoach.sources.described import description_problems
from sensorcoach.sources.finding import listen

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio

LISTEN_S: Final = 3.0
"""Long enough that a device nearby is heard: most advertise at least once a second."""
LIBRARIES: Final = ("bleak", "numpy", "scipy", "vqf")
ROOM_MB: Final = 100
"""A day of streaming: 104 Hz in hexadecimal are 11 MB an hour."""

State = Literal["ok", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``problem``: a live session will not work; ``note``: it will, but. ``advice``: what to do."""

    name: str
    state: State
    text: str
    advice: str = ""


async def examine(radio: Radio, places: Folders) -> list[Check]:
    """All findings, in the order in which a session needs them."""
    return [
        *_versions(),
        await _bluetooth(radio),
        *(_writable(name, folder) for name, folder in (("recordings", places.recordings), ("log", places.log))),
        _room(places.recordings),
        _sound(),
        *_plugins(),
        *_descriptions(places.config),
    ]


def _versions() -> Iterator[Check]:
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    yield Check("versions", "ok", f"sensorcoach {__version__}, Python {platform.python_version()}, {system}")
    for library in LIBRARIES:
        try:
            yield Check(library, "ok", version(library))
        except PackageNotFoundError:
            yield Check(library, "problem", "is not installed", "Install sensorcoach anew: pip install sensorcoach.")


async def _bluetooth(radio: Radio) -> Check:
    try:
        heard = await listen(radio, radio_profiles(), LISTEN_S)
    except BluetoothError as error:
        return Check("bluetooth", "problem", error.message, error.advice)
    if not heard:
        return Check("bluetooth", "note", "works, but no device was heard", "Wake your sensor, then: sensorcoach scan.")
    return Check("bluetooth", "ok", f"works, {len(heard)} device{'s' * (len(heard) > 1)} heard")


def _writable(name: str, folder: Path) -> Check:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    if existing.is_dir() and os.access(existing, os.W_OK | os.X_OK):
        return Check(name, "ok", str(folder))
    return Check(name, "problem", f"{folder} cannot be written", "Make it yours, or record elsewhere with --out.")


def _room(folder: Path) -> Check:
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free_mb = shutil.disk_usage(existing).free / 1e6
    if free_mb < ROOM_MB:
        return Check("disk", "problem", f"{free_mb:.0f} MB free", "Make room: an hour needs about 11 MB.")
    return Check("disk", "ok", f"{free_mb / 1e3:.1f} GB free")


def _sound() -> Check:
    """No part of this version makes a sound, so its lack is a note."""
    found = _sound_output()
    if found is None:
        return Check("sound", "note", f"cannot be checked on {platform.system()}", "Play something to hear it.")
    if found:
        return Check("sound", "ok", "an output was found")
    return Check("sound", "note", "no output was found", "Nothing here makes a sound yet; connect one if you want to.")


def _sound_output() -> bool | None:
    """Whether this computer can play sound; None if that cannot be told without playing."""
    if sys.platform == "linux":
        runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
        servers = (runtime / "pipewire-0", runtime / "pulse" / "native")
        cards = Path("/proc/asound/pcm")
        played = cards.is_file() and "playback" in cards.read_text(encoding="ascii", errors="replace")
        return played or any(server.exists() for server in servers)
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.winmm.waveOutGetNumDevs() > 0)
    return None


def _plugins() -> Iterator[Check]:
    for problem in plugin_problems():
        yield Check(
            "plug-in",
            "note",
            f"the sensor profile {problem.name} of {problem.package} cannot be used: {problem.reason}",
            "Update or remove that package.",
        )


def _descriptions(config: Path) -> Iterator[Check]:
    for problem in description_problems(config):
        yield Check("description", "note", problem)
