"""The recording of a live session: begun late, never worth the session it records."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from sensorcoach.errors import RecordingError
from sensorcoach.model import LinkEvent
from sensorcoach.recording import Header, Item

_ADVICE: Final = "What was recorded so far is kept and counting goes on. Make room on the disk before the next session."


class Recorder(Protocol):
    """`sensorcoach.recording.SessionWriter`, or what a test puts in its place."""

    def append(self, item: Item) -> None:
        """Write one item; OSError if that fails."""

    def flush(self) -> None:
        """Hand everything to the operating system; OSError if that fails."""

    def close(self) -> None:
        """Write the rest and close; OSError if that fails."""


RecorderFor = Callable[[Header], Recorder | None]
"""Makes the recorder once the sensor is known; None: nothing is to be recorded. Raises RecordingError."""


class RawRecording:
    """Appends to a recorder until that fails; says once, in a sentence, that it did."""

    def __init__(self, recorder_for: RecorderFor) -> None:
        self._recorder_for = recorder_for
        self._recorder: Recorder | None = None

    @property
    def active(self) -> bool:
        """Something is being written."""
        return self._recorder is not None

    def begin(self, header: Header) -> str | None:
        """Make the recorder. What there is to tell the person, or None."""
        try:
            self._recorder = self._recorder_for(header)
        except RecordingError as error:
            return f"Nothing is recorded: {error.message} Counting goes on. {error.advice}"
        return None

    def append(self, items: Sequence[Item]) -> str | None:
        """Write items. What there is to tell the person, or None.

        When the link changes all is flushed: a sensor that is lost may never come back.
        """
        if self._recorder is None:
            return None
        try:
            for item in items:
                self._recorder.append(item)
            if any(isinstance(item, LinkEvent) for item in items):
                self._recorder.flush()
        except OSError as error:
            # The disk may be full to the last byte: closing would raise the same again.
            with contextlib.suppress(OSError):
                self._recorder.close()
            self._recorder = None
            return _stopped(error)
        return None

    def close(self) -> str | None:
        """Close the recorder. What there is to tell the person, or None."""
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return None
        try:
            recorder.close()
        except OSError as error:
            return _stopped(error)
        return None


def _stopped(error: OSError) -> str:
    return f"The recording stopped: {error.strerror or type(error).__name__}. {_ADVICE}"
