"""The project's own session file -> a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sensorcoach.devices import profile_named
from sensorcoach.errors import DecodeError, RecordingError
from sensorcoach.importers.opened import Recording
from sensorcoach.recording import Header, Item, read_session


def open_session(path: Path) -> Recording:
    """Open a session file. See `sensorcoach.importers.open_recording`.

    Raises:
        RecordingError: its first line is unreadable or names a sensor nobody here knows.
    """
    session = read_session(path)
    header = session.header
    try:
        profile_named(header.profile)
    except DecodeError as error:
        raise RecordingError(f"{path} cannot be decoded. {error.message}", error.advice) from error
    if header.simulated:
        session.notices.append("This session is simulated: it never happened.")
    return described(header, session.items, session.notices)


def described(header: Header, items: Iterator[Item], notices: list[str]) -> Recording:
    """The recording that a header describes: of a file, or of the session being recorded."""
    return Recording(
        profile=header.profile,
        device_settings=header.device,
        mounting=header.mounting,
        start=header.start,
        items=items,
        notices=notices,
        sensor={
            "label": header.sensor,
            "kind": "session",
            "profile": profile_named(header.profile).label,
            "simulated": header.simulated,
        },
        settings=header.settings,
        simulated=header.simulated,
        person=header.person,
    )
