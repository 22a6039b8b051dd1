"""What a sensor can show: which rules may speak, and what its rate hides of an impact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sensorcoach.dsp.impact import impact_factor, loss_factor
from sensorcoach.settings import SignalSettings


@dataclass(frozen=True, slots=True)
class SensorAbility:
    """Rate of the session's grid (samples a second) and whether there is a gyroscope."""

    rate_hz: float
    has_gyroscope: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """`SensorAbility` judged by the settings.

    ``impact_factor``, ``loss_factor``: share of the true value that the rate lets through (definitions.md A7).
    ``graded``: the rate is enough to grade at all; ``impacts_sure``: enough to promise impact grades.
    """

    rate_hz: float
    has_gyroscope: bool
    impact_factor: float
    loss_factor: float
    graded: bool
    impacts_sure: bool


@lru_cache(maxsize=64)
def reach(sensor: SensorAbility, signal: SignalSettings) -> Reach:
    """Judge a sensor; a rate within the tolerance of a limit counts as reaching it."""
    share = 1.0 - signal.rate_tolerance
    return Reach(
        rate_hz=sensor.rate_hz,
        has_gyroscope=sensor.has_gyroscope,
        impact_factor=impact_factor(sensor.rate_hz, signal),
        loss_factor=loss_factor(sensor.rate_hz, signal),
        graded=sensor.rate_hz >= signal.grading_rate_hz * share,
        impacts_sure=sensor.rate_hz >= signal.impact_rate_hz * share,
    )
