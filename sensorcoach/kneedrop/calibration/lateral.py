"""The line along which most excursions lie: two directions, which need not be opposite; and what a told axis says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.frame import Centre, axis_vector, cross, unit
from sensorcoach.model import Bools, Floats, Mounting
from sensorcoach.settings import CalibrationSettings

_MOST_DIRECTIONS = 100
"""So many of the headings are asked about as directions of the line."""


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
    directions = np.sort(angles)[:: 1 + len(angles) // _MOST_DIRECTIONS]
    near, opposite = _memberships(angles, directions, settings)
    one_way = weights @ near
    # For each direction, how much lies about each other one, of what is on its other side.
    other_way = (opposite * weights[:, None]).T @ near
    middle = other_way.argmax(axis=1)
    best = int((one_way + other_way[np.arange(len(directions)), middle]).argmax())
    plus, minus = near[:, best], near[:, middle[best]] & opposite[:, best]
    weight = float(weights[plus].sum() + weights[minus].sum())
    if weight < 1e-3 or not plus.any():
        return None
    minus_heading = unit(vectors[minus].sum(axis=0)) if minus.any() else None
    return Line(weight, weights, plus, minus, unit(vectors[plus].sum(axis=0)), minus_heading)


def _memberships(angles: Floats, directions: Floats, settings: CalibrationSettings) -> tuple[Bools, Bools]:
    """Which headings lie about each direction (headings, directions), and which on its other side.

    People's hips do not put the other side exactly opposite.
    """
    off_deg = np.abs(_wrapped(angles[:, None] - directions))
    near: Bools = off_deg <= settings.line_deg
    opposite: Bools = (180.0 - off_deg <= settings.not_opposite_deg) & ~near
    return near, opposite


def _told_weight(vectors: Floats, left: Floats | None, settings: CalibrationSettings) -> Floats:
    """A told axis is evidence with an error, not a rule: what lies across it weighs little."""
    if left is None:
        return np.ones(len(vectors))
    off_deg = np.degrees(np.arccos(np.minimum(np.abs(vectors @ left), 1.0)))
    weight: Floats = np.exp(-0.5 * (np.maximum(0.0, off_deg - settings.told_sure_deg) / settings.told_sigma_deg) ** 2)
    return weight


def _wrapped(angle_deg: Floats) -> Floats:
    wrapped: Floats = (angle_deg + 180.0) % 360.0 - 180.0
    return wrapped


def _least_along(up0: Floats) -> Floats:
    axis = np.zeros(3)
    axis[int(np.abs(up0).argmin())] = 1.0
    return axis
