"""How far the session is on its way to the target: halfway, one more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sensorcoach.kneedrop.tally import Tally

_SIDES: Final = 2


class Progress:
    """Each is told once."""

    def __init__(self, reps_a_side: int) -> None:
        """``reps_a_side``: the target; 0: none."""
        self._target = reps_a_side
        self._told: set[str] = set()

    def passed(self, tally: Tally) -> Iterator[str]:
        """Phrases of what has just been reached. What one side has beyond its target brings the other no nearer."""
        missing = self._missing(tally)
        if missing == 1 and self._first("last_rep"):
            yield "last_rep"
        elif missing == self._target and self._first("halfway"):
            yield "halfway"

    def reached(self, tally: Tally) -> bool:
        """Whether the target has just been reached."""
        return self._missing(tally) == 0 and self._first("target")

    def _missing(self, tally: Tally) -> int | None:
        target = self._target
        if target <= 0:
            return None
        return _SIDES * target - min(tally.left, target) - min(tally.right, target) - tally.unknown

    def _first(self, what: str) -> bool:
        first = what not in self._told
        self._told.add(what)
        return first
