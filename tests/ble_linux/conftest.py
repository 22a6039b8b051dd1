"""Skips what this computer cannot run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.ble_linux.private_bus import DAEMON


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = None
    if not sys.platform.startswith("linux"):
        reason = "BlueZ is Linux's"
    elif DAEMON is None:
        reason = "dbus-daemon is not installed (Debian: package dbus-daemon)"
    if reason is not None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=reason))
