"""Shown for the second that a session takes to open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Center, Middle
from textual.screen import Screen
from textual.widgets import Static

from sensorcoach.tui.start.figures import LYING
from sensorcoach.tui.start.guide_panel import figure


class OpeningPage(Screen[None]):
    """No keys: it goes by itself."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    OpeningPage { align: center middle; }
    OpeningPage Static { width: auto; }
    OpeningPage #opening { margin-top: 1; color: $text-muted; }
    """

    def compose(self) -> ComposeResult:
        """A figure and a word."""
        with Middle(), Center():
            yield Static(figure(LYING))
            yield Static("One moment …", id="opening")
