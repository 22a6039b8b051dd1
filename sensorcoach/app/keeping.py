"""The recording of a live session on a disk that may fail: on the disk every few seconds, never lost sight of."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError
from sensorcoach.folders import made, numbered
from sensorcoach.outfile import new_file
from sensorcoach.recording import Header, Item, SessionWriter

SYNC_S: Final = 3.0
"""A power cut loses at most about so much. Every second would keep the disk of a small computer busy."""
LOOK_S: Final = 0.7
"""So often the system is handed what came, so that a killed program loses less than a second with what was under way;
and it is looked whether the file is where it was."""


def reserved_recording(folder: Path, begun: datetime) -> Path:
    """A new empty file in ``folder``, named by the local time at which the session began.

    Raises:
        RecordingError: it cannot be made.
    """
    return _reserved(folder, f"{begun:%Y-%m-%d_%H-%M-%S}.jsonl")


def release(file: Path) -> None:
    """Remove what was reserved and never written to."""
    with suppress(OSError):
        if file.stat().st_size == 0:
            file.unlink()


class KeptRecording:
    """A `session.raw.Recorder`. A file that is deleted, moved, or whose disk goes away is noticed, and it goes on in a
    new one, with all that can still be read of the old one.
    """

    def __init__(self, file: Path, header: Header, elsewhere: Path | None, tell: Callable[[str], None]) -> None:
        """``file``: reserved, or made now. ``elsewhere``: a folder for when that of ``file`` is gone. ``tell``: the
        person, in a sentence.

        Raises:
            RecordingError: it cannot be made, or is not empty.
        """
        self.file = file
        self._elsewhere = elsewhere
        self._tell = tell
        self._writer = SessionWriter(file, header, reserved=file.exists())
        self._looked_s: float | None = None
        self._synced_s: float | None = None

    def append(self, item: Item) -> None:
        """See `Recorder.append`."""
        try:
            self._writer.append(item)
        except OSError as error:
            self._go_on(error)
            self._writer.append(item)
        try:
            self._look_after(item.t_s)
        except OSError as error:
            self._go_on(error)

    def flush(self) -> None:
        """See `Recorder.flush`; on the disk itself."""
        try:
            self._writer.sync()
        except OSError as error:
            self._go_on(error)

    def close(self) -> None:
        """See `Recorder.close`."""
        try:
            self._writer.sync()
            if not self._writer.in_place:
                self._go_on(None)
        finally:
            self._writer.close()

    def _look_after(self, now_s: float) -> None:
        if _due(self._looked_s, now_s, LOOK_S):
            self._looked_s = now_s
            self._writer.flush()
            if not self._writer.in_place:
                self._go_on(None)
        if _due(self._synced_s, now_s, SYNC_S):
            self._synced_s = now_s
            self._writer.sync()

    def _go_on(self, error: OSError | None) -> None:
        """Into a new file beside the old one, else in the usual folder.

        Raises:
            OSError: nowhere; ``error`` where there is one.
        """
        failed = error or OSError(None, "the file is gone")
        for folder in (self.file.parent, self._elsewhere):
            try:
                if folder is None or not (folder.is_dir() or folder == self._elsewhere):
                    continue
                new = _reserved(made(folder), self.file.name, self.file)
                try:
                    self._writer.go_on_in(new)
                except OSError:
                    release(new)
                    new.unlink(missing_ok=True)
                    raise
            except (RecordingError, OSError) as trouble:
                failed = error or (trouble if isinstance(trouble, OSError) else failed)
                continue
            why = "is not where it was" if error is None else f"cannot be written ({error.strerror})"
            self._tell(f"The recording {self.file} {why}. It goes on in {new}.")
            self.file = new
            return
        raise failed


def _due(last_s: float | None, now_s: float, every_s: float) -> bool:
    """Also if time was set back."""
    return last_s is None or not 0 <= now_s - last_s < every_s


def _reserved(folder: Path, name: str, but: Path | None = None) -> Path:
    while True:
        path = numbered(folder, name, but)
        try:
            os.close(new_file(path))
        except RecordingError:
            if path.exists():  # somebody was quicker
                continue
            raise
        return path
