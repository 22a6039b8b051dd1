"""The simulated body: what of height and weight the movement feels.

Sources: equivalent pendulum, inertia and passive twist stiffness from the calculations in the project's notes on
falling-knee physics (segment masses of de Leva 1996; passive trunk twist 20.3 and 17.4 Nm/rad, Kosmopoulos et al.
2012).
"""

from __future__ import annotations

import msgspec


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person lying on the back, knees bent.

    ``pendulum_m``: equivalent pendulum length of both bent legs about the head-feet axis; ``inertia_kgm2`` of both legs
    about it; ``knee_radius_m``: from the axis to where a knee meets the floor; ``thigh_pitch_deg``: knee above the
    horizontal, seen from the hip; ``shank_pitch_deg``: shank above the horizontal, seen from the foot.
    """

    height_m: float = 1.72
    mass_kg: float = 75.0
    pendulum_m: float = 0.29
    inertia_kgm2: float = 1.94
    knee_radius_m: float = 0.45
    trunk_stiffness_nm_per_rad: float = 19.0
    trunk_damping_nms_per_rad: float = 2.0
    thigh_pitch_deg: float = 55.0
    shank_pitch_deg: float = 78.0
    tremor_dps: float = 0.4
    """Root mean square roll speed while trying to keep still."""
    flexion_deg: float = 3.0
    """The thigh pitches by about this much in a drop of 60°: the movement is not a pure hinge."""
    twist_deg: float = 1.5
    """The thigh turns about its own axis by about this much in a drop of 60°."""


def person_of(height_m: float, mass_kg: float, **other: float) -> Person:
    """A person whose pendulum and inertia follow from height (m) and mass (kg).

    The pendulum is 0.65 x knee height with the knee at 0.26 x stature; inertia scales with mass x height squared from
    1.94 kg·m² at 75 kg and 1.72 m.
    """
    scale = height_m / 1.72
    return Person(
        height_m=height_m,
        mass_kg=mass_kg,
        pendulum_m=0.29 * scale,
        inertia_kgm2=1.94 * (mass_kg / 75.0) * scale**2,
        knee_radius_m=0.45 * scale,
        **other,
    )
