"""How a table is written: separator, decimal comma, where its rows begin and which columns are used."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.clock import Advice, Clock, clock_of
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import Meaning, compact, meaning_of, unit_spelt
from sensorcoach.importers.interleaved import Interleaved, interleaved_by_blanks, interleaved_by_kind
from sensorcoach.importers.numerals import Marks
from sensorcoach.importers.preamble import Preamble, preamble_of
from sensorcoach.importers.rowsets import RowSet, row_set_of
from sensorcoach.importers.sensors import (
    Axes,
    Column,
    SensorColumns,
    chosen_name,
    incomplete,
    sensors_in,
    usable,
)
from sensorcoach.importers.signs import is_core_motion
from sensorcoach.importers.stamps import instant_of, is_stamp
from sensorcoach.importers.suggestion import USUAL_HZ, is_acceleration, spelled_columns, suggested_columns
from sensorcoach.importers.units import ACC_SCALE
from sensorcoach.model import Floats

SEPARATORS: Final = (",", ";", "\t", "|", " ")
"""As they are tried; where two cut a line into as many cells, the first one is meant."""
HEADER_WITHIN_LINES: Final = 400
"""A preamble may have hundreds of lines (GENEActiv: 100); where rows begin earlier, so far and no further."""
ROWS_LOOKED_AT: Final = 400
FIRST_ROWS: Final = 5
"""So many lines of numbers one after the other are a table's rows, not a preamble's."""
MOST_COLUMNS: Final = 500
"""Suits of many sensors have some hundred; a line with more is no header."""
SAME_AS_GRAVITY: Final = 0.7
"""Least correlation of an acceleration with gravity beside it that shows that gravity is in it."""
_ROS_RATE: Final = "angularvelocity"
_COMMA_NUMBER: Final = re.compile(r"\s*[+-]?\d+,\d+([eE][+-]?\d+)?\s*")
_POINT_NUMBER: Final = re.compile(r"\s*[+-]?\d*\.\d+([eE][+-]?\d+)?\s*")
_POINTS_AND_COMMA: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+\s*")
_NUMERIC: Final = re.compile(r"\s*[+-]?\d[\d.,' \u00a0\u202f]*(?:[eE][+-]?\d+)?\s*")
_GROUPED_BY: Final = {
    mark: re.compile(rf"\s*[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+([{'.' if mark != '.' else ','}]\d*)?\s*")
    for mark in (",", ".", "'", "\u00a0", "\u202f", " ")
}
GROUPED_SHARE: Final = 0.98
_GROUPED: Final = re.compile(r"\s*[+-]?[1-9]\d{0,2}(?:([,.' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?\s*")


@dataclass(frozen=True, slots=True)
class Layout:
    """``cells``: cells in a row; ``first_line``: number of the first line with data.

    ``acc`` or ``gyr`` is empty where the table has none; not both. Where ``gravity`` is not, ``acc`` is without it, and
    gravity times ``gravity_scale`` is added. ``sparse``: rows without any value are left out as another sensor's.
    ``offset`` and ``scale``: acceleration is (number - offset) x scale. ``only``: rows of one sensor. ``only_numbers``:
    every cell of the first rows is a number, which allows a faster way of reading. ``streams``: the sensors have rows
    of their own; then they are read one by one.
    """

    separator: str
    decimal_comma: bool
    thousands: str
    only_numbers: bool
    cells: int
    first_line: int
    names: tuple[str, ...]
    clock: Clock | None
    rate_hz: float | None
    start: str | None
    zero: str | None
    sensor: str
    acc: Axes
    gyr: Axes
    gravity: Axes = ()
    gravity_scale: float = 1.0
    only: RowSet | None = None
    sparse: bool = False
    sign: float = 1.0
    offset: float = 0.0
    scale: float = 1.0
    unused: tuple[str, ...] = ()
    streams: tuple[Interleaved, ...] = ()
    advice: Advice = str

    @property
    def time(self) -> Column | None:
        """The column that tells time."""
        return None if self.clock is None else self.clock.column

    @property
    def date(self) -> Column | None:
        """The column with the date beside it."""
        return None if self.clock is None else self.clock.date

    @property
    def values(self) -> Axes:
        """Acceleration and, where there is one, turning rate."""
        return self.acc + self.gyr

    @property
    def columns(self) -> Axes:
        """All columns that are read, gravity last."""
        return self.acc + self.gyr + self.gravity


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
    lines = [line for line in _numbered_lines(head)[choice.skip :] if line.text.strip(" \t\r,;")]
    if not lines:
        raise InputError(f"{path} holds only blank lines.", "Export or record it again.")
    body = _body(lines)
    if choice.in_order:
        return _in_order(path, lines, body, choice, notices)
    header = _named_header(lines, choice) if choice.named else _recognised_header(lines, body)
    if header is not None:
        return _with_header(path, lines, header, choice, notices)
    if choice.named:
        return _by_number(path, lines, body, choice, notices)
    return _without_header(path, lines, body, choice, notices)


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


@dataclass(frozen=True, slots=True)
class _Body:
    """Where rows of numbers begin: the place among the lines, and what separates their cells."""

    place: int
    separator: str


def _numbered_lines(head: bytes) -> list[_Line]:
    return [_Line(number, text) for number, text in enumerate(head_lines(head), start=1)]


def head_lines(head: bytes) -> list[str]:
    """The first lines of a file as text: enough for a long preamble and to see what the columns hold."""
    return [decoded_text(line) for line in head.split(b"\n", HEADER_WITHIN_LINES + ROWS_LOOKED_AT)][
        : HEADER_WITHIN_LINES + ROWS_LOOKED_AT
    ]


def decoded_text(line: bytes) -> str:
    """Text for people, also from files of old Windows programs."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def split_cells(text: str, separator: str) -> list[str]:
    """The cells of one line, unquoted and stripped; a line that cannot be cut is one cell."""
    if separator == " ":
        return text.split()
    if separator == "|":
        return [cell.strip(' \t"') for cell in text.strip("| \t").split("|")]
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
        cell = self.first_row[place] if place < len(self.first_row) else ""
        return _number(cell, decimal_comma=True)


