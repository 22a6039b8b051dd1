"""Rules about the speed of the drop: `too_fast` and `carried`. Source: definitions.md C, domain.md 5.4."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above, below, worst
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Limit, LimitSettings


def too_fast(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Falling rather than lowering: free-fall fraction F (1) or time from 10 to 90 % of the drop (s).

    Reason: relaxed legs reach F = 0.67, a smooth drop of 0.83 s 0.40, and nobody brakes well what he does not hold.
    Without a gyroscope the peak speed is rounded off by the 2 Hz low-pass, so the time alone is judged.
    """
    by_time = below("too_fast", "s", rep.drop_time_10_90_s, limits.too_fast_time_s)
    if not sensor.has_gyroscope:
        return by_time
    return worst(at_or_above("too_fast", "1", rep.free_fall_fraction, limits.too_fast_fraction), by_time)


def carried(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """Placed rather than let go: F (1) too small, or peak over mean speed (1) of a long drop near that of a ramp.

    Reason: the exercise lets gravity lead. F = 0.05 is a drop of more than 6 s; a ramp has peak/mean 1.06, a
    minimum-jerk drop 1.5-1.9. Not for small ranges, in slow or pillow mode, after a swing through the centre, or
    without a gyroscope.
    """
    if not limits.carried or rep.swung_through or not sensor.has_gyroscope:
        return None
    if rep.range_deg < limits.carried_min_range_deg:
        return None
    by_speed = below("carried", "1", rep.free_fall_fraction, limits.carried_fraction)
    by_shape = None
    if rep.drop_time_s > limits.carried_peak_to_mean_min_s:
        ramp = Limit(warn=limits.carried_peak_to_mean)
        by_shape = below("carried", "1", rep.peak_to_mean_speed, ramp)
    return worst(by_speed, by_shape)
