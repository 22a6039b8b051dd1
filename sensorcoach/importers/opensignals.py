"""OpenSignals (biosignalsplux, BITalino): raw counts of a converter behind a header of comments with JSON.

``# OpenSignals Text File Format…`` / ``# {"00:07:80:…": {"sensor": ["XYZ", …], "sampling rate": 1000, …}}`` /
``# EndOfHeader``, then tabs between nSeq, digital inputs and channels. An accelerometer's axis is three channels in a
row. 1 g is half the way between the counts of -1 g and 1 g, which are typical values of the data sheets (biosignalsplux
ACC: 28000 and 38000 of 16 bits; BITalino ACC: 208 and 312 of 10 bits); gravity's length is checked, as always. Sources:
the vendor's description of the format and of the sensors' transfer functions.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.layout import head_lines

_FIRST: Final = "# OpenSignals Text File Format"
_COUNTS: Final = {16: (28000.0, 38000.0), 10: (208.0, 312.0)}
"""Counts at -1 g and at 1 g by bits of the converter."""
_SENSORS: Final = ("ACC", "XYZ")


def columns_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice | None:
    """How to read it; None if this is no such file, or has no accelerometer."""
    lines = head_lines(head)[:10]
    if not lines or not lines[0].startswith(_FIRST):
        return None
    about = next((told for line in lines[1:] if (told := _json(line.lstrip("# "))) is not None), {})
    device = next((one for one in about.values() if isinstance(one, dict)), None)
    if device is None:
        return None
    try:
        channels = [str(name).upper() for name in device["sensor"]]
        columns, bits, rate_hz = list(device["column"]), list(device["resolution"]), float(device["sampling rate"])
    except (KeyError, TypeError, ValueError):
        return None
    first = next((place for place in range(len(channels) - 2) if _is_triple(channels[place : place + 3])), None)
    if first is None or len(columns) < len(channels):
        return None
    place = len(columns) - len(channels) + first
    names = ["-"] * place + ["ax_g", "ay_g", "az_g"] + ["-"] * (len(columns) - place - 3)
    low, high = _COUNTS.get(_bits(bits, len(columns) - len(channels) + first, first), _COUNTS[16])
    notices.append(f"Acceleration is counts of a converter: {low:g} is taken for -1 g and {high:g} for 1 g.")
    start = f"{device.get('date', '')} {device.get('time', '')}"
    return ColumnChoice(
        in_order=tuple(names), rate_hz=rate_hz, offset=(low + high) / 2, scale=2 / (high - low),
        start_stamp=start, program="OpenSignals",
    )  # fmt: skip


def _is_triple(names: list[str]) -> bool:
    return all(any(name.startswith(kind) for kind in _SENSORS) for name in names)


def _bits(bits: list[Any], column: int, channel: int) -> int:
    """The converter's bits: some list one number a column, some one a channel."""
    for place in (column, channel):
        if place < len(bits) and bits[place] in _COUNTS:
            return int(bits[place])
    return 16


def _json(text: str) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
