"""The project's own session file -> a recording."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sensorcoach.devices import PROFILES
from sensorcoach.errors import RecordingError
from sensorcoach.importers.opened import Recording
from sensorcoach.recording import Header, Item, read_session


def open_session(path: Path) -> Recording:
    """Open a session file. See `sensorcoach.importers.open_recording`.

    Raises:
        RecordingError: its first line is unreadable or names a sensor nobody here knows.
    """
    session = read_session(path)
    header = session.header
    if header.profile not in PROFILES:
        raise RecordingError(
            f"{path} was recorded from a sensor of profile {header.profile!r}; known are {', '.join(PROFILES)}.",
            "A newer sensorcoach may know it.",
        )
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
            "profile": PROFILES[header.profile].label,
            "simulated": header.simulated,
        },
        settings=header.settings,
        simulated=header.simulated,
    )
