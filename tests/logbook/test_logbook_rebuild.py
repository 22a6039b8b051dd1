"""The logbook is a cache of the recordings: made again, it is the same, row by row."""

import gzip
import os
import shutil
import time
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from made_up import FIRST, dump, made_entry, record, rep

from sensorcoach import analyze, app
from sensorcoach.choices import Choices
from sensorcoach.devices.conversation import Started
from sensorcoach.errors import LogbookError
from sensorcoach.folders import Folders
from sensorcoach.logbook import store
from sensorcoach.logbook.database import opened, writing
from sensorcoach.logbook.rebuild import Recounted
from sensorcoach.model import Control, LinkEvent
from sensorcoach.recording import SessionWriter, read_session
from sensorcoach.session import LiveSession
from sensorcoach.settings import GuideSettings, Settings
from sensorcoach.sources.mailbox import SensorReady

QUIET = (lambda _: None, lambda _: None)


def live(file: Path, day: int, controls: tuple[Control, ...], person: str | None, places: Folders) -> int:
    """A live session as `app.Live` carries it out, without a radio: recorded, counted, logged; its number."""
    source = record(file.with_suffix(".source"), source="mixed")
    stream = sorted([*read_session(source).items, *controls], key=lambda item: item.t_s)
    header = read_session(source).header
    source.unlink()
    session = LiveSession(
        Choices(settings=app.session_settings(person, places=places)[0], mounting={"up_leg": header.mounting.up_leg}),
        start=FIRST + timedelta(days=day),
        recorder_for=lambda header: SessionWriter(file, header),
        listener=lambda told: None,
        name=str(file),
        person=person,
    )
    started = Started(104.0, "0001", {"firmware": "1.0.0"}, ())
    session.take([LinkEvent(0.0, "searching"), SensorReady(0.0, "open", "pretend", "0001", started, -55), *stream])
    result = session.finish()
    assert result is not None
    return app.log_session(result, file, places)


def three_sessions(places: Folders) -> None:
    """The person's, with everything a person can do in one; one more a week later; another person's."""
    done = (
        Control(2.5, "calibrate", "left"),
        Control(15.0, "mark", "knee clicked"),
        Control(12.5, "undo"),
        Control(41.0, "correct", "+1 right"),
        Control(44.0, "pain"),
    )
    live(places.recordings / "a.jsonl", 0, done, None, places)
    live(places.recordings / "b.jsonl", 7, (Control(2.5, "calibrate", "left"),), None, places)
    live(places.recordings / "c.jsonl", 8, (), "anna", places)


def test_rebuilt_it_is_equal_row_by_row(places: Folders) -> None:
    three_sessions(places)
    rows = dump(places.logbook)
    filled = {"sessions", "reps", "warnings", "corrections", "marks", "calibrations"}
    assert all(rows[table] for table in filled)

    assert app.rebuild_log(*QUIET, places=places) == []
    assert dump(places.logbook) == rows, "in place"

    places.logbook.unlink()
    assert app.rebuild_log(*QUIET, places=places) == []
    assert dump(places.logbook) == rows, "after it was lost"


def test_what_is_counted_otherwise_is_said_with_the_reason(places: Folders) -> None:
    three_sessions(places)
    with opened(places.logbook) as book, writing(book):
        book.execute("UPDATE sessions SET detected = detected + 3 WHERE recording LIKE 'b%'")
    told: list[Recounted] = []
    app.rebuild_log(*QUIET, on_recount=told.append, places=places)
    (one,) = told
    assert (one.recording.name, one.before - one.now) == ("b.jsonl", 3)
    assert "live" in one.why
    app.rebuild_log(*QUIET, on_recount=told.append, places=places)
    assert len(told) == 1


def test_calibrated_anew_it_is_counted_as_a_file_without_calibrations(places: Folders) -> None:
    three_sessions(places)
    file = places.recordings / "c.jsonl"
    as_live, anew = (analyze(file, recalibrate=True) if fresh else analyze(file) for fresh in (False, True))
    assert (as_live.mode, anew.mode) == ("recorded", "whole")


def test_what_a_person_did_is_logged(places: Folders) -> None:
    three_sessions(places)
    first, second = app.sessions_logged(places=places)
    assert (first.detected, first.reps, first.pain, first.target_a_side) == (6, 6, 1, 5)
    assert (first.left, first.right) == (2, 4)  # the first, to the left, was undone, and one to the right added
    assert first.comfort_left_deg is None
    assert app.sessions_logged("anna", places=places)[0].person == "anna"
    assert second.recording == places.recordings / "b.jsonl"


def test_a_guided_session_teaches_comfort_and_is_rebuilt_the_same(places: Folders, tmp_path: Path) -> None:
    """Nobody told how the sensor sits: the guide asks for a drop to the left, which does not count."""
    source = record(tmp_path / "source.jsonl", source="good", mounting={})
    first = analyze(source).reps[0]
    file = places.recordings / "guided.jsonl"
    session = LiveSession(
        Choices(settings=Settings(guide=GuideSettings(still_s=1.0, unmoved_s=1.0))),
        start=FIRST,
        recorder_for=lambda header: SessionWriter(file, header),
        listener=lambda told: None,
        guided=True,
    )
    session.take([SensorReady(0.0, "open", "pretend", "0001", Started(104.0, "0001", {}, ()), -55)])
    for item in read_session(source).items:
        session.take([item])
    result = session.finish()
    assert result is not None
    assert result.summary.reps == 7
    app.log_session(result, file, places)
    rows = dump(places.logbook)
    left_deg, right_deg = app.comfort_for(places=places)
    assert left_deg == pytest.approx(first.range_deg, abs=2.0)
    assert right_deg is None, "nobody asked"
    app.rebuild_log(*QUIET, places=places)
    assert dump(places.logbook) == rows


