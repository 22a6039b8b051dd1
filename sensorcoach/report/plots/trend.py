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
        _draw_ranges(frames[1], points)
        _draw_drops(frames[2], points)
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
    if any(point.unknown for point in points):
        counts = [point.unknown for point in points]
        axes.bar(range(len(points)), counts, 0.5, color="white", edgecolor=INK, label="side unknown")
    axes.set_title("repetitions")
    most = max([1, *(max(*point.reps.values(), point.unknown) for point in points)])
    axes.set_ylim(0.0, 1.35 * most)
    axes.set_yticks(range(0, int(1.35 * most) + 1, 1 + int(most // 5)))
    axes.legend(loc="upper left", ncols=3, borderpad=0.0, handlelength=1.4, borderaxespad=0.2)


def _draw_ranges(axes: Axes, points: Sequence[Point]) -> None:
    for direction in DIRECTIONS:
        look = LOOKS[direction]
        _draw_line(axes, [point.range_deg.get(direction) for point in points], look.marker, look.dashes, look.line)
    axes.set_title("range, ° (median)")
    axes.set_ylim(0.0, 1.2 * max([10.0, *(value for point in points for value in point.range_deg.values())]))


def _draw_drops(axes: Axes, points: Sequence[Point]) -> None:
    _draw_line(axes, [point.drop_time_s for point in points], "D", "-", INK)
    axes.set_title("time of the drop, s (median)")
    axes.set_ylim(0.0, 1.25 * max([1.0, *(point.drop_time_s or 0.0 for point in points)]))


def _draw_warnings(axes: Axes, points: Sequence[Point]) -> None:
    _draw_line(axes, [point.warnings_a_rep for point in points], "D", "-", INK)
    axes.set_title("warnings a repetition")
    axes.set_ylim(0.0, 1.25 * max([0.5, *(point.warnings_a_rep or 0.0 for point in points)]))


def _draw_line(axes: Axes, values: Sequence[float | None], marker: str, dashes: str, colour: str) -> None:
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if known:
        places, heights = zip(*known, strict=True)
        axes.plot(places, heights, marker=marker, linestyle=dashes, color=colour, markersize=4.0, clip_on=False)


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
        told.append(f"{point.label}: {plural(point.all_reps, 'repetition')}{warnings}")
    return "; ".join(told) + "."
