"""The simulator's truth against what was asked of the person, and against formulas."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from sensorcoach.simulator import SCENARIOS, SessionPlan, mirrored, random_plan, simulate
from sensorcoach.simulator.distractors import ACTS, SHORTEST_S
from sensorcoach.simulator.person import Person
from sensorcoach.simulator.plan import Item, MountPlan, OtherPlan, RepPlan, RestPlan, StrapPlan

pytestmark = pytest.mark.slow

STEADY = Person(tremor_dps=0.0, flexion_deg=0.0, twist_deg=0.0)
RANGE_TOLERANCE_DEG = 4.0
"""Legs overshoot and sink in; the plan is only what the person wants."""


def session(*items: Item, person: Person = STEADY) -> SessionPlan:
    return SessionPlan(name="test", seed=1, items=(RestPlan(duration_s=3.0), *items), person=person)


def test_a_smooth_drop_has_the_figures_of_minimum_jerk() -> None:
    (rep,) = simulate(session(RepPlan(side="left", range_deg=60.0, drop_s=2.0, hold_s=4.0, return_s=3.0))).truth
    assert rep.range_deg == pytest.approx(60.0, abs=0.7)
    assert rep.peak_drop_dps == pytest.approx(56.25, rel=0.02)
    assert rep.drop_time_10_90_s == pytest.approx(0.507 * 2.0, rel=0.04)
    assert rep.free_fall_fraction == pytest.approx(56.25 / 333.0, rel=0.02)
    assert rep.peak_return_dps == pytest.approx(37.5, rel=0.03)
    assert 3.0 < rep.drop_start_s < 3.3
    assert 4.6 < rep.drop_end_s < 5.0
    assert 9.0 < rep.return_start_s < 9.5
    # Back at 0.2 R, where the minimum-jerk course has done 80 % of its way: at 0.681 of its time.
    assert rep.return_end_s == pytest.approx(9.0 + 0.6734 * 3.0, abs=0.06)
    assert rep.landing_jolt_g < 0.3
    assert rep.landing_decel_dps2 < 350.0
    assert rep.levels == {}


def test_a_thump_on_a_mat_is_felt_as_the_notes_say() -> None:
    rep_plan = RepPlan(side="right", range_deg=55.0, style="thump", surface="mat", landing_dps=60.0)
    (rep,) = simulate(session(rep_plan)).truth
    assert 1.6 < rep.landing_jolt_g < 3.2
    assert 2200.0 < rep.landing_decel_dps2 < 3800.0
    assert 50.0 < rep.landing_loss_dps < 66.0
    assert rep.levels["jarring"] == "warn"
    assert "too_fast" not in rep.levels


def test_legs_let_go_are_too_fast() -> None:
    (rep,) = simulate(session(RepPlan(side="left", range_deg=60.0, style="let_go"))).truth
    assert rep.free_fall_fraction is not None
    assert 0.45 < rep.free_fall_fraction < 0.85
    assert 0.3 < rep.drop_time_10_90_s < 0.6
    assert rep.levels["too_fast"] in ("warn", "severe")


def test_stops_and_stages_are_counted() -> None:
    stops = RepPlan(side="left", range_deg=60.0, drop_s=2.6, style="stop_and_go", stops=2, stop_s=0.5)
    staged = RepPlan(side="right", range_deg=60.0, drop_s=2.6, style="staged", stops=1, stop_s=1.8)
    one, two = simulate(session(stops, staged)).truth
    assert (one.stops, one.staged) == (2, False)
    assert (two.stops, two.staged) == (0, True)
    assert two.range_deg == pytest.approx(60.0, abs=1.0)
    assert one.levels["stop_and_go"] == two.levels["stop_and_go"] == "warn"


def test_swinging_through_shares_a_border_at_zero() -> None:
    swing = {"range_deg": 40.0, "drop_s": 1.5, "return_s": 1.5, "hold_s": 0.0}
    made = simulate(session(RepPlan(side="left", through=True, **swing), RepPlan(side="right", **swing)))
    one, two = made.truth
    assert one.swung_through
    assert two.swung_through
    assert one.return_end_s == two.drop_start_s
    at = np.searchsorted(made.leg.t_s, one.return_end_s)
    assert abs(np.degrees(made.leg.roll_rad[at])) < 0.2


def test_small_drops_and_wobbles_are_no_repetitions() -> None:
    made = simulate(session(RepPlan(side="left", range_deg=9.0), RepPlan(side="right", range_deg=25.0)))
    assert [rep.side for rep in made.truth] == ["right"]


def test_mirrored_plans_have_mirrored_sides() -> None:
    plan = SCENARIOS["good"](7)
    one, two = simulate(plan).truth, simulate(mirrored(plan)).truth
    assert [rep.side for rep in one] == [{"left": "right", "right": "left"}[rep.side] for rep in two]
    assert [rep.direction for rep in one] == [-rep.direction for rep in two]
    assert [rep.range_deg for rep in one] == pytest.approx([rep.range_deg for rep in two], abs=1.5)
    assert [rep.drop_start_s for rep in one] == pytest.approx([rep.drop_start_s for rep in two], abs=0.3)


@pytest.mark.parametrize("seed", range(24))
def test_any_person_does_what_was_planned(seed: int) -> None:
    plan = random_plan(seed, cut=False)
    made = simulate(plan)
    wanted = [item for item in plan.items if isinstance(item, RepPlan)]
    assert [rep.side for rep in made.truth] == [item.side for item in wanted]
    for rep, item in zip(made.truth, wanted, strict=True):
        assert rep.range_deg == pytest.approx(item.range_deg, abs=RANGE_TOLERANCE_DEG)
        assert rep.drop_start_s < rep.drop_end_s <= rep.return_start_s < rep.return_end_s
        assert rep.hold_s >= item.hold_s - 0.3
        assert rep.complete
    borders = [t for rep in made.truth for t in (rep.drop_start_s, rep.return_end_s)]
    assert borders == sorted(borders)
    assert np.isfinite(made.acc).all()


def test_a_recording_cut_in_mid_movement_says_which_repetitions_are_whole() -> None:
    for seed in range(5):
        plan = SCENARIOS["mid_start"](seed)
        whole = simulate(msgspec.structs.replace(plan, skip_s=0.0, stop_early_s=0.0))
        cut = simulate(plan)
        assert not cut.truth[0].complete
        assert cut.truth[0].drop_start_s < 0.0 < cut.truth[0].return_end_s
        for rep in cut.truth[1:-1]:
            assert rep.complete
        last = cut.t_s[-1]
        assert all(rep.drop_start_s < last for rep in cut.truth)
        shifted = [rep.drop_start_s + plan.skip_s for rep in cut.truth]
        assert shifted == pytest.approx([rep.drop_start_s for rep in whole.truth][: len(shifted)])


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_each_scenario_shows_what_it_is_named_for(name: str) -> None:
    plan = SCENARIOS[name](1)
    made = simulate(plan)
    codes = {
        code: sum(rep.levels.get(code) in ("warn", "severe") for rep in made.truth)
        for code in ("too_fast", "jarring", "stop_and_go", "short_hold")
    }
    shown = {"too_fast": "too_fast", "thumps": "jarring", "stop_and_go": "stop_and_go", "short_holds": "short_hold"}
    if name in shown:
        assert codes[shown[name]] == len(made.truth)
    if name in ("good", "one_sided", "pillow_small", "accelerometer_only", "slip"):
        assert sum(codes.values()) == 0
    if name == "one_sided":
        assert len({rep.side for rep in made.truth}) == 1
    if name == "rocking":
        assert all(rep.swung_through for rep in made.truth)
    if name == "pillow_small":
        assert all(15.0 < rep.range_deg < 30.0 for rep in made.truth)
    if name == "distractors_only":
        assert made.truth == ()
    else:
        assert 4 <= len(made.truth) <= 10
        assert 30.0 < made.t_s[-1] < 140.0


@pytest.mark.parametrize("what", sorted(ACTS))
def test_distractors_move_like_people(what: str) -> None:
    for seed in range(4):
        acts = [
            OtherPlan(what=what, duration_s=SHORTEST_S[what] * (1.0 + 0.3 * seed), side="right"),
            RestPlan(duration_s=1.0),
        ]
        plan = session(*acts)
        made = simulate(msgspec.structs.replace(plan, seed=seed, strap=StrapPlan(ringing_share=0.0)))
        assert made.truth == ()
        assert np.abs(made.gyr).max() < math.radians(400.0)
        assert np.linalg.norm(made.acc, axis=1).max() < 5.0 * 9.81
        centre = made.acc[made.t_s < 2.5].mean(axis=0)
        assert made.acc[-50:].mean(axis=0) == pytest.approx(centre, abs=0.35), "it ends where it began"
        if what == "wobble":
            assert np.degrees(np.abs(made.leg.roll_rad)).max() < 10.0


def test_getting_up_brings_the_thigh_upright() -> None:
    for what in ("walking", "stairs", "sitting"):
        act = OtherPlan(what=what, duration_s=SHORTEST_S[what])
        made = simulate(msgspec.structs.replace(session(act), mount=MountPlan(up_leg="x", tilt_deg=0.0)))
        up_leg = np.convolve(made.acc[:, 0], np.ones(52) / 52, mode="valid") / 9.81
        assert up_leg.max() > 0.9, "standing, the arrow points up"
        assert up_leg[0] == pytest.approx(-math.sin(math.radians(55.0)), abs=0.05)
