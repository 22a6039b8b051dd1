"""The Textual application: themes, keys and help. Whoever starts it pushes the first screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from sensorcoach.preferences import ScreenSettings


class SensorcoachApp(App[None]):
    """``begin`` is called once the terminal is there: it pushes the first screen.

    ``remember`` is given the screen's preferences when the person changes them here (the theme, big mode).
    """

    TITLE = "sensorcoach"

    def __init__(
        self,
        begin: Callable[[SensorcoachApp], object],
        preferences: ScreenSettings = ScreenSettings(),
        remember: Callable[[ScreenSettings], object] | None = None,
    ) -> None:
        super().__init__()
        self._begin, self.preferences, self._remember = begin, preferences, remember

    def on_mount(self) -> None:
        """The first screen."""
        self._begin(self)
