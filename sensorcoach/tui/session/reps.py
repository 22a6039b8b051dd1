"""The table of repetitions, and beneath it why the selected one was warned of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Final

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Rep, Warning
from sensorcoach.output.words import code_words, quantity, side_word
from sensorcoach.tui.session.ink import ink, paper
from sensorcoach.tui.session.words import SEVERITY_SYMBOLS, brief_verdict, gravest_first, verdict, worst

_HEAD: Final = "   # side range  drop   peak landing  hold  verdict"
EMPTY: Final = "No repetition yet. Lower both knees to one side, stay for a breath, come back: it will be listed here."


@dataclass(frozen=True, slots=True)
class RepsShown:
    """``selected``: place in ``reps``; None: the newest."""

    reps: tuple[Rep, ...] = ()
    undone: frozenset[int] = frozenset()
    selected: int | None = None

    @property
    def place(self) -> int:
        """Of the row that is explained; -1 where there is none."""
        last = len(self.reps) - 1
        return last if self.selected is None else min(self.selected, last)


def moved(shown: RepsShown, rows: int) -> RepsShown:
    """The selection further down by ``rows``; at the end it follows the newest again."""
    if not shown.reps:
        return shown
    place = max(0, shown.place + rows)
    return replace(shown, selected=None if place >= len(shown.reps) - 1 else place)


class RepTable(Widget):
    """Rows scroll so that the selected one is seen; nothing in it takes the keys."""

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    COMPONENT_CLASSES = {
        "reps--head",
        "reps--selected",
        "reps--left",
        "reps--right",
        "reps--good",
        "reps--note",
        "reps--warn",
        "reps--severe",
        "reps--undone",
    }
    DEFAULT_CSS = """
    RepTable {
        background: $surface;
        & .reps--head { color: $foreground 65%; }
        & .reps--selected { background: $primary 22%; }
        & .reps--left { color: $primary; }
        & .reps--right { color: $secondary; }
        & .reps--good { color: $success; }
        & .reps--note { color: $foreground 75%; }
        & .reps--warn { color: $warning; }
        & .reps--severe { color: $error; text-style: bold; }
        & .reps--undone { color: $foreground 50%; text-style: strike; }
    }
    """

    shown: reactive[RepsShown] = reactive(RepsShown())

    def __init__(self, advice: Callable[[str], str], *, id: str | None = None) -> None:
        """``advice``: what to do about a warning's code."""
        super().__init__(id=id)
        self._advice = advice

    def render(self) -> Text:
        """Head, rows, reasons."""
        shown, height = self.shown, self.size.height
        if not shown.reps:
            quiet = self._style("head")
            return Text("\n").join([Text(_HEAD, quiet), *(Text(f"   {line}", quiet) for line in self._wrapped(EMPTY))])
        rows = self._rows_seen()
        seen = range(self._first_seen(), min(self._first_seen() + rows, len(shown.reps)))
        lines = [Text(_HEAD, self._style("head")), *(self._row(place) for place in seen)]
        lines += [Text("")] * (1 + rows - len(lines))
        return Text("\n", no_wrap=True, end="").join([*lines, *self._reasons(height - len(lines))])

    def on_click(self, event: events.Click) -> None:
        """Select what was clicked."""
        place = self._first_seen() + event.y - 1
        if 1 <= event.y <= self._rows_seen() and place < len(self.shown.reps):
            self.post_message(self.Chosen(place))

    def on_mouse_scroll_up(self) -> None:
        """The row above."""
        self.shown = moved(self.shown, -1)

    def on_mouse_scroll_down(self) -> None:
        """The row below."""
        self.shown = moved(self.shown, 1)

    def _rows_seen(self) -> int:
        height = self.size.height
        return max(1, height - 1 - (2 if height < 9 else 5))

    def _first_seen(self) -> int:
        rows, place, last = self._rows_seen(), self.shown.place, len(self.shown.reps) - 1
        if self.shown.selected is None:
            return max(0, last - rows + 1)
        return max(0, min(place - rows // 2, last - rows + 1))

    def _row(self, place: int) -> Text:
        rep = self.shown.reps[place]
        selected = place == self.shown.place
        undone = rep.index in self.shown.undone
        look = rep.side or ("left" if rep.direction == 1 else "right")
        side = side_word(rep.side, rep.direction)
        peak = "–" if rep.peak_drop_dps is None else f"{rep.peak_drop_dps:.0f}°/s"
        row = Text(f"{'▸' if selected else ' '}{rep.index:>3} ", no_wrap=True, overflow="ellipsis")
        row.append(f"{side:<5}", self._style(look))
        row.append(f"{rep.range_deg:>4.0f}°{rep.drop_time_s:>4.1f} s{peak:>7}{_landing(rep):>8}{rep.hold_s:>4.1f} s  ")
        if undone:
            row.stylize(self._style("undone"))
        words = "– undone" if undone else verdict(rep)
        if row.cell_len + len(words) > self.size.width and not undone:
            words = brief_verdict(rep)
        row.append(words, self._style(worst(rep) or "good"))
        row.truncate(self.size.width, overflow="ellipsis", pad=True)
        if selected:
            row.stylize(paper(self, "reps--selected"))
        return row

    def _reasons(self, room: int) -> list[Text]:
        """Whole sentences where there is room for all of them, else the beginning of each."""
        rep = self.shown.reps[self.shown.place]
        if not rep.warnings:
            words = f" {verdict(rep)}: rep {rep.index}, nothing to correct." if rep.graded else f" {verdict(rep)}"
            return [Text(words, self._style("good" if rep.graded else "note"))][:room]
        told = gravest_first(rep)
        lines = [line for warning in told for line in self._reason(warning)]
        if len(lines) > room:
            lines = [_begin(self._reason(warning)) for warning in told]
        return lines[:room]

    def _reason(self, warning: Warning) -> list[Text]:
        words = f"{code_words(warning.code)} {quantity(warning)}".strip() + f": {self._advice(warning.code)}"
        signs = (SEVERITY_SYMBOLS[warning.severity], *" " * 9)
        style = self._style(warning.severity)
        return [Text(f" {sign} {line}", style) for sign, line in zip(signs, self._wrapped(words), strict=False)]

    def _wrapped(self, words: str) -> list[str]:
        return wrap(words, max(20, self.size.width - 4))

    def _style(self, name: str) -> Style:
        return ink(self, f"reps--{name}")


def _begin(lines: list[Text]) -> Text:
    """The first of them, with a sign that it goes on."""
    return lines[0] if len(lines) == 1 else lines[0].append("…")


def _landing(rep: Rep) -> str:
    """The jolt; where no impact can be seen, the speed lost."""
    if rep.landing_jolt_g is not None:
        return f"{rep.landing_jolt_g:.1f} g"
    return "–" if rep.landing_loss_dps is None else f"{rep.landing_loss_dps:.0f}°/s"
