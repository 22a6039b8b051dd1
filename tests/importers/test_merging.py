"""Two sensors with clocks of their own on one grid. Truth: a movement known at any instant."""

import tracemalloc

import numpy as np
import pytest
from app_files import G, acc_at, assert_moves_like_the_leg, gyr_at, times
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.errors import InputError
from sensorcoach.importers.merging import HOLE_PERIODS, Stream, merged, summed


def stream(name, t_s, values, period_s=None, block=97):
    rows = np.column_stack([t_s, values])
    period_s = float(np.median(np.diff(t_s))) if period_s is None else period_s
    return Stream(name, period_s, (rows[start : start + block] for start in range(0, len(rows), block)))


def together(acc_s, gyr_s, notices=None, **how):
    acc, gyr = stream("acc", acc_s, acc_at(acc_s), **how), stream("gyr", gyr_s, gyr_at(gyr_s), **how)
    return np.concatenate(list(merged(acc, gyr, [] if notices is None else notices)))


@settings(max_examples=25)
@given(
    st.floats(11, 110), st.floats(11, 110), st.floats(-3, 3), st.integers(1, 400), st.integers(0, 2**32 - 1)
)  # fmt: skip
def test_any_two_rates_with_any_offset_and_jitter_tell_the_movement(acc_hz, gyr_hz, offset_s, block, seed):
    rng = np.random.default_rng(seed)
    acc_s, gyr_s = (
        t_s + rng.uniform(-0.2, 0.2, len(t_s)) / rate_hz
        for t_s, rate_hz in ((times(acc_hz), acc_hz), (times(gyr_hz, first_s=offset_s), gyr_hz))
    )
    rows = together(acc_s, gyr_s, block=block)
    # A straight line over a step h misses a sine of amplitude A by A(ωh)²/8 at most; steps are up to 1.4 periods.
    assert np.isfinite(rows).all()
    assert_moves_like_the_leg(rows, acc_error=0.06 * G * 0.4, gyr_error=0.02)
    fast_s = gyr_s if gyr_hz > 1.3 * acc_hz else acc_s if acc_hz > gyr_hz else rows[:, 0]
    expected = fast_s[(fast_s >= max(acc_s[0], gyr_s[0])) & (fast_s <= min(acc_s[-1], gyr_s[-1]))]
    step = round(len(expected) / len(rows))
    first = int(np.searchsorted(expected, rows[0, 0]))
    assert first < step
    np.testing.assert_array_equal(rows[:, 0], expected[first::step])


@pytest.mark.parametrize(
    ("acc_hz", "gyr_hz", "merged_hz"),
    [(12.5, 25, 25), (12.5, 100, 20), (25, 100, 25), (50, 100, 50), (52, 75, 75), (100, 25, 25), (100, 50, 100)],
)
@pytest.mark.parametrize("block", [1, 97])
def test_no_more_samples_than_the_slower_sensor_can_tell_of(acc_hz, gyr_hz, merged_hz, block):
    """Graded are 50 samples a second, landings surely 100: 12.5 of acceleration must not pass for 100."""
    rows = together(times(acc_hz), times(gyr_hz), block=block)
    assert 1 / np.diff(rows[:, 0]).mean() == pytest.approx(merged_hz, rel=0.001)
    np.testing.assert_allclose(np.diff(rows[:, 0]), 1 / merged_hz)


def test_samples_of_the_leading_sensor_stay_as_they_are():
    acc_s, gyr_s = times(50), times(52, first_s=0.013)
    rows = together(acc_s, gyr_s)
    np.testing.assert_array_equal(rows[:, 1:4], acc_at(rows[:, 0]))
    rows = together(times(25), times(100, first_s=-0.5))
    np.testing.assert_array_equal(rows[:, 4:], gyr_at(rows[:, 0]))


def test_values_met_exactly_are_exact():
    rows = together(times(50), times(50))
    np.testing.assert_array_equal(rows, np.column_stack([times(50), acc_at(times(50)), gyr_at(times(50))]))


@pytest.mark.parametrize("slow", ["acc", "gyr"])
def test_nothing_is_drawn_across_a_hole(slow):
    slow_s = times(25)
    slow_s = slow_s[(slow_s < 5) | (slow_s > 7.5)]
    rows = together(slow_s, times(100)) if slow == "acc" else together(times(100), slow_s)
    inside = (rows[:, 0] > slow_s[slow_s < 5][-1] + 1e-9) & (rows[:, 0] < slow_s[slow_s > 7][0] - 1e-9)
    columns = slice(1, 4) if slow == "acc" else slice(4, 7)
    assert np.isnan(rows[inside, columns]).all()
    assert np.isfinite(rows[~inside]).all()
    assert 60 < inside.sum() < 66


