"""How many repetitions a screen shows: those detected, with the person's corrections."""

from __future__ import annotations

from typing import Final

from sensorcoach.model import Control, Counted, Side

_SIDES: Final[tuple[Side, Side]] = ("left", "right")


class Tally:
    """``count`` and ``correct`` in order. ``left``, ``right``, ``unknown``: as corrected; ``counted``: detected."""

    def __init__(self) -> None:
        self._corrected: dict[Side | None, int] = {"left": 0, "right": 0, None: 0}
        self._standing: list[tuple[int, Side | None]] = []
        """Index and side of each repetition that was not undone."""
        self.counted = 0
        self.undone: frozenset[int] = frozenset()

    @property
    def left(self) -> int:
        """Of the left side."""
        return self._corrected["left"]

    @property
    def right(self) -> int:
        """Of the right side."""
        return self._corrected["right"]

    @property
    def unknown(self) -> int:
        """Of a side nobody knows."""
        return self._corrected[None]

    def count(self, counted: Counted) -> None:
        """A repetition was detected."""
        self.counted += 1
        self._standing.append((counted.index, counted.side))
        self._corrected[counted.side] += 1

    def correct(self, control: Control) -> None:
        """``undo``: the last repetition that stands does not count; ``correct``: one more or less."""
        if control.action == "undo":
            self._undo()
            return
        change, _, named = control.value.partition(" ")
        if change not in ("+1", "-1"):
            return
        side = next((one for one in _SIDES if one == named), self._last_side())
        self._corrected[side] = max(self._corrected[side] + int(change), 0)

    def _undo(self) -> None:
        if self._standing:
            index, side = self._standing.pop()
            self.undone |= {index}
            self._corrected[side] = max(self._corrected[side] - 1, 0)

    def _last_side(self) -> Side | None:
        return self._standing[-1][1] if self._standing else None
