"""The parts that evidence is made of: rests and places, excursions, the line, what adds up and what it costs."""

from dataclasses import fields, replace

import numpy as np
import pytest

from sensorcoach.kneedrop.calibration.calibration import Calibration, CentrePiece
from sensorcoach.kneedrop.calibration.excursions import find_excursions
from sensorcoach.kneedrop.calibration.lateral import fit_line, is_told, left_of
from sensorcoach.kneedrop.calibration.rests import find_rests, places_of_rest
from sensorcoach.kneedrop.frame import Centre
from sensorcoach.model import Mounting
from sensorcoach.settings import CalibrationSettings, PhaseSettings, Settings
from tests.kneedrop.counting import SHIN, TOLD, UNTOLD, live, off_deg, passed, tracked, truly, whole
from tests.kneedrop.legs import Leg, steadily, swinging

LIMITS = CalibrationSettings()


def excursions(leg, **seen):
    return find_excursions(tracked(leg, **seen), Centre(leg.frame()[0], "rest"), PhaseSettings(), LIMITS)


# --- rests and places ------------------------------------------------------------------------------------------------


def test_rests_are_where_the_leg_is_still_for_long_enough():
    leg = Leg().stay(4.0).roll(40, 1.5, swinging).stay(0.4 * LIMITS.rest_s).roll(0, 1.5, swinging).stay(3.0)
    leg.roll(-40, 1.5, swinging).stay(2.0)
    rests = find_rests(tracked(leg), LIMITS)
    assert rests.lasted_s == pytest.approx([4.0, 3.0, 2.0], abs=0.5)
    for up, deg in zip(rests.up, (0.0, 0.0, -40.0), strict=True):
        a = np.radians(deg)
        assert off_deg(up, np.cos(a) * leg.frame()[0] + np.sin(a) * leg.frame()[1]) < 2.5


def test_a_hole_parts_two_rests():
    leg = Leg().stay(10.0)
    assert len(find_rests(tracked(leg), LIMITS).up) == 1
    assert find_rests(tracked(leg, lost=[(4.0, 7.0)]), LIMITS).lasted_s == pytest.approx([4.0, 3.0], abs=0.3)


def test_slow_sinking_is_rest_and_steady_turning_is_none():
    still = Leg().roll(0.75 * LIMITS.still_dps * 5.0, 5.0, steadily)
    assert len(find_rests(tracked(still), LIMITS).up) == 1
    turning = Leg().roll(1.6 * LIMITS.still_dps * 5.0, 5.0, steadily)
    assert len(find_rests(tracked(turning), LIMITS).up) == 0


def test_the_place_with_most_rest_comes_first_and_near_ones_are_one():
    leg = Leg().stay(3.0).roll(3, 1.0).stay(3.0).roll(50, 1.5).stay(4.5).roll(-50, 3.0).stay(2.0)
    places = places_of_rest(find_rests(tracked(leg), LIMITS), LIMITS)
    assert len(places) == 3
    assert off_deg(places[0].up, leg.frame()[0]) < 3.0
    assert [place.rested_s for place in places] == pytest.approx([7.0, 4.5, 2.0], abs=0.9)


def test_no_rest_weighs_more_than_there_is_to_learn_from_it():
    long = Leg().stay(5.0 * LIMITS.rest_weighs_at_most_s)
    (place,) = places_of_rest(find_rests(tracked(long), LIMITS), LIMITS)
    assert place.rested_s == pytest.approx(LIMITS.rest_weighs_at_most_s)


def test_so_many_places_and_no_more():
    leg = Leg()
    for deg in range(0, 140, 14):
        leg.roll(deg, 1.0).stay(2.0)
    few = CalibrationSettings(most_places=4)
    assert len(places_of_rest(find_rests(tracked(leg), LIMITS), LIMITS)) == 10
    assert len(places_of_rest(find_rests(tracked(leg), few), few)) == 4


