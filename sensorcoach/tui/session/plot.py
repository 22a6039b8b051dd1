"""A curve of the last seconds in braille: fixed range, marks where things happened. Only what changed is drawn anew."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from sensorcoach.model import Floats
from sensorcoach.output.words import clock
from sensorcoach.tui.session.braille import BLANK, cells
from sensorcoach.tui.session.marks import Pin, Span

CELL_S: Final = 0.3
"""Time a column is wide. A drop of 2 s is 13 dots; 75 columns show two or three repetitions."""
GUTTER: Final = 6
"""Columns left of the curve, for the scale."""
TICK_S: Final = 5.0
_INKS: Final = (
    "quiet",
    "title",
    "line",
    "over",
    "limit",
    "band-edge",
    "left",
    "right",
    "note",
    "warn",
    "severe",
    "mark",
)
_PAPERS: Final = ("plain", "band", "left", "right", "gap")
_INK: Final = {name: place * len(_PAPERS) for place, name in enumerate(_INKS)}
_PAPER: Final = {name: place for place, name in enumerate(_PAPERS)}


@dataclass(frozen=True, slots=True)
class Line:
    """A level across the plot, with its label in the gutter. ``over``: the curve beyond it is drawn as too much."""

    value: float
    label: str
    ink: str = "quiet"
    over: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """What a plot shows at an instant. ``low`` to ``high``: its range; ``band``: what is comfortable, shaded."""

    now_s: float
    t_s: Floats
    values: Floats
    low: float
    high: float
    lines: tuple[Line, ...] = ()
    band: tuple[float, float] | None = None
    spans: Sequence[Span] = ()
    pins: Sequence[Pin] = ()


class Plot(Widget):
    """``draw`` a `View`; the rest is done by rows and columns that changed."""

    COMPONENT_CLASSES = {*(f"plot--{ink}" for ink in _INKS), *(f"plot--paper-{paper}" for paper in _PAPERS)}
    DEFAULT_CSS = """
    Plot {
        background: $background;
        & .plot--quiet { color: $foreground 45%; }
        & .plot--title { color: $foreground 80%; }
        & .plot--line { color: $accent; }
        & .plot--over { color: $error; text-style: bold; }
        & .plot--limit { color: $warning; }
        & .plot--band-edge { color: $success; }
        & .plot--left { color: $primary; text-style: bold; }
        & .plot--right { color: $secondary; text-style: bold; }
        & .plot--note { color: $foreground; }
        & .plot--warn { color: $warning; text-style: bold; }
        & .plot--severe { color: $error; text-style: bold; }
        & .plot--mark { color: $foreground; text-style: bold; }
        & .plot--paper-plain { background: $background; }
        & .plot--paper-band { background: $success 7%; }
        & .plot--paper-left { background: $primary 17%; }
        & .plot--paper-right { background: $secondary 17%; }
        & .plot--paper-gap { background: $foreground 12%; }
    }
    """

    def __init__(self, title: str, *, pinned: bool, id: str | None = None) -> None:
        """``pinned``: repetitions are named in a row above the curve, the other pins stand in its topmost row."""
        super().__init__(id=id)
        self._title, self._head = title, 2 if pinned else 1
        self._signs = np.zeros((0, 0), dtype="<U1")
        self._looks = np.zeros((0, 0), dtype=np.int64)
        self._strips: dict[int, Strip] = {}
        self._styles: dict[int, Style] = {}

    @property
    def window_s(self) -> float:
        """How much time is seen."""
        return max(1, self.size.width - GUTTER) * CELL_S

    def draw(self, view: View) -> None:
        """Show ``view``; what looks the same is not drawn again."""
        signs, looks = self._painted(view)
        before, self._signs, self._looks = (self._signs, self._looks), signs, looks
        if signs.shape != before[0].shape:
            self._strips.clear()
            self.refresh()
            return
        changed = (signs != before[0]) | (looks != before[1])
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if rows.size == 0:
            return
        for y in rows.tolist():
            self._strips.pop(y, None)
        left, top = int(columns[0]), int(rows[0])
        self.refresh(Region(left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1))

    def render_line(self, y: int) -> Strip:
        """One row, kept until it changes."""
        if y not in self._strips:
            self._strips[y] = self._strip(y)
        return self._strips[y]

    def notify_style_update(self) -> None:
        """Another theme: other colours."""
        super().notify_style_update()
        self._styles.clear()
        self._strips.clear()

    # --- rows --------------------------------------------------------------------------------------------------------

    def _strip(self, y: int) -> Strip:
        if y >= self._signs.shape[0] or self._signs.shape[1] != self.size.width:
            return Strip.blank(self.size.width, self._style(0))
        signs, looks = self._signs[y], self._looks[y]
        borders = [0, *(np.flatnonzero(np.diff(looks)) + 1).tolist(), looks.size]
        segments = [
            Segment("".join(signs[start:end]), self._style(int(looks[start])))
            for start, end in zip(borders, borders[1:], strict=False)
        ]
        return Strip(segments, looks.size)

    def _style(self, look: int) -> Style:
        if look not in self._styles:
            ink, paper = divmod(look, len(_PAPERS))
            written = self.get_component_rich_style(f"plot--{_INKS[ink]}")
            behind = self.get_component_rich_style(f"plot--paper-{_PAPERS[paper]}")
            self._styles[look] = Style(color=written.color, bgcolor=behind.bgcolor, bold=written.bold)
        return self._styles[look]

    # --- painting ----------------------------------------------------------------------------------------------------

    def _painted(self, view: View) -> tuple[NDArray[np.str_], NDArray[np.int64]]:
        width, height = self.size
        signs = np.full((height, width), " ", dtype="<U1")
        looks = np.zeros((height, width), dtype=np.int64)
        rows, columns = height - self._head, width - GUTTER
        if rows < 1 or columns < 8:
            return signs, looks
        first = math.floor(view.now_s / CELL_S) - columns + 1
        self._paint_paper(looks[self._head :, GUTTER:], view, first)
        self._paint_lines(signs, looks, view, rows)
        self._paint_curve(signs[self._head :, GUTTER:], looks[self._head :, GUTTER:], view, first)
        self._write(signs, looks, 0, 0, self._title, "title")
        self._paint_times(signs, looks, first, columns)
        if self._head > 1:
            for pin in view.pins:
                column = math.floor(pin.t_s / CELL_S) - first
                if 0 <= column < columns:
                    row = 1 if pin.look in ("left", "right") else 2
                    self._write(signs, looks, row, GUTTER + column, pin.text, pin.look)
        return signs, looks

    def _paint_paper(self, looks: NDArray[np.int64], view: View, first: int) -> None:
        rows, columns = looks.shape
        if view.band is not None:
            bottom, top = (_row_of(value, view, rows) for value in view.band)
            looks[top : bottom + 1] = _PAPER["band"]
        for span in view.spans:
            start = max(0, math.floor(span.start_s / CELL_S) - first)
            end = min(columns, math.ceil(span.end_s / CELL_S) - first)
            looks[:, start : max(start, end)] = _PAPER[span.look]

    def _paint_lines(self, signs: NDArray[np.str_], looks: NDArray[np.int64], view: View, rows: int) -> None:
        for line in view.lines:
            row = self._head + _row_of(line.value, view, rows)
            signs[row, GUTTER:] = "╌"
            looks[row, GUTTER:] += _INK[line.ink]
            self._write(signs, looks, row, 0, line.label.rjust(GUTTER - 1), line.ink)

    def _paint_curve(self, signs: NDArray[np.str_], looks: NDArray[np.int64], view: View, first: int) -> None:
        rows, columns = signs.shape
        dots = cells(view.t_s, view.values, first, columns, CELL_S, view.low, view.high, rows)
        there = dots > 0
        signs[there] = (dots[there].astype(np.uint32) + BLANK).view("<U1")
        ink = np.full((rows, 1), _INK["line"])
        for line in view.lines:
            if line.over:
                ink[: _row_of(line.value, view, rows)] = _INK["over"]
        looks[there] = (looks % len(_PAPERS) + ink)[there]

    def _paint_times(self, signs: NDArray[np.str_], looks: NDArray[np.int64], first: int, columns: int) -> None:
        free = len(self._title) + 2
        tick = math.ceil(first * CELL_S / TICK_S)
        while (column := math.floor(tick * TICK_S / CELL_S) - first) < columns:
            words = clock(tick * TICK_S)
            if GUTTER + column >= free and column + len(words) <= columns and tick >= 0:
                self._write(signs, looks, 0, GUTTER + column, words, "quiet")
            tick += 1

    def _write(
        self, signs: NDArray[np.str_], looks: NDArray[np.int64], row: int, column: int, text: str, ink: str
    ) -> None:
        end = min(column + len(text), signs.shape[1])
        signs[row, column:end] = list(text)[: end - column]
        looks[row, column:end] = looks[row, column:end] % len(_PAPERS) + _INK[ink]


def _row_of(value: float, view: View, rows: int) -> int:
    """Of cells, from the top."""
    share = (view.high - value) / (view.high - view.low)
    return min(rows - 1, max(0, round(share * (4 * rows - 1)) // 4))
