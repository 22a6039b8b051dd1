"""A logbook of any age opens; what cannot be opened is an instruction, and stays as it was."""

import sqlite3
import stat
from datetime import date
from pathlib import Path

import pytest
from made_up import dump, made_entry, record, rep

from sensorcoach import app
from sensorcoach.errors import LogbookError
from sensorcoach.folders import Folders
from sensorcoach.logbook import store
from sensorcoach.logbook.database import opened, writing
from sensorcoach.logbook.schema import MIGRATIONS, VERSION

V1 = (Path(__file__).parent / "v1.sql").read_text(encoding="utf-8")
OLDER = {1: V1}
"""A logbook as each older schema left it."""


def shape(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Names, kinds and order of all columns."""
    connection = sqlite3.connect(database)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")]
    found = {name: connection.execute(f"PRAGMA table_xinfo({name})").fetchall() for name in sorted(names)}
    connection.close()
    return found


def of_version(version: int, database: Path) -> Path:
    database.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(database)
    connection.executescript(OLDER[version])
    connection.close()
    return database


def test_each_older_schema_is_tried() -> None:
    assert set(OLDER) == set(range(1, VERSION))
    assert len(MIGRATIONS) == VERSION


@pytest.mark.parametrize("version", OLDER)
def test_an_older_logbook_is_brought_up_to_date(version: int, places: Folders, tmp_path: Path) -> None:
    old, new = of_version(version, places.logbook), tmp_path / "new.sqlite"
    before = dump(old)
    for database in (old, new):
        with opened(database):
            pass
    assert shape(old) == shape(new)
    after = dump(old)
    assert after["reps"] == before["reps"]
    assert after["warnings"] == before["warnings"]
    (session,) = app.sessions_logged(places=places)
    assert (session.number, session.left, session.severe, session.range_left_deg) == (4, 1, 1, 41.0)
    assert (session.person, session.target_a_side, session.pain) == (None, None, 0)


def test_what_an_older_schema_did_not_keep_is_read_again(places: Folders) -> None:
    of_version(1, places.logbook)
    record(
        places.recordings / "2026-03-02_18-03-00.jsonl",
        (1.0, "pain", ""),
        settings={"goal": {"reps_a_side": 3}},
        changed_s=1.7e9,
    )
    assert app.log_unlogged(lambda _: None, places) == []
    (session,) = app.sessions_logged(places=places)
    assert (session.number, session.target_a_side, session.pain, session.detected) == (4, 3, 1, 4)


def test_a_logbook_is_its_owners_alone(places: Folders) -> None:
    with opened(places.logbook) as book:
        with writing(book):
            store.insert(book, made_entry("a.jsonl", rep(1)))
        beside = sorted(places.logbook.parent.glob("logbook*"))
        assert [stat.S_IMODE(file.stat().st_mode) for file in beside] == [0o600] * 3  # with -wal and -shm
        assert book.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_a_newer_logbook_is_left_alone(places: Folders) -> None:
    with opened(places.logbook) as book:
        book.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = places.logbook.read_bytes()
    for ask in (lambda: app.sessions_logged(places=places), lambda: app.rebuild_log(print, print, places=places)):
        with pytest.raises(LogbookError, match=r"newer sensorcoach.*Update sensorcoach"):
            ask()
    assert places.logbook.read_bytes() == before


def test_another_programs_database_is_left_alone(places: Folders) -> None:
    connection = sqlite3.connect(places.logbook)
    connection.executescript("CREATE TABLE bookmarks (url)")
    connection.close()
    before = places.logbook.read_bytes()
    with pytest.raises(LogbookError, match="another program"):
        app.log_unlogged(print, places)
    assert places.logbook.read_bytes() == before


def spoil_start(file: Path) -> None:
    file.write_bytes(b"This was never a database." * 200)


def spoil_inside(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


def tear(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:6000])


@pytest.mark.parametrize("spoil", [spoil_start, spoil_inside, tear])
def test_a_damaged_logbook_is_told_kept_and_made_again(spoil: object, places: Folders) -> None:
    record(places.recordings / "a.jsonl")
    app.log_unlogged(lambda _: None, places)
    rows = dump(places.logbook)
    spoil(places.logbook)  # type: ignore[operator]
    spoilt = places.logbook.read_bytes()
    with pytest.raises(LogbookError, match=r"damaged.*log rebuild"):
        app.sessions_logged(places=places)
    assert places.logbook.read_bytes() == spoilt

    aside: list[Path] = []
    assert app.rebuild_log(lambda _: None, aside.append, places=places) == []
    assert aside[0].read_bytes() == spoilt
    assert dump(places.logbook) == rows


def test_a_session_goes_on_with_a_damaged_logbook(places: Folders) -> None:
    spoil_start(places.logbook)
    settings, doubts = app.session_settings(places=places)
    assert settings == app.personal(places=places).settings()
    assert len(doubts) == 1
    assert "log rebuild" in doubts[0]


def test_nothing_is_made_by_looking(places: Folders) -> None:
    assert app.sessions_logged(places=places, since=date(2026, 1, 1)) == []
    assert app.log_unlogged(print, places) == []
    assert app.comfort_for(places=places) == (None, None)
    assert not places.logbook.exists()