# --- excursions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("valley_deg", "many"), [(20.0, 2), (42.0, 1)])
def test_two_peaks_are_one_excursion_unless_the_leg_came_half_way_home(valley_deg, many):
    leg = Leg().stay(3.0).roll(60, 1.5).roll(valley_deg, 1.5).roll(60, 1.5).roll(0, 1.5).stay(3.0)
    assert len(excursions(leg)) == many


@pytest.mark.parametrize(("share", "many"), [(0.85, 0), (1.2, 1)])
def test_the_least_excursion(share, many):
    assert len(excursions(Leg().stay(3.0).drop(share * PhaseSettings().r_min_deg))) == many


def test_a_hold_that_wavers_by_less_than_a_drop_is_one_peak():
    leg = Leg().stay(3.0).roll(60, 1.5).roll(56, 1.0).roll(60, 1.0).roll(55, 1.0).roll(58, 1.0).roll(0, 1.5).stay(3.0)
    assert len(excursions(leg)) == 1


def test_home_is_a_share_of_a_wide_excursion_but_not_of_a_roll_of_the_body():
    wide, roll = (excursions(Leg().stay(3.0).roll(deg, 2.0).roll(10, 2.0).stay(3.0).roll(0, 1.0)) for deg in (60, 150))
    for (one,) in (wide, roll):
        assert one.end_s == pytest.approx(7.0, abs=0.6)


def test_what_the_stream_ends_in_is_the_last():
    leg = Leg().stay(3.0).drop(60).roll(50, 2.0).stay(2.0)
    one, last = excursions(leg)
    assert not one.last
    assert not one.unfinished
    assert last.last
    assert last.unfinished


@pytest.mark.parametrize(("share", "last"), [(0.35, False), (0.65, True)])
def test_who_is_half_way_home_at_the_end_has_finished(share, last):
    leg = Leg().stay(3.0).drop(-60).roll(60, 2.0).stay(2.0).roll(share * 60, 1.5)
    assert excursions(leg)[-1].last is last


@pytest.mark.parametrize(("share", "rested_s"), [(0.75, 4.0), (1.5, 0.0)])
def test_slow_swaying_at_home_is_rest(share, rested_s):
    leg = replace(Leg(), breath_deg=0.02).stay(3.0).roll(60, 2.0).stay(2.0).roll(-2, 2.0)
    for deg in (2, -2, 2, -2):
        leg.roll(deg, 4.0 / (share * LIMITS.still_dps), steadily)
    swayed_s = leg.t_s
    leg.roll(-60, 1.0)
    one = excursions(leg)[0]
    swaying_s = swayed_s - 9.0
    assert one.still_after_s == pytest.approx(min(1.0, rested_s) * swaying_s, abs=0.6)


@pytest.mark.parametrize(("share", "near"), [(0.75, True), (1.3, False)])
def test_home_is_near_the_centre(share, near):
    away_deg = share * LIMITS.home_deg
    leg = Leg().stay(3.0).roll(60, 2.0).stay(2.0).roll(-away_deg, 2.0).stay(4.0).roll(-60, 2.0)
    assert (excursions(leg)[0].still_after_s > 3.5) is near
    assert (excursions(leg)[0].still_after_s < 1.0) is not near


def test_rest_at_home_is_still_and_near():
    leg = Leg().stay(4.0).drop(60, rest_s=0.0)
    for _ in range(4):  # at home, but never still
        leg.roll(6, 0.25, swinging).roll(-6, 0.5, swinging).roll(0, 0.25, swinging)
    leg.drop(-50, rest_s=3.0)
    one, other = excursions(leg)
    assert one.still_before_s == pytest.approx(4.2, abs=0.4)
    assert one.still_after_s < 1.2
    assert other.still_before_s == pytest.approx(one.still_after_s, abs=0.2)
    assert other.still_after_s == pytest.approx(3.3, abs=0.5)


# --- the line --------------------------------------------------------------------------------------------------------


