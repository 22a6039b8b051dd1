"""Movella (Xsens) DOT: the CSV of its app and of its SDK, ``PacketCounter,SampleTimeFine,…`` behind a preamble.

``SampleTimeFine`` counts µs in 32 bits in the app's files and 0.1 ms in the SDK's (which leave ``PacketCounter`` out);
the preamble's ``OutputRate`` tells which. ``Acc_X`` … are m/s² with gravity, ``Gyr_X`` … °/s; they are there in the
modes "rate quantities", "custom mode 5" and in recordings exported with acceleration and angular velocity. Other modes
have only acceleration without gravity (``FreeAcc_X``), increments (``dv[1]``) or orientation, and are refused. The
maker's larger sensors write the same names, but turn in rad/s: such a file is read as any table. Sources: the exports
at hand and the column lists of a public app's logger on the vendor's SDK (`XsensDotLogger`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import three_axes
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import WRAPPING_TENTHS_MS, WRAPPING_US, Meaning
from sensorcoach.importers.layout import HEADER_WITHIN_LINES, head_lines, split_cells
from sensorcoach.importers.preamble import preamble_of

_ACC: Final = ("Acc_X", "Acc_Y", "Acc_Z")
_GYR: Final = ("Gyr_X", "Gyr_Y", "Gyr_Z")
_COUNTER, _TIME = "PacketCounter", "SampleTimeFine"
LEAST_STEP_US: Final = 5000
"""The app offers up to 120 samples a second."""
_OTHERS: Final = (("FreeAcc_X", "acceleration without gravity"), ("dv[1]", "increments of velocity"))


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """Which columns to use; None if this is no file of a DOT.

    Raises:
        InputError: it has no raw acceleration.
    """
    lines = head_lines(head)
    rows = [split_cells(line, ",") for line in lines]
    place = next((place for place, cells in enumerate(rows[:HEADER_WITHIN_LINES]) if _TIME in cells[:2]), None)
    if place is None:
        return None
    of_dot = any("DOT" in line or "OutputRate" in line for line in lines[:place])
    unit = _unit(rows[place].index(_TIME), rows[place + 1 :], preamble_of(lines[:place]).rate_hz if of_dot else None)
    if unit is None or (rows[place][0] != _COUNTER and not of_dot):
        return None
    names = rows[place]
    if not set(_ACC) <= set(names):
        held = next((f"{what} ({name})" for name, what in _OTHERS if name in names), "orientation")
        raise InputError(
            f"{file} holds no raw acceleration, only {held}; gravity is what shows how far a leg has rolled.",
            "Measure in the mode 'Rate quantities' or 'Custom mode 5', or export acceleration and angular velocity.",
        )
    gyr = three_axes(_GYR, "gyr", "dps") if set(_GYR) <= set(names) else {}
    time = Meaning("time", "", unit, kind="sampletimefine")
    return ColumnChoice({_TIME: time, **three_axes(_ACC, "acc", "mps2"), **gyr}, program="Movella DOT")


def _unit(time: int, rows: Sequence[Sequence[str]], rate_hz: float | None) -> str | None:
    """What the sample times count: what the rate says, else µs where they step as the app's do, or do not tell."""
    ticks = [int(row[time]) for row in rows if len(row) > time and row[time].isdecimal() and len(row[time]) <= 10]
    if len(ticks) < 2:
        return WRAPPING_US
    step = float(np.median(np.abs(np.diff(ticks))))
    if rate_hz is not None and step > 0:
        in_us, in_tenths = (abs(np.log(step * rate_hz / each)) for each in (1e6, 1e4))
        return WRAPPING_US if in_us < in_tenths else WRAPPING_TENTHS_MS
    return WRAPPING_US if step >= LEAST_STEP_US else None
