"""The first screen: what can be done, the most likely thing first."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from sensorcoach.tui.start.openings import Opening


class StartScreen(Screen[None]):
    """``opened`` is called with what the person chose; the screen stays below, to come back to."""

    def __init__(self, opened: Callable[[Opening], None]) -> None:
        super().__init__()
        self._opened = opened