def header_of(head: bytes) -> Header | None:
    """The header among the first lines of a file, or None if no line names three axes."""
    lines = [line for line in _numbered_lines(head) if line.text.strip(" \t\r,;")]
    found = _recognised_header(lines, _body(lines))
    if found is None:
        return None
    below = next((line.text for line in lines if line.number > found.line.number and not line.is_comment), "")
    return Header(found.names, _meanings(found.names), tuple(split_cells(below, found.separator)))


def looks_like_rows(head: bytes) -> bool:
    """Whether a file without a header holds rows of three numbers or more."""
    lines = [line for line in _numbered_lines(head) if line.text.strip(" \t\r,;")]
    return _body(lines) is not None


def _body(lines: Sequence[_Line]) -> _Body | None:
    """The first rows of numbers that follow each other; cut by the separator that finds them first, and cuts finest."""
    best: tuple[int, int, _Body] | None = None
    for separator in SEPARATORS:
        if separator == " " and best is not None:
            break
        run = cells = 0
        for place, line in enumerate(lines[: HEADER_WITHIN_LINES + FIRST_ROWS]):
            if line.is_comment:
                continue
            row = split_cells(line.text, separator) if separator in line.text else []
            run = run + 1 if len(row) == cells and run else 1
            cells = len(row)
            if cells < 3 or cells > MOST_COLUMNS or not _is_row(row, separator):
                run = cells = 0
            elif run == FIRST_ROWS or (place == len(lines) - 1 and all(map(_is_value, row))):
                begins = place - run + 1
                if best is None or (begins, -cells) < best[:2]:
                    best = (begins, -cells, _Body(begins, separator))
                break
    return best[2] if best else None


def _recognised_header(lines: Sequence[_Line], body: _Body | None) -> _Header | None:
    """The line before the rows that names most axes; else such a line behind a comment sign, as array programs write
    it.
    """
    before = lines[: min(HEADER_WITHIN_LINES, body.place if body else HEADER_WITHIN_LINES)]
    plain = [line for line in before if not line.is_comment]
    commented = [_Line(line.number, line.text.lstrip("#/ \t")) for line in before if line.is_comment]
    for separators in ([body.separator] if body else [], SEPARATORS):
        for group in (plain, commented[::-1]):
            found = [
                (_recognised(names), _Header(line, separator, names))
                for line in group
                for separator in separators
                if separator in line.text
                for names in [tuple(split_cells(line.text, separator))]
            ]
            best = max(found, key=lambda one: one[0], default=None)
            if best is not None and best[0] >= 3:
                return best[1]
    return None


