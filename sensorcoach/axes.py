"""The names of a sensor's axes, as people write them."""

from __future__ import annotations

from sensorcoach.errors import SettingsError

AXES = ("x", "-x", "y", "-y", "z", "-z")


def axis_named(text: str) -> str | None:
    """``X``, ``+x`` and ``x`` are ``x``; ``none`` is None, for unknown.

    Raises:
        SettingsError: no axis has this name.
    """
    axis = text.strip().lower().removeprefix("+")
    if axis == "none":
        return None
    if axis not in AXES:
        raise SettingsError(f"{text!r} is not a sensor axis.", "Write x, -x, y, -y, z, -z or none.")
    return axis
