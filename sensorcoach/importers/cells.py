"""Text of a block of rows -> columns of numbers. Fast where the block is clean, patient where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from sensorcoach.importers.layout import Layout, decoded_text, split_cells
from sensorcoach.model import Bools, Floats


class TimeReader(Protocol):
    """Reads the time column: (n,) s, NaN where a cell is unreadable."""

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """From text."""

    def of_numbers(self, numbers: Floats) -> Floats | None:
        """From numbers, None if this column does not hold any."""


@dataclass(frozen=True, slots=True)
class NumericTime:
    """Times as numbers; ``divisor`` of them make a second. Division keeps whole milliseconds exact."""

    divisor: int

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """See `TimeReader`."""
        return self.of_numbers(_numbers(cells)[0])

    def of_numbers(self, numbers: Floats) -> Floats:
        """See `TimeReader`."""
        return numbers / self.divisor


class WrappingTime:
    """Microseconds counted in 32 bits: a step back by more than half the range is the counter's wrap."""

    def __init__(self) -> None:
        self._newest_us: float | None = None
        self._wraps = 0

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """See `TimeReader`."""
        return self.of_numbers(_numbers(cells)[0])

    def of_numbers(self, numbers: Floats) -> Floats:
        """See `TimeReader`."""
        seconds = np.full(len(numbers), np.nan)
        readable = np.flatnonzero(np.isfinite(numbers))
        if not len(readable):
            return seconds
        counted = numbers[readable]
        before = counted[0] if self._newest_us is None else self._newest_us
        turns = np.rint(np.diff(counted, prepend=before) / _U32)
        wraps = self._wraps - np.cumsum(turns)
        self._newest_us, self._wraps = float(counted[-1]), int(wraps[-1])
        seconds[readable] = (counted + wraps * _U32) / 1e6
        return seconds


_U32: Final = 2.0**32
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_MISSING: Final = frozenset({b"", b"nan", b"na", b"n/a", b"null", b"none", b"-", b"#n/a"})
_NEWLINE: Final = ord("\n")
_TO_COMMAS: Final = bytes.maketrans(b"\n;\t", b",,,")


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that could not be read: its number in the file and what stood there."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of a block: ``t_s`` (n,), ``values`` (n, 3) or (n, 6), in the file's units; NaN where a cell was empty.

    ``broken`` counts the lines left out, ``first_broken`` is the first; ``lines`` is the number of lines in the block.
    """

    t_s: Floats
    values: Floats
    line_numbers: NDArray[np.int64]
    broken: int
    first_broken: Broken | None
    lines: int


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
    if matrix is not None and t_s is not None:
        values = matrix[:, [column.index for column in layout.values]]
        return Block(t_s, values, line_numbers, len(miscut), miscut[0] if miscut else None, lines)
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
    read = [_numbers(cells[column.index :: layout.cells]) for column in layout.values]
    values = np.stack([numbers for numbers, _ in read], axis=1)
    bad = np.logical_or.reduce([wrong for _, wrong in read])
    t_s = np.empty(0)
    if layout.time is not None and times is not None:
        time_cells = cells[layout.time.index :: layout.cells]
        t_s = times.of_cells(time_cells)
        unreadable = np.flatnonzero(~np.isfinite(t_s))
        bad[[row for row in unreadable if time_cells[row].strip().lower() not in _MISSING]] = True
    broken = miscut + _broken_cells(cells, layout, np.flatnonzero(bad), line_numbers)
    first = min(broken, key=lambda one: one.line) if broken else None
    kept = ~bad
    return Block(t_s[kept] if len(t_s) else t_s, values[kept], line_numbers[kept], len(broken), first, lines)


def number_cells(cells: Sequence[bytes]) -> Floats:
    """(n,) numbers; NaN where a cell is empty or not a number."""
    return _numbers(cells)[0]


def _plain(text: bytes, layout: Layout) -> bytes:
    """Without quotes, and with decimal points."""
    if b'"' in text:
        # Line by line, so that a quote that is never closed costs no more than its line.
        rows = (split_cells(line, layout.separator) for line in decoded_text(text).split("\n")[:-1])
        mark = "." if layout.decimal_comma else " "
        cleaned = ([cell.replace(",", mark).replace(layout.separator, " ") for cell in row] for row in rows)
        return "".join(layout.separator.join(row) + "\n" for row in cleaned).encode()
    if layout.decimal_comma:
        return text.replace(b",", b".")
    return text


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
    empty = [not line.strip(b" \t,;") or line.lstrip().startswith((b"#", b"//")) for line in lines]
    broken = [
        Broken(int(line_numbers[row]), decoded_text(lines[row])) for row in np.flatnonzero(~whole) if not empty[row]
    ]
    kept = np.flatnonzero(whole & ~np.array(empty))
    return b"".join(lines[row] + b"\n" for row in kept), line_numbers[kept], broken


def _all_numbers(text: bytes, separator: bytes, layout: Layout) -> Floats | None:
    """The whole block as numbers (rows, cells); None if any cell is not one."""
    if not layout.only_numbers:
        return None
    joined = text[:-1].replace(b"\n", b",") if separator == b"," else text[:-1].translate(_TO_COMMAS)
    try:
        numbers = np.array(_NUMBERS.decode(b"[" + joined + b"]"))
    except msgspec.DecodeError:
        return None
    # A separator of another kind within a cell makes two numbers of it.
    return numbers.reshape(-1, layout.cells) if len(numbers) == text.count(b"\n") * layout.cells else None


def _times_among(matrix: Floats, layout: Layout, times: TimeReader | None) -> Floats | None:
    if layout.time is None or times is None:
        return np.empty(0)
    return times.of_numbers(matrix[:, layout.time.index])


def _numbers(cells: Sequence[bytes]) -> tuple[Floats, Bools]:
    """Numbers of a column, NaN for missing ones, and which cells are neither number nor missing."""
    try:
        # A JSON decoder is the fastest exact reader of numbers at hand: 50 ns each, several times faster than others.
        numbers = np.array(_NUMBERS.decode(b"[" + b",".join(cells) + b"]"))
        if len(numbers) == len(cells):
            return numbers, np.zeros(len(cells), dtype=np.bool_)
    except msgspec.DecodeError:
        pass
    try:
        return np.array(cells).astype(np.float64), np.zeros(len(cells), dtype=np.bool_)
    except ValueError:
        pass
    read = [_number(cell) for cell in cells]
    wrong = np.array([number is None for number in read], dtype=np.bool_)
    return np.array([np.nan if number is None else number for number in read]), wrong


def _number(cell: bytes) -> float | None:
    stripped = cell.strip()
    if stripped.lower() in _MISSING:
        return np.nan
    try:
        return float(stripped) if b"_" not in stripped else None
    except ValueError:
        return None


def _broken_cells(
    cells: Sequence[bytes], layout: Layout, rows: NDArray[np.intp], line_numbers: NDArray[np.int64]
) -> list[Broken]:
    used = [column.index for column in layout.values] + ([layout.time.index] if layout.time else [])
    broken = []
    for row in rows:
        start = int(row) * layout.cells
        texts = [decoded_text(cells[start + index]) for index in sorted(used)]
        wrong = next((text for text in texts if _number(text.encode()) is None), texts[0])
        broken.append(Broken(int(line_numbers[row]), wrong))
    return broken
