"""MbientLab MetaMotion: the MetaBase app's two files, accelerometer in g and gyroscope in °/s, each at its own rate.

``epoch (ms),time (01:00),elapsed (s),x-axis (g),y-axis (g),z-axis (g)``; some versions write ``epoc (ms)`` and
``timestamp (-0400)``. Only the epoch is common to both files: ``elapsed`` begins at 0 in each. A file alone brings the
one that began with it. Sources: the exports at hand and public programs that read such files.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import (
    Export,
    HeadedFile,
    Part,
    begin_together,
    table_part,
    three_axes,
)
from sensorcoach.importers.header import Meaning
from sensorcoach.importers.instants import instant

_EPOCHS: Final = ("epoch (ms)", "epoc (ms)")
_UNITS: Final[tuple[tuple[Literal["acc", "gyr"], str, str], ...]] = (("acc", "g", "g"), ("gyr", "deg/s", "dps"))
_HEAD_BYTES: Final = 4096
_MOST_NEIGHBOURS: Final = 2000


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if no table is MetaBase's."""
    parts = [part for one in files if (part := _part(one)) is not None]
    if not parts:
        return None
    zero_s = max(part.begins_s for part in parts)
    first = next((part for part in parts if part.sensor == "acc"), parts[0])
    return Export("MetaMotion", parts, start=instant(zero_s), zero_s=zero_s - first.begins_s)


def partner_of(path: Path) -> Path | None:
    """The file beside this one that holds the other sensor's part of its recording.

    Of several that began with it, the one whose name is most alike: two sensors worn at once differ in nothing else.
    """
    part = _part(_headed(path))
    if part is None:
        return None
    fitting: list[tuple[int, float, Path]] = []
    for other in _neighbours(path):
        beside = _part(_headed(other))
        if beside is not None and begin_together([part, beside]):
            alike = len(os.path.commonprefix([path.name, other.name]))
            fitting.append((alike, -abs(beside.begins_s - part.begins_s), other))
    return max(fitting)[2] if fitting else None


def _neighbours(path: Path) -> Sequence[Path]:
    try:
        found = [other for other in path.parent.iterdir() if other != path and other.is_file()]
    except OSError:
        return []
    return sorted(found)[:_MOST_NEIGHBOURS]


def _headed(path: Path) -> HeadedFile:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        head = b""
    return HeadedFile.of(path, head) if _begins_with_epoch(head) else HeadedFile(path, head, None)


def _begins_with_epoch(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b'"').startswith(b"epoc")


def _part(one: HeadedFile) -> Part | None:
    header = one.header
    if header is None or header.names[0].lower() not in _EPOCHS:
        return None
    epoch_ms = header.first_value(header.names[0])
    names = {name.lower(): name for name in header.names}
    for sensor, spelt, unit in _UNITS:
        axes = [names.get(f"{axis}-axis ({spelt})") for axis in "xyz"]
        known = [name for name in axes if name is not None]
        if len(known) == 3 and epoch_ms is not None:
            meanings = {header.names[0]: Meaning("time", "", "ms", kind="epoch"), **three_axes(known, sensor, unit)}
            begins_s = epoch_ms / 1e3
            return table_part(sensor, one.file, ColumnChoice(meanings), begins_s, since_1970_s=begins_s)
    return None
