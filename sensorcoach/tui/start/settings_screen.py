"""What a person sets most: how far, how many, how long, what is heard and seen. The rest is in the file it names."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.validation import Number, Validator
from textual.widgets import Button, Checkbox, Input, Select, Static

from sensorcoach.errors import SensorcoachError
from sensorcoach.output.printable import printable
from sensorcoach.output.words import figure
from sensorcoach.preferences import Personal
from sensorcoach.tui.start.page import Page

if TYPE_CHECKING:
    from sensorcoach.tui.start.desk import Desk

_FIELDS: Final = (
    ("comfort-left", "Comfortable to the left, °", "empty: learnt from you", 0.0, 120.0),
    ("comfort-right", "Comfortable to the right, °", "warned from 5° beyond", 0.0, 120.0),
    ("target", "Repetitions a side", "empty: grows with you; 0: no end", 0.0, 100.0),
    ("hold", "Hold at the side, s", "a breath is about 4; 0: none", 0.0, 120.0),
    ("volume", "Volume, 0 to 100", "of tones and speech", 0.0, 100.0),
)
_OPTIONAL: Final = ("comfort-left", "comfort-right", "target")


class SettingsScreen(Page):
    """Saves the personal settings file; Escape leaves it as it is."""

    heading: ClassVar[str] = "settings"
    DEFAULT_CSS = """
    SettingsScreen {
        #page-body { padding: 0 2; }
        VerticalScroll { scrollbar-size-vertical: 1; }
        .field { height: 1; margin-top: 1; }
        .label { width: 28; }
        .hint { width: 1fr; color: $text-muted; margin-left: 2; height: 1; }
        .field Input, .field Select { width: 14; }
        .field Checkbox { width: 14; }
        #buttons { height: 1; margin-top: 1; }
        #trouble { color: $error; height: auto; }
        #file { color: $text-muted; height: auto; margin-top: 1; }
    }
    SettingsScreen.-low .field { margin-top: 0; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-tall")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._personal = Personal()

    def body(self) -> ComposeResult:
        """A row a setting, with what it means."""
        with VerticalScroll():
            for key, label, hint, least, most in _FIELDS:
                # valid_empty: only where not knowing is an answer
                box = Input(
                    id=key, type="number", compact=True, validators=_within(least, most), valid_empty=key in _OPTIONAL
                )
                yield from _row(label, box, hint)
            yield from _row("Voice", Checkbox("on", compact=True, id="voice"), "counts, and says what to change")
            languages = [("English", "en"), ("Deutsch", "de")]
            yield from _row("Language", Select(languages, allow_blank=False, compact=True, id="language"), "spoken")
            themes = [("dark", "dark"), ("light", "light")]
            yield from _row("Colours", Select(themes, allow_blank=False, compact=True, id="theme"), "")
            with Horizontal(id="buttons"):
                yield Button("Save", variant="primary", compact=True, id="save")
            yield Static(id="trouble")
            yield Static(id="file")

    def on_mount(self) -> None:
        """What is in force."""
        try:
            self._personal = self._desk.personal()
        except SensorcoachError as error:
            self._complain(error)
        limits, own, grown = self._personal.limits, self._personal, self._desk.grown_target()
        told = {
            "comfort-left": limits.comfort_left_deg,
            "comfort-right": limits.comfort_right_deg,
            "target": own.goal.reps_a_side if grown is None else None,
            "hold": limits.hold_target_s,
            "volume": 100.0 * own.voice.volume,
        }
        for key, value in told.items():
            self.query_one(f"#{key}", Input).value = "" if value is None else figure(value)
        self.query_one("#target", Input).placeholder = "" if grown is None else f"now {grown}"
        self.query_one("#voice", Checkbox).value = own.voice.on
        self.query_one("#language", Select).value = own.voice.language
        self.query_one("#theme", Select).value = own.screen.theme
        where = printable(self._desk.personal_file())
        self.query_one("#file", Static).update(Content(f"Keys and every other limit: {where}"))
        self.query_one("#comfort-left").focus()

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def _save(self) -> None:
        wrong = [box for box in self.query(Input) if not (result := box.validate(box.value)) or not result.is_valid]
        wrong = [box for box in wrong if box.value or box.id not in _OPTIONAL]
        if wrong:
            wrong[0].focus()
            label, least, most = next((one[1], one[3], one[4]) for one in _FIELDS if one[0] == wrong[0].id)
            trouble = f"{label}: a number from {figure(least)} to {figure(most)}, please."
            self.query_one("#trouble", Static).update(Content(trouble))
            return
        try:
            chosen = self._chosen()
            self._desk.save_personal(chosen, target_grows=self._number("target") is None)
        except SensorcoachError as error:
            self._complain(error)
            return
        self.app.theme = f"sensorcoach-{chosen.screen.theme}"
        self.notify("Saved. It holds from the next session on.")
        self.dismiss()

    def _chosen(self) -> Personal:
        own = self._personal
        hold_s = self._number("hold") or 0.0
        limits = replace(
            own.limits,
            comfort_left_deg=self._number("comfort-left"),
            comfort_right_deg=self._number("comfort-right"),
            hold_target_s=hold_s,
            hold_target_chosen=own.limits.hold_target_chosen or hold_s != own.limits.hold_target_s,
        )
        voice = replace(
            own.voice,
            on=self.query_one("#voice", Checkbox).value,
            volume=(self._number("volume") or 0.0) / 100.0,
            language=str(self.query_one("#language", Select).value),
        )
        light = self.query_one("#theme", Select).value == "light"
        return replace(
            own,
            limits=limits,
            goal=replace(own.goal, reps_a_side=round(self._number("target") or 0.0)),
            voice=voice,
            screen=replace(own.screen, theme="light" if light else "dark"),
        )

    def _number(self, key: str) -> float | None:
        text = self.query_one(f"#{key}", Input).value.strip()
        return float(text) if text else None

    def _complain(self, error: SensorcoachError) -> None:
        self.query_one("#trouble", Static).update(Content(printable(str(error))))


def _within(least: float, most: float) -> list[Validator]:
    return [Number(minimum=least, maximum=most)]


def _row(label: str, widget: Input | Checkbox | Select[str], hint: str) -> ComposeResult:
    with Horizontal(classes="field"):
        yield Static(Content(label), classes="label")
        yield widget
        yield Static(Content(hint), classes="hint")
