"""The tables, as one migration after the other: a new logbook goes through all of them, an older one through the rest.

A migration is never changed once released; a new table or column is a new migration. ``PRAGMA user_version`` holds how
many have been done. What an older version did not keep is not in its rows: such a migration forgets which state of a
recording was seen, so that each is read again the next time somebody looks (`rebuild.unlogged`).
"""

from __future__ import annotations

from typing import Final

APPLICATION: Final = 0x4B6E4472
"""``PRAGMA application_id``: this file is a logbook of ours and no other program's database."""

_V1: Final = (
    f"PRAGMA application_id = {APPLICATION}",
    # recording: relative to the folder of recordings where it lies inside, and without .gz; AUTOINCREMENT: the number
    # of a deleted session never comes again; settings: JSON, those it was graded with
    """CREATE TABLE sessions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        recording TEXT NOT NULL UNIQUE,
        size_bytes INTEGER NOT NULL,
        changed_ns INTEGER NOT NULL,
        start TEXT NOT NULL,
        start_s REAL NOT NULL,
        duration_s REAL NOT NULL,
        simulated INTEGER NOT NULL,
        sensor TEXT NOT NULL,
        rate_hz REAL,
        version TEXT NOT NULL,
        settings TEXT NOT NULL,
        detected INTEGER NOT NULL,
        left_reps INTEGER NOT NULL,
        right_reps INTEGER NOT NULL,
        unknown_reps INTEGER NOT NULL,
        cycles INTEGER NOT NULL)""",
    """CREATE TABLE reps (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        rep INTEGER NOT NULL,
        side TEXT,
        direction INTEGER NOT NULL,
        drop_start_s REAL NOT NULL,
        drop_end_s REAL NOT NULL,
        return_start_s REAL NOT NULL,
        return_end_s REAL NOT NULL,
        range_deg REAL NOT NULL,
        drop_time_s REAL NOT NULL,
        hold_s REAL NOT NULL,
        return_time_s REAL NOT NULL,
        peak_drop_dps REAL,
        landing_jolt_g REAL,
        graded INTEGER NOT NULL,
        PRIMARY KEY (session, rep)) WITHOUT ROWID""",
    # rep: NULL for a warning of the whole session
    """CREATE TABLE warnings (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        rep INTEGER,
        code TEXT NOT NULL,
        severity TEXT NOT NULL,
        value REAL,
        limit_value REAL,
        unit TEXT NOT NULL,
        PRIMARY KEY (session, place)) WITHOUT ROWID""",
)

_V2: Final = (
    # left_reps, right_reps and unknown_reps become those with the person's corrections
    "ALTER TABLE sessions ADD COLUMN person TEXT",
    "ALTER TABLE sessions ADD COLUMN target_a_side INTEGER",
    "ALTER TABLE sessions ADD COLUMN comfort_left_deg REAL",
    "ALTER TABLE sessions ADD COLUMN comfort_right_deg REAL",
    "CREATE INDEX sessions_of_person ON sessions (person, start_s)",
    """CREATE TABLE corrections (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        t_s REAL NOT NULL,
        change INTEGER NOT NULL,
        side TEXT,
        direction INTEGER,
        rep INTEGER,
        PRIMARY KEY (session, place)) WITHOUT ROWID""",
    # kind: pain or mark
    """CREATE TABLE marks (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        t_s REAL NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (session, place)) WITHOUT ROWID""",
    # rep: NULL for a drop that was only shown, before counting began
    """CREATE TABLE calibrations (
        session INTEGER NOT NULL REFERENCES sessions (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        t_s REAL NOT NULL,
        side TEXT NOT NULL,
        range_deg REAL NOT NULL,
        rep INTEGER,
        PRIMARY KEY (session, place)) WITHOUT ROWID""",
    # recordings that are no session: too short, damaged; so that they are not read again each time somebody looks
    """CREATE TABLE refused (
        recording TEXT PRIMARY KEY,
        size_bytes INTEGER NOT NULL,
        changed_ns INTEGER NOT NULL,
        reason TEXT NOT NULL) WITHOUT ROWID""",
    "UPDATE sessions SET changed_ns = -1",
)

MIGRATIONS: Final = (_V1, _V2)
VERSION: Final = len(MIGRATIONS)