def _recognised(names: Sequence[str]) -> int:
    """Number of columns with a known axis; none if no table has so many."""
    meanings = [meaning_of(name) for name in names] if len(names) <= MOST_COLUMNS else []
    return sum(1 for meaning in meanings if meaning is not None and meaning.axis)


def _named_header(lines: Sequence[_Line], choice: ColumnChoice) -> _Header | None:
    """The first line that holds all the names given."""
    wanted = {name.lower() for name in choice.named}
    if all(name.isdigit() for name in wanted):
        return None
    for line in lines[:HEADER_WITHIN_LINES]:
        for separator in SEPARATORS:
            names = split_cells(line.text.lstrip("#/ \t") if line.is_comment else line.text, separator)
            if wanted <= {name.lower() for name in names}:
                return _Header(line, separator, tuple(names))
    return None


def _with_header(
    path: RecordingFile, lines: Sequence[_Line], header: _Header, choice: ColumnChoice, notices: list[str]
) -> Layout:
    place = next(place for place, line in enumerate(lines) if line.number == header.line.number)
    data = [line for line in lines[place + 1 :] if not line.is_comment]
    units = _units_row(data, header)
    data = data[_rows_without_numbers(data, header) :]
    if not data:
        raise InputError(f"{path} holds a header and no rows.", "Record or export it again.")
    names = header.names
    while names and not names[-1]:
        names = names[:-1]
    if choice.named:
        places = {name.lower(): index for index, name in reversed(list(enumerate(names)))}
        named = {places[name.lower()]: meaning for name, meaning in choice.named.items()}
        meanings = {**_time_meanings(names), **named} if not _has_time(named) else named
    else:
        meanings = {
            index: replace(meaning, unit=units.get(index)) if meaning.unit is None else meaning
            for index, meaning in _meanings(names).items()
        }
    told = preamble_of([line.text for line in lines[:place]])
    return _layout(path, header.separator, names, meanings, data, choice, told, notices)


def _units_row(data: Sequence[_Line], header: _Header) -> dict[int, str]:
    """Units that stand in a line of their own below the names."""
    for line in data[:3]:
        cells = split_cells(line.text, header.separator)
        units = {index: unit for index, cell in enumerate(cells) if (unit := unit_spelt(cell)) is not None}
        if len(units) >= 3:
            return units
    return {}


def _rows_without_numbers(data: Sequence[_Line], header: _Header) -> int:
    """Lines below the header that are no rows: units, or words like CAL."""
    for place, line in enumerate(data[:4]):
        if any(_is_number(cell, decimal_comma=True) for cell in split_cells(line.text, header.separator)):
            return place if place < 4 else 0
    return 0


def _in_order(
    path: RecordingFile, lines: Sequence[_Line], body: _Body | None, choice: ColumnChoice, notices: list[str]
) -> Layout:
    if body is None:
        raise _no_table(path, lines)
    names = choice.in_order
    if len(split_cells(lines[body.place].text, body.separator)) < len(names):
        raise InputError(f"{path} has fewer than the {len(names)} columns named by --columns.", _advice(lines, body))
    return _of_body(path, lines, body, names, _meanings(names), choice, notices)


def _by_number(
    path: RecordingFile, lines: Sequence[_Line], body: _Body | None, choice: ColumnChoice, notices: list[str]
) -> Layout:
    if not all(name.isdigit() and int(name) > 0 for name in choice.named):
        raise _no_such_column(path, lines, body, choice)
    if body is None:
        raise _no_table(path, lines)
    last = max(int(name) for name in choice.named)
    number = len(split_cells(lines[body.place].text, body.separator))
    if last > number:
        raise InputError(f"{path} has no column {last}.", _advice(lines, body))
    names = tuple(f"column {number}" for number in range(1, number + 1))
    meanings = {int(name) - 1: meaning for name, meaning in choice.named.items()}
    return _of_body(path, lines, body, names, meanings, choice, notices)


def _no_such_column(
    path: RecordingFile, lines: Sequence[_Line], body: _Body | None, choice: ColumnChoice
) -> InputError:
    """Names the column that the most header-like line lacks."""
    cells = [split_cells(line.text, separator) for line in lines[:HEADER_WITHIN_LINES] for separator in SEPARATORS]
    wanted = {name.lower(): name for name in choice.named}
    best = max(cells, key=lambda names: len(wanted.keys() & {name.lower() for name in names}))
    missing = [name for key, name in wanted.items() if key not in {cell.lower() for cell in best}]
    return InputError(f"{path} has no column {missing[0]!r}; there is {', '.join(best)[:200]}.", _advice(lines, body))


