"""Numbers as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from sensorcoach.model import Bools, Floats

NUMBERS: Final = msgspec.json.Decoder(list[float])
MISSING: Final = frozenset({b"", b"nan", b"na", b"n/a", b"null", b"none", b"-", b"#n/a"})
"""Cells without a value."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How a file writes numbers: the decimal mark, and the one between groups of three digits, if any."""

    decimal_comma: bool = False
    thousands: str = ""

    def plain(self, cell: str) -> str:
        """A number as programs write it."""
        if self.thousands:
            cell = cell.replace(self.thousands, "")
        return cell.replace(",", ".") if self.decimal_comma else cell

    def numbers(self, cells: Sequence[str]) -> Floats:
        """(n,) numbers of some cells; NaN where one is empty or no number."""
        return number_cells([self.plain(cell).encode() for cell in cells])


def number_cells(cells: Sequence[bytes]) -> Floats:
    """(n,) numbers; NaN where a cell is empty or not a number."""
    return numbers_in(cells)[0]


def numbers_in(cells: Sequence[bytes]) -> tuple[Floats, Bools]:
    """Numbers of a column, NaN for missing ones, and which cells are neither number nor missing."""
    try:
        # A JSON decoder is the fastest exact reader of numbers at hand: 50 ns each, several times faster than others.
        numbers = np.array(NUMBERS.decode(b"[" + b",".join(cells) + b"]"))
        if len(numbers) == len(cells):
            return numbers, np.zeros(len(cells), dtype=np.bool_)
    except msgspec.DecodeError:
        pass
    try:
        return np.array(cells).astype(np.float64), np.zeros(len(cells), dtype=np.bool_)
    except ValueError:
        pass
    read = [number_in(cell) for cell in cells]
    wrong = np.array([number is None for number in read], dtype=np.bool_)
    return np.array([np.nan if number is None else number for number in read]), wrong


def number_in(cell: bytes) -> float | None:
    """The number in a cell, NaN where it is missing, None where there is anything else."""
    stripped = cell.strip()
    if stripped.lower() in MISSING:
        return np.nan
    try:
        return float(stripped) if b"_" not in stripped else None
    except ValueError:
        return None
