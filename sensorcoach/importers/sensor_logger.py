"""Sensor Logger: a zip or folder with a table a sensor, all with the columns ``time,seconds_elapsed,z,y,x``.

The tables do not say which sensor they hold; the app's fixed names of the files do, and physics where somebody
renamed them. ``time`` is in ns since 1970,
``seconds_elapsed`` counts from the tap on the start button. On Android ``TotalAcceleration`` is the accelerometer and
``Accelerometer`` has no gravity; on iOS the accelerometer is ``Accelerometer`` plus ``Gravity``, with the opposite sign
unless "Standardise Units & Frames" is on, as the metadata tell; without them these two alone are an
iPhone's. Sources: the app's documentation (tszheichoi/awesome-sensor-logger: README,
UNITS, COORDINATES, CROSSPLATFORM) and the exports at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import Export, HeadedFile, Sensor, table_part, three_axes
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import Meaning
from sensorcoach.importers.instants import instant
from sensorcoach.importers.layout import Header, head_lines, split_cells
from sensorcoach.importers.physics import sensors_of
from sensorcoach.importers.table import Table
from sensorcoach.model import Floats

_SENSORS: Final[dict[str, tuple[Sensor, int]]] = {
    "totalacceleration": ("acc", 0),
    "accelerometeruncalibrated": ("acc", 1),
    "accelerometer": ("linear", 0),
    "gravity": ("gravity", 0),
    "gyroscope": ("gyr", 0),
    "gyroscopeuncalibrated": ("gyr", 1),
}
"""What a file of this name holds, and its rank: the calibrated ones first."""
_COLUMNS: Final = ("time", "seconds_elapsed", "x", "y", "z")
_ASSUMED: Final = "No Metadata.csv: Accelerometer and Gravity without TotalAcceleration are taken for an iPhone's."


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if no table is Sensor Logger's."""
    listed = [export for one in files if (export := _of_one_file(one)) is not None]
    if listed:
        return listed[0] if len(listed) == 1 else None
    tables = [(one, header) for one in files if (header := one.header) and set(_COLUMNS) <= set(header.names)]
    held = [_SENSORS.get(one.file.name.lower().removesuffix(".csv")) for one, _ in tables]
    if len(tables) > 1 and not any(held):
        held = _told_by_physics([one.file for one, _ in tables])
    parts = [
        table_part(sensor, one.file, _choice(sensor), begins_s, rank=rank, since_1970_s=_zero_s(header, begins_s))
        for (one, header), (sensor, rank) in zip(tables, (known or (None, 0) for known in held), strict=True)
        if sensor is not None and (begins_s := header.first_value("seconds_elapsed")) is not None
    ]
    if not parts:
        return None
    start = None if parts[0].since_1970_s is None else instant(parts[0].since_1970_s)
    sensors = {part.sensor for part in parts}
    metadata = {str(one.file): told for one in files if (told := _of_iphone(one.head)) is not None}
    assumed = not metadata and {"linear", "gravity"} <= sensors and "acc" not in sensors
    sign = -1.0 if any(metadata.values()) or assumed else 1.0
    notices = (_ASSUMED,) if assumed else ()
    return Export("Sensor Logger", parts, start=start, notices=notices, sign=sign, consulted=tuple(metadata))


def names_sensors(head: bytes) -> bool:
    """Whether a file may be one whose rows each name their sensor."""
    line = head.partition(b"\n")[0].split(b",")
    return b"sensor" in line and b"seconds_elapsed" in line


def _of_one_file(one: HeadedFile) -> Export | None:
    """The export in one file whose rows each name their sensor: its JSON, or its "combined" table."""
    header = one.header
    if header is None or "sensor" not in header.names or not set(_COLUMNS) <= set(header.names):
        return None
    place = header.names.index("sensor")
    rows = [split_cells(line, ",") for line in head_lines(one.head)]
    held = dict.fromkeys(row[place] for row in rows if len(row) == len(header.names))
    known = {name: _SENSORS[name.lower()] for name in held if name.lower() in _SENSORS}
    begins_s = header.first_value("seconds_elapsed") or 0.0
    parts = [
        table_part(
            sensor, one.file, replace(_choice(sensor), only=(place, name)), begins_s, rank=rank, name=name,
            since_1970_s=_zero_s(header, begins_s),
        )
        for name, (sensor, rank) in known.items()
    ]  # fmt: skip
    sensors = {part.sensor for part in parts}
    if not sensors:
        return None
    start = None if parts[0].since_1970_s is None else instant(parts[0].since_1970_s)
    assumed = {"linear", "gravity"} <= sensors and "acc" not in sensors
    notices = (_ASSUMED,) if assumed else ()
    return Export("Sensor Logger", parts, start=start, notices=notices, sign=-1.0 if assumed else 1.0)


def _zero_s(header: Header, begins_s: float) -> float | None:
    """The instant of time 0: the first row's time in ns since 1970, less the seconds elapsed by then."""
    first_ns = header.first_value("time")
    return None if first_ns is None else round(first_ns / 1e9 - begins_s, 6)


def _choice(sensor: Sensor) -> ColumnChoice:
    quantity: Literal["acc", "gyr"] = "gyr" if sensor == "gyr" else "acc"
    axes = three_axes(("x", "y", "z"), quantity, "radps" if sensor == "gyr" else "mps2")
    return ColumnChoice({"seconds_elapsed": Meaning("time", "", "s", kind="elapsed"), **axes})


def _told_by_physics(files: Sequence[RecordingFile]) -> list[tuple[Sensor, int] | None]:
    """What the beginning of each table shows; acceleration without gravity is nothing that could be told."""
    beginnings = [_beginning(file) for file in files]
    return [(sensor, 0) if sensor is not None else None for sensor in sensors_of(beginnings)]


def _beginning(file: RecordingFile) -> tuple[Floats, Floats]:
    """Readable times (n,) and values (n, 3) of a table's first block, none if it cannot be used."""
    try:
        first = Table.opened(file, _choice("acc"), []).first
    except InputError:
        return np.empty(0), np.empty((0, 3))
    readable = np.isfinite(first.values).all(axis=1) & np.isfinite(first.t_s)
    t_s, places = np.unique(first.t_s[readable], return_index=True)
    return t_s, first.values[readable][places]


def _of_iphone(head: bytes) -> bool | None:
    """Whether the metadata are of a phone with the opposite sign; None if this is no such file."""
    lines = head_lines(head)
    if len(lines) < 2 or "platform" not in lines[0] or "recording" not in lines[0]:
        return None
    told = dict(zip(split_cells(lines[0], ","), split_cells(lines[1], ","), strict=False))
    return told.get("platform", "").lower() == "ios" and told.get("standardisation", "").lower() != "true"
