"""The session screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from textual.screen import Screen

from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result

if TYPE_CHECKING:
    from sensorcoach.app.show import Show


class Mutable(Protocol):
    """What can be silenced: the voice."""

    def mute(self, on: bool) -> None:
        """Silent while ``on``."""


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """With what the session screen is left. ``again``: the person wants to try once more what failed."""

    result: Result | None
    failure: SensorcoachError | None = None
    again: bool = False


class SessionScreen(Screen[SessionEnd]):
    """Push it with a callback, which is given the `SessionEnd` once the session is over or left."""

    def __init__(self, show: Show, voice: Mutable | None = None, *, big: bool = False) -> None:
        super().__init__()
        self._show, self._voice, self._big = show, voice, big
