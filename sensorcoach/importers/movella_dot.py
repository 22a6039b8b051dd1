"""Movella (Xsens) DOT: the app's CSV, ``PacketCounter,SampleTimeFine,…`` behind a preamble of a dozen lines.

``SampleTimeFine`` counts µs in 32 bits. ``Acc_X`` … are m/s² with gravity, ``Gyr_X`` … °/s; they are there in the modes
"rate quantities", "custom mode 5" and in recordings exported with acceleration and angular velocity. Other modes have
only acceleration without gravity (``FreeAcc_X``), increments (``dv[1]``) or orientation, and are refused. The maker's
larger sensors write the same names, but count 0.1 ms and turn in rad/s: such a file is read as any table. Sources: the
exports at hand and the column lists of a public app's logger on the vendor's SDK (`XsensDotLogger`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import three_axes
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import WRAPPING_US, Meaning
from sensorcoach.importers.layout import HEADER_WITHIN_LINES, head_lines, split_cells

_ACC: Final = ("Acc_X", "Acc_Y", "Acc_Z")
_GYR: Final = ("Gyr_X", "Gyr_Y", "Gyr_Z")
_HEADER: Final = ["PacketCounter", "SampleTimeFine"]
LEAST_STEP_US: Final = 5000
"""The app offers up to 120 samples a second."""
_OTHERS: Final = (("FreeAcc_X", "acceleration without gravity"), ("dv[1]", "increments of velocity"))


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """Which columns to use; None if this is no file of the DOT app.

    Raises:
        InputError: it has no raw acceleration.
    """
    rows = [split_cells(line, ",") for line in head_lines(head)]
    place = next((place for place, cells in enumerate(rows[:HEADER_WITHIN_LINES]) if cells[:2] == _HEADER), None)
    if place is None or not _in_microseconds(rows[place + 1 :]):
        return None
    names = rows[place]
    if not set(_ACC) <= set(names):
        held = next((f"{what} ({name})" for name, what in _OTHERS if name in names), "orientation")
        raise InputError(
            f"{file} holds no raw acceleration, only {held}; gravity is what shows how far a leg has rolled.",
            "Measure in the mode 'Rate quantities' or 'Custom mode 5', or export acceleration and angular velocity.",
        )
    gyr = three_axes(_GYR, "gyr", "dps") if set(_GYR) <= set(names) else {}
    time = Meaning("time", "", WRAPPING_US, kind="sampletimefine")
    return ColumnChoice({_HEADER[1]: time, **three_axes(_ACC, "acc", "mps2"), **gyr}, program="Movella DOT")


def _in_microseconds(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the sample times step as the app's do, or do not tell."""
    ticks = [int(row[1]) for row in rows if len(row) > 1 and row[1].isdecimal() and len(row[1]) <= 10]
    return len(ticks) < 2 or bool(np.median(np.diff(ticks)) >= LEAST_STEP_US)
