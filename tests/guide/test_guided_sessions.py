"""From wearing the sensor to the end: what counts is what comes after arming, in time, on the right side."""

import msgspec
import pytest
from guided import (
    LIE,
    NO_TARGET,
    QUARTER_OF_A_REST,
    TOLD,
    UNTOLD,
    go,
    other,
    rep,
    simulated,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach import analyze
from sensorcoach.model import Calibrated, Control, Counted, Cue, RepDone, RepWithdrawn, StageChanged, Trace
from sensorcoach.settings import GoalSettings, Settings
from sensorcoach.simulator.plan import ImuPlan, MountPlan, RestPlan
from sensorcoach.sources.simulated import session_time_s

FOUR = (rep("right"), rep("left", 52.0), rep("right", 40.0), rep("left"))
CLOCK_FIT_S = 0.005
"""The sensor's clock is laid by when packets arrive: fewer of them lay it a little otherwise."""
SOON_S = 0.5 + 0.16
"""A count is told this soon after the return's end (definitions.md B), with the packet it comes in."""
FOUND_S = 2.0
"""Where the guide asked at a place that was no centre, the centre is found with the first drop: looked for every s."""


def counts(result):
    summary = result.summary
    return summary.left, summary.right, summary.unknown


def in_the_pauses(result):
    return [aborted for aborted in result.aborted if aborted.reason == "disarmed"]


# --- the usual way ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def usual():
    """Told axis; two other movements, then lying still, then four repetitions."""
    simulation = simulated(other("hugging_knee"), other("heel_slide"), LIE, *FOUR)
    return simulation, go(simulation, settings=NO_TARGET)


def test_it_waits_arms_itself_and_counts_from_there_on(usual):
    simulation, guided = usual
    armed = guided.stage("armed")
    first_s = session_time_s(simulation, simulation.truth[0].drop_start_s)
    assert guided.path[-1] == "armed"
    assert armed.reason == "still"
    assert first_s - 4.5 < armed.t_s < first_s
    assert counts(guided.result) == (2, 2, 0)
    assert [rep.side for rep in guided.result.reps] == ["right", "left", "right", "left"]


def test_the_centre_is_the_rest_before_arming_and_nothing_is_dated_back(usual):
    simulation, guided = usual
    reps = guided.result.reps
    assert {one.centre_source for one in reps} == {"calibration"}
    assert not any(one.dated_back for one in reps)
    assert [one.range_deg for one in reps] == pytest.approx([one.range_deg for one in simulation.truth], abs=2.0)


def test_each_is_counted_at_once(usual):
    simulation, guided = usual
    ends_s = [session_time_s(simulation, one.return_end_s) for one in simulation.truth]
    known_s = [one.known_s for one in guided.told if isinstance(one, Counted)]
    assert len(known_s) == len(ends_s)
    assert all(abs(known - end) < SOON_S for known, end in zip(known_s, ends_s, strict=True))


def test_the_controls_stand_in_the_recording_and_replay_gives_the_same(usual, tmp_path):
    _, guided = usual
    kept = [item for item in guided.items if isinstance(item, Control)]
    said = [one for one in kept if one.action != "calibration"]
    assert len(kept) - len(said) == sum(isinstance(one, Calibrated) for one in guided.told) > 0
    assert [(one.action, one.value) for one in said] == [("pause", "guide"), ("arm", "still")]
    assert said == guided.controls
    heard = []
    later = analyze(guided.saved(tmp_path / "s.jsonl"), on_event=heard.append)
    told = {**msgspec.to_builtins(guided.result), "file": str(tmp_path / "s.jsonl"), "mode": "recorded"}
    assert msgspec.to_builtins(later) == told
    events = [one for one in guided.told if hasattr(one, "known_s") and not isinstance(one, Cue | Calibrated)]
    assert [one for one in heard if not isinstance(one, Calibrated)] == events


def test_progress_grows_while_the_leg_lies_still(usual):
    _, guided = usual
    armed = next(number for number, one in enumerate(guided.told) if one == guided.stage("armed"))
    shares = [one.progress for one in guided.told[:armed] if isinstance(one, StageChanged) and one.stage == "still"]
    last = shares[-11:]
    assert last == sorted(last)
    assert (last[0], last[-1]) == (0.0, 1.0)
    assert len(set(last)) >= 10


@pytest.mark.parametrize("what", ["turning_over", "sitting", "strap_tug"])
def test_what_was_done_before_does_not_count_and_spoils_nothing(what):
    guided = go(simulated(other(what), LIE, *FOUR), settings=NO_TARGET)
    assert counts(guided.result) == (2, 2, 0)
    assert not any(one.dated_back for one in guided.result.reps)


@pytest.mark.parametrize("imu", [ImuPlan(gyroscope=False), ImuPlan(rate_hz=26.0)], ids=["no gyroscope", "26 Hz"])
def test_other_sensors_arm_as_well(imu):
    guided = go(simulated(other("heel_slide"), LIE, *FOUR, imu=imu), settings=NO_TARGET)
    assert counts(guided.result) == (2, 2, 0)


# --- which side is which ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked():
    """Nothing told: the first drop is the one asked for."""
    simulation = simulated(other("turning_over"), LIE, rep("left", 35.0), rep("right"), rep("left"), mount=UNTOLD)
    return simulation, go(simulation, settings=NO_TARGET)


def test_the_drop_asked_for_tells_the_side_and_does_not_count(asked):
    _, guided = asked
    side, armed = guided.stage("side"), guided.stage("armed")
    assert side.reason == "left"
    assert armed.reason == "side"
    assert [one.side for one in guided.result.reps] == ["right", "left"]
    assert [one.reason for one in guided.result.aborted if one.start_s > side.t_s] == ["calibration"]
    assert guided.result.summary.axis_confirmed


def test_counting_is_on_as_soon_as_it_is_back(asked):
    simulation, guided = asked
    back_s = session_time_s(simulation, simulation.truth[0].return_end_s)
    assert abs(guided.stage("armed").t_s - back_s) < FOUND_S


def test_a_replay_gives_the_same_sides(asked, tmp_path):
    _, guided = asked
    later = analyze(guided.saved(tmp_path / "s.jsonl"))
    assert later.reps == guided.result.reps
    assert later.aborted == guided.result.aborted


def test_who_sits_still_before_lying_down_is_not_taken_at_that_word():
    """The place asked at was the wrong one; what the leg comes home to is the centre."""
    said = simulated(other("sitting"), LIE, rep("left"), rep("right"), rep("left"), mount=UNTOLD)
    guided = go(said, settings=NO_TARGET)
    assert [one.side for one in guided.result.reps] == ["right", "left"]


def test_the_first_side_told_is_the_first_repetition():
    mount = MountPlan(up_leg=None, told=False, first_side_told=True)
    guided = go(simulated(other("heel_slide"), LIE, *FOUR, mount=mount), settings=NO_TARGET)
    assert "side" not in guided.path
    assert [one.side for one in guided.result.reps] == ["right", "left", "right", "left"]


def test_asking_again_pauses_until_the_drop_was_seen():
    """The sides were told wrongly at first: the calibration drop went right instead of left."""
    wrong = (LIE, rep("right"), rep("left"))
    simulation = simulated(
        other("heel_slide"), *wrong, RestPlan(duration_s=5.0), rep("right"), rep("left"), mount=UNTOLD
    )
    between_s = session_time_s(simulation, simulation.truth[1].return_end_s) + 2.0
    guided = go(simulation, [Control(between_s, "calibrate", "right")], settings=NO_TARGET)
    assert [one.side for one in guided.result.reps] == ["left", "left"]  # the first was told under the wrong name
    assert sum(isinstance(one, RepWithdrawn) for one in guided.told) == 1
    assert [one.reason for one in guided.result.aborted][-1] == "calibration"
    said = [(one.action, one.value) for one in guided.controls]
    assert said[-4:] == [("calibrate", "right"), ("pause", "calibrate"), ("calibrate", "right"), ("arm", "side")]


# --- pause and end ----------------------------------------------------------------------------------------------------


def test_it_ends_at_the_target_once_the_last_figures_are_final():
    guided = go(simulated(LIE, *FOUR, *FOUR), settings=Settings(goal=GoalSettings(reps_a_side=2)))
    ended = guided.stage("ended")
    assert ended.reason == "target"
    assert counts(guided.result) == (2, 2, 0)
    last = [one for one in guided.told if isinstance(one, RepDone)][-1]
    assert last.known_s <= ended.t_s < last.known_s + 0.2
    assert not last.rep.cut


def test_where_sides_are_unknown_twice_as_many_are_the_target():
    """A person who arms by hand before the side was asked."""
    simulation = simulated(RestPlan(duration_s=6.0), *FOUR, mount=UNTOLD)
    said = [Control(2.5, "arm", "key")]
    guided = go(simulation, said, settings=Settings(goal=GoalSettings(reps_a_side=2)))
    assert guided.stage("ended").reason == "target"
    assert counts(guided.result) == (0, 0, 4)


def test_corrections_count_towards_the_target():
    simulation = simulated(LIE, *FOUR[:2], RestPlan(duration_s=3.0))
    back_s = session_time_s(simulation, simulation.truth[1].return_end_s)
    said = [Control(back_s + 1.6, "correct", "+1 left"), Control(back_s + 1.7, "correct", "+1 right")]
    guided = go(simulation, said, settings=Settings(goal=GoalSettings(reps_a_side=2)))
    assert guided.stage("ended").reason == "target"
    assert (guided.result.summary.corrected_left, guided.result.summary.corrected_right) == (2, 2)


def test_it_ends_after_a_rest_and_not_in_a_hold():
    settings = Settings(guide=QUARTER_OF_A_REST)
    simulation = simulated(LIE, rep("left", hold_s=20.0), RestPlan(duration_s=20.0))
    guided = go(simulation, settings=settings)
    back_s = session_time_s(simulation, simulation.truth[0].return_end_s)
    assert guided.stage("ended").reason == "rest"
    assert 14.0 < guided.stage("ended").t_s - back_s < 17.0
    assert counts(guided.result) == (1, 0, 0)


def test_it_does_not_end_by_itself_while_the_person_pauses():
    guided = go(
        simulated(LIE, RestPlan(duration_s=20.0)), [Control(5.0, "pause")], settings=Settings(guide=QUARTER_OF_A_REST)
    )
    assert guided.path[-1] == "paused"


def test_pain_ends_it_at_once_and_stands_in_the_result():
    guided = go(simulated(LIE, *FOUR), [Control(14.0, "pain", "left hip")])
    ended = guided.stage("ended")
    assert (ended.reason, ended.t_s) == ("pain", 14.0)
    assert [one.text for one in guided.result.pain] == ["left hip"]


def test_nothing_counts_between_pause_and_arming():
    simulation = simulated(LIE, *FOUR)
    ends_s = [session_time_s(simulation, one.return_end_s) for one in simulation.truth]
    said = [Control(ends_s[0] + 0.7, "pause"), Control(ends_s[2] + 0.7, "arm")]
    guided = go(simulation, said, settings=NO_TARGET)
    assert [one.side for one in guided.result.reps] == ["right", "left"]
    assert len(in_the_pauses(guided.result)) == 2


@pytest.mark.parametrize(
    "mount", [TOLD, MountPlan(up_leg=None, told=False, first_side_told=True)], ids=["told", "side"]
)
def test_a_pause_in_the_very_first_hold_does_not_make_it_the_centre(mount):
    simulation = simulated(other("turning_over"), LIE, rep("left", hold_s=10.0), *FOUR, mount=mount)
    hold_s = session_time_s(simulation, simulation.truth[0].drop_end_s)
    guided = go(simulation, [Control(hold_s + 2.0, "pause"), Control(hold_s + 6.0, "arm")], settings=NO_TARGET)
    ranges_deg = [one.range_deg for one in simulation.truth[1:]]
    assert [one.range_deg for one in guided.result.reps] == pytest.approx(ranges_deg, abs=2.0)


# --- cut anywhere -----------------------------------------------------------------------------------------------------


def said_and_done(guided):
    """Without cues and curves: how early one is told depends on what comes with it."""
    return [one for one in guided.told if not isinstance(one, Calibrated | Cue | Trace)]


@settings(max_examples=3)
@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_packets_taken_in_any_groups_give_the_same_controls_and_events(asked, sizes):
    simulation, one_by_one = asked
    grouped = go(simulation, settings=NO_TARGET, sizes=[*sizes, 40])
    assert grouped.items == one_by_one.items
    assert said_and_done(grouped) == said_and_done(one_by_one)


@pytest.mark.parametrize("size", [30])
def test_packets_of_other_lengths_give_the_same_decisions(asked, size):
    """Samples carry the device's time; a packet of 30 comes 0.3 s late, so a decision is told later, not otherwise."""
    simulation, usual = asked
    again = simulated(
        *(other("turning_over"), LIE, rep("left", 35.0), rep("right"), rep("left")),
        mount=UNTOLD,
        samples_each=size,
    )
    assert (again.acc == simulation.acc).all()
    guided = go(again, settings=NO_TARGET)
    same = [(one.action, pytest.approx(one.t_s, abs=CLOCK_FIT_S)) for one in usual.controls]
    assert [(one.action, one.t_s) for one in guided.controls] == same
    assert [one.range_deg for one in guided.result.reps] == pytest.approx(
        [one.range_deg for one in usual.result.reps], abs=0.01
    )
