"""What the coach says, and when: courses written by hand, cues by definitions.md B and C and issue 6."""

import msgspec
import pytest
from course import Course, heard, notes, phrases_of
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.coach import Coach
from sensorcoach.coach.hold import hold_cues
from sensorcoach.model import Aborted, CentreFound, Control, LinkEvent, NotCounted, Notice, SensorSlipped, StageChanged
from sensorcoach.settings import Settings

DEFAULT = Settings()


def goal(reps):
    return msgspec.structs.replace(DEFAULT, goal=msgspec.structs.replace(DEFAULT.goal, reps_a_side=reps))


# --- landing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hard", "tone"), [(False, "landing_good"), (True, "landing_hard"), (None, "landing_plain")])
def test_a_landing_has_one_tone_by_how_it_was(hard, tone):
    course = Course()
    landing_s = course.rep(hard=hard)
    (cue,) = [cue for cue in heard(course) if cue.kind == "landing"]
    assert (cue.phrase, cue.t_s, cue.known_s, cue.rep) == (tone, landing_s, pytest.approx(landing_s + 0.15), 1)


@pytest.mark.parametrize(("severity", "tone"), [("note", "landing_good"), ("warn", "landing_plain")])
def test_a_soft_landing_is_not_praised_just_before_it_is_corrected(severity, tone):
    course = Course()
    course.rep(seen=notes("too_fast", severity=severity))
    assert phrases_of(heard(course), "landing") == [tone]


def test_a_landing_taken_back_does_not_sound_twice():
    course = Course()
    course.drop()
    course.hold(angle_deg=30.0)
    course.drop(angle_deg=31.0)
    course.hold(angle_deg=45.0)
    assert phrases_of(heard(course), "landing") == ["landing_good"]


def test_but_a_hard_one_after_a_soft_stop_is_heard():
    course = Course()
    course.drop()
    course.hold(angle_deg=30.0)
    course.drop(angle_deg=31.0)
    course.hold(angle_deg=45.0, hard=True)
    assert phrases_of(heard(course), "landing") == ["landing_good", "landing_hard"]


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_pause_above_half_of_the_last_range_sounds_only_when_confirmed(side):
    course = Course()
    course.rep("left", angle_deg=50.0)
    course.drop(side)
    landing_s = course.hold(side, angle_deg=20.0)
    before = phrases_of(heard(course), "landing", "breath", "tick")
    course.t_s = landing_s + 1.0
    course.hold(side, angle_deg=20.0, confirmed=True, landing_s=landing_s)
    after = heard(course)
    assert before == ["landing_good", "breath_in", "breath_out", "hold_reached"]  # the repetition before
    assert [cue.known_s for cue in after if cue.kind == "landing"][1:] == [landing_s + 1.0]


def test_or_when_the_leg_returns_from_there():
    course = Course()
    course.rep(angle_deg=50.0)
    course.drop()
    course.hold(angle_deg=20.0)
    course.t_s += 0.3
    course.back()
    assert phrases_of(heard(course), "landing") == ["landing_good", "landing_good"]


def test_a_pause_that_goes_on_makes_no_sound():
    course = Course()
    course.rep(angle_deg=50.0)
    course.drop()
    course.hold(angle_deg=20.0)
    course.drop(angle_deg=22.0)
    landing_s = course.hold(angle_deg=50.0)
    assert [cue.t_s for cue in heard(course) if cue.kind == "landing"][1:] == [landing_s]


def test_what_is_no_valid_drop_makes_no_sound():
    course = Course()
    course.drop()
    course.hold(angle_deg=12.0)
    course.t_s += 6.0
    assert heard(course) == []


# --- hold ------------------------------------------------------------------------------------------------------------


def paced(settings, hold_s):
    course = Course()
    landing_s = course.rep(hold_s=hold_s)
    cues = [cue for cue in heard(course, settings) if cue.kind in ("breath", "tick")]
    return [(cue.phrase, round(cue.t_s - landing_s, 3), dict(cue.values).get("duration_s")) for cue in cues]