def test_a_single_lost_sample_is_a_hole_and_a_late_stamp_is_none():
    slow_s = times(25)
    lost, late = np.delete(slow_s, 100), slow_s + np.where(np.arange(len(slow_s)) == 100, 0.3 * 0.04, 0)
    assert np.isnan(together(lost, times(100, first_s=0.005))[:, 1]).sum() == 2
    assert HOLE_PERIODS > 1.3
    assert np.isfinite(together(late, times(100))).all()


def test_a_hole_in_the_leading_sensor_stays_one():
    fast_s = times(100)
    fast_s = fast_s[(fast_s < 5) | (fast_s > 8)]
    rows = together(times(25), fast_s)
    assert 3.0 < np.diff(rows[:, 0]).max() < 3.06


def test_a_step_never_rings():
    step = np.where(times(12.5)[:, np.newaxis] < 10, 0.0, [[9.0, 0.0, -9.0]])
    rows = np.concatenate(list(merged(
        stream("acc", times(12.5), step), stream("gyr", times(100), gyr_at(times(100))), []
    )))  # fmt: skip
    assert rows[:, 1:4].min() == -9.0
    assert rows[:, 1:4].max() == 9.0
    assert (np.diff(rows[:, 1]) >= 0).all()


def test_what_only_one_sensor_saw_is_left_out_and_said():
    notices = []
    rows = together(times(50, 30), times(50, 20, first_s=4.0), notices)
    assert rows[0, 0] == 4.0
    assert rows[-1, 0] == pytest.approx(23.98)
    assert any("10.0 s in which only acc ran" in notice for notice in notices)


def test_rates_grid_and_slow_accelerometers_are_told():
    notices = []
    together(times(12.5), times(25), notices)
    assert "(12.5 samples a second) and gyroscope (25) are put on the times of the gyroscope" in notices[0]
    assert "how hard the leg lands" in notices[1]
    notices = []
    together(times(50), times(52), notices)
    assert "times of the accelerometer" in notices[0]
    assert len(notices) == 1


def test_too_slow_or_never_together_is_refused():
    with pytest.raises(InputError, match="acc has 5 samples a second; at least 10"):
        together(times(5), times(100))
    with pytest.raises(InputError, match="never ran at the same time"):
        together(times(50), times(50, first_s=100.0))


def test_repeated_and_swapped_rows_of_the_other_sensor_do_no_harm():
    gyr_s = times(50)
    muddled = np.concatenate([gyr_s[:300], gyr_s[250:310], gyr_s[[312, 311]], gyr_s[313:]])
    rows = together(times(60), muddled, period_s=0.02)
    assert_moves_like_the_leg(rows[np.isfinite(rows).all(axis=1)])
    assert np.isnan(rows).any(axis=1).sum() <= 4


def test_unreadable_times_stay_rows_that_count_as_lost():
    acc_s = times(50)
    acc = np.column_stack([acc_s, acc_at(acc_s)])
    acc[100, 0] = np.nan
    acc[200, 2] = np.nan
    rows = np.concatenate(list(merged(
        Stream("acc", 0.02, iter([acc])), stream("gyr", times(50), gyr_at(times(50))), []
    )))  # fmt: skip
    assert len(rows) == len(acc)
    assert np.flatnonzero(~np.isfinite(rows).all(axis=1)).tolist() == [100, 200]


def test_a_sum_adds_what_belongs_to_the_same_instant():
    linear_s, gravity_s = times(50), times(50, first_s=0.007)
    gravity = stream("gravity", gravity_s, acc_at(gravity_s))
    total = summed(stream("linear", linear_s, np.full((len(linear_s), 3), 0.5)), gravity, [])
    rows = np.concatenate(list(total.rows))
    np.testing.assert_allclose(rows[:, 1:4] - 0.5, acc_at(rows[:, 0]), atol=0.001)


def test_hours_need_the_memory_of_their_blocks():
    def endless(values_at, rate_hz, first_s):
        for start in range(0, 2_000_000, 8192):
            t_s = first_s + (start + np.arange(8192)) / rate_hz
            yield np.column_stack([t_s, values_at(t_s)])

    acc, gyr = Stream("acc", 0.01, endless(acc_at, 100.0, 0.0)), Stream("gyr", 0.02, endless(gyr_at, 50.0, 0.003))
    tracemalloc.start()
    count = sum(len(rows) for rows, _ in zip(merged(acc, gyr, []), range(60), strict=False))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 480_000
    assert peak < 8e6
