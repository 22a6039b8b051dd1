"""Which file a recording is, and which state of it was read."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError

SUFFIXES: Final = (".jsonl", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which state of which recording was read. ``recording``: its key (`key_of`)."""

    recording: str
    size_bytes: int
    changed_ns: int


def key_of(recording: Path, folder: Path) -> str:
    """By which a recording is known: its path inside ``folder``, else its whole path; the same once it is gzipped."""
    whole = recording.absolute()
    inside = whole.relative_to(folder.absolute()) if whole.is_relative_to(folder.absolute()) else whole
    return inside.as_posix().removesuffix(".gz")


def file_of(key: str, folder: Path) -> Path:
    """The file a key stands for, gzipped or not; where it is gone, as it was called."""
    plain = folder / key
    gzipped = plain.with_name(plain.name + ".gz")
    return gzipped if gzipped.exists() and not plain.exists() else plain


def recordings_in(folder: Path) -> list[Path]:
    """All session files of a folder by name, a date as a rule; of one that is there gzipped, too, the plain one.

    An empty one is reserved for a session that has not begun yet.
    """
    if not folder.is_dir():
        return []
    found = {path.name: path for path in folder.iterdir() if path.name.endswith(SUFFIXES) and _holds_something(path)}
    return [found[name] for name in sorted(found) if not (name.endswith(".gz") and name.removesuffix(".gz") in found)]


def _holds_something(path: Path) -> bool:
    try:
        told = path.stat()
    except OSError:  # it went while we looked; or one that cannot be looked at
        return False
    return stat.S_ISREG(told.st_mode) and told.st_size > 0


def stamp_of(recording: Path, folder: Path) -> Stamp:
    """The state of the file now.

    Raises:
        RecordingError: it is not there.
    """
    try:
        told = recording.stat()
    except OSError as error:
        raise RecordingError(f"{recording} cannot be read: {error.strerror}.", "Check the name.") from error
    return Stamp(key_of(recording, folder), told.st_size, told.st_mtime_ns)
