"""One side beside the other: every repetition a dot, the median a bar. Impacts are never compared (definitions.md C):
the strapped leg is the lower one on one side and cushioned on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

from sensorcoach.model import Direction, Rep
from sensorcoach.report.plots.canvas import PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS
from sensorcoach.report.sides import DIRECTIONS, side_names

COMPARED: Final[tuple[tuple[str, str, Callable[[Rep], float]], ...]] = (
    ("range", "°", lambda rep: rep.range_deg),
    ("drop", "s", lambda rep: rep.drop_time_s),
    ("hold", "s", lambda rep: rep.hold_s),
    ("return", "s", lambda rep: rep.return_time_s),
)
"""Name, unit and value of what may be compared between the sides."""
LEFT_MM, BETWEEN_MM, HEAD_MM, HEIGHT_MM, FOOT_MM = 9.0, 12.0, 7.0, 30.0, 6.0


def both_sides(name: str, reps: Sequence[Rep]) -> Picture:
    """``name``: of the picture, unique in its page."""
    names = side_names(reps)
    width_mm = (PAGE_MM - LEFT_MM - 3.0 - (len(COMPARED) - 1) * BETWEEN_MM) / len(COMPARED)

    def draw(sheet: Sheet) -> None:
        for column, (what, unit, value) in enumerate(COMPARED):
            axes = sheet.axes(LEFT_MM + column * (width_mm + BETWEEN_MM), HEAD_MM, width_mm, HEIGHT_MM)
            for place, direction in enumerate(DIRECTIONS):
                look = LOOKS[direction]
                values = [value(rep) for rep in reps if rep.direction == direction]
                if not values:
                    continue
                beside = [place + 0.3 * ((number + 1) / (len(values) + 1) - 0.5) for number in range(len(values))]
                axes.plot(beside, values, look.marker, color=look.line, markersize=3.2, markerfacecolor=look.shade)
                axes.plot([place - 0.3, place + 0.3], [median(values)] * 2, color=look.line, linewidth=2.0)
            axes.set_xlim(-0.6, 1.6)
            axes.set_ylim(0.0, 1.15 * max([value(rep) for rep in reps] + [0.1]))
            axes.set_xticks([0, 1])
            axes.set_xticklabels([names[direction] for direction in DIRECTIONS])
            axes.tick_params(axis="x", length=0)
            axes.grid(visible=False, axis="x")
            axes.set_title(f"{what}, {unit}")

    told = "; ".join(f"{what}: {_medians(reps, value, names, unit)}" for what, unit, value in COMPARED)
    return picture(name, "One side beside the other", f"Medians. {told}.", HEAD_MM + HEIGHT_MM + FOOT_MM, draw)


def _medians(reps: Sequence[Rep], value: Callable[[Rep], float], names: dict[Direction, str], unit: str) -> str:
    told = []
    for direction in DIRECTIONS:
        values = [value(rep) for rep in reps if rep.direction == direction]
        if values:
            told.append(f"{names[direction]} {median(values):.{0 if unit == '°' else 1}f} {unit}")
    return ", ".join(told)
