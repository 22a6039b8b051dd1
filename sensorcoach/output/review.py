"""What went well and what to change, in the words of somebody who helps: a `Result`, read for the person who did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.kneedrop.gently import done_gently
from sensorcoach.model import Rep, Result, Severity, Side
from sensorcoach.output.words import code_words, figure, plural
from sensorcoach.settings import CoachSettings, LimitSettings

MOST_CHANGES: Final = 3
"""More than three things nobody can keep in mind (domain.md 9: one fault at a time, ordered by safety)."""
_WEIGHTS: Final[dict[Severity, int]] = {"note": 0, "warn": 1, "severe": 2}
_PRAISE: Final = (
    (("jarring", "abrupt_landing"), "landing_loss_dps", "soft landings"),
    (("too_fast",), "drop_time_10_90_s", "lowered calmly"),
    (("short_hold", "restless_hold"), "hold_s", "stayed for a breath"),
    (("fast_return", "incomplete_return"), "return_time_s", "came back slowly and all the way"),
    (("stop_and_go", "jerky", "carried", "catch"), "sparc", "one flowing movement"),
)
"""Warnings that would speak against it; the measure of a `Rep` that must be there to say so; what went well where the
warnings are rare. The most important first."""
_WELL: Final = 0.75
"""Share of the graded repetitions from which something went well."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change: in which repetitions it showed, and what to do."""

    code: str
    severity: Severity
    reps: tuple[int, ...]
    advice: str

    @property
    def words(self) -> str:
        """``Too fast (rep 2, 5)``."""
        name = code_words(self.code).capitalize()
        return f"{name} (rep {', '.join(map(str, self.reps))})" if self.reps else name


@dataclass(frozen=True, slots=True)
class SideReview:
    """The middle values of one side; None where nothing was measured."""

    reps: int
    range_deg: float | None
    drop_time_s: float | None
    hold_s: float | None


def went_well(result: Result) -> tuple[str, ...]:
    """``soft landings (8 of 8)``, the most important first; empty where no repetition was graded."""
    graded = [rep for rep in result.reps if rep.graded]
    against = {warning.code for warning in result.summary.session_warnings}
    return tuple(_praised(graded, against)) if graded else ()


def to_change(result: Result) -> tuple[Change, ...]:
    """What was warned about, the severe and the frequent first; at most `MOST_CHANGES`."""
    found: dict[str, list[tuple[int | None, Severity]]] = defaultdict(list)
    for rep in result.reps:
        for warning in rep.warnings:
            found[warning.code].append((rep.index, warning.severity))
    for warning in result.summary.session_warnings:
        found[warning.code].append((None, warning.severity))
    changes = [
        Change(
            code,
            max((severity for _, severity in hits), key=_WEIGHTS.__getitem__),
            tuple(index for index, severity in hits if index is not None and severity != "note"),
            ADVICE[code],
        )
        for code, hits in found.items()
    ]
    told = [one for one in changes if one.severity != "note"]
    order = list(ADVICE)
    told.sort(key=lambda one: (-_WEIGHTS[one.severity], -len(one.reps), order.index(one.code)))
    return tuple(told[:MOST_CHANGES])


def side_review(result: Result, side: Side) -> SideReview:
    """The middle values of the repetitions to one side."""
    reps = [rep for rep in result.reps if rep.side == side]
    return SideReview(
        len(reps),
        _middle(rep.range_deg for rep in reps),
        _middle(rep.drop_time_s for rep in reps),
        _middle(rep.hold_s for rep in reps),
    )


def symmetry(result: Result) -> str:
    """``left 48°, right 46°; down in 1.5 s and 1.6 s: much alike``, or why it cannot be told."""
    left, right = side_review(result, "left"), side_review(result, "right")
    if result.summary.unknown and not (left.reps or right.reps):
        return "not known which side is left: show it the left side at the start next time"
    if left.range_deg is None or right.range_deg is None:
        return f"only the {'left' if left.reps else 'right'} side was done" if left.reps or right.reps else ""
    ranges = f"left {left.range_deg:.0f}°, right {right.range_deg:.0f}°"
    times = f"down in {figure(left.drop_time_s or 0.0)} s and {figure(right.drop_time_s or 0.0)} s"
    if min(left.reps, right.reps) < _least_to_compare(result):
        return f"{ranges}; {times}: too few to compare"
    differs = any(warning.code == "asymmetric" for warning in result.summary.session_warnings)
    return f"{ranges}; {times}: {'the sides differ' if differs else 'much alike'}"


def verdict(result: Result) -> str:
    """The session in one short sentence, by the rule of what is said aloud at its end (`kneedrop.gently`)."""
    if result.pain:
        went_on = any(rep.drop_start_s > result.pain[0].t_s for rep in result.reps)
        return "It hurt, and it went on. Stop next time." if went_on else "Stopped because it hurt. That was right."
    if not result.reps:
        return "Nothing was counted."
    changes = to_change(result)
    if not changes:
        return "Well done: nothing to change."
    if not done_gently(result.reps, _well_share(result)):
        return "Take it more gently next time."
    return f"Well done, with {plural(len(changes), 'thing')} to work on."


def _praised(graded: list[Rep], against: set[str]) -> Iterator[str]:
    """``against``: what was told once of the whole session, and so of no repetition (four holds of nothing)."""
    for codes, measure, praise in _PRAISE:
        if against & set(codes):
            continue
        judged = [rep for rep in graded if getattr(rep, measure) is not None]
        good = sum(
            not any(warning.code in codes and warning.severity != "note" for warning in rep.warnings) for rep in judged
        )
        if judged and good >= _WELL * len(judged):
            yield praise if good == len(judged) else f"{praise} ({good} of {len(judged)})"


def _least_to_compare(result: Result) -> int:
    limits = result.settings.get("limits")
    told = limits.get("asymmetric_min_reps") if isinstance(limits, dict) else None
    return told if isinstance(told, int) else LimitSettings().asymmetric_min_reps


def _well_share(result: Result) -> float:
    coach = result.settings.get("coach")
    told = coach.get("well_fraction") if isinstance(coach, dict) else None
    return told if isinstance(told, float) else CoachSettings().well_fraction


def _middle(values: Iterable[float]) -> float | None:
    known = list(values)
    return median(known) if known else None
