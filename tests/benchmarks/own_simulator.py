"""Sessions of our own simulator: for regressions and for what nature does not label; no evidence of accuracy."""

import numpy as np

from sensorcoach.model import Floats
from sensorcoach.simulator import SCENARIOS
from tests.benchmarks.judging import Figures, Verdicts, figures, judged, other_activity, random_sessions
from tests.benchmarks.table import Options, Row


def exercise_rows(options: Options) -> list[Row]:
    total = figures(random_sessions(options.seeds))
    share = total.exact / total.sessions
    if total.wrong_counts:
        print("wrong counts:", "; ".join(total.wrong_counts))
    return [
        Row(
            "our own simulator: exact count",
            f"{total.exact} of {total.sessions} ({share:.1%})",
            ">= 98 %",
            share >= 0.98,
        ),
        Row(
            "... side, where one bit is given",
            f"{total.sided - total.side_wrong} of {total.sided}",
            "all",
            total.side_wrong == 0,
        ),
        _error("... range, 95 % (no midpoint)", total.range_deg, 95, "°", 2.0),
        _error("... accelerometer alone, held 1 s", total.range_accelerometer_held_deg, 95, "°", 2.0),
        _error("... accelerometer alone, swinging", total.range_accelerometer_swung_deg, 95, "°", 7.0),
        _error("... hold, 95 %", total.hold_s, 95, " s", 0.3),
        _error("... accelerometer alone", total.hold_accelerometer_s, 95, " s", 0.3),
        *(
            _error(f"... {name}, median", list(errors), 50, " s", 0.1)
            for name, errors in zip(
                ("drop start", "drop end", "return start", "return end"), np.array(total.borders_s).T, strict=True
            )
        ),
        *_latency_rows(total),
        _f1("... too_fast", total.too_fast),
        _f1("... too_fast, drops that swing in from the other side", total.too_fast_swinging),
        _f1("... jarring, from 100 Hz with a gyroscope", total.jarring),
        Row("... not graded (gap, clipping, rate)", f"{total.ungraded} of {total.repetitions}", "-"),
    ]


def warning_rows(options: Options) -> list[Row]:
    """Many warnings due, at 104 and 208 Hz; random sessions hold few."""
    total = figures(
        judged(seed, SCENARIOS[name](seed))
        for seed in options.seeds[: len(options.seeds) // 4]
        for name in ("too_fast", "thumps", "good")
    )
    return [
        _f1("our own simulator, drops let go, thumps and good ones: too_fast", total.too_fast),
        _f1("... jarring", total.jarring),
    ]


def activity_rows(options: Options) -> list[Row]:
    hours = told = untold = confirmed = 0.0
    for with_axis, without in other_activity(options.seeds[: len(options.seeds) // 5]):
        hours += with_axis.hours
        told += with_axis.summary.reps
        untold += without.summary.reps
        confirmed += without.summary.reps if without.summary.axis_confirmed else 0
    return [
        Row(
            f"our own simulator, other activity ({hours:.1f} h), axis told: false reps/h",
            f"{told / hours:.1f}",
            "< 1",
            told < hours,
        ),
        Row("... nothing told: false reps/h", f"{untold / hours:.0f}", "as few as physics allows"),
        Row("... of them in sessions said to be confirmed, /h", f"{confirmed / hours:.0f}", "0", confirmed == 0),
    ]


def _latency_rows(total: Figures) -> list[Row]:
    latencies = total.latencies
    return [
        _latency("... landing told after it (packets <= 80 ms)", latencies.landing_s, 50, 0.35),
        _latency("... landing told after it", latencies.landing_s, 95, 0.45),
        _latency("... count after the return's end", latencies.count_s, 95, 0.5),
        _latency("... final figures after the return's end", latencies.final_s, 95, 1.0),
    ]


def _latency(what: str, times_s: list[float], percent: int, goal_s: float) -> Row:
    name = "median" if percent == 50 else f"{percent} %"
    return _error(f"{what}, {name}", times_s, percent, " s", goal_s)


def _error(what: str, errors: list[float] | Floats, percent: int, unit: str, goal: float) -> Row:
    if len(errors) == 0:
        return Row(what, "none", f"<= {goal}{unit}")
    reached = float(np.percentile(errors, percent))
    return Row(what, f"{reached:.2f}{unit} (n = {len(errors)})", f"<= {goal}{unit}", reached <= goal)


def _f1(what: str, verdicts: Verdicts) -> Row:
    count = f"{verdicts.hits} right, {verdicts.false} false, {verdicts.missed} missed"
    return Row(f"{what}: F1", f"{verdicts.f1:.3f} ({count})", ">= 0.98", verdicts.f1 >= 0.98)
