"""The frame of the exercise: which way is up with the knees at the centre, and which way is sideways.

All vectors are unit vectors in sensor axes. With the body rolling about its long axis, which points to the head as
``r``, up moves through ``up(phi) = up0 cos(phi) + lateral sin(phi)`` with ``lateral = up0 x r``: positive phi is a drop
to the person's left (right-hand rule about the axis to the head; definitions.md A5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sensorcoach.model import CentreSource, Floats

_TWO_RADIANS_DEG = math.degrees(2.0)


@dataclass(frozen=True, slots=True)
class Centre:
    """``up0`` (3,): up at the centre; ``source``: how it was found (definitions.md A3)."""

    up0: Floats
    source: CentreSource

    def angle_deg(self, up: Floats) -> Floats:
        """Tilt away from the centre, (n, 3) -> (n,) in 0 .. 180 deg; from the chord, so exact also near 0."""
        apart = up - self.up0
        chord = np.sqrt(np.einsum("ij,ij->i", apart, apart))
        angle_deg: Floats = _TWO_RADIANS_DEG * np.arcsin(np.minimum(0.5 * chord, 1.0))
        return angle_deg

    def heading(self, up: Floats) -> Floats | None:
        """Unit direction in which ``up`` (3,) lies from the centre, orthogonal to ``up0``; None at the centre."""
        across = up - (up @ self.up0) * self.up0
        length = float(np.sqrt(across @ across))
        return None if length < 1e-6 else across / length

    def moved_to(self, up0: Floats) -> Centre:
        """The same idea of a centre at another place, ``up0`` (3,) of any length."""
        return Centre(unit(up0), self.source)


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of the centre: ``lateral`` (3,) is the direction, positive angles lie along it."""

    up0: Floats
    lateral: Floats

    @staticmethod
    def towards(centre: Centre, direction: Floats) -> Way:
        """Along ``direction`` (3,), made orthogonal to the centre."""
        return Way(centre.up0, unit(direction - (direction @ centre.up0) * centre.up0))

    def roll_deg(self, up: Floats) -> Floats:
        """Signed roll (n,), -180 .. 180 deg."""
        return np.degrees(np.arctan2(up @ self.lateral, up @ self.up0))

    def speed_dps(self, up: Floats, up_rate: Floats) -> Floats:
        """Rate of ``roll_deg`` (n,), outward positive."""
        along, across = up @ self.up0, up @ self.lateral
        turning = along * (up_rate @ self.lateral) - across * (up_rate @ self.up0)
        return np.degrees(turning / np.maximum(along * along + across * across, 1e-6))

    def off_plane_deg(self, up: Floats) -> Floats:
        """How far up leaves the plane of this way (n,), signed: pitch of the leg."""
        return np.degrees(np.arcsin(np.clip(up @ cross(self.up0, self.lateral), -1.0, 1.0)))


def unit(vector: Floats) -> Floats:
    """``vector`` (3,) at length 1."""
    return vector / math.sqrt(float(vector @ vector))


def cross(a: Floats, b: Floats) -> Floats:
    """Vector product of two (3,); numpy's own costs 25 us a call."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def angle_between_deg(a: Floats, b: Floats) -> float:
    """Between two unit vectors (3,), exact also near 0 and 180 deg."""
    ax, ay, az = a.tolist()
    bx, by, bz = b.tolist()
    across = math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    return math.degrees(math.atan2(across, ax * bx + ay * by + az * bz))


_AXES = {"x": 0, "y": 1, "z": 2}


def axis_vector(name: str) -> Floats:
    """``"x"``, ``"+y"``, ``"-z"`` -> unit vector (3,)."""
    vector = np.zeros(3)
    vector[_AXES[name[-1].lower()]] = -1.0 if name.startswith("-") else 1.0
    return vector
