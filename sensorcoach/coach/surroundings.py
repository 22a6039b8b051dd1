"""Cues about what is around the exercise: the stages of a guided session, the link, the battery, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sensorcoach.model import Cue, CueLevel, LinkEvent, Notice, StageChanged, StageName

_NOTICES: Final[dict[str, CueLevel]] = {
    "counting_stopped": "severe",
    "recording_stopped": "warn",
    "wrong_segment": "warn",
    "upside_down": "warn",
    "not_in_posture": "warn",
}
"""Those that somebody on the floor must hear; the others are for the screen."""
_BROKEN: Final[dict[str, CueLevel]] = {"stalled": "warn", "lost": "severe"}


class Surroundings:
    """Says each thing once, when it changes."""

    def __init__(self) -> None:
        self._stage: StageName | None = None
        self._link: str | None = None
        """The fault of the link that was told; None: it is well."""
        self._battery_told = False

    def stage(self, told: StageChanged) -> Iterator[Cue]:
        """A new stage; one that only progresses says nothing. The end is told by the summary."""
        if told.stage == self._stage:
            return
        self._stage = told.stage
        if told.stage != "ended":
            values = (("side", told.reason or "left"),) if told.stage == "side" else ()
            level: CueLevel = "good" if told.stage == "armed" else "info"
            yield Cue(told.t_s, told.t_s, "session", f"stage_{told.stage}", level, values)

    def link(self, told: LinkEvent) -> Iterator[Cue]:
        """The sensor fell silent, was lost, is back; its battery is low."""
        t_s, state = told.t_s, told.state
        if state in _BROKEN and state != self._link:
            self._link = state
            yield Cue(t_s, t_s, "link", f"link_{state}", _BROKEN[state])
        elif state == "streaming" and self._link is not None:
            self._link = None
            yield Cue(t_s, t_s, "link", "link_back", "good")
        elif state == "battery_low" and not self._battery_told:
            self._battery_told = True
            yield Cue(t_s, t_s, "battery", "link_battery_low", "warn")

    def notice(self, told: Notice) -> Iterator[Cue]:
        """What must be heard at once."""
        if told.code in _NOTICES:
            yield Cue(told.t_s, told.t_s, "session", f"notice_{told.code}", _NOTICES[told.code])
