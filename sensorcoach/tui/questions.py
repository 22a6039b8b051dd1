"""The small windows of a session: to end it, and what to do when it hurts."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

PAIN_ADVICE: Final = (
    "The session is stopped, and it is noted that it hurt.",
    "Come back to the middle slowly, with your hands on your thighs, and rest.",
    "Do not go on today if the pain was sharp, went into a leg, or came with numbness: ask a doctor or physiotherapist "
    "before the next session.",
    "If it was mild and is gone: next time go less far and slower, or put a cushion between the knees.",
)
"""domain.md 5.3: sharp pain, new leg pain, numbness are reasons to stop."""


class _Window(ModalScreen[bool]):
    """A box in the middle."""

    DEFAULT_CSS = """
    _Window {
        align: center middle; background: $background 60%;
        & > Vertical {
            width: 64; max-width: 94%; height: auto; max-height: 90%;
            background: $panel; border: round $accent; padding: 1 2;
        }
        & Static { height: auto; margin-bottom: 1; }
        & .-keys { color: $foreground 75%; margin-bottom: 0; }
    }
    """


class QuitQuestion(_Window):
    """Gives True where the session shall end."""

    BINDINGS = [
        Binding("enter,y,q,ctrl+c", "answer(True)", "end it"),
        Binding("escape,n,space", "answer(False)", "go on"),
    ]

    def compose(self) -> ComposeResult:
        """The question and both answers."""
        with Vertical() as box:
            box.border_title = "End the session?"
            yield Static("It is being recorded. Ending it closes the recording and shows what the session came to.")
            yield Static("enter, y or q: end it     escape or n: go on", classes="-keys")

    def action_answer(self, end: bool) -> None:
        """One key, one answer."""
        self.dismiss(end)


class PainAdvice(_Window):
    """What to do now; any of its keys leads on."""

    BINDINGS = [Binding("enter,escape,space,q,x,ctrl+c", "read", "go on")]

    def compose(self) -> ComposeResult:
        """Sentence by sentence."""
        with Vertical() as box:
            box.border_title = "Stopped"
            for sentence in PAIN_ADVICE:
                yield Static(sentence)
            yield Static("This program cannot judge pain; it is no medical device.")
            yield Static("enter: go on to the summary", classes="-keys")

    def action_read(self) -> None:
        """Read."""
        self.dismiss(True)
