"""What each sensor says: one file a sensor, pure functions from bytes to samples."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sensorcoach.devices.open_format import OPEN
from sensorcoach.devices.profile import Profile
from sensorcoach.devices.rows import ROWS
from sensorcoach.errors import DecodeError

PROFILES: Final[Mapping[str, Profile[Any]]] = MappingProxyType({profile.name: profile for profile in (ROWS, OPEN)})
"""Every known sensor by the name its recordings carry."""


def profile_named(name: str) -> Profile[Any]:
    """The profile of this name.

    Raises:
        DecodeError: there is none; says which there are.
    """
    profile = PROFILES.get(name)
    if profile is None:
        raise DecodeError(
            f"No sensor profile is called {name!r}; known are {', '.join(PROFILES)}.",
            "A newer sensorcoach may know it.",
        )
    return profile
