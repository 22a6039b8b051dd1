"""What an app left behind in several files, or in several streams of one file, as one recording."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal

import numpy as np

from sensorcoach.devices.rows import rows_packet
from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import Axis, Meaning
from sensorcoach.importers.layout import Header, header_of
from sensorcoach.importers.merging import Stream, merged, summed
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.table import Table, units_of
from sensorcoach.importers.units import ACC_SCALE, GYR_SCALE
from sensorcoach.model import Floats

Sensor = Literal["acc", "gyr", "acc+gyr", "linear", "gravity"]
"""``linear``: acceleration without gravity; ``gravity``: the rest of it."""
OpenStream = Callable[[str | None, list[str]], Stream]
"""Opens a part's stream, given ``--unit`` and the recording's notices."""

TOGETHER_S: Final = 5.0
"""The files of one recording begin within this time: within 0.4 s in the exports at hand, the next is minutes off."""


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

    Of several parts of one sensor the one of the lowest ``rank`` is used.
    """

    sensor: Sensor
    name: str
    begins_s: float
    open: OpenStream
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Export:
    """The streams an app recorded together. ``start``: the instant of time 0 (ISO 8601); ``zero_s``: that time on the
    clock the parts share. ``pauses``: (t_s, length_s) where that clock stood still while time went on, in order.
    """

    app: str
    parts: Sequence[Part]
    start: str | None = None
    zero_s: float = 0.0
    pauses: Sequence[tuple[float, float]] = ()
    notices: Sequence[str] = ()


def recording_of(export: Export, name: str, unit: str | None) -> Recording:
    """The one recording of an export.

    Args:
        export: its parts.
        name: of the file, folder or archive.
        unit: of acceleration, see `sensorcoach.importers.open_recording`.

    Raises:
        InputError: it holds no acceleration with gravity, or several recordings.
    """
    parts = _chosen(export, name)
    notices = list(export.notices)
    streams = {sensor: _on_wall_time(part.open(unit, notices), export) for sensor, part in parts.items()}
    if "acc+gyr" in streams:
        rows = streams["acc+gyr"].rows
    else:
        acc = streams.get("acc") or summed(streams["linear"], streams["gravity"], notices)
        if "linear" in streams:
            notices.append("Acceleration is the sum of what the phone calls acceleration and gravity.")
        rows = merged(acc, streams["gyr"], notices) if "gyr" in streams else acc.rows
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
            "gyroscope": bool({"gyr", "acc+gyr"} & streams.keys()),
            "parts": [part.name for part in parts.values()],
        },
    )


def table_part(
    sensor: Sensor, file: RecordingFile, choice: ColumnChoice, begins_s: float, *, rank: int = 0, factor: float = 1.0
) -> Part:
    """A part that is a table; ``factor`` multiplies its values."""

    def opened(unit: str | None, notices: list[str]) -> Stream:
        table = Table.opened(file, choice, notices)
        # What a phone computes may well stand still; an axis of a sensor does not.
        alive = () if sensor in ("linear", "gravity") else table.layout.values
        return Stream(file.name, table.period_s, table.rows(factor * _factors(table, sensor, unit), alive=alive))

    return Part(sensor, file.name, begins_s, opened, rank)


def three_axes(names: Sequence[str], quantity: Literal["acc", "gyr"], unit: str) -> Mapping[str, Meaning]:
    """The meanings of three columns, in the order x, y, z, for a `ColumnChoice`."""
    axes: tuple[Axis, ...] = ("x", "y", "z")
    return {name: Meaning(quantity, axis, unit, quantity) for name, axis in zip(names, axes, strict=True)}


def instant(epoch_s: float) -> str | None:
    """ISO 8601 in UTC of seconds since 1970; None if that is no year a recording can be of."""
    try:
        return datetime.fromtimestamp(epoch_s, UTC).isoformat(timespec="microseconds")
    except (ValueError, OverflowError, OSError):
        return None


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
    return {sensor: best[sensor] for sensor in wanted if sensor in best}


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


def _factors(table: Table, sensor: Sensor, unit: str | None) -> Floats:
    if sensor in ("acc", "acc+gyr"):
        return units_of(table, unit).factors
    column = (table.layout.acc or table.layout.gyr)[0]
    scale = (ACC_SCALE | GYR_SCALE).get(column.unit or "")
    if scale is None:
        raise InputError(f"{table.path}: {column.name!r} names no unit.", "Export it again with units in the header.")
    return np.full(3, scale)


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
    begins_s = [part.begins_s for part in parts]
    return sorted(part.sensor for part in parts) == ["acc", "gyr"] and max(begins_s) - min(begins_s) <= TOGETHER_S
