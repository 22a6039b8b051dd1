"""SPARC against the published vector and the reference table of domain.md 3; velocity peaks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.dsp.smoothness import sparc, velocity_peaks


def minimum_jerk_speed(duration_s: float, rate_hz: float = 100.0) -> np.ndarray:
    x = np.arange(0.0, duration_s, 1.0 / rate_hz) / duration_s
    return 30.0 * x**2 * (1.0 - x) ** 2 / duration_s


def in_pieces(count: int, pause_s: float, total_s: float = 3.0, rate_hz: float = 100.0) -> np.ndarray:
    each = (total_s - (count - 1) * pause_s) / count
    pieces = [minimum_jerk_speed(each, rate_hz), np.zeros(round(pause_s * rate_hz))] * count
    return np.concatenate(pieces[:-1])


def test_published_vector():
    # doc-string of the authors' code: exp(-5 t^2), t from -1 to 1 step 0.01, 100 Hz
    assert sparc(np.exp(-5.0 * np.arange(-1.0, 1.0, 0.01) ** 2), 100.0) == pytest.approx(-1.41403, abs=1e-5)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0, 400.0])
@pytest.mark.parametrize("duration_s", [0.8, 1.5, 3.0, 6.0])
def test_minimum_jerk_reads_the_same_at_any_rate_and_duration(rate_hz, duration_s):
    assert sparc(minimum_jerk_speed(duration_s, rate_hz), rate_hz) == pytest.approx(-1.402, abs=0.015)


@pytest.mark.parametrize(
    ("count", "pause_s", "expected"), [(2, 0.0, -2.27), (2, 0.3, -2.76), (3, 0.0, -2.70), (3, 0.3, -3.72)]
)
def test_submovements_read_as_in_the_reference_table(count, pause_s, expected):
    # the table's segments were cut at 5 % of the peak, hence the width of the band
    assert sparc(in_pieces(count, pause_s), 100.0) == pytest.approx(expected, abs=0.15)


def test_a_thump_hardly_shows():
    falling = np.r_[np.linspace(0.0, 1.0, 60) ** 1.5, np.linspace(1.0, 0.0, 8)]
    assert -1.75 < sparc(falling, 100.0) < -1.45


@given(st.floats(1e-3, 1e3), st.floats(0.6, 5.0))
def test_size_does_not_count(scale, duration_s):
    speed = minimum_jerk_speed(duration_s)
    assert sparc(scale * speed, 100.0) == pytest.approx(sparc(speed, 100.0), abs=1e-9)


def test_undefined_is_none_and_not_zero():
    assert sparc(np.zeros(100), 100.0) is None
    assert sparc(np.ones(3), 100.0) is None


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_velocity_peaks_counts_submovements(count):
    assert velocity_peaks(60.0 * in_pieces(count, 0.1), 0.15, 4.0) == count


def test_a_ripple_below_the_prominence_is_no_peak():
    speed = 60.0 * minimum_jerk_speed(2.0)
    time_s = np.arange(speed.size) / 100.0
    top = speed.max()
    assert velocity_peaks(speed + 0.05 * top * np.sin(2 * np.pi * 5.0 * time_s), 0.15, 4.0) == 1
    assert velocity_peaks(speed + 0.30 * top * np.sin(2 * np.pi * 5.0 * time_s), 0.15, 4.0) > 2


def test_the_floor_keeps_noise_of_a_slow_drop_out():
    speed = 12.0 + 1.5 * np.sin(np.arange(300) * 0.3)  # prominence 3 °/s: a quarter of the peak, below 4 °/s
    assert velocity_peaks(speed, 0.15, 4.0) == 0
    assert velocity_peaks(speed, 0.15, 2.0) > 5
