"""Letters and figures of blocks, as large as there is room, for a reader across the room."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np

from sensorcoach.model import Bools

ROWS: Final = 5
"""Height of a capital in dots. A dot is as wide as half a cell is high: it looks square in most terminals."""
_GAP: Final = 1
_BLANK: Final = 2

_GLYPHS: Final = {
    "0": ".##.|#..#|#..#|#..#|.##.",
    "1": ".#.|##.|.#.|.#.|###",
    "2": "###.|...#|.##.|#...|####",
    "3": "###.|...#|.##.|...#|###.",
    "4": "#..#|#..#|####|...#|...#",
    "5": "####|#...|###.|...#|###.",
    "6": ".##.|#...|###.|#..#|.##.",
    "7": "####|...#|..#.|.#..|.#..",
    "8": ".##.|#..#|.##.|#..#|.##.",
    "9": ".##.|#..#|.###|...#|.##.",
    "A": ".##.|#..#|####|#..#|#..#",
    "B": "###.|#..#|###.|#..#|###.",
    "C": ".###|#...|#...|#...|.###",
    "D": "###.|#..#|#..#|#..#|###.",
    "E": "####|#...|###.|#...|####",
    "F": "####|#...|###.|#...|#...",
    "G": ".###|#...|#.##|#..#|.###",
    "H": "#..#|#..#|####|#..#|#..#",
    "I": "#|#|#|#|#",
    "J": "...#|...#|...#|#..#|.##.",
    "K": "#..#|#.#.|##..|#.#.|#..#",
    "L": "#...|#...|#...|#...|####",
    "M": "#...#|##.##|#.#.#|#...#|#...#",
    "N": "#..#|##.#|#.##|#..#|#..#",
    "O": ".##.|#..#|#..#|#..#|.##.",
    "P": "###.|#..#|###.|#...|#...",
    "Q": ".##.|#..#|#..#|#.##|.###",
    "R": "###.|#..#|###.|#.#.|#..#",
    "S": ".###|#...|.##.|...#|###.",
    "T": "###|.#.|.#.|.#.|.#.",
    "U": "#..#|#..#|#..#|#..#|.##.",
    "V": "#..#|#..#|#..#|.##.|.##.",
    "W": "#...#|#...#|#.#.#|##.##|#...#",
    "X": "#..#|#..#|.##.|#..#|#..#",
    "Y": "#.#|#.#|.#.|.#.|.#.",
    "Z": "####|...#|.##.|#...|####",
    "!": "#|#|#|.|#",
    "?": "##.|..#|.#.|...|.#.",
    ".": ".|.|.|.|#",
    ",": "..|..|..|.#|#.",
    ":": ".|#|.|#|.",
    "-": "...|...|###|...|...",
    "+": "...|.#.|###|.#.|...",
    "/": "..#|..#|.#.|#..|#..",
    "'": "#|#|.|.|.",
    "%": "#..#|...#|.##.|#...|#..#",
    "°": "##|##|..|..|..",
}
_HALVES: Final = (" ", "▄", "▀", "█")
"""By (top, bottom) as two bits."""
_SPELT: Final = {"Ä": "AE", "Ö": "OE", "Ü": "UE", "—": "-", "–": "-", "…": "..."}


def spelled(text: str) -> str:
    """``text`` as far as there are blocks for it: capitals without accents, Ü as UE; anything else is left out."""
    spelt = "".join(_SPELT.get(character, character) for character in unicodedata.normalize("NFC", text.upper()))
    plain = unicodedata.normalize("NFKD", spelt)
    return "".join(character for character in plain if character in _GLYPHS or character == " ")


def dots(text: str) -> Bools:
    """The dots of one line of text: (`ROWS`, width)."""
    columns = [_columns(character) for character in spelled(text)]
    if not columns:
        return np.zeros((ROWS, 0), dtype=np.bool_)
    gap = np.zeros((ROWS, _GAP), dtype=np.bool_)
    parts = [part for column in columns for part in (gap, column)]
    return np.hstack(parts[1:])


def width_of(text: str) -> int:
    """Of a line, in cells at scale 1."""
    return int(dots(text).shape[1])


def height_of(scale: int) -> int:
    """Rows of cells one line takes."""
    return (ROWS * scale + 1) // 2


def lines_of(text: str, scale: int) -> list[str]:
    """One line of text as rows of half blocks."""
    large = np.kron(dots(text), np.ones((scale, scale), dtype=np.bool_)).astype(np.uint8)
    if large.shape[0] % 2:
        large = np.vstack([large, np.zeros((1, large.shape[1]), dtype=np.uint8)])
    halves = 2 * large[0::2] + large[1::2]
    return ["".join(_HALVES[half] for half in row) for row in halves.tolist()]


def largest_scale(lines: Sequence[str], width: int, height: int) -> int:
    """The largest at which ``lines``, a row of cells between them, fit; 0 if none does."""
    scale = 0
    while (
        max(width_of(line) for line in lines) * (scale + 1) <= width
        and len(lines) * (height_of(scale + 1) + 1) - 1 <= height
    ):
        scale += 1
    return scale


def broken(text: str, width: int) -> list[str]:
    """``text`` in as few lines as it takes, at scale 1; a word that is too long by itself stands alone."""
    lines: list[str] = []
    for word in spelled(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _columns(character: str) -> Bools:
    if character == " ":
        return np.zeros((ROWS, _BLANK), dtype=np.bool_)
    return np.array([[dot == "#" for dot in row] for row in _GLYPHS[character].split("|")], dtype=np.bool_)
