"""How a table is written: separator, decimal comma, where its rows begin and which columns are used."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import TIME_UNITS, Meaning, meaning_of
from sensorcoach.importers.stamps import is_stamp

SEPARATORS: Final = (",", ";", "\t")
HEADER_WITHIN_LINES: Final = 60
"""Apps write a preamble of up to a dozen lines before the header."""
MOST_COLUMNS: Final = 500
"""Suits of many sensors have some hundred; a line with more is no header."""
_COLUMNS_ADVICE: Final = "Name the columns: --columns t=NAME,ax=NAME,ay=NAME,az=NAME (numbers 1, 2, 3 … work too)."
GIVE_THE_RATE: Final = "give the samples a second: --columns rate=100,ax=NAME,ay=NAME,az=NAME"
_COMMA_NUMBER: Final = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*")
_ELAPSED: Final = ("elapsed", "secondselapsed", "elapsedtime", "timeelapsed", "experimenttime")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place from 0, its name for messages, its unit where known."""

    index: int
    name: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Layout:
    """``cells``: cells in a row; ``first_line``: number of the first line with data.

    ``acc`` or ``gyr`` is empty where the table has none; not both.
    ``only_numbers``: every cell of the first rows is a number, which allows a faster way of reading.
    """

    separator: str
    decimal_comma: bool
    only_numbers: bool
    cells: int
    first_line: int
    time: Column | None
    rate_hz: float | None
    acc: tuple[Column, ...]
    gyr: tuple[Column, ...]

    @property
    def values(self) -> tuple[Column, ...]:
        """Acceleration and, where there is one, turning rate."""
        return self.acc + self.gyr


def layout_of(path: RecordingFile, head: bytes, choice: ColumnChoice, notices: list[str]) -> Layout:
    """Read the layout off the first lines.

    Args:
        path: for messages.
        head: the first lines of the file.
        choice: what the person said; it goes before what the header says.
        notices: what was assumed is added here.

    Raises:
        InputError: no table, or none with time and a sensor's three axes in it.
    """
    lines = [line for line in _numbered_lines(head) if line.text.strip()]
    if not lines:
        raise InputError(f"{path} holds only blank lines.", "Export or record it again.")
    if choice.in_order:
        return _in_order(path, lines, choice, notices)
    header = _named_header(lines, choice) if choice.named else _recognised_header(lines)
    if header is not None:
        return _with_header(path, lines, header, choice, notices)
    if choice.named:
        return _by_number(path, lines, choice, notices)
    return _without_header(path, lines, notices)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str

    @property
    def is_comment(self) -> bool:
        return self.text.lstrip().startswith(("#", "//"))


@dataclass(frozen=True, slots=True)
class _Header:
    line: _Line
    separator: str
    names: tuple[str, ...]


def _numbered_lines(head: bytes) -> list[_Line]:
    return [_Line(number, text) for number, text in enumerate(head_lines(head), start=1)]


def head_lines(head: bytes) -> list[str]:
    """The first lines of a file as text: enough for a long preamble and to see what the columns hold."""
    return [decoded_text(line) for line in head.split(b"\n")[:400]]


def decoded_text(line: bytes) -> str:
    """Text for people, also from files of old Windows programs."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def split_cells(text: str, separator: str) -> list[str]:
    """The cells of one line, unquoted and stripped; a line that cannot be cut is one cell."""
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=separator), [])]
    except csv.Error:
        return [text]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, their meanings by place, and the cells of the first row below."""

    names: tuple[str, ...]
    meanings: Mapping[int, Meaning]
    first_row: tuple[str, ...]

    def names_of(self, quantity: str) -> tuple[str, ...]:
        """Names of the columns of a quantity (see `Meaning`), in the order of the table."""
        return tuple(self.names[place] for place, meaning in self.meanings.items() if meaning.quantity == quantity)

    def first_value(self, name: str) -> float | None:
        """The number in the first row below a name."""
        place = self.names.index(name)
        cell = self.first_row[place].replace(",", ".") if place < len(self.first_row) else ""
        return float(cell) if _is_number(cell, decimal_comma=True) else None


