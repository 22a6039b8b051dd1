"""What an export is made of: the result of a session, its samples, and the words for their units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sensorcoach.model import Bools, Floats, Result
from sensorcoach.signals import Signals

UNITS = {"s": "s", "deg": "deg", "dps": "deg/s", "dps2": "deg/s^2", "g": "g", "mps2": "m/s^2", "radps": "rad/s"}
"""Unit by the end of a column's name."""


@dataclass(frozen=True, slots=True)
class ExportedSession:
    """``stem``: beginning of the names of the files to be written."""

    stem: str
    result: Result
    signals: Signals


def unit_of(column: str) -> str | None:
    """The unit that the name of a column tells, None for counts, names and ratios."""
    return UNITS.get(column.rpartition("_")[2])


def sample_columns(signals: Signals) -> Iterator[tuple[str, Floats | Bools]]:
    """Name and values of each column, one row a sample: the sensor's own axes, then what the analysis made of them."""
    yield "t_s", signals.t_s
    for axis, values in zip("xyz", signals.acc_sensor.T, strict=True):
        yield f"a{axis}_mps2", values
    if signals.gyr_sensor is not None:
        for axis, values in zip("xyz", signals.gyr_sensor.T, strict=True):
            yield f"g{axis}_radps", values
    yield "clipped", signals.clipped
    trace = signals.trace
    if len(trace.t_s):
        yield "roll_deg", np.interp(signals.t_s, trace.t_s, trace.roll_deg)
        yield "roll_speed_dps", np.interp(signals.t_s, trace.t_s, trace.speed_dps)


def plain_name(text: str) -> str:
    """A name that every file system takes: letters, digits, ``-`` and ``.``; never empty."""
    return re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).strip("-.") or "session"