def headings(leg, *degs):
    """Directions so far from the left one, towards the knee."""
    _, left, knee = leg.frame()
    return [np.cos(np.radians(d)) * left + np.sin(np.radians(d)) * knee for d in degs]


def fitted(degs, left=None, weights=None):
    leg = Leg()
    weights = np.ones(len(degs)) if weights is None else np.array(weights)
    return fit_line(Centre(leg.frame()[0], "rest"), headings(leg, *degs), weights, left, LIMITS)


def test_the_line_is_where_most_go_both_ways():
    line = fitted([0, 5, 180, 175, 90, -5, 185])
    ways = [line.plus, line.minus]
    assert sorted(map(int, (way.sum() for way in ways))) == [3, 3]
    assert not line.plus[4]
    assert not line.minus[4]
    assert line.weight == pytest.approx(6.0)
    assert {tuple(np.flatnonzero(way)) for way in ways} == {(0, 1, 5), (2, 3, 6)}


def test_two_sides_outweigh_one_that_is_more():
    line = fitted([0, 3, -3, 90, 88, 270, 272])
    assert (line.plus | line.minus).tolist() == [False] * 3 + [True] * 4


def test_headings_of_a_side_scatter_and_sides_need_not_be_opposite():
    off = 0.8 * LIMITS.line_deg
    assert fitted([0, off, -off]).plus.all()
    askew = fitted([0, 2, -2, 180 - 0.8 * LIMITS.not_opposite_deg])
    assert (askew.plus | askew.minus).all()
    beyond = fitted([0, 2, -2, 180 - 1.3 * LIMITS.not_opposite_deg])
    assert (beyond.plus | beyond.minus).sum() == 3


def test_the_mean_of_a_side_is_its_heading():
    leg = Leg()
    line = fitted([10, 20, 190, 200])
    plus, minus = headings(leg, 15, 195)
    got = {round(off_deg(line.plus_heading, h)) for h in (plus, minus)}
    assert got == {0, 180}
    assert off_deg(line.plus_heading, line.minus_heading) == pytest.approx(180.0, abs=1e-3)


def test_no_excursions_no_line_and_one_has_one_way():
    assert fitted([]) is None
    line = fitted([30])
    assert line.minus_heading is None
    assert line.weight == 1.0


def test_across_a_told_axis_little_weighs():
    left = Leg().frame()[1]
    line = fitted([0, 90, 180], left=left)
    assert line.weights[0] == line.weights[2] == 1.0
    assert line.weights[1] < 0.01
    within, beyond = 0.9 * LIMITS.told_sure_deg, LIMITS.told_sure_deg + LIMITS.told_sigma_deg
    assert fitted([within], left=left).weights[0] == 1.0
    assert fitted([beyond], left=left).weights[0] == pytest.approx(np.exp(-0.5))  # one sigma beyond
    assert fitted([90, 90, 90, 90, 0], left=left).plus.tolist() == [False] * 4 + [True]


def test_what_weighs_more_is_the_line():
    line = fitted([0, 180, 90, 90, 90], weights=[1.0, 1.0, 0.2, 0.2, 0.2])
    assert (line.plus | line.minus).tolist() == [True, True, False, False, False]


def test_told_is_the_axis_that_says_something_of_this_segment():
    assert is_told(TOLD)
    assert is_told(SHIN)
    for nothing in (UNTOLD, Mounting(segment="shank", up_leg="y"), Mounting(front="z"), Mounting(first_side="left")):
        assert not is_told(nothing)


def test_left_by_the_right_hand_rule():
    leg = Leg()
    centre = Centre(leg.frame()[0], "rest")
    assert off_deg(left_of(centre, TOLD), leg.frame()[1]) < 1e-6
    assert off_deg(left_of(centre, Mounting(up_leg="-y")), -leg.frame()[1]) < 1e-6
    shin = replace(leg, elevation_deg=-50.0)
    assert off_deg(left_of(Centre(shin.frame()[0], "rest"), SHIN), shin.frame()[1]) < 1e-6
    for nothing in (UNTOLD, Mounting(segment="shank", up_leg="y"), Mounting(front="z")):
        assert left_of(centre, nothing) is None
    assert left_of(Centre(np.array([0.0, 1.0, 0.0]), "rest"), TOLD) is None  # along up it says nothing


