"""The board: what was told, as one picture."""

import math
import threading
import time

import msgspec
import numpy as np
import pytest
from telling import counted, cue, done, phase

from sensorcoach.kneedrop.grading import SensorAbility, grade
from sensorcoach.model import (
    Aborted,
    Control,
    Gap,
    GapSeen,
    LinkEvent,
    NotCounted,
    Notice,
    SensorSlipped,
    StageChanged,
    Trace,
)
from sensorcoach.session.board import LISTED, LIVE_TRACE_S, Board
from sensorcoach.session.picture import LinkPicture, StreamFigures
from sensorcoach.settings import GoalSettings, Limit, LimitSettings, Settings


def told(*items: object, settings: Settings = Settings()) -> Board:  # noqa: B008
    board = Board(settings)
    for item in items:
        board.tell(item)  # type: ignore[arg-type]
    return board


def test_before_anything_was_told_there_is_a_picture() -> None:
    picture = Board(Settings(goal=GoalSettings(reps_a_side=7))).picture(0.0)
    assert (picture.stage, picture.left, picture.right, picture.unknown, picture.target) == ("armed", 0, 0, 0, 7)
    assert (picture.phase, picture.cue, picture.reps, picture.ended) == (None, None, (), None)
    assert picture.link == LinkPicture(state="searching")


def test_a_picture_never_changes() -> None:
    board = told(counted(1, 5.0), done(1, 5.0))
    before = board.picture(6.0)
    board.tell(counted(2, 15.0, "right"))
    board.tell(done(2, 15.0, side="right"))
    board.tell(Control(16.0, "mark", "click"))
    assert (before.left, before.right, before.counted, len(before.reps), before.marks) == (1, 0, 1, 1, ())


def test_counted_is_one_ahead_of_the_final_figures() -> None:
    picture = told(counted(1, 5.0), done(1, 5.0), counted(2, 15.0, "right")).picture(15.2)
    assert (picture.left, picture.right, picture.counted) == (1, 1, 2)
    assert [rep.index for rep in picture.reps] == [1]


def test_what_the_person_corrects_shows_and_what_was_detected_stays() -> None:
    board = told(counted(1, 5.0), counted(2, 15.0, "right"), done(1, 5.0), done(2, 15.0, side="right"))
    board.tell(Control(20.0, "undo"))
    picture = board.picture(20.0)
    assert (picture.left, picture.right, picture.undone, picture.counted) == (1, 0, frozenset({2}), 2)
    assert [rep.index for rep in picture.reps] == [1, 2]
    board.tell(Control(21.0, "correct", "+1 right"))
    board.tell(Control(22.0, "correct", "+1 left"))
    picture = board.picture(22.0)
    assert (picture.left, picture.right) == (2, 1)


@pytest.mark.parametrize(
    ("name", "since_s"), [("drop", 3.0), ("hold", 4.5), ("return", 8.0)], ids=["drop", "hold", "return"]
)
def test_the_phase_and_since_when(name: str, since_s: float) -> None:
    shown = told(phase(name, since_s, "right")).picture(9.0).phase
    assert shown is not None
    assert (shown.name, shown.since_s, shown.side, shown.direction) == (name, since_s, "right", -1)


def test_a_repetition_ends_in_the_centre_unless_the_leg_went_on() -> None:
    over = told(phase("return", 8.0), counted(1, 9.5)).picture(9.7).phase
    assert over is not None
    assert (over.name, over.since_s) == ("centre", 9.5)
    swung = told(phase("return", 8.0), phase("drop", 9.6, "right"), counted(1, 9.5)).picture(9.7).phase
    assert swung is not None
    assert (swung.name, swung.side) == ("drop", "right")


def test_a_movement_that_does_not_count_ends_in_the_centre() -> None:
    board = told(phase("drop", 8.0), NotCounted(9.0, Aborted(start_s=8.0, end_s=8.8, reason="below_r_min")))
    shown = board.picture(9.0).phase
    assert shown is not None
    assert (shown.name, shown.since_s) == ("centre", 8.8)


