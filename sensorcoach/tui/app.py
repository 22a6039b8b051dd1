"""The Textual application: themes, keys and palette. Whoever starts it pushes the first screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import App, SystemCommand

from sensorcoach.preferences import ScreenSettings
from sensorcoach.tui.themes import THEMES

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.theme import Theme

_PLAIN = ScreenSettings()
_NOT_OURS = frozenset({"Keys", "Maximize", "Minimize", "Theme"})
"""Of Textual's own commands: our help tells the keys, big mode enlarges, and there are two themes to remember."""


class SensorcoachApp(App[None]):
    """``begin`` is called once the terminal is there: it pushes the first screen.

    ``remember`` is given the screen's preferences when the person changes them here (the theme). ``offer``: what else
    the palette has on a screen.
    """

    TITLE = "sensorcoach"

    def __init__(
        self,
        begin: Callable[[SensorcoachApp], object],
        preferences: ScreenSettings = _PLAIN,
        remember: Callable[[ScreenSettings], object] | None = None,
        offer: Callable[[Screen[object]], Iterable[SystemCommand]] = lambda _screen: (),
    ) -> None:
        super().__init__()
        self._begin, self.preferences, self._remember, self._offer = begin, preferences, remember, offer
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[preferences.theme].name

    def on_mount(self) -> None:
        """The first screen."""
        self.theme_changed_signal.subscribe(self, self._theme_chosen)
        self._begin(self)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Ours, then Textual's but for those that we have better; a session has its own way to quit."""
        from sensorcoach.tui.session.screen import SessionScreen

        yield from self._offer(screen)
        unwanted = _NOT_OURS
        if isinstance(screen, SessionScreen):
            unwanted |= {"Quit"}
        else:
            yield SystemCommand("Light or dark", "Change between light and dark", self.action_turn_theme)
        yield from (command for command in super().get_system_commands(screen) if command.title not in unwanted)

    def action_turn_theme(self) -> None:
        """Light or dark."""
        self.theme = THEMES["light" if self.current_theme.dark else "dark"].name

    async def action_quit(self) -> None:
        """Ctrl+Q: as ``q`` on a session that is recorded, which asks; elsewhere at once."""
        from sensorcoach.tui.session.screen import SessionScreen

        if isinstance(self.screen, SessionScreen) and self.screen.recording:
            self.screen.action_do("leave")
        else:
            self.exit()

    async def action_help_quit(self) -> None:  # type: ignore[override]
        """Ctrl+C."""
        await self.action_quit()

    def _theme_chosen(self, theme: Theme) -> None:
        name = next((name for name, ours in THEMES.items() if ours.name == theme.name), None)
        if name is not None and name != self.preferences.theme:
            self.preferences = replace(self.preferences, theme=name)
            if self._remember is not None:
                self._remember(self.preferences)
