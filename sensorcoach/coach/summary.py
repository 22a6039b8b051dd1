"""Two sentences at the end of a session: what went well, and the one thing to do next time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sensorcoach.coach.correction import first_in_order
from sensorcoach.kneedrop.gently import done_gently
from sensorcoach.kneedrop.grading import grade_session
from sensorcoach.kneedrop.grading.session import rocking
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Settings

Values = tuple[tuple[str, float | int | str], ...]

_PRAISE: Final = (
    ("well_landings", ("jarring", "abrupt_landing"), "landing_loss_dps"),
    ("well_slow", ("too_fast", "jarring", "abrupt_landing", "catch"), "drop_time_10_90_s"),
    ("well_holds", ("short_hold", "restless_hold"), "hold_s"),
    ("well_returns", ("fast_return", "incomplete_return"), "residual_deg"),
)
"""Phrase, the warnings that speak against it, and the measure of a `Rep` that must be there to say it."""


def summary(
    reps: Sequence[Rep], counted: int, slips: Sequence[Warning], hurt: bool, settings: Settings
) -> tuple[str, Values]:
    """Phrase and its values.

    Args:
        reps: final repetitions that count.
        counted: how many there were, as the person corrected it.
        slips: the warnings about the sensor that slipped.
        hurt: the person said that it hurts.
        settings: limits, and how often is often.
    """
    if counted == 0:
        return "session_empty", ()
    code = _to_change((*(one for rep in reps for one in rep.warnings), *slips), grade_session(reps, settings.limits))
    following = "next_pain" if hurt else f"next_{code or 'same'}"
    well = "well_done" if hurt else _praise(reps, code, settings)
    return "session_done", (("well", well), ("next", following), ("reps", counted))


def _to_change(of_reps: Sequence[Warning], of_session: Sequence[Warning]) -> str | None:
    """The first in the order of speech of what was severe once, warned about twice, or of the session as a whole."""
    often = Counter(one.code for one in of_reps if one.severity != "note")
    severe = {one.code for one in of_reps if one.severity == "severe"}
    session = {one.code for one in of_session if one.severity != "note"}
    return first_in_order(severe | session | {code for code, n in often.items() if n >= 2})


def _speaks_against(warning: Warning, codes: Sequence[str]) -> bool:
    """A hold short of its target is no hold to be praised, however little it misses."""
    return warning.code in codes and (warning.severity != "note" or warning.code == "short_hold")


def _praise(reps: Sequence[Rep], to_change: str | None, settings: Settings) -> str:
    """Nothing is praised that the next sentence asks to be changed, nor holds that nobody makes, nor what was rough."""
    if not done_gently(reps, settings.coach.well_fraction):
        return "well_done"
    graded = [rep for rep in reps if rep.graded]
    holds = settings.limits.hold_target_s > 0.0 and rocking(reps, settings.limits) is None
    share = settings.coach.well_fraction
    for phrase, against, measure in _PRAISE:
        if measure == "hold_s" and not holds:
            continue
        judged = [rep for rep in graded if getattr(rep, measure) is not None]
        good = sum(not any(_speaks_against(one, against) for one in rep.warnings) for rep in judged)
        if judged and good >= share * len(judged) and to_change not in against:
            return phrase
    return "well_done"