def test_stages_of_a_guide_and_of_a_person() -> None:
    board = Board(Settings(), stage="wear")
    assert board.picture(0.0).stage == "wear"
    board.tell(StageChanged(1.0, "still", 0.4))
    assert (board.picture(1.0).stage, board.picture(1.0).progress) == ("still", 0.4)
    board.tell(Control(4.0, "arm", "still"))
    assert (board.picture(4.0).stage, board.picture(4.0).stage_reason) == ("armed", "still")
    board.tell(Control(9.0, "pause", "double_tap"))
    assert (board.picture(9.0).stage, board.picture(9.0).stage_reason) == ("paused", "double_tap")
    assert board.picture(9.0).ended is None


def test_a_recorded_guided_session_begins_where_it_began_live() -> None:
    assert told(Control(0.0, "pause", "guide")).picture(0.0).stage == "wear"


def test_pain_ends_the_session_and_nothing_later_changes_why() -> None:
    board = told(Control(9.0, "pain"), StageChanged(10.0, "ended", reason="recording"))
    picture = board.picture(10.0)
    assert (picture.stage, picture.ended, picture.stage_reason) == ("ended", "pain", "pain")
    assert [mark.t_s for mark in picture.pain] == [9.0]


def test_the_link_bar() -> None:
    board = told(LinkEvent(0.0, "searching"), LinkEvent(2.0, "stalled", "no samples for 2.1 s"))
    board.tell(StreamFigures(3.0, 104.0, received=950, lost=50))
    board.link(LinkPicture(name="knee", profile="open", battery=0.8, rssi_dbm=-60, recording=True))
    link = board.picture(3.0).link
    assert (link.state, link.detail) == ("stalled", "no samples for 2.1 s")
    assert (link.rate_hz, link.lost_fraction) == (104.0, pytest.approx(0.05))
    assert (link.name, link.battery, link.rssi_dbm, link.recording) == ("knee", 0.8, -60, True)


def test_what_befell_the_link_is_a_notice_and_changes_no_state() -> None:
    picture = told(LinkEvent(0.0, "streaming"), LinkEvent(5.0, "battery_low", "charge it soon")).picture(5.0)
    assert picture.link.state == "streaming"
    assert picture.notices == ("Battery low: charge it soon.",)


def test_what_a_stage_gives_as_its_reason_is_not_told_twice() -> None:
    picture = told(StageChanged(4.0, "wear", 0.0, "upside_down"), Notice(4.0, "upside_down", "Turn it round.")).picture(
        4.0
    )
    assert (picture.stage_reason, picture.notices) == ("upside_down", ())
    assert told(Notice(4.0, "upside_down", "Turn it round.")).picture(4.0).notices == ("Turn it round.",)


def test_a_slipped_sensor_is_a_notice_with_advice() -> None:
    (notice,) = told(SensorSlipped(4.0, 6.0, 16.4, "warn")).picture(6.0).notices
    assert "16°" in notice
    assert "strap" in notice


def test_no_control_character_of_a_device_reaches_a_screen() -> None:
    board = told(LinkEvent(0.0, "lost", "\x1b[31mgone"), Notice(1.0, "x", "a\x1bb"), Control(2.0, "mark", "\x07!"))
    picture = board.picture(2.0)
    assert not any(ord(c) < 32 for c in picture.link.detail + picture.notices[0] + picture.marks[0].text)


def test_lists_keep_the_last_and_count_all() -> None:
    board = Board(Settings())
    for number in range(LISTED + 50):
        board.tell(GapSeen(number + 0.5, Gap(float(number), number + 0.5, 52)))
        board.tell(Notice(float(number), "n", f"notice {number}"))
        board.tell(NotCounted(float(number), Aborted(start_s=number, end_s=number, reason="too_quick")))
    picture = board.picture(1e3)
    for kept, in_all in (
        (picture.gaps, picture.gaps_in_all),
        (picture.notices, picture.notices_in_all),
        (picture.not_counted, picture.not_counted_in_all),
    ):
        assert (len(kept), in_all) == (LISTED, LISTED + 50)
    assert picture.notices[-1] == f"notice {LISTED + 49}"


