"""Truth: sample times are made from a known period, with known samples taken away."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.dsp.timeline import Timeline, sample_period_s
from sensorcoach.errors import InputError
from sensorcoach.model import Decoded
from sensorcoach.settings import SignalSettings

SIGNAL = SignalSettings()


def decoded(t_s, gyro=True):
    t_s = np.asarray(t_s, dtype=float)
    acc = np.stack([t_s, 2 * t_s + 1, -t_s], axis=1)
    return Decoded(t_s, acc, acc * 10 if gyro else None, np.zeros(len(t_s), dtype=bool))


def part(whole, start, end):
    gyr = None if whole.gyr is None else whole.gyr[start:end]
    return Decoded(whole.t_s[start:end], whole.acc[start:end], gyr, whole.clipped[start:end])


def run(whole, cuts=(), signal=SIGNAL):
    timeline = Timeline(signal)
    edges = [0, *sorted(cuts), len(whole.t_s)]
    out = [timeline.push(part(whole, a, b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    out.append(timeline.flush())
    return timeline, [samples for samples in out if samples is not None]


def joined(blocks, name):
    return np.concatenate([getattr(block, name) for block in blocks])


def test_an_even_stream_passes_unchanged():
    t_s = 5.0 + np.arange(1000) / 104.0
    timeline, blocks = run(decoded(t_s))
    np.testing.assert_array_equal(joined(blocks, "t_s"), t_s)
    assert timeline.rate_hz == pytest.approx(104.0, rel=1e-9)
    assert not joined(blocks, "filled").any()
    assert (timeline.counts.lost, timeline.counts.received) == (0, 1000)


def test_lost_samples_are_filled_by_straight_lines_and_marked():
    t_s = np.arange(1000) / 100
    gone = np.r_[300, 500:507, 510]
    timeline, blocks = run(decoded(np.delete(t_s, gone)))
    np.testing.assert_allclose(joined(blocks, "t_s"), t_s, atol=1e-12)
    np.testing.assert_array_equal(np.flatnonzero(joined(blocks, "filled")), gone)
    np.testing.assert_allclose(joined(blocks, "gyr_sensor")[:, 1], 10 * (2 * t_s + 1), atol=1e-9)
    assert timeline.counts.lost == timeline.counts.filled == 9
    (gap,) = timeline.counts.gaps
    assert (gap.lost, gap.start_s, gap.end_s) == (7, pytest.approx(4.99), pytest.approx(5.07))


def test_after_a_long_hole_the_next_sample_is_a_restart():
    t_s = np.r_[np.arange(500) / 100, 60 + np.arange(500) / 100]
    timeline, blocks = run(decoded(t_s))
    np.testing.assert_array_equal(joined(blocks, "t_s"), t_s)
    np.testing.assert_array_equal(np.flatnonzero(joined(blocks, "restart")), [500])
    assert timeline.counts.filled == 0
    assert timeline.counts.lost == 5500
    assert timeline.counts.gaps[0].lost == 5500


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_any_lost_samples_are_put_back_in_their_own_places(share):
    rng = np.random.default_rng(3)
    t_s = np.arange(4000) / 103.0
    kept = rng.random(4000) > share
    kept[[0, -1]] = True
    stamps = np.round(t_s[kept], 3)  # as loggers write them
    timeline, blocks = run(decoded(stamps))
    np.testing.assert_array_equal(joined(blocks, "filled"), ~kept)
    assert timeline.rate_hz == pytest.approx(103.0, rel=2e-3)


def test_late_and_early_stamps_are_no_holes():
    t_s = np.arange(2000) / 50
    t_s[10::40] += 0.015
    t_s[30::40] -= 0.015
    timeline, blocks = run(decoded(t_s))
    assert len(joined(blocks, "t_s")) == 2000
    assert timeline.counts.lost == 0


def test_stamps_of_arrival_in_bunches_are_no_holes():
    arrival = np.repeat(np.arange(500) * 0.04, 4) + np.tile(np.arange(4) * 1e-4, 500)
    timeline, blocks = run(decoded(arrival))
    assert len(joined(blocks, "t_s")) == 2000
    assert timeline.counts.lost == 0
    assert timeline.rate_hz == pytest.approx(100, rel=0.02)


def test_repeated_and_backward_times_are_dropped_and_counted():
    t_s = np.arange(400) / 100
    stream = np.r_[t_s[:100], t_s[99], t_s[99], t_s[50], t_s[100:]]
    timeline, blocks = run(decoded(stream))
    np.testing.assert_array_equal(joined(blocks, "t_s"), t_s)
    assert (timeline.counts.duplicated, timeline.counts.out_of_order) == (2, 1)


def test_nan_rows_are_lost_wherever_they_stand():
    whole = decoded(np.arange(400) / 100)
    whole.acc[[0, 1, 200, 399], 1] = np.nan
    for cuts in ((), (1,), (200, 201), range(1, 400, 3)):
        timeline, blocks = run(whole, cuts)
        assert timeline.counts.lost == 4
        assert np.flatnonzero(joined(blocks, "filled")).tolist() == [198]
        assert np.isfinite(joined(blocks, "acc_sensor")).all()


def test_a_slow_stream_is_refused_with_its_rate():
    with pytest.raises(InputError, match=r"12\.5 samples a second.*18"):
        run(decoded(np.arange(300) * 0.08))


def test_a_hole_at_the_start_does_not_spoil_the_rate():
    t_s = np.r_[0.0, 7 + np.arange(600) / 100]
    timeline, _ = run(decoded(t_s))
    assert timeline.rate_hz == pytest.approx(100)


def test_a_gyroscope_that_vanishes_is_refused():
    timeline = Timeline(SIGNAL)
    timeline.push(decoded(np.arange(50) / 100))
    with pytest.raises(InputError, match="gyroscope"):
        timeline.push(decoded(1 + np.arange(50) / 100, gyro=False))


@pytest.mark.parametrize("count", [0, 1])
def test_next_to_nothing_gives_nothing(count):
    timeline, blocks = run(decoded(np.arange(count)))
    assert blocks == []
    assert timeline.rate_hz is None


def test_period_of_stamps_in_whole_milliseconds():
    t_s = np.floor(np.arange(800) / 0.4) / 1000  # 400 Hz: steps of 2 and 3 ms
    assert sample_period_s(t_s) == pytest.approx(1 / 400, rel=0.001)


@st.composite
def rough_streams(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    number = draw(st.integers(80, 700))
    rate_hz = draw(st.sampled_from([25.0, 52.0, 100.0, 208.0]))
    steps = np.ones(number)
    steps[rng.random(number) < draw(st.sampled_from([0, 0.03, 0.3]))] += rng.integers(1, 9)
    steps[rng.random(number) < 0.005] += 3 * rate_hz
    t_s = np.cumsum(steps) / rate_hz + rng.normal(0, draw(st.sampled_from([0, 0.1, 0.6])), number) / rate_hz
    whole = decoded(t_s)
    whole.acc[rng.random(number) < 0.01] = np.nan
    whole.clipped[rng.random(number) < 0.05] = True
    return whole


@settings(max_examples=150, deadline=None)
@given(rough_streams(), st.lists(st.integers(0, 700), max_size=60))
def test_cutting_the_stream_anywhere_changes_nothing(whole, cuts):
    any_rate = SignalSettings(min_rate_hz=1.0)  # the roughest streams seem slow
    one, once = run(whole, signal=any_rate)
    many, pieces = run(whole, [min(cut, len(whole.t_s)) for cut in cuts], any_rate)
    assert one.counts == many.counts
    assert one.rate_hz == many.rate_hz
    if once or pieces:
        for name in ("t_s", "acc_sensor", "gyr_sensor", "filled", "clipped", "restart"):
            np.testing.assert_array_equal(joined(once, name), joined(pieces, name))
