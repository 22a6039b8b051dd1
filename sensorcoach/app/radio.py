"""Bluetooth of this computer, loaded only when it is asked for."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from sensorcoach.app.personal_file import personal
from sensorcoach.errors import SettingsError
from sensorcoach.folders import folders
from sensorcoach.preferences import ADAPTER_NAME
from sensorcoach.sources.remembered import load_remembered

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio


def bluetooth(adapter: str | None = None, person: str | None = None) -> Radio:
    """What `scan`, `go_live` and `doctor` use; a test gives them another.

    Args:
        adapter: by name; None: as in the settings of ``person``, else that of the sensor used last while it is there,
            else the system's choice.
        person: whose settings.

    Raises:
        SettingsError: this is no adapter's name, or only the system chooses; or the personal settings cannot be used.
    """
    from sensorcoach.sources.ble import BleRadio

    if adapter is not None:
        _check(adapter)
        return BleRadio(adapter=adapter)
    if not sys.platform.startswith("linux"):
        return BleRadio()
    preferred = personal(person).link.adapter
    if preferred is not None:
        return BleRadio(adapter=preferred)
    remembered, _ = load_remembered(folders().config)
    used = None if remembered is None else remembered.adapter
    return BleRadio(adapter=used, insists=False)


def _check(adapter: str) -> None:
    if not re.fullmatch(ADAPTER_NAME, adapter):
        raise SettingsError(
            f"{adapter!r} is no name of a Bluetooth adapter.", "hci0 and hci1 are; `sensorcoach doctor` names them."
        )
    if not sys.platform.startswith("linux"):
        raise SettingsError(
            "Only on Linux a program can choose the Bluetooth adapter.",
            "Leave --adapter out; unplug the other one.",
        )
