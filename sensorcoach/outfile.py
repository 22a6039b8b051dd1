"""Files that are written for a person: for their eyes only, whole or not at all, and never in the place of another.

The one rule: no file that this program did not make itself in this run is replaced without being asked.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError

PRIVATE: Final = 0o600
_made: Final[set[tuple[int, ...]]] = set()
"""What was written in this run, as it was then: `_state`."""


def new_file(path: Path) -> int:
    """The descriptor of a file that did not exist before, to read and to write, for this user only.

    Raises:
        RecordingError: it exists already or cannot be written.
    """
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE)
    except FileExistsError as error:
        raise RecordingError(f"{path} exists already.", "Choose another name, or remove it first.") from error
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror}.", "Check the folder.") from error


def refuse_taken(path: Path, *, replace: bool = False) -> None:
    """Find out before the work whether ``path`` may be written.

    Args:
        path: of the file.
        replace: the person said that whatever is there may be replaced.

    Raises:
        RecordingError: it is a folder, or another file that nobody gave up.
    """
    if path.is_dir():
        raise RecordingError(f"{path} is a folder.", "Name a file.")
    if not replace and _is_anothers(path):
        raise RecordingError(f"{path} exists already.", "Name another file, or replace it with --force.")


@contextmanager
def unfinished(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new file to be written to, which becomes ``path`` when all went well, and is gone when not.

    A device or a pipe is written straight away.

    Raises:
        RecordingError: see `refuse_taken`; or it cannot be written.
    """
    refuse_taken(path, replace=replace)
    if path.exists() and not path.is_file():
        yield path
        return
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        beside.unlink(missing_ok=True)
        os.close(new_file(beside))
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        _put(beside, path, replace=replace)
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror or error}.", "Check the folder.") from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def free_name(path: Path) -> Path:
    """``path``, or with a number behind its name: one that may be written."""
    found, number = path, 2
    while _is_anothers(found):
        found = path.with_name(f"{path.stem}_{number}{path.suffix}")
        number += 1
    return found


def make_private(path: Path) -> None:
    """A file, or a folder and all that is in it, for its owner only."""
    for one in (path, *path.rglob("*")):
        one.chmod(0o700 if one.is_dir() else PRIVATE)


def _is_anothers(path: Path) -> bool:
    try:
        there = path.stat()
    except OSError:
        return path.is_symlink()  # one that leads nowhere is somebody's, too
    return stat.S_ISREG(there.st_mode) and _state(there) not in _made


def _state(there: os.stat_result) -> tuple[int, ...]:
    return there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns


def _put(beside: Path, path: Path, *, replace: bool) -> None:
    if replace or path.exists():  # ours, or given up: looked at before, and it may not have changed since
        refuse_taken(path, replace=replace)
        beside.replace(path)
    else:
        _put_new(beside, path)
    _made.add(_state(path.stat()))


def _put_new(beside: Path, path: Path) -> None:
    """Not even a file that came this moment is replaced, where the disk can have one file under two names."""
    try:
        os.link(beside, path)
    except FileExistsError:
        refuse_taken(path)
        raise
    except (OSError, NotImplementedError):
        refuse_taken(path)
        beside.rename(path)
