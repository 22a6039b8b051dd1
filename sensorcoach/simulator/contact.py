"""What the knee lands on: a dissipative, non-linear spring (Hunt and Crossley 1975).

Force on the effective mass ``m = I / r²`` of the knee, with indentation ``d`` (m):

    F = k · d^n · (1 + λ · d'),  never pulling

``k`` follows from one number anybody can picture: how deep the knee sinks in when it arrives at 1 m/s.
"""

from __future__ import annotations

import math

import msgspec

from sensorcoach.simulator.person import Person

INDENTATION_AT_1_MPS_M = {"floor": 0.010, "mat": 0.020, "thick_mat": 0.035, "pillow": 0.080}
"""Project notes on impacts (domain 4): hard floor, exercise mat, thick mat, pillow."""

EXPONENT = 1.2
"""Between a linear spring and a Hertz contact (1.5): padding stiffens as it is pressed."""

DISSIPATION_S_PER_M = {"floor": 1.5, "mat": 2.5, "thick_mat": 3.0, "pillow": 4.0}
"""λ: flesh and padding give back little; larger rounds the rebound away and moves the peak to first touch."""


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A surface in the angle the legs turn through, per unit inertia.

    ``angle_rad``: roll magnitude at first touch; ``stiffness`` in rad/s² per rad^n; ``dissipation`` in s/rad.
    """

    angle_rad: float
    stiffness: float
    dissipation: float


def contact_at_touch(person: Person, surface: str, touch_deg: float) -> Contact:
    """The surface first touched at a roll of ``touch_deg`` degrees."""
    radius = person.knee_radius_m
    depth = INDENTATION_AT_1_MPS_M[surface]
    # Energy: 1/2 m v² = k d^(n+1) / (n+1) at v = 1 m/s, without dissipation; F r / I with F = k (r x)^n, m = I / r².
    stiffness_per_mass = (EXPONENT + 1.0) / (2.0 * depth ** (EXPONENT + 1.0))
    return Contact(
        angle_rad=math.radians(touch_deg),
        stiffness=stiffness_per_mass * radius ** (EXPONENT - 1.0),
        dissipation=DISSIPATION_S_PER_M[surface] * radius,
    )


def contact_at_rest(person: Person, surface: str, rest_deg: float) -> Contact:
    """The surface on which relaxed legs come to rest at ``rest_deg`` degrees."""
    trial = contact_at_touch(person, surface, rest_deg)
    rest = math.radians(rest_deg)
    load = 9.80665 / person.pendulum_m * math.sin(rest) - person.trunk_stiffness_nm_per_rad / person.inertia_kgm2 * rest
    sunk = (max(load, 0.0) / trial.stiffness) ** (1.0 / EXPONENT)
    return contact_at_touch(person, surface, rest_deg - math.degrees(sunk))
