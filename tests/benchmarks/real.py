"""Recordings of hardware made by others: the exercise itself, and daily life without it. Ours and the simple counter.

Where something is told: for the leg and the trunk the nearest axis that points up in the first seconds of standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensorcoach import Arrays, analyze
from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.dsp.tilt import GyroscopeTilt
from sensorcoach.model import STANDARD_GRAVITY, Floats, Mounting, Result
from tests.benchmarks import simple_counter
from tests.benchmarks.real_files import (
    BRIDGING,
    DATA,
    LEG_RAISES,
    MEX_SUBJECTS,
    PELVIC_TILT,
    ROLLING,
    Reference,
    broad,
    leg_raises,
    mex,
    mex_references,
    mex_samples,
    sisfall,
    sisfall_arrays,
)
from tests.benchmarks.table import Options, Row

NEAR_S = 0.3
AXES = ("x", "-x", "y", "-y", "z", "-z")
SESSION = (ROLLING, BRIDGING, PELVIC_TILT)
STANDING_S = 3.0


def mex_rows(options: Options) -> list[Row]:
    if not (DATA / "mex").exists():
        return [Row("MEx (real)", "../shared/data/mex is not here", "-")]
    references = mex_references()
    people = [_person(subject, references[subject]) for subject in MEX_SUBJECTS]
    if options.list_wrong:
        for one in people:
            if one.is_wrong:
                print(one.why)
    of = len(people)
    right, best = sum(one.right for one in people), sum(any(one.right_by_axis.values()) for one in people)
    near, turns = sum(one.turns_near for one in people), sum(one.turns for one in people)
    added, added_told = sum(one.added for one in people), sum(one.added_told for one in people)
    alone, confirmed = sum(one.bridging > 0 for one in people), sum(one.bridging_confirmed for one in people)
    simple_right, simple_added = sum(one.simple_right for one in people), sum(one.simple_added for one in people)
    axes = sum(sum(one.right_by_axis.values()) for one in people)
    return [
        Row("MEx (real), untold: count right", f"{right} of {of}", "all", right == of, f"{simple_right} of {of}"),
        Row("... the best of six axes told: count right", f"{best} of {of}", "all", best == of),
        Row("... of all axes told: count right", f"{axes} of {of * len(AXES)}", "an axis that cannot be is said"),
        Row("... turning points in their rep, within 0.3 s of the hold", f"{near} of {turns}", "all", near == turns),
        Row(
            "... added by bridging and pelvic tilt of the same session, untold",
            str(added),
            "0",
            added == 0,
            str(simple_added),
        ),
        Row("... with the best axis told", str(added_told), "0", added_told == 0),
        Row("... bridging alone said to be confirmed", f"{confirmed} of {alone}", "0", confirmed == 0),
    ]


@dataclass(frozen=True, slots=True)
class Person:
    """``added``: reps more or less in a session of rolling, bridging and pelvic tilt than in the rolling alone."""

    right: bool
    right_by_axis: dict[str, bool]
    turns: int
    turns_near: int
    added: int
    added_told: int
    bridging: int
    bridging_confirmed: bool
    simple_right: bool
    simple_added: int
    why: str

    @property
    def is_wrong(self) -> bool:
        return bool(not self.right or not any(self.right_by_axis.values()) or self.added or self.added_told)


def _person(subject: str, reference: Reference) -> Person:
    rolling = analyze(mex(subject, ROLLING))
    session = [mex(subject, name) for name in SESSION]
    told = {axis: _reps(analyze(mex(subject, ROLLING), mounting={"up_leg": axis})) for axis in AXES}
    right_by_axis = {axis: _is_right(reps, reference) for axis, reps in told.items()}
    best = max(AXES, key=lambda axis: (right_by_axis[axis], told[axis]))
    bridging = analyze(mex(subject, BRIDGING)).summary
    added = abs(_reps(analyze(session)) - _reps(rolling))
    added_told = abs(_reps(analyze(session, mounting={"up_leg": best})) - told[best])
    simple = len(simple_counter.count(_mex_table(subject, (ROLLING,))))
    return Person(
        right=_is_right(_reps(rolling), reference),
        right_by_axis=right_by_axis,
        turns=len(reference.turning_s),
        turns_near=_turns_near(rolling, reference),
        added=added,
        added_told=added_told,
        bridging=bridging.reps,
        bridging_confirmed=bridging.reps > 0 and bridging.axis_confirmed,
        simple_right=_is_right(simple, reference),
        simple_added=abs(len(simple_counter.count(_mex_table(subject, SESSION))) - simple),
        why=f"MEx {subject}: {_reps(rolling)} untold, {told} told, of {reference.full_total}-{reference.max_total};"
        f" added {added} untold, {added_told} with {best} told; simple counter {simple}",
    )


def _reps(result: Result) -> int:
    return result.summary.reps


def _is_right(reps: int, reference: Reference) -> bool:
    return reference.full_total <= reps <= reference.max_total


def _turns_near(rolling: Result, reference: Reference) -> int:
    return sum(
        any(
            rep.drop_start_s <= turn_s < rep.return_end_s
            and rep.drop_end_s - NEAR_S <= turn_s <= rep.return_start_s + NEAR_S
            for rep in rolling.reps
        )
        for turn_s in reference.turning_s
    )


def _mex_table(subject: str, names: Sequence[str]) -> Floats:
    tables = [np.column_stack(mex_samples(subject, name)) for name in names]
    return simple_counter.in_time(np.vstack(tables))


def sisfall_rows(options: Options) -> list[Row]:
    if not sisfall("*"):
        return [Row("SisFall (real)", "../shared/data/sisfall is not here", "-")]
    rolls = [_counts(sisfall_arrays(path)) for path in sisfall("D14_*")]
    falls = [_counts(sisfall_arrays(path)) for path in sisfall("F*")]
    one, simple_one = sum(count.reps == 1 for count in rolls), sum(count.simple == 1 for count in rolls)
    unconfirmed = sum(count.confirmed == 0 for count in rolls)
    in_falls = sum(count.reps for count in falls)
    return [
        Row(
            "SisFall D14 (real), untold: 1 rep",
            f"{one} of {len(rolls)} ({unconfirmed} unconfirmed)",
            ">= 97 %",
            one >= 0.97 * len(rolls),
            f"{simple_one} of {len(rolls)}",
        ),
        Row(
            "... reps in falls",
            f"{in_falls} in {len(falls)} files",
            "0",
            in_falls == 0,
            str(sum(count.simple for count in falls)),
        ),
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a recording without the exercise, or with one roll. ``confirmed``: reps in a session said to be so."""

    seconds: float
    reps: int
    confirmed: int
    simple: int