def _without_header(
    path: RecordingFile, lines: Sequence[_Line], body: _Body | None, choice: ColumnChoice, notices: list[str]
) -> Layout:
    """The forms of accelerometer loggers: ``timestamp,x,y,z`` in g, or ``x,y,z`` behind a line that tells the rate."""
    if body is None:
        raise _no_table(path, lines)
    number = len(split_cells(lines[body.place].text, body.separator))
    axes = {place: Meaning("acc", axis, None) for place, axis in enumerate(_AXES)}
    names = tuple(f"column {place}" for place in range(1, number + 1))
    told = preamble_of([line.text for line in lines[: body.place]])
    if number == 3 and (choice.rate_hz or told.rate_hz):
        notices.append("No header: read as x, y, z of an accelerometer.")
        return _of_body(path, lines, body, names, axes, choice, notices)
    if number > 4 and is_stamp(split_cells(lines[body.place].text, body.separator)[0]) and _shows_gravity(lines, body):
        notices.append("No header: read as time, x, y, z of an accelerometer; further columns are left out.")
    elif number != 4:
        raise InputError(
            f"{path}, line {lines[body.place].number}: {number} columns and no header that names them.",
            _advice(lines, body),
        )
    else:
        notices.append("No header: read as time, x, y, z of an accelerometer.")
    meanings = {0: Meaning("time", "", None, kind="t"), **{place + 1: axis for place, axis in axes.items()}}
    return _of_body(path, lines, body, names, meanings, choice, notices)


def _shows_gravity(lines: Sequence[_Line], body: _Body) -> bool:
    """Whether the three columns behind the first are an accelerometer's."""
    rows = [split_cells(line.text, body.separator) for line in lines[body.place :][:ROWS_LOOKED_AT]]
    whole = [row for row in rows if len(row) > 3]
    axes = tuple(Column(place, "", None) for place in (1, 2, 3))
    return is_acceleration(_values(whole, axes, _marks(rows)), USUAL_HZ)


_AXES: Final[tuple[Literal["x", "y", "z"], ...]] = ("x", "y", "z")


def _of_body(
    path: RecordingFile,
    lines: Sequence[_Line],
    body: _Body,
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    choice: ColumnChoice,
    notices: list[str],
) -> Layout:
    data = [line for line in lines[body.place :] if not line.is_comment]
    told = preamble_of([line.text for line in lines[: body.place]])
    return _layout(path, body.separator, names, meanings, data, choice, told, notices)


def _no_table(path: RecordingFile, lines: Sequence[_Line]) -> InputError:
    line = next((line for line in lines if not line.is_comment), lines[0])
    return InputError(
        f"{path}, line {line.number}: {line.text.strip()[:60]!r} is neither a header that names acceleration columns "
        "nor a row of numbers, and none follows.",
        "Export the samples as CSV: one a row, with time and the three axes of the accelerometer.",
    )


def _advice(lines: Sequence[_Line], body: _Body | None) -> str:
    """The line that works for these rows."""
    if body is None:
        return "Export the samples as CSV: one a row, with time and the three axes of the accelerometer."
    data = [line for line in lines[body.place :] if not line.is_comment]
    rows = [split_cells(line.text, body.separator) for line in data[:ROWS_LOOKED_AT]]
    told = preamble_of([line.text for line in lines[: body.place]])
    return suggested_columns(rows, told.rate_hz, _marks(rows))


def _is_row(cells: Sequence[str], separator: str) -> bool:
    filled = [cell for cell in cells if cell]
    numbers = [cell for cell in filled if _is_number(cell, decimal_comma=separator != ",")]
    return len(numbers) >= 3 and all(cell in numbers or not _is_name(cell) for cell in filled)


def _is_value(cell: str) -> bool:
    return not cell or is_stamp(cell) or _is_number(cell, decimal_comma=True)


def _is_name(cell: str) -> bool:
    """Whether a cell among numbers would be a column's name, not a stamp or a word in a row."""
    return not is_stamp(cell) and meaning_of(cell) is not None


def _is_number(cell: str, *, decimal_comma: bool) -> bool:
    return _number(cell, decimal_comma=decimal_comma) is not None


def _number(cell: str, *, decimal_comma: bool) -> float | None:
    try:
        return float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        grouped = _GROUPED.fullmatch(cell)
        return None if grouped is None else float(cell.replace(grouped[1], "").replace(",", "."))


