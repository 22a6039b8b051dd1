"""What to do before the count begins: wear it, lie still, show the left side once."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from sensorcoach.model import StageName


class GuidePanel(Widget):
    """Shows one stage of a guided session; give it ``stage``, ``progress`` (0 to 1) and ``reason`` of a `Picture`."""

    stage: reactive[StageName] = reactive[StageName]("wear")
    progress: reactive[float] = reactive(0.0)
    reason: reactive[str] = reactive("")

    def compose(self) -> ComposeResult:
        """Words; the picture of the strap comes later."""
        yield Static(id="guide-words")
