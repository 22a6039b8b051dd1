"""Truth: the radio of `radio_link` knows which rows it lost and when each sample was taken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from radio_link import delivered

from sensorcoach.dsp.arrivals import are_of_arrival, rough_period_s
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.model import Decoded
from sensorcoach.settings import SignalSettings


def decoded(stamps_s, seed=1):
    values = np.random.default_rng(seed).normal(size=(len(stamps_s), 6))
    return Decoded(stamps_s, values[:, :3], values[:, 3:], np.zeros(len(stamps_s), dtype=bool))


def part(whole, start, end):
    return Decoded(whole.t_s[start:end], whole.acc[start:end], whole.gyr[start:end], whole.clipped[start:end])


def run(whole, cuts=()):
    timeline = Timeline(SignalSettings())
    edges = [0, *sorted(min(cut, len(whole.t_s)) for cut in cuts), len(whole.t_s)]
    out = [timeline.push(part(whole, a, b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return timeline, [samples for samples in [*out, timeline.flush()] if samples is not None]


def joined(blocks, name):
    return np.concatenate([getattr(block, name) for block in blocks])


def rms_beside_s(blocks, link):
    """Of the times given to the samples that came, beside a constant delay."""
    beside_s = joined(blocks, "t_s")[~joined(blocks, "filled")] - link.taken_s
    return np.std(beside_s)


RATES = (50, 52, 100, 104, 200)
# Not commensurable with the packets of any of these rates within 1 %, see `test_a_beat_is_no_loss`.
INTERVALS = (0.0075, 0.01125, 0.0225, 0.03375)


@pytest.mark.parametrize("stamped", ["back", "burst", "same"])
@pytest.mark.parametrize("loss", [0.0, 0.002, 0.005])
def test_loss_and_rate_are_told_whatever_the_packets(stamped, loss):
    told, lost, right = [], [], 0
    for seed, packet in enumerate((2, 3, 5, 8, 10)):
        rate_hz, interval_s = RATES[(seed + int(1000 * loss)) % 5], INTERVALS[seed % 4]
        link = delivered(seed, rate_hz, packet, interval_s, loss, stamped=stamped, clock=0.004 * (seed - 2))
        timeline, blocks = run(decoded(link.stamps_s))
        assert timeline.rate_hz == pytest.approx(link.rate_hz, rel=0.003)
        assert rms_beside_s(blocks, link) < 0.012
        assert abs(timeline.counts.lost - link.lost) <= packet
        right += timeline.counts.lost == link.lost
        told.append(timeline.counts.lost)
        lost.append(link.lost)
    assert right >= 4, (told, lost)


@pytest.mark.parametrize("stamped", ["back", "burst", "same"])
def test_an_outage_is_a_hole_of_its_true_length(stamped):
    link = delivered(4, 100, 5, 0.03, outages=2, stamped=stamped)
    timeline, blocks = run(decoded(link.stamps_s))
    holes_s = np.diff(link.taken_s)
    true_s = holes_s[holes_s > 0.5]
    gaps = [gap for gap in timeline.counts.gaps if gap.end_s - gap.start_s > 0.5]
    np.testing.assert_allclose([gap.end_s - gap.start_s for gap in gaps], true_s, atol=0.011)
    assert timeline.counts.lost == pytest.approx(link.lost, abs=2)
    assert joined(blocks, "restart").sum() == (true_s > 1.0).sum()
    assert rms_beside_s(blocks, link) < 0.012


def test_packets_of_two_at_104_hz_invent_nothing():
    link = delivered(1, 104, 2, 0.015, seconds=120, stamped="same")
    timeline, _ = run(decoded(link.stamps_s))
    assert timeline.rate_hz == pytest.approx(104, rel=0.001)
    assert (timeline.counts.lost, timeline.counts.filled) == (0, 0)


def test_a_late_packet_is_no_hole():
    link = delivered(2, 100, 4, 0.0225, stamped="same")
    stamps_s = link.stamps_s.copy()
    for begin in range(800, 8000, 900):
        here = slice(begin, begin + 40)
        stamps_s[here] = max(stamps_s[here].max(), stamps_s[begin] + 0.35)
    timeline, _ = run(decoded(np.maximum.accumulate(stamps_s)))
    assert timeline.counts.lost == 0
    assert timeline.counts.gaps == []


@pytest.mark.parametrize("stamped", ["back", "burst", "same"])
def test_a_beat_is_no_loss(stamped):
    # Packets of 50.4 ms and a radio of 50 ms: one event in 134 finds none, and nothing is lost.
    link = delivered(3, 100, 5, 0.05, seconds=120, stamped=stamped, clock=0.0075)
    timeline, _ = run(decoded(link.stamps_s))
    assert timeline.counts.lost <= 5
    assert timeline.rate_hz == pytest.approx(link.rate_hz, rel=0.003)


@pytest.mark.parametrize("rate_hz", [25, 50, 104, 208, 400])
def test_a_sensors_own_stamps_are_none_of_arrival(rate_hz):
    rng = np.random.default_rng(rate_hz)
    own_s = np.arange(3000) / rate_hz + rng.normal(0, 0.02 / rate_hz, 3000)
    for stamps_s in (own_s, np.round(own_s, 3), own_s[rng.random(3000) > 0.1]):
        assert not are_of_arrival(stamps_s[:1000], 1 / rate_hz)


def test_packets_as_regular_as_a_clock_are_still_packets():
    stamps_s = np.repeat(np.arange(2000) * 0.05, 5)
    timeline, blocks = run(decoded(stamps_s))
    assert timeline.rate_hz == pytest.approx(100, rel=1e-4)
    assert (timeline.counts.lost, timeline.counts.duplicated, len(joined(blocks, "t_s"))) == (0, 0, len(stamps_s))


def test_a_first_idea_of_the_period_holds_with_bursts_and_holes():
    link = delivered(5, 200, 3, 0.03, loss=0.02, outages=2, stamped="burst")
    assert 1 / rough_period_s(link.stamps_s) == pytest.approx(200, rel=0.05)


def test_repeated_packets_within_bursts_are_dropped_and_counted():
    link = delivered(6, 100, 4, 0.0225, stamped="same")
    whole = decoded(link.stamps_s)
    twice = np.concatenate([np.r_[rows, rows] if n % 50 == 7 else rows for n, rows in enumerate(_packets(whole, 4))])
    again = Decoded(whole.t_s[twice], whole.acc[twice], whole.gyr[twice], whole.clipped[twice])
    timeline, blocks = run(again)
    plain, plain_blocks = run(whole)
    assert timeline.counts.duplicated == len(twice) - len(whole.t_s)
    assert timeline.counts.lost == plain.counts.lost
    np.testing.assert_array_equal(joined(blocks, "acc_sensor"), joined(plain_blocks, "acc_sensor"))


def _packets(whole, rows):
    return np.split(np.arange(len(whole.t_s)), range(rows, len(whole.t_s), rows))


def test_unreadable_rows_are_lost_in_their_own_places():
    link = delivered(7, 100, 4, 0.0225, stamped="back")
    whole = decoded(link.stamps_s)
    whole.acc[[0, 1000, 4000, 4001, len(whole.t_s) - 1], 1] = np.nan
    timeline, blocks = run(whole)
    assert timeline.counts.lost == 5
    assert np.flatnonzero(joined(blocks, "filled")).tolist() == [999, 3999, 4000]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["back", "burst", "same"]),
    st.integers(1, 10),
    st.sampled_from([5.0, 40.0, 100.0]),
    st.lists(st.integers(0, 10_000), max_size=40),
)
def test_cutting_a_stream_of_arrivals_anywhere_changes_nothing(seed, stamped, packet, seconds, cuts):
    outages = 1 if seconds > 20 else 0
    link = delivered(seed, 100, packet, 0.03, 0.01, seconds, outages, stamped)
    rng = np.random.default_rng(seed)
    rows = np.sort(np.r_[np.arange(len(link.stamps_s)), rng.integers(0, len(link.stamps_s), 30)])
    whole = decoded(link.stamps_s, seed)
    whole.acc[rng.random(len(whole.t_s)) < 0.003] = np.nan
    whole = Decoded(whole.t_s[rows], whole.acc[rows], whole.gyr[rows], whole.clipped[rows])
    one, once = run(whole)
    many, pieces = run(whole, cuts)
    assert one.counts == many.counts
    assert one.rate_hz == many.rate_hz
    for name in ("t_s", "acc_sensor", "gyr_sensor", "filled", "clipped", "restart"):
        np.testing.assert_array_equal(joined(once, name), joined(pieces, name))
