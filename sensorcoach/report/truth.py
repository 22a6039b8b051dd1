"""What somebody counted by hand: a CSV, or the JSON that `simulate --truth` writes.

The CSV has a header and one row a repetition. All columns may be left out but the ones a row is found by::

    drop_start_s,drop_end_s,return_start_s,return_end_s,side,warnings
    3.41,4.93,9.73,11.09,left,
    13.45,14.37,19.15,20.50,right,too_fast:warn jarring

Times are in seconds on the recording's own time base, as `analyze --json` gives them; a row needs ``drop_start_s`` and
``return_end_s``, or ``time_s``, any instant inside the repetition. ``side`` is left or right, anything else is unknown.
``warnings`` are codes of the program separated by blanks, each with ``:note``, ``:warn`` or ``:severe``, or without a
severity for ``warn``. Without the column nothing is said about warnings; with it an empty cell says there were none.

Where only the number is known, a CSV of counts does: a header of ``left,right``, or ``count``, or ``least,most``, and
one row.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from sensorcoach.errors import InputError
from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.model import Severity, Side

BORDERS: Final = ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s")
_SEVERITIES: Final[dict[str, Severity]] = {"note": "note", "warn": "warn", "severe": "severe"}
_COUNT_COLUMNS: Final = {"left", "right", "count", "least", "most"}
_HELP: Final = "sensorcoach compare --help tells the columns."


@dataclass(frozen=True, slots=True)
class LabelledRep:
    """One repetition as labelled. ``borders``: those that are known, s; ``time_s``: an instant inside it.

    ``warnings``: code -> severity; None where nobody judged.
    """

    time_s: float
    borders: Mapping[str, float]
    side: Side | None
    warnings: Mapping[str, Severity] | None


@dataclass(frozen=True, slots=True)
class Truth:
    """``reps``: None where only numbers are known. ``least`` and ``most``: how many repetitions there were.

    ``judged``: the codes on which the labels say something; None: every one.
    """

    reps: tuple[LabelledRep, ...] | None
    least: int
    most: int
    left: int | None = None
    right: int | None = None
    judged: frozenset[str] | None = None


def read_truth(path: Path) -> Truth:
    """Read labels.

    Raises:
        InputError: the file cannot be read, or its columns or cells cannot be understood.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}.", "Check the path given to --truth.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a text file.", _HELP) from error
    return _of_json(path, text) if text.lstrip()[:1] == "{" else _of_csv(path, text)


# --- CSV --------------------------------------------------------------------------------------------------------------


def _of_csv(path: Path, text: str) -> Truth:
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    columns = {(name or "").strip() for name in rows.fieldnames or ()}
    cells = [{(name or "").strip(): (cell or "").strip() for name, cell in row.items()} for row in _plain(rows)]
    if "time_s" in columns or {"drop_start_s", "return_end_s"} <= columns:
        reps = tuple(_labelled(path, number, row, columns) for number, row in enumerate(cells, start=2))
        return _of_reps(reps, None)
    if columns & _COUNT_COLUMNS and len(cells) == 1:
        return _of_counts(path, cells[0])
    raise InputError(
        f"{path}: the columns {', '.join(sorted(columns)) or '(none)'} do not tell where a repetition was, "
        "and it is not one row of counts.",
        _HELP,
    )


def _plain(rows: csv.DictReader[str]) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if isinstance(cell, str)} for row in rows]


def _labelled(path: Path, number: int, row: Mapping[str, str], columns: set[str]) -> LabelledRep:
    borders = {name: _seconds(path, number, name, row[name]) for name in BORDERS if row.get(name)}
    if row.get("time_s"):
        time_s = _seconds(path, number, "time_s", row["time_s"])
    elif {"drop_start_s", "return_end_s"} <= set(borders):
        time_s = 0.5 * (borders["drop_start_s"] + borders["return_end_s"])
    else:
        raise InputError(f"{path}, line {number}: the time of the repetition is missing.", _HELP)
    side = row.get("side", "").lower()
    known: Side | None = "left" if side == "left" else "right" if side == "right" else None
    warnings = _warnings(path, number, row.get("warnings", "")) if "warnings" in columns else None
    return LabelledRep(time_s, borders, known, warnings)


def _seconds(path: Path, number: int, name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{path}, line {number}: {name} is {cell!r}, not a number of seconds.", _HELP)
    return value


def _warnings(path: Path, number: int, cell: str) -> dict[str, Severity]:
    told: dict[str, Severity] = {}
    for word in cell.split():
        code, _, severity = word.partition(":")
        if code not in ADVICE or severity not in ("", *_SEVERITIES):
            codes = ", ".join(ADVICE)
            raise InputError(f"{path}, line {number}: {word!r} is no warning.", f"Codes are {codes}.")
        told[code] = _SEVERITIES.get(severity, "warn")
    return told


def _of_counts(path: Path, row: Mapping[str, str]) -> Truth:
    numbers: dict[str, int] = {}
    for name in _COUNT_COLUMNS & set(row):
        if not row[name].isdecimal():
            raise InputError(f"{path}, line 2: {name} is {row[name]!r}, not a count.", _HELP)
        numbers[name] = int(row[name])
    left, right = numbers.get("left"), numbers.get("right")
    both = left + right if left is not None and right is not None else None
    count = numbers.get("count", both)
    least, most = numbers.get("least", count), numbers.get("most", count)
    if least is None or most is None or least > most:
        raise InputError(f"{path}: the counts do not tell how many repetitions there were.", _HELP)
    return Truth(None, least, most, left, right)


# --- JSON -------------------------------------------------------------------------------------------------------------


class _TrueRep(msgspec.Struct):
    drop_start_s: float
    drop_end_s: float
    return_start_s: float
    return_end_s: float
    side: Side
    complete: bool = True
    levels: dict[str, Severity] = {}
    margins: dict[str, float | None] = {}


class _Told(msgspec.Struct):
    reps: list[_TrueRep]


def _of_json(path: Path, text: str) -> Truth:
    try:
        told = msgspec.json.decode(text, type=_Told)
    except msgspec.DecodeError as error:
        raise InputError(f"{path} is not what `simulate --truth` writes: {error}.", _HELP) from error
    reps = tuple(
        LabelledRep(
            time_s=0.5 * (rep.drop_start_s + rep.return_end_s),
            borders={name: getattr(rep, name) for name in BORDERS},
            side=rep.side,
            warnings=rep.levels,
        )
        for rep in told.reps
    )
    judged = frozenset(code for rep in told.reps for code in (*rep.margins, *rep.levels))
    complete = sum(rep.complete for rep in told.reps)
    return _of_reps(reps, judged, least=complete)


def _of_reps(reps: tuple[LabelledRep, ...], judged: frozenset[str] | None, least: int | None = None) -> Truth:
    known = all(rep.side is not None for rep in reps)
    left, right = (sum(rep.side == side for rep in reps) if known else None for side in ("left", "right"))
    if judged is None and all(rep.warnings is None for rep in reps):
        judged = frozenset()
    return Truth(reps, len(reps) if least is None else least, len(reps), left, right, judged)
