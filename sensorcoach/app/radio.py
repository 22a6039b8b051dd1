"""Bluetooth of this computer, loaded only when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio


def bluetooth() -> Radio:
    """What `scan`, `go_live` and `doctor` use; a test gives them another."""
    from sensorcoach.sources.ble import BleRadio

    return BleRadio()
