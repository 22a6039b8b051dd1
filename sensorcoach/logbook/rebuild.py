"""Recordings into the logbook: some of them, or all of them anew.

The recordings are analysed before the transaction, which takes a moment: other programs go on reading and logging.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError, SensorcoachError
from sensorcoach.failures import failure_words, refuse_pipes
from sensorcoach.logbook import store
from sensorcoach.logbook.database import writing
from sensorcoach.logbook.entry import Entry
from sensorcoach.logbook.recorded import entry_of_recording
from sensorcoach.logbook.stamp import Stamp, file_of, key_of, recordings_in, stamp_of
from sensorcoach.recording import Header, read_session
from sensorcoach.settings import Settings

OnBegin = Callable[[Path], None]
Grading = Callable[[Header], Settings | None]
"""The settings to grade a recording with, by its header; None: those it was recorded with."""


def as_recorded(_header: Header) -> None:
    """Each with its stored settings."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A recording that cannot be logged, and why."""

    recording: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Recounted:
    """A session whose number of repetitions is another than before, and why."""

    recording: Path
    before: int
    now: int
    why: str


_WHY: Final = {
    "whole": "the centre was found from all of it: it holds none of a live session, or was to be calibrated anew",
    "recorded": "it is counted as it was live; before it was not, or by another version",
}


def log_all(
    connection: sqlite3.Connection, folder: Path, recordings: Iterable[Path], on_begin: OnBegin
) -> list[Refused]:
    """Log some recordings, one after the other; what cannot be is remembered and given."""
    refused = []
    for recording in recordings:
        on_begin(recording)
        read = _read(recording, folder, as_recorded)
        with writing(connection):
            if isinstance(read, Entry):
                store.put(connection, read)
            else:
                store.refuse(connection, *read)
                refused.append(Refused(recording, read[1]))
    return refused


def rebuild(
    connection: sqlite3.Connection,
    folder: Path,
    others: Sequence[Path],
    grading: Grading,
    on_begin: OnBegin,
    *,
    recalibrate: bool = False,
    on_recount: Callable[[Recounted], None] = lambda _: None,
) -> list[Refused]:
    """All rows anew, in one transaction. Sessions keep their numbers; new ones are numbered in the order of time.

    Recordings: those in ``folder``, ``others``, and those known from elsewhere that are still there. Sessions whose
    recording is gone are forgotten. What another program logs meanwhile stays. ``recalibrate``: see `choices.Choices`.
    ``on_recount`` is told each session that has another number of repetitions than before.

    Raises:
        SettingsError: the settings to grade with cannot be used.
    """
    numbers = {key: store.number_of(connection, key) for key in store.seen(connection)}
    counts = store.counts(connection)
    known = [file for key in numbers if (file := file_of(key, folder)).exists()]
    recordings = {key_of(path, folder): path for path in (*recordings_in(folder), *others, *known)}
    read: list[tuple[Path, Entry | tuple[Stamp, str]]] = []
    for recording in recordings.values():
        on_begin(recording)
        read.append((recording, _read(recording, folder, grading, recalibrate=recalibrate)))
    entries = [one for _, one in read if isinstance(one, Entry)]
    with writing(connection):
        for key in {*numbers, *recordings}:
            store.forget(connection, key)
        for one in sorted(entries, key=_order(numbers)):
            store.insert(connection, one, numbers.get(one.stamp.recording))
        for _, told in read:
            if not isinstance(told, Entry):
                store.refuse(connection, *told)
    for made in entries:
        before, now = counts.get(made.stamp.recording), made.session["detected"]
        assert isinstance(now, int)
        if before is not None and before != now:
            on_recount(Recounted(recordings[made.stamp.recording], before, now, _WHY[made.mode]))
    return [Refused(recording, told[1]) for recording, told in read if not isinstance(told, Entry)]


def _order(numbers: dict[str, int | None]) -> Callable[[Entry], tuple[float, float, str]]:
    """Those that have a number first, then by time."""

    def place(entry: Entry) -> tuple[float, float, str]:
        number = numbers.get(entry.stamp.recording)
        start_s = entry.session["start_s"]
        assert isinstance(start_s, float)
        return (float("inf") if number is None else number, start_s, entry.stamp.recording)

    return place


def _read(
    recording: Path, folder: Path, grading: Grading, *, recalibrate: bool = False
) -> Entry | tuple[Stamp, str]:
    try:
        stamp = stamp_of(recording, folder)
    except RecordingError as error:  # it went while others were read
        return Stamp(key_of(recording, folder), 0, 0), str(error)
    try:
        refuse_pipes((recording,))
        header = read_session(recording).header
        settings = grading(header)
    except SensorcoachError as error:
        return stamp, str(error)
    except Exception as error:  # one bad file stops nothing
        return stamp, f"{recording}: {failure_words(error)}"
    try:
        return entry_of_recording(recording, folder, header, settings, recalibrate=recalibrate)
    except SensorcoachError as error:
        return stamp, str(error)
    except Exception as error:
        return stamp, f"{recording}: {failure_words(error)}"