def _marks(rows: Sequence[Sequence[str]]) -> Marks:
    """How numbers are written: with decimal commas where some are, and commas do not group thousands."""
    cells = [cell for row in rows[:50] for cell in row]
    commas = any(_COMMA_NUMBER.fullmatch(cell) or _POINTS_AND_COMMA.fullmatch(cell) for cell in cells)
    thousands = _thousands(rows)
    return Marks(commas and thousands != ",", thousands)


def _thousands(rows: Sequence[Sequence[str]]) -> str:
    """The mark between groups of three digits, if any: (nearly) all numbers with the mark are grouped by it, and one
    of them cannot be anything else.
    """
    numbers = [cell for row in rows[:200] for cell in row if _NUMERIC.fullmatch(cell)]
    for mark, form in _GROUPED_BY.items():
        marked = [cell for cell in numbers if mark in cell]
        grouped = [found for cell in marked if (found := form.fullmatch(cell))]
        clear = any(cell.count(mark) > 1 or found[1] for cell, found in zip(marked, grouped, strict=False))
        others = any(_POINT_NUMBER.fullmatch(cell) for cell in numbers) if mark == "," else False
        if grouped and len(grouped) >= GROUPED_SHARE * len(marked) and (clear or others or mark not in ",."):
            return mark
    return ""


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
    told: Preamble,
    notices: list[str],
) -> Layout:
    rows = [split_cells(line.text, separator) for line in data[:ROWS_LOOKED_AT]]
    marks = _marks(rows)
    cells = Counter(len(row) for row in rows[:50]).most_common(1)[0][0]
    surplus = [cell for row in rows[:50] if len(row) == cells for cell in row[len(names) :]]
    advice: Advice = partial(suggested_columns, rows, told.rate_hz, marks)
    if cells < len(names) or (any(surplus) and not choice.in_order):
        raise InputError(
            f"{path}, line {data[0].number}: {cells} values where the header names {len(names)} columns.",
            "Export it again; numbers and columns must not both be separated by commas.",
        )
    whole = [row for row in rows if len(row) == cells]
    only = row_set_of(path, names, meanings, whole, choice, notices)
    if only is not None:
        kinds = interleaved_by_kind(only, names, meanings, choice)
        if kinds:
            return _shell(separator, names, cells, data[0].number, only, kinds, told)
        whole = [row for row in whole if row[only.index] == only.value]
    sensor = _sensor(path, names, meanings, choice, notices, advice)
    if usable(sensor) and all(column.name for column in sensor.acc or sensor.linear):
        advice = partial(spelled_columns, sensor, names, told.rate_hz)
    acc, gravity, scale = _acceleration(sensor, whole, marks)
    streams = interleaved_by_blanks(acc, sensor.gyr, whole, meanings, choice)
    if streams:
        return _shell(separator, names, cells, data[0].number, only, streams, told)
    rate_hz = choice.rate_hz
    clock = None
    if rate_hz is None and (told.rate_hz is None or _has_time(meanings) or _has_stamps(whole)):
        order = choice.dates or told.dates
        wanted = sensor.acc + sensor.gyr + gravity
        of_sensor = [row for row in whole if any(row[column.index] for column in wanted)]
        clock = clock_of(path, names, meanings, of_sensor, order, advice, notices, marks)
    elif rate_hz is None:
        rate_hz = told.rate_hz
    numeric = all(_is_number(cell, decimal_comma=marks.decimal_comma) for row in rows[:50] for cell in row)
    used = {column.index for column in acc + sensor.gyr + gravity} | ({clock.column.index} if clock else set())
    return Layout(
        separator=separator,
        decimal_comma=marks.decimal_comma,
        thousands=marks.thousands,
        only_numbers=numeric and not choice.sparse,
        cells=cells,
        first_line=data[0].number,
        names=tuple(names),
        clock=clock,
        rate_hz=rate_hz,
        start=choice.start or _instant_told(choice, told),
        zero=told.zero,
        sensor=sensor.name,
        acc=acc,
        gyr=sensor.gyr,
        gravity=gravity,
        gravity_scale=scale,
        only=only,
        sparse=choice.sparse,
        offset=choice.offset,
        scale=choice.scale,
        sign=choice.sign if choice.sign != 1.0 else -1.0 if is_core_motion(names) else 1.0,
        unused=tuple(name for index, name in enumerate(names) if name and index not in used),
        advice=advice,
    )


