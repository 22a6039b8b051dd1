"""The independent sessions once more in another form, that should change nothing: turned, at another rate, mirrored."""

import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sensorcoach import Arrays
from tests.benchmarks import simple_counter
from tests.benchmarks.scoring import Score, scored, scored_simple, tally
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

EXERCISES = ("core", "faults")
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


def _at(rate_hz: float) -> Form:
    return Form(f"resampled to {rate_hz:.0f} Hz", TELLINGS, tuple(resampled(rate_hz, phase) for phase in PHASES))


AT_50_HZ = _at(50.0)
STEPS_FOLDED = (_at(18.0), _at(25.0))
FORMS = (
    Form("turned anyhow", ("untold",), (turned,) * TURNS, warnings=True),
    Form("turned by up to 40°, axis told as before", ("told",), (askew,) * TURNS, warnings=True),
    *STEPS_FOLDED,
    _at(35.0),
    AT_50_HZ,
    Form("sides mirrored", TELLINGS, (mirrored,), warnings=True),
    Form("without gyroscope", TELLINGS, (without_gyroscope,), count=False),
)


@dataclass(frozen=True, slots=True)
class Varied:
    """One session in one form, and in that it was recorded in."""

    what: str
    telling: Telling
    was: Score
    now: Score
    simple_was: Score
    simple_now: Score

    @property
    def suite(self) -> str:
        return self.was.truth.suite

    @property
    def same_count(self) -> bool:
        """In number, and in the order of sides."""
        mirror = [rep.side for rep in self.was.truth.reps] != [rep.side for rep in self.now.truth.reps]
        return self._both and _sides(self.was, mirror and self.was.sides_told) == _sides(self.now, False)

    @property
    def same_warnings(self) -> bool:
        return self._both and [one.warned for one in self.was.found] == [one.warned for one in self.now.found]

    @property
    def simple_same_count(self) -> bool:
        return len(self.simple_was.found) == len(self.simple_now.found)

    @property
    def _both(self) -> bool:
        return self.was.refused is None and self.now.refused is None


def _sides(score: Score, mirror: bool) -> list[str | None]:
    other = {"left": "right", "right": "left"} if mirror else {}
    return [other.get(one.side or "", one.side) for one in score.found]


def robustness_rows(options: Options) -> list[Row]:
    if not TWIST.exists():
        return [Row("independent sessions (simulated) in other forms", "../shared/data/twist is not here", "-")]
    paths = [path for suite in (*EXERCISES, "negatives") for path in sessions(suite, options.half)]
    with ProcessPoolExecutor(options.processes) as pool:
        every = [one for varied in pool.map(varied_forms, paths) for one in varied]
    exercises = [one for one in every if one.suite in EXERCISES]
    if options.list_wrong:
        for one in exercises:
            if not (one.now.exact and one.same_count):
                print(f"{one.now.name} {one.what}, {one.telling} (as it was {len(one.was.found)}): {one.now.why()}")
    return [
        *(_row(form, telling, exercises) for form in FORMS for telling in form.tellings),
        *_verdict_rows([one for one in exercises if one.what == AT_50_HZ.what]),
        *(
            _other_activity_row(form, telling, [one for one in every if one.suite == "negatives"])
            for form in STEPS_FOLDED
            for telling in form.tellings
        ),
    ]


def _row(form: Form, telling: Telling, every: Sequence[Varied]) -> Row:
    chosen = [one for one in every if one.what == form.what and one.telling == telling]
    of = len(chosen)
    same, warned = sum(one.same_count for one in chosen), sum(one.same_warnings for one in chosen)
    with_warnings = f", same warnings {warned}" if form.warnings else ""
    return Row(
        f"{form.what}, {telling}: same count",
        f"{same} of {of}{with_warnings}; exact {sum(one.now.exact for one in chosen)}",
        "all" if form.count else "as far as the data allow",
        same == of and (warned == of or not form.warnings) if form.count else None,
        f"{sum(one.simple_same_count for one in chosen)} of {of}; exact {sum(one.simple_now.exact for one in chosen)}",
    )


def _verdict_rows(at_50_hz: Sequence[Varied]) -> list[Row]:
    rows = []
    for telling in TELLINGS:
        chosen = [one for one in at_50_hz if one.telling == telling]
        ours, simple = tally(one.now for one in chosen), tally(one.simple_now for one in chosen)
        for code in ("too_fast", "jarring"):
            verdicts = ours.verdicts[code]
            rows.append(
                Row(
                    f"{AT_50_HZ.what}, {telling}: {code}, F1",
                    f"{verdicts.f1:.3f} ({verdicts.hits} right, {verdicts.false} false, {verdicts.missed} missed)",
                    ">= 0.95",
                    verdicts.f1 >= 0.95,
                    f"{simple.verdicts[code].f1:.3f}",
                )
            )
    return rows


def _other_activity_row(form: Form, telling: Telling, negatives: Sequence[Varied]) -> Row:
    """Heel strikes are folded at such rates: the steps must be known by something else."""
    chosen = [one for one in negatives if one.what == form.what and one.telling == telling]
    ours, simple = tally(one.now for one in chosen), tally(one.simple_now for one in chosen)
    hours = max(ours.outside_h, 1e-9)
    return Row(
        f"`negatives` {form.what}, {telling}: false reps/h",
        f"{ours.false_outside / hours:.1f} ({ours.confirmed_outside} confirmed)",
        f"{'< 20, ' if telling == 'untold' else ''}0 confirmed",
        ours.confirmed_outside == 0 and (telling == "told" or ours.false_outside < 20 * ours.outside_h),
        f"{simple.false_outside / hours:.1f}",
    )


def varied_forms(path: Path) -> list[Varied]:
    """Where the session is slower than a rate, that form is left out; without the exercise only slow ones are tried."""
    session, name = read_session(path), name_of(path)
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    was = {telling: _ours(name, session, telling) for telling in TELLINGS}
    simple_was = _simple(name, session)
    found = []
    for form in FORMS if session.truth.reps else STEPS_FOLDED:
        for change in form.changes:
            other = change(session, rng)
            if len(other.rows) > len(session.rows):
                continue
            simple = _simple(name, other)
            for telling in form.tellings:
                found.append(Varied(form.what, telling, was[telling], _ours(name, other, telling), simple_was, simple))
    return found


def _ours(name: str, session: Session, telling: Telling) -> Score:
    rows = session.rows
    arrays = Arrays(rows[:, 0], rows[:, 1:4], rows[:, 4:7] if rows.shape[1] > 4 else None)
    return scored(name, session.truth, telling, outcome(arrays, session.truth.mounting(telling)))


def _simple(name: str, session: Session) -> Score:
    return scored_simple(name, session.truth, simple_counter.count(session.rows))
