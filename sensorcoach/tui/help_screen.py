"""All keys and all signs of the session screen."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from sensorcoach.tui.commands import commands_of, shown_keys

if TYPE_CHECKING:
    from sensorcoach.app.show import ShowKind

SIGNS: Final = (
    ("✓", "good"),
    ("○", "a note: nothing to correct yet"),
    ("▲", "to correct"),
    ("■", "careful: well beyond the limit"),
    ("◇", "a mark of yours"),
    ("✖", "where it hurt"),
    ("3 left", "a repetition begins, shaded to its end; up is left, down is right"),
    ("╌", "what is comfortable (angle), what is too fast (speed)"),
)


class HelpScreen(ModalScreen[None]):
    """Scrolls with the arrows; any of its keys leaves it."""

    BINDINGS = [Binding("escape,q,question_mark,f1,enter,space", "leave", "close")]
    DEFAULT_CSS = """
    HelpScreen {
        align: center middle; background: $background 60%;
        & > VerticalScroll {
            width: 78; max-width: 100%; height: auto; max-height: 100%;
            background: $panel; border: round $accent; padding: 0 1; scrollbar-size-vertical: 1;
        }
        & Static { height: auto; }
    }
    """

    def __init__(self, kind: ShowKind, keys: Mapping[str, str]) -> None:
        """``keys``: as the settings change them."""
        super().__init__()
        self._kind: ShowKind = kind
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Keys, then signs."""
        with VerticalScroll() as box:
            box.border_title = "help"
            box.border_subtitle = "ctrl+p: everything by name     escape: close"
            yield Static(self._listed())
            yield Static(_signs())

    def action_leave(self) -> None:
        """Back to the session."""
        self.dismiss(None)

    def _listed(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(justify="right", no_wrap=True, min_width=9)
        table.add_column()
        for _, beside in groupby(commands_of(self._kind), lambda command: command.beside or command.id):
            group = list(beside)
            keys = " ".join(shown_keys(command, self._keys) for command in group)
            if keys:
                table.add_row(Text(keys, "bold"), Text(" ".join(command.help for command in group)))
        return table


def _signs() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, min_width=9)
    table.add_column()
    table.add_row("", "")
    for sign, meaning in SIGNS:
        table.add_row(Text(sign, "bold"), Text(meaning))
    return table
