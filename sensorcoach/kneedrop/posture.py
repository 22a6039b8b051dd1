"""Does a finished movement count as a repetition? Each reason not to is one line here, named in the log."""

from __future__ import annotations

from typing import Literal

from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.sideways import Sideways
from sensorcoach.settings import FrameSettings, PhaseSettings

Reason = Literal[
    "cut",
    "no_return",
    "below_r_min",
    "begun_before",
    "passed_by",
    "turned_over",
    "too_quick",
    "other_direction",
    "other_posture",
    "disarmed",
]


def why_not(
    history: History, moving: Movement, sideways: Sideways, phases: PhaseSettings, frame: FrameSettings
) -> Reason | None:
    """The first reason against counting ``moving`` (its borders are dated), or None."""
    if moving.landing < 0 or moving.return_trigger < 0:
        return "cut"
    if moving.ending == "no_return":
        return "no_return"
    if _reach_deg(moving) < phases.r_min_deg:
        return "below_r_min"
    if begun_before(history, moving, phases):
        return "begun_before"
    if moving.ending == "turned" and sideways.unseen:
        return "passed_by"
    if moving.furthest_deg > (frame.farthest_deg if sideways.confirmed else frame.farthest_unconfirmed_deg):
        return "turned_over"
    if history.time(moving.return_end) - history.time(moving.drop_start) < phases.shortest_rep_s:
        return "too_quick"
    if not sideways.may_be_centre(moving.centre.up0):
        return "other_posture"
    heading = moving.centre.heading(history.up(moving.landing, moving.landing + 1)[0])
    if heading is not None and sideways.off_line_deg(moving.centre, heading) > sideways.tolerance_deg():
        return "other_direction"
    return None


def begun_before(history: History, moving: Movement, phases: PhaseSettings) -> bool:
    """The recording (or the centre) began in the middle of this drop: its start was never seen."""
    up = history.up(moving.lowest, moving.lowest + 1)
    return float(moving.centre.angle_deg(up)[0]) > phases.incomplete_fraction * moving.landing_deg


def _reach_deg(moving: Movement) -> float:
    """The range compared with r_min. A midpoint lies only about the centre: half the side-to-side range counts there.

    So a small one-sided movement about a midpoint (bridging with a slanting strap) does not count; the first one does.
    """
    if moving.centre.source != "midpoint" or moving.landing_before_deg is None:
        return moving.landing_deg
    return 0.5 * (moving.landing_deg - min(0.0, moving.landing_before_deg))
