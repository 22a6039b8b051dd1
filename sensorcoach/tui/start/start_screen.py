"""The first screen: what can be done, the most likely thing first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from sensorcoach.output.printable import printable
from sensorcoach.tui.start.figures import LYING
from sensorcoach.tui.start.guide_panel import figure
from sensorcoach.tui.start.openings import OpenDemo, OpenLive, Way
from sensorcoach.tui.start.page import Page
from sensorcoach.tui.start.past import counted_words, date_words, warning_words
from sensorcoach.tui.start.trend import trend_lines

if TYPE_CHECKING:
    from sensorcoach.tui.start.desk import Desk

CLAIM: Final = "Lie down, let both knees sink to one side, breathe, come back. Your sensor counts and listens."
_KEYS: Final = ("live", "pick", "replay", "demo", "log", "settings")


class StartScreen(Page):
    """The menu."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "leave", "Quit", id="leave"),
        *(Binding(str(number), f"go('{key}')", show=False, id=f"start_{key}") for number, key in enumerate(_KEYS, 1)),
    ]
    DEFAULT_CSS = """
    StartScreen {
        #claim { height: auto; margin-bottom: 1; color: $text-muted; }
        #menu { width: 1fr; height: auto; max-height: 1fr; border: none; background: $background; padding: 0; }
        #menu > .option-list--option { padding: 0 1; }
        #beside { display: none; width: 50; margin-left: 2; height: auto; }
        #figure { height: auto; }
        #trend { height: auto; margin-top: 1; padding: 0 1; border: round $primary 40%;
                 border-title-color: $text-muted; }
        #across { height: 1fr; }
    }
    StartScreen.-wide #beside { display: block; }
    """

    def __init__(self, desk: Desk, way: Way) -> None:
        super().__init__()
        self._desk, self._way = desk, way

    def body(self) -> ComposeResult:
        """The menu; beside it, where there is room, how to lie and the last sessions."""
        yield Static(CLAIM, id="claim")
        with Horizontal(id="across"):
            yield OptionList(id="menu")
            with Vertical(id="beside"):
                yield Static(figure(LYING), id="figure")
                yield Static(id="trend")

    def on_screen_resume(self) -> None:
        """Look again: a session may have been recorded meanwhile."""
        menu = self.query_one("#menu", OptionList)
        chosen = menu.highlighted or 0
        menu.set_options(
            Option(_entry(number, *words), id=key)
            for number, (key, words) in enumerate(zip(_KEYS, self._words(), strict=True), 1)
        )
        menu.highlighted = chosen
        menu.focus()
        trend = self.query_one("#trend", Static)
        trend.border_title = "Your last sessions"
        trend.update(Content("\n".join(trend_lines(self._desk.logged()))))

    def _words(self) -> list[tuple[str, str]]:
        sensor = self._desk.remembered()
        recordings = self._desk.recordings()
        logged = self._desk.logged()
        if sensor is None:
            live = ("Start", "the sensor that is switched on and near")
        else:
            live = (f"Start with {printable(sensor.name or 'your sensor')}", f"the sensor used last ({sensor.profile})")
        if recordings:
            many = "one is" if len(recordings) == 1 else f"{len(recordings)} are"
            replay = f"{many} here, the last of {date_words(recordings[0].begun)}"
        else:
            replay = "none here yet: each session is recorded"
        if logged:
            last = logged[0]
            told = f"{date_words(last.begun)}: {counted_words(last)}; warnings: {warning_words(last)}"
        else:
            told = "your sessions and how they change over the weeks"
        return [
            live,
            ("Pick a sensor", "see what is switched on near you"),
            ("Look at a recording", replay),
            ("Demo", "a simulated session, one minute, no sensor needed"),
            ("Log", told),
            ("Settings", "how far is comfortable, how many, how long, voice, colours"),
        ]

    @on(OptionList.OptionSelected, "#menu")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.action_go(event.option_id or "")

    def action_go(self, key: str) -> None:
        """Where an entry leads."""
        match key:
            case "live":
                self._way.open(OpenLive())
            case "demo":
                self._way.open(OpenDemo())
            case "pick":
                from sensorcoach.tui.start.sensor_picker import SensorPicker

                self.app.push_screen(SensorPicker(self._desk, self._way))
            case "replay":
                from sensorcoach.tui.start.recordings_browser import RecordingsBrowser

                self.app.push_screen(RecordingsBrowser(self._desk, self._way))
            case "log":
                from sensorcoach.tui.start.log_screen import LogScreen

                self.app.push_screen(LogScreen(self._desk, self._way))
            case "settings":
                from sensorcoach.tui.start.settings_screen import SettingsScreen

                self.app.push_screen(SettingsScreen(self._desk))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing behind this page."""
        return action != "back"

    def action_leave(self) -> None:
        """Leave the program."""
        self.app.exit()


def _entry(number: int, title: str, words: str) -> Content:
    return Content.assemble((f"{number}  ", "$text-muted"), (title, "bold"), "\n", (f"   {words}", "$text-muted"))