# --- what adds up ----------------------------------------------------------------------------------------------------


def score(leg, mounting=UNTOLD, settings=None):
    return passed(leg, mounting, settings=settings).score


def test_every_drop_adds_up():
    scores = [score(Leg().stay(5.0).drops(*([60, -50] * n))) for n in (1, 2, 3, 4)]
    steps = np.diff(scores)
    assert np.all(steps > 1.9)
    assert np.all(steps < 2.5)


def test_long_rest_at_the_centre_adds_to_it_as_its_logarithm():
    short, long = (score(Leg().stay(5.0).drops(60, -50, 60, -50, rest_s=rest_s)) for rest_s in (1.5, 8.0))
    rested = [5.0 + 4 * rest_s + 4 * 0.5 for rest_s in (1.5, 8.0)]
    gain = np.log1p(rested[1]) - np.log1p(rested[0])
    assert long - short == pytest.approx(gain, abs=0.2)
    without = Settings(calibration=CalibrationSettings(rest_weight=0.0))
    assert score(Leg().stay(5.0).drops(60, -50, 60, -50), settings=without) == pytest.approx(4.0, abs=0.01)


def test_who_never_rested_at_home_weighs_half_and_half_again():
    """Swung through from left to right: neither has a rest on the one side of it."""
    without = Settings(calibration=CalibrationSettings(rest_weight=0.0))
    calm = Leg().stay(5.0).drops(60, -50)
    swung = Leg().stay(5.0).roll(60, 1.5, swinging).roll(-50, 2.5, swinging).roll(0, 1.5, swinging).stay(3.0)
    half = LIMITS.restless_weight
    assert score(calm, settings=without) == pytest.approx(2.0, abs=0.01)
    assert score(swung, settings=without) == pytest.approx(2.0 * half, abs=0.01)


@pytest.mark.parametrize(("rest_s", "weight"), [(4.0, 1.0), (1.5, LIMITS.restless_weight)])
def test_so_long_a_rest_at_home_is_enough(rest_s, weight):
    """Between the two only: the first has rested before it, the last after it."""
    long = Settings(calibration=CalibrationSettings(rest_weight=0.0, home_still_s=3.0))
    leg = Leg().stay(8.0).drop(60, rest_s=rest_s).drop(-50, rest_s=8.0)
    assert score(leg, settings=long) == pytest.approx(2.0 * weight, abs=0.01)


def test_what_goes_less_far_says_less():
    without = Settings(calibration=CalibrationSettings(rest_weight=0.0))
    for deg in (20.0, 30.0):
        drops = [deg, -deg] * 3
        expected = 6.0 * deg / LIMITS.wide_deg
        assert score(Leg().stay(5.0).drops(*drops), settings=without) == pytest.approx(expected, rel=0.05)
    assert score(Leg().stay(5.0).drops(*[80, -80] * 3), settings=without) == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize(
    ("deg", "many", "after_s", "counted"),
    [(25.0, 1, 1.3, 4), (25.0, 1, 0.5, 5), (55.0, 1, 1.3, 5), (25.0, 4, 1.3, 8), (19.0, 4, 1.3, 4), (19.0, 4, 0.5, 8)],
    ids=["a straggler", "soon", "alike", "too many", "many and small", "soon and small"],
)
def test_one_or_two_unlike_the_exercise_long_after_or_before_it_are_none_of_it(deg, many, after_s, counted):
    after = Leg().stay(5.0).drops(60, -50, 60, -50).stay(after_s * LIMITS.run_gap_s).drops(*[deg] * many)
    assert whole(after, TOLD, rate_hz=50.0).count == counted
    before = Leg().stay(5.0).drops(*[deg] * many).stay(after_s * LIMITS.run_gap_s).drops(60, -50, 60, -50)
    assert whole(before, TOLD, rate_hz=50.0).count == counted


