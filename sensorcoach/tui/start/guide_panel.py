"""What to do before the count begins: wear it, lie still, show the left side once."""

from __future__ import annotations

from typing import Final, Literal

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import ProgressBar, Static

from sensorcoach.tui.start.figures import KNEES_LEFT, KNEES_RIGHT, LYING, STRAP

GuidedStage = Literal["wear", "still", "side"]
_TITLES: Final[dict[GuidedStage, str]] = {
    "wear": "Put the sensor on",
    "still": "Lie still",
    "side": "Knees to the {side}, once",
}
_WORDS: Final[dict[GuidedStage, tuple[str, ...]]] = {
    "wear": (
        "Strap it to the thigh, a hand's breadth above the knee. Flat, tight, its arrow to the hip.",
        "Then lie on your back, knees up, feet flat. It goes on by itself: no key to press.",
    ),
    "still": ("Knees up, feet flat. Breathe. Three seconds, then it begins by itself.",),
    "side": (
        "Lower both knees slowly to your {side}, as far as is comfortable, and bring them back up.",
        "So I learn which side is which, and how far is comfortable.",
    ),
}
_OTHER_AXIS: Final = "If it is on as it should be, another axis points up the leg: tell it with --up-leg."
REASONS: Final[dict[str, str]] = {
    "upside_down": f"The sensor seems to be upside down. Turn it round, its arrow to the hip. {_OTHER_AXIS}",
    "wrong_segment": "The leg stands upright. If you already lie, the sensor sits below the knee: strap it just above "
    f"the knee. {_OTHER_AXIS}",
    "not_in_posture": "The thigh is not as in lying with bent knees. Lie on your back, knees bent, feet near. "
    f"{_OTHER_AXIS}",
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
        #guide-words.-wrong { color: $warning; }
    }
    """

    stage: reactive[GuidedStage] = reactive[GuidedStage]("wear")
    progress: reactive[float] = reactive(0.0)
    reason: reactive[str] = reactive("")

    def compose(self) -> ComposeResult:
        """A figure, and beside it what to do."""
        yield Static(id="guide-figure")
        with Vertical(id="guide-side"):
            yield Static(id="guide-title")
            yield Static(id="guide-words")
            yield ProgressBar(total=1.0, show_eta=False, id="guide-progress")

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
        side = "right" if self.reason == "right" else "left"
        knees = KNEES_RIGHT if side == "right" else KNEES_LEFT
        drawn = knees if self.stage == "side" else LYING
        self.query_one("#guide-figure", Static).update(figure(drawn))
        self.query_one("#guide-title", Static).update(Content(_TITLES[self.stage].format(side=side.upper())))
        words = self.query_one("#guide-words", Static)
        wrong = REASONS.get(self.reason)
        words.update(Content(f"▲ {wrong}" if wrong else "\n".join(_WORDS[self.stage]).format(side=side)))
        words.set_class(wrong is not None, "-wrong")
        self.query_one("#guide-progress", ProgressBar).display = self.stage == "still"


def figure(drawn: str) -> Content:
    """A figure with the strap in a colour of its own."""
    before, strap, after = drawn.partition(STRAP)
    return Content.assemble(before, (strap, "bold $accent"), after)
