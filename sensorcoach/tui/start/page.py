"""What all pages around a session share: a title above, keys below, Escape to go back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static


class Page(Screen[None]):
    """A full page: give it `heading` and `body`."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (116, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back", id="back", priority=True)]
    DEFAULT_CSS = """
    Page {
        #heading { dock: top; height: 1; padding: 0 2; background: $panel; color: $foreground; text-style: bold; }
        #page-body { padding: 1 2 0 2; height: 1fr; }
        .instruction { color: $text; height: auto; }
        .aside { color: $text-muted; height: auto; }
        DataTable { height: 1fr; background: $background; }
        DataTable > .datatable--header { background: $background; color: $text-muted; text-style: bold; }
    }
    """

    heading: ClassVar[str] = ""

    def compose(self) -> ComposeResult:
        """Title, body, keys."""
        yield Static(Content(f"sensorcoach · {self.heading}" if self.heading else "sensorcoach"), id="heading")
        with Vertical(id="page-body"):
            yield from self.body()
        yield Footer(show_command_palette=False)

    def body(self) -> ComposeResult:
        """What stands between title and keys."""
        yield from ()

    def action_back(self) -> None:
        """To where the person came from."""
        self.dismiss()
