"""What was told and turns out otherwise: taken back with the reason, once, and only what is not settled."""

from dataclasses import replace

import pytest
from streams import REST, difference, new_pipeline, packets, plan_of, rep, rows, rows_of

from sensorcoach.coach import Coach
from sensorcoach.kneedrop.tally import Tally
from sensorcoach.model import Control, Counted, Cue, NotCounted, RepDone, RepWithdrawn
from sensorcoach.output.plain import line
from sensorcoach.session.board import Board
from sensorcoach.settings import Settings
from sensorcoach.simulator import simulate

SOON_S = 6.0
"""Somebody got up with the last repetition, which is seen so long after its end."""


@pytest.fixture(scope="module")
def stream():
    """Four repetitions, a rest, and what is counted with."""
    samples = packets(rows("rest_start"), [8])
    whole = new_pipeline()
    whole.push_all(samples)
    whole.flush()
    ((since_s, calibration),) = whole.calibrations
    return samples, whole.reps, since_s, calibration


def counted_with(samples, *calibrations):
    pipeline = new_pipeline(calibrations=list(calibrations))
    return pipeline.push_all(samples) + pipeline.flush(), pipeline


def up_with(calibration, *reps):
    """The same, but the person got up with these."""
    return replace(calibration, got_up_s=tuple((one.drop_start_s, one.return_end_s) for one in reps))


def test_who_got_up_with_the_last_repetition_did_not_do_it(stream):
    samples, reps, since_s, calibration = stream
    known_s = reps[2].return_end_s + 1.5
    later = up_with(calibration, reps[2])
    events, pipeline = counted_with(samples, (since_s, calibration), (known_s, later))
    (withdrawn,) = [one for one in events if isinstance(one, RepWithdrawn)]
    assert withdrawn.index == 3
    assert withdrawn.known_s == pytest.approx(known_s, abs=0.02)
    assert [one.aborted.reason for one in events if isinstance(one, NotCounted)] == ["got_up"]
    assert [one.index for one in events if isinstance(one, Counted)] == [1, 2, 3, 4]
    assert [one.index for one in pipeline.reps] == [1, 2, 4]
    assert pipeline.tally.counted == pipeline.summary().reps == 3
    assert [one.reason for one in pipeline.aborted] == ["got_up"]


def test_what_is_settled_stays(stream):
    """The first one ended more than 20 s before, and the axis was confirmed by then."""
    samples, reps, since_s, calibration = stream
    sure = replace(calibration, confirmed=True)
    known_s = reps[3].return_end_s + 0.9
    assert known_s - reps[0].return_end_s > 20.0
    everything = (known_s, up_with(sure, *reps))
    events, pipeline = counted_with(samples, (since_s, sure), everything)
    gone = [one.index for one in events if isinstance(one, RepWithdrawn)]
    assert 1 not in gone
    assert gone[-1] == 4
    assert [one.index for one in pipeline.reps] == [n for n in (1, 2, 3, 4) if n not in gone]
    doubtful = counted_with(samples, (since_s, replace(calibration, confirmed=False)), everything)[1]
    assert doubtful.reps == ()


def test_the_same_calibration_again_tells_nothing_new(stream):
    samples, reps, since_s, calibration = stream
    events, _ = counted_with(samples, (since_s, calibration))
    again, _ = counted_with(samples, (since_s, calibration), (reps[1].return_end_s + 0.3, replace(calibration)))
    assert difference(again, events) is None


def test_a_final_repetition_is_told_once_however_often_it_is_counted(stream):
    samples, reps, since_s, calibration = stream
    other = replace(calibration, confirmed=not calibration.confirmed)
    changes = [(reps[n].return_end_s + after_s, one) for n, after_s, one in ((1, 0.4, other), (2, 2.0, calibration))]
    events, _ = counted_with(samples, (since_s, calibration), *changes)
    assert [one.index for one in events if isinstance(one, Counted)] == [1, 2, 3, 4]
    done = [one.rep for one in events if isinstance(one, RepDone)]
    assert [one.index for one in done] == [1, 2, 3, 4]
    assert [one.return_end_s for one in done] == pytest.approx([one.return_end_s for one in reps], abs=0.3)


def test_an_undone_one_that_is_withdrawn_is_not_missing_twice():
    tally = Tally()
    for index in (1, 2):
        tally.count(Counted(10.0 * index, 10.0 * index, index, 1, "left", 4.0, False))
    tally.correct(Control(25.0, "undo"))
    tally.withdraw(2)
    assert (tally.counted, tally.left, tally.corrections) == (1, 1, ())
    tally.withdraw(1)
    assert (tally.counted, tally.left) == (0, 0)


def test_everybody_who_listens_corrects_the_count(stream):
    samples, reps, since_s, calibration = stream
    later = up_with(calibration, reps[2])
    events, _ = counted_with(samples, (since_s, calibration), (reps[2].return_end_s + 1.5, later))
    board, coach = Board(Settings()), Coach(Settings())
    cues = []
    for event in events:
        board.tell(event)
        cues += coach.push([event])
    picture = board.picture(60.0)
    assert picture.counted == len(picture.reps) == 3
    assert picture.left + picture.right + picture.unknown == 3
    numbers = [(one.phrase, dict(one.values)["number"]) for one in cues if isinstance(one, Cue) and one.kind == "count"]
    assert numbers == [
        ("count_alone", 1),
        ("count_alone", 2),
        ("count_alone", 3),
        ("corrected_alone", 2),
        ("count_alone", 3),
    ]
    assert [line(one) for one in events if isinstance(one, RepWithdrawn)] != [None]


def test_an_unguided_stream_is_counted_from_its_beginning_without_a_cue():
    """Nothing is known before the first movements are over; then all of them are dated back."""
    simulation = simulate(plan_of(REST, rep("left"), rep("right"), rep("left")))
    live = new_pipeline(live=True)
    coach = Coach(Settings())
    events = live.push_all(packets(rows_of(simulation), [8])) + live.flush()
    first = next(one for one in events if isinstance(one, Counted))
    assert first.dated_back
    assert first.t_s == pytest.approx(simulation.truth[0].return_end_s, abs=0.3)
    heard = [cue for event in events for cue in coach.push([event])]
    assert first.index not in {cue.rep for cue in heard if cue.kind == "count"}
    assert [one.index for one in live.reps] == [1, 2, 3]
