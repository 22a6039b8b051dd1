"""R17: sample time from the sensor's own clock, arrival only for a slow fit of offset and drift.

Truth: a clock of known error, packets of known delay. Nothing but the radio's shortest delay may stand between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.devices.clock import ClockFit

SHORTEST_S = 0.02


def heard(seconds, wrong, *, jitter_s=0.06, period_s=0.05, seed=0, stalls=(), drift=0.0):
    """True times of packets, the sensor's clock then, arrivals. ``wrong``: 0.01 = the clock is 1 % fast; ``drift``:
    its rate's change in an hour."""
    rng = np.random.default_rng(seed)
    true_s = np.arange(period_s, seconds, period_s)
    sensor_s = true_s * (1 + wrong) + 0.5 * drift / 3600 * true_s**2
    arrival_s = np.maximum.accumulate(true_s + SHORTEST_S + rng.uniform(0, jitter_s, len(true_s)))
    for begin_s, end_s in stalls:
        arrival_s[(arrival_s >= begin_s) & (arrival_s < end_s)] = end_s
    return true_s, sensor_s, arrival_s


def followed(sensor_s, arrival_s):
    """Session time of each packet when it came, and the map's slope."""
    fit, session_s, slopes = None, [], []
    for at_s, came_s in zip(sensor_s.tolist(), arrival_s.tolist(), strict=True):
        fit = ClockFit.laid(at_s, came_s) if fit is None else fit.followed(at_s, came_s)
        session_s.append(fit.session_s(at_s))
        slopes.append(fit.slope)
    return np.array(session_s), np.array(slopes)


def errors(seconds, wrong, **radio):
    """(true time, error of session time, error of its rate)."""
    true_s, sensor_s, arrival_s = heard(seconds, wrong, **radio)
    session_s, slopes = followed(sensor_s, arrival_s)
    assert (np.diff(session_s) > 0).all()
    return true_s, session_s - true_s - SHORTEST_S, slopes * (1 + wrong) - 1


@pytest.mark.parametrize("wrong", [-0.03, -0.01, 0.0, 0.01, 0.03])
@pytest.mark.parametrize("seed", range(3))
def test_a_wrong_clock_is_never_far_off_and_soon_right(wrong, seed):
    true_s, error_s, _ = errors(300, wrong, seed=seed)
    assert abs(error_s).max() < 0.2
    assert abs(error_s[true_s > 30]).max() < 0.05


@pytest.mark.parametrize("wrong", [0.01, -0.03])
def test_an_hour_at_a_wrong_rate(wrong):
    """Believed, such a clock were half a minute or two minutes off in the end."""
    true_s, error_s, rate_error = errors(3600, wrong)
    assert abs(error_s[true_s > 30]).max() < 0.05
    assert abs(rate_error[true_s > 600]).max() < 5e-5


def test_a_clock_that_warms_up_is_followed():
    true_s, error_s, _ = errors(3600, 2e-5, drift=1e-4)
    assert abs(error_s[true_s > 30]).max() < 0.02


@pytest.mark.parametrize("seed", range(6))
def test_a_crystal_does_not_wobble_with_the_radio(seed):
    true_s, _, rate_error = errors(300, 2e-5, seed=seed)
    later = rate_error[true_s > 60]
    assert np.sqrt(np.mean(later**2)) < 1e-4
    assert abs(later).max() < 2e-4


@pytest.mark.parametrize("stalls", [[(100, 100.239)], [(100, 110)], [(100, 103), (104, 107), (108, 111)], [(12, 15)]])
@pytest.mark.parametrize("wrong", [2e-5, 0.01])
def test_stalls_and_the_bursts_behind_them_move_nothing(stalls, wrong):
    true_s, error_s, rate_error = errors(200, wrong, stalls=stalls)
    _, same_s, _ = errors(200, wrong)
    assert abs(error_s - same_s)[true_s > stalls[0][0]].max() < 0.02
    assert abs(rate_error[true_s > 100]).max() < 5e-4


def test_a_first_packet_that_came_late_is_made_good():
    true_s, error_s, _ = errors(60, 0.0, stalls=[(0.0, 1.0)])
    assert abs(error_s).max() < 1.01
    assert abs(error_s[true_s > 20]).max() < 0.05


def test_a_way_that_became_longer_for_good_is_accepted():
    true_s, sensor_s, arrival_s = heard(300, 0.0)
    arrival_s[true_s > 100] += 0.3
    session_s, _ = followed(sensor_s, arrival_s)
    error_s = session_s - true_s - SHORTEST_S
    assert abs(error_s[(true_s > 30) & (true_s < 125)]).max() < 0.05
    assert abs(error_s[true_s > 200] - 0.3).max() < 0.05


def test_a_coarse_radio_is_learnt():
    """200 ms of jitter: the least of twelve packets then lies anywhere in some 40 ms."""
    for seed in range(3):
        true_s, error_s, rate_error = errors(300, 2e-5, jitter_s=0.2, period_s=0.08, seed=seed)
        assert abs(error_s[true_s > 30]).max() < 0.1
        assert abs(rate_error[true_s > 60]).max() < 2e-3


def test_for_the_first_seconds_the_clock_is_taken_at_its_word():
    _, sensor_s, arrival_s = heard(4, 0.03)
    session_s, _ = followed(sensor_s, arrival_s)
    np.testing.assert_allclose(np.diff(session_s), np.diff(sensor_s), rtol=1e-9)


@given(
    st.lists(
        st.tuples(st.floats(0.001, 30, allow_subnormal=False), st.floats(-5, 30, allow_subnormal=False)),
        min_size=2,
        max_size=60,
    )
)
def test_whatever_comes_time_is_finite_and_grows(steps):
    """Any gaps between packets, arrivals earlier or later as they like."""
    sensor_s = np.cumsum([step for step, _ in steps])
    session_s, slopes = followed(sensor_s, np.cumsum([step for _, step in steps]))
    assert np.isfinite(session_s).all()
    assert (np.diff(session_s) > 0).all()
    assert (slopes > 0.7).all()
    assert (slopes < 1.3).all()


def test_the_same_unit_counting_anew_keeps_its_rate():
    _, sensor_s, arrival_s = heard(60, 0.02)
    fit = ClockFit.laid(0.0, 0.0)
    for at_s, came_s in zip(sensor_s.tolist(), arrival_s.tolist(), strict=True):
        fit = fit.followed(at_s, came_s)
    anew = fit.laid_anew(0.0, 100.0)
    assert anew.session_s(10.0) == pytest.approx(100 + 10 / 1.02, abs=0.01)
