"""What a person says in a session: kept beside what was detected, the same live and from the recording."""

import msgspec
import pytest
from streams import REST, new_pipeline, packets, plan_of, rep, rows_of

from sensorcoach import analyze
from sensorcoach.analysis import analyze_recording
from sensorcoach.choices import Choices
from sensorcoach.importers import open_recording
from sensorcoach.importers.session_file import described
from sensorcoach.model import Control, Correction, Counted, Mark
from sensorcoach.output.words import person_words
from sensorcoach.recording import Header, SessionWriter
from sensorcoach.simulator import simulate
from sensorcoach.sources.simulated import session_header, simulated_packets

LEFT_RIGHT = plan_of(REST, rep("left"), rep("right"), rep("left"))


@pytest.fixture(scope="module")
def stream():
    """Packets of three repetitions (left, right, left), first side unknown."""
    return packets(rows_of(simulate(LEFT_RIGHT)), [8])


def after(stream, *said):
    """The pipeline after the whole stream and what was said at the end of it."""
    pipeline = new_pipeline()
    pipeline.push_all(stream)
    pipeline.flush()
    for action, value in said:
        pipeline.push(Control(50.0, action, value))
    return pipeline


def corrected(pipeline):
    summary = pipeline.summary()
    return summary.corrected_left, summary.corrected_right, summary.corrected_unknown


def test_without_a_word_the_corrected_count_is_the_detected_one(stream):
    pipeline = after(stream)
    assert pipeline.summary().reps == 3
    assert corrected(pipeline) == (0, 0, 3)


def test_undo_takes_back_one_repetition_after_the_other_and_keeps_what_was_detected(stream):
    pipeline = after(stream, *[("undo", "")] * 4)
    assert pipeline.summary().reps == 3
    assert [one.rep for one in pipeline.tally.corrections] == [3, 2, 1]
    assert corrected(pipeline) == (0, 0, 0)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (["+1"], (0, 0, 4)),
        (["-1"], (0, 0, 2)),
        (["+1 left"], (1, 0, 3)),
        (["-1 right"], (0, 0, 3)),
        (["+1 right", "-1 right", "-1 right"], (0, 0, 3)),
        (["", "2", "left", "+1 up"], (0, 0, 4)),
    ],
)
def test_a_correction_is_of_the_side_named_or_last_trained_and_never_below_nothing(stream, said, counts):
    assert corrected(after(stream, *[("correct", value) for value in said])) == counts


def test_a_correction_tells_its_side_and_direction_where_they_are_known(tmp_path):
    """Left is told by the axis; the last repetition goes to the left."""
    simulation = simulate(msgspec.structs.replace(LEFT_RIGHT, mount=plan_of().mount.__class__(up_leg="-y", told=True)))
    said = [Control(60.0, "correct", "+1"), Control(61.0, "correct", "-1 right"), Control(62.0, "undo")]
    result = analyze(written(tmp_path, simulation, said))
    assert result.corrections == (
        Correction(t_s=60.0, change=1, side="left", direction=1),
        Correction(t_s=61.0, change=-1, side="right", direction=-1),
        Correction(t_s=62.0, change=-1, side="left", direction=1, rep=3),
    )
    assert (result.summary.left, result.summary.right) == (2, 1)
    assert (result.summary.corrected_left, result.summary.corrected_right) == (2, 0)
    words = "Corrected by hand (+1 left, -1 right, rep 3 undone): 2 left, 0 right."
    assert list(person_words(result)) == [words]


def test_marks_notes_and_pain_stand_in_the_result_with_the_person(tmp_path):
    said = [Control(1.0, "mark"), Control(2.0, "note", "new mat\x1b[2J"), Control(3.0, "pain", "left knee")]
    result = analyze(written(tmp_path, simulate(LEFT_RIGHT), said, person="anna"))
    assert result.person == "anna"
    assert result.marks == (Mark(t_s=1.0), Mark(t_s=2.0, text="new mat\x1b[2J"))
    assert result.pain == (Mark(t_s=3.0, text="left knee"),)
    told = " ".join(person_words(result))
    assert "0:03 left knee" in told
    assert "\x1b" not in told
    assert result.summary.reps == 3


def written(folder, simulation, said, person=None):
    """A session file with what was said in its place by time."""
    file = folder / "s.jsonl"
    header = msgspec.structs.replace(session_header(simulation), person=person)
    items = sorted([*simulated_packets(simulation), *said], key=lambda item: item.t_s)
    with SessionWriter(file, header) as writer:
        for item in items:
            writer.append(item)
    return file


def test_a_listener_hears_controls_events_and_curves_of_one_walk(tmp_path):
    said = [Control(20.0, "mark", "here")]
    file = written(tmp_path, simulate(LEFT_RIGHT), said)
    told, traces = [], []
    recording = open_recording(file)
    result = analyze_recording(recording, None, Choices(), told.append, on_item=told.append, on_trace=traces.append)
    place = told.index(said[0])
    assert all(event.known_s <= 20.1 for event in told[:place])
    assert sum(isinstance(event, Counted) for event in told[place:]) >= 1
    assert sum(len(trace.t_s) for trace in traces) == result.samples


def test_a_header_without_a_person_names_nobody():
    assert described(Header(profile="open"), iter(()), []).person is None
