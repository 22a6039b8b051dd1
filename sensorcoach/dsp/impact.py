"""Knocks and hard stops: speed lost, angular deceleration, dynamic acceleration, and how much a low rate hides of them.

Signals come unfiltered: a low-pass would round off just what is measured here (definitions.md A7).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import maximum_filter1d

from sensorcoach.model import Floats
from sensorcoach.settings import SignalSettings

DECELERATION_STEP_S = 0.005
"""Speed differences span one sample, but never less than this: above 200 Hz a knock is resolved (domain.md 4) and a
shorter step would only amplify gyroscope noise, so one movement would be graded differently at 200 and 800 Hz."""


def speed_loss(speed: Floats, rate_hz: float, within_s: float) -> Floats:
    """Loss of speed at each sample: highest speed of the last `within_s` seconds minus the present one, >= 0.

    Args:
        speed: (n,) magnitude of angular rate, any unit.
        rate_hz: samples a second.
        within_s: seconds to look back.

    Returns:
        (n,) in the unit of `speed`; the look-back is shorter at the start of the array.
    """
    size = max(1, int(within_s * rate_hz + 1e-6)) + 1
    # The filter's window ends at the present sample; outside the array nothing was faster.
    highest = maximum_filter1d(speed, size, mode="constant", cval=-np.inf, origin=(size - 1) // 2)
    loss: Floats = highest - speed
    return loss


def largest_loss(speed: Floats, rate_hz: float, within_s: float) -> float | None:
    """Largest `speed_loss` of the window; None for fewer than two samples."""
    return float(speed_loss(speed, rate_hz, within_s).max()) if speed.size > 1 else None


def deceleration(speed: Floats, rate_hz: float) -> Floats:
    """Rate of losing speed, unit of `speed` a second; speeding up is negative.

    (n - k,) with k the samples in `DECELERATION_STEP_S`, at least 1.
    """
    step = max(1, round(DECELERATION_STEP_S * rate_hz))
    slowing: Floats = (speed[:-step] - speed[step:]) * (rate_hz / step)
    return slowing


def impact_factor(rate_hz: float, signal: SignalSettings) -> float:
    """Share of a true impact peak (acceleration or angular deceleration) that survives sampling at `rate_hz`."""
    return float(np.interp(rate_hz, signal.factor_rates_hz, signal.impact_factors))


def loss_factor(rate_hz: float, signal: SignalSettings) -> float:
    """Share of the true speed lost in 100 ms that survives sampling at `rate_hz`."""
    return float(np.interp(rate_hz, signal.factor_rates_hz, signal.loss_factors))
