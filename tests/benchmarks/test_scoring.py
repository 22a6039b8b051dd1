"""The scorer itself: what it calls exact, missed, false; and that other forms of a session are what they say."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from sensorcoach.errors import InputError
from tests.benchmarks.scoring import Found, Score, score_found, scored, tally
from tests.benchmarks.simple_counter import count, in_time
from tests.benchmarks.twist_sessions import Roll, Session, TrueRep, Truth, Worn, mirrored, resampled

RNG = np.random.default_rng(1)


def true_rep(start_s, side="left", labels=("good",)):
    return TrueRep(
        side=side,
        drop_onset=start_s,
        drop_start=start_s + 0.5,
        landing=start_s + 3.0,
        drop_end=start_s + 3.0,
        return_start=start_s + 7.0,
        return_end=start_s + 9.0,
        return_still=start_s + 9.5,
        hold_s=4.0,
        lost_rep=0.0,
        lost_landing=0.0,
        labels=frozenset(labels),
        borderline=frozenset(),
        roll_worn_deg=Roll(0.0, 60.0, 61.0, 61.0, 0.0),
    )


def found_rep(start_s, side="left", warned=()):
    return Found(
        side=side,
        drop_start_s=start_s,
        drop_end_s=start_s + 3.0,
        return_start_s=start_s + 7.0,
        return_end_s=start_s + 9.0,
        range_deg=62.0,
        hold_s=4.0,
        has_centre=True,
        landing_judged=True,
        confirmed=False,
        warned=frozenset(warned),
    )


def truth(*reps):
    worn = Worn("left", "thigh", "-x", "+y", "-x", "+y")
    return Truth("core", 100.0, 100.0, (8.0, 80.0), worn, [("walk", 0.0, 8.0), ("drop", 8.0, 80.0)], list(reps))


def score_of(true, found, sides_told=True) -> Score:
    return score_found("core_00", true, sides_told, tuple(found))


def test_each_at_its_time_and_on_its_side_is_exact():
    score = score_of(truth(true_rep(10), true_rep(30, "right")), [found_rep(10.2), found_rep(29.5, "right")])
    assert score.exact
    assert score.exact_in_block
    assert score.one_to_one
    total = tally([score])
    assert total.range_deg == [1.0, 1.0]
    assert (total.missed, total.false) == (0, 0)


def test_one_missed_and_one_false_are_the_right_number_and_still_told():
    score = score_of(truth(true_rep(10), true_rep(30)), [found_rep(10), found_rep(50)])
    assert score.exact
    assert not score.one_to_one
    assert score.missed_s == [30]
    assert score.false_s == [50]


def test_the_right_number_on_the_wrong_side_is_not_exact_where_the_side_was_told():
    true, found = truth(true_rep(10)), [found_rep(10, "right")]
    assert not score_of(true, found).exact
    assert score_of(true, found, sides_told=False).exact


def test_what_is_false_before_the_exercise_leaves_the_block_exact():
    score = score_of(truth(true_rep(20)), [found_rep(1), found_rep(20)])
    assert not score.exact
    assert score.exact_in_block
    assert len(score.false_outside) == 1
    assert "walk" in score.why()


def test_two_found_in_one_are_one_right_and_one_false():
    score = score_of(truth(true_rep(10)), [found_rep(10), found_rep(10.1)])
    assert (len(score.pairs), len(score.false), len(score.missed)) == (1, 1, 0)


def test_a_refusal_is_wrong_with_its_reason_even_where_nothing_was_to_be_found():
    score = scored("core_00", truth(), "told", InputError("time goes back.", "Sort."))
    assert not score.exact
    assert not score.exact_in_block
    assert score.why() == "refused: time goes back."


def test_a_repetition_not_found_is_a_verdict_missed():
    total = tally(
        [score_of(truth(true_rep(10, labels=("fast",)), true_rep(30)), [found_rep(30, warned=("too_fast",))])]
    )
    verdicts = total.verdicts["too_fast"]
    assert (verdicts.hits, verdicts.false, verdicts.missed) == (0, 1, 1)
    assert (total.landings, total.landings_judged) == (2, 1)


def session_of_turning():
    """A sensor turning about changing axes, seen from its own: gravity and rate of turn that belong together."""
    t_s = np.arange(0.0, 20.0, 0.005)
    gyr = np.column_stack([np.sin(t_s), 0.7 * np.cos(1.3 * t_s), 0.4 * np.sin(0.4 * t_s)])
    orientation, up = Rotation.identity(), []
    for rate in gyr:
        up.append(orientation.inv().apply([0.0, 0.0, 9.81]))
        orientation = orientation * Rotation.from_rotvec(0.005 * rate)
    return Session(truth(true_rep(10), true_rep(30, "right")), np.column_stack([t_s, up, gyr]))


def disagreement(rows):
    """Of the change of gravity with the rate of turn (m/s³)."""
    up, gyr = rows[:, 1:4], rows[:, 4:7]
    middle = (gyr[1:] + gyr[:-1]) / 2, (up[1:] + up[:-1]) / 2
    return np.abs(np.diff(up, axis=0) / np.diff(rows[:, 0])[:, None] - np.cross(middle[1], middle[0])).max()


@pytest.mark.parametrize("seed", range(6))
def test_in_the_mirror_gravity_still_moves_as_the_gyroscope_says_and_told_axes_still_point_there(seed):
    session = session_of_turning()
    assert disagreement(session.rows) < 0.1
    other = mirrored(session, np.random.default_rng(seed))
    assert disagreement(other.rows) < 0.1
    assert [rep.side for rep in other.truth.reps] == ["right", "left"]
    up_leg = {"x": 1, "-x": -1}[other.truth.mounting("told").up_leg]
    np.testing.assert_allclose(up_leg * other.rows[:, 1], -session.rows[:, 1])


def test_resampled_rows_keep_holes():
    session = session_of_turning()
    with_hole = session.with_rows(session.rows[(session.rows[:, 0] < 5.0) | (session.rows[:, 0] > 8.0)])
    rows = resampled(25.0, 0.5)(with_hole, RNG).rows
    assert not np.any((rows[:, 0] > 5.0) & (rows[:, 0] < 8.0))
    assert np.diff(rows[:, 0]).min() == pytest.approx(0.04)


def test_repeated_notifications_are_dropped():
    rows = session_of_turning().rows[:100]
    np.testing.assert_array_equal(in_time(np.vstack([rows[:50], rows[40:50], rows[50:]])), rows)


def still_rolling(sides):
    """By formula: a leg that rolls 60° and back, about a level axis; without gyroscope."""
    t_s = np.arange(0.0, 20.0 * len(sides), 0.02)
    within = t_s % 20.0
    shape = np.interp(within, [0, 8, 10, 14, 16, 20], [0, 0, 1, 1, 0, 0])
    roll = np.radians(60.0) * shape * np.asarray(sides)[(t_s // 20.0).astype(int)]
    return np.column_stack([t_s, 9.81 * np.sin(roll), np.zeros(len(t_s)), 9.81 * np.cos(roll)])


def test_the_simple_counter_counts_rolls_without_a_gyroscope():
    found = count(still_rolling([1, -1, 1]))
    assert len(found) == 3
    assert found[0].direction == -found[1].direction == found[2].direction
    assert [one.peak_deg for one in found] == pytest.approx([60.0] * 3, abs=0.5)
