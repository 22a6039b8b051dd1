"""Where this program runs, as far as it matters for reaching Bluetooth."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CONTAINER_MARKS: Final = ("/.dockerenv", "/run/.containerenv")
"""Left by Docker and Podman; others set the variable ``container``."""
_SYSTEMD: Final = "/run/systemd/system"
"""Exists while systemd runs the system: sd_booted(3)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``systemd``: services are started by it. ``wsl``: Windows Subsystem for Linux."""

    container: bool
    wsl: bool
    systemd: bool


def surroundings() -> Surroundings:
    """Of this process."""
    return Surroundings(
        container="container" in os.environ or any(Path(mark).exists() for mark in _CONTAINER_MARKS),
        wsl="microsoft" in platform.release().casefold(),
        systemd=Path(_SYSTEMD).is_dir(),
    )
