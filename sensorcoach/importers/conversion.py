"""Any recording -> a session file of our own, sample by sample the same."""

from __future__ import annotations

from pathlib import Path

from sensorcoach.errors import RecordingError
from sensorcoach.importers.opened import Recording
from sensorcoach.recording import Header, SessionWriter


def write_session(recording: Recording, path: Path) -> None:
    """Write a recording as a new session file; ``.gz`` in the name compresses it.

    Args:
        recording: walked through once; its ``notices`` are complete afterwards, and are not part of the file.
        path: the file, which must not exist.

    Raises:
        RecordingError: ``path`` exists already or cannot be written.
        InputError: the recording turns out unusable further down; then no file is left behind.
    """
    header = Header(
        profile=recording.profile,
        sensor=str(recording.sensor.get("label") or "sensor"),
        device=dict(recording.device_settings),
        mounting=recording.mounting,
        start=recording.start,
        settings=None if recording.settings is None else dict(recording.settings),
        simulated=recording.simulated,
        person=recording.person,
    )
    writer = SessionWriter(path, header)
    try:
        with writer:
            for item in recording.items:
                writer.append(item)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise RecordingError(
                f"{path} cannot be written: {error.strerror}.", "Make room, or name it elsewhere."
            ) from error
        raise
