"""Where a replay stands: play or pause, time, speed, and the whole recording as a line with its warnings."""

from __future__ import annotations

import math
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Rep
from sensorcoach.output.words import clock
from sensorcoach.tui.session.ink import ink
from sensorcoach.tui.session.words import worst

_SIGNS = {"warn": "▲", "severe": "■"}


@dataclass(frozen=True, slots=True)
class TransportShown:
    """``at``: 0 to 1 of the recording. ``complete``: all of it is analysed. ``reps``: of the whole, as far as known."""

    playing: bool
    now_s: int
    duration_s: int
    at: float
    speed: float
    complete: bool
    reps: tuple[Rep, ...] = ()
    start_s: float = 0.0


def speed_words(speed: float) -> str:
    """``×2``, or that it does not wait."""
    return "as fast as it goes" if math.isinf(speed) else f"×{speed:g}"


class Transport(Widget):
    """One row; a click on the line goes there."""

    class Sought(Message):
        """The line was clicked: ``share`` of the recording."""

        def __init__(self, share: float) -> None:
            super().__init__()
            self.share = share

    COMPONENT_CLASSES = {"transport--done", "transport--rest", "transport--warn", "transport--severe"}
    DEFAULT_CSS = """
    Transport {
        height: 1; padding: 0 1; background: $panel;
        & .transport--done { color: $accent; }
        & .transport--rest { color: $foreground 40%; }
        & .transport--warn { color: $warning; }
        & .transport--severe { color: $error; }
    }
    """

    shown: reactive[TransportShown | None] = reactive(None)
    _line_start = 0
    _line_width = 1

    def render(self) -> Text:
        """Words left, the line in what is left of the row."""
        shown = self.shown
        if shown is None:
            return Text("")
        state = "▶ playing" if shown.playing else "‖ paused "
        whole = clock(shown.duration_s) + ("" if shown.complete else " …")
        words = f"{state} {speed_words(shown.speed)}  "
        end = f"  {clock(shown.now_s)} / {whole}"
        self._line_start, self._line_width = len(words), max(1, self.size.width - len(words) - len(end))
        return Text.assemble((words, "bold"), self._line(shown), end, no_wrap=True)

    def on_click(self, event: events.Click) -> None:
        """Go there."""
        offset = event.get_content_offset(self)
        if offset is not None and self._line_start <= offset.x < self._line_start + self._line_width:
            self.post_message(self.Sought((offset.x - self._line_start) / max(1, self._line_width - 1)))

    def _line(self, shown: TransportShown) -> Text:
        width = self._line_width
        cursor = min(width - 1, round(shown.at * (width - 1)))
        line = Text.assemble(("━" * cursor, self._style("done")), ("─" * (width - cursor), self._style("rest")))
        for rep in shown.reps:
            place = round((rep.drop_end_s - shown.start_s) / max(shown.duration_s, 1) * (width - 1))
            gravest = worst(rep)
            look = gravest if gravest in ("warn", "severe") else "done" if place < cursor else "rest"
            line = _put(line, place, Text(_SIGNS.get(look, "┿"), self._style(look)))
        return _put(line, cursor, Text("●", Style(bold=True)))

    def _style(self, name: str) -> Style:
        return ink(self, f"transport--{name}")


def _put(line: Text, place: int, sign: Text) -> Text:
    return Text.assemble(line[:place], sign, line[place + 1 :]) if 0 <= place < len(line) else line
