"""How long each hold was, against what was aimed at."""

from __future__ import annotations

from collections.abc import Sequence

from sensorcoach.model import Rep
from sensorcoach.report.plots.canvas import INK, PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS
from sensorcoach.report.sides import side_names
from sensorcoach.settings import LimitSettings

LEFT_MM, HEAD_MM, HEIGHT_MM, FOOT_MM = 13.0, 6.0, 30.0, 9.0
MOST_NUMBERED = 22
"""More bars have no room for a number each."""


def holds(name: str, reps: Sequence[Rep], limits: LimitSettings) -> Picture:
    """``name``: of the picture, unique in its page."""
    names = side_names(reps)
    target_s = limits.hold_target_s
    longest_s = max([rep.hold_s for rep in reps] + [target_s, 1.0])

    def draw(sheet: Sheet) -> None:
        axes = sheet.axes(LEFT_MM, HEAD_MM, PAGE_MM - LEFT_MM - 24.0, HEIGHT_MM)
        for place, rep in enumerate(reps):
            look = LOOKS[rep.direction]
            axes.bar(place, rep.hold_s, 0.72, color=look.shade, edgecolor=look.line, hatch=look.hatch, linewidth=0.9)
            if len(reps) <= MOST_NUMBERED:
                short = any(warning.code == "short_hold" for warning in rep.warnings)
                words = f"{rep.hold_s:.1f}" + ("*" if short else "")
                axes.text(place, rep.hold_s + 0.02 * longest_s, words, ha="center", va="bottom", fontsize=6.5)
        if target_s > 0.0:
            axes.axhline(target_s, color=INK, linewidth=0.9, linestyle="--")
            axes.text(len(reps) - 0.35, target_s, f"aim {target_s:g} s", va="center", fontsize=7.5)
        axes.set_xlim(-0.7, len(reps) - 0.4)
        axes.set_ylim(0.0, 1.18 * longest_s)
        axes.grid(visible=False, axis="x")
        step = 1 + (len(reps) - 1) // MOST_NUMBERED
        shown = range(0, len(reps), step)
        axes.set_xticks(list(shown))
        labels = [f"{reps[place].index} {names[reps[place].direction][0].upper()}" for place in shown]
        axes.set_xticklabels(labels, fontsize=7.0)
        axes.tick_params(axis="x", length=0)
        axes.set_ylabel("hold, s", labelpad=1.0)
        axes.set_xlabel("repetition", labelpad=1.0)

    told = ", ".join(f"{rep.index} {names[rep.direction]} {rep.hold_s:.1f} s" for rep in reps)
    aim = f"Aim {target_s:g} s. " if target_s > 0.0 else ""
    return picture(name, "How long each hold was", f"{aim}{told}.", HEAD_MM + HEIGHT_MM + FOOT_MM, draw)