REST = ["breath_out", "hold_reached"]
ONE = [("breath_in", 0.15, 1.35), ("breath_out", 1.5, 2.5)]


def test_one_breath_is_the_default_and_ends_with_the_graded_hold():
    assert paced(DEFAULT, 4.5) == [*ONE, ("hold_reached", 4.0, None)]


def test_two_breaths():
    again = [("breath_in", 4.0, 1.5), ("breath_out", 5.5, 2.5), ("hold_reached", 8.0, None)]
    assert paced(DEFAULT.holding("two_breaths"), 9.0) == [*ONE, *again]


def test_a_slow_breath():
    slow = [("breath_in", 0.15, 3.85), ("breath_out", 4.0, 6.0), ("hold_reached", 10.0, None)]
    assert paced(DEFAULT.holding("slow_breath"), 11.0) == slow


def test_seconds_are_not_breathed():
    assert paced(DEFAULT.holding(3.0), 4.5) == [("hold_reached", 3.0, None)]


def test_who_rocks_is_not_paced():
    assert paced(DEFAULT.rocking(), 4.5) == []


def test_only_whole_breaths_are_paced():
    six = msgspec.structs.replace(DEFAULT, limits=msgspec.structs.replace(DEFAULT.limits, hold_target_s=6.0))
    assert paced(six, 7.0) == [*ONE, ("hold_reached", 6.0, None)]


def test_the_return_stops_it_all():
    assert paced(DEFAULT, 1.2) == ONE[:1]


@pytest.mark.parametrize(
    "stopper",
    [
        LinkEvent(3.0, "lost"),
        Control(3.0, "pain"),
        Control(3.0, "pause", "key"),
        StageChanged(3.0, "ended"),
        NotCounted(3.0, Aborted(start_s=1.0, end_s=3.0, reason="cut")),
        CentreFound(3.0, 0.0, "rest"),
    ],
)
def test_so_does_whatever_ends_the_movement(stopper):
    course = Course()
    course.drop()
    course.hold()
    course.say(stopper)
    course.t_s = 60.0
    assert phrases_of(heard(course), "breath", "tick") == ["breath_in"]


@pytest.mark.parametrize(
    ("known_s", "left"), [(0.4, ["breath_in", *REST]), (1.2, REST), (3.7, ["hold_reached"]), (4.2, [])]
)
def test_what_is_left_of_a_hold_known_late(known_s, left):
    """Less than half a second of a breath is a blip."""
    assert phrases_of(hold_cues(10.0, 10.0 + known_s, DEFAULT)) == left


def test_the_tones_of_a_hold_come_when_time_has_come_to_them():
    course = Course()
    course.drop()
    landing_s = course.hold()
    coach = Coach(DEFAULT)
    coach.push(course.told)
    assert coach.advance(landing_s + 1.49) == []
    assert [cue.t_s for cue in coach.advance(landing_s + 1.6)] == [landing_s + 1.5]


# --- count -----------------------------------------------------------------------------------------------------------


def counts(cues):
    return [(cue.phrase, *dict(cue.values).values()) for cue in cues if cue.kind == "count"]


def test_the_number_is_that_of_the_side():
    course = Course()
    for side in ("left", "right", "left"):
        course.rep(side)
    assert counts(heard(course)) == [("count", 1, "left"), ("count", 1, "right"), ("count", 2, "left")]


def test_where_the_side_is_unknown_it_is_the_number_of_all():
    course = Course()
    for side in ("left", None, None):
        course.rep(side)
    assert counts(heard(course))[1:] == [("count_alone", 2), ("count_alone", 3)]


def test_it_is_said_when_the_return_ends():
    course = Course()
    course.rep()
    (cue,) = [cue for cue in heard(course) if cue.kind == "count"]
    assert cue.known_s == pytest.approx(cue.t_s + 0.02)


def test_what_is_dated_back_counts_in_silence():
    course = Course()
    for _ in range(3):
        course.counted(dated_back=True)
        course.done(warnings=notes("jarring", severity="severe"), dated_back=True)
    assert heard(course) == []
    course.rep()
    assert counts(heard(course)) == [("count", 4, "left")]


