"""What a landing shows at once: figures of the drop and of the first instants after it, before the final ones."""

from __future__ import annotations

from typing import Final

from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.repetition import build_rep_until
from sensorcoach.model import Direction, Landing, Rep, Side, Warning
from sensorcoach.settings import Settings

KNOWN_AT_LANDING: Final = frozenset(
    {"jarring", "abrupt_landing", "catch", "too_fast", "over_range", "stop_and_go", "carried", "jerky"}
)
"""Codes of the warnings that need nothing but the drop and its landing. What follows may add to them."""
_NOT_SOFT: Final = frozenset({"jarring", "abrupt_landing"})


def provisional_landing(
    history: History, moving: Movement, end: int, settings: Settings, direction: Direction, side: Side | None
) -> Landing:
    """Grade ``moving`` (`Candidate.landed`) by samples before ``end``, as far as its drop and landing go."""
    rep, _ = build_rep_until(end, history, moving, settings, index=0, direction=direction, side=side, dated_back=False)
    warnings = tuple(warning for warning in rep.warnings if warning.code in KNOWN_AT_LANDING)
    return Landing(range_deg=rep.range_deg, hard=_hard(rep, warnings), warnings=warnings)


def _hard(rep: Rep, warnings: tuple[Warning, ...]) -> bool | None:
    """Not so sure a sensor is believed when it shows a severe landing, but not when it shows a soft one (A7)."""
    if any(warning.code in _NOT_SOFT and warning.severity != "note" for warning in warnings):
        return True
    return False if rep.graded and rep.landing_confidence == "high" else None
