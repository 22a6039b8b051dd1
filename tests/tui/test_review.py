"""What is said after a session: truth from what the simulated sessions were made to show (recordings/README.md)."""

from functools import cache
from pathlib import Path

import msgspec
import pytest

from sensorcoach import analyze
from sensorcoach.coach.phrases import phrases
from sensorcoach.coach.summary import summary
from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.model import Cue, Mark, Result, Warning
from sensorcoach.output.review import MOST_CHANGES, symmetry, to_change, verdict, went_well
from sensorcoach.output.safety import ASK_FIRST, LIMITS, STOP_AT, safety_line
from sensorcoach.settings import Settings

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@cache
def result(name: str) -> Result:
    return analyze(RECORDINGS / f"{name}.jsonl.gz")


def test_a_good_session_is_praised_for_all_there_is() -> None:
    assert verdict(result("good")) == "Well done: nothing to change."
    assert went_well(result("good"))[0] == "soft landings"
    assert len(went_well(result("good"))) == 5
    assert to_change(result("good")) == ()


def test_what_a_sensor_cannot_show_is_not_praised() -> None:
    praised = went_well(result("accelerometer_only"))
    assert "lowered calmly" in praised
    assert not {"soft landings", "one flowing movement"} & set(praised)


@pytest.mark.parametrize(
    ("name", "code", "not_praised"),
    [
        ("thumps", "jarring", "soft landings"),
        ("too_fast", "too_fast", "lowered calmly"),
        ("short_holds", "short_hold", "stayed for a breath"),
        ("stop_and_go", "stop_and_go", "one flowing movement"),
    ],
)
def test_what_a_session_was_made_to_show_is_to_be_changed(name: str, code: str, not_praised: str) -> None:
    changes = {change.code: change for change in to_change(result(name))}
    assert changes[code].advice == ADVICE[code]
    assert len(changes) <= MOST_CHANGES
    assert not any(praise.startswith(not_praised) for praise in went_well(result(name)))


def thumping(times: int) -> Result:
    """Ten good repetitions, some of which end in a thump."""
    thump = Warning(code="abrupt_landing", severity="severe", value=95.0, limit=90.0, unit="deg/s")
    clean = [msgspec.structs.replace(result("good").reps[0], index=index, warnings=()) for index in range(1, 11)]
    reps = [msgspec.structs.replace(one, warnings=(thump,) if one.index <= times else ()) for one in clean]
    return msgspec.structs.replace(result("good"), reps=tuple(reps))


def said_aloud(done: Result) -> str:
    _, values = summary(done.reps, len(done.reps), (), hurt=False, settings=Settings())
    return phrases("en").spoken(Cue(0.0, 0.0, "session", "session_done", "good", values))


@pytest.mark.parametrize(("times", "well"), [(0, True), (1, True), (2, True), (3, False), (10, False)])
def test_screen_and_voice_praise_by_one_rule(times: int, well: bool) -> None:
    done = thumping(times)
    assert verdict(done).startswith("Well done") is well
    assert said_aloud(done).startswith("Well done") is well
    assert bool(to_change(done)) == ("Next time, do just the same." not in said_aloud(done)) == bool(times)


def test_the_repetitions_are_named() -> None:
    words = [change.words for change in to_change(result("mixed"))]
    assert "Too fast (rep 2)" in words  # the second falls, the fifth thumps: recordings/README.md
    assert "Jarring (rep 5)" in words


def test_sides() -> None:
    assert symmetry(result("one_sided")) == "only the right side was done"
    assert symmetry(result("mixed")).endswith("much alike")
    few = msgspec.structs.replace(result("mixed"), reps=result("mixed").reps[:4])
    assert symmetry(few).endswith("too few to compare")


def test_pain_comes_before_all_else() -> None:
    done = result("good")

    def hurt_at(t_s: float) -> str:
        return verdict(msgspec.structs.replace(done, pain=(Mark(t_s=t_s),)))

    last = done.reps[-1]
    assert hurt_at(last.drop_end_s) == "Stopped because it hurt. That was right."
    assert hurt_at(last.drop_start_s - 0.1) == "It hurt, and it went on. Stop next time."


def test_the_notice_as_one_line_says_all_of_it() -> None:
    assert all(part in safety_line() for part in (*ASK_FIRST, *STOP_AT, LIMITS))
