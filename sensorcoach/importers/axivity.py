"""Axivity AX3 and AX6: the CSV of OmGui, cwa-convert and omconvert: ``2018-11-08 11:34:56.789,0.98,-0.02,0.11`` in g.

A header (``Time,Accel-X (g), Accel-Y (g), Accel-Z (g), Gyro-X (d/s), …``) is optional and needs nothing special, nor do
the four plain columns. Here: rows without a header that go on, with the gyroscope of an AX6 in °/s or with light,
temperature and battery, which are measured once a second and repeated.
Sources: openmovementproject/openmovement (cwa-convert, omconvert).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.layout import head_lines, split_cells
from sensorcoach.importers.stamps import is_stamp

LOOKED_AT_LINES: Final = 400
LIVELY_SHARE: Final = 0.2
"""Of the rows differ from the one before; what is measured once a second differs in at most 8 % at 12.5 a second."""
_ACC: Final = ("t", "ax_g", "ay_g", "az_g")
_GYR: Final = ("gx_dps", "gy_dps", "gz_dps")


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """Which columns to use; None if this is no such file."""
    rows = [split_cells(line, ",") for line in head_lines(head)[:LOOKED_AT_LINES] if line.strip()]
    if not rows or len(rows[0]) <= len(_ACC) or not _is_sample(rows[0]):
        return None
    gyroscope = len(rows[0]) >= len(_ACC + _GYR) and all(_is_lively(rows, place) for place in range(4, 7))
    names = _ACC + _GYR if gyroscope else _ACC
    notices.append(f"No header: read as time and {'accelerometer and gyroscope' if gyroscope else 'accelerometer'}.")
    return ColumnChoice(in_order=names)


def _is_sample(row: Sequence[str]) -> bool:
    return is_stamp(row[0]) and "-" in row[0] and all(_number(cell) is not None for cell in row[1:4])


def _is_lively(rows: Sequence[Sequence[str]], place: int) -> bool:
    """Whether a column moves as a motion sensor's does, from row to row."""
    cells = [row[place] for row in rows if len(row) > place]
    changes = sum(one != other for one, other in pairwise(cells))
    return changes > LIVELY_SHARE * len(cells)


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
