"""Each reason against a movement: a sequence that has just that one, and its neighbour that counts."""

import math
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from sensorcoach.kneedrop.calibration.calibration import CentrePiece
from sensorcoach.kneedrop.calibration.gates import GATES
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.kneedrop.rejection import Reason
from sensorcoach.settings import CalibrationSettings, LimitSettings, PhaseSettings, Settings
from tests.kneedrop.counting import about, arm, calibrate, pause, truly
from tests.kneedrop.legs import Leg, falling, made_up, smooth, steadily, swinging

LIMITS = CalibrationSettings()


def rested():
    return Leg().stay(3.0)


def stepped(leg, at_s, deg):
    """The truth of a strap that slips by ``deg`` at ``at_s``."""
    up0 = leg.frame()[0]
    a = np.radians(deg)
    c, s = np.cos(a), np.sin(a)
    after = np.array([c * up0[0] + s * up0[2], up0[1], -s * up0[0] + c * up0[2]])
    return truly(leg, pieces=(CentrePiece(0.0, Centre(up0, "rest")), CentrePiece(at_s, Centre(after, "rest"))))


def cut():
    return about(rested().drop(-60).roll(60, 2.0).stay(1.0))


def no_return():
    return about(rested().drop(-60).roll(60, 2.0).stay(2.0).roll(38, 0.8))


def below_r_min():
    return about(rested().drops(-60, 11))


def begun_before():
    leg = Leg()
    leg.move(0.0, roll_deg=30.0)
    leg.roll(60, 1.5).stay(2.0).roll(0, 2.0).stay(3.0).drop(-60)
    return about(leg)


def unseen():
    leg = rested().drop(-60).roll(60, 2.0).stay(1.0).roll(0, 2.0).stay(3.0)
    return about(leg, motion=made_up(leg.motion(), (13.05, 15.4), (15.5, 17.9)))


def faster_than_falling():
    return about(rested().drop(-60).roll(60, 0.2).stay(3.0).roll(0, 2.0).stay(3.0))


def other_direction():
    return about(rested().drop(-60).pitch(60, 2.0).stay(3.0).pitch(0, 2.0).stay(3.0))


def overshoot():
    leg = rested().roll(-60, 2.0).stay(3.0)
    return about(leg.roll(20, 1.6, swinging).roll(0, 1.0, swinging).stay(3.0))


def got_up():
    leg = rested().drops(-60, 60)
    return about(leg, truly(leg, got_up_s=((12.0, 22.0),)))


def outside_exercise():
    leg = rested().drops(-60, 60)
    return about(leg, truly(leg, span_s=(2.0, 12.5)))


def slipped():
    leg = rested().drop(-60).roll(60, 2.0).stay(2.0).move(0.4, slip_deg=25.0).stay(3.0).roll(0, 2.0).stay(3.0)
    return about(leg, stepped(leg, 17.2, 25.0))


def disarmed():
    return about(rested().drops(-60, 60), controls=[pause(14.0)])


def calibration():
    """Asked for in a pause, to tell the side: not to be counted."""
    return about(rested().drops(60, -60), controls=[pause(0.0), calibrate(2.5, "left"), arm(12.5)])


ONLY = {
    "cut": cut,
    "no_return": no_return,
    "below_r_min": below_r_min,
    "begun_before": begun_before,
    "unseen": unseen,
    "faster_than_falling": faster_than_falling,
    "other_direction": other_direction,
    "overshoot": overshoot,
    "got_up": got_up,
    "outside_exercise": outside_exercise,
    "slipped": slipped,
    "disarmed": disarmed,
    "calibration": calibration,
}


@pytest.mark.parametrize("reason", ONLY)
def test_one_counts_and_the_other_one_has_this_reason(reason):
    outcome = ONLY[reason]()
    assert outcome.reasons == [reason]
    assert outcome.sides == ["right"]


def test_every_reason_has_its_sequence():
    literals = {name for part in get_args(Reason) for name in (get_args(part) or (part,))}
    assert literals - set(GATES) == set(ONLY)


