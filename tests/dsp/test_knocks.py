"""Knocks in built signals; the count on a real recording stands in test_broad.py."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.model import STANDARD_GRAVITY


def contacts(at_s, rate_hz=100.0, duration_s=5.0, peak_g=4.0, width_s=0.04):
    """Half sines of a mat's width on an otherwise quiet signal."""
    t_s = np.arange(0.0, duration_s, 1.0 / rate_hz)
    dynamic = np.full(t_s.size, 0.2)
    for start in at_s:
        inside = (t_s >= start) & (t_s < start + width_s)
        dynamic[inside] += peak_g * STANDARD_GRAVITY * np.sin(np.pi * (t_s[inside] - start) / width_s)
    return t_s, dynamic


def found(t_s, dynamic, filled=None, rate_hz=100.0, cuts=()):
    detector = KnockDetector(rate_hz)
    filled = np.zeros(t_s.size, bool) if filled is None else filled
    borders = [0, *sorted(cuts), t_s.size]
    out = []
    for start, end in zip(borders[:-1], borders[1:], strict=True):
        out += detector.push(t_s[start:end], dynamic[start:end], filled[start:end])
    return out + detector.flush()


@pytest.mark.parametrize("rate_hz", [100.0, 200.0, 286.0, 400.0])
def test_each_contact_is_one_knock_with_its_time_and_peak(rate_hz):
    at_s = (1.0, 2.0, 2.4, 4.0)
    knocks = found(*contacts(at_s, rate_hz), rate_hz=rate_hz)
    assert [knock.t_s for knock in knocks] == pytest.approx(at_s, abs=0.03)
    assert [knock.peak for knock in knocks] == pytest.approx([4.0 * STANDARD_GRAVITY] * 4, rel=0.1)


def test_a_swing_that_reaches_two_g_slowly_is_no_knock():
    t_s = np.arange(0.0, 5.0, 0.01)
    assert found(t_s, 15.0 * (1.0 - np.cos(2.0 * np.pi * t_s / 1.2))) == []


def test_ringing_belongs_to_its_knock():
    t_s = np.arange(0.0, 3.0, 0.005)
    ringing = 80.0 * np.exp(-(t_s - 1.0) / 0.05) * np.abs(np.cos(2.0 * np.pi * 20.0 * (t_s - 1.0))) * (t_s >= 1.0)
    assert len(found(t_s, ringing, rate_hz=200.0)) == 1


def test_filled_samples_start_no_knock():
    t_s, dynamic = contacts([1.0, 2.0])
    knocks = found(t_s, dynamic, filled=(t_s > 0.95) & (t_s < 1.1))
    assert [knock.t_s for knock in knocks] == pytest.approx([2.0], abs=0.03)


def test_a_knock_at_the_very_end_is_not_lost():
    t_s, dynamic = contacts([1.0])
    assert len(found(t_s[:103], dynamic[:103])) == 1


def test_a_rise_that_takes_all_its_time_is_seen_sample_by_sample():
    t_s = np.arange(100) / 100.0
    ramp = np.clip((t_s - 0.5) / 0.05, 0.0, 1.0) * 2.05 * STANDARD_GRAVITY
    assert len(found(t_s, ramp)) == 1
    assert found(t_s, ramp, cuts=range(1, 100)) == found(t_s, ramp)


def test_a_knock_is_told_as_soon_as_its_peak_is_certain():
    t_s, dynamic = contacts([1.0])
    detector = KnockDetector(100.0)
    rest = np.zeros(t_s.size, bool)
    told = [len(detector.push(t_s[i : i + 1], dynamic[i : i + 1], rest[i : i + 1])) for i in range(130)]
    rise = found(t_s, dynamic)[0].t_s
    assert t_s[told.index(1)] == pytest.approx(rise + 0.09, abs=1e-6)  # ten samples, the rise among them


@given(st.data())
def test_cutting_anywhere_gives_the_same_knocks(data):
    at_s = data.draw(st.lists(st.floats(0.1, 4.9), max_size=6))
    t_s, dynamic = contacts(at_s)
    filled = np.zeros(t_s.size, bool)
    hole = data.draw(st.integers(0, t_s.size))
    filled[hole : hole + 8] = True
    cuts = data.draw(st.lists(st.integers(0, t_s.size), max_size=20))
    assert found(t_s, dynamic, filled, cuts=cuts) == found(t_s, dynamic, filled)
