"""The one interface of everything that can be heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sensorcoach.model import Told


class Voice(Protocol):
    """Listens to a session and lets it be heard. No call ever waits for a sound, except `close`. From any thread."""

    def tell(self, told: Told) -> None:
        """What the session tells, in its order: cues sound; a return ends the breath; a trace drives the speed tone."""

    def advance(self, t_s: float) -> None:
        """Session time has come to ``t_s``; what is told carries its own time already."""

    def mute(self, muted: bool) -> None:
        """Silence from now on, also what is being said; or sound again. Nothing is said later that was muted."""

    def hush(self) -> None:
        """Stop what sounds now: somebody jumped elsewhere in a replay."""

    def close(self) -> None:
        """The session is over: let the last sentence end, then free device and file. Calling it again does nothing."""


class Several:
    """The same, heard in several ways; in none: silence."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        self._voices = tuple(voices)

    def tell(self, told: Told) -> None:
        """See `Voice`."""
        for voice in self._voices:
            voice.tell(told)

    def advance(self, t_s: float) -> None:
        """See `Voice`."""
        for voice in self._voices:
            voice.advance(t_s)

    def mute(self, muted: bool) -> None:
        """See `Voice`."""
        for voice in self._voices:
            voice.mute(muted)

    def hush(self) -> None:
        """See `Voice`."""
        for voice in self._voices:
            voice.hush()

    def close(self) -> None:
        """See `Voice`."""
        for voice in self._voices:
            voice.close()
