"""Figures of accuracy: real recordings and simulated sessions."""

import numpy as np

from sensorcoach import Arrays, analyze
from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.dsp.tilt import GyroscopeTilt
from sensorcoach.model import STANDARD_GRAVITY, Floats
from sensorcoach.simulator import SCENARIOS
from tests.benchmarks.judging import Figures, Verdicts, figures, judged, other_activity, random_sessions
from tests.benchmarks.real_files import (
    BRIDGING,
    DATA,
    MEX_SUBJECTS,
    PELVIC_TILT,
    ROLLING,
    broad,
    mex,
    mex_references,
    sisfall,
    sisfall_arrays,
)
from tests.benchmarks.table import Options, Row

NEAR_S = 0.3


def mex_rows(options: Options) -> list[Row]:
    if not (DATA / "mex").exists():
        return [Row("MEx (real)", "../shared/data/mex is not here", "-")]
    references = mex_references()
    right = turns = near = added = alone_confirmed = alone = 0
    for subject in MEX_SUBJECTS:
        reference, rolling = references[subject], analyze(mex(subject, ROLLING))
        right += reference.full_total <= rolling.summary.reps <= reference.max_total
        turns += len(reference.turning_s)
        near += sum(
            any(
                rep.drop_start_s <= turn_s < rep.return_end_s
                and rep.drop_end_s - NEAR_S <= turn_s <= rep.return_start_s + NEAR_S
                for rep in rolling.reps
            )
            for turn_s in reference.turning_s
        )
        session = analyze([mex(subject, name) for name in (ROLLING, BRIDGING, PELVIC_TILT)])
        added += abs(session.summary.reps - rolling.summary.reps)
        bridging = analyze(mex(subject, BRIDGING)).summary
        alone += bridging.reps > 0
        alone_confirmed += bridging.reps > 0 and bridging.axis_confirmed
    people = len(MEX_SUBJECTS)
    return [
        Row("MEx (real): count right", f"{right} of {people}", f"{people} of {people}", right == people),
        Row(
            "... turning points inside their rep, within 0.3 s of the hold", f"{near} of {turns}", "all", near == turns
        ),
        Row("... reps added by bridging and pelvic tilt of the same session", str(added), "0", added == 0),
        Row("... bridging alone said to be confirmed", f"{alone_confirmed} of {alone}", "0", alone_confirmed == 0),
    ]


def sisfall_rows(options: Options) -> list[Row]:
    if not sisfall("*"):
        return [Row("SisFall (real)", "../shared/data/sisfall is not here", "-")]
    rolls = [analyze(Arrays(*sisfall_arrays(path))).summary for path in sisfall("D14_*")]
    falls = [analyze(Arrays(*sisfall_arrays(path))).summary.reps for path in sisfall("F*")]
    one = sum(summary.reps == 1 and not summary.axis_confirmed for summary in rolls)
    return [
        Row("SisFall D14 (real): 1 unconfirmed rep", f"{one} of {len(rolls)}", "all", one == len(rolls)),
        Row("... reps in falls", f"{sum(falls)} in {len(falls)} files", "0", not any(falls)),
    ]


def broad_rows(options: Options) -> list[Row]:
    if not (DATA / "broad").exists():
        return [Row("BROAD (real)", "../shared/data/broad is not here", "-")]
    rows = []
    for name, goal_deg in (("02_undisturbed_slow_rotation_B", 0.6), ("21_undisturbed_fast_combined", 2.0)):
        error_deg = _inclination_error_deg(name)
        rows.append(
            Row(
                f"BROAD {name[:2]} (real): inclination error, moving",
                f"{error_deg:.2f}°",
                f"<= {goal_deg}°",
                error_deg <= goal_deg,
            )
        )
    knocks = _knocks("24_disturbed_tapping_A")
    return [*rows, Row("BROAD 24 (real): knocks found", str(knocks), "22 ± 1", abs(knocks - 22) <= 1)]


def _inclination_error_deg(name: str) -> float:
    board = broad(name)
    up, _ = GyroscopeTilt(board.rate_hz).push(board.acc, board.gyr)
    cosine = np.clip(np.einsum("ij,ij->i", up, board.up), -1.0, 1.0)
    return float(np.degrees(np.sqrt(np.mean(np.arccos(cosine[board.moving & np.isfinite(cosine)]) ** 2))))


def _knocks(name: str) -> int:
    board = broad(name)
    up, _ = GyroscopeTilt(board.rate_hz).push(board.acc, board.gyr)
    dynamic = np.linalg.norm(board.acc - STANDARD_GRAVITY * up, axis=1)
    detector = KnockDetector(board.rate_hz)
    found = detector.push(np.arange(len(dynamic)) / board.rate_hz, dynamic, np.zeros(len(dynamic), dtype=bool))
    return len(found) + len(detector.flush())


def exercise_rows(options: Options) -> list[Row]:
    total = figures(random_sessions(options.seeds))
    share = total.exact / total.sessions
    if total.wrong_counts:
        print("wrong counts:", "; ".join(total.wrong_counts))
    return [
        Row(
            "simulated sessions: exact count",
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
        _f1("simulated drops let go, thumps and good ones: too_fast", total.too_fast),
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
            f"other activity (simulated, {hours:.1f} h), axis told: false reps/h",
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
