"""Before the first session: who should not do this exercise, and when to stop."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from sensorcoach.output.safety import ASK_FIRST, LIMITS, STOP_AT

ENOUGH: Final = "If it hurts: press x, or just lie still until the session ends by itself."


class SafetyNotice(ModalScreen[bool]):
    """Dismissed with True once it was read and accepted, with False where the person would rather not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "I have read this: go on", id="accept"),
        Binding("escape,q", "decline", "Not now", id="decline"),
    ]
    DEFAULT_CSS = """
    SafetyNotice {
        align: center middle;
        #notice { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 1 3; background: $surface;
                  border: round $warning; border-title-color: $warning; border-title-style: bold; }
        #notice Static { height: auto; }
        .notice-title { text-style: bold; margin-top: 1; }
        #notice .notice-title:first-child { margin-top: 0; }
        .notice-limits { margin-top: 1; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        """Two lists and a sentence."""
        with VerticalScroll(id="notice") as notice:
            notice.border_title = "Before your first session"
            yield Static("Ask a doctor or physiotherapist first, if you have", classes="notice-title")
            yield Static(Content(_list(ASK_FIRST)))
            yield Static("Stop at once at", classes="notice-title")
            yield Static(Content(_list(STOP_AT)))
            yield Static(
                "If it hurts: press x, or just lie still until the session ends by itself.", classes="notice-limits"
            )
            yield Static(Content(LIMITS), classes="notice-limits")
        yield Footer(show_command_palette=False)

    def action_accept(self) -> None:
        """Read and accepted."""
        self.dismiss(True)

    def action_decline(self) -> None:
        """Rather not."""
        self.dismiss(False)


def _list(lines: tuple[str, ...]) -> str:
    return "\n".join(f"• {line}" for line in lines)