# --- and what lies just beside it ------------------------------------------------------------------------------------


def test_a_drop_that_was_begun_only_a_little_before_counts():
    leg = Leg()
    leg.move(0.0, roll_deg=15.0)
    leg.roll(60, 1.5).stay(2.0).roll(0, 2.0).stay(3.0).drop(-60)
    assert about(leg).sides == ["left", "right"]


@pytest.mark.parametrize(("share", "counted"), [(0.85, 1), (1.2, 0)])
def test_free_fall_is_the_limit_of_speed(share, counted):
    """From physics: sqrt(2 g / L (1 - cos R)), with an allowance for short legs and a push."""
    length_m, range_deg = LimitSettings().pendulum_length_m, 80.0
    free_dps = np.degrees(math.sqrt(2.0 * 9.81 / length_m * (1.0 - math.cos(math.radians(range_deg)))))
    drop_s = 2.0 * range_deg / (share * LIMITS.fastest_fraction * free_dps)  # a fall ends at twice its mean speed
    outcome = about(rested().roll(range_deg, drop_s, falling).stay(3.0).roll(0, 2.0).stay(3.0), rate_hz=200.0)
    assert outcome.count == counted


@pytest.mark.parametrize(("share", "counted"), [(0.8, 0), (1.25, 1)])
def test_the_middle_of_a_drop_takes_longer_than_a_tug(share, counted):
    """A minimum-jerk movement has 80 % of its way in half of its time."""
    drop_s = share * LIMITS.quickest_10_90_s / 0.507
    leg = rested().roll(22, drop_s).stay(3.0).roll(0, 2.0).stay(3.0)
    calm = Settings(calibration=CalibrationSettings(fastest_fraction=10.0))
    assert about(leg, settings=calm, rate_hz=200.0).count == counted


def test_a_tug_in_the_midst_of_a_slow_drop_outruns_a_fall():
    """Most of the way takes a second; in between 30 deg in a twentieth of one, three times as fast as falling."""
    tugged = rested().drop(-60).roll(15, 0.6, steadily).roll(45, 0.05, steadily).roll(60, 0.6, steadily)
    assert about(tugged.stay(3.0).roll(0, 2.0).stay(3.0)).reasons == ["faster_than_falling"]
    slow = rested().drop(-60).roll(15, 0.6, steadily).roll(45, 0.4, steadily).roll(60, 0.6, steadily)
    assert about(slow.stay(3.0).roll(0, 2.0).stay(3.0)).reasons == []


def test_without_a_gyroscope_a_thump_is_no_tug():
    leg = rested().roll(60, 0.2).stay(3.0).roll(0, 2.0).stay(3.0)
    assert about(leg).reasons == ["faster_than_falling"]
    assert about(leg, gyroscope=False).reasons == []


@pytest.mark.parametrize(("off_deg", "counted"), [(35.0, 2), (55.0, 1)])
def test_how_far_off_its_side_a_drop_may_go(off_deg, counted):
    limit = LIMITS.other_direction_deg
    assert 35.0 < limit < 55.0
    leg = replace(rested(), hips_deg=0.0)
    pitch = math.degrees(math.asin(math.sin(math.radians(60.0)) * math.sin(math.radians(off_deg))))
    roll = math.degrees(math.acos(0.5 / math.cos(math.radians(pitch))))  # 60 deg away, off_deg off the side
    leg.drop(60).move(2.0, smooth, roll_deg=roll, pitch_deg=pitch).stay(3.0)
    leg.move(2.0, smooth, roll_deg=0.0, pitch_deg=0.0).stay(3.0)
    assert about(leg).count == counted


