"""Samples -> dots of braille, eight a cell: the least and the greatest of each column, so no peak is lost."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.model import Floats

_BITS: Final = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)
"""Unicode's numbering of the dots: rows down, columns right."""
BLANK: Final = 0x2800


def cells(
    t_s: Floats, values: Floats, first_column: int, columns: int, cell_s: float, low: float, high: float, rows: int
) -> NDArray[np.uint8]:
    """Which dots are set.

    Args:
        t_s: (n,) s, rising.
        values: (n,), any unit; NaN: nothing there. Beyond the range they are drawn on its border.
        first_column: number of the first column; column k covers ``[k, k + 1) * cell_s``.
        columns: how many.
        cell_s: time a cell is wide, s; it has two columns of dots.
        low: value of the lowest dot.
        high: value of the highest dot.
        rows: of cells.

    Returns:
        (rows, columns) uint8, to be added to `BLANK`.
    """
    wide, high_dots = 2 * columns, 4 * rows
    known = np.isfinite(values)
    at = np.floor(t_s[known] * (2.0 / cell_s)).astype(np.int64) - 2 * first_column
    dot = np.rint((high - values[known]) * ((high_dots - 1) / (high - low)))
    dot = np.clip(dot, 0, high_dots - 1).astype(np.int64)
    inside = (at >= 0) & (at < wide)
    top, bottom = np.full(wide, high_dots), np.full(wide, -1)
    np.minimum.at(top, at[inside], dot[inside])
    np.maximum.at(bottom, at[inside], dot[inside])
    _join(top, bottom)
    level = np.arange(high_dots)[:, None]
    dots = (level >= top) & (level <= bottom)
    bits = dots.reshape(rows, 4, columns, 2) * _BITS[None, :, None, :]
    return np.asarray(bits.sum(axis=(1, 3)), dtype=np.uint8)


def _join(top: NDArray[np.int64], bottom: NDArray[np.int64]) -> None:
    """Neighbouring columns touch: the right one reaches to where the left one ended."""
    left, right = slice(None, -1), slice(1, None)
    both = (bottom[left] >= 0) & (bottom[right] >= 0)
    below = both & (top[right] > bottom[left] + 1)
    above = both & (bottom[right] < top[left] - 1)
    new_top = np.where(below, bottom[left] + 1, top[right])
    new_bottom = np.where(above, top[left] - 1, bottom[right])
    top[right], bottom[right] = new_top, new_bottom
