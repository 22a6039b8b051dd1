"""The pictures of one session's report, each where the page wants it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from sensorcoach.report.observed import Observed
from sensorcoach.report.plots.both_sides import both_sides
from sensorcoach.report.plots.canvas import Picture
from sensorcoach.report.plots.holds import holds
from sensorcoach.report.plots.landings import hardest, landings
from sensorcoach.report.plots.overlay import overlay
from sensorcoach.report.plots.session_trace import letters_used, session_trace
from sensorcoach.settings import Settings


@dataclass(frozen=True, slots=True)
class Pictures:
    """None where there is nothing to draw. ``letters``: of the warnings in the trace, with their words."""

    trace: tuple[Picture, ...]
    letters: tuple[tuple[str, str], ...]
    overlay: Picture | None
    landings: Picture | None
    holds: Picture | None
    both_sides: Picture | None


def pictures_of(observed: Observed, name: str) -> Pictures:
    """``name``: of the session, unique in its page."""
    result, curves = observed.result, observed.curves
    reps, limits = result.reps, msgspec.convert(result.settings, Settings).limits
    return Pictures(
        trace=session_trace(f"{name}-trace", result, observed.trace),
        letters=tuple(letters_used(reps)),
        overlay=overlay(f"{name}-overlay", reps, curves) if reps else None,
        landings=landings(f"{name}-landings", hardest(reps, limits), curves, limits) if reps else None,
        holds=holds(f"{name}-holds", reps, limits) if reps else None,
        both_sides=both_sides(f"{name}-sides", reps) if reps else None,
    )
