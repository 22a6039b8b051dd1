"""Where the strapped segment is and how it moves: from posture angles to what a rigid sensor on it feels.

Frames
------
World: x toward the person's head, y to the person's right, z up. Right-handed. Supine, a drop to the LEFT turns about
+x (and its knee moves toward -y).
Leg (``_leg``): 1 up the leg toward the hip (thigh: knee to hip; shank: foot to knee), 2 to the person's right, 3 = the
front of the segment (1 x 2).

``leg to world = Rz(yaw) · Rx(roll) · Ry(pitch) · Rx(twist)``

Pitch lifts the lower end: 0 lying flat, +55° thigh in crook lying, -90° standing; shank in crook lying about -78°
(its knee end up). Gravity seen in the leg never depends on yaw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.model import STANDARD_GRAVITY, Floats
from sensorcoach.simulator.courses import STEP_S

HIP_HEIGHT_M = 0.09
"""Hip above the roll axis, which lies at the floor when the pelvis rolls along."""


@dataclass(frozen=True, slots=True)
class Posture:
    """Posture angles (n,) rad at 1 kHz, and where the roll axis is carried, ``place`` (n, 3) m in the world."""

    yaw: Floats
    roll: Floats
    pitch: Floats
    twist: Floats
    place: Floats


@dataclass(frozen=True, slots=True)
class RigidMotion:
    """What a perfect sensor rigidly on the segment feels, in leg axes, at 1 kHz.

    ``gyr_leg`` (n, 3) rad/s; ``acc_leg`` (n, 3) m/s² specific force (+g up at rest); ``up_leg`` (n, 3) unit vector.
    """

    gyr_leg: Floats
    acc_leg: Floats
    up_leg: Floats


def rigid_motion(posture: Posture, arm_leg_m: tuple[float, float, float], base_m: float) -> RigidMotion:
    """Motion at ``arm_leg_m`` from the joint, which lies ``base_m`` above the roll axis when the roll is 0."""
    to_world = rotations(posture)
    point = posture.place + _rolled_height(posture, base_m) + to_world @ np.asarray(arm_leg_m)
    acceleration = _second_difference(point)
    up_leg = to_world[:, 2, :]
    force = np.einsum("nij,ni->nj", to_world, acceleration) + STANDARD_GRAVITY * up_leg
    return RigidMotion(gyr_leg=body_rate(posture), acc_leg=force, up_leg=up_leg)


def rotations(posture: Posture) -> Floats:
    """Leg-to-world matrices (n, 3, 3)."""
    n = len(posture.roll)
    cr, sr, cp, sp = np.cos(posture.roll), np.sin(posture.roll), np.cos(posture.pitch), np.sin(posture.pitch)
    ct, st, cy, sy = np.cos(posture.twist), np.sin(posture.twist), np.cos(posture.yaw), np.sin(posture.yaw)
    out = np.empty((n, 3, 3))
    # Rx(roll) Ry(pitch), column by column, then Rx(twist) mixes columns 2 and 3, then Rz(yaw) mixes rows 1 and 2.
    first = np.stack([cp, sr * sp, -cr * sp], axis=1)
    second = np.stack([np.zeros(n), cr, sr], axis=1)
    third = np.stack([sp, -sr * cp, cr * cp], axis=1)
    out[:, :, 0] = first
    out[:, :, 1] = second * ct[:, None] + third * st[:, None]
    out[:, :, 2] = third * ct[:, None] - second * st[:, None]
    x, y = out[:, 0, :].copy(), out[:, 1, :].copy()
    out[:, 0, :] = cy[:, None] * x - sy[:, None] * y
    out[:, 1, :] = sy[:, None] * x + cy[:, None] * y
    return out


def body_rate(posture: Posture) -> Floats:
    """Angular velocity in leg axes (n, 3) rad/s, from the posture angles' speeds."""
    rate = np.zeros((len(posture.roll), 3))
    rate[:, 2] += np.gradient(posture.yaw, STEP_S)
    _turn_into(rate, posture.roll, 0)
    rate[:, 0] += np.gradient(posture.roll, STEP_S)
    _turn_into(rate, posture.pitch, 1)
    rate[:, 1] += np.gradient(posture.pitch, STEP_S)
    _turn_into(rate, posture.twist, 0)
    rate[:, 0] += np.gradient(posture.twist, STEP_S)
    return rate


def _turn_into(vectors: Floats, angle: Floats, axis: int) -> None:
    """Express vectors in a frame turned by ``angle`` about an own axis (in place)."""
    i, j = (1, 2) if axis == 0 else (2, 0)
    c, s = np.cos(angle), np.sin(angle)
    a, b = vectors[:, i].copy(), vectors[:, j].copy()
    vectors[:, i] = c * a + s * b
    vectors[:, j] = -s * a + c * b


def _rolled_height(posture: Posture, base_m: float) -> Floats:
    """The joint's place relative to the roll axis: ``base_m`` up, rolled and yawed along."""
    sr = np.sin(posture.roll)
    return base_m * np.stack([np.sin(posture.yaw) * sr, -np.cos(posture.yaw) * sr, np.cos(posture.roll)], axis=1)


def _second_difference(point: Floats) -> Floats:
    """Acceleration (n, 3) of a 1 kHz path; the ends repeat their neighbours."""
    out = np.empty_like(point)
    out[1:-1] = (point[2:] - 2 * point[1:-1] + point[:-2]) / STEP_S**2
    out[0], out[-1] = out[1], out[-2]
    return out
