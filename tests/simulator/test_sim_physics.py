"""The legs of the simulator against mechanics: figures from energy, from contact theory and from published tests."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from sensorcoach.simulator.contact import contact_at_rest, contact_at_touch
from sensorcoach.simulator.courses import reach
from sensorcoach.simulator.legs import Legs, free_fall
from sensorcoach.simulator.person import Person

G = 9.80665
STILL = Person(tremor_dps=0.0)
FRICTIONLESS = Person(tremor_dps=0.0, trunk_stiffness_nm_per_rad=0.0, trunk_damping_nms_per_rad=0.0)


def landed_on(surface: str, speed_dps: float, touch_deg: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    """Roll (deg) and speed (deg/s) of relaxed legs that meet a surface at a speed."""
    angle = math.radians(touch_deg)
    legs = Legs(person=STILL, rng=np.random.default_rng(0), angle=angle, speed=math.radians(speed_dps))
    legs.acceleration = G / STILL.pendulum_m * math.sin(angle) - 19.0 / 1.94 * angle
    legs.let_go(0.0, 1.5, math.inf, contact_at_touch(STILL, surface, touch_deg))
    return np.degrees(legs.angles), np.degrees([math.radians(speed_dps), *legs.speeds])


def jolt_g(speed_dps: np.ndarray) -> float:
    """Largest acceleration of the knee, tangential and centripetal, from its speeds a millisecond apart."""
    tangential = np.radians(np.diff(speed_dps)) * 1000.0 * STILL.knee_radius_m
    centripetal = np.radians(speed_dps[1:]) ** 2 * STILL.knee_radius_m
    return float(np.hypot(tangential, centripetal).max() / G)


def test_free_fall_reaches_the_speed_that_energy_gives_and_takes_the_time_of_the_notes() -> None:
    for end, energy_dps in ((30.0, 172.0), (45.0, 255.0), (60.0, 333.0), (75.0, 406.0)):
        legs = free_fall(FRICTIONLESS, 3.0, end)
        assert math.degrees(legs.speed) == pytest.approx(energy_dps, rel=0.01)
    legs = free_fall(FRICTIONLESS, 3.0, 60.0)
    assert 0.57 <= legs.now() / 1000.0 <= 0.65


def test_energy_is_kept_without_friction() -> None:
    legs = free_fall(FRICTIONLESS, 3.0, 170.0)
    height = G / FRICTIONLESS.pendulum_m * np.cos(legs.angles)
    energy = 0.5 * np.square(legs.speeds) + height
    assert np.ptp(energy) < 1e-3 * np.ptp(height)


def test_a_passive_trunk_lets_the_legs_down_slower() -> None:
    for end, slowest, fastest in ((45.0, 150.0, 195.0), (60.0, 190.0, 250.0), (75.0, 225.0, 297.0)):
        assert slowest < math.degrees(free_fall(STILL, 3.0, end).speed) < fastest


@pytest.mark.parametrize(
    ("surface", "depth_m"), [("floor", 0.010), ("mat", 0.020), ("thick_mat", 0.035), ("pillow", 0.080)]
)
def test_a_surface_gives_way_as_deep_as_it_is_named_for(surface: str, depth_m: float) -> None:
    weightless = msgspec.structs.replace(FRICTIONLESS, pendulum_m=1e9)
    contact = msgspec.structs.replace(contact_at_touch(weightless, surface, 20.0), dissipation=0.0)
    speed = 1.0 / weightless.knee_radius_m
    legs = Legs(person=weightless, rng=np.random.default_rng(0), angle=math.radians(19.9), speed=speed)
    legs.let_go(0.0, 0.6, math.inf, contact)
    deepest = (max(legs.angles) - math.radians(20.0)) * weightless.knee_radius_m
    assert deepest == pytest.approx(depth_m, rel=0.02)
    assert min(legs.speeds) == pytest.approx(-speed, rel=0.01), "a perfect spring gives all back"


@pytest.mark.parametrize(
    ("surface", "speed_dps", "lowest_g", "highest_g"),
    [
        ("floor", 60.0, 3.6, 6.0),
        ("mat", 40.0, 1.2, 2.0),
        ("mat", 60.0, 1.6, 3.2),
        ("mat", 100.0, 3.4, 5.4),
        ("thick_mat", 60.0, 1.0, 1.8),
        ("pillow", 100.0, 0.8, 1.5),
    ],
)
def test_landings_jolt_as_the_notes_computed(surface: str, speed_dps: float, lowest_g: float, highest_g: float) -> None:
    _, speed = landed_on(surface, speed_dps)
    assert lowest_g < jolt_g(speed) < highest_g


def test_a_landing_on_a_mat_brakes_at_about_3000_dps2_and_loses_all_its_speed() -> None:
    angle, speed = landed_on("mat", 60.0)
    assert 2300.0 < -np.diff(speed).min() * 1000.0 < 3700.0
    assert np.abs(speed[100:]).max() < 15.0, "a small rebound at most"
    assert angle.max() < 62.0
    assert abs(speed[-1]) < 1.0


def test_relaxed_legs_lie_where_the_surface_was_meant_to_carry_them() -> None:
    for surface in ("floor", "mat", "thick_mat", "pillow"):
        contact = contact_at_rest(STILL, surface, 50.0)
        legs = Legs(person=STILL, rng=np.random.default_rng(0), angle=contact.angle_rad)
        legs.let_go(0.0, 5.0, math.inf, contact)
        assert math.degrees(legs.angle) == pytest.approx(50.0, abs=0.3)


def test_the_muscle_follows_a_minimum_jerk_drop() -> None:
    legs = Legs(person=STILL, rng=np.random.default_rng(0))
    legs.follow(reach(legs.state(), (math.radians(60.0), 0.0, 0.0), 2.0))
    speed = np.degrees(legs.speeds)
    assert speed.max() == pytest.approx(1.875 * 30.0, rel=0.01)
    assert -np.diff(speed).min() * 1000.0 == pytest.approx(5.77 * 60.0 / 4.0, rel=0.03)
    assert math.degrees(legs.angle) == pytest.approx(60.0, abs=0.2)


def test_kept_still_the_legs_tremble_as_much_as_asked() -> None:
    legs = Legs(person=Person(tremor_dps=0.5), rng=np.random.default_rng(3))
    legs.stay(30.0)
    assert np.degrees(np.std(legs.speeds)) == pytest.approx(0.5, rel=0.3)
