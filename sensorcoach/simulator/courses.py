"""The courses a muscle tries to follow: angle, speed and acceleration over time at `STEP_HZ`.

A course starts from the state the legs are in, so nothing jumps. All polynomials are minimum-jerk quintics (Flash and
Hogan 1985) between given states.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.model import Floats

STEP_HZ = 1000.0
STEP_S = 1.0 / STEP_HZ


@dataclass(frozen=True, slots=True)
class Course:
    """Wanted angle (n,) rad, speed (n,) rad/s, acceleration (n,) rad/s², one a step, the first one step after now."""

    angle: Floats
    speed: Floats
    acceleration: Floats


def steps(duration_s: float) -> int:
    """Whole integration steps in a duration, at least one."""
    return max(1, round(duration_s * STEP_HZ))


def stay(angle_rad: float, duration_s: float) -> Course:
    """Keep one angle."""
    n = steps(duration_s)
    return Course(np.full(n, angle_rad), np.zeros(n), np.zeros(n))


def reach(start: tuple[float, float, float], end: tuple[float, float, float], duration_s: float) -> Course:
    """The minimum-jerk course between two states (angle, speed, acceleration)."""
    n = steps(duration_s)
    total = n * STEP_S
    x0, v0, a0 = start
    x1, v1, a1 = end
    d, p, q = x1 - x0 - v0 * total - 0.5 * a0 * total**2, (v1 - v0 - a0 * total) * total, (a1 - a0) * total**2
    c3, c4, c5 = 10 * d - 4 * p + 0.5 * q, -15 * d + 7 * p - q, 6 * d - 3 * p + 0.5 * q
    s = np.arange(1, n + 1) / n
    t = s * total
    angle = x0 + v0 * t + 0.5 * a0 * t**2 + s**3 * (c3 + s * (c4 + s * c5))
    speed = v0 + a0 * t + s**2 * (3 * c3 + s * (4 * c4 + s * 5 * c5)) / total
    acceleration = a0 + s * (6 * c3 + s * (12 * c4 + s * 20 * c5)) / total**2
    return Course(angle, speed, acceleration)


def gravity_led(start: tuple[float, float, float], end_rad: float, duration_s: float, peak_at: float) -> Course:
    """A drop that speeds up slowly and is braked late: the speed peaks at the share ``peak_at`` of its time."""
    n = steps(duration_s)
    total = n * STEP_S
    s = np.arange(1, n + 1) / n
    # A beta-shaped speed s^a (1-s)^2: zero speed and acceleration at both ends, peak at a / (a + 2).
    power = 2.0 * peak_at / (1.0 - peak_at)
    shape = s**power * (1.0 - s) ** 2
    travelled = np.cumsum(shape)
    scale = (end_rad - start[0]) / travelled[-1]
    speed = scale * shape * n / total
    return Course(start[0] + scale * travelled, speed, np.gradient(speed, STEP_S))


def shaken(course: Course, depth: float, frequency_hz: float) -> Course:
    """The same way, its speed modulated by ``1 + depth · sin``: a jerky movement."""
    n = len(course.angle)
    t = np.arange(1, n + 1) * STEP_S
    speed = course.speed * (1.0 + depth * np.sin(2 * np.pi * frequency_hz * t))
    before = course.angle[0] - course.speed[0] * STEP_S
    way = np.cumsum(speed) * STEP_S
    wanted = course.angle[-1] - before
    speed = speed * (wanted / way[-1])
    return Course(before + way * (wanted / way[-1]), speed, np.gradient(speed, STEP_S))


def joined(*courses: Course) -> Course:
    """One course after the other."""
    return Course(
        np.concatenate([c.angle for c in courses]),
        np.concatenate([c.speed for c in courses]),
        np.concatenate([c.acceleration for c in courses]),
    )