def header_of(head: bytes) -> Header | None:
    """The header among the first lines of a file, or None if no line names three axes."""
    lines = [line for line in _numbered_lines(head) if line.text.strip()]
    found = _recognised_header(lines)
    if found is None:
        return None
    below = next((line.text for line in lines if line.number > found.line.number and not line.is_comment), "")
    return Header(found.names, _meanings(found.names), tuple(split_cells(below, found.separator)))


def _recognised_header(lines: Sequence[_Line]) -> _Header | None:
    """The first line that names three axes; else such a line behind a comment sign, as array programs write it."""
    plain = [line for line in lines[:HEADER_WITHIN_LINES] if not line.is_comment]
    commented = [
        _Line(line.number, line.text.lstrip("#/ \t")) for line in lines[:HEADER_WITHIN_LINES] if line.is_comment
    ]
    for line in (*plain, *reversed(commented)):
        found = [_Header(line, separator, tuple(split_cells(line.text, separator))) for separator in SEPARATORS]
        best = max(found, key=lambda header: _recognised(header.names))
        if _recognised(best.names) >= 3:
            return best
    return None


def _recognised(names: Sequence[str]) -> int:
    """Number of columns with a known axis; none if no table has so many."""
    meanings = [meaning_of(name) for name in names] if len(names) <= MOST_COLUMNS else []
    return sum(1 for meaning in meanings if meaning is not None and meaning.axis)


def _named_header(lines: Sequence[_Line], choice: ColumnChoice) -> _Header | None:
    """The first line that holds all the names given."""
    wanted = {name.lower() for name in choice.named}
    for line in lines[:HEADER_WITHIN_LINES]:
        for separator in SEPARATORS:
            names = split_cells(line.text.lstrip("#/ \t") if line.is_comment else line.text, separator)
            if wanted <= {name.lower() for name in names}:
                return _Header(line, separator, tuple(names))
    return None


def _with_header(
    path: RecordingFile, lines: Sequence[_Line], header: _Header, choice: ColumnChoice, notices: list[str]
) -> Layout:
    data = [line for line in lines if line.number > header.line.number and not line.is_comment]
    if not data:
        raise InputError(f"{path} holds a header and no rows.", "Record or export it again.")
    first_cells = split_cells(data[0].text, header.separator)
    names = header.names
    while names and not names[-1]:
        names = names[:-1]
    if choice.named:
        places = {name.lower(): index for index, name in reversed(list(enumerate(names)))}
        named = {places[name.lower()]: meaning for name, meaning in choice.named.items()}
        meanings = {**_time_meanings(names), **named} if not _has_time(named) else named
    else:
        meanings = _meanings(names)
    return _layout(path, header.separator, names, meanings, data, choice, first_cells, notices)


def _in_order(path: RecordingFile, lines: Sequence[_Line], choice: ColumnChoice, notices: list[str]) -> Layout:
    data = [line for line in lines if not line.is_comment]
    separator = _likely_separator(data, at_least=len(choice.in_order))
    if separator is None:
        raise InputError(
            f"{path} has fewer than the {len(choice.in_order)} columns named by --columns.", _COLUMNS_ADVICE
        )
    while data and not _is_row(split_cells(data[0].text, separator), separator):
        data = data[1:]
    if not data:
        raise _no_table(path, lines)
    names = choice.in_order
    return _layout(
        path, separator, names, _meanings(names), data, choice, split_cells(data[0].text, separator), notices
    )


def _by_number(path: RecordingFile, lines: Sequence[_Line], choice: ColumnChoice, notices: list[str]) -> Layout:
    data = [line for line in lines if not line.is_comment]
    if not all(name.isdigit() and int(name) > 0 for name in choice.named):
        raise _no_such_column(path, lines, choice)
    last = max(int(name) for name in choice.named)
    separator = _likely_separator(data, at_least=last)
    if separator is None:
        raise InputError(f"{path} has no column {last}.", _COLUMNS_ADVICE)
    while data and not _is_row(split_cells(data[0].text, separator), separator):
        data = data[1:]
    if not data:
        raise _no_table(path, lines)
    cells = split_cells(data[0].text, separator)
    names = tuple(f"column {number}" for number in range(1, len(cells) + 1))
    meanings = {int(name) - 1: meaning for name, meaning in choice.named.items()}
    return _layout(path, separator, names, meanings, data, choice, cells, notices)


