"""What the person asked for, and what is therefore in force: told now, told by the recording, or the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

import msgspec

from sensorcoach.axes import axis_named
from sensorcoach.errors import SettingsError
from sensorcoach.model import Mounting
from sensorcoach.settings import Settings
from sensorcoach.settings_check import Notices, checked, recorded

_PRESETS: Final[dict[str, Callable[[Settings], Settings]]] = {"gentle": Settings.gentle, "rocking": Settings.rocking}


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the person asked for; what is left out is taken from the recording, and else the default.

    ``mounting`` names only the fields to replace. ``presets`` are methods of `Settings`: ``gentle``, ``rocking``.
    ``unit``, ``columns``, ``sensor``, ``acc_sign`` and ``dates`` tell how to read a file (`importers.open_recording`).
    ``notices``: what is to be told about these choices (`settings_check`). ``recalibrate``: find the centre anew
    where a live session recorded its own.
    """

    mounting: dict[str, str | None] = {}
    settings: Settings | None = None
    presets: tuple[str, ...] = ()
    unit: str | None = None
    columns: str | None = None
    sensor: str | None = None
    acc_sign: Literal["auto", "keep", "flip"] = "auto"
    dates: Literal["us", "uk"] | None = None
    notices: Notices = ()
    recalibrate: bool = False


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


def settings_in_force(told_before: Mapping[str, object] | None, choices: Choices) -> tuple[Settings, Notices]:
    """Settings given now, else those of the recording, else the defaults; presets on top. And what is to be told of it.

    Raises:
        RecordingError: those of the recording name what no version up to this one knows.
        SettingsError: those given now are not allowed, or there is no such preset.
    """
    if choices.settings is not None:
        settings, notices = checked(choices.settings, Settings(), "settings")
    else:
        settings, notices = recorded(told_before or {}, "The settings in the recording's first line")
    for preset in choices.presets:
        if preset not in _PRESETS:
            raise SettingsError(f"{preset!r} is no preset.", f"Presets are {', '.join(_PRESETS)}.")
        settings = _PRESETS[preset](settings)
    return settings, (*choices.notices, *notices)
