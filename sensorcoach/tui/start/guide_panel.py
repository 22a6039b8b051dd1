"""What to do before the count begins: wear it, lie still, show the left side once."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import ProgressBar, Static

from sensorcoach.model import StageName
from sensorcoach.tui.start.figures import KNEES_LEFT, KNEES_UP, LYING, STRAP

_FIGURES: Final[dict[StageName, str]] = {
    "wear": LYING,
    "still": LYING,
    "side": KNEES_LEFT,
    "armed": KNEES_UP,
    "paused": LYING,
    "ended": LYING,
}
_TITLES: Final[dict[StageName, str]] = {
    "wear": "Put the sensor on",
    "still": "Lie still",
    "side": "Knees to the LEFT, once",
    "armed": "Go",
    "paused": "Paused",
    "ended": "Done",
}
_WORDS: Final[dict[StageName, tuple[str, ...]]] = {
    "wear": (
        "Strap it to the thigh, a hand's breadth above the knee. Flat, tight, its arrow to the hip.",
        "Then lie on your back, knees up, feet flat. It goes on by itself: no key to press.",
    ),
    "still": ("Knees up, feet flat. Breathe. Three seconds, then it begins by itself.",),
    "side": (
        "Lower both knees to your left, slowly, and bring them back up.",
        "So I learn which side is which.",
    ),
    "armed": (
        "Lower both knees to one side, as far as is comfortable. Breathe. Come back, the pelvis first.",
        "What you do from now on counts.",
    ),
    "paused": ("Nothing is counted now; it is still recorded.", "Tap the sensor twice, or press p, to go on."),
    "ended": ("Roll to one side before you get up.",),
}
_REASONS: Final[dict[str, str]] = {
    "upside_down": "The sensor is upside down: turn it round, arrow to the hip.",
    "loose": "The strap is loose: pull it tighter.",
    "wrong_segment": "The sensor seems to sit on another part of the leg: strap it to the thigh, above the knee.",
    "clipping": "The sensor's range is too small for a thump: let the knees down gently.",
    "double_tap": "You tapped the sensor twice.",
    "target": "You have reached your target.",
    "rest": "You have rested for a minute.",
    "pain": "You said that it hurt. Stop for today.",
}


class GuidePanel(Horizontal):
    """Shows one stage of a guided session: give it ``stage``, ``progress`` (0 to 1) and ``reason`` of a `Picture`."""

    DEFAULT_CSS = """
    GuidePanel {
        height: auto; min-height: 10; padding: 1 2; align: center middle;
        #guide-figure { width: 42; height: auto; color: $foreground; }
        #guide-side { width: 1fr; max-width: 60; height: auto; }
        #guide-title { height: auto; text-style: bold; color: $accent; }
        #guide-words { height: auto; margin-top: 1; }
        #guide-progress { margin-top: 1; width: 100%; }
        #guide-progress Bar { width: 1fr; }
        #guide-reason { height: auto; margin-top: 1; color: $warning; }
    }
    """

    stage: reactive[StageName] = reactive[StageName]("wear")
    progress: reactive[float] = reactive(0.0)
    reason: reactive[str] = reactive("")

    def compose(self) -> ComposeResult:
        """A figure, and beside it what to do."""
        yield Static(id="guide-figure")
        with Vertical(id="guide-side"):
            yield Static(id="guide-title")
            yield Static(id="guide-words")
            yield ProgressBar(total=1.0, show_eta=False, id="guide-progress")
            yield Static(id="guide-reason")

    def on_mount(self) -> None:
        """Show what was set before there was anything to show it."""
        self._show_stage()
        self.query_one("#guide-progress", ProgressBar).progress = self.progress

    def watch_stage(self) -> None:
        """Another figure, other words."""
        if self.is_mounted:
            self._show_stage()

    def watch_progress(self) -> None:
        """The bar of lying still."""
        if self.is_mounted:
            self.query_one("#guide-progress", ProgressBar).progress = self.progress

    def watch_reason(self) -> None:
        """Why it stands here."""
        if self.is_mounted:
            self._show_stage()

    def _show_stage(self) -> None:
        self.query_one("#guide-figure", Static).update(figure(_FIGURES[self.stage]))
        self.query_one("#guide-title", Static).update(Content(_TITLES[self.stage]))
        self.query_one("#guide-words", Static).update(Content("\n".join(_WORDS[self.stage])))
        self.query_one("#guide-progress", ProgressBar).display = self.stage == "still"
        why = self.query_one("#guide-reason", Static)
        why.update(Content(_REASONS.get(self.reason, "")))
        why.display = self.reason in _REASONS


def figure(drawn: str) -> Content:
    """A figure with the strap in a colour of its own."""
    before, strap, after = drawn.partition(STRAP)
    return Content.assemble(before, (strap, "bold $accent"), after)
