"""What the person asked for, and what is therefore in force: told now, told by the recording, or the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sensorcoach.axes import axis_named
from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.model import Mounting
from sensorcoach.settings import Settings


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the person asked for; what is left out is taken from the recording, and else the default.

    ``mounting`` names only the fields to replace. ``presets`` are methods of `Settings`: ``gentle``, ``rocking``.
    ``unit``, ``columns``, ``sensor``, ``acc_sign`` and ``dates`` tell how to read a file (`importers.open_recording`).
    """

    mounting: dict[str, str | None] = {}
    settings: Settings | None = None
    presets: tuple[str, ...] = ()
    unit: str | None = None
    columns: str | None = None
    sensor: str | None = None
    acc_sign: Literal["auto", "keep", "flip"] = "auto"
    dates: Literal["us", "uk"] | None = None


def mounting_in_force(told_before: Mounting | None, choices: Choices) -> Mounting:
    """The recording's mounting with the fields replaced that ``choices`` name.

    Raises:
        SettingsError: an axis or another part of the mounting that does not exist.
    """
    told = msgspec.structs.asdict(told_before or Mounting()) | choices.mounting
    axes = {name: axis_named(told[name]) for name in ("up_leg", "front") if isinstance(told[name], str)}
    try:
        return msgspec.convert(told | axes, Mounting)
    except msgspec.ValidationError as error:
        raise SettingsError(f"The mounting cannot be used: {error}.", "See sensorcoach.model.Mounting.") from error


def settings_in_force(told_before: Mapping[str, object] | None, choices: Choices) -> Settings:
    """Settings given now, else those of the recording, else the defaults; presets on top.

    Raises:
        RecordingError: those of the recording cannot be used.
    """
    settings = choices.settings or _settings_of(told_before or {})
    for preset in choices.presets:
        settings = {"gentle": settings.gentle, "rocking": settings.rocking}[preset]()
    return settings


def _settings_of(told: Mapping[str, object]) -> Settings:
    try:
        return msgspec.convert(told, Settings)
    except msgspec.ValidationError as error:
        raise RecordingError(
            f"The settings in the recording's first line cannot be used: {error}.", "Give others with --settings."
        ) from error
