"""Rule 3 for each stage alone, and what the centred filters promise."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streams import RATE_HZ, SAME, difference, rows

from sensorcoach.dsp.gaussian import CentredFilter, gaussian_kernel, slope_kernel
from sensorcoach.dsp.motion import Motion, MotionEstimator
from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.tracker import Heard, live_tracker
from sensorcoach.model import Mounting, RepDone, Samples
from sensorcoach.settings import Settings

SIZES = st.lists(st.one_of(st.integers(1, 9), st.integers(1, 700)), min_size=1, max_size=5)
DEFAULTS = Settings()


def slices(n, sizes):
    start = 0
    for size in itertools.cycle(sizes):
        if start >= n:
            return
        yield slice(start, min(n, start + size))
        start += size


# --- centred filters ------------------------------------------------------------------------------------------------


@settings(max_examples=40)
@given(
    n=st.integers(1, 400),
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5),
    cutoff_hz=st.sampled_from([1.5, 6.0, 10.0, 60.0]),
    kernel=st.sampled_from([gaussian_kernel, slope_kernel]),
    seed=st.integers(0, 1000),
)
def test_a_centred_filter_may_be_fed_in_any_pieces(n, sizes, cutoff_hz, kernel, seed):
    """All outputs together: the signal continued by its first and last value, convolved, no delay."""
    signal = np.random.default_rng(seed).standard_normal((n, 3))
    taps = kernel(cutoff_hz, RATE_HZ)
    half = len(taps) // 2
    padded = np.pad(signal, ((half, half), (0, 0)), mode="edge")
    wanted = np.column_stack([np.convolve(padded[:, axis], taps, mode="valid") for axis in range(3)])
    stage = CentredFilter(taps)
    out = [stage.push(signal[part]) for part in slices(n, sizes)] + [stage.flush()]
    assert np.concatenate([piece for piece in out if len(piece)]) == pytest.approx(wanted, abs=SAME)


@pytest.mark.parametrize("cutoff_hz", [1.5, 2.0, 6.0, 10.0])
def test_the_gain_at_the_cut_off_is_half_the_power(cutoff_hz):
    t_s = np.arange(0, 40, 1 / 200.0)
    wave = np.sin(2 * np.pi * cutoff_hz * t_s)[:, None]
    stage = CentredFilter(gaussian_kernel(cutoff_hz, 200.0))
    out = np.concatenate([stage.push(wave), stage.flush()])[:, 0]
    middle = slice(2000, 6000)
    assert out[middle] @ wave[middle, 0] / (wave[middle, 0] @ wave[middle, 0]) == pytest.approx(np.sqrt(0.5), abs=0.01)
    quadrature = np.cos(2 * np.pi * cutoff_hz * t_s)[middle]
    assert abs(out[middle] @ quadrature) / (quadrature @ quadrature) < 1e-3


def test_a_step_is_never_overshot():
    step = np.repeat([0.0, 1.0], 300)[:, None]
    stage = CentredFilter(gaussian_kernel(6.0, RATE_HZ))
    out = np.concatenate([stage.push(step), stage.flush()])[:, 0]
    assert out.min() >= -1e-12
    assert out.max() <= 1 + 1e-12
    assert np.all(np.diff(out) >= -1e-12)


def test_the_slope_of_a_ramp_is_its_slope():
    ramp = np.column_stack([np.arange(500) / RATE_HZ * speed for speed in (3.0, -0.5)])
    stage = CentredFilter(slope_kernel(6.0, RATE_HZ))
    out = np.concatenate([stage.push(ramp), stage.flush()])
    assert out[50:-50] == pytest.approx(np.tile([3.0, -0.5], (400, 1)), abs=1e-9)


# --- motion ---------------------------------------------------------------------------------------------------------


def samples(kind):
    """The session on its grid, with a few filled and clipped samples and a restart in the middle."""
    table = rows(kind)
    n = len(table)
    marked = {name: np.zeros(n, dtype=bool) for name in ("filled", "clipped", "restart")}
    marked["filled"][700:720] = True
    marked["clipped"][900:903] = True
    marked["restart"][n // 2] = True
    gyr = table[:, 4:7] if table.shape[1] == 7 else None
    return Samples(t_s=table[:, 0], rate_hz=RATE_HZ, acc_sensor=table[:, 1:4], gyr_sensor=gyr, **marked)


def part_of(whole, part):
    arrays = {name: getattr(whole, name)[part] for name in ("t_s", "acc_sensor", "filled", "clipped", "restart")}
    gyr = None if whole.gyr_sensor is None else whole.gyr_sensor[part]
    return Samples(rate_hz=whole.rate_hz, gyr_sensor=gyr, **arrays)


def motion(whole, sizes):
    stage = MotionEstimator(DEFAULTS.signal)
    out = [piece for part in slices(len(whole.t_s), sizes) for piece in stage.push(part_of(whole, part))]
    return joined(out + stage.flush())


def joined(pieces):
    return Motion(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Motion.__slots__))


@pytest.mark.parametrize("kind", ["rest_start", "accelerometer"])
@settings(max_examples=8)
@given(sizes=SIZES)
def test_motion_is_the_same_however_samples_come(kind, sizes):
    whole = samples(kind)
    mine, wanted = motion(whole, [*sizes, 50]), motion(whole, [len(whole.t_s)])
    assert len(wanted) == len(whole.t_s)
    for name in Motion.__slots__:
        np.testing.assert_allclose(getattr(mine, name), getattr(wanted, name), rtol=0, atol=SAME, err_msg=name)


# --- the tracker -----------------------------------------------------------------------------------------------------


def tracked(whole, sizes):
    tracker = live_tracker(Mounting(), Arming(), DEFAULTS, RATE_HZ, Heard())
    events = []
    for part in slices(len(whole), sizes):
        events += tracker.push(Motion(*(getattr(whole, name)[part] for name in Motion.__slots__)))
    return events + tracker.flush()


@pytest.mark.parametrize("kind", ["mid_start", "swinging", "slip", "accelerometer"])
@settings(max_examples=5)
@given(sizes=SIZES)
def test_the_tracker_tells_the_same_however_motion_comes(kind, sizes):
    whole = motion(samples(kind), [5000])
    wanted = tracked(whole, [len(whole)])
    assert sum(isinstance(event, RepDone) for event in wanted) >= 2
    assert difference(tracked(whole, [*sizes, 60]), wanted) is None
