"""Accuracy over simulated sessions must not fall: counts and errors against exact truth (definitions E).

A few dozen seeds here; `python -m tests.benchmarks` prints the figures over hundreds. The figures are the project's
goals unless a comment says otherwise.
"""

import numpy as np
import pytest

from sensorcoach.simulator import SCENARIOS
from tests.benchmarks.judging import figures, judged, other_activity, random_sessions

pytestmark = pytest.mark.slow

SEEDS = range(30)
ACTIVITY_SEEDS = range(2)
WARNED_SEEDS = range(200, 203)


@pytest.fixture(scope="module")
def exercise():
    """Every rate, mounting, body and fault."""
    return figures(random_sessions(SEEDS))


@pytest.fixture(scope="module")
def warned():
    """Legs let go and thumps, where warnings are due, and good repetitions, where none are, from 104 Hz."""
    return figures(
        judged(seed, SCENARIOS[name](seed)) for seed in WARNED_SEEDS for name in ("too_fast", "thumps", "good")
    )


@pytest.fixture(scope="module")
def activity():
    return list(other_activity(ACTIVITY_SEEDS))


def p95(errors):
    return np.percentile(errors, 95)


def test_counts_are_exact(exercise):
    # 98 % is the goal over 200 seeds; of 30, one more than its share may be wrong.
    assert exercise.exact >= exercise.sessions - 1, exercise.wrong_counts


def test_sides_are_right_whenever_one_bit_is_given(exercise):
    assert exercise.sided > 120
    assert exercise.side_wrong == 0


@pytest.mark.xfail(reason="not reached: 4.7 degrees; a centre that is followed through slips lags behind", strict=True)
def test_ranges_are_right_within_2_degrees(exercise):
    assert len(exercise.range_deg) > 120
    # The goal of 2 degrees is reached over 200 seeds (1.8); of these 30, one that slipped and one cut swing weigh more.
    assert p95(exercise.range_deg) <= 2.5


def test_holds_are_right_within_03_seconds(exercise):
    assert len(exercise.hold_s) > 120
    assert p95(exercise.hold_s) <= 0.3


def test_borders_are_right_within_01_second(exercise):
    assert np.median(exercise.borders_s, axis=0) == pytest.approx(np.zeros(4), abs=0.1)


def test_events_come_in_time(exercise):
    """Median of the landing 0.35 s; count within 0.5 s, figures within 1 s and the 80 ms of a packet."""
    latencies = exercise.latencies
    assert len(latencies.landing_s) > 30
    assert np.median(latencies.landing_s) <= 0.35
    assert np.median(latencies.count_s) <= 0.5
    assert np.median(latencies.final_s) <= 1.0 + 0.2


def test_too_fast_is_told_where_it_is(warned):
    assert warned.too_fast.hits >= 12
    assert warned.too_fast.f1 >= 0.98, warned.too_fast.names


def test_jarring_is_told_where_it_is(warned):
    assert warned.jarring.hits >= 12
    assert warned.jarring.f1 >= 0.98, warned.jarring.names


def test_nothing_else_counts_with_the_thigh_axis_told(activity):
    assert [told.summary.reps for told, _ in activity] == [0] * len(activity)


@pytest.mark.xfail(reason="not reached: sitting down eight times to both sides of a hugged knee", strict=True)
def test_nothing_else_is_confirmed_without_it(activity):
    assert [untold.summary.axis_confirmed for _, untold in activity] == [False] * len(activity)
