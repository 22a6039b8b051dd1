"""The ``--columns`` line that reads a table, seen from its numbers: gravity has one length, time goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sensorcoach.dsp.turning import gravity_turning
from sensorcoach.importers.header import TIME_UNITS
from sensorcoach.importers.numerals import Marks
from sensorcoach.importers.sensors import SensorColumns
from sensorcoach.importers.stamps import is_stamp
from sensorcoach.importers.units import is_gravity_in_some_unit, rest_magnitude
from sensorcoach.model import Floats

_PLAIN: Final = re.compile(r"[A-Za-z_][\w.-]*")
"""Names that need no quotes in a command."""
USUAL_HZ: Final = 100.0
RISING_SHARE: Final = 0.99
FASTEST_STEP_S: Final = 1 / 1500
SLOWEST_STEP_S: Final = 0.2
MOST_COLUMNS: Final = 60
SURELY_TURNS: Final = 0.8
"""Agreement of a turning rate with gravity, from which on three columns are taken for one."""
_NOTHING: Final = (
    "No three columns beside each other show gravity; export the raw accelerometer, one sample a row, with its time."
)


def suggested_columns(rows: Sequence[Sequence[str]], rate_hz: float | None, marks: Marks) -> str:
    """Advice with a complete ``--columns`` line for some rows, or what to export where none would work.

    Args:
        rows: cells of the first rows.
        rate_hz: as the file's first lines tell it, for a table without usable times.
        marks: how numbers are written.
    """
    number = min(max(map(len, rows), default=0), MOST_COLUMNS)
    whole = [row for row in rows if len(row) == len(rows[0])]
    if not whole or len(whole[0]) < 3:
        return _NOTHING
    cells = [[row[place] for row in whole] for place in range(min(number, len(whole[0])))]
    columns = [marks.numbers(column) for column in cells]
    time, step_s = _time(cells, columns)
    rate = 1 / step_s if step_s else rate_hz or USUAL_HZ
    acc = _first_triple(columns, time, lambda values: is_acceleration(values, rate))
    if acc is None:
        return _NOTHING
    parts = [time[1]] if time else [f"rate={rate_hz or USUAL_HZ:g}"]
    parts += [f"a{axis}={acc + place}" for place, axis in enumerate("xyz", start=1)]
    accs = _values(columns, acc)
    gyr = _first_triple(columns, time, lambda values: _turns_with(accs, values, rate), not_at=acc)
    if gyr is not None:
        parts += [f"g{axis}={gyr + place}" for place, axis in enumerate("xyz", start=1)]
    hint = "" if time or rate_hz else " with the samples a second that it really has"
    return f"Name the columns: --columns {','.join(parts)}{hint}."


def spelled_columns(sensor: SensorColumns, names: Sequence[str], rate_hz: float | None) -> str:
    """Advice with a complete ``--columns`` line for columns that are known, in a table without usable times."""
    keys = {"a": sensor.acc, "g": sensor.gyr} if sensor.acc else {"user_": sensor.linear, "gravity_": sensor.gravity}
    keys = keys if sensor.acc else {**keys, "g": sensor.gyr}
    columns = [column for axes in keys.values() for column in axes]
    plain = all(_PLAIN.fullmatch(column.name) and list(names).count(column.name) == 1 for column in columns)
    parts = [
        f"{key}{axis}{f'_{column.unit}' if column.unit else ''}={column.name if plain else column.index + 1}"
        for key, axes in keys.items()
        for axis, column in zip("xyz", axes, strict=False)
    ]
    hint = "" if rate_hz else " with the samples a second that it really has"
    return f"Name the columns: --columns {','.join([f'rate={rate_hz or USUAL_HZ:g}', *parts])}{hint}."


def _time(cells: Sequence[Sequence[str]], columns: Sequence[Floats]) -> tuple[tuple[int, str] | None, float]:
    """The place of the time and how it is spelt, and its step in s where that is known."""
    for place, column in enumerate(cells):
        if all(map(is_stamp, column[:5])):
            return (place, f"t={place + 1}"), 0.0
    for place, values in enumerate(columns):
        steps = np.diff(values[np.isfinite(values)])
        if len(steps) < 2 or (steps > 0).mean() < RISING_SHARE or (steps == 1).mean() > 0.9:
            continue
        step = float(np.median(steps))
        for unit, seconds in TIME_UNITS.items():
            if FASTEST_STEP_S <= step * seconds <= SLOWEST_STEP_S:
                return (place, f"t_{unit}={place + 1}"), step * seconds
    return None, 0.0


def _first_triple(
    columns: Sequence[Floats], time: tuple[int, str] | None, holds: Callable[[Floats], bool], not_at: int = -9
) -> int | None:
    for place in range(len(columns) - 2):
        taken = {time[0] if time else -1, *range(not_at, not_at + 3)}
        if not taken & {place, place + 1, place + 2} and holds(_values(columns, place)):
            return place
    return None


def _values(columns: Sequence[Floats], place: int) -> Floats:
    return np.stack(columns[place : place + 3], axis=1)


def is_acceleration(values: Floats, rate_hz: float) -> bool:
    """Whether columns (n, 3) hold gravity in some unit, and each of them moves."""
    known = values[np.isfinite(values).all(axis=1)]
    if len(known) < 10 or len(known) < 0.5 * len(values) or (known.max(axis=0) == known.min(axis=0)).any():
        return False
    if ((np.diff(known, axis=0) > 0).mean(axis=0) > RISING_SHARE).any():
        return False  # a count or a time
    with np.errstate(over="ignore", invalid="ignore"):
        return is_gravity_in_some_unit(rest_magnitude(known, rate_hz))


def _turns_with(acc: Floats, gyr: Floats, rate_hz: float) -> bool:
    known = np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
    turning = gravity_turning(acc[known], gyr[known], rate_hz)
    return turning is not None and turning.agreement >= SURELY_TURNS
