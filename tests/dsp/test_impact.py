"""Speed loss against its definition sample by sample; factors against definitions.md A7."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sensorcoach.dsp.impact import deceleration, impact_factor, largest_loss, loss_factor, speed_loss
from sensorcoach.settings import SignalSettings

speeds = arrays(np.float64, st.integers(2, 60), elements=st.floats(0.0, 500.0))


@given(speeds, st.sampled_from([50.0, 98.7, 100.0, 104.0, 200.0, 400.0]))
def test_speed_loss_is_the_drop_from_the_highest_of_the_last_tenth_of_a_second(speed, rate_hz):
    back = int(0.1 * rate_hz + 1e-6)
    truth = [max(speed[max(0, i - back) : i + 1]) - speed[i] for i in range(speed.size)]
    np.testing.assert_allclose(speed_loss(speed, rate_hz, 0.1), truth, atol=1e-12)
    assert largest_loss(speed, rate_hz, 0.1) == pytest.approx(max(truth))


@given(speeds)
def test_speeding_up_is_never_a_loss(speed):
    assert largest_loss(np.sort(speed), 100.0, 0.1) == 0.0
    assert (deceleration(np.sort(speed), 100.0) <= 0.0).all()


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0, 400.0, 1000.0])
def test_a_steady_braking_reads_the_same_at_every_rate(rate_hz):
    speed = 200.0 - 1500.0 * np.arange(0.0, 0.1, 1.0 / rate_hz)
    assert deceleration(speed, rate_hz) == pytest.approx(1500.0)


def test_noise_of_a_fast_gyroscope_is_not_amplified_beyond_that_at_200_hz():
    noise = np.random.default_rng(1).normal(0.0, 0.15, 20_000)
    assert deceleration(noise, 1000.0).max() < 1.3 * deceleration(noise, 200.0).max()


def test_rate_factors():
    signal = SignalSettings()
    rates = (50.0, 75.0, 100.0, 150.0, 200.0, 800.0)
    assert [impact_factor(rate, signal) for rate in rates] == pytest.approx([0.75, 0.835, 0.92, 0.96, 1.0, 1.0])
    assert [loss_factor(rate, signal) for rate in rates] == pytest.approx([0.82, 0.885, 0.95, 0.975, 1.0, 1.0])
