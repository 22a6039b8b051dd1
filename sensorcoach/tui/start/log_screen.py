"""The past sessions, and how they change over the weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import DataTable, Static

from sensorcoach.tui.start.openings import OpenReplay
from sensorcoach.tui.start.page import Page
from sensorcoach.tui.start.past import (
    PastSession,
    counted_words,
    date_words,
    length_words,
    range_words,
    warning_words,
)
from sensorcoach.tui.start.trend import trend_lines

if TYPE_CHECKING:
    from sensorcoach.tui.start.desk import Desk
    from sensorcoach.tui.start.openings import Way

NONE_YET: Final = (
    "No sessions yet. After your first one its count, ranges and warnings stand here, and later how they change."
)


class LogScreen(Page):
    """Enter plays a session's recording."""

    heading: ClassVar[str] = "log"
    DEFAULT_CSS = """
    LogScreen {
        #none { height: auto; display: none; }
        #trend { height: auto; margin-bottom: 1; padding: 0 1; border: round $primary 40%;
                 border-title-color: $text-muted; }
        #sessions { height: 1fr; }
    }
    """

    def __init__(self, desk: Desk, way: Way) -> None:
        super().__init__()
        self._desk, self._way = desk, way
        self._past: list[PastSession] = []

    def body(self) -> ComposeResult:
        """The trend above, the sessions below."""
        yield Static(NONE_YET, id="none")
        yield Static(id="trend")
        table: DataTable[Content] = DataTable(id="sessions", cursor_type="row")
        columns = (("session", 21), ("min", 5), ("repetitions", 18), ("range l r", 9), ("warnings", 10))
        for word, width in columns:
            table.add_column(word, key=word, width=width)
        yield table

    def on_mount(self) -> None:
        """Newest first."""
        self._past = self._desk.logged()
        table: DataTable[Content] = self.query_one(DataTable)
        for number, one in enumerate(self._past):
            words = (
                date_words(one.begun),
                length_words(one),
                counted_words(one),
                range_words(one),
                warning_words(one),
            )
            table.add_row(*map(Content, words), key=str(number))
        trend = self.query_one("#trend", Static)
        trend.border_title = "The last weeks, the oldest left"
        trend.update(Content("\n".join(trend_lines(self._past))))
        for part in (trend, table):
            part.display = bool(self._past)
        self.query_one("#none").display = not self._past
        table.focus()

    @on(DataTable.RowSelected)
    def _picked(self, event: DataTable.RowSelected) -> None:
        path = self._past[int(event.row_key.value or 0)].path
        if path is None or not path.exists():
            self.notify("The recording of this session is no longer there.", severity="warning")
        else:
            self._way.open(OpenReplay((path,)))
