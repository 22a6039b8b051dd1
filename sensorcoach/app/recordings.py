"""The recordings in the person's own folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sensorcoach.folders import folders

SUFFIXES: Final = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A session file as the folder tells of it; nothing was read yet. ``changed``: local time of its last byte."""

    path: Path
    changed: datetime
    size_bytes: int


def stored_recordings() -> list[StoredRecording]:
    """All of them, the newest first; empty where there is no folder yet."""
    places = folders().recordings
    found = [_stored(path) for path in places.glob("*") if path.name.endswith(SUFFIXES)] if places.is_dir() else []
    return sorted((one for one in found if one is not None), key=lambda one: (one.changed, one.path), reverse=True)


def _stored(path: Path) -> StoredRecording | None:
    try:
        told = path.stat()
    except OSError:  # it went while we looked
        return None
    return StoredRecording(path, datetime.fromtimestamp(told.st_mtime), told.st_size)
