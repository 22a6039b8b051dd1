"""The line along which most excursions lie: two directions, which need not be opposite; and what a told axis says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, axis_vector, cross, unit
from sensorcoach.model import Bools, Floats, Mounting
from sensorcoach.settings import CalibrationSettings


@dataclass(frozen=True, slots=True)
class Line:
    """``weight`` in all, ``weights`` (n,) of each excursion; which go one way and which the other; mean headings."""

    weight: float
    weights: Floats
    plus: Bools
    minus: Bools
    plus_heading: Floats
    minus_heading: Floats | None


def left_of(centre: Centre, mounting: Mounting) -> Floats | None:
    """Direction (3,) in which up moves for a drop to the left, from what the wearer told; None where unknown.

    The body's axis to the head is the horizontal part of "up the leg" on the thigh, and of "into the shin" on the
    shank; up then moves along ``up0 x head`` (right-hand rule).
    """
    if mounting.segment == "thigh" and mounting.up_leg is not None:
        toward_head = axis_vector(mounting.up_leg)
    elif mounting.segment == "shank" and mounting.front is not None:
        toward_head = -axis_vector(mounting.front)
    else:
        return None
    head = toward_head - (toward_head @ centre.up0) * centre.up0
    return None if float(head @ head) < 1e-4 else unit(cross(centre.up0, unit(head)))


def is_told(mounting: Mounting) -> bool:
    """The wearer said which axis of the sensor is which."""
    return (mounting.up_leg if mounting.segment == "thigh" else mounting.front) is not None


def leg_elevation_deg(up0: Floats, up_leg: str) -> float:
    """How far the hip lies below the knee, by the axis ``up_leg``."""
    return -math.degrees(math.asin(min(1.0, max(-1.0, float(up0 @ axis_vector(up_leg))))))


def elevation_deg(up0: Floats, mounting: Mounting) -> float | None:
    """How far the hip lies below the knee (thigh), or the shin's front looks up (shank); None where not told."""
    if mounting.segment == "thigh":
        return None if mounting.up_leg is None else leg_elevation_deg(up0, mounting.up_leg)
    return None if mounting.front is None else -leg_elevation_deg(up0, mounting.front)


def out_of_posture_deg(up0: Floats, mounting: Mounting, settings: CalibrationSettings) -> float:
    """How far the told axis is from where it is with the knees up; 0 within, and where nothing is told."""
    elevation = elevation_deg(up0, mounting)
    if elevation is None:
        return 0.0
    if mounting.segment == "shank":
        return max(0.0, settings.shin_elevation_min_deg - elevation)
    low, high = settings.thigh_elevation_min_deg, settings.thigh_elevation_max_deg
    return max(0.0, low - elevation, elevation - high)


def fit_line(
    centre: Centre, headings: Sequence[Floats], weights: Floats, left: Floats | None, settings: CalibrationSettings
) -> Line | None:
    """The direction with most weight about it and about its other side; None where there is none near the told one."""
    if not headings:
        return None
    vectors = np.array(headings)
    x = unit(cross(centre.up0, _least_along(centre.up0)))
    angles = np.degrees(np.arctan2(vectors @ cross(centre.up0, x), vectors @ x))
    weights = weights * _told_weight(vectors, left, settings)
    best: tuple[float, Bools, Bools] | None = None
    for angle in angles:
        plus = np.abs(_wrapped(angles - angle)) <= settings.line_deg
        minus = _other_side(angles, angle, plus, weights, settings)
        weight = float(weights[plus].sum() + weights[minus].sum())
        if best is None or weight > best[0] + 1e-9:
            best = (weight, plus, minus)
    assert best is not None  # there is a heading
    weight, plus, minus = best
    if weight < 1e-3:
        return None
    minus_heading = unit(vectors[minus].sum(axis=0)) if minus.any() else None
    return Line(weight, weights, plus, minus, unit(vectors[plus].sum(axis=0)), minus_heading)


def _other_side(
    angles: Floats, angle: float, plus: Bools, weights: Floats, settings: CalibrationSettings
) -> Bools:
    """Those about one direction on the other side, which people's hips do not put exactly opposite."""
    from_opposite = _wrapped(angles - angle - 180.0)
    open_to = (np.abs(from_opposite) <= settings.not_opposite_deg) & ~plus
    best: Bools = np.zeros(len(angles), dtype=np.bool_)
    for middle in from_opposite[open_to]:
        members = open_to & (np.abs(from_opposite - middle) <= settings.line_deg)
        if weights[members].sum() > weights[best].sum():
            best = members
    return best


def _told_weight(vectors: Floats, left: Floats | None, settings: CalibrationSettings) -> Floats:
    """A told axis is evidence with an error, not a rule: what lies across it weighs little."""
    if left is None:
        return np.ones(len(vectors))
    off_deg = np.array([min(angle_between_deg(v, left), angle_between_deg(v, -left)) for v in vectors])
    weight: Floats = np.exp(-0.5 * (np.maximum(0.0, off_deg - settings.told_sure_deg) / settings.told_sigma_deg) ** 2)
    return weight


def _wrapped(angle_deg: Floats) -> Floats:
    wrapped: Floats = (angle_deg + 180.0) % 360.0 - 180.0
    return wrapped


def _least_along(up0: Floats) -> Floats:
    axis = np.zeros(3)
    axis[int(np.abs(up0).argmin())] = 1.0
    return axis
