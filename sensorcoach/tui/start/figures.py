"""Pictures of a person on a mat, in characters: where the sensor sits, how to lie, which way the knees go."""

from __future__ import annotations

from typing import Final

STRAP: Final = "▟██▛"
"""How the strap is drawn, so that it can be given a colour of its own."""

LYING: Final = """\
                          ⢀⣼⣶⡄
                         ⢠⣾⠟⠹⣿⡀
                        ⣰⣿⠏  ⢻⣿⡀
                     ▟██▛⠃    ⢻⣷⡀
                     ⢀⣾⡿⠁      ⢻⣷⡀
  ⡞⠉⠉⠙⡆             ⣠⣾⠟        ⠈⢻⣧
  ⣇  ⢀⡇⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣶⣿⠋          ⠈⢿⣧⣤⣤⣤
⠤⠤⠬⠭⠭⠭⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤"""
"""From the side: on the back, knees up, feet flat, the strap on the thigh."""

KNEES_LEFT: Final = """\
   ⢠⣏⣽⣆⢠⣏⣽⣆
    ⠉⠙⠻⣿⣯⣝⠻⣿⣦⣄
        ⠉⠻⢿⣶⣍⡻⢿⣶⣄⡀
           ⠉⠻⢿⣶⡍⠻⢿⣶⡄
  ⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠚⠓⠒⠒⠚⠓⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒"""
"""The person's own view of their knees: lowered to the left."""


def mirrored(drawn: str) -> str:
    """The same figure, left and right changed: of braille cells and blanks."""
    rows = drawn.splitlines()
    width = max(len(row) for row in rows)
    return "\n".join("".join(map(_turned, reversed(row.ljust(width)))).rstrip() for row in rows)


def _turned(cell: str) -> str:
    """A cell of braille has its left dots in bits 0 1 2 6, beside them on the right 3 4 5 7."""
    if cell == " ":
        return cell
    dots = ord(cell) - _BRAILLE
    return chr(_BRAILLE | (dots & 0x07) << 3 | (dots & 0x38) >> 3 | (dots & 0x40) << 1 | (dots & 0x80) >> 1)


_BRAILLE: Final = 0x2800
KNEES_RIGHT: Final = mirrored(KNEES_LEFT)
