"""Each gate: a movement that it alone refuses, one just within its limit, and its function at the limit itself."""

from dataclasses import replace

import numpy as np
import pytest

from sensorcoach.kneedrop.calibration.excursions import Excursion, find_excursions
from sensorcoach.kneedrop.calibration.gates import GATES, got_up, why_not
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.settings import CalibrationSettings, PhaseSettings, Settings
from tests.kneedrop.counting import TOLD, UNTOLD, about, live, passed, tracked, whole
from tests.kneedrop.legs import Leg
from tests.kneedrop.not_drops import ODD

LIMITS = CalibrationSettings()
SHORT = Settings(calibration=CalibrationSettings(longest_s=20.0))


def settings_for(gate):
    return SHORT if gate == "too_long" else Settings()


def with_odd(gate, share):
    """Four drops, the odd movement among them, and two drops: of clean ones there are six."""
    leg = Leg().stay(5.0).drops(60, -50, 60, -50)
    ODD[gate](leg, share)
    return leg.stay(3.0).drops(60, -50)


def test_every_gate_has_its_movement():
    assert set(GATES) == {*ODD, "unfinished"}


# --- the movement, counted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gate", ODD)
def test_a_movement_beyond_the_limit_is_refused_by_this_gate(gate):
    outcome = about(with_odd(gate, 1.15), settings=settings_for(gate))
    assert outcome.reasons == [gate]
    assert outcome.count == 6


@pytest.mark.parametrize("gate", ODD)
def test_a_movement_within_the_limit_counts(gate):
    outcome = about(with_odd(gate, 0.85), settings=settings_for(gate))
    assert outcome.reasons == []
    assert outcome.count == 7


@pytest.mark.parametrize("gate", ODD)
@pytest.mark.parametrize("mounting", [UNTOLD, TOLD], ids=["untold", "told"])
def test_nor_does_the_pass_learn_from_it(gate, mounting):
    """It looks from 0.2 of the range on, so at a little less of time and turn than the counter."""
    beyond = 1.3 if gate == "turned_over" else 1.7
    for share, drops in ((beyond, 6), (0.6, 7)):
        found = passed(with_odd(gate, share), mounting, settings=settings_for(gate))
        assert found is not None
        assert found.drops == drops


@pytest.mark.parametrize("gate", ["step", "walked", "turned_over", "strap_tugged", "too_quick"])
@pytest.mark.parametrize("mounting", [UNTOLD, TOLD], ids=["untold", "told"])
def test_such_movements_alone_are_no_exercise(gate, mounting):
    leg = Leg().stay(5.0)
    for _ in range(6):
        ODD[gate](leg, 1.3)
        leg.stay(3.0)
    assert passed(leg, mounting) is None
    assert whole(leg, mounting).count == 0
    assert live(leg, mounting).count == 0


# --- unfinished ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mounting", [UNTOLD, TOLD], ids=["untold", "told"])
def test_lying_down_and_getting_up_are_no_excursions(mounting):
    """It begins and ends with the leg elsewhere, for longer than it ever rests between."""
    leg = Leg()
    leg.move(0.0, pitch_deg=-70.0)
    leg.stay(6.0).pitch(0.0, 2.0).stay(3.0).drops(60, -50, 60, -50).pitch(-70.0, 2.0).stay(6.0)
    found = passed(leg, mounting)
    assert found.drops == 4
    outcome = whole(leg, mounting)
    assert outcome.count == 4


def test_a_drop_that_the_recording_ends_in_is_no_evidence():
    leg = Leg().stay(5.0).drops(60, -50, 60).roll(-50, 2.0).stay(1.0)
    assert passed(leg).drops == 3
    assert passed(leg.stay(1.0).roll(0, 2.0).stay(2.0)).drops == 4


def test_a_drop_that_the_recording_begins_in_is_no_evidence():
    leg = Leg()
    leg.move(0.0, roll_deg=60.0)
    leg.stay(1.0).roll(0, 2.0).stay(3.0).drops(-50, 60, -50)
    assert passed(leg).drops == 3


# --- the functions at their limits -----------------------------------------------------------------------------------


def clean():
    """A true excursion, with the figures that follow from how it was written: 60 deg, 6 s, calm."""
    leg = Leg().stay(5.0).drop(60, hold_s=2.0)
    (found,) = find_excursions(tracked(leg), Centre(leg.frame()[0], "rest"), PhaseSettings(), LIMITS)
    return found


def lasting(one, seconds):
    return replace(one, end_s=one.start_s + seconds)


def shaken(one, shaking_g, shaken_share=0.9):
    return replace(one, shaking_g=shaking_g, shaken_share=shaken_share)


AT_THE_LIMIT = {
    "unfinished": [
        lambda one, share: replace(one, left_deg=share * 0.5 * one.range_deg),
        lambda one, share: replace(one, back_deg=share * 0.5 * one.range_deg),
    ],
    "too_quick": [lambda one, share: lasting(one, LIMITS.shortest_s / share)],
    "step": [
        lambda one, share: shaken(lasting(one, 0.9 * LIMITS.step_s), share * LIMITS.step_shaking_g),
        lambda one, share: shaken(lasting(one, LIMITS.step_s / share), 1.2 * LIMITS.step_shaking_g),
        lambda one, share: shaken(
            lasting(one, 0.9 * LIMITS.step_s), 1.2 * LIMITS.step_shaking_g, share * LIMITS.step_share
        ),
    ],
    "walked": [
        lambda one, share: shaken(one, share * LIMITS.walked_shaking_g),
        lambda one, share: shaken(one, 1.5 * LIMITS.walked_shaking_g, share * LIMITS.walked_share),
    ],
    "turned_over": [lambda one, share: replace(one, range_deg=share * LIMITS.farthest_deg)],
    "too_long": [lambda one, share: lasting(one, share * LIMITS.longest_s)],
    "other_posture": [lambda one, share: replace(one, stray_deg=share * LIMITS.stray_deg)],
    "strap_tugged": [
        lambda one, share: replace(
            one,
            yaw_span_deg=share * (LIMITS.tug_yaw_share * one.range_deg + LIMITS.yaw_drift_dps * one.lasted_s),
        ),
        lambda one, share: replace(lasting(one, 1.0), range_deg=10.0, yaw_span_deg=share * LIMITS.tug_yaw_deg),
    ],
}


