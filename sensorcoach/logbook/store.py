"""Rows in and out of an opened logbook."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.logbook.stamp import Stamp, file_of

if TYPE_CHECKING:
    from sensorcoach.logbook.entry import Entry, Row
    from sensorcoach.model import Side

_LISTED: Final = "SELECT * FROM sessions"


# --- in ---------------------------------------------------------------------------------------------------------------


def put(connection: sqlite3.Connection, entry: Entry) -> int:
    """Keep a session, in a transaction; one of the same recording is replaced and keeps its number, which is given."""
    number = number_of(connection, entry.stamp.recording)
    forget(connection, entry.stamp.recording)
    return insert(connection, entry, number)


def insert(connection: sqlite3.Connection, entry: Entry, number: int | None = None) -> int:
    """Keep a session that is not there, in a transaction, as ``number`` or under the next one; the number it has."""
    kept = _insert(connection, "sessions", {"number": number, **entry.session})
    for table, rows in entry.parts.items():
        for row in rows:
            _insert(connection, table, {"session": kept, **row})
    return kept


def refuse(connection: sqlite3.Connection, stamp: Stamp, reason: str) -> None:
    """Remember, in a transaction, that this state of a recording is no session."""
    forget(connection, stamp.recording)
    row = {
        "recording": stamp.recording,
        "size_bytes": stamp.size_bytes,
        "changed_ns": stamp.changed_ns,
        "reason": reason,
    }
    _insert(connection, "refused", row)


def forget(connection: sqlite3.Connection, recording: str) -> None:
    """Nothing is known of a recording any more."""
    connection.execute("DELETE FROM sessions WHERE recording = ?", (recording,))
    connection.execute("DELETE FROM refused WHERE recording = ?", (recording,))


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> int:
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    done = connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", tuple(row.values()))
    return int(done.lastrowid or 0)


# --- out --------------------------------------------------------------------------------------------------------------


def number_of(connection: sqlite3.Connection, recording: str) -> int | None:
    """Under which a recording is kept."""
    found = connection.execute("SELECT number FROM sessions WHERE recording = ?", (recording,)).fetchone()
    return None if found is None else int(found[0])


def seen(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Size and time of change of each recording that was read, kept or refused, by its key."""
    query = "SELECT recording, size_bytes, changed_ns FROM {}"
    rows = [row for table in ("sessions", "refused") for row in connection.execute(query.format(table))]
    return {recording: (size, changed) for recording, size, changed in rows}


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Repetitions detected in each session, by the key of its recording."""
    return dict(connection.execute("SELECT recording, detected FROM sessions").fetchall())


def people(connection: sqlite3.Connection) -> dict[str | None, int]:
    """How many sessions each person has."""
    return dict(connection.execute("SELECT person, count(*) FROM sessions GROUP BY person ORDER BY person").fetchall())


def listed(
    connection: sqlite3.Connection, folder: Path, person: str | None, since: date | None = None
) -> list[LoggedSession]:
    """The sessions of ``person`` from the day ``since`` on, the oldest first. ``folder``: of recordings."""
    rows = connection.execute(
        f"{_LISTED} WHERE person IS ? AND substr(start, 1, 10) >= ? ORDER BY start_s, number",
        (person, "" if since is None else since.isoformat()),
    ).fetchall()
    figures = _Figures(connection, [row["number"] for row in rows])
    return [_session(row, figures, folder) for row in rows]


def session(connection: sqlite3.Connection, folder: Path, number: int) -> LoggedSession | None:
    """One session by its number, whoever's it is."""
    row = connection.execute(f"{_LISTED} WHERE number = ?", (number,)).fetchone()
    return None if row is None else _session(row, _Figures(connection, [number]), folder)


def settings_of(connection: sqlite3.Connection, number: int) -> str | None:
    """The settings a session was graded with, JSON."""
    row = connection.execute("SELECT settings FROM sessions WHERE number = ?", (number,)).fetchone()
    return None if row is None else str(row[0])


def calibrations(connection: sqlite3.Connection, person: str | None) -> dict[Side, list[float]]:
    """Ranges (°) of the calibration reps of ``person`` by side, the newest last; `calibration` says what is taken."""
    ranges: dict[Side, list[float]] = {"left": [], "right": []}
    rows = connection.execute(
        """SELECT calibrations.side, range_deg FROM calibrations JOIN sessions ON session = number
        WHERE person IS ? AND NOT simulated
            AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.session = number AND kind = 'pain')
        ORDER BY start_s, number, place""",
        (person,),
    )
    for side, range_deg in rows:
        ranges[side].append(range_deg)
    return ranges


class _Figures:
    """What is summed up from the rows of some sessions."""

    def __init__(self, connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        wanted = sorted(numbers)
        between = (wanted[0], wanted[-1]) if wanted else (0, -1)
        self.ranges: defaultdict[tuple[int, str | None], list[float]] = defaultdict(list)
        self.drop_times: defaultdict[int, list[float]] = defaultdict(list)
        for number, side, range_deg, drop_time_s in connection.execute(
            "SELECT session, side, range_deg, drop_time_s FROM reps WHERE session BETWEEN ? AND ?", between
        ):
            self.ranges[number, side].append(range_deg)
            self.drop_times[number].append(drop_time_s)
        self.warnings = _counted(connection, "warnings", "severity", between)
        self.marks = _counted(connection, "marks", "kind", between)

    def range_deg(self, number: int, *sides: str | None) -> float | None:
        """Median range of the repetitions to some sides."""
        return _median([one for side in sides for one in self.ranges[number, side]])


def _counted(
    connection: sqlite3.Connection, table: str, column: str, between: tuple[int, int]
) -> Mapping[tuple[int, str], int]:
    rows = connection.execute(
        f"SELECT session, {column}, count(*) FROM {table} WHERE session BETWEEN ? AND ? GROUP BY 1, 2", between
    )
    return Counter({(number, kind): count for number, kind, count in rows})


def _session(row: sqlite3.Row, figures: _Figures, folder: Path) -> LoggedSession:
    number, file = row["number"], file_of(row["recording"], folder)
    return LoggedSession(
        number=number,
        recording=file,
        size_bytes=file.stat().st_size if file.exists() else 0,
        person=row["person"],
        start=row["start"],
        duration_s=row["duration_s"],
        simulated=bool(row["simulated"]),
        sensor=row["sensor"],
        rate_hz=row["rate_hz"],
        detected=row["detected"],
        left=row["left_reps"],
        right=row["right_reps"],
        unknown=row["unknown_reps"],
        cycles=row["cycles"],
        severe=figures.warnings[number, "severe"],
        warned=figures.warnings[number, "warn"],
        noted=figures.warnings[number, "note"],
        pain=figures.marks[number, "pain"],
        target_a_side=row["target_a_side"],
        comfort_left_deg=row["comfort_left_deg"],
        comfort_right_deg=row["comfort_right_deg"],
        range_deg=figures.range_deg(number, "left", "right", None),
        range_left_deg=figures.range_deg(number, "left"),
        range_right_deg=figures.range_deg(number, "right"),
        drop_time_s=_median(figures.drop_times[number]),
        version=row["version"],
    )


def _median(values: list[float]) -> float | None:
    return median(values) if values else None
