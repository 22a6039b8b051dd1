"""One movement out of the centre and back, as sample numbers: what the phase machine hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sensorcoach.kneedrop.frame import Centre, Way

Ending = Literal["home", "incomplete", "turned", "no_return", "cut", "unseen"]


@dataclass(slots=True)
class Movement:
    """Grows while it runs. Sample numbers count from the session's first sample; -1: not yet.

    ``lowest``: where the angle was least before it rose; ``trigger``: where it had risen enough to be a drop;
    ``landing`` ... ``return_end``: the borders of definitions.md B; ``return_trigger``: where the return was certain.
    """

    centre: Centre
    way: Way
    lowest: int
    trigger: int
    unseen: bool = False
    """It was not seen to begin: there is a hole before its first sample."""
    peak_dps: float = 0.0
    """Largest outward speed of the drop."""
    landing: int = -1
    landing_deg: float = 0.0
    rested: int = -1
    """Where the leg came to rest after the landing: after an overshoot or a rebound, else the landing itself."""
    furthest_deg: float = 0.0
    """Largest angle since the landing."""
    settled: bool = True
    """The landing angle is certain (not so just after a jolt, without a gyroscope)."""
    staged: bool = False
    """It went on outward after it had landed."""
    return_trigger: int = -1
    return_peak_dps: float = 0.0
    least_deg: float = 0.0
    least: int = -1
    """Smallest angle since the return began, and where."""
    return_end: int = -1
    ending: Ending | None = None
    drop_start: int = -1
    return_start: int = -1
    swung_in: bool = False
    swung_out: bool = False
    """The drop continued the return before, or the return ran on into the next drop, without a pause at the centre."""
    turn: int = -1
    """The turning point it swung in from ..."""
    turn_before_deg: float | None = None
    """... and the signed roll there, in this movement's own way."""
    swing_known: int = -1
    """Where it was decided whether the return swung through the centre."""
    landing_before_deg: float | None = None
    """Signed roll, in this movement's own way, of the landing before; 0 if that is long ago, None if there was none."""
