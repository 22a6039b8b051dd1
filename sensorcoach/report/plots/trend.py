"""Several sessions in the order of time: how many, how far, how quick, and how much there was to correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sensorcoach.output.words import figure, plural
from sensorcoach.report.plots.canvas import INK, PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS
from sensorcoach.report.sides import DIRECTIONS
from sensorcoach.report.trend import Point, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFT_MM, BETWEEN_MM, HEAD_MM, HEIGHT_MM, FOOT_MM = 9.0, 14.0, 8.0, 30.0, 10.0
MOST_LABELS = 6
"""Dates below one another have no room for more."""


def trend(name: str, points: Sequence[Point]) -> Picture:
    """``name``: of the picture, unique in its page."""
    width_mm = (PAGE_MM - LEFT_MM - 4.0 - BETWEEN_MM) / 2.0

    def draw(sheet: Sheet) -> None:
        frames = [
            sheet.axes(
                LEFT_MM + column * (width_mm + BETWEEN_MM),
                HEAD_MM + row * (HEAD_MM + HEIGHT_MM + FOOT_MM),
                width_mm,
                HEIGHT_MM,
            )
            for row in (0, 1)
            for column in (0, 1)
        ]
        _draw_counts(frames[0], points)
        _draw_sides(frames[1], points, "range_deg", "range, ° (median)")
        _draw_sides(frames[2], points, "drop_time_s", "time of the drop, s (median)")
        _draw_warnings(frames[3], points)
        for axes in frames:
            _label_sessions(axes, points)

    height_mm = 2.0 * (HEAD_MM + HEIGHT_MM + FOOT_MM)
    return picture(name, "Over the sessions", _in_words(points), height_mm, draw)


def _draw_counts(axes: Axes, points: Sequence[Point]) -> None:
    names = names_of(points)
    for direction, shift in zip(DIRECTIONS, (-0.2, 0.2), strict=True):
        look = LOOKS[direction]
        places = [place + shift for place in range(len(points))]
        counts = [point.reps[direction] for point in points]
        axes.bar(places, counts, 0.36, color=look.shade, edgecolor=look.line, hatch=look.hatch, label=names[direction])
    axes.set_title("repetitions")
    axes.set_ylim(0.0, 1.3 * max([1, *(max(point.reps.values()) for point in points)]))
    axes.legend(loc="upper right", ncols=2, borderpad=0.0, handlelength=1.4)


def _draw_sides(axes: Axes, points: Sequence[Point], what: str, title: str) -> None:
    most = 1.0
    for direction in DIRECTIONS:
        look = LOOKS[direction]
        told = [(place, getattr(point, what).get(direction)) for place, point in enumerate(points)]
        known = [(place, value) for place, value in told if value is not None]
        if known:
            places, values = zip(*known, strict=True)
            axes.plot(places, values, look.marker, linestyle=look.dashes, color=look.line, markersize=4.0)
            most = max(most, *values)
    axes.set_title(title)
    axes.set_ylim(0.0, 1.2 * most)


def _draw_warnings(axes: Axes, points: Sequence[Point]) -> None:
    known = [(place, point.warnings_a_rep) for place, point in enumerate(points) if point.warnings_a_rep is not None]
    if known:
        places, values = zip(*known, strict=True)
        axes.plot(places, values, "D-", color=INK, markersize=4.0)
    axes.set_title("warnings a repetition")
    axes.set_ylim(0.0, 1.25 * max([0.5, *(value for _, value in known)]))


def _label_sessions(axes: Axes, points: Sequence[Point]) -> None:
    step = 1 + (len(points) - 1) // MOST_LABELS
    shown = range(0, len(points), step)
    axes.set_xlim(-0.6, len(points) - 0.4)
    axes.set_xticks(list(shown))
    axes.set_xticklabels([points[place].label for place in shown], fontsize=7.0)
    axes.grid(visible=False, axis="x")


def _in_words(points: Sequence[Point]) -> str:
    told = []
    for point in points:
        warnings = "" if point.warnings_a_rep is None else f", {figure(point.warnings_a_rep)} warnings a repetition"
        told.append(f"{point.label}: {plural(sum(point.reps.values()), 'repetition')}{warnings}")
    return "; ".join(told) + "."