@pytest.mark.parametrize(
    ("control", "said", "following"),
    [
        (Control(20.0, "undo"), ("corrected", 1, "left"), 2),
        (Control(20.0, "correct", "+1"), ("corrected", 3, "left"), 4),
        (Control(20.0, "correct", "+1 right"), ("corrected", 1, "right"), 3),
        (Control(20.0, "correct", "-1 left"), ("corrected", 1, "left"), 2),
    ],
)
def test_corrections_are_said_and_count(control, said, following):
    course = Course()
    course.rep()
    course.rep()
    course.say(control)
    course.rep()
    assert counts(heard(course))[2:] == [said, ("count", following, "left")]


def test_halfway_and_the_last_are_announced_once():
    course = Course()
    sides = ["left", "right"] * 3
    for side in sides:
        course.rep(side)
    course.say(Control(course.t_s, "undo"))
    course.rep("right")
    cues = [cue for cue in heard(course, goal(3)) if cue.kind == "progress"]
    assert [(cue.phrase, cue.rep) for cue in cues] == [("halfway", 3), ("last_rep", 5)]


def test_repetitions_beyond_one_sides_target_bring_the_other_no_nearer():
    course = Course()
    for side in ("left", "left", "left", "left", "right"):
        course.rep(side)
    cues = [cue for cue in heard(course, goal(2)) if cue.kind == "progress"]
    assert [(cue.phrase, cue.rep) for cue in cues] == [("halfway", 2), ("last_rep", 5)]


def test_without_a_target_nothing_is_announced():
    course = Course()
    for _ in range(6):
        course.rep()
    assert phrases_of(heard(course, goal(0)), "progress") == []


# --- corrections -----------------------------------------------------------------------------------------------------


def corrections(course, settings=None):
    return [(cue.phrase, cue.rep) for cue in heard(course, settings) if cue.kind == "correction"]


def test_silence_after_good_repetitions():
    course = Course()
    for side in ("left", "right", "left", "right"):
        course.rep(side, seen=notes("too_fast", "jarring", severity="note"))
    assert corrections(course) == []
    assert set(phrases_of(heard(course))) <= {
        "landing_good", "breath_in", "breath_out", "hold_reached", "count",
    }  # fmt: skip


def test_a_severe_one_is_said_as_soon_as_the_landing_is_known():
    course = Course()
    landing_s = course.rep(hard=True, seen=notes("too_fast", severity="severe"))
    (cue,) = [cue for cue in heard(course) if cue.kind == "correction"]
    assert (cue.phrase, cue.level, cue.rep) == ("too_fast", "severe", 1)
    assert cue.known_s - landing_s == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("x", []),
        ("xx", [2]),
        ("x.x", [3]),
        ("x..x", []),
        ("xx.", [2]),
        ("xx.x", [2, 4]),
        ("xxx", [2, 3]),
    ],
)
def test_a_warning_is_said_when_two_of_the_last_three_show_it(shown, said):
    course = Course()
    for mark in shown:
        course.rep(seen=notes("too_fast") if mark == "x" else ())
    assert corrections(course) == [("too_fast", rep) for rep in said]


def test_two_different_warnings_are_not_one_that_persists():
    course = Course()
    course.rep(seen=notes("too_fast"))
    course.rep(seen=notes("jerky"))
    assert corrections(course) == []


def test_one_a_repetition_in_the_order_of_speech():
    """Jarring before too fast, too fast before a quick return (definitions.md C)."""
    course = Course()
    course.rep(
        seen=notes("too_fast", "jarring", severity="severe"),
        final=notes("jarring", "too_fast", "fast_return", severity="severe"),
    )
    course.rep(seen=notes("too_fast", severity="severe"), final=notes("too_fast", "fast_return", severity="severe"))
    course.rep(final=notes("short_hold", "fast_return", severity="severe"))
    assert corrections(course) == [("jarring", 1), ("too_fast", 2), ("fast_return", 3)]


def test_what_only_the_return_shows_is_said_with_the_final_figures():
    course = Course()
    course.rep(final=notes("fast_return", severity="severe"))
    (cue,) = [cue for cue in heard(course) if cue.kind == "correction"]
    assert cue.known_s == course.t_s


