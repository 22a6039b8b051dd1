"""What was found in a session of known truth against that truth: the same figures for us and for the simple counter."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Floats, Rep, Result, Side
from tests.benchmarks.judging import SPOKEN, Verdicts
from tests.benchmarks.simple_counter import Excursion
from tests.benchmarks.twist_sessions import Telling, TrueRep, Truth, name_of, truth_of

SAME_REP_SHARE = 0.5
"""A repetition found is the true one with which it shares more than this of the shorter of both."""
MOST_NAMED = 12
CODE_OF_LABEL = {
    "fast": "too_fast",
    "jarring": "jarring",
    "jerky": "jerky",
    "short_hold": "short_hold",
    "fast_return": "fast_return",
    "incomplete_return": "incomplete_return",
}
BORDERS = ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s")


@dataclass(frozen=True, slots=True)
class Found:
    """A repetition, whoever found it. ``warned``: codes at warn and above. ``has_centre``: one that is no midpoint."""

    side: Side | None
    drop_start_s: float
    drop_end_s: float
    return_start_s: float
    return_end_s: float
    range_deg: float
    hold_s: float
    has_centre: bool
    landing_judged: bool
    confirmed: bool
    warned: frozenset[str]

    @property
    def middle_s(self) -> float:
        return (self.drop_start_s + self.return_end_s) / 2.0


def found_in(result: Result) -> tuple[Found, ...]:
    """Ours. Unconfirmed: by itself where a repetition says so, else with its session."""
    return tuple(_found(rep, getattr(rep, "confirmed", result.summary.axis_confirmed)) for rep in result.reps)


def _found(rep: Rep, confirmed: bool) -> Found:
    ungraded: dict[str, str] | None = getattr(rep, "ungraded_rules", None)
    return Found(
        side=rep.side,
        drop_start_s=rep.drop_start_s,
        drop_end_s=rep.drop_end_s,
        return_start_s=rep.return_start_s,
        return_end_s=rep.return_end_s,
        range_deg=rep.range_deg,
        hold_s=rep.hold_s,
        has_centre=rep.centre_source != "midpoint",
        landing_judged=rep.graded if ungraded is None else "jarring" not in ungraded,
        confirmed=confirmed,
        warned=frozenset(warning.code for warning in rep.warnings if warning.severity in SPOKEN),
    )


SIMPLE_FAST_S, SIMPLE_JARRING_G, SIMPLE_HOLD_S, SIMPLE_RETURN_S, SIMPLE_RESIDUAL_DEG = 0.42, 2.0, 1.75, 0.95, 6.0
"""What a hundred lines would warn at: definitions C of old, and the middle between both classes of a label."""


def found_by_simple(excursions: Iterable[Excursion]) -> tuple[Found, ...]:
    return tuple(
        Found(
            side=None,
            drop_start_s=one.leave_s,
            drop_end_s=one.out_s,
            return_start_s=one.return_s,
            return_end_s=one.back_s,
            range_deg=one.peak_deg,
            hold_s=one.return_s - one.out_s,
            has_centre=True,
            landing_judged=True,
            confirmed=True,
            warned=_simple_warnings(one),
        )
        for one in excursions
    )


def _simple_warnings(one: Excursion) -> frozenset[str]:
    warned = {
        "too_fast": one.drop_10_90_s < SIMPLE_FAST_S,
        "jarring": one.knock_g > SIMPLE_JARRING_G,
        "short_hold": one.return_s - one.out_s < SIMPLE_HOLD_S,
        "fast_return": one.return_90_10_s < SIMPLE_RETURN_S,
        "incomplete_return": one.residual_deg > SIMPLE_RESIDUAL_DEG,
    }
    return frozenset(code for code, is_so in warned.items() if is_so)


@dataclass(frozen=True, slots=True)
class Score:
    """One session. ``pairs``: (true, found); ``missed``: true, not found; ``false``: found, not true."""

    name: str
    truth: Truth
    sides_told: bool
    refused: str | None
    found: tuple[Found, ...]
    pairs: tuple[tuple[TrueRep, Found], ...]
    missed: tuple[TrueRep, ...]
    false: tuple[Found, ...]
    aborted: tuple[tuple[float, float, str], ...] = ()

    @property
    def exact(self) -> bool:
        """Number, and sides where told, over the whole session."""
        return self.refused is None and self._same_number(self.found)

    @property
    def exact_in_block(self) -> bool:
        """... of what lies within the exercise."""
        return self.refused is None and self._same_number(self.within_block)

    @property
    def one_to_one(self) -> bool:
        """Stricter: each at its time, on its side; one missed and one false are no exact count."""
        return self.refused is None and not (self.missed or self.false or self.wrong_sides)

    @property
    def within_block(self) -> tuple[Found, ...]:
        return tuple(one for one in self.found if self._in_block(one))

    @property
    def false_outside(self) -> tuple[Found, ...]:
        """False ones of other activity: before and after the exercise; all of a session without one."""
        return tuple(one for one in self.false if not self._in_block(one))

    @property
    def outside_s(self) -> float:
        """Of a session that was looked at."""
        block = self.truth.block
        if self.refused is not None:
            return 0.0
        return self.truth.duration_s - (block[1] - block[0] if block else 0.0)

    @property
    def wrong_sides(self) -> tuple[TrueRep, ...]:
        return tuple(true for true, found in self.pairs if self.sides_told and found.side != true.side)

    @property
    def missed_s(self) -> list[float]:
        return [true.drop_onset for true in self.missed]

    @property
    def false_s(self) -> list[float]:
        return [one.drop_start_s for one in self.false]

    def why(self) -> str:
        """What is wrong, with the times (s): for who looks into it."""
        if self.refused is not None:
            return f"refused: {self.refused}"
        parts = [f"{len(self.found)} of {len(self.truth.reps)}"]
        parts += [self._why_missed(true) for true in self.missed]
        parts += [
            f"false {one.drop_start_s:.1f}-{one.return_end_s:.1f} ({self.truth.activity_at(one.drop_end_s)},"
            f" {one.range_deg:.0f}°{'' if one.confirmed else ', unconfirmed'})"
            for one in self.false[:MOST_NAMED]
        ]
        parts += [f"... {len(self.false) - MOST_NAMED} more"] if len(self.false) > MOST_NAMED else []
        parts += [f"side of {true.drop_onset:.1f} is {true.side}" for true in self.wrong_sides]
        return "; ".join(parts)

    def _why_missed(self, true: TrueRep) -> str:
        reasons = [reason for begin, end, reason in self.aborted if begin < true.return_end and end > true.drop_start]
        because = f" ({', '.join(reasons)})" if reasons else ""
        return f"missed {true.drop_onset:.1f}-{true.return_end:.1f}{because}"

    def _in_block(self, one: Found) -> bool:
        block = self.truth.block
        return block is not None and block[0] <= one.middle_s < block[1]

    def _same_number(self, found: Sequence[Found]) -> bool:
        if not self.sides_told:
            return len(found) == len(self.truth.reps)
        return Counter(one.side for one in found) == Counter(true.side for true in self.truth.reps)


def score_session(path: Path, told: bool, result: Result | SensorcoachError) -> Score:
    """``path``: the session's CSV. ``told``: its mounting was. ``result``: what came of it, a refusal too."""
    telling: Telling = "told" if told else "untold"
    return scored(name_of(path), truth_of(path), telling, result)