def test_sides_need_not_be_opposite():
    """Each is compared with its own heading: hips do not put the other side exactly opposite."""
    leg = rested()
    _, left, knee = leg.frame()
    askew = -math.cos(math.radians(50.0)) * left + math.sin(math.radians(50.0)) * knee
    leg.drop(60).drop(-60)
    leg.move(2.0, smooth, roll_deg=-40.0, pitch_deg=48.0).stay(3.0).move(2.0, smooth, roll_deg=0.0, pitch_deg=0.0)
    leg.stay(3.0)
    assert about(leg, truly(leg, opposite=askew)).sides == ["left", "right"]
    assert about(leg, truly(leg)).sides == ["left", "right"]


@pytest.mark.parametrize(
    ("other_deg", "turns_s", "rests_s"),
    [(40.0, 1.0, 0.0), (18.0, 5.5, 0.0), (18.0, 1.0, 1.2)],
    ids=["wide", "slow", "paused"],
)
def test_what_no_overshoot_is(other_deg, turns_s, rests_s):
    leg = rested().roll(-60, 2.0).stay(3.0)
    leg.roll(other_deg, turns_s + 0.5, swinging).stay(rests_s).roll(0, 1.2, swinging).stay(3.0)
    assert about(leg).sides == ["right", "left"]


def test_an_overshoot_needs_a_return_before_it():
    assert about(rested().roll(18, 0.8, swinging).roll(0, 0.8, swinging).stay(3.0)).sides == ["left"]


def test_the_end_of_the_exercise_is_where_the_landing_is():
    leg = rested().drops(-60, 60)  # the second leaves at 13 s, lands at 15, is home at 20
    assert about(leg, truly(leg, span_s=(2.0, 16.0))).count == 2
    assert about(leg, truly(leg, span_s=(6.0, 30.0))).reasons == ["outside_exercise"]


def test_getting_up_takes_back_what_lies_in_it_for_the_most_part():
    leg = rested().drops(-60, 60)
    assert about(leg, truly(leg, got_up_s=((12.0, 16.0),))).count == 2
    assert about(leg, truly(leg, got_up_s=((12.0, 18.0),))).count == 1


def test_a_pause_disarms_only_what_it_touches():
    leg = rested().drops(-60, 60, -40)
    assert about(leg, controls=[pause(11.0), arm(12.8)]).count == 3
    assert about(leg, controls=[pause(11.0), arm(14.0)]).sides == ["right", "right"]
    assert about(leg, controls=[pause(20.5)]).sides == ["right", "left"]
    assert about(leg, controls=[calibrate(12.0, "left")]).count == 3


def test_a_step_that_a_movement_is_nearly_home_in_ends_it():
    leg = rested().drop(-60).roll(60, 2.0).stay(2.0).roll(8, 1.8).move(0.3, slip_deg=20.0).stay(3.0)
    leg.roll(0, 1.0).stay(3.0)
    outcome = about(leg, stepped(leg, 18.95, 20.0))
    assert outcome.sides == ["right", "left"]


def test_after_a_step_drops_are_counted_from_the_new_centre():
    leg = rested().drop(-60).move(0.4, slip_deg=20.0).stay(4.0).drop(60).drop(-60)
    outcome = about(leg, stepped(leg, 14.0, 20.0))
    assert outcome.sides == ["right", "left", "right"]
    assert [rep.range_deg for rep in outcome.reps] == pytest.approx([60.0] * 3, abs=4.0)


def test_a_small_movement_is_told_with_its_range():
    (aborted,) = below_r_min().aborted
    assert aborted.range_deg == pytest.approx(11.0, abs=1.0)
    assert aborted.start_s == pytest.approx(13.4, abs=0.5)
    assert aborted.end_s == pytest.approx(19.5, abs=0.6)


def test_a_range_that_sinks_back_below_the_least_is_none():
    """Only thrown over it: the leg comes to rest below."""
    r_min = PhaseSettings().r_min_deg
    leg = rested().roll(1.3 * r_min, 0.7, swinging).roll(0.8 * r_min, 0.3, swinging).stay(4.0).roll(0, 1.5).stay(3.0)
    assert about(leg).reasons == ["below_r_min"]
