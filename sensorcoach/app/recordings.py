"""The recordings in the person's own folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError
from sensorcoach.folders import folders
from sensorcoach.recording import read_header

SUFFIXES: Final = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A session file of which only the first line was read.

    ``begun``: local time, as it says; where it does not, of the file's last byte: the same day as a rule.
    """

    path: Path
    begun: datetime
    size_bytes: int


def stored_recordings() -> list[StoredRecording]:
    """All of them, the newest first; empty where there is no folder yet."""
    places = folders().recordings
    found = [_stored(path) for path in places.glob("*") if path.name.endswith(SUFFIXES)] if places.is_dir() else []
    return sorted((one for one in found if one is not None), key=lambda one: (one.begun, one.path), reverse=True)


def _stored(path: Path) -> StoredRecording | None:
    try:
        told = path.stat()
    except OSError:  # it went while we looked
        return None
    if not told.st_size:  # reserved for a session that has not begun yet
        return None
    return StoredRecording(path, _begun(path) or datetime.fromtimestamp(told.st_mtime), told.st_size)


def _begun(path: Path) -> datetime | None:
    try:
        start = read_header(path).start
        return None if start is None else datetime.fromisoformat(start).astimezone().replace(tzinfo=None)
    except (RecordingError, ValueError, OverflowError, OSError):
        return None
