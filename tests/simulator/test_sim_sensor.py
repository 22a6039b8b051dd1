"""What the simulated sensor says, against geometry and integration."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensorcoach.simulator import SCENARIOS, SessionPlan, random_plan, simulate
from sensorcoach.simulator.plan import ImuPlan, MountPlan, RadioPlan, RepPlan, RestPlan, StrapPlan

G = 9.80665
AXIS = {sign + name: np.eye(3)[i] * (-1.0 if sign else 1.0) for sign in ("", "-") for i, name in enumerate("xyz")}
CLEAN = ImuPlan(
    rate_hz=200.0, gyr_bias_dps=(0.0, 0.0, 0.0), gyr_noise_dps=0.0, acc_offset_g=(0.0, 0.0, 0.0), acc_noise_g=0.0
)
RIGID = StrapPlan(ringing_share=0.0)


def short_plan(**changes: object) -> SessionPlan:
    """Left, then right, a perfect sensor on a rigid strap."""
    items = (
        RestPlan(duration_s=3.0),
        RepPlan(side="left", range_deg=45.0, hold_s=2.0),
        RepPlan(side="right", range_deg=45.0, hold_s=2.0),
    )
    plan = SessionPlan(name="short", seed=5, items=items, imu=CLEAN, strap=RIGID)
    return msgspec.structs.replace(plan, **changes)


def test_it_reads_one_g_at_rest() -> None:
    made = simulate(short_plan())
    assert np.linalg.norm(made.acc[made.t_s < 2.5], axis=1) == pytest.approx(G, abs=0.05)
    assert np.degrees(np.abs(made.gyr[made.t_s < 2.5])).max() < 2.5


@pytest.mark.parametrize("up_leg", [None, "x", "-x", "y", "-y", "z", "-z"])
def test_the_gyroscope_integrates_to_where_gravity_went(up_leg: str | None) -> None:
    made = simulate(short_plan(mount=MountPlan(up_leg=up_leg, spin_deg=70.0)))
    turns = Rotation.from_rotvec((made.gyr[1:] + made.gyr[:-1]) / 2 * np.diff(made.t_s)[:, None])
    up = made.acc[:200].mean(axis=0) / np.linalg.norm(made.acc[:200].mean(axis=0))
    holds = [rep.drop_end_s + 1.5 for rep in made.truth]
    instants = {int(np.searchsorted(made.t_s, t)) for t in [*holds, made.t_s[-100]]}
    for k, turn in enumerate(turns[100:], start=101):
        up = turn.inv().apply(up)
        if k in instants:
            seen = made.acc[k - 80 : k + 80].mean(axis=0)
            assert np.degrees(np.arccos(up @ seen / np.linalg.norm(seen))) < 0.7
    assert len(instants) == 3


def test_roll_and_gyroscope_agree_about_the_angle() -> None:
    made = simulate(short_plan())
    hold = made.leg.t_s > made.truth[0].drop_end_s + 0.5
    assert np.degrees(made.leg.roll_rad[hold][0]) == pytest.approx(45.0, abs=2.0)
    assert np.cumsum(made.leg.roll_rate_radps) * 1e-3 == pytest.approx(
        made.leg.roll_rad - made.leg.roll_rad[0], abs=1e-3
    )


@pytest.mark.parametrize("up_leg", ["x", "-x", "y", "-y", "z", "-z"])
def test_the_told_axis_points_to_the_hip_and_tells_the_side(up_leg: str) -> None:
    made = simulate(short_plan(mount=MountPlan(up_leg=up_leg, spin_deg=200.0, tilt_deg=5.0)))
    assert made.mounting.up_leg == up_leg
    axis = AXIS[up_leg]
    below = -np.degrees(np.arcsin(made.acc[:100].mean(axis=0) @ axis / G))
    assert 30.0 < below < 75.0
    # Supine, a drop to the left turns about the axis to the head: positive along the arrow's horizontal part.
    for rep, sign in zip(made.truth, (1, -1), strict=True):
        drop = (made.t_s > rep.drop_start_s) & (made.t_s < rep.drop_end_s)
        assert sign * (made.gyr[drop] @ axis).mean() > 0.1


def test_on_the_shin_the_front_axis_tells_the_side() -> None:
    made = simulate(short_plan(mount=MountPlan(segment="shank", up_leg="y", spin_deg=90.0, along_m=0.1)))
    assert made.mounting.segment == "shank"
    assert made.mounting.front is not None
    rep = made.truth[0]
    drop = (made.t_s > rep.drop_start_s) & (made.t_s < rep.drop_end_s)
    # The front points to the feet: a drop to the left turns the other way round it.
    assert (made.gyr[drop] @ AXIS[made.mounting.front]).mean() < -0.1
    up = made.acc[:100].mean(axis=0) / G
    assert up @ AXIS["y"] > 0.9


def test_a_slip_turns_gravity_about_the_thigh_for_good() -> None:
    slip = msgspec.structs.replace(RIGID, slip_deg=20.0, slip_at_s=8.0)
    kept, slipped = simulate(short_plan()), simulate(short_plan(strap=slip))
    assert np.array_equal(kept.acc[kept.t_s < 7.9], slipped.acc[slipped.t_s < 7.9])
    a, b = kept.acc[-50:].mean(axis=0) / G, slipped.acc[-50:].mean(axis=0) / G
    seen = 2 * np.degrees(np.arcsin(np.linalg.norm(a - b) / 2))
    across = math.cos(math.radians(55.0))
    assert seen == pytest.approx(2 * math.degrees(math.asin(math.sin(math.radians(10.0)) * across)), abs=1.0)
    assert [rep.range_deg for rep in kept.truth] == [rep.range_deg for rep in slipped.truth]


def test_the_clock_error_shows_in_the_times_only() -> None:
    fast = simulate(short_plan(imu=msgspec.structs.replace(CLEAN, clock_error=0.02)))
    true_rate = (len(fast.t_s) - 1) / (fast.t_s[-1] - fast.t_s[0])
    assert true_rate == pytest.approx(204.0, rel=1e-6)
    assert np.diff(fast.t_device_s) == pytest.approx(1 / 200.0)
    assert fast.device_time(fast.t_s[100]) == pytest.approx(fast.t_device_s[100])


def test_range_and_steps_of_the_chip() -> None:
    plan = SCENARIOS["thumps"](4)
    coarse = simulate(msgspec.structs.replace(plan, imu=ImuPlan(rate_hz=200.0, acc_range_g=2.0, bits=12)))
    assert coarse.clipped.any()
    assert np.abs(coarse.acc).max() <= 2.0 * G
    in_steps = coarse.acc / (2.0 * G / 2048)
    assert np.abs(in_steps - np.round(in_steps)).max() < 1e-6
    assert not simulate(plan).clipped.any()


def test_a_slow_sensor_sees_less_of_a_knock() -> None:
    plan = SCENARIOS["thumps"](4)
    peaks = [
        np.linalg.norm(simulate(msgspec.structs.replace(plan, imu=ImuPlan(rate_hz=rate))).acc, axis=1).max()
        for rate in (400.0, 100.0, 25.0)
    ]
    assert peaks[0] > peaks[1] > peaks[2]


def test_a_soft_strap_rings_after_a_knock() -> None:
    plan = SCENARIOS["thumps"](4)
    soft = StrapPlan(ringing_hz=15.0, ringing_damping=0.2, ringing_share=0.4)
    late = {}
    for name, strap in (("rigid", RIGID), ("soft", soft)):
        made = simulate(msgspec.structs.replace(plan, strap=strap, imu=msgspec.structs.replace(CLEAN, rate_hz=400.0)))
        landing = made.truth[0].drop_end_s
        after = (made.t_s > landing + 0.05) & (made.t_s < landing + 0.3)
        late[name] = np.abs(np.diff(made.gyr[after], axis=0)).sum()
    assert late["soft"] > 1.2 * late["rigid"]


def test_notifications_are_lost_repeated_and_late_as_planned() -> None:
    radio = RadioPlan(samples_each=7, lost=(3,), repeated=(5,), late=(8,), late_s=0.4)
    made = simulate(short_plan(radio=radio))
    sent = made.notifications
    assert [n for n, one in enumerate(sent) if one.lost] == [3]
    assert [n for n, one in enumerate(sent) if one.copies == 2] == [5]
    assert [n for n, one in enumerate(sent) if one.late] == [8]
    assert np.concatenate([np.arange(one.first, one.stop) for one in sent]).tolist() == list(range(len(made.t_s)))
    arrivals = [one.arrival_s for one in sent]
    assert arrivals == sorted(arrivals)
    assert arrivals[8] - made.t_s[sent[8].stop - 1] > 0.4
    assert arrivals[9] == arrivals[8], "those behind a late one arrive with it"


def test_the_same_plan_gives_the_same_bits_also_after_json() -> None:
    plan = random_plan(11)
    again = msgspec.json.decode(msgspec.json.encode(plan), type=SessionPlan)
    one, two = simulate(plan), simulate(again)
    assert again == plan
    assert np.array_equal(one.acc, two.acc)
    assert one.truth == two.truth
    assert one.notifications == two.notifications
    assert msgspec.convert(one.plan, type=SessionPlan) == plan
    assert not np.array_equal(one.acc[:50], simulate(random_plan(12)).acc[:50])


def test_rate_and_mounting_do_not_change_the_movement() -> None:
    plan = SCENARIOS["good"](2)
    other = msgspec.structs.replace(
        plan, imu=msgspec.structs.replace(plan.imu, rate_hz=52.0), mount=MountPlan(up_leg=None, told=False)
    )
    assert np.array_equal(simulate(plan).leg.roll_rad, simulate(other).leg.roll_rad)


def test_an_accelerometer_only_sensor_has_no_gyroscope() -> None:
    made = simulate(SCENARIOS["accelerometer_only"](3))
    assert made.gyr is None
    assert made.acc.shape == (len(made.t_s), 3)
