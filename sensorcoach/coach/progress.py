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
        target = self._target
        if target <= 0:
            return
        done = min(tally.left, target) + min(tally.right, target) + tally.unknown
        missing = _SIDES * target - done
        if missing == 1:
            yield from self._once("last_rep")
        elif missing == target:
            yield from self._once("halfway")

    def _once(self, phrase: str) -> Iterator[str]:
        if phrase not in self._told:
            self._told.add(phrase)
            yield phrase
