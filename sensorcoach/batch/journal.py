"""What has been done already, so that a stopped run goes on where it was: one line a session, in JSON Lines.

It lies beside the results it belongs to. A session is known by its files' paths, sizes and times of change; the first
line holds what all results depend on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import msgspec

from sensorcoach import __version__
from sensorcoach.batch.work import Failure, Outcome, Session
from sensorcoach.choices import Choices
from sensorcoach.errors import RecordingError
from sensorcoach.model import Result
from sensorcoach.outfile import PRIVATE


class _Head(msgspec.Struct, frozen=True):
    version: str
    choices: str


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    session: str
    result: Result


def journal_of(out: Path) -> Path:
    """``results.parquet`` -> ``results.parquet.journal``."""
    return out.with_name(f"{out.name}.journal")


class Journal:
    """Opened for one run: ``note`` what is done, ask ``results`` of what was noted, now or before."""

    def __init__(self, path: Path, choices: Choices) -> None:
        """Take over what an earlier run with the same choices and version noted; else begin anew.

        Raises:
            RecordingError: the journal cannot be written.
        """
        self._path = path
        self._head = _Head(__version__, hashlib.sha256(msgspec.msgpack.encode(choices)).hexdigest())
        self._places: dict[str, tuple[int, int]] = {}
        """Session -> where its line begins, and how long it is."""
        try:
            self._file = open(path, "a+b", opener=_private)  # noqa: SIM115  closed by `__exit__`
            self._take_over()
        except RecordingError:
            self._file.close()
            raise
        except OSError as error:
            advice = "Name another file with --out."
            raise RecordingError(f"{path} cannot be written: {error.strerror}.", advice) from error

    def knows(self, session: Session) -> bool:
        """Whether it was analysed and its files are as they were then."""
        return _key(session) in self._places

    def note(self, session: Session, outcome: Outcome) -> None:
        """On the disk when this returns. Failures are not kept: a repaired file is tried again."""
        if isinstance(outcome, Failure):
            return
        self._file.seek(0, 2)
        key, start = _key(session), self._file.tell()
        line = msgspec.json.encode(_Line(key, outcome)) + b"\n"
        self._file.write(line)
        self._file.flush()
        self._places[key] = start, len(line)

    def note_made(self, paths: list[Path]) -> None:
        """These files were made of the results: the next run may replace them while they are as they are now."""
        self._file.seek(0, 2)
        for path in paths:
            key = _key((path,))
            self._file.write(msgspec.json.encode(_Keyed(key)) + b"\n")
            self._places[key] = 0, 0
        self._file.flush()

    def results(self, sessions: list[Session]) -> Iterator[Result]:
        """Of those sessions that are known, in their order, read one by one."""
        for session in sessions:
            place = self._places.get(_key(session))
            if place is not None:
                self._file.seek(place[0])
                yield msgspec.json.decode(self._file.read(place[1]), type=_Line).result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _take_over(self) -> None:
        self._file.seek(0)
        head = msgspec.json.encode(self._head) + b"\n"
        first = self._file.readline()
        if first != head:
            _refuse_foreign(self._path, first)
            self._file.truncate(0)
            self._file.write(head)
            self._file.flush()
            return
        start = self._file.tell()
        for line in self._file:
            key = _key_in(line)
            if key is None:  # torn when the last run was killed
                self._file.truncate(start)
                return
            self._places[key] = start, len(line)
            start += len(line)


class _Keyed(msgspec.Struct):
    session: str


def _refuse_foreign(path: Path, first: bytes) -> None:
    """Whatever is called so, but is no journal, is somebody's."""
    if not first:
        return
    try:
        msgspec.json.decode(first, type=_Head)
    except msgspec.DecodeError as error:
        raise RecordingError(f"{path} is there and is no journal.", "Name another file with --out.") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)


def _key_in(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Keyed).session if line.endswith(b"\n") else None
    except msgspec.DecodeError:
        return None


def _key(session: Session) -> str:
    digest = hashlib.sha256()
    for path in session:
        try:
            state = path.stat()
            digest.update(f"{path.resolve()}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
        except OSError:
            digest.update(f"{path}\0missing\0".encode())
    return digest.hexdigest()
