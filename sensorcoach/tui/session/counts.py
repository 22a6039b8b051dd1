"""How many, left and right, in figures that can be read from the mat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Side
from sensorcoach.tui.session.blocks import ROWS, lines_of, width_of
from sensorcoach.tui.session.ink import ink

if TYPE_CHECKING:
    from sensorcoach.session.picture import Picture

_BOLD = Style(bold=True)
_TWO_FIGURES = width_of("00")


@dataclass(frozen=True, slots=True)
class CountsShown:
    """``active``: the side that moves now, or moved last."""

    left: int
    right: int
    unknown: int
    target: int
    active: Side | None


def counts_of(picture: Picture) -> CountsShown:
    """As they stand."""
    side = picture.phase.side if picture.phase is not None and picture.phase.name != "centre" else None
    if side is None and picture.reps:
        side = picture.reps[-1].side
    return CountsShown(picture.left, picture.right, picture.unknown, picture.target, side)


def columns_of(shown: CountsShown) -> list[tuple[str, int, str]]:
    """(side or ``unknown``, count, label) of each number that is shown."""
    goal = f" of {shown.target}" if shown.target else ""
    if shown.unknown and not (shown.left or shown.right):
        both = f" of {2 * shown.target}" if shown.target else ""
        return [("unknown", shown.unknown, f"REPS{both}")]
    beside = [("unknown", shown.unknown, "SIDE UNKNOWN")] if shown.unknown else []
    return [("left", shown.left, f"LEFT{goal}"), ("right", shown.right, f"RIGHT{goal}"), *beside]


class Counts(Widget):
    """A label and large figures for each side."""

    COMPONENT_CLASSES = {"counts--left", "counts--right", "counts--unknown", "counts--quiet"}
    DEFAULT_CSS = """
    Counts {
        padding: 0 1;
        & .counts--left { color: $primary; }
        & .counts--right { color: $secondary; }
        & .counts--unknown { color: $foreground; }
        & .counts--quiet { color: $foreground 65%; }
    }
    """

    shown: reactive[CountsShown | None] = reactive(None)

    def render(self) -> Text:
        """The columns beside each other."""
        if self.shown is None:
            return Text("")
        columns = columns_of(self.shown)
        width = self.size.width // len(columns)
        rows = [Text(no_wrap=True) for _ in range(self.size.height)]
        for side, count, label in columns:
            self._column(rows, side, str(count), label, width)
        return Text("\n").join(rows)

    def _column(self, rows: list[Text], side: str, figures: str, label: str, width: int) -> None:
        assert self.shown is not None
        style = ink(self, f"counts--{side}")
        active = side == self.shown.active
        mark = "▸ " if active else "  "
        rows[0].append((mark + label).ljust(width)[:width], style + _BOLD if active else style)
        scale = max(1, min(2 * len(rows[1:]) // ROWS, (width - 2) // _TWO_FIGURES))
        lines = lines_of(figures, scale)
        for place, row in enumerate(rows[1:]):
            line = lines[place] if place < len(lines) else ""
            row.append(f"  {line}".ljust(width)[:width], style)
