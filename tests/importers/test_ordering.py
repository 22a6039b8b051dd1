"""Truth: rows that are known, put out of order or written twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import ACC, GYR, SIDES, T_S, WORN, G, lines

from sensorcoach import Arrays, analyze
from sensorcoach.errors import InputError
from sensorcoach.importers.ordering import Ordering, first_out_of_place

PERIOD_S = 0.01


def rows_of(number, seed=0):
    return np.column_stack((np.arange(number) * PERIOD_S, np.random.default_rng(seed).normal(size=(number, 6))))


def ordered(rows, cuts=()):
    ordering = Ordering()
    out = [ordering.push(piece) for piece in np.split(rows, sorted(cuts))]
    return ordering, np.concatenate([block for block in [*out, ordering.flush()] if len(block)])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 1.9), st.lists(st.integers(0, 1500), max_size=20))
def test_rows_within_two_seconds_come_in_order_however_they_are_read(seed, latest_s, cuts):
    rng = np.random.default_rng(seed)
    rows = rows_of(1500, seed)
    came = rows[np.argsort(rows[:, 0] + rng.uniform(0, latest_s, len(rows)), kind="stable")]
    ordering, out = ordered(came, cuts)
    np.testing.assert_array_equal(out, rows)
    assert ordering.sorted_rows == (came[:, 0] < np.maximum.accumulate(came[:, 0])).sum()
    assert ordering.repeated_rows == 0
    assert ordering.most_late_s <= latest_s
    assert first_out_of_place(came, np.empty((0, 0)), PERIOD_S) is None


def test_a_repeated_packet_stands_behind_itself_and_keeps_the_order_within_one_stamp():
    rows = rows_of(40)
    rows[:, 0] = np.repeat(np.arange(10) * 0.04, 4)
    twice = np.concatenate((rows[:24], rows[20:24], rows[24:]))
    ordering, out = ordered(twice)
    np.testing.assert_array_equal(out, twice)
    assert (ordering.repeated_rows, ordering.sorted_rows) == (4, 0)


@pytest.mark.parametrize("back_s", [0.3, 0.503, 1.9])
def test_a_clock_that_was_set_back_is_found(back_s):
    rows = rows_of(1000)
    rows[500:, 0] -= back_s  # also by whole periods: the same times, other values
    assert first_out_of_place(rows, np.empty((0, 0)), PERIOD_S) == 500
    assert first_out_of_place(rows[505:], rows[:505], PERIOD_S) == 0


def test_rows_more_than_two_seconds_late_are_found_unless_they_repeat():
    rows = rows_of(1000)
    late = np.concatenate((rows[:300], rows[400:700], rows[300:400], rows[700:]))
    assert first_out_of_place(late, np.empty((0, 0)), PERIOD_S) == 600
    again = np.concatenate((rows[:700], rows[300:400], rows[700:]))
    assert first_out_of_place(again, np.empty((0, 0)), PERIOD_S) is None


def leg(seconds=60.0):
    t_s = np.arange(round(seconds / PERIOD_S)) * PERIOD_S
    angle = np.deg2rad(40) * np.sin(2 * np.pi * t_s / 6)
    acc = 9.80665 * np.stack([np.sin(angle), 0.1 + 0 * angle, np.cos(angle)], axis=1)
    return t_s, acc + np.random.default_rng(2).normal(0, 0.03, acc.shape)


def test_the_result_tells_how_many_were_repeated_and_how_many_out_of_order():
    t_s, acc = leg()
    packets = np.split(np.arange(len(t_s)), range(5, len(t_s), 5))
    packets[300], packets[301] = packets[301], packets[300]
    packets[700:700] = [packets[699]]
    came = np.concatenate(packets)
    result = analyze(Arrays(t_s[came], acc[came]))
    assert (result.counts["duplicated"], result.counts["out_of_order"], result.counts["lost"]) == (5, 5, 0)
    assert result.rate_hz == pytest.approx(100, rel=1e-6)
    assert any("5 rows repeat" in notice for notice in result.notices)
    assert any("5 rows came up to 0.09 s late" in notice for notice in result.notices)
    assert analyze(Arrays(t_s, acc)).reps == result.reps


def test_the_result_says_that_samples_were_dated_by_their_count():
    t_s, acc = leg()
    arrived_s = np.repeat(t_s[4::5], 5)
    result = analyze(Arrays(arrived_s, acc))
    assert any("dated by their count" in notice for notice in result.notices)
    assert not any("dated by their count" in notice for notice in analyze(Arrays(t_s, acc)).notices)


def test_arrays_of_a_clock_that_was_set_back_are_refused():
    t_s, acc = leg()
    t_s[3000:] -= 1.5
    with pytest.raises(InputError, match="goes back by 1.49 s"):
        analyze(Arrays(t_s, acc))


HEADER = "time,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
VALUES = np.column_stack([ACC / G, np.rad2deg(GYR)])


def arrived(rows_a_burst):
    last = np.arange(len(T_S)) // rows_a_burst * rows_a_burst + rows_a_burst - 1
    return T_S[np.minimum(last, len(T_S) - 1)]


@pytest.mark.parametrize("rows_a_burst", [5, 10])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(("digits", "factor"), [(6, 1.0), (3, 1e3)])
def test_bursts_of_a_radio_change_neither_units_nor_sides_in_either_order(tmp_path, rows_a_burst, step, digits, factor):
    stamps = [f"{t * factor:.{digits}f}" for t in arrived(rows_a_burst)[::step]]
    (tmp_path / "a.csv").write_text(lines(HEADER, stamps, *VALUES[::step].T))
    result = analyze(tmp_path / "a.csv", mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert result.read_as.units["turning rate"] == "°/s"
    assert result.rate_hz == pytest.approx(1 / np.diff(T_S).mean(), rel=0.01)
    assert any("reverse order" in notice for notice in result.notices) == (step < 0)


def test_late_and_repeated_rows_of_a_reversed_table_are_put_in_order_left_out_and_counted(tmp_path):
    order = np.arange(len(T_S))
    order[100], order[101] = 101, 100
    order = np.insert(order, 500, [498, 499])
    (tmp_path / "a.csv").write_text(lines(HEADER, T_S[order][::-1], *VALUES[order][::-1].T))
    result = analyze(tmp_path / "a.csv", mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert (result.counts["out_of_order"], result.counts["duplicated"], result.counts["lost"]) == (1, 2, 0)


def test_a_reversed_table_that_joins_two_recordings_is_refused(tmp_path):
    stamps = np.where(np.arange(len(T_S)) < 1000, T_S, T_S - T_S[600])
    (tmp_path / "a.csv").write_text(lines(HEADER, stamps[::-1], *VALUES[::-1].T))
    with pytest.raises(InputError, match="but for the row of"):
        analyze(tmp_path / "a.csv", mounting=WORN)


def written_apart(folder, t_s, order):
    paths = [folder / "acc.csv", folder / "gyr.csv"]
    paths[0].write_text(lines("t_s,ax_g,ay_g,az_g", t_s[order], *VALUES[order, :3].T))
    paths[1].write_text(lines("t_s,gx_dps,gy_dps,gz_dps", t_s, *VALUES[:, 3:].T))
    return paths


def test_rows_put_in_order_are_counted_in_a_recording_of_two_files(tmp_path):
    order = np.arange(len(T_S))
    order[100], order[101] = 101, 100
    result = analyze(written_apart(tmp_path, T_S, order), mounting=WORN)
    assert [rep.side for rep in result.reps] == SIDES
    assert result.counts["out_of_order"] == 1


def test_two_sensors_stamped_on_arrival_in_bursts_are_not_put_side_by_side(tmp_path):
    with pytest.raises(InputError, match="that of their arrival"):
        analyze(written_apart(tmp_path, arrived(5), np.arange(len(T_S))), mounting=WORN)
