"""Recordings that nobody logged: of a program that was killed, or put there by hand."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError
from sensorcoach.logbook import store
from sensorcoach.logbook.stamp import recordings_in, stamp_of

UNDER_WAY_NS: Final = 10_000_000_000
"""A file that changed so shortly ago may still be written: what a session records is on disk after a second at most,
and a lost link is tried again within a few."""


def unlogged(connection: sqlite3.Connection, folder: Path, now_ns: int) -> list[Path]:
    """Recordings in ``folder`` that were never read, or have changed since, and are not being written any more."""
    seen = store.seen(connection)
    found = []
    for path in recordings_in(folder):
        try:
            stamp = stamp_of(path, folder)
        except RecordingError:  # it went while others were looked at
            continue
        changed = seen.get(stamp.recording) != (stamp.size_bytes, stamp.changed_ns)
        if changed and not 0 <= now_ns - stamp.changed_ns < UNDER_WAY_NS:
            found.append(path)
    return found
