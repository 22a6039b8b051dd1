"""Rules about how the knees come to a stop: `abrupt_landing`, `jarring`, `catch`.

Source: definitions.md C, domain.md 4. Values are corrected for what the rate hides. Between 50 and 99 Hz that
correction is a guess for a single landing (a hard floor loses 35 % or nothing, as the samples fall), so there only a
severe finding is spoken; the rest goes to the log.
"""

from __future__ import annotations

import math

from sensorcoach.kneedrop.grading.ability import Reach
from sensorcoach.kneedrop.grading.levels import at_or_above, note_only, worst
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Limit, LimitSettings


def abrupt_landing(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """The drop ends all at once: speed lost within 100 ms (°/s), rate-corrected.

    Reason: a soft end loses 4-34 °/s in 100 ms, a mat at 60 °/s takes 56. A quick but smooth drop loses much in 100 ms
    too and is `too_fast`, not abrupt: so the loss must also be 1.5 times that of a minimum-jerk drop.
    """
    if rep.landing_loss_dps is None:
        return None
    loss_dps = rep.landing_loss_dps / sensor.loss_factor
    smooth_dps = minimum_jerk_loss_dps(rep.range_deg, rep.drop_time_s, limits.landing_loss_s)
    if loss_dps < limits.abrupt_landing_ratio * smooth_dps:
        return None
    found = at_or_above("abrupt_landing", "deg/s", loss_dps, limits.abrupt_landing_dps)
    return _as_sure_as_the_rate(found, sensor, limits.abrupt_landing_dps)


def jarring(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """The knees thump down: dynamic acceleration (g) or angular deceleration (°/s²) at the landing, rate-corrected.

    Reason: a controlled end stays below 0.3 g and 350 °/s², a mat at 60 °/s reads 2.4 g and 3000 °/s²; linear peaks
    depend on where the sensor sits, angular ones do not: use both. Needs 15 °/s of lost speed, because tugging the
    strap or speeding up is no jar. Without a gyroscope that loss is unknown: acceleration gives a note only.
    """
    jolt_g = None if rep.landing_jolt_g is None else rep.landing_jolt_g / sensor.impact_factor
    by_jolt = at_or_above("jarring", "g", jolt_g, limits.jarring_g)
    if not sensor.has_gyroscope:
        return note_only(by_jolt, limits.jarring_g)
    if rep.landing_loss_dps is None or rep.landing_loss_dps / sensor.loss_factor < limits.jarring_min_loss_dps:
        return None
    decel_dps2 = None if rep.landing_decel_dps2 is None else rep.landing_decel_dps2 / sensor.impact_factor
    by_decel = at_or_above("jarring", "deg/s2", decel_dps2, limits.jarring_dps2)
    found = worst(by_jolt, by_decel)
    levels = limits.jarring_g if found is by_jolt else limits.jarring_dps2
    return _as_sure_as_the_rate(found, sensor, levels)


def catch(rep: Rep, sensor: Reach, limits: LimitSettings) -> Warning | None:
    """The fall is grabbed half way: angular deceleration (°/s²) in the drop before its landing, rate-corrected.

    Reason: controlled drops brake with at most 350 °/s², tissue that catches a passive fall with 1100-1800.
    """
    if rep.catch_dps2 is None:
        return None
    found = at_or_above("catch", "deg/s2", rep.catch_dps2 / sensor.impact_factor, limits.catch_dps2)
    return _as_sure_as_the_rate(found, sensor, limits.catch_dps2)


def minimum_jerk_loss_dps(range_deg: float, duration_s: float, within_s: float) -> float:
    """Largest loss of speed (°/s) within `within_s` of a minimum-jerk movement over `range_deg` in `duration_s`.

    Closed form: speed is ``30 R/T (x(1-x))^2``, x = t/T. With h = within/T the loss is largest around
    ``x = 1/2 + sqrt((1-h^2)/12)``; from h = 1/2 on the whole peak is lost.
    """
    if duration_s <= 0.0:
        return math.inf
    h = within_s / duration_s
    if h >= 0.5:
        return 1.875 * range_deg / duration_s
    rest = 1.0 - h * h
    return 30.0 * range_deg / duration_s * h * math.sqrt(rest / 12.0) * rest * 2.0 / 3.0


def _as_sure_as_the_rate(found: Warning | None, sensor: Reach, limit: Limit) -> Warning | None:
    if found is None or sensor.impacts_sure or found.severity == "severe":
        return found
    return note_only(found, limit)
