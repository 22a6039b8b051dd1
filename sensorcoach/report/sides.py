"""The two sides of a session and how they are called."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.model import Direction, Rep

DIRECTIONS: tuple[Direction, Direction] = (1, -1)
KNOWN: dict[Direction, str] = {1: "left", -1: "right"}
UNKNOWN: dict[Direction, str] = {1: "A", -1: "B"}


def side_names(reps: Sequence[Rep]) -> dict[Direction, str]:
    """``left`` and ``right`` where every repetition knows its side, else ``A`` and ``B``."""
    return KNOWN if reps and all(rep.side == KNOWN[rep.direction] for rep in reps) else UNKNOWN
