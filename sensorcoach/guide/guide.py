"""`Guide`: from wearing the sensor to the end of the session, driven by the samples' own time."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.dsp.motion import Motion
from sensorcoach.model import Control, Event, Mounting, Notice, StageChanged
from sensorcoach.settings import Settings

Decision = Control | StageChanged | Notice
"""A control is to be recorded and given to the pipeline; all are told."""


class Guide:
    """Pure: ``push`` what the pipeline made of a packet, ``control`` what the person did; take what is to be done."""

    def __init__(self, mounting: Mounting, settings: Settings) -> None:
        self._mounting, self._settings = mounting, settings

    def begin(self, t_s: float) -> list[Decision]:
        """The first packet comes: nothing counts yet."""
        return [Control(t_s, "pause", "guide"), StageChanged(t_s, "wear")]

    def push(self, motion: Sequence[Motion], events: Sequence[Event]) -> list[Decision]:
        """Motion that is new, and the events that became known with it."""
        return []

    def control(self, control: Control) -> list[Decision]:
        """What the person did, in its place in the stream."""
        return []
