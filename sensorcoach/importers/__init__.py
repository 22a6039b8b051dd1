"""Other people's files, and our own, as one kind of `Recording`. The form is told from the content, not the name."""

from __future__ import annotations

from pathlib import Path

from sensorcoach.importers.arrays import recording_of_arrays
from sensorcoach.importers.blocks import first_bytes
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.session_file import open_session
from sensorcoach.importers.table import open_table
from sensorcoach.recording import Item, is_session_start

__all__ = ["Item", "Recording", "open_recording", "recording_of_arrays"]


def open_recording(path: Path, *, unit: str | None = None, columns: str | None = None) -> Recording:
    """Open a session file, a CSV with a header, or the header-less ``timestamp,x,y,z``; any of them gzipped.

    Args:
        path: the file.
        unit: of acceleration, ``g``, ``mg`` or ``mps2``, where it cannot be told or is told wrongly.
        columns: which columns to use, ``t=time,ax=foo,…`` (see `importers.choice`).

    Raises:
        InputError: it cannot be analysed; here where the beginning shows it, else while `Recording.items` is walked.
        RecordingError: a session file without a readable first line.
    """
    if is_session_start(first_bytes(path)):
        return open_session(path)
    return open_table(path, unit, columns)
