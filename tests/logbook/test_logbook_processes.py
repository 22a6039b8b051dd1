"""Real programs at the logbook: killed while they write, two at once."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import dump, made_entry, rep

from sensorcoach.errors import LogbookError
from sensorcoach.folders import Folders
from sensorcoach.logbook import database, store
from sensorcoach.logbook.database import opened, writing
from sensorcoach.logbook.entry import Entry

WRITER = Path(__file__).parent / "writer.py"


def begun(places: Folders, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(places.logbook), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def check(places: Folders) -> int:
    """The database is whole, and so is every session in it; how many there are."""
    with opened(places.logbook) as book:
        assert [tuple(row) for row in book.execute("PRAGMA integrity_check")] == [("ok",)]
        assert book.execute("PRAGMA foreign_key_check").fetchall() == []
    rows = dump(places.logbook)
    assert len(rows["reps"]) == len(rows["warnings"]) == 30 * len(rows["sessions"])
    return len(rows["sessions"])


@pytest.mark.slow
def test_killed_while_writing_it_is_whole(places: Folders) -> None:
    logged = 0
    for attempt, lines in enumerate((1, 2, 5, 9)):
        writer = begun(places, f"w{attempt}", 0)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        told += writer.stdout.readlines()
        writer.stdout.close()
        assert writer.wait(timeout=10) != 0
        logged += sum(line.endswith("\n") for line in told)
        kept = check(places)
        assert logged <= kept <= logged + 1, "what was told is there; of the last one all or nothing"
        logged = kept


@pytest.mark.slow
def test_two_programs_that_begin_at_once_log_everything(places: Folders) -> None:
    writers = [begun(places, name, 12) for name in "ab"]
    for writer in writers:
        out, _ = writer.communicate(timeout=30)
        assert (writer.returncode, len(out.splitlines())) == (0, 12)
    assert check(places) == 24


def test_one_reads_while_the_other_writes(places: Folders) -> None:
    with opened(places.logbook) as one, opened(places.logbook) as other:
        with writing(one):
            store.put(one, made_entry("a.jsonl", rep(1)))
            assert store.listed(other, places.recordings, None) == []
        assert len(store.listed(other, places.recordings, None)) == 1


def test_a_logbook_in_use_for_too_long_is_told(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.05)
    busy = pytest.raises(LogbookError, match="in use by another program")
    with opened(places.logbook) as one, writing(one), busy, opened(places.logbook) as other:
        other.execute("BEGIN IMMEDIATE")


def insert_twice(book: sqlite3.Connection, one: Entry) -> None:
    with writing(book):
        store.insert(book, one)
        store.insert(book, one)


def test_a_failed_transaction_leaves_nothing(places: Folders) -> None:
    with opened(places.logbook) as book, pytest.raises(sqlite3.IntegrityError):
        insert_twice(book, made_entry("a.jsonl", rep(1)))
    assert not any(dump(places.logbook).values())
