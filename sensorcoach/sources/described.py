"""Sensors that their owner has described in TOML files (``firmware_notes/generic.md``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from sensorcoach.devices import radio_profiles
from sensorcoach.devices.description import Description
from sensorcoach.devices.generic import DescribedSensor
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import SettingsError

FOLDER: Final = "sensors"
"""In the configuration's folder."""
DESCRIPTION_SUFFIX: Final = ".toml"
LARGEST_FILE: Final = 100_000
"""Bytes. A description has some hundred."""


def described(path: Path) -> DescribedSensor:
    """The sensor described in one file.

    Raises:
        SettingsError: it cannot be read, is no TOML, or something in it is wrong; names file, key and what is allowed.
    """
    advice = "See firmware_notes/generic.md; firmware_notes/generic-esp32.toml is an example."
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}.", "Check the path of the sensor's description.") from error
    if len(content) > LARGEST_FILE:
        raise SettingsError(f"{path} has more than {LARGEST_FILE} bytes: it describes no sensor.", advice)
    try:
        description = msgspec.toml.decode(content, type=Description)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {_in_words(error)}.", advice) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}.", advice) from error
    return DescribedSensor(description)


def described_in(folder: Path) -> tuple[DescribedSensor, ...]:
    """All sensors described in the files ``sensors/*.toml`` of a folder, in the order of the files' names.

    A wrong description is left out, see `description_problems`, as is one of a name that an earlier file took.
    """
    return tuple(one for one in _read(folder) if isinstance(one, DescribedSensor))


def description_problems(folder: Path) -> list[str]:
    """A sentence for each description in a folder that cannot be used."""
    return [f"{one} It is left out." for one in _read(folder) if isinstance(one, SettingsError)]


def all_radio_profiles(folder: Path) -> tuple[RadioProfile[Any], ...]:
    """Every sensor that can be streamed: first what is described in the configuration's folder, then all others."""
    return (*described_in(folder), *radio_profiles())


def _read(folder: Path) -> Iterator[DescribedSensor | SettingsError]:
    found: dict[str, Path] = {}
    for path in sorted((folder / FOLDER).glob(f"*{DESCRIPTION_SUFFIX}")):
        try:
            sensor = described(path)
        except SettingsError as error:
            yield error
            continue
        if sensor.name in found:
            yield SettingsError(
                f"{path}: name is {sensor.description.name!r}, as in {found[sensor.name]}.",
                "Give each sensor a name of its own.",
            )
        else:
            found[sensor.name] = path
            yield sensor


def _in_words(error: msgspec.ValidationError) -> str:
    """The key first: ``binary.fields[2]: expected ...``."""
    what, _, where = str(error).rstrip("`").partition(" - at `")
    key = where.removeprefix("$").removeprefix(".")
    return f"{key}: {what}" if key else what