def figures():
    return [(gate, number) for gate, makes in AT_THE_LIMIT.items() for number in range(len(makes))]


@pytest.mark.parametrize(("gate", "number"), figures())
def test_a_gate_at_its_limit(gate, number):
    make = AT_THE_LIMIT[gate][number]
    assert why_not(clean(), LIMITS) is None
    assert why_not(make(clean(), 1.02), LIMITS) == gate
    assert why_not(make(clean(), 0.98), LIMITS) is None


def test_every_gate_was_looked_at_there():
    assert set(AT_THE_LIMIT) == set(GATES)


def test_the_figures_of_an_excursion_are_those_that_were_written():
    leg = Leg().stay(5.0)
    leg.move(2.0, roll_deg=60.0, yaw_deg=20.0, shaking_g=0.3).stay(2.0, 0.1).roll(0, 2.0).stay(4.0).drop(-30)
    one, other = find_excursions(tracked(leg), Centre(leg.frame()[0], "rest"), PhaseSettings(), LIMITS)
    assert isinstance(one, Excursion)
    assert one.range_deg == pytest.approx(60.0, abs=0.5)
    assert other.range_deg == pytest.approx(30.0, abs=0.5)
    assert np.degrees(np.arccos(one.heading @ leg.frame()[1])) < 3.0
    assert np.degrees(np.arccos(other.heading @ -leg.frame()[1])) < 3.0
    home_s = 0.32 * 2.0  # a minimum-jerk movement over 60 deg passes 12 deg (0.2 of the range) after 0.31 of its time
    assert one.start_s == pytest.approx(5.0 + home_s, abs=0.15)
    assert one.end_s == pytest.approx(11.0 - home_s, abs=0.15)
    assert one.yaw_span_deg == pytest.approx((1.0 - 0.2) * 20.0, abs=1.5)  # the last of it before home
    rms = np.sqrt((1.4 * 0.3**2 + 2.0 * 0.1**2 + 1.4 * 0.01**2) / 4.8)
    assert one.shaking_g == pytest.approx(rms, rel=0.1)
    assert one.shaken_share == pytest.approx(1.4 / 4.8, abs=0.05)
    assert one.still_before_s == pytest.approx(5.3, abs=0.4)
    assert one.still_after_s == pytest.approx(4.6, abs=0.5)
    assert other.still_before_s == pytest.approx(one.still_after_s, abs=0.3)
    assert one.stray_deg < 3.0


# --- getting up ------------------------------------------------------------------------------------------------------


def rolled_over(leg, shaking_g=0.2, gone_s=1.5, gone_deg=115.0):
    """To the side, shaken by the floor, past home and up: the leg stays there."""
    leg.roll(70, 1.5, shaking_g=shaking_g).stay(1.0, shaking_g).roll(0, 1.5, shaking_g=shaking_g).stay(gone_s)
    return leg.pitch(-gone_deg, 2.0).stay(8.0)


def test_rolling_over_to_get_up_is_no_repetition():
    leg = rolled_over(Leg().stay(5.0).drops(60, -50, 60, -50))
    for mounting in (UNTOLD, TOLD):
        outcome = whole(leg, mounting)
        assert outcome.count == 4
        assert "got_up" in outcome.reasons


@pytest.mark.xfail(reason="got up is only who never comes back: who lies down again keeps the roll as a repetition")
def test_who_got_up_and_lies_down_again_goes_on():
    leg = rolled_over(Leg().stay(5.0).drops(60, -50, 60, -50))
    leg.pitch(0.0, 2.0).stay(4.0).drops(60, -50)
    outcome = whole(leg, TOLD)
    assert outcome.sides == ["left", "right"] * 3
    assert outcome.reasons.count("got_up") == 1


@pytest.mark.parametrize(
    "how",
    [{"shaking_g": 0.05}, {"gone_s": 7.0}, {"gone_deg": 80.0}],
    ids=["calm", "rested after it", "stayed down"],
)
def test_who_drops_calmly_or_rests_after_it_did_not_get_up_with_it(how):
    leg = rolled_over(Leg().stay(5.0).drops(60, -50, 60, -50), **how)
    assert whole(leg, TOLD).count == 5


def test_getting_up_by_its_figures():
    one = replace(clean(), shaking_g=1.05 * LIMITS.got_up_shaking_g)
    gone = replace(
        one,
        start_s=one.end_s + 0.95 * LIMITS.got_up_s,
        back_deg=90.0,
        range_deg=1.05 * LIMITS.got_up_range_deg,
    )
    assert got_up(one, gone, LIMITS)
    assert not got_up(one, None, LIMITS)
    assert not got_up(replace(one, shaking_g=0.95 * LIMITS.got_up_shaking_g), gone, LIMITS)
    assert not got_up(one, replace(gone, range_deg=0.95 * LIMITS.got_up_range_deg), LIMITS)
    assert not got_up(one, replace(gone, start_s=one.end_s + 1.05 * LIMITS.got_up_s), LIMITS)
    assert not got_up(one, replace(gone, back_deg=0.0, left_deg=0.0), LIMITS)
