"""What an app left behind in several files, or in several streams of one file, as one recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from sensorcoach.devices.rows import rows_packet
from sensorcoach.errors import InputError
from sensorcoach.importers.choice import Asked, ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.gyroscope import checked_turning
from sensorcoach.importers.header import Axis, Meaning
from sensorcoach.importers.instants import since_1970_s
from sensorcoach.importers.layout import Header, header_of
from sensorcoach.importers.merging import Stream, merged, summed
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.sensors import chosen_name
from sensorcoach.importers.table import BegunTable, Table, columns_told, sign_of, units_of
from sensorcoach.importers.units import ACC_SCALE, GYR_SCALE, IN_WORDS
from sensorcoach.model import Floats, ReadAs

Sensor = Literal["acc", "gyr", "acc+gyr", "linear", "gravity"]
"""``linear``: acceleration without gravity; ``gravity``: the rest of it."""
OpenStream = Callable[[Asked, list[str], ReadAs, dict[str, int]], Stream]
"""Opens a part's stream, given what the person asked for, the recording's notices, what it is read as, and its
`Recording.counts`."""

TOGETHER_S: Final = 5.0
"""The files of one recording begin within this time: within 0.4 s in the exports at hand, the next is minutes off."""
_QUANTITY: Final = {"acc": "acceleration", "linear": "acceleration", "gravity": "gravity", "gyr": "turning rate"}


@dataclass(frozen=True, slots=True)
class HeadedFile:
    """A file, how it begins, and the header among its first lines if it is a table."""

    file: RecordingFile
    head: bytes
    header: Header | None

    @classmethod
    def of(cls, file: RecordingFile, head: bytes) -> HeadedFile:
        """Look for the header in the file's ``head``."""
        return cls(file, head, header_of(head))


@dataclass(frozen=True, slots=True)
class Part:
    """One sensor's stream in an export. ``begins_s``: its first time, on the clock that all parts share.

    Of several parts of one sensor the one of the lowest ``rank`` is used. ``worn_as``: which of several sensors.
    ``since_1970_s``: the instant of its time 0, where the file tells it.
    """

    sensor: Sensor
    name: str
    begins_s: float
    open: OpenStream
    rank: int = 0
    worn_as: str = ""
    since_1970_s: float | None = None
    file: RecordingFile | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """The streams an app recorded together. ``start``: the instant of time 0 (ISO 8601); ``zero_s``: that time on the
    clock the parts share. ``pauses``: (t_s, length_s) where that clock stood still while time went on, in order.
    ``sign``: of its acceleration, -1 where the app's shape shows that it is reversed. ``consulted``: further files that
    told something, start or sign.
    """

    app: str
    parts: Sequence[Part]
    start: str | None = None
    zero_s: float = 0.0
    pauses: Sequence[tuple[float, float]] = ()
    notices: Sequence[str] = ()
    sign: float = 1.0
    consulted: Sequence[str] = ()


def recording_of(export: Export, name: str, asked: Asked, left_out: Sequence[str] = ()) -> Recording:
    """The one recording of an export.

    Args:
        export: its parts.
        name: of the file, folder or archive.
        asked: what the person asked for, see `sensorcoach.importers.open_recording`.
        left_out: files beside those of the parts, and why, in words.

    Raises:
        InputError: it holds no acceleration with gravity, or several recordings.
    """
    notices = list(export.notices)
    export, left = _of_one_sensor(export, name, asked, notices)
    parts = _chosen(export, name)
    left += [f"{part.name} (not needed)" for part in export.parts if part not in parts.values()]
    left += left_out
    told = ReadAs(export.app, next(iter(parts.values())).worn_as, [part.name for part in parts.values()], left_out=left)
    counts: dict[str, int] = {}
    streams = {
        sensor: _on_wall_time(_on_one_clock(part.open(asked, notices, told, counts), part, parts), export)
        for sensor, part in parts.items()
    }
    sign = sign_of(export.sign, asked.acc_sign, notices)
    if "acc+gyr" in streams:
        rows = _signed(streams["acc+gyr"], sign).rows
    else:
        acc = _signed(streams.get("acc") or summed(streams["linear"], streams["gravity"], notices), sign)
        if "linear" in streams:
            notices.append("Acceleration is the sum of what the phone calls acceleration and gravity.")
        rows = merged(acc, streams["gyr"], notices) if "gyr" in streams else acc.rows
    if {"gyr", "acc+gyr"} & streams.keys():
        named = next((unit for unit, words in IN_WORDS.items() if words == told.units.get("turning rate")), None)
        checked = checked_turning(rows, named, name, notices)
        rows, told.units["turning rate"] = checked.rows, checked.unit
    else:
        told.units["turning rate"] = None
    if left:
        notices.append(f"Left out: {', '.join(left)}.")
    told.acc_sign = "turned round" if sign < 0 else "as written"
    told.assumed = list(notices)
    label = name.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    return Recording(
        profile="samples",
        device_settings={},
        mounting=None,
        start=export.start,
        items=(rows_packet(label, block) for block in rows),
        notices=notices,
        sensor={
            "label": label,
            "kind": export.app,
            "gyroscope": told.units["turning rate"] is not None,
            "parts": [part.name for part in parts.values()],
        },
        read_as=told,
        counts=counts,
    )


