"""The rule about going too far: `over_range`. Source: definitions.md C."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Limit, LimitSettings


def over_range(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Further than is comfortable: range (°) against the comfortable maximum of that side.

    Reason: an optimum is wanted, not a maximum. With the maximum unknown only beyond 85° is told, where both knees lie
    on the floor. Not graded where the centre is a guess (`midpoint`).
    """
    if rep.centre_source == "midpoint":
        return None
    comfort_deg = _comfort_deg(rep, limits)
    if comfort_deg is None:
        return _beyond_anybody(rep.range_deg, limits.over_range_unknown_deg)
    levels = Limit(
        note=limits.over_range_note_fraction * comfort_deg,
        warn=comfort_deg + max(limits.over_range_warn_deg, limits.over_range_warn_fraction * comfort_deg),
        severe=comfort_deg + limits.over_range_severe_deg,
    )
    return at_or_above("over_range", "deg", rep.range_deg, levels)


def _comfort_deg(rep: Rep, limits: LimitSettings) -> float | None:
    if rep.side is None:
        return None
    return limits.comfort_left_deg if rep.side == "left" else limits.comfort_right_deg


def _beyond_anybody(range_deg: float, limit_deg: float) -> Warning | None:
    if range_deg <= limit_deg:
        return None
    return Warning(code="over_range", severity="warn", value=range_deg, limit=limit_deg, unit="deg")
