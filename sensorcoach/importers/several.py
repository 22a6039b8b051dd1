"""Several tables that belong together, whoever wrote them: acceleration and turning rate in files of their own, or one
file for each of several sensors. What a file holds is told by its columns, else by its name; which sensor, by what its
name says besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import Asked, ColumnChoice
from sensorcoach.importers.export import Export, HeadedFile, Part, Sensor, epoch_of, table_part, three_axes
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import compact, meaning_of, sensor_in
from sensorcoach.importers.signs import is_core_motion
from sensorcoach.importers.table import Table

ColumnsOf = Callable[[RecordingFile, list[str]], ColumnChoice]
"""Which columns of a table its program's reader takes."""
_ENDINGS: Final = re.compile(r"\.(csv|txt|tsv|gz|parquet|dat|log)\Z", re.IGNORECASE)
_NO_NAMES: Final = frozenset({
    "inertial", "imu", "high", "highg", "raw", "data", "export", "log", "session", "recording", "file", "csv", "stream",
    "polar", "sense", "metawear", "cal", "samples", "sampl",
})  # fmt: skip
"""Words in names of files that name no sensor."""
_SHORTEST_NAME: Final = 3
_NUMBER: Final = re.compile(r"\d[0-9a-z]*|[0-9a-f]{6,}|[t]\d+|hz")


def several_tables(files: Sequence[HeadedFile], asked: Asked, columns_of: ColumnsOf) -> tuple[Export | None, list[str]]:
    """The recording in several tables, and why others are left out; None if no two of them make one.

    Args:
        files: all of a folder or archive, or those named together.
        asked: what the person asked for.
        columns_of: see `ColumnsOf`.
    """
    parts: list[Part] = []
    left: list[str] = []
    for one in files:
        if one.header is None:
            continue
        try:
            part = _part(one, asked, columns_of)
        except InputError as error:
            left.append(
                f"{one.file.name} ({error.message.removeprefix(f'{one.file}').lstrip(':, ').rstrip('.')[:100]})"
            )
            continue
        if part is not None:
            parts.append(part)
    held = {part.sensor for part in parts}
    makes_one = "acc" in held and "gyr" in held
    of_sensors = len({part.worn_as for part in parts if part.sensor in ("acc", "acc+gyr")}) > 1
    one_whole = sum(part.sensor == "acc+gyr" for part in parts) == 1 and len(parts) > 1
    if not (makes_one or one_whole or of_sensors or {"linear", "gravity"} <= held):
        return None, left
    first = next((part for part in parts if part.sensor in ("acc", "acc+gyr", "linear")), parts[0])
    names = [name for one in files if one.header is not None for name in one.header.names]
    sign = -1.0 if is_core_motion(names) else 1.0
    return Export("tables", parts, start=_start(first, asked, columns_of), sign=sign), left


def half_of(one: HeadedFile, asked: Asked, columns_of: ColumnsOf) -> Export | None:
    """The export in one file that holds one sensor's acceleration or turning rate, and says so; else None.

    Its part is ``worn_as`` what the file's name says besides, so that the halves of one recording have one name.
    """
    stem = sensor_in(_ENDINGS.sub("", one.file.name))
    if one.header is None or compact(stem) == compact(_ENDINGS.sub("", one.file.name)):
        return None
    held = [what for what in ("acc", "gyr", "bare") if len(one.header.names_of(what)) >= 3]
    part = _part(one, asked, columns_of) if len(held) == 1 else None
    if part is None or part.sensor not in ("acc", "gyr"):
        return None
    return Export("tables", [replace(part, worn_as=stem)])


def _start(first: Part, asked: Asked, columns_of: ColumnsOf) -> str | None:
    if first.file is None:
        return None
    choice = replace(columns_of(first.file, []), dates=asked.dates)
    return Table.opened(first.file, choice, []).start


def _part(one: HeadedFile, asked: Asked, columns_of: ColumnsOf) -> Part | None:
    assert one.header is not None
    quantities = {what: len(one.header.names_of(what)) >= 3 for what in ("acc", "gyr", "linear", "gravity", "bare")}
    by_name = meaning_of(f"{_ENDINGS.sub('', one.file.name)} x")
    named = by_name.quantity if by_name is not None else None
    sensor: Sensor
    if quantities["acc"] and quantities["gyr"]:
        sensor = "acc+gyr"
    elif quantities["acc"]:
        sensor = named if named in ("linear", "gravity") else "acc"
    elif quantities["gyr"]:
        sensor = "gyr"
    elif quantities["linear"] and quantities["gravity"]:
        sensor = "acc+gyr" if quantities["gyr"] else "acc"
    elif quantities["linear"] or quantities["gravity"]:
        sensor = "linear" if quantities["linear"] else "gravity"
    elif quantities["bare"] and named in ("acc", "gyr", "linear", "gravity"):
        sensor = named
    else:
        return None
    choice = replace(columns_of(one.file, []), dates=asked.dates, sensor=None)
    if sensor in ("gyr", "linear", "gravity") and not choice.named:
        choice = _as_it_is(one, sensor, choice)
    table = Table.opened(one.file, choice, [])
    begins_s = float(table.first.t_s[0]) if len(table.first.t_s) else 0.0
    return table_part(sensor, one.file, choice, begins_s, worn_as=_worn_as(one), since_1970_s=epoch_of(table))


def _as_it_is(one: HeadedFile, sensor: Sensor, choice: ColumnChoice) -> ColumnChoice:
    """The three axes of a file that holds one thing, whatever its columns are called."""
    assert one.header is not None
    meanings = {axis: place for place, meaning in one.header.meanings.items() if (axis := meaning.axis)}
    if set(meanings) != {"x", "y", "z"}:
        return choice
    names = [one.header.names[meanings[axis]] for axis in ("x", "y", "z")]
    unit = one.header.meanings[meanings["x"]].unit
    return replace(choice, named=three_axes(names, "gyr" if sensor == "gyr" else "acc", unit))


def _worn_as(one: HeadedFile) -> str:
    """The sensor's name in the name of the file, or of its folder's columns."""
    tokens = sensor_in(_ENDINGS.sub("", one.file.name)).split("_")
    names = [token for token in tokens if token not in _NO_NAMES and not _NUMBER.fullmatch(token)]
    return "_".join(names) if any(len(name) >= _SHORTEST_NAME for name in names) else ""
