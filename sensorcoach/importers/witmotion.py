"""WitMotion: the text files of its PC programs and apps, one row a sample, mostly separated by tabs.

``StartTime: 2021-05-12 …``, then ``Time(s) ChipTime ax(g) … wx(deg/s) … AngleX(deg) …``; newer versions write
``Time, Device name, Chip Time(), Acceleration X(g), …, Angular velocity X(°/s)``, the degree sign also in Chinese
encoding, decimals also with commas. ``Time`` is when the computer got the row, in bunches; ``ChipTime`` is the
sensor's own clock and is used where it moves. Sources: the vendor's recording examples, the reader of gyroflow's
telemetry-parser and public programs that read such files.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.export import three_axes
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import Meaning
from sensorcoach.importers.layout import HEADER_WITHIN_LINES, SEPARATORS, head_lines, split_cells

_AXES: Final[dict[Literal["acc", "gyr"], re.Pattern[str]]] = {
    "acc": re.compile(r"(?:a|acc|acceleration )([xyz])\s*\(g\)", re.IGNORECASE),
    "gyr": re.compile(r"(?:w|as|angular velocity )([xyz])\s*\(([^)]*)\)", re.IGNORECASE),
}
_CHIP_TIME: Final = re.compile(r"chip ?time(?:\(\))?", re.IGNORECASE)
_TIME: Final = re.compile(r"time(?:\(s\))?", re.IGNORECASE)
_DEVICE: Final = re.compile(r"device ?name", re.IGNORECASE)
_MOVING_SHARE: Final = 0.9
"""A clock of the sensor that is not sent, or only now and then, repeats itself."""


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """Which columns to use; None if this is no file of WitMotion's programs.

    Raises:
        InputError: it mixes the rows of several sensors.
    """
    lines = head_lines(head)
    for number, line in enumerate(lines[:HEADER_WITHIN_LINES]):
        if "(" not in line:
            continue
        for separator in SEPARATORS[:3]:
            names = split_cells(line, separator)
            axes = {sensor: _three(names, pattern) for sensor, pattern in _AXES.items()}
            if len(axes["acc"]) == 3 and (len(axes["gyr"]) == 3 or any(_CHIP_TIME.fullmatch(name) for name in names)):
                rows = [split_cells(row, separator) for row in lines[number + 1 :]]
                return _choice(file, names, axes, rows, notices)
    return None


def _three(names: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """The names of the axes x, y, z; as many as there are."""
    found = {match.group(1).lower(): name for name in names if (match := pattern.fullmatch(name))}
    return [found[axis] for axis in "xyz" if axis in found]


def _choice(
    file: RecordingFile,
    names: Sequence[str],
    axes: dict[Literal["acc", "gyr"], list[str]],
    rows: Sequence[Sequence[str]],
    notices: list[str],
) -> ColumnChoice | None:
    devices = {cell for name in names if _DEVICE.fullmatch(name) for cell in _column(names, name, rows)}
    if len(devices) > 1:
        raise InputError(
            f"{file} mixes the rows of several sensors ({', '.join(sorted(devices))[:80]}).",
            "Record or export each sensor into a file of its own.",
        )
    clocks = [name for name in names if _CHIP_TIME.fullmatch(name) and _moves(_column(names, name, rows))]
    clocks += [name for name in names if _TIME.fullmatch(name)]
    if not clocks:
        return None
    seconds = "s" if clocks[0].lower().endswith("(s)") else None
    meanings = {clocks[0]: Meaning("time", "", seconds, kind="time"), **three_axes(axes["acc"], "acc", "g")}
    if len(axes["gyr"]) == 3:
        radians = "rad" in axes["gyr"][0].lower()
        meanings |= three_axes(axes["gyr"], "gyr", "radps" if radians else "dps")
    if _TIME.fullmatch(clocks[0]) and any(_CHIP_TIME.fullmatch(name) for name in names):
        notices.append("Times are those at which the computer got the rows: the sensor's own clock stands still.")
    return ColumnChoice(meanings, program="WitMotion")


def _column(names: Sequence[str], name: str, rows: Sequence[Sequence[str]]) -> list[str]:
    place = list(names).index(name)
    return [row[place] for row in rows if len(row) > place]


def _moves(cells: Sequence[str]) -> bool:
    """Whether (nearly) every row has another time."""
    return len(set(cells)) > _MOVING_SHARE * len(cells) > 0
