"""What a session came to: reps a side against the target, what went well, what to change, the trend, where it is."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen

from sensorcoach.model import Result


class SummaryScreen(Screen[None]):
    """Pushed when a session has ended; Enter or q leaves it."""

    def __init__(self, result: Result, recording: Path | None) -> None:
        super().__init__()
        self._result, self._recording = result, recording
