"""Text of a block of rows -> columns of numbers. Fast where the block is clean, patient where it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from sensorcoach.importers.layout import Layout, decoded_text, split_cells
from sensorcoach.importers.numerals import MISSING, NUMBERS, number_in, numbers_in
from sensorcoach.model import Bools, Floats


class TimeReader(Protocol):
    """Reads the time column: (n,) s, NaN where a cell is unreadable."""

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """From text."""

    def of_numbers(self, numbers: Floats) -> Floats | None:
        """From numbers, None if this column does not hold any."""


@dataclass(slots=True)
class NumericTime:
    """Times as numbers, ``divisor`` of them a second. Division keeps whole milliseconds exact.

    ``from_first``: they count from the first one on, which is kept as ``zero``.
    """

    divisor: int
    from_first: bool = False
    zero: float = 0.0
    _begun: bool = False

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """See `TimeReader`."""
        return self.of_numbers(numbers_in(cells)[0])

    def of_numbers(self, numbers: Floats) -> Floats:
        """See `TimeReader`."""
        if self.from_first and not self._begun:
            known = numbers[np.isfinite(numbers)]
            if len(known):
                self.zero, self._begun = float(known[0]), True
        return (numbers - self.zero) / self.divisor


class WrappingTime:
    """A count that begins again at 0 after ``whole`` of its units, of which ``divisor`` make a second: a step back by
    more than a share (``least``) of that is the wrap.
    """

    def __init__(self, whole: float, divisor: int, *, least: float = 0.5, from_first: bool = False) -> None:
        self._whole, self._divisor, self._least = whole, divisor, least
        self._zero: float | None = None if from_first else 0.0
        self._newest: float | None = None
        self._wraps = 0

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """See `TimeReader`."""
        return self.of_numbers(numbers_in(cells)[0])

    def of_numbers(self, numbers: Floats) -> Floats:
        """See `TimeReader`."""
        seconds = np.full(len(numbers), np.nan)
        readable = np.flatnonzero(np.isfinite(numbers))
        if not len(readable):
            return seconds
        counted = numbers[readable]
        before = counted[0] if self._newest is None else self._newest
        steps = np.diff(counted, prepend=before) / self._whole
        turns = np.where(np.abs(steps) >= self._least, np.rint(steps), 0.0)
        wraps = self._wraps - np.cumsum(turns)
        self._newest, self._wraps = float(counted[-1]), int(wraps[-1])
        self._zero = float(counted[0]) if self._zero is None else self._zero
        seconds[readable] = (counted + wraps * self._whole - self._zero) / self._divisor
        return seconds


U32: Final = 2.0**32
_NEWLINE: Final = ord("\n")
_TO_COMMAS: Final = {one: bytes.maketrans(b"\n" + one, b",,") for one in (b";", b"\t", b"|", b" ")}
_BLANKS: Final = re.compile(rb" +")
_PIPED: Final = re.compile(rb"[ \t]*\|[ \t]*")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that could not be read: its number in the file and what stood there."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a block: ``t_s`` (n,), ``values`` (n, 3) or (n, 6), in the file's units; NaN where a cell was empty.

    ``broken`` counts the lines left out, ``first_broken`` is the first; ``lines`` is the number of lines in the block,
    ``others`` that of the rows of other sensors.
    """

    t_s: Floats
    values: Floats
    line_numbers: NDArray[np.int64]
    broken: int
    first_broken: Broken | None
    lines: int
    others: int = 0


