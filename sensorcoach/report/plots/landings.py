"""The hardest landings from close by: how fast the leg turned and how hard it was jolted, in one scale for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sensorcoach.model import Floats, Rep, Severity
from sensorcoach.output.words import code_words, quantity
from sensorcoach.report.observed import RepCurve
from sensorcoach.report.plots.canvas import INK, PAGE_MM, Picture, Sheet, picture
from sensorcoach.report.plots.looks import LOOKS
from sensorcoach.report.sides import side_names
from sensorcoach.settings import LimitSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 4
"""Pictures side by side that can still be read."""
BEFORE_S, AFTER_S = 0.6, 0.5
LANDING_CODES = ("abrupt_landing", "jarring", "catch")
_WEIGHTS: dict[Severity, int] = {"note": 1, "warn": 2, "severe": 3}
LEFT_MM, BETWEEN_MM, HEAD_MM, SPEED_MM, JOLT_MM, FOOT_MM = 13.0, 4.0, 15.0, 24.0, 16.0, 9.0


def hardest(reps: Sequence[Rep], limits: LimitSettings) -> list[Rep]:
    """Up to `MOST` repetitions: those with warnings about their landing first, then by how near they come to a limit.

    The softest of the session stands at the end to compare with, where there are more than are shown.
    """
    order = sorted(reps, key=lambda rep: (-_weight(rep), -_nearness(rep, limits), rep.index))
    return order if len(order) <= MOST else [*order[: MOST - 1], order[-1]]


def _weight(rep: Rep) -> int:
    return max((_WEIGHTS[warning.severity] for warning in rep.warnings if warning.code in LANDING_CODES), default=0)


def _nearness(rep: Rep, limits: LimitSettings) -> float:
    pairs = (
        (rep.landing_loss_dps, limits.abrupt_landing_dps.warn),
        (rep.landing_decel_dps2, limits.jarring_dps2.warn),
        (rep.landing_jolt_g, limits.jarring_g.warn),
    )
    return max((value / limit for value, limit in pairs if value is not None and limit), default=0.0)


def landings(name: str, reps: Sequence[Rep], curves: Mapping[int, RepCurve], limits: LimitSettings) -> Picture:
    """Close-ups of some repetitions, see `hardest`. ``name``: of the picture, unique in its page."""
    names = side_names(reps)
    width_mm = (PAGE_MM - LEFT_MM - 2.0 - (MOST - 1) * BETWEEN_MM) / MOST
    near = {rep.index: _near(rep, curves[rep.index]) for rep in reps}
    fastest = 1.1 * max((float(np.max(_speed(curve), initial=0.0)) for curve in near.values()), default=0.0)
    hardest_g = 1.15 * max((float(np.max(curve.jolt_g, initial=0.0)) for curve in near.values()), default=0.0)

    def draw(sheet: Sheet) -> None:
        for column, rep in enumerate(reps):
            left_mm = LEFT_MM + column * (width_mm + BETWEEN_MM)
            speed = sheet.axes(left_mm, HEAD_MM, width_mm, SPEED_MM)
            jolt = sheet.axes(left_mm, HEAD_MM + SPEED_MM + 2.0, width_mm, JOLT_MM)
            curve = near[rep.index]
            t_s = curve.t_s - rep.drop_end_s
            speed.plot(t_s, _speed(curve), color=LOOKS[rep.direction].line, linewidth=1.2)
            jolt.plot(t_s, curve.jolt_g, color=LOOKS[rep.direction].line, linewidth=1.2)
            speed.set_ylim(0.0, max(60.0, fastest))
            jolt.set_ylim(0.0, max(0.5, hardest_g))
            _frame(speed, jolt, limits, first=column == 0)
            head = f"{rep.index} {names[rep.direction]}"
            sheet.text(left_mm, 1.0, head, weight="bold", color=LOOKS[rep.direction].line)
            sheet.text(left_mm, 5.0, "\n".join(_verdict(rep)), fontsize=6.8, linespacing=1.25)

    height_mm = HEAD_MM + SPEED_MM + 2.0 + JOLT_MM + FOOT_MM
    told = "; ".join(f"repetition {rep.index} {names[rep.direction]}: {', '.join(_figures(rep))}" for rep in reps)
    return picture(name, "The hardest landings from close by", f"{told or 'No landing'}.", height_mm, draw)


def _near(rep: Rep, curve: RepCurve) -> RepCurve:
    here = slice(*np.searchsorted(curve.t_s, (rep.drop_end_s - BEFORE_S, rep.drop_end_s + AFTER_S)).tolist())
    turn_dps = None if curve.turn_dps is None else curve.turn_dps[here]
    return RepCurve(curve.t_s[here], curve.roll_deg[here], curve.speed_dps[here], turn_dps, curve.jolt_g[here])


def _speed(curve: RepCurve) -> Floats:
    """Of the gyroscope as it is, for landings are too short for a filter; without one, of the tilt."""
    return np.abs(curve.speed_dps) if curve.turn_dps is None else curve.turn_dps


def _frame(speed: Axes, jolt: Axes, limits: LimitSettings, *, first: bool) -> None:
    for axes in (speed, jolt):
        axes.axvspan(-limits.landing_before_s, limits.landing_after_s, facecolor="#efefef", lw=0.0)
        axes.axvline(0.0, color=INK, linewidth=0.6, linestyle=":")
        axes.set_xlim(-BEFORE_S, AFTER_S)
        axes.set_xticks([-0.5, 0.0, 0.5])
        axes.tick_params(labelleft=first)
    speed.tick_params(labelbottom=False, length=0)
    if first:
        speed.set_ylabel("turning, °/s", labelpad=1.0)
        jolt.set_ylabel("jolt, g", labelpad=1.0)
        jolt.set_xlabel("seconds from the landing", labelpad=1.0, loc="left")


def _verdict(rep: Rep) -> list[str]:
    """Two or three short lines above a close-up."""
    told = [
        f"{code_words(warning.code)}: {quantity(warning).split(',')[0]}"
        for warning in rep.warnings
        if warning.code in LANDING_CODES
    ]
    if rep.landing_loss_dps is None:
        return [*told, "not graded", *_figures(rep)][:3]
    return told[:3] or ["nothing to correct", *_figures(rep)[:1]]


def _figures(rep: Rep) -> list[str]:
    told = []
    if rep.landing_loss_dps is not None:
        told.append(f"loses {rep.landing_loss_dps:.0f}°/s in 0.1 s")
    if rep.landing_decel_dps2 is not None:
        told.append(f"brakes at {rep.landing_decel_dps2:.0f}°/s²")
    if rep.landing_jolt_g is not None:
        told.append(f"jolt {rep.landing_jolt_g:.1f} g")
    return told
