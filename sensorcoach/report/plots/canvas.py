"""A drawing -> SVG for the inside of a page: the same input gives the same bytes, whatever the computer prefers."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE_MM = 180.0
"""Width of a picture: A4 between margins of 15 mm."""
_INCH_MM = 25.4
INK, FAINT = "#222222", "#767676"
_STYLE: dict[str, object] = {
    "svg.fonttype": "none",  # letters stay letters: found, copied and read aloud
    "svg.hashsalt": "sensorcoach",
    "font.family": "DejaVu Sans",  # comes with matplotlib, and wider than what pages use: what fits here fits there
    "font.size": 8.0,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.0,
    "lines.solid_capstyle": "round",
    "hatch.linewidth": 0.35,
    "text.color": INK,
    "xtick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.color": FAINT,
    "ytick.labelcolor": INK,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
}


@dataclass(frozen=True, slots=True)
class Picture:
    """``svg``: an element for HTML. ``title``: what it is; ``text``: what it shows, for those who do not see it."""

    svg: str
    title: str
    text: str


class Sheet:
    """A `Figure` measured in millimetres from its top left corner."""

    def __init__(self, figure: Figure, height_mm: float) -> None:
        self.figure = figure
        self._height_mm = height_mm

    def axes(self, left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> Axes:
        """Axes whose plotting area lies there."""
        bottom_mm = self._height_mm - top_mm - height_mm
        place = (left_mm / PAGE_MM, bottom_mm / self._height_mm, width_mm / PAGE_MM, height_mm / self._height_mm)
        return self.figure.add_axes(place)

    def text(self, left_mm: float, top_mm: float, words: str, **style: object) -> None:
        """Words whose first line begins there."""
        at = left_mm / PAGE_MM, 1.0 - top_mm / self._height_mm
        self.figure.text(*at, words, va="top", **style)  # type: ignore[arg-type]


def picture(name: str, title: str, text: str, height_mm: float, draw: Callable[[Sheet], None]) -> Picture:
    """What ``draw`` draws on a sheet `PAGE_MM` wide. ``name`` must differ from picture to picture in a page."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    file = io.StringIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)  # type: ignore[arg-type]
        figure = Figure(figsize=(PAGE_MM / _INCH_MM, height_mm / _INCH_MM))
        draw(Sheet(figure, height_mm))
        FigureCanvasSVG(figure)
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return Picture(_for_page(file.getvalue(), name, title, text), title, text)


def _for_page(svg: str, name: str, title: str, text: str) -> str:
    """Without what belongs to a file of its own; with ids no other picture of the page has, and words to read aloud."""
    box = re.search(r'viewBox="([^"]*)"', svg)
    assert box is not None
    body = svg[svg.index(">", box.end()) + 1 :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<style[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="(?!m[0-9a-f]{10})[^"]*"', "<g", body)  # groups are named for editors; nothing refers to them
    body = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", body)
    opening = (
        f'<svg class="plot" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"'
        f' viewBox="{box[1]}" aria-labelledby="{name}-title {name}-text">'
    )
    words = f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-text">{escape(text)}</desc>'
    return f"{opening}{words}{body.strip()}"