def test_nothing_is_said_during_a_drop_but_after_its_landing():
    course = Course()
    course.rep(final=())
    course.drop()
    course.done(index=1, warnings=notes("fast_return", severity="severe"))
    assert corrections(course) == []
    landing_s = course.hold()
    (cue,) = [cue for cue in heard(course) if cue.kind == "correction"]
    assert (cue.phrase, cue.rep) == ("fast_return", 1)
    assert cue.known_s == pytest.approx(landing_s + 0.15)


def test_a_third_sentence_waits_for_the_next_landing():
    """A number, halfway and a correction take 3 s: the next drop has begun by then."""
    course = Course()
    for side in ("left", "right", "left"):
        course.rep(side, final=notes("fast_return"))
    cues = [cue for cue in heard(course, goal(2)) if cue.kind in ("progress", "correction", "landing")]
    assert phrases_of(cues)[1:] == ["landing_good", "halfway", "landing_good", "fast_return", "last_rep"]
    severe = Course()
    severe.rep(final=notes("fast_return", severity="severe"))
    assert phrases_of(heard(severe, goal(1)), "progress", "correction") == ["last_rep", "fast_return"]


def test_what_the_last_repetition_showed_is_left_to_the_summary():
    course = Course()
    for side in ("left", "right", "left"):
        course.rep(side, final=notes("fast_return", severity="severe"))
    assert corrections(course, goal(1)) == [("fast_return", 1), ("fast_return", 3)]


def test_a_pause_forgets_what_was_to_be_said():
    course = Course()
    course.rep(final=())
    course.drop()
    course.done(index=1, warnings=notes("fast_return", severity="severe"))
    course.say(Control(course.t_s, "pause", "key"))
    course.say(Control(course.t_s, "arm", "key"))
    course.rep()
    assert corrections(course) == []


def test_a_repetition_undone_shows_nothing():
    course = Course()
    course.rep(seen=notes("too_fast"))
    course.say(Control(course.t_s, "undo"))
    course.rep(seen=notes("too_fast"))
    assert corrections(course) == []


def test_who_rocks_is_not_told_about_each_hold():
    """Four holds below half a second, none chosen: one note for the session (definitions.md C)."""
    course = Course()
    for _ in range(6):
        course.rep(hold_s=0.4, final=notes("short_hold"))
    assert corrections(course) == [("short_hold", 2), ("short_hold", 3)]


def test_a_drop_that_goes_on_after_its_correction_is_not_corrected_again():
    course = Course()
    course.drop()
    course.hold(angle_deg=30.0, warnings=notes("too_fast", severity="severe"))
    course.drop(angle_deg=31.0)
    course.hold(angle_deg=45.0, warnings=notes("too_fast", "jarring", severity="severe"))
    assert corrections(course) == [("too_fast", 1)]


def test_a_pause_of_the_drop_is_not_corrected_as_a_landing():
    course = Course()
    course.rep(angle_deg=50.0)
    course.drop()
    landing_s = course.hold(angle_deg=20.0, warnings=notes("too_fast", severity="severe"))
    course.t_s = landing_s + 1.0
    course.hold(angle_deg=20.0, warnings=notes("too_fast", severity="severe"), confirmed=True, landing_s=landing_s)
    assert corrections(course) == []


@pytest.mark.parametrize(("severity", "said"), [("note", []), ("warn", ["sensor_slipped"])])
def test_a_slip_is_told_after_the_landing(severity, said):
    angle_deg = {"note": 9.0, "warn": 16.0}[severity]
    course = Course()
    course.drop()
    course.say(SensorSlipped(1.0, course.t_s, angle_deg, severity))
    assert corrections(course) == []
    course.hold()
    assert [phrase for phrase, _ in corrections(course)] == said


# --- late sensors ----------------------------------------------------------------------------------------------------