def read_block(block: bytes, first_line: int, layout: Layout, times: TimeReader | None) -> Block:
    """Read whole lines.

    Args:
        block: lines, each ending in a newline.
        first_line: number of the first of them in the file.
        layout: how the table is written.
        times: reads the time column; None for a table without one (``t_s`` is then empty).
    """
    lines = block.count(b"\n")
    text = _plain(block, layout)
    separator = layout.separator.encode()
    line_numbers = np.arange(first_line, first_line + lines)
    whole = _whole_rows(text, separator, layout.cells)
    miscut: list[Broken] = []
    if not whole.all() or b"#" in text:
        text, line_numbers, miscut = _rows_only(text, whole, line_numbers)
    if not text:
        nothing = np.empty((0, len(layout.values)))
        return Block(np.empty(0), nothing, line_numbers, len(miscut), miscut[0] if miscut else None, lines)
    matrix = _all_numbers(text, separator, layout)
    t_s = None if matrix is None else _times_among(matrix, layout, times)
    first = miscut[0] if miscut else None
    if matrix is not None and t_s is not None:
        values = matrix[:, [column.index for column in layout.columns]]
        read = Block(t_s, _with_gravity(values, layout), line_numbers, len(miscut), first, lines)
        return read if layout.only is None else _rows_of(read, matrix[:, layout.only.index] == float(layout.only.value))
    return _by_column(text.rstrip(b"\n"), separator, layout, times, line_numbers, miscut, lines)


def _by_column(
    text: bytes,
    separator: bytes,
    layout: Layout,
    times: TimeReader | None,
    line_numbers: NDArray[np.int64],
    miscut: list[Broken],
    lines: int,
) -> Block:
    """The patient way: only the columns that are used, and cell by cell where one is not a number."""
    cells = text.replace(b"\n", separator).split(separator)
    others = 0
    if layout.only is not None:
        wanted = layout.only.value.encode()
        chosen = np.array([cell.strip() == wanted for cell in cells[layout.only.index :: layout.cells]], dtype=np.bool_)
        others = int((~chosen).sum())
        rows = np.flatnonzero(chosen)
        cells = [cell for row in rows for cell in cells[row * layout.cells : (row + 1) * layout.cells]]
        line_numbers = line_numbers[rows]
        if not len(rows):
            nothing = np.empty((0, len(layout.values)))
            first = miscut[0] if miscut else None
            return Block(np.empty(0), nothing, line_numbers, len(miscut), first, lines, others)
    read = [numbers_in(cells[column.index :: layout.cells]) for column in layout.columns]
    values = np.stack([numbers for numbers, _ in read], axis=1)
    bad = np.logical_or.reduce([wrong for _, wrong in read])
    t_s = np.empty(0)
    if layout.time is not None and times is not None:
        time_cells = cells[layout.time.index :: layout.cells]
        if layout.date is not None:
            dates = cells[layout.date.index :: layout.cells]
            time_cells = [day.strip() + b" " + time.strip() for day, time in zip(dates, time_cells, strict=True)]
        t_s = times.of_cells(time_cells)
        unreadable = np.flatnonzero(~np.isfinite(t_s))
        bad[[row for row in unreadable if time_cells[row].strip().lower() not in MISSING]] = True
    broken = miscut + _broken_cells(cells, layout, np.flatnonzero(bad), line_numbers)
    first = min(broken, key=lambda one: one.line) if broken else None
    kept = ~bad
    if layout.sparse:
        kept &= np.isfinite(values).any(axis=1)
    t_s = t_s[kept] if len(t_s) else t_s
    return Block(t_s, _with_gravity(values[kept], layout), line_numbers[kept], len(broken), first, lines, others)


def _with_gravity(values: Floats, layout: Layout) -> Floats:
    """The values (n, 3) or (n, 6) of the columns (n, 6) or (n, 9), gravity (last) added to what is without."""
    if layout.offset or layout.scale != 1.0:
        values[:, :3] = (values[:, :3] - layout.offset) * layout.scale
    if not layout.gravity:
        return values
    whole: Floats = values[:, :-3].copy()
    whole[:, :3] += values[:, -3:] * layout.gravity_scale
    return whole


def _rows_of(block: Block, chosen: Bools) -> Block:
    t_s = block.t_s[chosen] if len(block.t_s) else block.t_s
    others = int((~chosen).sum())
    return replace(block, t_s=t_s, values=block.values[chosen], line_numbers=block.line_numbers[chosen], others=others)