def table_part(
    sensor: Sensor,
    file: RecordingFile,
    choice: ColumnChoice,
    begins_s: float,
    *,
    rank: int = 0,
    worn_as: str = "",
    since_1970_s: float | None = None,
    name: str | None = None,
) -> Part:
    """A part that is a table."""

    def opened(asked: Asked, notices: list[str], told: ReadAs, counts: dict[str, int]) -> Stream:
        table = Table.opened(file, replace(choice, dates=choice.dates or asked.dates), notices)
        table.counts = counts
        # What a phone computes may well stand still; an axis of a sensor does not.
        alive = () if sensor in ("linear", "gravity") else table.layout.values
        factors = _factors(table, sensor, asked, told)
        rows = table.rows(factors, alive=alive)
        _tell(table, sensor, told)
        return Stream(file.name, table.period_s, rows)

    return Part(sensor, name or file.name, begins_s, opened, rank, worn_as, since_1970_s, file)


def interleaved_export(begun: BegunTable) -> Export:
    """A table whose sensors have rows of their own, as the streams that it holds."""
    only, file = begun.layout.only, begun.path
    parts = [
        table_part(one.kind, file, one.choice, 0.0, name=f"{file.name} ({one.value or _QUANTITY[one.kind]})")
        for one in begun.layout.streams
    ]
    others = () if only is None else set(only.values) - {one.value for one in begun.layout.streams}
    notices = (f"Rows of {', '.join(sorted(others))} are left out.",) if others else ()
    begun_with = Table.opened(file, begun.layout.streams[0].choice, [])
    return Export("table", parts, start=begun_with.start, notices=notices)


def epoch_of(table: Table) -> float | None:
    """The instant of a table's time 0, s since 1970, where its own columns tell it."""
    return None if table.start is None else since_1970_s(table.start)


def three_axes(names: Sequence[str], quantity: Literal["acc", "gyr"], unit: str | None) -> Mapping[str, Meaning]:
    """The meanings of three columns, in the order x, y, z, for a `ColumnChoice`."""
    axes: tuple[Axis, ...] = ("x", "y", "z")
    return {name: Meaning(quantity, axis, unit) for name, axis in zip(names, axes, strict=True)}


def _of_one_sensor(export: Export, name: str, asked: Asked, notices: list[str]) -> tuple[Export, list[str]]:
    """The export with the parts of one of several sensors, and the names of those that are left out."""
    usable = [part.worn_as for part in export.parts if part.sensor in ("acc", "acc+gyr", "linear")]
    worn = list(dict.fromkeys(usable or [part.worn_as for part in export.parts]))
    if asked.sensor is None and len(worn) < 2:
        return export, []
    labels = [one or next(part.name for part in export.parts if part.worn_as == one) for one in worn]
    chosen = worn[labels.index(chosen_name(name, labels, asked.sensor, notices, "sensors or recordings"))]
    kept = [part for part in export.parts if part.worn_as == chosen]
    left = [f"{part.name} (another sensor's)" for part in export.parts if part.worn_as != chosen]
    return replace(export, parts=kept), left


def _chosen(export: Export, name: str) -> dict[Sensor, Part]:
    """The parts to use: raw acceleration, else linear acceleration and gravity; the turning rate where there is one."""
    best: dict[Sensor, Part] = {}
    sensors = {part.sensor for part in export.parts}
    if not ({"acc", "acc+gyr"} & sensors or {"linear", "gravity"} <= sensors):
        raise _no_gravity(name, {part.sensor: part for part in export.parts})
    for part in sorted(export.parts, key=lambda part: part.rank):
        known = best.setdefault(part.sensor, part)
        if known is not part and known.rank == part.rank:
            raise InputError(
                f"{name} holds several recordings ({known.name}, {part.name}).", "Name the files of one of them."
            )
    if "acc+gyr" in best:
        return {"acc+gyr": best["acc+gyr"]}
    acceleration: list[Sensor] = ["acc"] if "acc" in best else ["linear", "gravity"]
    wanted: list[Sensor] = [*acceleration, "gyr"]
    chosen = {sensor: best[sensor] for sensor in wanted if sensor in best}
    places = {_place(part) for part in chosen.values()}
    if len(places) > 1 and any(part.since_1970_s is None for part in chosen.values()):
        told = ", ".join(str(part.file or part.name) for part in chosen.values())
        raise InputError(
            f"{name} holds parts of a recording in several folders ({told}), and nothing tells that they are of one.",
            "Name the folder of one of them.",
        )
    return chosen


