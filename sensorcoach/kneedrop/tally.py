"""How many repetitions there were: those detected, and what the person corrected about them."""

from __future__ import annotations

from typing import Final

from sensorcoach.model import Control, Correction, Counted, Direction, Side

_SIDES: Final[tuple[Side, Side]] = ("left", "right")


class Tally:
    """``count`` and ``correct`` in the order of the stream. What was detected stays; ``left`` ... are as corrected."""

    def __init__(self) -> None:
        self._corrected: dict[Side | None, int] = {"left": 0, "right": 0, None: 0}
        self._standing: list[Counted] = []
        """Not undone."""
        self._last: Counted | None = None
        self._directions: dict[Side | None, Direction] = {}
        self.counted = 0
        self.corrections: tuple[Correction, ...] = ()

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

    @property
    def undone(self) -> frozenset[int]:
        """Indices of the detected repetitions that do not count."""
        return frozenset(one.rep for one in self.corrections if one.rep is not None)

    def count(self, counted: Counted) -> None:
        """A repetition was detected."""
        self.counted += 1
        self._last = counted
        self._standing.append(counted)
        self._directions[counted.side] = counted.direction
        self._corrected[counted.side] += 1

    def withdraw(self, index: int) -> None:
        """A repetition that was told was none after all. If the person said so before, their word is used up."""
        self.counted -= 1
        told = next((one for one in self._standing if one.index == index), None)
        if told is None:
            self.corrections = tuple(one for one in self.corrections if one.rep != index)
        else:
            self._standing.remove(told)
            self._corrected[told.side] = max(0, self._corrected[told.side] - 1)

    def correct(self, control: Control) -> None:
        """``undo``: the last repetition that stands does not count; ``correct``: one more or less.

        Of the side last trained, if none is named; nothing falls below 0.
        """
        if control.action == "undo":
            self._undo(control.t_s)
            return
        change, _, named = control.value.partition(" ")
        if change not in ("+1", "-1"):
            return
        last = None if self._last is None else self._last.side
        side = next((one for one in _SIDES if one == named), last)
        self._change(control.t_s, int(change), side, self._directions.get(side), None)

    def _undo(self, t_s: float) -> None:
        if self._standing:
            undone = self._standing.pop()
            self._change(t_s, -1, undone.side, undone.direction, undone.index)

    def _change(self, t_s: float, change: int, side: Side | None, direction: Direction | None, rep: int | None) -> None:
        if self._corrected[side] + change >= 0:
            self._corrected[side] += change
            correction = Correction(t_s=t_s, change=change, side=side, direction=direction, rep=rep)
            self.corrections += (correction,)
