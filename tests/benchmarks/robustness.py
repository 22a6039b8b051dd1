"""The independent sessions once more in another form, that should change nothing: turned, at another rate, mirrored."""

import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensorcoach import Arrays
from tests.benchmarks import simple_counter
from tests.benchmarks.scoring import Score, scored, scored_simple
from tests.benchmarks.table import Options, Row
from tests.benchmarks.twist import outcome
from tests.benchmarks.twist_sessions import (
    TELLINGS,
    TWIST,
    Change,
    Session,
    Telling,
    askew,
    mirrored,
    name_of,
    read_session,
    resampled,
    sessions,
    turned,
    without_gyroscope,
)

SUITES = ("core", "faults")
RATES_HZ = (18.0, 25.0, 35.0, 50.0)
PHASES = (0.0, 1 / 3, 2 / 3)
TURNS = 2


@dataclass(frozen=True, slots=True)
class Form:
    """``changes``: several of a kind. ``count``, ``warnings``: have to stay the same."""

    what: str
    tellings: tuple[Telling, ...]
    changes: tuple[Change, ...]
    warnings: bool = False
    count: bool = True


FORMS = (
    Form("turned anyhow", ("untold",), (turned,) * TURNS, warnings=True),
    Form("turned by up to 40°, axis told as before", ("told",), (askew,) * TURNS, warnings=True),
    *(
        Form(
            f"resampled to {rate_hz:.0f} Hz, {len(PHASES)} phases",
            TELLINGS,
            tuple(resampled(rate_hz, phase) for phase in PHASES),
        )
        for rate_hz in RATES_HZ
    ),
    Form("sides mirrored", TELLINGS, (mirrored,), warnings=True),
    Form("without gyroscope", TELLINGS, (without_gyroscope,), count=False),
)


@dataclass(frozen=True, slots=True)
class Varied:
    """One session in one form. ``same_count``, ``same_warnings``: as in the form it was recorded in."""

    what: str
    telling: Telling
    exact: bool
    same_count: bool
    same_warnings: bool
    simple_exact: bool
    simple_same_count: bool
    why: str


def robustness_rows(options: Options) -> list[Row]:
    if not TWIST.exists():
        return [Row("independent sessions (simulated) in other forms", "../shared/data/twist is not here", "-")]
    paths = [path for suite in SUITES for path in sessions(suite, options.half)]
    with ProcessPoolExecutor(options.processes) as pool:
        every = [one for varied in pool.map(varied_forms, paths) for one in varied]
    if options.list_wrong:
        for one in every:
            if not one.exact or not one.same_count:
                print(one.why)
    return [_row(form, telling, every) for form in FORMS for telling in form.tellings]


def _row(form: Form, telling: Telling, every: Sequence[Varied]) -> Row:
    chosen = [one for one in every if one.what == form.what and one.telling == telling]
    same, warned = sum(one.same_count for one in chosen), sum(one.same_warnings for one in chosen)
    of = len(chosen)
    with_warnings = f", same warnings {warned}" if form.warnings else ""
    return Row(
        f"{form.what}, {telling}: same count",
        f"{same} of {of}{with_warnings}; exact {sum(one.exact for one in chosen)}",
        "all" if form.count else "as far as the data allow",
        same == of and (warned == of or not form.warnings) if form.count else None,
        f"{sum(one.simple_same_count for one in chosen)} of {of}; exact {sum(one.simple_exact for one in chosen)}",
    )


def varied_forms(path: Path) -> list[Varied]:
    """Where the session is slower than a rate, that form is left out."""
    session, name = read_session(path), name_of(path)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    as_it_was = {telling: _ours(name, session, telling) for telling in TELLINGS}
    simple_was = _simple(name, session)
    found = []
    for form in FORMS:
        for change in form.changes:
            other = change(session, rng)
            if len(other.rows) > len(session.rows):
                continue
            simple = _simple(name, other)
            for telling in form.tellings:
                found.append(
                    _varied(form.what, telling, as_it_was[telling], _ours(name, other, telling), simple_was, simple)
                )
    return found


def _ours(name: str, session: Session, telling: Telling) -> Score:
    rows = session.rows
    arrays = Arrays(rows[:, 0], rows[:, 1:4], rows[:, 4:7] if rows.shape[1] > 4 else None)
    return scored(name, session.truth, telling, outcome(arrays, session.truth.mounting(telling)))


def _simple(name: str, session: Session) -> Score:
    return scored_simple(name, session.truth, simple_counter.count(session.rows))


def _varied(what: str, telling: Telling, was: Score, is_now: Score, simple_was: Score, simple: Score) -> Varied:
    both = was.refused is None and is_now.refused is None
    swapped = was.truth.reps and was.truth.reps[0].side != is_now.truth.reps[0].side
    return Varied(
        what,
        telling,
        exact=is_now.exact,
        same_count=both and _sides(was, bool(swapped)) == _sides(is_now, False),
        same_warnings=both and [one.warned for one in was.found] == [one.warned for one in is_now.found],
        simple_exact=simple.exact,
        simple_same_count=len(simple_was.found) == len(simple.found),
        why=f"{is_now.name} {what}, {telling} (as it was {len(was.found)}): {is_now.why()}",
    )


def _sides(score: Score, swapped: bool) -> list[str | None]:
    other = {"left": "right", "right": "left"} if swapped and score.sides_told else {}
    return [other.get(one.side or "", one.side) for one in score.found]
