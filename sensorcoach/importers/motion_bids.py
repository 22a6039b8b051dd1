"""Motion-BIDS: ``…_motion.tsv`` without a header, whose columns ``…_channels.tsv`` beside it names, with units.

Our own export writes such data sets; of others', a tracking system with an accelerometer's three channels is read.
Source: the Brain Imaging Data Structure, version 1.10, "Motion".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sensorcoach.importers.blocks import first_bytes
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import Export, HeadedFile, table_part
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import unit_spelt
from sensorcoach.importers.layout import head_lines, split_cells

_MOTION, _CHANNELS = "_motion.tsv", "_channels.tsv"
_TYPES: Final = {"ACCEL": "a", "GYRO": "g"}


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if no samples have their channels beside them."""
    heads = {str(one.file): one for one in files}
    parts = []
    channels = []
    for one in files:
        beside = heads.get(str(one.file).removesuffix(_MOTION) + _CHANNELS)
        choice = None if beside is None or beside is one else _choice(beside.head)
        if choice is not None and beside is not None:
            channels.append(str(beside.file))
            parts.append(table_part("acc+gyr" if "gx" in " ".join(choice.in_order) else "acc", one.file, choice, 0.0))
    return Export("Motion-BIDS", parts, consulted=channels) if parts else None


def with_channels(path: Path) -> list[RecordingFile]:
    """A file of samples with the one that names its columns; nothing where this is no such file."""
    beside = path.with_name(path.name.removesuffix(_MOTION) + _CHANNELS)
    return [path, beside] if path.name.endswith(_MOTION) and beside.is_file() else []


def headed(files: Sequence[RecordingFile]) -> list[HeadedFile]:
    """The files and how they begin."""
    return [HeadedFile(one, first_bytes(one), None) for one in files]


def _choice(head: bytes) -> ColumnChoice | None:
    lines = [split_cells(line, "\t") for line in head_lines(head) if line.strip()]
    if not lines or not {"component", "type", "units"} <= set(lines[0]):
        return None
    names = []
    for row in lines[1:]:
        told = dict(zip(lines[0], row, strict=False))
        axis, unit = told.get("component", "").lower(), unit_spelt(told.get("units", ""))
        if told.get("type") == "LATENCY":
            names.append(f"t_{unit or 's'}")
        elif told.get("type") in _TYPES and axis in ("x", "y", "z"):
            names.append(f"{_TYPES[told['type']]}{axis}" + (f"_{unit}" if unit else ""))
        else:
            names.append("-")
    return (
        ColumnChoice(in_order=tuple(names))
        if {"x", "y", "z"} <= {name[1:2] for name in names if name[0] == "a"}
        else None
    )