def _place(part: Part) -> str:
    """The folder that a part lies in."""
    return str(part.file or "").replace("\\", "/").rpartition("/")[0]


def _no_gravity(name: str, parts: Mapping[Sensor, Part]) -> InputError:
    if "linear" in parts:
        return InputError(
            f"{name} holds acceleration without gravity ({parts['linear'].name}); gravity is what shows how far a leg "
            "has rolled.",
            "Export the raw accelerometer too (in phone apps: acceleration with g, total acceleration, or gravity).",
        )
    turning = ", ".join(part.name for part in parts.values())
    return InputError(
        f"{name} holds no acceleration, only {turning}.", "Export the accelerometer too, into the same folder."
    )


def _factors(table: Table, sensor: Sensor, asked: Asked, told: ReadAs) -> Floats:
    if sensor in ("acc", "acc+gyr"):
        units = units_of(table, asked.unit)
        told.units["acceleration"] = IN_WORDS[units.acc]
        if units.gyr is not None:
            told.units["turning rate"] = IN_WORDS[units.gyr]
        return units.factors
    column = (table.layout.acc or table.layout.gyr)[0]
    if sensor == "gyr":
        told.units["turning rate"] = IN_WORDS.get(column.unit or "")
        return np.full(3, GYR_SCALE.get(column.unit or "", 1.0))
    scale = ACC_SCALE.get(column.unit or "")
    if scale is None:
        raise InputError(f"{table.path}: {column.name!r} names no unit.", "Export it again with units in the header.")
    told.units["acceleration"] = IN_WORDS[column.unit or ""]
    return np.full(3, scale)


def _tell(table: Table, sensor: Sensor, told: ReadAs) -> None:
    for what, columns in columns_told(table.layout).items():
        what = _QUANTITY[sensor] if what == "acceleration" and sensor == "gravity" else what
        told.columns.setdefault(what, []).extend(name for name in columns if name not in told.columns.get(what, []))


def _signed(stream: Stream, sign: float) -> Stream:
    """The stream with its acceleration (the first three values) turned round."""
    if sign > 0:
        return stream

    def turned(rows: Floats) -> Floats:
        rows = rows.copy()
        rows[:, 1:4] *= sign
        return rows

    return replace(stream, rows=map(turned, stream.rows))


def _on_one_clock(stream: Stream, part: Part, parts: Mapping[Sensor, Part]) -> Stream:
    """The stream on the clock of the first part, where both tell when they began."""
    zero_s = next(iter(parts.values())).since_1970_s
    if part.since_1970_s is None or zero_s is None or part.since_1970_s == zero_s:
        return stream
    later_s = round(part.since_1970_s - zero_s, 6)
    # Apps round the two clocks of a file differently.
    if abs(later_s) < _ROUNDING_S:
        return stream
    rows = (block + np.array([later_s, *[0.0] * (block.shape[1] - 1)]) for block in stream.rows)
    return replace(stream, rows=rows)


_ROUNDING_S: Final = 0.002


def _on_wall_time(stream: Stream, export: Export) -> Stream:
    """The stream on a clock that begins at 0 and never pauses."""

    def moved(rows: Floats) -> Floats:
        t_s = rows[:, 0].copy()
        for paused_s, length_s in export.pauses:
            t_s[rows[:, 0] > paused_s] += length_s
        if export.zero_s:
            # Seconds since 1970 are only told to 0.2 µs; the digits behind are noise.
            t_s = np.round(t_s - export.zero_s, 6)
        return np.column_stack((t_s, rows[:, 1:]))

    return replace(stream, rows=map(moved, stream.rows))


def begin_together(parts: Sequence[Part]) -> bool:
    """Whether parts are one sensor's acceleration and another's turning rate, begun at the same time."""
    epochs = [part.since_1970_s for part in parts]
    begins_s = [part.begins_s if None in epochs else (epoch or 0.0) for part, epoch in zip(parts, epochs, strict=True)]
    return sorted(part.sensor for part in parts) == ["acc", "gyr"] and max(begins_s) - min(begins_s) <= TOGETHER_S
