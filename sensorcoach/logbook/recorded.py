"""A recording as an entry of the logbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sensorcoach.analysis import analyze_recording
from sensorcoach.choices import Choices
from sensorcoach.importers.session_file import open_session
from sensorcoach.logbook.entry import Entry, entry
from sensorcoach.logbook.stamp import stamp_of
from sensorcoach.model import Control, Result
from sensorcoach.recording import Header, Item, read_session
from sensorcoach.settings import Settings


def entry_of_result(result: Result, recording: Path, folder: Path) -> Entry:
    """Of a session that was counted while it was recorded.

    Raises:
        RecordingError: the recording cannot be read.
    """
    stamp, session = stamp_of(recording, folder), read_session(recording)
    controls = [item for item in session.items if isinstance(item, Control)]
    return entry(result, session.header, controls, stamp)


def entry_of_recording(
    recording: Path, folder: Path, header: Header, settings: Settings | None = None, *, recalibrate: bool = False
) -> Entry:
    """Of a recording, analysed. ``settings``: None for those in its header. ``recalibrate``: see `choices.Choices`.

    Raises:
        InputError: there is nothing to count in.
        RecordingError: it cannot be read.
        SettingsError: its mounting cannot be used.
    """
    stamp, controls = stamp_of(recording, folder), list[Control]()
    session = open_session(recording)
    heard = replace(session, items=_overheard(session.items, controls))
    result = analyze_recording(heard, str(recording), Choices(settings=settings, recalibrate=recalibrate))
    return entry(result, header, controls, stamp)


def _overheard(items: Iterator[Item], controls: list[Control]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Control):
            controls.append(item)
        yield item
