"""Rules about the hold: `short_hold` and `restless_hold`. Source: definitions.md C, domain.md 5.1 and 7."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above, below, worst
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Limit, LimitSettings


def short_hold(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Not stayed long enough: hold (s) against the target.

    Reason: health services ask for one deep breath (4 s) up to 10 s and more; what to reach is the person's choice. Off
    with a target of 0. Never warns above the target.
    """
    target_s = limits.hold_target_s
    if target_s <= 0.0:
        return None
    warn_s = min(target_s, max(limits.short_hold_floor_s, limits.short_hold_fraction * target_s))
    return below("short_hold", "s", rep.hold_s, Limit(note=target_s, warn=warn_s))


def restless_hold(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Not let go: range of the angle (°) or largest speed (°/s) once the hold has settled.

    Reason: a relaxed leg lies still; breathing moves it by a degree or two.
    """
    return worst(
        at_or_above("restless_hold", "deg", rep.hold_sway_deg, limits.restless_hold_deg),
        at_or_above("restless_hold", "deg/s", rep.hold_peak_dps, limits.restless_hold_dps),
    )