def scored(name: str, truth: Truth, telling: Telling, result: Result | Exception) -> Score:
    sides_told = truth.side_told(telling)
    if isinstance(result, Exception):
        return score_found(name, truth, sides_told, (), refused=_reason(result))
    aborted = tuple((one.start_s, one.end_s, one.reason) for one in result.aborted)
    return score_found(name, truth, sides_told, found_in(result), aborted=aborted)


def scored_simple(name: str, truth: Truth, excursions: Iterable[Excursion]) -> Score:
    return score_found(name, truth, False, found_by_simple(excursions))


def _reason(error: Exception) -> str:
    return error.message if isinstance(error, SensorcoachError) else f"CRASH {type(error).__name__}: {error}"


def score_found(
    name: str,
    truth: Truth,
    sides_told: bool,
    found: tuple[Found, ...],
    *,
    refused: str | None = None,
    aborted: tuple[tuple[float, float, str], ...] = (),
) -> Score:
    shares = np.array([[_shared(true, one) for one in found] for true in truth.reps]).reshape(
        len(truth.reps), len(found)
    )
    rows, columns = linear_sum_assignment(-shares) if shares.size else ((), ())
    pairs = [(row, column) for row, column in zip(rows, columns, strict=True) if shares[row, column] > SAME_REP_SHARE]
    matched_true, matched = {row for row, _ in pairs}, {column for _, column in pairs}
    return Score(
        name=name,
        truth=truth,
        sides_told=sides_told,
        refused=refused,
        found=found,
        pairs=tuple((truth.reps[row], found[column]) for row, column in pairs),
        missed=tuple(true for i, true in enumerate(truth.reps) if i not in matched_true),
        false=tuple(one for i, one in enumerate(found) if i not in matched),
        aborted=aborted,
    )


