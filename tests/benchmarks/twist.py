"""Independent simulated sessions of the twist: ours beside the simple counter, told and untold."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensorcoach import Analysis, Arrays, analyze
from sensorcoach.model import Mounting
from tests.benchmarks import simple_counter
from tests.benchmarks.scoring import Score, Tally, scored, scored_simple, tally
from tests.benchmarks.table import Options, Row
from tests.benchmarks.twist_sessions import ALL_TELLINGS, TELLINGS, TWIST, Telling, name_of, read_session, sessions

SUITES = ("core", "faults", "noise", "negatives", "hour")
COUNT_GOALS = {"core": 0.96, "faults": 0.92, "noise": 0.90}
OUTSIDE: tuple[tuple[str, str | None, Telling, float | None], ...] = (
    ("thigh, axis told", "thigh", "told", 1.0),
    ("shank, --front told", "shank", "told", 5.0),
    ("shank, the nearest front told", "shank", "nearest", None),
    ("nothing told", None, "untold", 20.0),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One session analysed and scored: ours as often as it was told otherwise, the simple counter once."""

    suite: str
    ours: dict[Telling, Score]
    simple: Score


def twist_rows(options: Options) -> list[Row]:
    if not TWIST.exists():
        return [Row("independent sessions (simulated)", "../shared/data/twist is not here", "-")]
    paths = [path for suite in SUITES for path in sessions(suite, options.half)]
    with ProcessPoolExecutor(options.processes) as pool:
        judged = list(pool.map(judge, paths))
    if options.list_wrong:
        _print_wrong(judged)
    by_suite = {suite: [one for one in judged if one.suite == suite] for suite in SUITES}
    graded = [one for suite in ("core", "faults", "hour") for one in by_suite[suite]]
    exercised = [*graded, *by_suite["noise"]]
    return [
        *(row for suite in COUNT_GOALS for row in count_rows(suite, by_suite[suite])),
        *hour_rows(by_suite["hour"]),
        *outside_rows(judged),
        *(row for telling in TELLINGS for row in measure_rows(telling, exercised)),
        *(row for telling in TELLINGS for row in verdict_rows(telling, graded)),
    ]


def judge(path: Path) -> Judged:
    """From the file itself, as a person would have it analysed."""
    session, name = read_session(path), name_of(path)
    return Judged(
        session.truth.suite,
        {one: scored(name, session.truth, one, outcome(path, session.truth.mounting(one))) for one in ALL_TELLINGS},
        scored_simple(name, session.truth, simple_counter.count(session.rows)),
    )


def outcome(source: Path | Arrays, mounting: Mounting) -> Analysis | Exception:
    """A refusal is an outcome. So is a crash: the table must show it, not end by it."""
    try:
        return analyze(source, mounting=mounting)
    except Exception as error:
        return error


def _print_wrong(judged: Sequence[Judged]) -> None:
    for one in judged:
        for telling in TELLINGS:
            if not (one.ours[telling].exact and one.ours[telling].one_to_one):
                print(f"{one.simple.name} {telling}: {one.ours[telling].why()}")
        if not (one.simple.exact and one.simple.one_to_one):
            print(f"{one.simple.name} simple counter: {one.simple.why()}")


def count_rows(suite: str, judged: Sequence[Judged]) -> list[Row]:
    goal = COUNT_GOALS[suite]
    simple = tally(one.simple for one in judged)
    rows = []
    for telling in ALL_TELLINGS:
        chosen = [one for one in judged if telling != "nearest" or not one.ours["told"].sides_told]
        total = tally(one.ours[telling] for one in chosen)
        what = {"nearest": "no axis within 22°, the nearest told"}.get(telling, telling)
        peer = simple if len(chosen) == len(judged) else tally(one.simple for one in chosen)
        reached = total.exact >= goal * total.sessions if telling != "nearest" else None
        rows.append(Row(f"{suite}, {what}: exact", _exact(total), f">= {goal:.0%}", reached, _exact(peer)))
    return rows


def _exact(total: Tally) -> str:
    share = f" ({total.exact / total.sessions:.0%})" if total.sessions else ""
    refused = f"; {total.refused} refused" if total.refused else ""
    return (
        f"{total.exact} of {total.sessions}{share}, in the block {total.exact_in_block}, one to one {total.one_to_one};"
        f" {total.missed} reps missed, {total.false} false, {total.wrong_sides} on the wrong side{refused}"
    )


def hour_rows(judged: Sequence[Judged]) -> list[Row]:
    return [
        Row(
            f"one hour, {telling}",
            f"{len(one.ours[telling].found)}, {one.ours[telling].why()}",
            str(len(one.simple.truth.reps)),
            one.ours[telling].exact,
            f"{len(one.simple.found)}",
        )
        for one in judged
        for telling in TELLINGS
    ]


