"""Big mode: count, phase and cue fill the screen, for a reader who lies three metres away."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from sensorcoach.model import Side
from sensorcoach.tui.session.banner import BannerShown
from sensorcoach.tui.session.blocks import broken, height_of, largest_scale, lines_of, width_of
from sensorcoach.tui.session.counts import CountsShown, columns_of
from sensorcoach.tui.session.ink import ink
from sensorcoach.tui.session.words import LEVEL_SYMBOLS


@dataclass(frozen=True, slots=True)
class BigShown:
    """``word``: the phase in one word; ``filled``: of its bar, or None; ``below``: one small line."""

    counts: CountsShown
    word: str
    look: str
    side: Side | None
    filled: float | None
    mark: float | None
    banner: BannerShown | None
    below: str = ""


class Big(Widget):
    """Three bands: figures, phase, cue. The figures take what the others leave."""

    COMPONENT_CLASSES = {
        "big--left",
        "big--right",
        "big--unknown",
        "big--quiet",
        "big--moving",
        "big--hold",
        "big--good",
        "big--info",
        "big--note",
        "big--warn",
        "big--severe",
    }
    DEFAULT_CSS = """
    Big {
        background: $background;
        & .big--left { color: $primary; }
        & .big--right { color: $secondary; }
        & .big--unknown { color: $foreground; }
        & .big--quiet { color: $foreground 75%; }
        & .big--moving { color: $accent; }
        & .big--hold { color: $success; }
        & .big--good { color: $success; }
        & .big--info { color: $foreground; }
        & .big--note { color: $foreground; }
        & .big--warn { color: $warning; }
        & .big--severe { color: $error; }
    }
    """

    shown: reactive[BigShown | None] = reactive(None)

    def render(self) -> Text:
        """From top to bottom."""
        width, height = self.size.width - 2, self.size.height
        if self.shown is None or width < 20 or height < 8:
            return Text("")
        cue_height = max(3, height * 7 // 24)
        phase_height = max(3, height * 6 // 24)
        bands = [
            *self._counts(self.shown.counts, width, height - cue_height - phase_height),
            *self._phase(self.shown, width, phase_height),
            *self._cue(self.shown.banner, width, cue_height),
        ]
        return Text("\n", no_wrap=True).join(bands)

    def _counts(self, counts: CountsShown, width: int, height: int) -> list[Text]:
        columns = columns_of(counts)
        each = width // len(columns)
        widest = max((str(count) for _, count, _ in columns), key=width_of)
        scale = max(1, largest_scale([max(widest, "0", key=width_of)], each - 4, height - 2))
        rows = [Text(no_wrap=True) for _ in range(height)]
        top = max(1, (height - height_of(scale)) // 2)
        for side, count, label in columns:
            active = side == counts.active
            style = self._style(side) + Style(bold=active, underline=active)
            block = lines_of(str(count), scale)
            for place, row in enumerate(rows):
                inside = place - top
                text = block[inside] if 0 <= inside < len(block) else ""
                if place == 0:
                    pad = max(0, each - len(label)) // 2
                    row.append(" " * pad)
                    row.append(label, style)
                    row.append(" " * (each - pad - len(label)))
                else:
                    row.append(text.center(each), self._style(side))
        return rows

    def _phase(self, shown: BigShown, width: int, height: int) -> list[Text]:
        style = self._style(shown.look)
        side = "" if shown.side is None else f" {shown.side}"
        block = _fitting(f"{shown.word}{side}", width, height - 2) or _fitting(shown.word, width, height - 2)
        rows = [Text(line.center(width), style) for line in block or [shown.word.upper()]]
        rows.append(Text("") if shown.filled is None else self._bar(shown.filled, shown.mark, width, style))
        rows.append(Text(shown.below.center(width), self._style("quiet")))
        return (rows + [Text("")] * height)[:height]

    def _bar(self, filled: float, mark: float | None, width: int, style: Style) -> Text:
        full = round(filled * width)
        bar = Text("█" * full, style)
        bar.append("░" * (width - full), self._style("quiet"))
        at = None if mark is None else min(width - 1, int(mark * width))
        return bar if at is None else Text.assemble(bar[:at], ("┃", "bold"), bar[at + 1 :])

    def _cue(self, banner: BannerShown | None, width: int, height: int) -> list[Text]:
        if banner is None or banner.old:
            return [Text("")] * height
        style = self._style(banner.level)
        block = _fitting(banner.words, width - 4, height)
        if block is None:
            return [Text(""), Text(f"{LEVEL_SYMBOLS[banner.level]} {banner.words.upper()}", style + Style(bold=True))]
        edge = LEVEL_SYMBOLS[banner.level]
        rows = [Text(f"{edge} {line.center(width - 4)} {edge}", style) for line in block]
        return ([Text("")] * ((height - len(rows)) // 2) + rows + [Text("")] * height)[:height]

    def _style(self, name: str) -> Style:
        return ink(self, f"big--{name}")


def _fitting(text: str, width: int, height: int) -> list[str] | None:
    """``text`` in blocks as large as they fit, on as many lines as that takes; None where they do not fit at all."""
    best: tuple[int, list[str]] | None = None
    for share in (1, 2, 3, 4):
        lines = broken(text, width // share)
        scale = largest_scale(lines, width, height) if lines else 0
        if scale and (best is None or scale > best[0]):
            best = (scale, lines)
    if best is None:
        return None
    scale, lines = best
    rows: list[str] = []
    for line in lines:
        rows += ([""] if rows else []) + lines_of(line, scale)
    return rows
