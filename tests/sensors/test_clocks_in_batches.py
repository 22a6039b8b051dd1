"""Clocks that take many packets at once give what they give one by one, bit for bit, whatever comes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.counted import MOST_HELD, Batch, Came, CountedClock, laid
from sensorcoach.devices.following import followed_all
from sensorcoach.devices.stamped import StampedClock
from sensorcoach.model import Packet

STEPS = st.one_of(st.floats(0.001, 0.05), st.floats(0.9, 3.0), st.sampled_from([0.01, 0.02, 1.0]))
GAPS = st.one_of(st.floats(0.0, 0.05), st.floats(0.3, 4.0), st.just(0.0))


@given(st.lists(st.tuples(STEPS, st.floats(-0.05, 0.5)), min_size=1, max_size=80), st.integers(1, 30))
@settings(max_examples=150)
def test_a_fit_follows_many_packets_as_it_follows_one_after_the_other(packets, group):
    sensor_s = np.cumsum([step for step, _ in packets])
    arrival_s = sensor_s + [late for _, late in packets]
    one = ClockFit.laid(0.0, 0.0)
    expected = []
    for at_s, came_s in zip(sensor_s, arrival_s, strict=True):
        one = one.followed(float(at_s), float(came_s))
        expected.append((one.session_s(float(at_s)), one.slope))
    many, found = ClockFit.laid(0.0, 0.0), []
    for start in range(0, len(packets), group):
        end = start + group
        many, session_s, slope = followed_all(many, sensor_s[start:end], arrival_s[start:end])
        found += zip(session_s, slope, strict=True)
    assert many == one
    assert found == expected


@given(
    st.lists(st.tuples(st.integers(0, 2**16 - 1) | st.integers(0, 300), GAPS), min_size=1, max_size=60),
    st.sampled_from([0, 2**16]),
    st.integers(1, 20),
)
@settings(max_examples=150)
def test_stamps_are_laid_alike_in_any_groups(packets, wrap, group):
    """Any stamps: forwards, backwards, twice, over the wrap, after a restart."""
    stamps = np.array([stamp for stamp, _ in packets], dtype=np.int64)
    arrivals_s = np.cumsum([gap for _, gap in packets])
    spans_s = np.full(len(stamps), 0.04)
    clock = StampedClock(0.008, wrap)
    whole, out = clock.laid(stamps, spans_s, arrivals_s)
    assert len(out.last_s) == out.kept.sum() == len(out.slope)
    assert np.all(np.diff(out.last_s) > 0)
    assert whole.repeated == (~out.kept).sum()
    parts, last_s = clock, []
    for start in range(0, len(stamps), group):
        end = start + group
        parts, some = parts.laid(stamps[start:end], spans_s[start:end], arrivals_s[start:end])
        last_s += list(some.last_s)
    assert parts == whole
    assert last_s == list(out.last_s)


@given(
    st.lists(st.tuples(st.integers(1, 4), GAPS), min_size=1, max_size=250),
    st.sampled_from([None, 50.0, 100.0]),
    st.integers(1, 40),
)
@settings(max_examples=150)
def test_counted_samples_are_laid_alike_in_any_groups(packets, rate_hz, group):
    arrivals_s = np.cumsum([gap for _, gap in packets])
    sent = [
        Packet("knee", "data", float(at_s), bytes([n % 256]) * samples)
        for n, (at_s, (samples, _)) in enumerate(zip(arrivals_s, packets, strict=True))
    ]
    whole, out = laid(CountedClock(rate_hz), Batch.of(sent, 1))
    assert len(out.t_s) == len(out.body) == len(out.number)
    assert np.all(np.diff(out.t_s) > 0)
    assert np.all(np.diff(out.number) >= 0)
    parts, t_s, body, number = CountedClock(rate_hz), [], b"", []
    for start in range(0, len(sent), group):
        parts, some = laid(parts, Batch.of(sent[start : start + group], 1))
        t_s += list(some.t_s)
        body += some.body
        number += list(some.number + start)
    assert parts == whole
    assert body == out.body
    assert number == list(out.number)
    np.testing.assert_allclose(t_s, out.t_s, rtol=0, atol=1e-12)


def test_nothing_that_was_sent_is_forgotten_but_what_waits():
    """All samples come out, in order, or are held."""
    rng = np.random.default_rng(3)
    arrivals_s = np.cumsum(np.where(rng.random(3000) < 0.01, 2.0, 0.01))
    came = [Came(float(at_s), n.to_bytes(2, "big"), 1) for n, at_s in enumerate(arrivals_s)]
    state, out = laid(CountedClock(100.0), Batch.from_packets(came))
    held = b"" if state.held is None else b"".join(one.body for one in state.held.packets)
    assert out.body + held == b"".join(one.body for one in came)
    assert len(held) < 2 * MOST_HELD
