"""What the leg does while no samples come is not made up: where it is afterwards tells how much was seen."""

from functools import cache

import pytest
from streams import REST, difference, events_of, packets, plan_of, rep, rows_of

from sensorcoach.model import Counted, Mounting, NotCounted, RepDone
from sensorcoach.simulator import simulate
from sensorcoach.simulator.plan import ImuPlan

TOLD = Mounting(up_leg="-y")
SIDES = ("left", "right", "left", "right", "left")
LOST, NEXT = 1, 2
"""The repetition in whose middle the samples stop, and the one after it."""
SENSORS = {"gyroscope": ImuPlan(rate_hz=100.0), "accelerometer": ImuPlan(rate_hz=100.0, gyroscope=False)}


@cache
def session(sensor):
    return simulate(plan_of(REST, *(rep(side) for side in SIDES), imu=SENSORS[sensor]))


def place_s(sensor, number, phase, share):
    """So far through a phase of a true repetition, device time."""
    true = session(sensor).truth[number]
    borders = {
        "drop": (true.drop_start_s, true.drop_end_s),
        "hold": (true.drop_end_s, true.return_start_s),
        "return": (true.return_start_s, true.return_end_s),
    }
    start_s, end_s = borders[phase]
    return start_s + share * (end_s - start_s)


def rows_with_a_hole(sensor, start_s, end_s):
    rows = rows_of(session(sensor))
    return rows[(rows[:, 0] < start_s) | (rows[:, 0] >= end_s)]


def told(sensor, start, end, sizes=(8,)):
    rows = rows_with_a_hole(sensor, place_s(sensor, *start), place_s(sensor, *end))
    return events_of(packets(rows, list(sizes)), TOLD)


def reps_in(events):
    return [event.rep for event in events if isinstance(event, RepDone)]


def not_counted_in(events):
    return [event.aborted for event in events if isinstance(event, NotCounted)]


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("before", [("hold", 0.5), ("return", 0.25)], ids=lambda place: place[0])
@pytest.mark.parametrize("after", [("drop", 0.6), ("hold", 0.5)], ids=lambda place: place[0])
def test_a_leg_that_went_over_to_the_other_side_unseen_ends_one_repetition_and_begins_another(sensor, before, after):
    start, end = (LOST, *before), (NEXT, *after)
    reps = reps_in(told(sensor, start, end))
    assert [one.side for one in reps] == list(SIDES)
    lost, begun = reps[LOST], reps[NEXT]
    assert lost.return_end_s == pytest.approx(place_s(sensor, *start), abs=0.1)
    assert lost.cut
    assert begun.drop_start_s == pytest.approx(place_s(sensor, *end), abs=0.1)
    for one in (lost, begun):
        assert (one.graded, one.not_graded_reason) == (False, "gap")
        assert [warning.code for warning in one.warnings] == ["not_graded"]


@pytest.mark.parametrize("sensor", SENSORS)
def test_of_a_drop_that_came_out_on_the_other_side_only_what_was_held_there_counts(sensor):
    events = told(sensor, (LOST, "drop", 0.6), (NEXT, "hold", 0.5))
    assert [one.side for one in reps_in(events)] == ["left", "left", "right", "left"]
    assert [one.reason for one in not_counted_in(events)] == ["unseen"]


@pytest.mark.parametrize(
    ("sensor", "share", "hole_s"), [("gyroscope", 0.1, 1.1), ("gyroscope", 0.1, 2.5), ("accelerometer", 0.3, 4.0)]
)
def test_a_drop_inside_an_outage_counts_and_is_not_graded(sensor, share, hole_s):
    """Seen at home, then held, then home again."""
    start_s = place_s(sensor, LOST, "drop", share)
    reps = reps_in(events_of(packets(rows_with_a_hole(sensor, start_s, start_s + hole_s), [8]), TOLD))
    assert [one.side for one in reps] == list(SIDES)
    assert [one.not_graded_reason for one in reps] == [None, "gap", None, None, None]


@pytest.mark.parametrize("sensor", SENSORS)
@pytest.mark.parametrize("end", [(LOST, "return", 0.5), (NEXT, "drop", 0.05)], ids=["on the way home", "home"])
def test_a_hold_left_unseen_is_counted_once_and_not_graded(sensor, end):
    reps = reps_in(told(sensor, (LOST, "hold", 0.3), end))
    assert [one.side for one in reps] == list(SIDES)
    assert [one.not_graded_reason for one in reps] == [None, "gap", None, None, None]


def test_a_hold_with_a_short_hole_and_the_leg_where_it_was_is_graded():
    reps = reps_in(told("gyroscope", (LOST, "hold", 0.4), (LOST, "hold", 0.6)))
    assert [one.side for one in reps] == list(SIDES)
    assert all(one.graded for one in reps)


def test_a_hole_long_enough_for_another_repetition_is_not_graded():
    """Two repetitions to one side, the leg in the hold before the hole and after it."""
    simulation = simulate(plan_of(REST, rep("left"), rep("right"), rep("right"), rep("left")))
    first, second = simulation.truth[1:3]
    rows = rows_of(simulation)
    start_s, end_s = first.drop_end_s + 1.2, second.drop_end_s + 1.2
    rows = rows[(rows[:, 0] < start_s) | (rows[:, 0] >= end_s)]
    reps = reps_in(events_of(packets(rows, [8]), TOLD))
    assert [(one.side, one.not_graded_reason) for one in reps] == [("left", None), ("right", "gap"), ("left", None)]


@pytest.mark.parametrize("sizes", [(1,), (37, 5), (100000,)])
def test_packets_cut_anywhere_around_a_hole_give_the_same_events(sizes):
    start, end = (LOST, "hold", 0.5), (NEXT, "hold", 0.5)
    assert difference(told("gyroscope", start, end, sizes), told("gyroscope", start, end)) is None


def test_each_is_counted_once_in_every_place_of_a_hole():
    """Six seconds without samples anywhere: never more repetitions than there were."""
    rows = rows_of(session("gyroscope"))
    for start_s in range(3, int(rows[-1, 0]) - 7, 2):
        kept = rows[(rows[:, 0] < start_s) | (rows[:, 0] >= start_s + 6.0)]
        counted = [event for event in events_of(packets(kept, [50]), TOLD) if isinstance(event, Counted)]
        assert len(SIDES) - 2 <= len(counted) <= len(SIDES)