def test_above_a_second_of_delay_only_counts_and_the_session_are_heard():
    course = Course()
    for side in ("left", "right"):
        course.rep(side, hard=True, seen=notes("jarring", severity="severe"))
    course.say(LinkEvent(course.t_s, "lost"))
    course.say(StageChanged(course.t_s, "ended", reason="target"))
    kinds = {cue.kind for cue in heard(course, goal(1), delay_s=1.2)}
    assert kinds == {"count", "progress", "link", "session"}
    assert {cue.kind for cue in heard(course, goal(1), delay_s=1.0)} >= {"landing", "breath", "correction"}


# --- around the exercise ---------------------------------------------------------------------------------------------


def test_stages_are_told_when_they_begin():
    course = Course()
    for stage, progress, reason in [
        ("wear", 0.0, ""),
        ("still", 0.0, ""),
        ("still", 0.5, ""),
        ("still", 1.0, ""),
        ("side", 0.0, "left"),
        ("armed", 0.0, "side"),
        ("paused", 0.0, "double_tap"),
        ("armed", 0.0, "double_tap"),
    ]:
        course.t_s += 1.0
        course.say(StageChanged(course.t_s, stage, progress, reason))
    stages = ["wear", "still", "side", "armed", "paused", "armed"]
    assert phrases_of(heard(course)) == [f"stage_{stage}" for stage in stages]


def test_nobody_is_coached_before_the_session_is_armed_or_in_a_pause():
    course = Course()
    course.say(Control(0.0, "pause", "guide"))
    course.say(StageChanged(0.0, "wear"))
    course.drop()
    course.hold(hard=True, warnings=notes("jarring", severity="severe"))
    course.t_s += 6.0
    assert phrases_of(heard(course)) == ["stage_wear"]
    course.say(Control(course.t_s, "arm", "still"))
    course.say(StageChanged(course.t_s, "armed", reason="still"))
    course.rep()
    assert "landing_good" in phrases_of(heard(course))


def test_the_link_is_told_when_it_breaks_and_when_it_is_back():
    course = Course()
    for state in ("searching", "connecting", "streaming", "stalled", "streaming", "stalled", "lost", "searching"):
        course.say(LinkEvent(1.0, state))
    course.say(LinkEvent(2.0, "lost"))
    course.say(LinkEvent(3.0, "streaming"))
    course.say(LinkEvent(4.0, "battery_low"))
    course.say(LinkEvent(5.0, "battery_low"))
    assert phrases_of(heard(course)) == [
        "link_stalled", "link_back", "link_stalled", "link_lost", "link_back", "link_battery_low",
    ]  # fmt: skip


def test_only_notices_that_matter_on_the_floor_are_heard():
    course = Course()
    course.say(Notice(1.0, "late", "words"))
    course.say(Notice(2.0, "counting_stopped", "words"))
    assert phrases_of(heard(course)) == ["notice_counting_stopped"]


# --- the end ---------------------------------------------------------------------------------------------------------


def summary_of(course, reason="target", settings=None):
    course.say(StageChanged(course.t_s, "ended", reason=reason))
    (cue,) = [cue for cue in heard(course, settings) if cue.phrase.startswith("session_")]
    return {"phrase": cue.phrase, **dict(cue.values)}


def test_a_good_session_is_praised_and_asked_for_again():
    course = Course()
    for side in ("left", "right"):
        course.rep(side)
    said = {"phrase": "session_done", "well": "well_landings", "next": "next_same", "reps": 2}
    assert summary_of(course) == said


def test_the_next_thing_to_do_comes_first_in_the_order_of_speech_and_is_not_praised():
    course = Course()
    for _ in range(3):
        course.rep(seen=notes("too_fast", "jarring"))
    assert summary_of(course) == {"phrase": "session_done", "well": "well_holds", "next": "next_jarring", "reps": 3}


@pytest.mark.parametrize(("holds", "well"), [("warn", "well_returns"), ("note", "well_returns"), (None, "well_holds")])
def test_nothing_is_praised_that_speaks_against_the_next_sentence(holds, well):
    """Two thumps of eight: neither landings nor calm; nor holds that were all a little short."""
    course = Course()
    for index in range(8):
        short = () if holds is None else notes("short_hold", severity=holds)
        course.rep(hold_s=3.5, final=(*(notes("jarring") if index < 2 else ()), *short))
    assert summary_of(course)["well"] == well