def _no_such_column(path: RecordingFile, lines: Sequence[_Line], choice: ColumnChoice) -> InputError:
    """Names the column that the most header-like line lacks."""
    cells = [split_cells(line.text, separator) for line in lines[:HEADER_WITHIN_LINES] for separator in SEPARATORS]
    wanted = {name.lower(): name for name in choice.named}
    best = max(cells, key=lambda names: len(wanted.keys() & {name.lower() for name in names}))
    missing = [name for key, name in wanted.items() if key not in {cell.lower() for cell in best}]
    return InputError(f"{path} has no column {missing[0]!r}; there is {', '.join(best)[:200]}.", _COLUMNS_ADVICE)


def _without_header(path: RecordingFile, lines: Sequence[_Line], notices: list[str]) -> Layout:
    """The form of accelerometer loggers: ``timestamp,x,y,z`` in g."""
    data = [line for line in lines if not line.is_comment]
    separator = _likely_separator(data, at_least=4)
    cells = split_cells(data[0].text, separator) if separator and data else []
    if separator is None or not _is_row(cells, separator):
        raise _no_table(path, lines)
    if len(cells) != 4:
        raise InputError(f"{path} has {len(cells)} columns and no header that names them.", _COLUMNS_ADVICE)
    notices.append("No header: read as time, x, y, z of an accelerometer.")
    meanings = {
        0: Meaning("time", "", None, "t"),
        1: Meaning("acc", "x", None, "a"),
        2: Meaning("acc", "y", None, "a"),
        3: Meaning("acc", "z", None, "a"),
    }
    names = ("column 1", "column 2", "column 3", "column 4")
    return _layout(path, separator, names, meanings, data, ColumnChoice({}, (), None), cells, notices)


def _no_table(path: RecordingFile, lines: Sequence[_Line]) -> InputError:
    line = next((line for line in lines if not line.is_comment), lines[0])
    return InputError(
        f"{path}, line {line.number}: {line.text.strip()[:60]!r} is neither a header that names acceleration columns "
        "nor a row of numbers.",
        _COLUMNS_ADVICE,
    )


def _likely_separator(lines: Sequence[_Line], at_least: int) -> str | None:
    """The separator that cuts most of the first lines into at least so many cells, and cuts them finest."""
    best: tuple[int, str] | None = None
    for separator in SEPARATORS:
        counts = [len(split_cells(line.text, separator)) for line in lines[:20]]
        enough = [count for count in counts if count >= at_least]
        if len(enough) * 2 > len(counts) and (best is None or min(enough) > best[0]):
            best = (min(enough), separator)
    return best[1] if best else None


def _is_row(cells: Sequence[str], separator: str) -> bool:
    filled = [cell for cell in cells if cell]
    numbers = [cell for cell in filled if _is_number(cell, decimal_comma=separator != ",")]
    return len(numbers) >= 3 and all(cell in numbers or is_stamp(cell) for cell in filled)


def _is_number(cell: str, *, decimal_comma: bool) -> bool:
    try:
        float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        return False
    return True


def _meanings(names: Sequence[str]) -> dict[int, Meaning]:
    found = {index: meaning_of(name) for index, name in enumerate(names)}
    return {index: meaning for index, meaning in found.items() if meaning is not None}


def _time_meanings(names: Sequence[str]) -> dict[int, Meaning]:
    return {index: meaning for index, meaning in _meanings(names).items() if meaning.quantity == "time"}


def _has_time(meanings: Mapping[int, Meaning]) -> bool:
    return any(meaning.quantity == "time" for meaning in meanings.values())


