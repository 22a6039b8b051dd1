"""Other limits for repetitions that were measured already: which changes allow that, and the grading itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec

from sensorcoach.kneedrop.grading import SensorAbility, grade
from sensorcoach.kneedrop.provisional import judged
from sensorcoach.model import PhaseChanged, Rep
from sensorcoach.settings import Settings

FIGURES_REST_ON: Final = frozenset(
    {
        "pendulum_length_m",
        "landing_before_s",
        "landing_after_s",
        "landing_loss_s",
        "peak_prominence_fraction",
        "peak_prominence_dps",
        "stop_fraction",
        "stop_min_s",
        "stop_max_s",
        "hold_settle_s",
        "residual_s",
        "swing_border_fraction",
        "swing_gain_min_deg",
    }
)
"""Fields of `LimitSettings` that say how a figure is measured or what is a movement; the others only judge it."""


def same_figures(one: Settings, other: Settings) -> bool:
    """Whether both settings give the same repetitions with the same figures, whatever they say of them."""
    return ((one.signal, one.phases, one.calibration) == (other.signal, other.phases, other.calibration)) and all(
        getattr(one.limits, name) == getattr(other.limits, name) for name in FIGURES_REST_ON
    )


def regraded(rep: Rep, sensor: SensorAbility, settings: Settings) -> Rep:
    """The same repetition under ``settings``, which must give it the same figures."""
    return msgspec.structs.replace(rep, warnings=grade(rep, sensor, settings.limits, settings.signal))


def landing_regraded(told: PhaseChanged, sensor: SensorAbility, settings: Settings) -> PhaseChanged:
    """Likewise the landing that a hold was told with, if any."""
    if told.landing is None or told.landing.drop is None:
        return told
    return replace(told, landing=judged(told.landing.drop, sensor, settings))
