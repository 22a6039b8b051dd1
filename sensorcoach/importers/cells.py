"""Text of a block of rows -> columns of numbers. Fast where the block is clean, patient where it is not."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from sensorcoach.importers.layout import Layout, decoded_text
from sensorcoach.model import Bools, Floats

TimeReader = Callable[[Sequence[bytes]], Floats]
"""Cells of the time column -> (n,) s, NaN where unreadable."""

_NUMBERS: Final = msgspec.json.Decoder(list[float])
_MISSING: Final = frozenset({b"", b"nan", b"na", b"n/a", b"null", b"none", b"-", b"#n/a"})
_NEWLINE: Final = ord("\n")


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


def read_block(block: bytes, first_line: int, layout: Layout, read_times: TimeReader | None) -> Block:
    """Read whole lines.

    Args:
        block: lines, each ending in a newline.
        first_line: number of the first of them in the file.
        layout: how the table is written.
        read_times: reads the cells of the time column; None for a table without one (``t_s`` is then empty).
    """
    lines = block.count(b"\n")
    text, line_numbers = _rows_only(block, first_line, lines)
    text = _plain(text, layout)
    separator = layout.separator.encode()
    text, line_numbers, miscut = _whole_rows(text, line_numbers, separator, layout.cells)
    if not text:
        empty = np.empty(0)
        values = np.empty((0, len(layout.values)))
        return Block(empty, values, line_numbers, len(miscut), miscut[0] if miscut else None, lines)
    cells = text[:-1].replace(b"\n", separator).split(separator)
    read = [_numbers(cells[column.index :: layout.cells]) for column in layout.values]
    values = np.stack([numbers for numbers, _ in read], axis=1)
    bad = np.logical_or.reduce([wrong for _, wrong in read])
    t_s = np.empty(0)
    if layout.time is not None and read_times is not None:
        time_cells = cells[layout.time.index :: layout.cells]
        t_s = read_times(time_cells)
        unreadable = np.flatnonzero(~np.isfinite(t_s))
        bad[[row for row in unreadable if time_cells[row].strip().lower() not in _MISSING]] = True
    broken = miscut + _broken_cells(cells, layout, np.flatnonzero(bad), line_numbers)
    first = min(broken, key=lambda one: one.line) if broken else None
    kept = ~bad
    return Block(t_s[kept] if len(t_s) else t_s, values[kept], line_numbers[kept], len(broken), first, lines)


def number_cells(cells: Sequence[bytes]) -> Floats:
    """(n,) numbers; NaN where a cell is empty or not a number."""
    return _numbers(cells)[0]


def _rows_only(block: bytes, first_line: int, lines: int) -> tuple[bytes, NDArray[np.int64]]:
    """Without comments and blank lines; and the number of each line that is left."""
    line_numbers = np.arange(first_line, first_line + lines)
    if b"#" not in block and b"//" not in block and b"\n\n" not in block and not block.startswith(b"\n"):
        return block, line_numbers
    parts = block[:-1].split(b"\n")
    kept = [
        place
        for place, line in enumerate(parts)
        if line.strip(b" \t,;") and not line.lstrip().startswith((b"#", b"//"))
    ]
    return b"".join(parts[place] + b"\n" for place in kept), line_numbers[kept]


def _plain(text: bytes, layout: Layout) -> bytes:
    """Without quotes, and with decimal points."""
    if b'"' in text:
        rows = csv.reader(decoded_text(text).splitlines(), delimiter=layout.separator)
        mark = "." if layout.decimal_comma else " "
        cleaned = ([cell.replace(",", mark).replace(layout.separator, " ") for cell in row] for row in rows)
        return "".join(layout.separator.join(row) + "\n" for row in cleaned).encode()
    if layout.decimal_comma:
        return text.replace(b",", b".")
    return text


def _whole_rows(
    text: bytes, line_numbers: NDArray[np.int64], separator: bytes, cells: int
) -> tuple[bytes, NDArray[np.int64], list[Broken]]:
    """Only the lines with the right number of cells; and those without."""
    codes = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(codes == _NEWLINE)
    separators_before = np.searchsorted(np.flatnonzero(codes == separator[0]), ends)
    whole = np.diff(separators_before, prepend=0) == cells - 1
    if whole.all():
        return text, line_numbers, []
    lines = text[:-1].split(b"\n")
    broken = [Broken(int(line_numbers[row]), decoded_text(lines[row])) for row in np.flatnonzero(~whole)]
    kept = b"".join(lines[row] + b"\n" for row in np.flatnonzero(whole))
    return kept, line_numbers[whole], broken


def _numbers(cells: Sequence[bytes]) -> tuple[Floats, Bools]:
    """Numbers of a column, NaN for missing ones, and which cells are neither number nor missing."""
    try:
        # A JSON decoder is the fastest exact reader of numbers at hand: 50 ns each, several times faster than others.
        return np.array(_NUMBERS.decode(b"[" + b",".join(cells) + b"]")), np.zeros(len(cells), dtype=np.bool_)
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
