"""What an excursion cannot be. Each gate is one small function of its figures; the first that applies is the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sensorcoach.kneedrop.calibration.excursions import Excursion
from sensorcoach.settings import CalibrationSettings

Gate = Literal["unfinished", "too_quick", "step", "walked", "turned_over", "too_long", "other_posture", "strap_tugged"]


def unfinished(one: Excursion, _: CalibrationSettings) -> bool:
    """It did not begin or end at home."""
    return one.unfinished


def too_quick(one: Excursion, settings: CalibrationSettings) -> bool:
    """No leg goes out and back so soon."""
    return one.lasted_s < settings.shortest_s


def step(one: Excursion, settings: CalibrationSettings) -> bool:
    """Short, and shaken for more than a landing is: a foot that strikes the ground."""
    short = one.lasted_s < settings.step_s
    return short and one.shaking_g > settings.step_shaking_g and one.shaken_share > settings.step_share


def walked(one: Excursion, settings: CalibrationSettings) -> bool:
    """Shaken nearly all of the time: somebody got up, walked and lay down again."""
    return one.shaking_g > settings.walked_shaking_g and one.shaken_share > settings.walked_share


def turned_over(one: Excursion, settings: CalibrationSettings) -> bool:
    """Farther than knees go."""
    return one.range_deg > settings.farthest_deg


def too_long(one: Excursion, settings: CalibrationSettings) -> bool:
    """Nobody holds so long."""
    return one.lasted_s > settings.longest_s


def other_posture(one: Excursion, settings: CalibrationSettings) -> bool:
    """It left the plane of its own heading: straight legs, or handling."""
    return one.stray_deg > settings.stray_deg


def strap_tugged(one: Excursion, settings: CalibrationSettings) -> bool:
    """It turned about the vertical nearly as much as it tilted: the sensor in a hand, or on a leg that stands."""
    drift_deg = settings.yaw_drift_dps * one.lasted_s
    return one.yaw_span_deg > max(settings.tug_yaw_deg, settings.tug_yaw_share * one.range_deg + drift_deg)


GATES: dict[Gate, Callable[[Excursion, CalibrationSettings], bool]] = {
    "unfinished": unfinished,
    "too_quick": too_quick,
    "step": step,
    "walked": walked,
    "turned_over": turned_over,
    "too_long": too_long,
    "other_posture": other_posture,
    "strap_tugged": strap_tugged,
}


def why_not(one: Excursion, settings: CalibrationSettings) -> Gate | None:
    """The first gate it does not pass, or None."""
    return next((name for name, gate in GATES.items() if gate(one, settings)), None)


def got_up(one: Excursion, following: Excursion | None, settings: CalibrationSettings) -> bool:
    """Who rolls over to get up comes past home and leaves it for good, shaken by the floor."""
    if following is None or not following.unfinished or one.shaking_g < settings.got_up_shaking_g:
        return False
    gone = following.range_deg > settings.got_up_range_deg
    return gone and following.start_s - one.end_s < settings.got_up_s