def _instant_told(choice: ColumnChoice, told: Preamble) -> str | None:
    if choice.start_stamp is not None and is_stamp(choice.start_stamp):
        return instant_of(choice.start_stamp, choice.dates)
    return told.start


def _shell(
    separator: str,
    names: Sequence[str],
    cells: int,
    first_line: int,
    only: RowSet | None,
    streams: tuple[Interleaved, ...],
    told: Preamble,
) -> Layout:
    """What is known of a table whose sensors have rows of their own."""
    return Layout(
        separator, False, "", False, cells, first_line, tuple(names), None, told.rate_hz, told.start, told.zero,
        "", (), (), only=only, streams=streams,
    )  # fmt: skip


def _has_stamps(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and any(map(is_stamp, rows[0]))


def _sensor(
    path: RecordingFile,
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    choice: ColumnChoice,
    notices: list[str],
    advice: Advice,
) -> SensorColumns:
    """The one sensor whose columns are used."""
    sensors = sensors_in(names, meanings)
    if any(compact(name).startswith(_ROS_RATE) for name in names):
        # Robots' messages name the raw accelerometer so; whether gravity is in it shows at rest.
        sensors = [replace(one, acc=one.acc or one.linear) for one in sensors]
    whole = [one for one in sensors if usable(one)]
    if not whole:
        linear = next((one.linear[0].name for one in sensors if one.linear), _linear(names, meanings))
        if linear is not None:
            raise InputError(
                f"{path} holds acceleration without gravity ({linear}); gravity is what shows how far a "
                "leg has rolled.",
                "Export the raw accelerometer (in phone apps: acceleration with g).",
            )
        turning = [one for one in sensors if one.gyr]
        if not turning:
            raise InputError(
                f"{path} names no three acceleration columns (its columns: {', '.join(names)[:200]}).", advice()
            )
        whole = turning
    labels = [one.label for one in whole]
    chosen = whole[labels.index(chosen_name(path, labels, choice.sensor, notices))]
    units = {column.unit for column in chosen.acc}
    if len(units) > 1:
        told = ", ".join(column.name for column in chosen.acc)
        raise InputError(f"{path} gives {told} in different units.", advice())
    alone = next((one for one in sensors if one.gyr and not usable(one)), None)
    if usable(chosen) and not chosen.gyr and alone is not None:
        notices.append(
            f"The turning rate {alone.gyr[0].name!r} is another sensor's than the acceleration "
            f"{(chosen.acc or chosen.linear)[0].name!r}; it is left out."
        )
    elif not chosen.gyr and incomplete(names, meanings, "gyr"):
        notices.append("The gyroscope's columns are not complete (x, y and z); it is left out.")
    return chosen


def _linear(names: Sequence[str], meanings: Mapping[int, Meaning]) -> str | None:
    """The first column of acceleration without gravity."""
    return next((names[index] for index, meaning in sorted(meanings.items()) if meaning.quantity == "linear"), None)


def _acceleration(sensor: SensorColumns, rows: Sequence[Sequence[str]], marks: Marks) -> tuple[Axes, Axes, float]:
    """The columns of acceleration, those of the gravity to be added, and its scale in the acceleration's unit."""
    without = sensor.acc or sensor.linear
    if not sensor.gravity or not without:
        return sensor.acc, (), 1.0
    if sensor.acc and _holds_gravity(_values(rows, sensor.acc, marks), _values(rows, sensor.gravity, marks)):
        return sensor.acc, (), 1.0
    units = [axes[0].unit for axes in (sensor.gravity, without)]
    scale = ACC_SCALE[units[0]] / ACC_SCALE[units[1]] if units[0] is not None and units[1] is not None else 1.0
    return without, sensor.gravity, scale


def _holds_gravity(acc: Floats, gravity: Floats) -> bool:
    """Whether an acceleration (n, 3) goes with the gravity (n, 3) beside it, in any unit and with either sign."""
    known = np.isfinite(acc).all(axis=1) & np.isfinite(gravity).all(axis=1)
    size = float(np.linalg.norm(acc[known]) * np.linalg.norm(gravity[known]))
    return size > 0 and abs(float((acc[known] * gravity[known]).sum())) > SAME_AS_GRAVITY * size


def _values(rows: Sequence[Sequence[str]], axes: Axes, marks: Marks) -> Floats:
    """(n, 3) numbers of some columns."""
    return np.stack([marks.numbers([row[axis.index] for row in rows]) for axis in axes], axis=1)