def _shared(true: TrueRep, found: Found) -> float:
    """Of the shorter of both, in time."""
    begin, end = max(true.drop_onset, found.drop_start_s), min(true.return_end, found.return_end_s)
    shorter_s = min(true.return_end - true.drop_onset, found.return_end_s - found.drop_start_s)
    return max(0.0, end - begin) / shorter_s if shorter_s > 0 else 0.0


@dataclass(slots=True)
class Tally:
    """Figures over many sessions. Lists hold absolute errors of repetitions found."""

    sessions: int = 0
    exact: int = 0
    exact_in_block: int = 0
    one_to_one: int = 0
    refused: int = 0
    repetitions: int = 0
    missed: int = 0
    false: int = 0
    wrong_sides: int = 0
    false_outside: int = 0
    confirmed_outside: int = 0
    outside_h: float = 0.0
    range_deg: list[float] = field(default_factory=list)
    hold_s: list[float] = field(default_factory=list)
    borders_s: list[Floats] = field(default_factory=list)
    verdicts: dict[str, Verdicts] = field(default_factory=lambda: {code: Verdicts() for code in CODE_OF_LABEL.values()})
    clean: Counter[str] = field(default_factory=Counter)
    """Repetitions found whose label is a clear no, by code."""
    landings: int = 0
    """True repetitions whose landing's samples came, where the rate allows a verdict."""
    landings_judged: int = 0

    def add(self, score: Score) -> None:
        self.sessions += 1
        self.exact += score.exact
        self.exact_in_block += score.exact_in_block
        self.one_to_one += score.one_to_one
        self.refused += score.refused is not None
        self.repetitions += len(score.truth.reps)
        self.missed += len(score.missed)
        self.false += len(score.false)
        self.wrong_sides += len(score.wrong_sides)
        self.false_outside += len(score.false_outside)
        self.confirmed_outside += sum(one.confirmed for one in score.false_outside)
        self.outside_h += score.outside_s / 3600.0
        for true, found in score.pairs:
            self._add_errors(true, found)
        for true, one in [*score.pairs, *((true, None) for true in score.missed)]:
            self._add_verdicts(score, true, one)

    def _add_errors(self, true: TrueRep, found: Found) -> None:
        if found.has_centre:
            self.range_deg.append(abs(found.range_deg - true.range_deg))
        self.hold_s.append(abs(found.hold_s - true.hold_s))
        borders_s = np.array((true.drop_onset, true.drop_end, true.return_start, true.return_end))
        self.borders_s.append(np.abs(np.array([getattr(found, name) for name in BORDERS]) - borders_s))

    def _add_verdicts(self, score: Score, true: TrueRep, found: Found | None) -> None:
        impacts = score.truth.rate_hz >= IMPACT_RATE_HZ
        if impacts and true.lost_landing == 0.0:
            self.landings += 1
            self.landings_judged += found is not None and found.landing_judged
        for label, code in CODE_OF_LABEL.items():
            if label in true.borderline or (code == "jarring" and not impacts):
                continue
            warned = found is not None and code in found.warned
            self.verdicts[code].add(f"{score.name}@{true.drop_onset:.0f}", warned, label in true.labels)
            self.clean[code] += found is not None and label not in true.labels


IMPACT_RATE_HZ = 50.0
"""Nominal; definitions A. Below it no landing is judged."""


def tally(scores: Iterable[Score]) -> Tally:
    total = Tally()
    for score in scores:
        total.add(score)
    return total
