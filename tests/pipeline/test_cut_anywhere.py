"""Rule 3: cutting the stream anywhere gives the same events, numbers to 1e-9."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streams import (
    KINDS,
    REST,
    difference,
    events_of,
    in_one_piece,
    mounting,
    new_pipeline,
    packets,
    plan_of,
    rep,
    rows,
    simulated,
)

from sensorcoach.devices.open_format import OPEN
from sensorcoach.kneedrop.calibration.stored import as_text
from sensorcoach.model import Control, LinkEvent, Mounting, RepDone
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from sensorcoach.simulator import simulate
from sensorcoach.sources.simulated import session_header, simulated_packets

EVERY_KIND = [*KINDS, "hole"]
SIZES = st.lists(st.one_of(st.integers(1, 12), st.integers(1, 900)), min_size=1, max_size=6)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_sessions_hold_repetitions_to_compare(kind):
    assert sum(isinstance(event, RepDone) for event in in_one_piece(kind)) >= 2


@pytest.mark.parametrize("live", [False, True], ids=["whole", "live"])
@pytest.mark.parametrize("kind", EVERY_KIND)
@settings(max_examples=3)
@given(sizes=SIZES)
def test_packets_cut_anywhere_give_the_same_events(kind, live, sizes):
    samples = rows(kind)
    while sum(sizes) / len(sizes) < 6.0:  # mean lengths below that cost seconds and are tried below
        sizes = [*sizes, 40]
    wanted = in_one_piece(kind, live=live)
    assert difference(events_of(packets(samples, sizes), mounting(kind), live=live), wanted) is None


@pytest.mark.parametrize("kind", ["mid_start", "hole"])
def test_samples_one_by_one_give_the_same_events(kind):
    wanted = in_one_piece(kind, live=True)
    assert difference(events_of(packets(rows(kind), [1]), mounting(kind), live=True), wanted) is None


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_calibrations_known_beforehand_give_the_events_of_the_whole_as_it_goes(kind):
    whole = new_pipeline(mounting(kind))
    wanted = whole.push_all(packets(rows(kind), [8])) + whole.flush()
    again = new_pipeline(mounting(kind), calibrations=whole.calibrations)
    found = [again.push(packet) for packet in packets(rows(kind), [8])]
    assert difference([event for some in found for event in some] + again.flush(), wanted) is None
    assert sum(bool(some) for some in found) > 5


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_stored_live_calibration_gives_the_live_events_again(kind):
    live = new_pipeline(mounting(kind), live=True)
    wanted = live.push_all(packets(rows(kind), [8])) + live.flush()
    kept = [Control(known_s, "calibration", as_text(one)) for known_s, one in live.calibrations]
    later = new_pipeline(mounting(kind))
    found = later.push_all([*packets(rows(kind), [8]), *kept]) + later.flush()
    assert difference(found, wanted) is None
    assert (later.mode, later.calibrations) == ("recorded", live.calibrations)
    assert later.reps == live.reps
    anew = new_pipeline(mounting(kind), recalibrate=True)
    assert difference(anew.push_all([*packets(rows(kind), [8]), *kept]) + anew.flush(), in_one_piece(kind)) is None


@pytest.mark.parametrize("live", [False, True], ids=["whole", "live"])
@pytest.mark.parametrize("kind", ["rest_start", "lost", "swinging"])
@settings(max_examples=5)
@given(groups=st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_packets_pushed_in_any_groups_give_the_same_events(kind, live, groups):
    """The project's own packets, as they come over the air, with what a person and the link do in between."""
    items, pipeline_of = session_items(kind, live)
    one_by_one, grouped = pipeline_of(), pipeline_of()
    expected = [event for item in items for event in one_by_one.push(item)] + one_by_one.flush()
    found, start = [], 0
    for size in itertools.cycle(groups):
        if start >= len(items):
            break
        found += grouped.push_all(items[start : start + size])
        start += size
    assert difference(found + grouped.flush(), expected) is None
    assert grouped.summary() == one_by_one.summary()


def session_items(kind, live):
    simulation = simulated(kind)
    items = list(simulated_packets(simulation))
    items.insert(2, LinkEvent(0.1, "streaming"))
    items.insert(5, Control(items[5].t_s, "calibrate", "right"))
    middle = len(items) // 2
    items.insert(middle, Control(items[middle].t_s, "pause"))
    later = middle + 60
    items.insert(later, Control(items[later].t_s, "arm"))
    header = session_header(simulation)
    return items, lambda: Pipeline(OPEN, header.device, Mounting(), Settings(), live=live)


def test_a_session_longer_than_the_memory_gives_the_same_events():
    """Ten minutes: what is remembered (some 200 s) is forgotten at other samples for other cuts."""
    sides = itertools.cycle(("left", "right"))
    some = [rep(next(sides), 40.0, hold_s=6.0, pause_s=3.0) for _ in range(40)]
    fixed = {"imu": plan_of().imu.__class__(rate_hz=25.0)}
    samples = rows_at_25_hz(plan_of(REST, *some, **fixed))
    assert samples[-1, 0] > 450.0
    for live in (False, True):
        whole = events_of(packets(samples, [len(samples)]), live=live)
        assert sum(isinstance(event, RepDone) for event in whole) == 40
        for sizes in ([2], [999], [5000, 3]):
            assert difference(events_of(packets(samples, sizes), live=live), whole) is None


def rows_at_25_hz(plan):
    simulation = simulate(plan)
    return np.column_stack((simulation.t_device_s, simulation.acc, simulation.gyr))


def test_a_batch_of_no_items_is_nothing():
    pipeline = new_pipeline()
    assert pipeline.push_all([]) == []
    assert pipeline.flush() == []
    assert pipeline.summary().reps == 0
