"""Binary files of research loggers: Axivity ``.cwa``, GENEActiv ``.bin``, ActiGraph ``.gt3x``, by `actfast`.

Chosen for the extra ``loggers``: it reads all three, is a single wheel of half a megabyte for every system, needs numpy
alone, and is under the MIT licence. Not chosen: scikit-digital-health (MIT, but it brings eleven libraries,
scikit-learn and lightgbm among them), pygt3x (GPL, one format), actipy (needs Java; for academics only).
The library reads a file as a whole: a day at 100 samples a second takes about 0.2 GB.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import Asked
from sensorcoach.importers.export import Export, Part, Sensor
from sensorcoach.importers.instants import instant
from sensorcoach.importers.merging import Stream
from sensorcoach.importers.units import ACC_SCALE, GYR_SCALE, IN_WORDS, acceleration_unit, rest_magnitude
from sensorcoach.model import Floats, ReadAs

_CWA: Final = b"MD"
_GENEACTIV: Final = b"Device Identity"
_GT3X_FILES: Final = {"info.txt", "log.bin"}
_ROWS: Final = 16384
_FEWEST: Final = 10


def is_logger_file(path: Path, head: bytes) -> bool:
    """Whether a file is one of a research logger's."""
    if head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                return set(archive.namelist()) >= _GT3X_FILES
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
            return False
    return head.startswith(_GENEACTIV) or (head.startswith(_CWA) and 0 in head[:64])


def logger_export(path: Path) -> Export:
    """The export in a logger's file.

    Raises:
        InputError: it is damaged, or the library is not installed.
    """
    try:
        import actfast
    except ImportError as error:
        raise InputError(
            f"{path} is a binary file of a research logger.",
            "Install sensorcoach[loggers], or export it as CSV with the maker's program.",
        ) from error
    try:
        read = actfast.read(str(path), lenient=True)
    except (ValueError, OSError) as error:
        raise InputError(f"{path} cannot be read: {str(error)[:100]}.", "Download it from the logger again.") from error
    tables = [one for one in read["timeseries"].values() if len(one["datetime"]) >= _FEWEST]
    holding = [one for one in tables if "acceleration" in one or "gyroscope" in one]
    if not any("acceleration" in one for one in holding):
        raise InputError(f"{path} holds no acceleration.", "Download it from the logger again.")
    zero_ns = int(min(one["datetime"][0] for one in holding))
    parts = [_part(path, one, zero_ns) for one in holding]
    warned = tuple(f"{str(words).rstrip('.')}." for words in read.get("warnings", [])[:3])
    return Export(str(read["format"]), parts, start=instant(zero_ns / 1e9), notices=warned)


def _part(path: Path, table: Mapping[str, Any], zero_ns: int) -> Part:
    kinds = [name for name in ("acceleration", "gyroscope") if name in table]
    sensor: Sensor = "acc+gyr" if len(kinds) == 2 else "acc" if kinds == ["acceleration"] else "gyr"

    def opened(asked: Asked, notices: list[str], told: ReadAs, _: dict[str, int]) -> Stream:
        t_s = (table["datetime"] - zero_ns) / 1e9
        period_s = float(np.median(np.diff(t_s)))
        factors = []
        for name in kinds:
            told.columns[_WORDS[name]] = ["x", "y", "z"]
            unit = "dps"
            if name == "acceleration":
                rest = rest_magnitude(table[name][: 60 * _ROWS].astype(np.float64), 1 / max(period_s, 1e-6))
                unit = acceleration_unit(path, rest, "g", asked.unit, notices)
            told.units[_WORDS[name]] = IN_WORDS[unit]
            factors += [(ACC_SCALE | GYR_SCALE)[unit]] * 3
        return Stream(path.name, period_s, _blocks(t_s, [table[name] for name in kinds], np.array(factors)))

    return Part(sensor, path.name, 0.0, opened, file=path)


_WORDS: Final = {"acceleration": "acceleration", "gyroscope": "turning rate"}


def _blocks(t_s: Floats, values: list[Any], factors: Floats) -> Iterator[Floats]:
    for start in range(0, len(t_s), _ROWS):
        rows = slice(start, start + _ROWS)
        yield np.column_stack((t_s[rows], np.column_stack([one[rows].astype(np.float64) for one in values]) * factors))
