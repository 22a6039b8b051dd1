"""Roll and speed over the whole session, strip below strip, with every repetition and warning in its place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sensorcoach.model import Direction, Floats, Gap, Mark, Rep, Result, Trace
from sensorcoach.output.words import clock, code_words, plural
from sensorcoach.report.plots.canvas import FAINT, INK, PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS, SEVERITY_COLOURS, letter
from sensorcoach.report.sides import side_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_STRIP_S = 75.0
MOST_STRIPS = 8
"""A strip of 75 s still shows the form of a drop; a session of more than ten minutes gets longer strips instead."""
LONGEST_BREAK_S, BESIDE_BREAK_S = 120.0, 1.0
"""A longer break takes no room of its own: a minute's rest does. Beside it so much is shown that it is seen."""
AROUND_S = 10.0
"""Before the first and after the last repetition so much is shown; more of a long rest says nothing."""
LEFT_MM, ROLL_MM, SPEED_MM, LANE_MM, FOOT_MM = 17.0, 30.0, 13.0, 8.0, 9.0
STRIP_MM = LANE_MM + ROLL_MM + 1.5 + SPEED_MM + FOOT_MM
LEAST_ROLL_DEG, LEAST_SPEED_DPS = 45.0, 60.0
MOST_SIDES = 14
"""More repetitions in a strip have room for a number only; their place and shade tell the side."""
TICKS_S, MOST_TICKS = (5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 7200.0), 14


def session_trace(name: str, result: Result, trace: Trace) -> tuple[Picture, ...]:
    """Strips of about equal length, each a picture, so that a page ends between them. ``name``: unique in its page.

    A long break lies between two strips.
    """
    stretches = _stretches(trace, *_shown(result, trace))
    longest_s = max(LONGEST_STRIP_S, sum(end_s - start_s for start_s, end_s in stretches) / MOST_STRIPS)
    strips: list[_Strip] = []
    for start_s, end_s in stretches:
        count = max(1, math.ceil((end_s - start_s) / longest_s - 1e-9))
        length_s = (end_s - start_s) / count
        strips += [_Strip(result, trace, start_s + n * length_s, start_s + (n + 1) * length_s) for n in range(count)]
    return tuple(
        picture(f"{name}-{number}", _title(strip, before), _in_words(strip), STRIP_MM, strip.draw)
        for number, (before, strip) in enumerate(zip([None, *strips], strips, strict=False), start=1)
    )


def _stretches(trace: Trace, start_s: float, end_s: float) -> list[tuple[float, float]]:
    """The time shown without its longest breaks, ``[start_s, end_s)`` each."""
    t_s = trace.t_s[slice(*np.searchsorted(trace.t_s, (start_s, end_s)).tolist())]
    steps_s = np.diff(t_s)
    breaks = np.sort(np.argsort(-steps_s, kind="stable")[: MOST_STRIPS - 1])
    breaks = breaks[steps_s[breaks] > LONGEST_BREAK_S]
    begins = [start_s, *(t_s[breaks + 1] - BESIDE_BREAK_S).tolist()]
    ends = [*(t_s[breaks] + BESIDE_BREAK_S).tolist(), end_s]
    return list(zip(begins, ends, strict=True))


def _shown(result: Result, trace: Trace) -> tuple[float, float]:
    first_s, last_s = (float(trace.t_s[0]), float(trace.t_s[-1])) if len(trace.t_s) else (0.0, result.duration_s)
    if result.reps:
        first_s = max(first_s, result.reps[0].drop_start_s - AROUND_S)
        last_s = min(last_s, result.reps[-1].return_end_s + AROUND_S)
    return first_s, max(last_s, first_s + 1.0)


