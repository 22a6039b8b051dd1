"""Pick a sensor out of those that are heard right now."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from sensorcoach.errors import SensorcoachError
from sensorcoach.output.printable import printable
from sensorcoach.tui.start.bars import signal_bars, signal_words
from sensorcoach.tui.start.openings import OpenLive
from sensorcoach.tui.start.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sensorcoach.app import HeardSensor
    from sensorcoach.tui.start.desk import Desk
    from sensorcoach.tui.start.openings import Way

LOOK_EVERY_S: Final = 0.5
"""Names and bars change twice a second: readable, and quick enough to see what switching on does."""
WAKE: Final = (
    "Nothing heard yet. Switch the sensor on, bring it near, and end its connection to a phone or another program: "
    "a connected sensor is silent."
)
ONLY_STRANGERS: Final = "{n} other devices are heard, no sensor I know. Press a to see them all."


class SensorPicker(Page):
    """Rows stay where they are while the person looks: only new ones are added, below."""

    heading: ClassVar[str] = "pick a sensor"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "all", "All devices", id="pick_all"),
        Binding("r", "again", "Look again", id="pick_again"),
    ]
    DEFAULT_CSS = """
    SensorPicker {
        #advice { height: auto; margin-bottom: 1; }
        #trouble { height: auto; padding: 1 2; border: round $error; display: none; }
        #heard { height: 1fr; }
    }
    """

    def __init__(self, desk: Desk, way: Way) -> None:
        super().__init__()
        self._desk, self._way = desk, way
        self._all = False
        self._heard: dict[str, HeardSensor] = {}

    def body(self) -> ComposeResult:
        """An instruction, then the list."""
        yield Static(WAKE, id="advice")
        yield Static(id="trouble")
        table: DataTable[Content] = DataTable(id="heard", cursor_type="row", zebra_stripes=False)
        table.add_column("name", key="name", width=22)
        table.add_column("kind", key="kind", width=11)
        table.add_column("signal", key="signal", width=15)
        table.add_column("address", key="address", width=17)
        yield table

    def on_mount(self) -> None:
        """Listen at once."""
        self.query_one(DataTable).focus()
        self.action_again()

    def action_again(self) -> None:
        """Listen anew: after Bluetooth was switched on, for one."""
        self.query_one("#trouble").display = False
        self.query_one("#advice").display = True
        self._listen()

    def action_all(self) -> None:
        """Devices of any kind, too; or no longer."""
        self._all = not self._all
        self.query_one(DataTable).clear()
        self.show(list(self._heard.values()))

    @work(exclusive=True, group="air")
    async def _listen(self) -> None:
        try:
            async with self._desk.air() as heard:
                await self._keep_looking(heard)
        except SensorcoachError as error:
            self._tell_trouble(error)

    async def _keep_looking(self, heard: Callable[[], Sequence[HeardSensor]]) -> None:
        while True:
            self.show(heard())
            await asyncio.sleep(LOOK_EVERY_S)

    def show(self, heard: Sequence[HeardSensor]) -> None:
        """What is heard now; what fell silent keeps its row, and can be picked."""
        self._heard |= {one.address: one for one in heard}
        table: DataTable[Content] = self.query_one(DataTable)
        rows = {key.value for key in table.rows}
        for one in heard:
            if one.profile is None and not self._all:
                continue
            if one.address in rows:
                for column, cell in zip(("name", "kind", "signal"), _cells(one), strict=False):
                    table.update_cell(one.address, column, cell)
            else:
                table.add_row(*_cells(one), key=one.address)
        table.display = bool(table.row_count)
        self.query_one("#advice", Static).update(Content(self._advice(table.row_count)))

    def _advice(self, rows: int) -> str:
        if rows:
            return "Enter takes the sensor; it will be found by itself from then on."
        return ONLY_STRANGERS.format(n=len(self._heard)) if self._heard else WAKE

    def _tell_trouble(self, error: SensorcoachError) -> None:
        box = self.query_one("#trouble", Static)
        box.update(
            Content.assemble(
                (printable(error.message), "bold"), "\n", printable(error.advice), "\n", ("Then press r.", "bold")
            )
        )
        box.display = True
        self.query_one("#advice").display = self.query_one(DataTable).display = False

    @on(DataTable.RowSelected)
    def _picked(self, event: DataTable.RowSelected) -> None:
        one = self._heard.get(event.row_key.value or "")
        if one is not None:
            self._way.open(OpenLive(device=one.address, profile=one.profile))


def _cells(one: HeardSensor) -> tuple[Content, Content, Content, Content]:
    signal = "connected" if one.connected else f"{signal_bars(one.rssi_dbm)} {signal_words(one.rssi_dbm)}"
    return (
        Content(printable(one.name or "(no name)")),
        Content(one.profile or "not known"),
        Content(signal),
        Content(printable(one.address)),
    )
