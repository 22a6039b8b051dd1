"""What a live session needs of this computer, looked at one by one; each finding says what to do."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from sensorcoach import __version__
from sensorcoach.devices import plugin_problems
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import SensorcoachError
from sensorcoach.folders import Folders
from sensorcoach.sources.bluetooth_words import cannot_use
from sensorcoach.sources.described import all_radio_profiles, description_problems
from sensorcoach.sources.finding import listen

if TYPE_CHECKING:
    from sensorcoach.sources.adapters import Adapter
    from sensorcoach.sources.radio import Radio

LISTEN_S: Final = 3.0
"""Long enough that a device nearby is heard: most advertise at least once a second."""
DEAF: Final = (
    "Wake your sensor and hold it beside the computer, then again. If nothing is heard then, the adapter is deaf: "
    "switch Bluetooth off and on, plug it into another port, or choose another one with --adapter."
)
SEARCHING: Final = "End the other program's search (a window with Bluetooth settings, a maker's app), then again."
HELD: Final = "End the program that uses it. If none does, one died: `sensorcoach live` takes the sensor over."
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
        *await _bluetooth(radio, all_radio_profiles(places.config)),
        *(_writable(name, folder) for name, folder in (("recordings", places.recordings), ("log", places.log))),
        _room(places.recordings),
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


async def _bluetooth(radio: Radio, profiles: Sequence[RadioProfile[Any]]) -> list[Check]:
    """Each adapter by its name; one that cannot be used is a problem only if no other can."""
    try:
        adapters = await radio.adapters()
    except SensorcoachError as error:
        return [Check("bluetooth", "problem", error.message, error.advice)]
    if not adapters:
        return [await _listens("bluetooth", radio, profiles)]
    checks = [await _adapter(one, radio.through(one.name), profiles) for one in adapters]
    if any(check.state != "problem" for check in checks):
        checks = [replace(check, state="note") if check.state == "problem" else check for check in checks]
    return [*checks, *await _held(radio, profiles)]


async def _adapter(adapter: Adapter, radio: Radio, profiles: Sequence[RadioProfile[Any]]) -> Check:
    name = f"bluetooth {adapter.name}"
    if not adapter.on:
        off = cannot_use("POWERED_OFF")
        return Check(name, "problem", "is switched off", off.advice)
    if not adapter.central:
        return Check(name, "problem", "cannot connect to Low Energy sensors", cannot_use("NO_BLE_CENTRAL_ROLE").advice)
    check = await _listens(name, radio, profiles)
    if adapter.searching and check.state != "ok":
        return replace(check, text=f"{check.text}; another program is searching with it", advice=SEARCHING)
    return check


async def _listens(name: str, radio: Radio, profiles: Sequence[RadioProfile[Any]]) -> Check:
    try:
        heard = [match for match in await listen(radio, profiles, LISTEN_S) if not match.found.connected]
    except SensorcoachError as error:
        return Check(name, "problem", error.message, error.advice)
    if not heard:
        return Check(name, "note", f"is on, but heard nothing at all in {LISTEN_S:.0f} s", DEAF)
    return Check(name, "ok", f"works, {len(heard)} device{'s' * (len(heard) > 1)} heard")


async def _held(radio: Radio, profiles: Sequence[RadioProfile[Any]]) -> list[Check]:
    """Sensors that this computer is connected to: they show themselves to nobody."""
    services = {service for profile in profiles for service in profile.advertised.own_services}
    try:
        held = await radio.held(sorted(services))
    except SensorcoachError:
        return []  # told above
    known = [one for one in held if any(each.advertised.matches(one.name, one.services) for each in profiles)]
    words = "is connected to this computer already"
    return [Check("sensor", "note", f"{one.name or one.address} {words}", HELD) for one in known]


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