class _Strip:
    """Some of the session's time, and what happens in it."""

    def __init__(self, result: Result, trace: Trace, start_s: float, end_s: float) -> None:
        self.start_s, self.end_s = start_s, end_s
        self.reps = [rep for rep in result.reps if rep.drop_start_s < end_s and rep.return_end_s > start_s]
        self.landed = [rep for rep in self.reps if start_s <= rep.drop_end_s < end_s]
        self.names = side_names(result.reps)
        self._gaps = [gap for gap in result.gaps if gap.start_s < end_s and gap.end_s > start_s]
        self._marks = [(f"pain {n}", mark) for n, mark in enumerate(result.pain, start=1)]
        self._marks += [(f"mark {n}", mark) for n, mark in enumerate(result.marks, start=1)]
        here = slice(*np.searchsorted(trace.t_s, (start_s, end_s)).tolist())
        self._t_s = _broken_at_gaps(trace.t_s[here])
        self._roll_deg, self._speed_dps = trace.roll_deg[here], trace.speed_dps[here]
        self._most_deg = _scale(trace.roll_deg, LEAST_ROLL_DEG)
        self._most_dps = _scale(trace.speed_dps, LEAST_SPEED_DPS)

    def draw(self, sheet: Sheet) -> None:
        width_mm = PAGE_MM - LEFT_MM - 2.0
        roll = sheet.axes(LEFT_MM, LANE_MM, width_mm, ROLL_MM)
        speed = sheet.axes(LEFT_MM, LANE_MM + ROLL_MM + 1.5, width_mm, SPEED_MM)
        self._draw_curve(roll, self._roll_deg, self._most_deg)
        self._draw_curve(speed, self._speed_dps, self._most_dps)
        speed.text(-0.062, 0.5, "°/s", transform=speed.transAxes, rotation=90, ha="center", va="center")
        _label_time(roll, speed, self.start_s, self.end_s)
        _label_roll(roll, self.names, self._most_deg)
        for rep in self.landed:
            self._label_rep(roll, rep)
        for words, mark in self._marks:
            if self.start_s <= mark.t_s < self.end_s:
                _label_mark(roll, mark, words)

    def _draw_curve(self, axes: Axes, values: Floats, most: float) -> None:
        for rep in self.reps:
            _shade(axes, rep)
        for gap in self._gaps:
            _hole(axes, gap)
        for _, mark in self._marks:
            axes.axvline(mark.t_s, color=INK, linewidth=0.8, linestyle=":")
        axes.axhline(0.0, color=FAINT, linewidth=0.5)
        axes.plot(self._t_s, values, color=INK, linewidth=0.9)
        axes.set_xlim(self.start_s, self.end_s)
        axes.set_ylim(-most, most)

    def _label_rep(self, roll: Axes, rep: Rep) -> None:
        """Number and side above the repetition, below that its warnings as letters; a dot at its landing."""
        look, crowded = LOOKS[rep.direction], len(self.landed) > MOST_SIDES
        middle_s = 0.5 * (max(rep.drop_start_s, self.start_s) + min(rep.return_end_s, self.end_s))
        head = f"{rep.index}" if crowded else f"{rep.index} {self.names[rep.direction][0].upper()}"
        roll.text(
            middle_s, 1.16, head, transform=roll.get_xaxis_transform(), ha="center", color=look.line, weight="bold",
            fontsize=6.5 if crowded else 8.0,
        )  # fmt: skip
        told = sorted(rep.warnings, key=lambda warning: ("severe", "warn", "note").index(warning.severity))
        step_s = 0.0187 * (self.end_s - self.start_s)
        for number, warning in enumerate(told):
            x_s = middle_s + (number - 0.5 * (len(told) - 1)) * step_s
            _letter(roll, x_s, letter(warning.code), warning.severity)
        roll.plot([rep.drop_end_s], [rep.direction * rep.range_deg], look.marker, color=look.line, markersize=3.0)


def _broken_at_gaps(t_s: Floats) -> Floats:
    """Not a number where time jumps: the line breaks instead of crossing a hole."""
    broken = t_s.copy()
    if len(t_s) > 2:
        steps = np.diff(t_s)
        broken[1:][steps > max(0.25, 4.0 * float(np.median(steps)))] = np.nan
    return broken


def _scale(values: Floats, least: float) -> float:
    known = np.abs(values[np.isfinite(values)])
    return 1.12 * max(least, float(known.max()) if known.size else 0.0)


def _shade(axes: Axes, rep: Rep) -> None:
    look = LOOKS[rep.direction]
    span = (rep.drop_start_s, rep.return_end_s)
    axes.axvspan(*span, facecolor=look.shade, edgecolor="#c9a877" if look.hatch else "none", hatch=look.hatch, lw=0.0)
    axes.axvline(rep.drop_start_s, color="white", linewidth=0.8)  # neighbours that touch stay two


