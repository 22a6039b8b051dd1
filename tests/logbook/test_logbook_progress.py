"""What follows from the sessions: the next target by the published rule, comfort, trends; each person's own."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import FIRST, logged, made_entry, record, rep, warning

from sensorcoach import analyze, app
from sensorcoach.choices import Choices
from sensorcoach.folders import Folders
from sensorcoach.logbook import store
from sensorcoach.logbook.calibration import calibrations
from sensorcoach.logbook.comfort import comfortable_deg
from sensorcoach.logbook.database import opened, writing
from sensorcoach.logbook.entry import Entry
from sensorcoach.logbook.targets import next_target
from sensorcoach.model import Aborted, Control
from sensorcoach.preferences import ProgressSettings
from sensorcoach.settings import GoalSettings, LimitSettings, Settings

RULES = ProgressSettings()


def day(number: int) -> date:
    return (FIRST + timedelta(days=number)).date()


def keep(places: Folders, *entries: Entry) -> None:
    with opened(places.logbook) as book, writing(book):
        for one in entries:
            store.put(book, one)


# --- the target (domain.md 5.1, NHS inform: "start 5 reps; add 1-2 every few days; stop if worse or new pain") --------


def test_the_first_target_is_within_what_is_published() -> None:
    assert 3 <= RULES.start_reps <= 5
    assert 1 <= RULES.add_reps <= 2
    assert next_target([], RULES, day(0)) == RULES.start_reps


def test_it_rises_after_some_days_of_good_sessions() -> None:
    sessions = [logged(0), logged(1), logged(2)]
    assert [next_target(sessions, RULES, day(n)) for n in (2, 3, 4)] == [5, 6, 6]


def test_it_counts_the_days_from_the_last_rise() -> None:
    sessions = [logged(0), logged(1), logged(3, target_a_side=6, left=6, right=6)]
    assert [next_target(sessions, RULES, day(n)) for n in (5, 6)] == [6, 7]


@pytest.mark.parametrize("bad", [{"severe": 1}, {"pain": 1}])
def test_it_waits_for_calm_sessions(bad: dict[str, int]) -> None:
    for place in (-1, -2):
        sessions = [logged(n) for n in range(5)]
        sessions[place] = logged(sessions[place].number - 1, **bad)
        assert next_target(sessions, RULES, day(9)) == 5
    early = [logged(0, **bad), *(logged(n) for n in range(1, 5))]
    assert next_target(early, RULES, day(9)) == 6


def test_it_waits_until_it_was_reached() -> None:
    short = [logged(0, left=2, right=2), logged(5, left=5, right=4)]
    assert next_target(short, RULES, day(9)) == 5
    assert next_target([*short, logged(6)], RULES, day(9)) == 6
    without_sides = [logged(n, left=0, right=0, unknown=10) for n in range(2)]
    assert next_target(without_sides, RULES, day(9)) == 6


def test_it_needs_as_many_sessions_as_it_looks_at() -> None:
    assert next_target([logged(0)], RULES, day(9)) == 5
    one = msgspec.structs.replace(RULES, calm_sessions=1)
    assert next_target([logged(0)], one, day(9)) == 6


def test_it_stops_at_the_most_and_keeps_a_higher_one_chosen_by_hand() -> None:
    for target, expected in ((14, 15), (15, 15), (20, 20)):
        done = [logged(n, target_a_side=target, left=target, right=target) for n in range(3)]
        assert next_target(done, RULES, day(9)) == expected


def test_simulated_and_empty_sessions_say_nothing() -> None:
    nothing = {"detected": 0, "left": 0, "right": 0}
    assert next_target([logged(n, simulated=True) for n in range(4)], RULES, day(9)) == RULES.start_reps
    assert next_target([logged(0, severe=1), logged(1), logged(2, **nothing)], RULES, day(9)) == 5


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12), st.integers(0, 30))
def test_it_never_falls_and_never_jumps(course: list[tuple[bool, bool]], days: int) -> None:
    target, sessions = RULES.start_reps, []
    for number, (severe, pain) in enumerate(course):
        following = next_target(sessions, RULES, day(number))
        assert target <= following <= target + RULES.add_reps
        target = following
        sessions.append(logged(number, severe=severe, pain=pain, target_a_side=target, left=target, right=target))
    assert target <= RULES.start_reps + RULES.add_reps * (len(course) // RULES.every_days)
    assert next_target(sessions, RULES, day(len(course) + days)) <= RULES.most_reps


def test_a_target_named_in_the_settings_stays(places: Folders) -> None:
    keep(places, *(made_entry(f"{n}.jsonl", *(rep(i) for i in range(1, 11)), day=n) for n in range(4)))
    assert app.target_for(today=day(9), places=places) == 6
    places.config.mkdir()
    app.personal_file_of(None, places).write_text("[goal]\nreps_a_side = 5\n")
    assert app.target_for(today=day(9), places=places) == 5


# --- comfort ----------------------------------------------------------------------------------------------------------


def test_a_calibration_rep_is_the_next_one_to_the_side_asked_for() -> None:
    reps = [rep(index) for index in range(1, 7)]  # left at 10, 30, 50 s; right at 20, 40, 60 s
    asked = [Control(t_s, "calibrate", side) for t_s, side in ((5.0, "left"), (12.0, "left"), (35.0, "right"))]
    assert [one.rep for one in calibrations(reps, [], asked)] == [1, 4], "at 12 s the next one went the other way"


def test_a_calibration_drop_before_counting_begins_teaches_too() -> None:
    """A guide asks for the left side, and again after a movement that was none; then counting begins."""
    shown = [
        Aborted(start_s=4.0, end_s=6.0, reason="disarmed", range_deg=25.0),
        Aborted(start_s=8.0, end_s=14.0, reason="calibration", range_deg=44.0),
    ]
    asked = [Control(t_s, "calibrate", "left") for t_s in (3.0, 7.0)]
    (found,) = calibrations([rep(2), rep(3)], shown, asked)
    assert (found.t_s, found.side, found.range_deg, found.rep) == (8.0, "left", 44.0, None)


@pytest.mark.parametrize("doubt", [{"centre_source": "midpoint"}, {"cut": True}, {"side": None}])
def test_a_range_in_doubt_is_not_learnt(doubt: dict[str, object]) -> None:
    assert list(calibrations([rep(1, **doubt)], [], [Control(0.0, "calibrate", "left")])) == []


def test_comfort_is_the_median_of_the_last() -> None:
    assert comfortable_deg([], 3) is None
    assert comfortable_deg([30.0], 3) == 30.0
    assert comfortable_deg([10.0, 40.0, 90.0, 44.0], 3) == 44.0


def test_comfort_is_learnt_and_used_in_the_next_session(places: Folders, home: Folders) -> None:
    asked = ((2.5, "calibrate", "right"), (14.0, "calibrate", "left"))
    first = record(places.recordings / "a.jsonl", *asked, source="good")
    truth = {one.side: one.range_deg for one in reversed(analyze(first).reps)}  # the first of each side
    app.log_unlogged(lambda _: None)
    left, right = app.comfort_for()
    assert left == pytest.approx(truth["left"], abs=0.05)
    assert right == pytest.approx(truth["right"], abs=0.05)

    plan = app.live_plan(Choices(), record=False)
    assert plan.choices.settings is not None
    limits = plan.choices.settings.limits
    assert (limits.comfort_left_deg, limits.comfort_right_deg) == (left, right)
    tighter = LimitSettings(comfort_left_deg=20.0)
    told = app.session_settings(given=Settings(limits=tighter))[0].limits
    assert (told.comfort_left_deg, told.comfort_right_deg) == (20.0, right), "what is named stays"
    graded = analyze(first, settings=Settings(limits=told))
    over = {
        one.side for one in graded.reps if any(w.code == "over_range" and w.severity != "note" for w in one.warnings)
    }
    assert "left" in over


@pytest.mark.parametrize("how", [{"pain": True}, {"simulated": True}, {"person": "anna"}])
def test_what_hurt_or_never_happened_or_was_another_teaches_nothing(how: dict[str, object], places: Folders) -> None:
    keep(places, made_entry("a.jsonl", rep(1), calibrations=((5.0, "left"),), **how))  # type: ignore[arg-type]
    assert app.comfort_for(places=places) == (None, None)


# --- people -----------------------------------------------------------------------------------------------------------


def test_everybody_has_sessions_targets_and_comfort_of_their_own(places: Folders) -> None:
    ten = [rep(index) for index in range(1, 11)]
    keep(
        places,
        *(made_entry(f"a{n}.jsonl", *ten, day=n, person="anna", calibrations=((5.0, "left"),)) for n in range(4)),
        made_entry("b.jsonl", rep(1), rep(2, warning("severe")), day=1, person="ben"),
        made_entry("c.jsonl", rep(1), day=2),
    )
    assert app.people(places=places) == {None: 1, "anna": 4, "ben": 1}
    assert [len(app.sessions_logged(who, places=places)) for who in ("anna", "ben", None, "nobody")] == [4, 1, 1, 0]
    assert [app.target_for(who, day(9), places) for who in ("anna", "ben", None)] == [6, 5, 5]
    assert [app.comfort_for(who, places) for who in ("anna", "ben")] == [(41.0, None), (None, None)]
    assert [one.severe for one in app.sessions_logged("ben", places=places)] == [1]


def test_since_is_a_day_where_the_person_was(places: Folders) -> None:
    keep(places, *(made_entry(f"{n}.jsonl", rep(1), day=n) for n in range(5)))
    assert [one.day for one in app.sessions_logged(since=day(3), places=places)] == [day(3), day(4)]


def test_the_goal_of_a_session_is_the_persons_target(home: Folders) -> None:
    home.config.mkdir()
    app.personal_file_of("anna").write_text("[goal]\nreps_a_side = 9\n")
    goals = [app.live_plan(Choices(), record=False, person=who).choices.settings for who in ("anna", None)]
    assert [one and one.goal for one in goals] == [GoalSettings(reps_a_side=9), GoalSettings(reps_a_side=5)]
    given = Settings(goal=GoalSettings(reps_a_side=2))
    plan = app.live_plan(Choices(settings=given), record=False, person="anna")
    assert plan.choices.settings is not None
    assert plan.choices.settings.goal.reps_a_side == 2, "--settings FILE goes before"


# --- trends -----------------------------------------------------------------------------------------------------------


def test_trends_are_a_value_a_session() -> None:
    sessions = [
        logged(0, left=4, range_left_deg=None),
        logged(1, simulated=True, left=99),
        logged(2, severe=2, warned=3, drop_time_s=1.2),
    ]
    found = {trend.name: trend.values for trend in app.trends(sessions)}
    assert found["reps left"] == (4.0, 5.0)
    assert found["range left"] == (None, 48.0)
    assert found["drop time"] == (1.5, 1.2)
    assert found["warnings a rep"] == (0.1, 0.5)
    assert "reps, side unknown" not in found


def test_a_streak_lasts_until_a_whole_day_is_missed() -> None:
    sessions = [logged(number) for number in (0, 1, 2, 3, 6, 7, 7)]
    streaks = {number: app.streak(sessions, day(number)) for number in (3, 4, 5, 7, 8, 9)}
    assert {number: one.days for number, one in streaks.items()} == {3: 4, 4: 4, 5: 0, 7: 2, 8: 2, 9: 0}
    assert {one.longest for one in streaks.values()} == {4}
    assert app.streak([logged(0, simulated=True)], day(0)).days == 0


def test_a_thousand_sessions_are_listed_at_once(places: Folders, tmp_path: Path) -> None:
    ten = [rep(index, warning()) for index in range(1, 11)]
    keep(places, *(made_entry(f"{n}.jsonl", *ten, day=n // 2) for n in range(1000)))
    with opened(places.logbook) as book:
        steps = 0

        def step() -> None:
            nonlocal steps
            steps += 1

        book.set_progress_handler(step, 1000)
        assert len(store.listed(book, places.recordings, None)) == 1000
    assert steps < 1000, "a million steps of SQLite's machine: nothing grows with the square"
