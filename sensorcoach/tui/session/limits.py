"""The limits of a replay: change one, and see the session graded again at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
from rich.text import Text
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.errors import SettingsError
from sensorcoach.output.words import figure
from sensorcoach.settings import Levels, Limit, LimitSettings, Settings
from sensorcoach.settings_check import checked
from sensorcoach.tui.session.ink import ink, paper

_PROPER: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Tunable:
    """One limit a person may turn. Of a `Limit` with three levels the warn level is meant; the others go with it."""

    name: str
    words: str
    unit: str
    step: float
    least: float
    most: float
    begin: float = 0.0
    """Where it starts if nothing is set."""


TUNABLES: Final = (
    Tunable("too_fast_fraction", "too fast", "of free fall", 0.02, 0.10, 1.00),
    Tunable("abrupt_landing_dps", "abrupt landing", "°/s lost", 5.0, 10.0, 200.0),
    Tunable("jarring_g", "jarring", "g", 0.25, 0.5, 8.0),
    Tunable("hold_target_s", "hold", "s", 0.5, 0.0, 30.0),
    Tunable("restless_hold_deg", "restless hold", "°", 1.0, 2.0, 30.0),
    Tunable("fast_return_per_s", "fast return", "1/s", 0.1, 0.5, 5.0),
    Tunable("incomplete_return_fraction", "incomplete return", "of the range", 0.05, 0.05, 0.5),
    Tunable("jerky_sparc", "jerky", "SPARC", 0.05, -5.0, -1.4),
    Tunable("comfort_left_deg", "comfortable left", "°", 5.0, 10.0, 90.0, 45.0),
    Tunable("comfort_right_deg", "comfortable right", "°", 5.0, 10.0, 90.0, 45.0),
)


def value_of(settings: Settings, tunable: Tunable) -> float | None:
    """As it is set."""
    held: float | Limit | None = getattr(settings.limits, tunable.name)
    return held.warn if isinstance(held, Levels) else held


def turned(settings: Settings, tunable: Tunable, steps: int) -> Settings:
    """``settings`` with one limit ``steps`` of its steps higher; as they are where the levels beside it forbid that."""
    now = value_of(settings, tunable)
    begun = tunable.begin if now is None else now + steps * tunable.step
    wanted = round(min(tunable.most, max(tunable.least, begun)), 4)
    changes: dict[str, object] = {tunable.name: _moved(getattr(settings.limits, tunable.name), wanted)}
    if tunable.name == "hold_target_s":
        changes["hold_target_chosen"] = True
    limits: LimitSettings = msgspec.structs.replace(settings.limits, **changes)
    try:
        return checked(msgspec.structs.replace(settings, limits=limits), Settings(), "settings")[0]
    except SettingsError:
        return settings


def _moved(held: float | Limit | None, wanted: float) -> float | Limit:
    """All levels keep their proportion."""
    if not isinstance(held, Levels):
        return wanted
    share = wanted / held.warn if held.warn else 1.0
    levels = (None if level is None else round(level * share, 4) for level in (held.note, wanted, held.severe))
    note, _, severe = levels
    return Limit(note, wanted, severe)


class LimitsPanel(Widget, can_focus=True):
    """A list beside the session; while it has the keys, the arrows choose and turn."""

    class Turned(Message):
        """Other settings are wanted."""

        def __init__(self, settings: Settings) -> None:
            super().__init__()
            self.settings = settings

    class Closed(Message):
        """Enough of it."""

    BINDINGS = [
        Binding("up", "choose(-1)", "choose", show=False),
        Binding("down", "choose(1)", "choose", show=False),
        Binding("left,minus", "turn(-1)", "less", show=False),
        Binding("right,plus", "turn(1)", "more", show=False),
        Binding("backspace,delete", "restore", "as it was", show=False),
        Binding("escape,l,enter", "close", "close", show=False),
    ]
    COMPONENT_CLASSES = {"limits--chosen", "limits--changed", "limits--quiet"}
    DEFAULT_CSS = """
    LimitsPanel {
        background: $panel; border: round $accent; padding: 0 1; height: auto; width: 54; max-width: 100%;
        & .limits--chosen { background: $primary 25%; text-style: bold; }
        & .limits--changed { color: $warning; }
        & .limits--quiet { color: $foreground 65%; }
    }
    """

    chosen: reactive[int] = reactive(0)
    settings: reactive[Settings] = reactive(Settings)

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._before = Settings()
        self.border_title = "limits"

    def begin(self, settings: Settings) -> None:
        """Take them as they are in force."""
        self._before = settings
        self.settings = settings

    def render(self) -> Text:
        """A row a limit; ◂ ▸ stand beside the chosen one."""
        rows = [self._row(place, tunable) for place, tunable in enumerate(TUNABLES)]
        quiet = ink(self, "limits--quiet")
        foot = Text(
            "↑↓ choose  ←→ change  ⌫ as it was  esc close\nTried on this session only; nothing is saved.", quiet
        )
        return Text("\n", no_wrap=True).join([*rows, foot])

    def action_choose(self, rows: int) -> None:
        """Another limit."""
        self.chosen = (self.chosen + rows) % len(TUNABLES)

    def action_turn(self, steps: int) -> None:
        """Higher or lower."""
        self._take(lambda settings: turned(settings, TUNABLES[self.chosen], steps))

    def action_restore(self) -> None:
        """The chosen limit as it was."""
        name = TUNABLES[self.chosen].name
        before = getattr(self._before.limits, name)
        self._take(
            lambda settings: msgspec.structs.replace(
                settings, limits=msgspec.structs.replace(settings.limits, **{name: before})
            )
        )

    def action_close(self) -> None:
        """Give the keys back."""
        self.post_message(self.Closed())

    def _take(self, change: Callable[[Settings], Settings]) -> None:
        self.settings = change(self.settings)
        self.post_message(self.Turned(self.settings))

    def _row(self, place: int, tunable: Tunable) -> Text:
        value, before = value_of(self.settings, tunable), value_of(self._before, tunable)
        chosen = place == self.chosen
        shown = "not set" if value is None else f"{figure(value)} {tunable.unit}"
        changed = (value is None) != (before is None) or (
            value is not None and before is not None and abs(value - before) > _PROPER
        )
        row = Text(f"{'▸' if chosen else ' '} {tunable.words:<18}", no_wrap=True)
        row.append(shown, ink(self, "limits--changed") if changed else "")
        if changed:
            row.append(f"  (was {'not set' if before is None else figure(before)})")
        row.truncate(self.size.width, overflow="ellipsis", pad=True)
        if chosen:
            row.stylize(paper(self, "limits--chosen"))
        return row
