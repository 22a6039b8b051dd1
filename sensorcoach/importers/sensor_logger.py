"""Sensor Logger: a zip or folder with a table a sensor, all with the columns ``time,seconds_elapsed,z,y,x``.

The tables do not say which sensor they hold; the app's fixed names of the files do. ``time`` is in ns since 1970,
``seconds_elapsed`` counts from the tap on the start button. On Android ``TotalAcceleration`` is the accelerometer and
``Accelerometer`` has no gravity; on iOS the accelerometer is ``Accelerometer`` plus ``Gravity``, with the opposite sign
unless "Standardise Units & Frames" is on. Sources: the app's documentation (tszheichoi/awesome-sensor-logger: README,
UNITS, COORDINATES, CROSSPLATFORM) and the exports at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import Export, HeadedFile, Part, Sensor, instant, table_part, three_axes
from sensorcoach.importers.header import Meaning
from sensorcoach.importers.layout import Header, head_lines, split_cells

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
_IOS_NOTICE: Final = "An iPhone gives acceleration with the opposite sign; it was turned round."


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if no table is Sensor Logger's."""
    tables = [(one, header) for one in files if (header := one.header) and set(_COLUMNS) <= set(header.names)]
    opposite = any(_of_iphone(one.head) for one in files)
    parts = [part for one, header in tables if (part := _part(one, header, -1.0 if opposite else 1.0)) is not None]
    if not parts:
        return None
    starts = [header.first_value("time") for _, header in tables]
    elapsed = [header.first_value("seconds_elapsed") for _, header in tables]
    start = instant(starts[0] / 1e9 - elapsed[0]) if starts[0] is not None and elapsed[0] is not None else None
    return Export("Sensor Logger", parts, start=start, notices=(_IOS_NOTICE,) if opposite else ())


def _part(one: HeadedFile, header: Header, acceleration_sign: float) -> Part | None:
    sensor, rank = _SENSORS.get(one.file.name.lower().removesuffix(".csv"), (None, 0))
    begins_s = header.first_value("seconds_elapsed")
    if sensor is None or begins_s is None:
        return None
    axes = (
        three_axes(("x", "y", "z"), "gyr", "radps") if sensor == "gyr" else three_axes(("x", "y", "z"), "acc", "mps2")
    )
    choice = ColumnChoice({"seconds_elapsed": Meaning("time", "", "s", "elapsed"), **axes}, (), None)
    factor = 1.0 if sensor == "gyr" else acceleration_sign
    return table_part(sensor, one.file, choice, begins_s, rank=rank, factor=factor)


def _of_iphone(head: bytes) -> bool:
    """Whether this is the export's metadata, and of a phone with the opposite sign."""
    lines = head_lines(head)
    if len(lines) < 2 or "platform" not in lines[0] or "recording" not in lines[0]:
        return False
    told = dict(zip(split_cells(lines[0], ","), split_cells(lines[1], ","), strict=False))
    return told.get("platform", "").lower() == "ios" and told.get("standardisation", "").lower() != "true"
