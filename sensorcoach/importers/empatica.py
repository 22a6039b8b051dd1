"""Empatica E4: ``ACC.csv`` with the start (s since 1970) and the rate in its first two lines, then x,y,z in 1/64 g.

``1544003230.00, 1544003230.00, 1544003230.00`` / ``32.000000, 32.000000, 32.000000`` / ``-12,3,63`` … Sources: the
vendor's description of the export and public recordings.
"""

from __future__ import annotations

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.clock import UNIX_S
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.instants import instant
from sensorcoach.importers.layout import head_lines, split_cells

_RATES_HZ = (8.0, 128.0)
"""The E4 gives 32."""
_WHOLE_ROWS = 20


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """How to read it; None if this is no such file."""
    rows = [split_cells(line, ",") for line in head_lines(head)[: 2 + _WHOLE_ROWS]]
    if len(rows) < 3 or any(len(row) != 3 for row in rows[:3]) or len(set(rows[0])) > 1 or len(set(rows[1])) > 1:
        return None
    try:
        begun_s, rate_hz = float(rows[0][0]), float(rows[1][0])
    except ValueError:
        return None
    if not (UNIX_S[0] <= begun_s <= UNIX_S[1] and _RATES_HZ[0] <= rate_hz <= _RATES_HZ[1]):
        return None
    axes = ("ax_g64", "ay_g64", "az_g64")
    return ColumnChoice(in_order=axes, rate_hz=rate_hz, start=instant(begun_s), skip=2, program="Empatica")
