"""Opening the database, transactions, and what can go wrong, in words.

WAL: one program writes while others read, and a program killed in mid-write leaves the last whole transaction.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sensorcoach.errors import LogbookError
from sensorcoach.folders import made
from sensorcoach.logbook.schema import APPLICATION, MIGRATIONS, VERSION

BUSY_S: Final = 10.0
"""So long another program's transaction is waited for; ours take milliseconds, a rebuild of 1,000 sessions a second."""
_RETRY_S: Final = 0.05
_COMPANIONS: Final = ("-wal", "-shm")
CACHE: Final = "It is made of your recordings, which are untouched."


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The logbook at ``path``, made (for its owner only) or brought up to date if need be; closed at the end.

    Raises:
        LogbookError: it is damaged, of a newer version, in use for too long, not ours, or cannot be written.
        RecordingError: its folder cannot be made.
    """
    made(path.parent)
    with _in_words(path), closing(_connected(path)) as connection:
        _refuse_unknown(connection, path)
        _into_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        _migrate(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite may have ended it already
            connection.execute("ROLLBACK")
        raise


def set_aside(path: Path) -> Path:
    """Give a logbook that cannot be used another name, beside it; nothing is deleted.

    Raises:
        LogbookError: it cannot be renamed.
    """
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    try:
        path.rename(aside)
        for companion in _COMPANIONS:
            beside = path.with_name(path.name + companion)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + companion))
    except OSError as error:
        raise LogbookError(f"{path} cannot be renamed: {error.strerror}.", "Rename it yourself.") from error
    return aside


def size_bytes(path: Path) -> int:
    """Of the logbook with the files SQLite keeps beside it; 0 if there is none."""
    files = (path, *(path.with_name(path.name + companion) for companion in _COMPANIONS))
    return sum(file.stat().st_size for file in files if file.exists())


class DamagedError(LogbookError):
    """What is in the file is no database, or not a whole one."""


def _connected(path: Path) -> sqlite3.Connection:
    # SQLite gives the files it makes beside the database the same permissions.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


def _refuse_unknown(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or version or tables):
        raise LogbookError(f"{path} is another program's database.", "Rename it, then: sensorcoach log rebuild.")
    if version > VERSION:
        raise LogbookError(
            f"The logbook {path} was written by a newer sensorcoach (its version {version}; known here is {VERSION}).",
            f"Update sensorcoach; or rename the file, then: sensorcoach log rebuild. {CACHE}",
        )


def _into_wal(connection: sqlite3.Connection) -> None:
    """Two programs that make a logbook at the same instant: SQLite refuses one of them at once, without waiting."""
    until_s = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not _name(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or time.monotonic() > until_s:
                raise
            time.sleep(_RETRY_S)


def _migrate(connection: sqlite3.Connection) -> None:
    if _done(connection) == VERSION:
        return
    with writing(connection):
        for statements in MIGRATIONS[_done(connection) :]:  # looked up again: another program may have been quicker
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _done(connection: sqlite3.Connection) -> int:
    (done,) = connection.execute("PRAGMA user_version").fetchone()
    return int(done)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(path, error) from error
    except OSError as error:
        raise LogbookError(f"The logbook {path} cannot be opened: {error.strerror}.", "Check the folder.") from error


def _explained(path: Path, error: sqlite3.Error) -> LogbookError:
    name = _name(error)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LogbookError(f"The logbook {path} is in use by another program.", "Try again when that has finished.")
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or name == "SQLITE_ERROR":  # the last: a table is missing
        return DamagedError(
            f"The logbook {path} is damaged ({error}).",
            f"Make it again: sensorcoach log rebuild. {CACHE} The damaged file is kept beside it.",
        )
    return LogbookError(
        f"The logbook {path} cannot be used ({error}).", f"Check the folder and the space on the disk. {CACHE}"
    )


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "")