def outside_rows(judged: Sequence[Judged]) -> list[Row]:
    """False repetitions of other activity: all of `negatives`, and what lies before and after the exercise in the other
    suites. Sessions refused have no hours. What is false within the exercise shows in the count.
    """
    rows = []
    for what, segment, telling, goal in OUTSIDE:
        chosen = [
            one
            for one in judged
            if segment in (None, one.simple.truth.worn.segment)
            and (telling == "untold" or one.ours[telling].sides_told)
        ]
        ours, simple = tally(one.ours[telling] for one in chosen), tally(one.simple for one in chosen)
        negatives = tally(one.ours[telling] for one in chosen if one.suite == "negatives")
        simple_negatives = tally(one.simple for one in chosen if one.suite == "negatives")
        rows += [
            Row(
                f"other activity, {what}: false reps/h ({ours.outside_h:.2f} h; `negatives` alone)",
                f"{_an_hour(ours)} ({_an_hour(negatives)})",
                "-" if goal is None else f"< {goal:.0f}",
                None if goal is None else ours.false_outside < goal * ours.outside_h,
                f"{_an_hour(simple)} ({_an_hour(simple_negatives)})",
            ),
            Row("... of them confirmed", str(ours.confirmed_outside), "0", ours.confirmed_outside == 0),
        ]
    return rows


def _an_hour(total: Tally) -> str:
    return f"{total.false_outside / total.outside_h:.1f}" if total.outside_h else "-"


def measure_rows(telling: Telling, judged: Sequence[Judged]) -> list[Row]:
    ours, simple = tally(one.ours[telling] for one in judged), tally(one.simple for one in judged)
    borders = [
        _error(f"... {name}", list(errors), list(peer), " s", 0.1, 0.5)
        for name, errors, peer in zip(
            ("drop_start", "drop_end", "return_start", "return_end"),
            np.reshape(ours.borders_s, (-1, 4)).T,
            np.reshape(simple.borders_s, (-1, 4)).T,
            strict=True,
        )
    ]
    return [
        _error(f"{telling}: range (no midpoint)", ours.range_deg, simple.range_deg, "°", 0.7, 4.0),
        *borders,
        _error("... hold", ours.hold_s, simple.hold_s, " s", None, 0.5),
    ]


def _error(
    what: str, errors: Sequence[float], peer: Sequence[float], unit: str, median: float | None, high: float
) -> Row:
    goal = f"{'' if median is None else f'<= {median}, '}<= {high}{unit}"
    if not errors:
        return Row(f"{what}, median, 95 %", "none", goal)
    mid, most = np.percentile(errors, [50, 95])
    return Row(
        f"{what}, median, 95 %",
        f"{mid:.2f}, {most:.2f}{unit} (n = {len(errors)})",
        goal,
        bool(most <= high and (median is None or mid <= median)),
        f"{np.percentile(peer, 50):.2f}, {np.percentile(peer, 95):.2f}{unit}" if peer else "none",
    )


def verdict_rows(telling: Telling, judged: Sequence[Judged]) -> list[Row]:
    """`core`, `faults` and `hour`; at warn and above; not found is not warned."""
    ours, simple = tally(one.ours[telling] for one in judged), tally(one.simple for one in judged)
    goals = {"too_fast": 0.98, "jarring": 0.97}
    rows = []
    for code, verdicts in ours.verdicts.items():
        goal = goals.get(code)
        rows.append(
            Row(
                f"{telling}: {code}, F1",
                f"{verdicts.f1:.3f} ({verdicts.hits} right, {verdicts.false} false, {verdicts.missed} missed)",
                f">= {goal}" if goal else "-",
                verdicts.f1 >= goal if goal else None,
                f"{simple.verdicts[code].f1:.3f}" if code != "jerky" else "does not say",
            )
        )
    return [
        *rows,
        _share("... drops not jerky warned jerky", ours.verdicts["jerky"].false, ours.clean["jerky"], 0.05),
        _share("... false short_hold", ours.verdicts["short_hold"].false, ours.clean["short_hold"], 0.02),
        Row(
            "... with a verdict on the landing, of those whose samples came",
            f"{ours.landings_judged} of {ours.landings}",
            ">= 97 %",
            ours.landings_judged >= 0.97 * ours.landings,
        ),
    ]


def _share(what: str, number: int, of: int, goal: float) -> Row:
    return Row(what, f"{number} of {of} ({number / of if of else 0.0:.1%})", f"<= {goal:.0%}", number <= goal * of)
