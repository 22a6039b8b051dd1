"""Reading one value of a recording's device settings, with an error a person understands."""

from __future__ import annotations

from collections.abc import Mapping

from sensorcoach.errors import DecodeError


def number_or_none(device_settings: Mapping[str, object], key: str) -> float | None:
    """The number under ``key``, None where it is absent.

    Raises:
        DecodeError: there is something else under it.
    """
    value = device_settings.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DecodeError(
            f"Device setting {key} is {value!r}; expected a number.", "Correct it in the recording's first line."
        )
    return float(value)