def _hole(axes: Axes, gap: Gap) -> None:
    axes.axvspan(gap.start_s, gap.end_s, facecolor="#eeeeee", edgecolor=FAINT, hatch="xxxx", lw=0.4)


def _label_time(roll: Axes, speed: Axes, start_s: float, end_s: float) -> None:
    longest_s = math.ceil((end_s - start_s) / MOST_TICKS / TICKS_S[-1]) * TICKS_S[-1]
    step_s = next((step for step in TICKS_S if (end_s - start_s) / step <= MOST_TICKS), longest_s)
    ticks = np.arange(math.ceil(start_s / step_s) * step_s, end_s, step_s)
    for axes in (roll, speed):
        axes.set_xticks(ticks)
    roll.tick_params(labelbottom=False, length=0)
    speed.set_xticklabels([clock(tick) for tick in ticks])
    speed.set_xlabel("minutes:seconds", labelpad=1.0, loc="right")


def _label_roll(roll: Axes, names: Mapping[Direction, str], most_deg: float) -> None:
    step = 30 if most_deg > 50 else 15
    most = int(most_deg // step) * step
    ticks = list(range(-most, most + 1, step))
    roll.set_yticks(ticks)
    roll.set_yticklabels([str(abs(tick)) for tick in ticks])
    for words, place, colour in (
        (f"{names[1]} →", 1.0, LOOKS[1].line),
        ("roll °", 0.5, INK),
        (f"← {names[-1]}", 0.0, LOOKS[-1].line),
    ):
        align = {1.0: "top", 0.5: "center", 0.0: "bottom"}[place]
        roll.text(-0.062, place, words, transform=roll.transAxes, rotation=90, ha="center", va=align, color=colour)


def _letter(roll: Axes, x_s: float, words: str, severity: str) -> None:
    colour = SEVERITY_COLOURS[severity]  # type: ignore[index]
    boxes = {
        "note": None,
        "warn": {"boxstyle": "square,pad=0.18", "facecolor": "white", "edgecolor": colour, "linewidth": 0.7},
        "severe": {"boxstyle": "square,pad=0.18", "facecolor": colour, "edgecolor": colour, "linewidth": 0.7},
    }
    roll.text(
        x_s, 1.05, words, transform=roll.get_xaxis_transform(), ha="center", va="center", fontsize=6.0,
        color="white" if severity == "severe" else colour, weight="normal" if severity == "note" else "bold",
        bbox=boxes[severity],
    )  # fmt: skip


def _label_mark(roll: Axes, mark: Mark, words: str) -> None:
    roll.text(
        mark.t_s, 0.03, f" {words} ", transform=roll.get_xaxis_transform(), fontsize=7.0, style="italic", va="bottom",
        bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
    )  # fmt: skip


def letters_used(reps: Sequence[Rep]) -> list[tuple[str, str]]:
    """Letter and words of each warning in the picture, for its legend."""
    codes = {warning.code for rep in reps for warning in rep.warnings}
    return sorted((letter(code), code_words(code)) for code in codes)


def _title(strip: _Strip, before: _Strip | None) -> str:
    title = f"Roll of the leg and its speed from {clock(strip.start_s)} to {clock(strip.end_s)}"
    if before is None or strip.start_s - before.end_s < LONGEST_BREAK_S / 2:
        return title
    return f"{title}, after a break of {clock(strip.start_s - before.end_s)}"


def _in_words(strip: _Strip) -> str:
    told = "; ".join(_rep_in_words(rep, strip.names[rep.direction]) for rep in strip.landed)
    return f"{plural(len(strip.landed), 'repetition')}: {told}." if told else "No repetition."


def _rep_in_words(rep: Rep, side: str) -> str:
    warnings = ", ".join(code_words(warning.code) for warning in rep.warnings if warning.severity != "note")
    said = f"{rep.index} {side} at {clock(rep.drop_start_s)}, {rep.range_deg:.0f}°"
    return f"{said}, {warnings}" if warnings else said
