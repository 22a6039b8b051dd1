"""Truth: signals known at any instant, and a pairing sample by sample, written out here as slowly as it is said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.devices.pairing import LONGEST_WAIT_S, Rows, Waiting, paired


def rows(packets, which):
    """Rows of one stream out of (stream, times) in order; values are the times themselves."""
    own = [(order, np.asarray(t_s, float)) for order, (stream, t_s) in enumerate(packets) if stream == which]
    if not own:
        return Rows.none()
    t_s = np.concatenate([one for _, one in own])
    order = np.concatenate([np.full(len(one), order) for order, one in own])
    return Rows(order, t_s, np.column_stack((t_s, 2 * t_s, -t_s)), np.zeros(len(t_s), dtype=bool))


def pair(packets, waiting=None, period_s=0.01):
    waiting = waiting or Waiting()
    return paired(waiting, rows(packets, "acc"), rows(packets, "gyr"), period_s)


def slowly(packets, period_s):
    """What should come out: (time of acceleration, turning rate), packet by packet."""
    acc, gyr, out = [], [], []
    acc_newest = gyr_newest = -np.inf
    for stream, times in packets:
        for t_s in times:
            if stream == "acc" and t_s > acc_newest:
                acc.append(t_s)
                acc_newest = t_s
            elif stream == "gyr" and t_s > gyr_newest:
                gyr.append(t_s)
                gyr_newest = t_s
        waiting = []
        for t_s in acc:
            later = [one for one in gyr if one >= t_s]
            if not later:
                waiting.append(t_s)
                continue
            earlier = [one for one in gyr if one <= t_s]
            if earlier and later[0] - earlier[-1] <= 2.5 * period_s:
                out.append(t_s)
        acc = [one for one in waiting if one >= acc_newest - LONGEST_WAIT_S]
        gyr = [one for one in gyr if one >= gyr_newest - LONGEST_WAIT_S]
    return out


def test_the_turning_rate_is_read_between_its_neighbours():
    acc_s, gyr_s = np.arange(0, 10, 0.01) + 0.003, np.arange(0, 10, 0.008)
    packets = [
        (stream, part)
        for n in range(20)
        for stream, part in (("acc", acc_s[50 * n : 50 * n + 50]), ("gyr", gyr_s[63 * n : 63 * n + 63]))
    ]
    _, got = pair(packets)
    np.testing.assert_allclose(got.gyr, got.acc, atol=1e-12)  # both signals are the time itself
    assert got.t_s[0] == acc_s[0]
    assert got.t_s[-1] <= gyr_s[-1]
    assert len(got.t_s) == (acc_s <= gyr_s[-1]).sum()


def test_nothing_is_made_up_at_the_ends_or_across_a_hole():
    gyr_s = [0.02, 0.03, 0.04, 0.09, 0.10]
    _, got = pair([("acc", np.arange(0, 13) / 100 + 0.005), ("gyr", gyr_s)])
    np.testing.assert_allclose(got.t_s, [0.025, 0.035, 0.095])


def test_one_lost_turning_rate_is_bridged_two_are_not():
    _, got = pair([("acc", [0.015, 0.045]), ("gyr", [0.0, 0.01, 0.03, 0.06])])
    np.testing.assert_allclose(got.t_s, [0.015])


def test_samples_of_one_instant_need_no_neighbour():
    _, got = pair([("acc", [1.0, 2.0]), ("gyr", [1.0]), ("gyr", [2.0])])
    np.testing.assert_allclose(got.t_s, [1.0, 2.0])
    np.testing.assert_allclose(got.gyr, got.acc)


def test_a_clipped_half_makes_the_whole_clipped():
    acc = Rows(np.zeros(3, int), np.array([0.01, 0.02, 0.03]), np.ones((3, 3)), np.array([False, True, False]))
    gyr = Rows(
        np.ones(4, int), np.array([0.005, 0.015, 0.025, 0.035]), np.ones((4, 3)), np.array([True, False, False, False])
    )
    _, got = paired(Waiting(), acc, gyr, 0.01)
    assert got.clipped.tolist() == [True, True, False]


@pytest.mark.parametrize("which", ["acc", "gyr"])
def test_a_stream_without_the_other_is_given_up_in_time(which):
    waiting = Waiting()
    for n in range(200):
        waiting, got = pair([(which, n + np.arange(100) / 100)], waiting)
        assert got is None
        assert len(waiting.acc) + len(waiting.gyr) <= (LONGEST_WAIT_S * 100 + 2) * 40


TIMES = st.lists(st.integers(0, 1400).map(lambda n: n * 0.01), min_size=0, max_size=6)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.sampled_from(["acc", "gyr"]), TIMES), max_size=14),
    st.integers(0, 14),
    st.sampled_from([0.02, 0.2, 3.0]),
)
def test_it_is_the_slow_pairing_in_any_groups(packets, cut, period_s):
    waiting, first = pair(packets[:cut], period_s=period_s)
    waiting, second = pair(packets[cut:], waiting, period_s)
    waiting_all, at_once = pair(packets, period_s=period_s)
    assert waiting == waiting_all
    parts = [one.t_s for one in (first, second) if one is not None]
    got = np.concatenate(parts) if parts else np.empty(0)
    all_s = np.empty(0) if at_once is None else at_once.t_s
    np.testing.assert_array_equal(got, all_s)
    np.testing.assert_array_equal(all_s, slowly(packets, period_s))
    for one in (first, second):
        if one is not None:
            np.testing.assert_allclose(one.gyr, one.acc, atol=1e-9)
