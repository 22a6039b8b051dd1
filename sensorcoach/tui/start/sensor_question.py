"""Several sensors answer: which one is it?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sensorcoach.output.printable import printable
from sensorcoach.tui.start.bars import signal_bars, signal_words

if TYPE_CHECKING:
    from sensorcoach.app import Found


class SensorQuestion(ModalScreen["Found | None"]):
    """Dismissed with the sensor, or with None where the person would not say."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "none", "Cancel", id="question_none")]
    DEFAULT_CSS = """
    SensorQuestion {
        align: center middle;
        #question { width: 70; max-width: 100%; height: auto; max-height: 100%; padding: 1 2; background: $surface;
                    border: round $accent; border-title-style: bold; }
        #question Static { height: auto; margin-bottom: 1; }
        OptionList { height: auto; border: none; background: $surface; }
    }
    """

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__()
        self._found = list(found)

    def compose(self) -> ComposeResult:
        """Best first."""
        with Vertical(id="question") as question:
            question.border_title = "Which one is at your knee?"
            yield Static("Several sensors answer. The strongest is usually the nearest. Escape cancels.")
            yield OptionList(*(Option(_line(one)) for one in self._found))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._found[event.option_index])

    def action_none(self) -> None:
        """None of them."""
        self.dismiss(None)


def _line(one: Found) -> Content:
    name = printable(one.name or "(no name)")
    return Content(f"{name:<26} {signal_bars(one.rssi_dbm)} {signal_words(one.rssi_dbm):<10} {printable(one.address)}")
