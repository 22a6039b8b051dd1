"""`Coach`: what was told of a session -> the cues that are to be heard and seen, and when."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.model import Cue, Told
from sensorcoach.settings import Settings


class Coach:
    """Pure: no clock, no signals. ``push`` what was told in order, ``advance`` as session time goes on; take cues."""

    def __init__(self, settings: Settings, *, delay_s: float = 0.0) -> None:
        """``delay_s``: how late the sensor lets events be known (`devices.profile.About.delay_s`)."""
        self._settings, self._delay_s = settings, delay_s

    def push(self, told: Sequence[Told]) -> list[Cue]:
        """What became known, in order; cues fall silent as it does."""
        return []

    def advance(self, t_s: float) -> list[Cue]:
        """Session time has come to ``t_s``: what is due by then, each with its own time."""
        return []

    def close(self, t_s: float) -> list[Cue]:
        """The session is over: its summary, if none was given when a stage ended it."""
        return []