def _plain(text: bytes, layout: Layout) -> bytes:
    """Without quotes, with decimal points, and with one separator between cells."""
    if b'"' in text:
        # Line by line, so that a quote that is never closed costs no more than its line.
        rows = (split_cells(line, layout.separator) for line in decoded_text(text).split("\n")[:-1])
        mark = "." if layout.decimal_comma else " "
        cleaned = (
            [_plain_cell(cell, layout.thousands).replace(",", mark).replace(layout.separator, " ") for cell in row]
            for row in rows
        )
        return "".join(layout.separator.join(row) + "\n" for row in cleaned).encode()
    if layout.separator == " ":
        text = b"\n".join(line.strip() for line in _BLANKS.sub(b" ", text.replace(b"\t", b" ")).split(b"\n"))
    elif layout.separator == "|":
        text = b"\n".join(line.strip(b"| \t") for line in _PIPED.sub(b"|", text).split(b"\n"))
    if layout.thousands and layout.thousands != layout.separator:
        text = _thousands(layout.thousands).sub(b"", text)
    if layout.decimal_comma:
        return text.replace(b",", b".")
    return text


def _plain_cell(cell: str, thousands: str) -> str:
    return _thousands(thousands).sub(b"", cell.encode()).decode() if thousands else cell


@lru_cache(maxsize=8)
def _thousands(mark: str) -> re.Pattern[bytes]:
    """The mark between groups of three digits, not that of a date or of the seconds of a stamp."""
    return re.compile(rb"(?<=\d)(?<!:\d\d)" + re.escape(mark.encode()) + rb"(?=\d{3}(?!\d))")


def _whole_rows(text: bytes, separator: bytes, cells: int) -> Bools:
    """(lines,) whether each line has the right number of cells."""
    codes = np.frombuffer(text, np.uint8)
    separators_before = np.searchsorted(np.flatnonzero(codes == separator[0]), np.flatnonzero(codes == _NEWLINE))
    whole: Bools = np.diff(separators_before, prepend=0) == cells - 1
    return whole


def _rows_only(
    text: bytes, whole: Bools, line_numbers: NDArray[np.int64]
) -> tuple[bytes, NDArray[np.int64], list[Broken]]:
    """Rows without comments and blank lines, the number of each, and the lines with too few or too many cells."""
    lines = text[:-1].split(b"\n")
    empty = [not line.strip(b" \t,;|") or line.lstrip().startswith((b"#", b"//")) for line in lines]
    broken = [
        Broken(int(line_numbers[row]), decoded_text(lines[row])) for row in np.flatnonzero(~whole) if not empty[row]
    ]
    kept = np.flatnonzero(whole & ~np.array(empty))
    return b"".join(lines[row] + b"\n" for row in kept), line_numbers[kept], broken


def _all_numbers(text: bytes, separator: bytes, layout: Layout) -> Floats | None:
    """The whole block as numbers (rows, cells); None if any cell is not one."""
    if not layout.only_numbers:
        return None
    joined = text[:-1].replace(b"\n", b",") if separator == b"," else text[:-1].translate(_TO_COMMAS[separator])
    try:
        numbers = np.array(NUMBERS.decode(b"[" + joined + b"]"))
    except msgspec.DecodeError:
        return None
    # A separator of another kind within a cell makes two numbers of it.
    return numbers.reshape(-1, layout.cells) if len(numbers) == text.count(b"\n") * layout.cells else None


def _times_among(matrix: Floats, layout: Layout, times: TimeReader | None) -> Floats | None:
    if layout.time is None or times is None:
        return np.empty(0)
    return None if layout.date is not None else times.of_numbers(matrix[:, layout.time.index])


def _broken_cells(
    cells: Sequence[bytes], layout: Layout, rows: NDArray[np.intp], line_numbers: NDArray[np.int64]
) -> list[Broken]:
    used = [column.index for column in layout.columns] + ([layout.time.index] if layout.time else [])
    broken = []
    for row in rows:
        start = int(row) * layout.cells
        texts = [decoded_text(cells[start + index]) for index in sorted(used)]
        wrong = next((text for text in texts if number_in(text.encode()) is None), texts[0])
        broken.append(Broken(int(line_numbers[row]), wrong))
    return broken
