"""Everything that can be done on this screen, by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from sensorcoach.tui.commands import Command, commands_of

if TYPE_CHECKING:
    from sensorcoach.tui.session.screen import SessionScreen


class SessionCommands(Provider):
    """The commands of the session screen that can run now."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self._able():
            yield DiscoveryHit(_title(command), partial(self._screen.action_do, command.id), help=command.help)

    async def search(self, query: str) -> Hits:
        """Those that match what is typed."""
        matcher = self.matcher(query)
        for command in self._able():
            title = _title(command)
            score = max(matcher.match(title), 0.8 * matcher.match(command.help))
            if score > 0.0:
                run = partial(self._screen.action_do, command.id)
                yield Hit(score, matcher.highlight(title), run, help=command.help)

    @property
    def _screen(self) -> SessionScreen:
        return cast("SessionScreen", self.screen)

    def _able(self) -> Iterator[Command]:
        return (one for one in commands_of(self._screen.kind) if self._screen.check_action("do", (one.id,)))


def _title(command: Command) -> str:
    return command.words[0].upper() + command.words[1:]
