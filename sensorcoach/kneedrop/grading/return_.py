"""Rules about the way back: `fast_return` and `incomplete_return`. Source: definitions.md C."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import LimitSettings


def fast_return(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Pulled up rather than unwound: peak speed of the return over the range (1/s), so the same for every range.

    Reason: a minimum-jerk return in 1 s reads 1.9, in 1.25 s 1.5.
    """
    if rep.peak_return_dps is None or rep.range_deg <= 0.0:
        return None
    return at_or_above("fast_return", "1/s", rep.peak_return_dps / rep.range_deg, limits.fast_return_per_s)


def incomplete_return(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Not back at the centre: angle left (share of the range, 1) within a second after the return's end.

    Reason: a rest between the sides needs the knees up. Small ranges leave a large share, so `warn` also needs 10°. Not
    after a swing through the centre, and not where the centre is a guess (`midpoint`).
    """
    if rep.residual_deg is None or rep.range_deg <= 0.0 or rep.swung_through or rep.centre_source == "midpoint":
        return None
    share = rep.residual_deg / rep.range_deg
    limit = limits.incomplete_return_fraction
    if limit.warn is not None and share > limit.warn and rep.residual_deg > limits.incomplete_return_deg:
        return Warning(code="incomplete_return", severity="warn", value=share, limit=limit.warn, unit="1")
    if limit.note is not None and share > limit.note:
        return Warning(code="incomplete_return", severity="note", value=share, limit=limit.note, unit="1")
    return None
