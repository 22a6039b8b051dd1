"""Every repetition of a side in one frame: the drops laid over each other at their landing, the returns at their start.

Time is real time: a quick drop is steep here. The hold between the two frames has no length of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sensorcoach.model import Direction, Floats, Rep
from sensorcoach.output.words import plural
from sensorcoach.report.observed import RepCurve
from sensorcoach.report.plots.canvas import INK, PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS
from sensorcoach.report.sides import DIRECTIONS, side_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GRID_S = 0.02
"""Step of the mean's time."""
LEAST_SHARE = 0.5
"""The mean is shown where at least this share of the repetitions has a value, and two of them."""
BEYOND_S = 0.8
"""Shown of the hold beside a drop or a return."""
LONGEST_S = 6.0
"""A longer drop or return runs out of the frame."""
LEFT_MM, BETWEEN_MM, HEIGHT_MM, HEAD_MM, FOOT_MM = 13.0, 7.0, 36.0, 7.0, 9.0


@dataclass(frozen=True, slots=True)
class Spread:
    """``mean_deg`` and ``sd_deg`` (n,) over the repetitions at ``t_s`` (n,); NaN where too few have a value."""

    t_s: Floats
    mean_deg: Floats
    sd_deg: Floats


def spread(curves: Sequence[tuple[Floats, Floats]], start_s: float, end_s: float) -> Spread:
    """Mean and standard deviation of curves ``(t_s, roll_deg)`` whose times were laid over each other."""
    grid_s = np.arange(start_s, end_s, GRID_S)
    rows = np.array([np.interp(grid_s, t_s, roll_deg, left=np.nan, right=np.nan) for t_s, roll_deg in curves])
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    enough = count >= max(2, LEAST_SHARE * len(curves))
    total = np.where(enough, count, 1)
    filled = np.where(known, rows, 0.0)
    mean = filled.sum(axis=0) / total
    square = np.where(known, (rows - mean) ** 2, 0.0).sum(axis=0) / total
    return Spread(grid_s, np.where(enough, mean, np.nan), np.where(enough, np.sqrt(square), np.nan))


def overlay(name: str, reps: Sequence[Rep], curves: Mapping[int, RepCurve]) -> Picture:
    """``name``: of the picture, unique in its page."""
    shown = [direction for direction in DIRECTIONS if any(rep.direction == direction for rep in reps)]
    names = side_names(reps)
    row_mm = HEAD_MM + HEIGHT_MM + FOOT_MM
    most_deg = 1.1 * max((rep.range_deg for rep in reps), default=45.0)
    drop_s = min(LONGEST_S, max((rep.drop_time_s for rep in reps), default=1.0) + 0.5)
    return_s = min(LONGEST_S, max((rep.return_time_s for rep in reps), default=1.0) + 0.7)
    frame_mm = PAGE_MM - LEFT_MM - BETWEEN_MM - 2.0
    drop_mm = frame_mm * (drop_s + BEYOND_S) / (drop_s + return_s + 2.0 * BEYOND_S)

    def draw(sheet: Sheet) -> None:
        for row, direction in enumerate(shown):
            own = [rep for rep in reps if rep.direction == direction]
            top_mm = row * row_mm + HEAD_MM
            drop = sheet.axes(LEFT_MM, top_mm, drop_mm, HEIGHT_MM)
            back = sheet.axes(LEFT_MM + drop_mm + BETWEEN_MM, top_mm, frame_mm - drop_mm, HEIGHT_MM)
            _draw(drop, own, curves, _landing_s, (-drop_s, BEYOND_S))
            _draw(back, own, curves, _return_s, (-BEYOND_S, return_s))
            for axes in (drop, back):
                axes.set_ylim(-0.06 * most_deg, most_deg)
                axes.axvline(0.0, color=INK, linewidth=0.6, linestyle=":")
            back.tick_params(labelleft=False)
            drop.set_ylabel("roll, °", labelpad=1.0)
            drop.set_title(f"{names[direction]}: {plural(len(own), 'drop')}", color=LOOKS[direction].line)
            back.set_title("return", color=LOOKS[direction].line)
            drop.set_xlabel("seconds from the landing", labelpad=1.0)
            back.set_xlabel("seconds from the start of the return", labelpad=1.0)

    title = "Every repetition of a side, laid over each other"
    return picture(name, title, _in_words(reps), max(1, len(shown)) * row_mm, draw)


def _landing_s(rep: Rep) -> float:
    return rep.drop_end_s


def _return_s(rep: Rep) -> float:
    return rep.return_start_s


def _draw(
    axes: Axes,
    reps: Sequence[Rep],
    curves: Mapping[int, RepCurve],
    zero_s: Callable[[Rep], float],
    window_s: tuple[float, float],
) -> None:
    look = LOOKS[reps[0].direction]
    laid = [_part(rep, curves[rep.index], zero_s(rep), window_s) for rep in reps if rep.index in curves]
    for t_s, roll_deg in laid:
        axes.plot(t_s, roll_deg, color=look.line, linewidth=0.6, alpha=0.55)
    if len(laid) > 1:
        middle = spread(laid, *window_s)
        low, high = middle.mean_deg - middle.sd_deg, middle.mean_deg + middle.sd_deg
        axes.fill_between(middle.t_s, low, high, color=look.line, alpha=0.18, linewidth=0.0)
        axes.plot(middle.t_s, middle.mean_deg, color=look.line, linewidth=2.0, linestyle=look.dashes)
    axes.set_xlim(*window_s)


def _part(rep: Rep, curve: RepCurve, zero_s: float, window_s: tuple[float, float]) -> tuple[Floats, Floats]:
    """A curve without its neighbours: from shortly before the drop to the return's end and what was left then."""
    start, end = np.searchsorted(curve.t_s, (zero_s + window_s[0] - GRID_S, zero_s + window_s[1] + GRID_S)).tolist()
    return curve.t_s[start:end] - zero_s, curve.roll_deg[start:end]


def _in_words(reps: Sequence[Rep]) -> str:
    names: dict[Direction, str] = side_names(reps)
    told = []
    for direction in DIRECTIONS:
        ranges = sorted(rep.range_deg for rep in reps if rep.direction == direction)
        if ranges:
            told.append(f"{names[direction]}: {plural(len(ranges), 'drop')}, {ranges[0]:.0f} to {ranges[-1]:.0f}°")
    return "Thin lines are single repetitions, the thick line their mean, the band one standard deviation. " + (
        "; ".join(told) + "." if told else "No repetition."
    )
