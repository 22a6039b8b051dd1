"""Between leg and sensor: how it is mounted, how the strap rings, how it slips."""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import lfilter
from scipy.spatial.transform import Rotation

from sensorcoach.model import Floats, Mounting, Side
from sensorcoach.simulator.courses import STEP_S, reach
from sensorcoach.simulator.plan import MountPlan, StrapPlan

AXES = {
    "x": (1.0, 0.0, 0.0),
    "-x": (-1.0, 0.0, 0.0),
    "y": (0.0, 1.0, 0.0),
    "-y": (0.0, -1.0, 0.0),
    "z": (0.0, 0.0, 1.0),
    "-z": (0.0, 0.0, -1.0),
}


def sensor_from_leg(mount: MountPlan, rng: np.random.Generator) -> Floats:
    """Matrix (3, 3) that turns leg axes into sensor axes."""
    anyhow = Rotation.random(rng=rng)
    tilt_axis = rng.standard_normal(3)
    tilt_axis /= np.linalg.norm(tilt_axis)
    if mount.up_leg is None:
        return np.asarray(anyhow.as_matrix())
    up = np.array(AXES[mount.up_leg])
    other = np.roll(up, 1) * np.sign(up.sum())
    square = np.column_stack([up, other, np.cross(up, other)])
    spin = Rotation.from_rotvec(math.radians(mount.spin_deg) * np.array([1.0, 0.0, 0.0]))
    tilt = Rotation.from_rotvec(math.radians(mount.tilt_deg) * tilt_axis)
    return np.asarray(square @ (spin * tilt).as_matrix())


def told_mounting(mount: MountPlan, from_leg: Floats, first_side: Side | None) -> Mounting:
    """What the wearer would say: the sensor axis nearest to *up the leg* (thigh), or to *out of the shin* (shank)."""
    first_told = first_side if mount.first_side_told else None
    if not mount.told:
        return Mounting(leg=mount.leg, segment=mount.segment, first_side=first_told)
    return Mounting(
        leg=mount.leg,
        segment=mount.segment,
        first_side=first_told,
        up_leg=nearest_axis(from_leg[:, 0]),
        front=nearest_axis(from_leg[:, 2]) if mount.segment == "shank" else None,
    )


def nearest_axis(direction_sensor: Floats) -> str:
    """The sensor axis nearest to a direction (3,) in sensor axes."""
    return max(AXES, key=lambda name: float(np.dot(AXES[name], direction_sensor)))


def slip_angle(strap: StrapPlan, n: int) -> Floats:
    """How far the sensor has slipped around the leg (n,) rad at 1 kHz."""
    out = np.zeros(n)
    if strap.slip_deg == 0.0:
        return out
    slip = math.radians(strap.slip_deg)
    course = reach((0.0, 0.0, 0.0), (slip, 0.0, 0.0), strap.slip_takes_s).angle
    first = min(max(round(strap.slip_at_s / STEP_S), 0), n)
    last = min(first + len(course), n)
    out[first:last] = course[: last - first]
    out[last:] = slip
    return out


def slipped(vectors_leg: Floats, angle: Floats) -> Floats:
    """Vectors (n, 3) in leg axes, seen from a strap turned by ``angle`` (n,) about the leg."""
    c, s = np.cos(angle), np.sin(angle)
    up, right, front = vectors_leg.T
    return np.column_stack([up, c * right + s * front, c * front - s * right])


def rung(vectors: Floats, strap: StrapPlan) -> Floats:
    """Motion (n, 3) at 1 kHz after the strap: a share of it goes through a damped spring."""
    if strap.ringing_share == 0.0:
        return vectors
    swing = complex(-strap.ringing_damping, math.sqrt(1 - strap.ringing_damping**2))
    pole = np.exp(2 * np.pi * strap.ringing_hz * STEP_S * swing)
    a = [1.0, -2 * pole.real, abs(pole) ** 2]
    gain = sum(a)
    start = vectors[0]
    sprung = lfilter([gain], a, vectors - start, axis=0) + start
    return np.asarray(vectors + strap.ringing_share * (sprung - vectors))