def _counts(samples: tuple[Floats, Floats, Floats], mounting: Mounting | None = None) -> Counts:
    result = analyze(Arrays(*samples), mounting=mounting)
    simple = simple_counter.count(simple_counter.in_time(np.column_stack(samples)))
    return Counts(
        float(samples[0][-1] - samples[0][0]),
        _reps(result),
        sum(getattr(rep, "confirmed", result.summary.axis_confirmed) for rep in result.reps),
        len(simple),
    )


PLACES = {
    "thigh": ("hugadb_*_?T", "qmt_upper_leg_*"),
    "shin": ("hugadb_*_?S", "qmt_lower_leg_*"),
    "trunk": ("qmt_hip", "sisfall_*"),
}


def daily_rows(options: Options) -> list[Row]:
    folder = DATA / "daily"
    if not folder.exists():
        return [Row("daily life (real)", "../shared/data/daily is not here", "-")]
    rows = []
    for place, patterns in PLACES.items():
        paths = sorted(path for pattern in patterns for path in folder.glob(f"{pattern}.csv.gz"))
        for told in (True, False):
            counts = [_daily(path, place, told) for path in paths]
            if options.list_wrong:
                for path, count in zip(paths, counts, strict=True):
                    if count.reps:
                        print(f"{path.name} ({place}, {'told' if told else 'untold'}): {count.reps} reps")
            rows.append(_daily_row(place, told, counts))
    return rows


def _daily(path: Path, place: str, told: bool) -> Counts:
    rows = simple_counter.read_rows(path)
    samples = rows[:, 0], rows[:, 1:4], rows[:, 4:7]
    if not told:
        return _counts(samples)
    return _counts(samples, Mounting(segment="shank" if place == "shin" else "thigh", up_leg=_up(*samples[:2])))


def _up(t_s: Floats, acc: Floats) -> str:
    """The axis nearest to up in the first seconds of standing."""
    up = np.median(acc[t_s < t_s[0] + STANDING_S], axis=0)
    return max(AXES, key=lambda name: float(up["xyz".index(name[-1])] * (-1.0 if name[0] == "-" else 1.0)))


def _daily_row(place: str, told: bool, counts: Sequence[Counts]) -> Row:
    hours = sum(count.seconds for count in counts) / 3600.0
    reps, confirmed = sum(count.reps for count in counts), sum(count.confirmed for count in counts)
    goal = 20.0 if not told else {"thigh": 1.0, "shin": 5.0}.get(place)
    reached = confirmed == 0 and (goal is None or reps < goal * hours)
    return Row(
        f"daily life (real, {hours:.2f} h), {place}, {'nearest axis told' if told else 'untold'}: false reps/h",
        f"{reps / hours:.1f} ({reps}, {confirmed} confirmed)",
        f"{'' if goal is None else f'< {goal:.0f}, '}0 confirmed",
        reached,
        f"{sum(count.simple for count in counts) / hours:.1f}",
    )


def leg_raise_rows(options: Options) -> list[Row]:
    """Report only: 25 Hz, and one person."""
    if not (DATA / "uci-pt").exists():
        return [Row("leg raises (real)", "../shared/data/uci-pt is not here", "-")]
    rows = []
    for exercise, name in LEG_RAISES.items():
        samples = leg_raises(exercise)
        told = sum(_reps(analyze(Arrays(*samples), mounting={"up_leg": axis})) for axis in ("x", "-x"))
        untold = _counts(samples)
        rows.append(
            Row(
                f"30 leg raises, {name} (real): reps told, untold (confirmed)",
                f"{told}, {untold.reps} ({untold.confirmed})",
                "0, - (0)",
                told == untold.confirmed == 0,
                str(untold.simple),
            )
        )
    return rows


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