def omega_free_dps(range_deg: float, length_m: float = 0.29) -> float:
    """Energy of a pendulum let go upright: w^2 L / 2 = g (1 - cos R)."""
    return math.degrees(math.sqrt(2.0 * 9.80665 * (1.0 - math.cos(math.radians(range_deg))) / length_m))


def test_the_line_of_too_fast_follows_the_persons_own_range() -> None:
    board = told(done(1, 5.0, 30.0), done(2, 15.0, 50.0), done(3, 25.0, 34.0))
    assert Board(Settings()).picture(0.0).too_fast_dps == pytest.approx(0.40 * omega_free_dps(45.0))
    assert board.picture(26.0).too_fast_dps == pytest.approx(0.40 * omega_free_dps(34.0))


def test_without_a_warn_level_the_line_is_the_severe_one() -> None:
    limits = LimitSettings(too_fast_fraction=Limit(None, None, 0.6))
    picture = Board(Settings(limits=limits)).picture(0.0)
    assert picture.too_fast_dps == pytest.approx(0.60 * omega_free_dps(45.0))


def test_four_quick_holds_show_one_note_and_no_four_warnings() -> None:
    """definitions.md C: rocking. The board shows reps as a result does."""
    short = [done(n, 10.0 * n, hold_s=0.2) for n in range(1, 5)]
    graded = []
    for one in short:
        warnings = grade(one.rep, SensorAbility(104.0, True), LimitSettings())
        assert "short_hold" in {warning.code for warning in warnings}
        graded.append(type(one)(one.known_s, msgspec.structs.replace(one.rep, warnings=warnings)))
    codes = [{w.code for w in rep.warnings} for rep in told(*graded[:3]).picture(40.0).reps]
    assert all("short_hold" in code for code in codes)
    codes = [{w.code for w in rep.warnings} for rep in told(*graded).picture(50.0).reps]
    assert not any("short_hold" in code for code in codes)


# --- the cue ----------------------------------------------------------------------------------------------------------


def test_a_cue_is_shown_until_the_next_one() -> None:
    board = told(cue(1.0, phrase="one"))
    assert board.picture(100.0).cue == cue(1.0, phrase="one")
    board.tell(cue(101.0, phrase="two"))
    assert board.picture(101.0).cue == cue(101.0, phrase="two")


def test_a_cue_can_be_read_before_the_next_takes_its_place() -> None:
    board = told(cue(1.0, phrase="one"), cue(1.5, phrase="two"))
    assert [board.picture(t_s).cue.phrase for t_s in (1.5, 2.99, 3.0, 50.0)] == ["one", "one", "two", "two"]  # type: ignore[union-attr]


def test_a_more_severe_cue_does_not_wait() -> None:
    board = told(cue(1.0, phrase="one"), cue(1.5, "correction", "warn", "slower"))
    assert board.picture(1.5).cue.phrase == "slower"  # type: ignore[union-attr]
    board.tell(cue(1.6, phrase="two"))
    assert board.picture(3.4).cue.phrase == "slower"  # type: ignore[union-attr]
    assert board.picture(3.5).cue.phrase == "two"  # type: ignore[union-attr]


def test_of_several_that_wait_the_most_severe_and_then_the_newest_is_next() -> None:
    board = told(cue(1.0, "correction", "severe", "a"), cue(1.1, "correction", "warn", "b"), cue(1.2, phrase="c"))
    assert board.picture(3.0).cue.phrase == "b"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("kind", "level", "shown"),
    [
        ("breath", "info", False),
        ("tick", "info", False),
        ("landing", "good", False),
        ("landing", "note", False),
        ("landing", "warn", True),
        ("landing", "severe", True),
        ("count", "info", True),
        ("correction", "warn", True),
        ("progress", "good", True),
        ("guide", "info", True),
        ("link", "warn", True),
        ("battery", "note", True),
        ("session", "good", True),
    ],
)
def test_what_is_worth_reading(kind: str, level: str, shown: bool) -> None:
    assert (told(cue(1.0, kind, level)).picture(1.0).cue is not None) == shown