def test_each_with_its_stored_settings_or_with_todays(places: Folders) -> None:
    record(places.recordings / "a.jsonl", settings={"goal": {"reps_a_side": 4}, "limits": {"hold_target_s": 4.0}})
    app.log_unlogged(lambda _: None, places)
    (before,) = app.sessions_logged(places=places)
    own = app.personal(places=places)
    limits = msgspec.structs.replace(own.limits, hold_target_s=30.0, hold_target_chosen=True)
    app.save_personal(msgspec.structs.replace(own, limits=limits), places=places)

    app.rebuild_log(*QUIET, places=places)
    assert app.sessions_logged(places=places) == [before]
    app.rebuild_log(*QUIET, regrade=True, places=places)
    (after,) = app.sessions_logged(places=places)
    assert after.warned >= before.warned + 4, "every hold is too short today"
    assert after.target_a_side == 4, "what it was"
    assert app.settings_logged(1, places=places)[0].limits.hold_target_s == 30.0


def test_numbers_stay_and_never_come_again(places: Folders) -> None:
    for day, name in enumerate("abc"):
        record(places.recordings / f"{name}.jsonl", start=FIRST + timedelta(days=day))
    app.log_unlogged(lambda _: None, places)
    app.delete_session(3, places)
    app.delete_session(1, places)
    record(places.recordings / "early.jsonl", start=FIRST - timedelta(days=1))
    app.rebuild_log(*QUIET, places=places)
    kept = {one.recording.name: one.number for one in app.sessions_logged(places=places)}
    assert kept == {"b.jsonl": 2, "early.jsonl": 4}


def test_delete_takes_the_recording_too(places: Folders) -> None:
    file = record(places.recordings / "a.jsonl")
    app.log_unlogged(lambda _: None, places)
    app.delete_session(1, places)
    assert not file.exists()
    rows = dump(places.logbook)
    assert {table for table, kept in rows.items() if kept} == {"sqlite_sequence"}
    with pytest.raises(LogbookError, match="no session 1"):
        app.delete_session(1, places)


def test_a_session_of_a_killed_program_is_logged_when_seen(places: Folders) -> None:
    file = record(places.recordings / "torn.jsonl")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 3 // 4])
    now = time.time_ns()
    assert app.log_unlogged(lambda _: None, places) == [], "still being written, for all one knows"
    assert app.sessions_logged(places=places) == []
    record_time = (now - 60_000_000_000, now - 60_000_000_000)

    os.utime(file, ns=record_time)
    app.log_unlogged(lambda _: None, places)
    (session,) = app.sessions_logged(places=places)
    assert 0 < session.detected < 4


def test_a_recording_is_read_once(places: Folders) -> None:
    record(places.recordings / "a.jsonl")
    (places.recordings / "empty.jsonl").write_text('{"sensorcoach":1,"profile":"open"}\n')
    (places.recordings / "junk.jsonl").write_text("junk\n")
    record(places.recordings / "axis.jsonl", mounting={"up_leg": "q"})
    for file in places.recordings.iterdir():
        shutil.copystat(places.recordings / "a.jsonl", file)
    read: list[Path] = []
    refused = app.log_unlogged(read.append, places)
    assert [path.name for path in read] == ["a.jsonl", "axis.jsonl", "empty.jsonl", "junk.jsonl"]
    assert {one.recording.name: one.reason.split(".")[0] for one in refused}.keys() == {
        "axis.jsonl",
        "empty.jsonl",
        "junk.jsonl",
    }
    read.clear()
    assert app.log_unlogged(read.append, places) == []
    assert read == []


def test_gzipped_afterwards_it_is_the_same_session(places: Folders) -> None:
    plain = record(places.recordings / "a.jsonl")
    app.log_unlogged(lambda _: None, places)
    (before,) = app.sessions_logged(places=places)
    packed = plain.with_name("a.jsonl.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    shutil.copystat(plain, packed)
    plain.unlink()
    app.log_unlogged(lambda _: None, places)
    (after,) = app.sessions_logged(places=places)
    assert (after.number, after.recording, after.reps) == (before.number, packed, before.reps)


def test_a_recording_elsewhere_is_found_again_while_the_logbook_knows_it(places: Folders, tmp_path: Path) -> None:
    elsewhere = record(tmp_path / "out.jsonl")
    app.rebuild_log(*QUIET, others=[elsewhere], places=places)
    app.rebuild_log(*QUIET, places=places)
    (session,) = app.sessions_logged(places=places)
    assert session.recording == elsewhere
    elsewhere.unlink()
    assert app.sessions_logged(places=places)[0].size_bytes == 0
    app.rebuild_log(*QUIET, places=places)
    assert app.sessions_logged(places=places) == []


def test_what_another_program_logs_during_a_rebuild_stays(places: Folders) -> None:
    record(places.recordings / "a.jsonl")

    def meanwhile(_: Path) -> None:
        with opened(places.logbook) as other, writing(other):
            store.put(other, made_entry("b.jsonl", rep(1)))

    app.rebuild_log(meanwhile, print, places=places)
    assert {one.recording.name for one in app.sessions_logged(places=places)} == {"a.jsonl", "b.jsonl"}