def _layout(
    path: RecordingFile,
    separator: str,
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    data: Sequence[_Line],
    choice: ColumnChoice,
    first_cells: Sequence[str],
    notices: list[str],
) -> Layout:
    rows = [split_cells(line.text, separator) for line in data[:50]]
    acc = _triple(path, names, meanings, "acc", notices) or _triple(path, names, meanings, "bare", notices)
    gyr = _triple(path, names, meanings, "gyr", notices)
    if not acc and not (gyr and _linear(names, meanings) is None):
        raise _no_acceleration(path, names, meanings)
    time = None if choice.rate_hz is not None else _time_column(path, names, meanings, first_cells)
    decimal_comma = any(_COMMA_NUMBER.fullmatch(cell) for row in rows for cell in row)
    cells = Counter(len(row) for row in rows).most_common(1)[0][0]
    surplus = [cell for row in rows if len(row) == cells for cell in row[len(names) :]]
    if cells < len(names) or (any(surplus) and not choice.in_order):
        raise InputError(
            f"{path}, line {data[0].number}: {cells} values where the header names {len(names)} columns.",
            "Export it again; numbers and columns must not both be separated by commas.",
        )
    numeric = all(_is_number(cell, decimal_comma=decimal_comma) for row in rows for cell in row)
    return Layout(separator, decimal_comma, numeric, cells, data[0].number, time, choice.rate_hz, acc, gyr)


def _triple(
    path: RecordingFile, names: Sequence[str], meanings: Mapping[int, Meaning], quantity: str, notices: list[str]
) -> tuple[Column, ...]:
    """The columns x, y, z of one sensor; the first one that is whole, one with gravity surely in it before others."""
    groups: dict[str, dict[str, Column]] = {}
    for index, meaning in sorted(meanings.items()):
        if meaning.quantity == quantity:
            groups.setdefault(meaning.group, {}).setdefault(meaning.axis, Column(index, names[index], meaning.unit))
    whole = [group for group, axes in groups.items() if len(axes) == 3]
    if not whole:
        if groups and quantity == "gyr":
            notices.append("The gyroscope's columns are not complete (x, y and z); it is left out.")
        return ()
    chosen = max(whole, key=lambda group: ("total" in group or group == "gf", -whole.index(group)))
    columns = tuple(groups[chosen][axis] for axis in "xyz")
    if len(whole) > 1:
        notices.append(f"Several sensors in one table: {', '.join(column.name for column in columns)} are used.")
    if len({column.unit for column in columns}) > 1:
        raise InputError(
            f"{path} gives {', '.join(column.name for column in columns)} in different units.", _COLUMNS_ADVICE
        )
    return columns


def _no_acceleration(path: RecordingFile, names: Sequence[str], meanings: Mapping[int, Meaning]) -> InputError:
    linear = _linear(names, meanings)
    if linear is not None:
        return InputError(
            f"{path} holds acceleration without gravity ({linear}); gravity is what shows how far a leg has rolled.",
            "Export the raw accelerometer (in phone apps: acceleration with g).",
        )
    return InputError(
        f"{path} names no three acceleration columns (its columns: {', '.join(names)[:200]}).", _COLUMNS_ADVICE
    )


def _linear(names: Sequence[str], meanings: Mapping[int, Meaning]) -> str | None:
    """The first column of acceleration without gravity."""
    return next((names[index] for index, meaning in sorted(meanings.items()) if meaning.quantity == "linear"), None)


def _time_column(
    path: RecordingFile, names: Sequence[str], meanings: Mapping[int, Meaning], first_cells: Sequence[str]
) -> Column:
    candidates = [
        Column(index, names[index], meaning.unit)
        for index, meaning in sorted(meanings.items())
        if meaning.quantity == "time"
    ]
    if not candidates:
        raise InputError(
            f"{path} has no time column (its columns: {', '.join(names)[:200]}).",
            f"Name it with --columns t=NAME, or {GIVE_THE_RATE}.",
        )

    def fitness(column: Column) -> tuple[bool, bool, bool, int]:
        cell = first_cells[column.index] if column.index < len(first_cells) else ""
        readable = bool(cell) and (is_stamp(cell) or _is_number(cell, decimal_comma=True))
        return (
            readable,
            column.unit in TIME_UNITS,
            meanings[column.index].group in _ELAPSED,
            -column.index,
        )

    return max(candidates, key=fitness)
