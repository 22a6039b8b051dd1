"""The recordings in the person's folder: when, how long, how many repetitions, what was warned about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Input, Static
from textual.worker import get_current_worker

from sensorcoach.output.printable import printable
from sensorcoach.tui.start.desk import Unreadable
from sensorcoach.tui.start.openings import OpenReplay
from sensorcoach.tui.start.page import Page
from sensorcoach.tui.start.past import PastSession, counted_words, date_words, length_words, warning_words

if TYPE_CHECKING:
    from sensorcoach.app import StoredRecording
    from sensorcoach.tui.start.desk import Desk
    from sensorcoach.tui.start.openings import Way

NONE_YET: Final = (
    "No recordings yet. Every live session is recorded by itself and stands here afterwards.\n\n"
    "To see what one looks like, go back and choose Demo. To look at a file from elsewhere, press o."
)
_READING: Final = "…"


class RecordingsBrowser(Page):
    """The list is there at once; what is in each file is read one after the other, newest first."""

    heading: ClassVar[str] = "recordings"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("o", "other", "A file elsewhere", id="browse_other")]
    DEFAULT_CSS = """
    RecordingsBrowser {
        #none { height: auto; display: none; }
        #list { height: 1fr; }
        #detail { height: 2; margin-top: 1; color: $text-muted; }
        #elsewhere { display: none; }
    }
    """

    def __init__(self, desk: Desk, way: Way) -> None:
        super().__init__()
        self._desk, self._way = desk, way
        self._read: dict[str, PastSession | Unreadable] = {}

    def body(self) -> ComposeResult:
        """The list, or what to do to have one."""
        yield Static(NONE_YET, id="none")
        table: DataTable[Content] = DataTable(id="list", cursor_type="row")
        for word, width in (("recorded", 21), ("min", 5), ("repetitions", 28), ("warnings", 10)):
            table.add_column(word, key=word, width=width)
        yield table
        yield Static(id="detail")
        yield Input(placeholder="path of a recording, then Enter", id="elsewhere")

    def on_mount(self) -> None:
        """Names at once, contents as they are read."""
        recordings = self._desk.recordings()
        table: DataTable[Content] = self.query_one(DataTable)
        for one in recordings:
            cells = (date_words(one.begun), _READING, _READING, _READING)
            table.add_row(*map(Content, cells), key=str(one.path))
        table.display = bool(recordings)
        self.query_one("#none").display = not recordings
        table.focus()
        self._read_all(recordings)

    @work(thread=True, exclusive=True, group="reading")
    def _read_all(self, recordings: list[StoredRecording]) -> None:
        worker = get_current_worker()
        for one in recordings:
            if worker.is_cancelled:
                return
            found = self._desk.read(one.path)
            if not worker.is_cancelled:
                self.app.call_from_thread(self._show, str(one.path), found)

    def _show(self, key: str, found: PastSession | Unreadable) -> None:
        if not self.is_mounted:
            return
        self._read[key] = found
        table: DataTable[Content] = self.query_one(DataTable)
        if isinstance(found, Unreadable):
            table.update_cell(key, "min", Content("–"))
            table.update_cell(key, "repetitions", Content("cannot be read"))
            table.update_cell(key, "warnings", Content("–"))
        else:
            if found.begun is not None:
                table.update_cell(key, "recorded", Content(date_words(found.begun)))
            table.update_cell(key, "min", Content(length_words(found)))
            table.update_cell(key, "repetitions", Content(counted_words(found)))
            table.update_cell(key, "warnings", Content(warning_words(found)))
        self._show_detail()

    @on(DataTable.RowHighlighted)
    def _show_detail(self) -> None:
        table: DataTable[Content] = self.query_one(DataTable)
        if not table.row_count:
            return
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value or ""
        found = self._read.get(key)
        if isinstance(found, Unreadable):
            words = found.reason
        else:
            simulated = " Simulated: it never happened." if found and found.simulated else ""
            words = f"Enter plays {Path(key).name}.{simulated}"
        self.query_one("#detail", Static).update(Content(printable(words)))

    @on(DataTable.RowSelected)
    def _picked(self, event: DataTable.RowSelected) -> None:
        key = event.row_key.value or ""
        if isinstance(self._read.get(key), Unreadable):
            self.notify("This one cannot be played; the reason stands below the list.", severity="warning")
            return
        self._way.open(OpenReplay((Path(key),)))

    def action_other(self) -> None:
        """Ask for a path."""
        box = self.query_one("#elsewhere", Input)
        box.display = True
        box.focus()

    @on(Input.Submitted, "#elsewhere")
    def _typed(self, event: Input.Submitted) -> None:
        path = Path(event.value.strip()).expanduser()
        if event.value.strip() and path.exists():
            self._way.open(OpenReplay((path,)))
        else:
            self.notify(f"There is no file {printable(str(path))}.", severity="warning", markup=False)