def test_a_single_warning_is_no_habit():
    course = Course()
    course.rep(seen=notes("too_fast"))
    course.rep()
    assert summary_of(course)["next"] == "next_same"


def test_holds_nobody_made_are_not_praised():
    course = Course()
    for _ in range(5):
        course.rep(hold_s=0.3, final=notes("jarring", "too_fast", "short_hold"))
    assert summary_of(course)["well"] == "well_returns"


def test_sides_that_differ_are_to_be_made_alike():
    course = Course()
    for side, range_deg in [("left", 60.0), ("right", 30.0)] * 3:
        course.rep(side, angle_deg=range_deg)
    assert summary_of(course)["next"] == "next_asymmetric"


def test_the_number_is_the_corrected_one():
    course = Course()
    course.rep()
    course.say(Control(course.t_s, "correct", "+1"))
    assert summary_of(course)["reps"] == 2


def test_an_empty_session():
    assert summary_of(Course(), "rest") == {"phrase": "session_empty"}


def test_pain_is_answered_at_once_and_remembered_at_the_end():
    course = Course()
    course.rep()
    course.say(Control(course.t_s, "pain"))
    (cue,) = [cue for cue in heard(course) if cue.phrase == "pain"]
    assert (cue.level, cue.t_s) == ("severe", course.t_s)
    assert summary_of(course, "pain")["next"] == "next_pain"
    assert phrases_of(heard(course)).count("pain") == 1


def test_after_the_end_nothing_is_coached():
    course = Course()
    course.say(StageChanged(0.0, "ended", reason="person"))
    course.rep(hard=True, seen=notes("jarring", severity="severe"))
    assert phrases_of(heard(course)) == ["session_empty"]


def test_a_session_without_stages_is_closed():
    course = Course()
    course.rep()
    coach = Coach(DEFAULT)
    coach.push(course.told)
    assert phrases_of(coach.close(course.t_s)) == ["session_done"]
    assert coach.close(course.t_s) == []


# --- cut anywhere ----------------------------------------------------------------------------------------------------

CODES = st.sampled_from(["jarring", "too_fast", "fast_return", "short_hold", "jerky"])
WARNINGS = st.lists(st.tuples(CODES, st.sampled_from(["note", "warn", "severe"])), max_size=2).map(
    lambda found: tuple(one for code, severity in found for one in notes(code, severity=severity))
)
REPS = st.lists(
    st.tuples(st.sampled_from(["left", "right", None]), st.sampled_from([0.4, 2.0, 4.5]), st.booleans(), WARNINGS),
    min_size=1,
    max_size=6,
)
BETWEEN = st.sampled_from(
    [None, ("undo", ""), ("correct", "+1"), ("pause", "key"), ("arm", "key"), ("pain", ""), ("lost",), ("streaming",)]
)


def known_s(told):
    return told.known_s if hasattr(told, "known_s") else told.t_s


@given(reps=REPS, between=st.lists(BETWEEN, min_size=6, max_size=6), data=st.data())
def test_cut_anywhere_the_cues_are_the_same(reps, between, data):
    course = Course()
    for (side, hold_s, hard, seen), event in zip(reps, between, strict=False):
        course.rep(side, hold_s=hold_s, hard=hard, seen=seen)
        if event is not None:
            is_link = len(event) == 1
            course.say(LinkEvent(course.t_s, *event) if is_link else Control(course.t_s, *event))
    whole = heard(course)
    coach = Coach(DEFAULT)
    pieces = []
    before_s = 0.0
    for told in course.told:
        for _ in range(data.draw(st.integers(0, 2))):
            before_s = data.draw(st.floats(before_s, known_s(told)))
            pieces += coach.advance(before_s)
        pieces += coach.push([told])
        before_s = known_s(told)
    assert pieces + coach.advance(course.t_s) == whole
    times = [max(cue.t_s, cue.known_s) for cue in whole]
    assert times == sorted(times)