# --- curves -----------------------------------------------------------------------------------------------------------


def block(first: int, rows: int, rate_hz: float = 104.0) -> Trace:
    number = np.arange(first, first + rows)
    return Trace(number / rate_hz, 40.0 * np.sin(number / 50.0), number % 90.0)


def test_curves_come_back_as_they_were_told_whatever_the_blocks() -> None:
    rng = np.random.default_rng(5)
    board, first = Board(Settings(), keep_trace_s=None), 0
    while first < 20_000:
        rows = int(rng.integers(0, 900))
        board.tell(block(first, rows))
        first += rows
    whole = block(0, first)
    for start_s, end_s in ((0.0, 1e9), (10.0, 20.0), (-5.0, 0.5), (191.0, 192.0)):
        part = board.trace(start_s, end_s)
        wanted = (whole.t_s >= start_s) & (whole.t_s < end_s)
        np.testing.assert_array_equal(part.t_s, whole.t_s[wanted])
        np.testing.assert_allclose(part.roll_deg, whole.roll_deg[wanted], atol=1e-5)
        np.testing.assert_allclose(part.speed_dps, whole.speed_dps[wanted], atol=1e-5)


def test_live_curves_take_no_more_memory_after_hours_and_the_last_ten_minutes_are_there() -> None:
    board, sizes = Board(Settings()), []
    for first in range(0, round(3 * 3600 * 104.0), 5200):
        board.tell(block(first, 5200))
        sizes.append(board._ring.nbytes)
    assert sizes[-1] == sizes[len(sizes) // 3]
    newest_s = (first + 5199) / 104.0
    assert board.trace(newest_s - LIVE_TRACE_S, newest_s).t_s[0] == pytest.approx(newest_s - LIVE_TRACE_S, abs=0.01)
    assert not len(board.trace(0.0, 3600.0).t_s)


def test_what_is_given_away_is_a_copy() -> None:
    board = told(block(0, 1000))
    board.trace(0.0, 5.0).roll_deg[:] = 7.0
    assert board.trace(0.0, 5.0).roll_deg[1] != 7.0


# --- cost and threads -------------------------------------------------------------------------------------------------


def test_a_picture_of_forty_repetitions_costs_next_to_nothing() -> None:
    board = told(*[one for n in range(1, 41) for one in (counted(n, 10.0 * n), done(n, 10.0 * n))])
    board.picture(400.0)
    begin_s = time.thread_time()
    for _ in range(200):
        board.picture(400.0)
    assert (time.thread_time() - begin_s) / 200 < 1e-3


def test_pictures_are_whole_while_another_thread_tells() -> None:
    board = Board(Settings())
    over = threading.Event()

    def tell() -> None:
        for n in range(1, 301):
            board.tell(counted(n, float(n), "left" if n % 2 else "right"))
            board.tell(done(n, float(n)))
        over.set()

    teller = threading.Thread(target=tell)
    teller.start()
    while not over.is_set():
        picture = board.picture(1e3)
        assert picture.left + picture.right == picture.counted
        assert 0 <= picture.counted - len(picture.reps) <= 1
        assert [rep.index for rep in picture.reps] == list(range(1, len(picture.reps) + 1))
    teller.join()


def test_a_calibration_asked_for_in_a_guided_session() -> None:
    board = told(Control(0.0, "pause", "guide"), Control(4.0, "calibrate", "left"))
    assert (board.picture(4.0).stage, board.picture(4.0).stage_reason) == ("side", "left")
    board.tell(Control(9.0, "arm", "side"))
    board.tell(Control(20.0, "calibrate", "right"))
    assert board.picture(20.0).stage == "armed"
    board.tell(Control(20.0, "pause", "calibrate"))
    assert board.picture(20.0).stage == "still"