def test_other_directions_add_a_little():
    """Bridges also begin and end at the centre."""
    without = Settings(calibration=CalibrationSettings(rest_weight=0.0))
    leg = Leg().stay(5.0).drops(60, -50, 60, -50)
    leg.pitch(-35, 1.5).stay(2.0).pitch(0, 1.5).stay(3.0)
    assert score(leg, settings=without) == pytest.approx(4.0 + LIMITS.other_weight, abs=0.06)


def test_out_of_posture_costs_by_its_square():
    without = Settings(calibration=CalibrationSettings(rest_weight=0.0))

    def cost(elevation_deg):
        leg = replace(Leg(), elevation_deg=elevation_deg).stay(5.0).drops(*([60, -50] * 4))
        return 8.0 - score(leg, TOLD, settings=without)

    low, sure, sigma = LIMITS.thigh_elevation_min_deg, LIMITS.posture_sure_deg, LIMITS.posture_sigma_deg
    assert cost(50.0) == pytest.approx(0.0, abs=0.05)
    assert cost(low - 0.9 * sure) == pytest.approx(0.0, abs=0.05)
    assert cost(low - sure - sigma) == pytest.approx(1.0, abs=0.1)
    assert cost(low - sure - 2.0 * sigma) == pytest.approx(4.0, abs=0.2)
    assert cost(LIMITS.thigh_elevation_max_deg + 0.9 * sure) == pytest.approx(0.0, abs=0.05)


# --- the value -------------------------------------------------------------------------------------------------------


def test_two_calibrations_count_alike_or_not():
    leg = Leg()
    up0, left, knee = leg.frame()
    known = truly(leg, span_s=(4.0, 60.0))

    def tilted(deg):
        a = np.radians(deg)
        return (CentrePiece(0.0, Centre(np.cos(a) * up0 + np.sin(a) * knee, "rest")),)

    def turned(deg):
        a = np.radians(deg)
        return np.cos(a) * left + np.sin(a) * knee

    same = [
        {},
        {"pieces": tilted(1.0)},
        {"lateral": turned(5.0)},
        {"score": 9.0},
        {"known_s": 5.0},
        {"drops": 7},
        {"span_s": (4.5, 60.5)},
    ]
    for changed in same:
        assert known.same_as(replace(known, **changed)), changed
        assert replace(known, **changed).same_as(known), changed
    another = [
        {"pieces": tilted(10.0)},
        {"pieces": (*known.pieces, CentrePiece(9.0, known.pieces[0].centre))},
        {"lateral": turned(50.0)},
        {"lateral": None},
        {"sided": False},
        {"confirmed": False},
        {"got_up_s": ((1.0, 2.0),)},
        {"mode": "causal"},
        {"span_s": (4.0, 80.0)},
        {"span_s": (24.0, 60.0)},
        {"span_s": (4.0, float("inf"))},
    ]
    for changed in another:
        assert not known.same_as(replace(known, **changed)), changed
        assert not replace(known, **changed).same_as(known), changed
    assert {field.name for field in fields(Calibration)} >= {name for one in another for name in one}


def test_a_calibration_is_told_again_only_where_it_counts_otherwise():
    outcome = live(Leg().stay(5.0).drops(*([60, -50] * 4)), TOLD)
    assert 1 <= len(outcome.calibrations) <= 3
    assert len(whole(Leg().stay(5.0).drops(60, -50)).calibrations) == 1


def test_without_a_line_there_is_no_direction_across():
    known = replace(truly(Leg()), lateral=None, opposite=None)
    assert known.lateral_at(known.pieces[0].centre) is None
