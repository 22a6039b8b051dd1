"""Does a finished movement count as a repetition? Each reason not to is one line here, named in the log."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sensorcoach.kneedrop.armed import Armed
from sensorcoach.kneedrop.frame import Way, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.measures import free_fall_dps
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.sideways import Sideways
from sensorcoach.model import Floats
from sensorcoach.settings import FrameSettings, PhaseSettings, Settings

Reason = Literal[
    "cut",
    "no_return",
    "below_r_min",
    "faster_than_falling",
    "begun_before",
    "passed_by",
    "turned_over",
    "too_quick",
    "unseen",
    "other_direction",
    "other_posture",
    "slipped",
    "strap_tugged",
    "disarmed",
    "calibration",
]

_STRIDE_S = 0.05
"""The path is looked at this often."""


def why_not(history: History, moving: Movement, sideways: Sideways, armed: Armed, settings: Settings) -> Reason | None:
    """The first reason against counting ``moving`` (its borders are dated), or None."""
    phases, frame = settings.phases, settings.frame
    if moving.ending == "slipped":
        return "slipped"
    if moving.ending == "unseen":
        return "unseen"
    if moving.landing < 0 or moving.return_trigger < 0:
        return "cut"
    if moving.ending == "no_return":
        return "no_return"
    if _reach_deg(history, moving) < phases.r_min_deg:
        return "below_r_min"
    if _begun_before(history, moving, phases):
        return "begun_before"
    if moving.ending == "turned" and sideways.unseen:
        return "passed_by"
    if moving.furthest_deg > (frame.farthest_deg if sideways.known else frame.farthest_unconfirmed_deg):
        return "turned_over"
    if history.time(moving.return_end) - history.time(moving.drop_start) < phases.shortest_rep_s:
        return "unseen" if _has_hole(history, moving, settings.signal.longest_fill_s) else "too_quick"
    if history.filled(moving.drop_start, moving.return_end + 1).mean() > phases.most_filled_fraction:
        return "unseen"
    if not sideways.may_be_centre(moving.centre.up0):
        return "other_posture"
    heading = landing_heading(history, moving)
    most_deg = frame.stray_told_deg if sideways.told else frame.stray_deg
    if heading is None or strays_deg(history, moving, heading) > most_deg:
        return "other_posture"
    too_sudden = _too_sudden(history, moving, settings)
    if too_sudden is not None:
        return "unseen" if _has_hole(history, moving, settings.signal.gap_s) else too_sudden
    if sideways.off_line_deg(moving.centre, heading) > sideways.tolerance_deg():
        return "other_direction"
    if not armed.throughout(history.time(moving.drop_start), history.time(moving.return_end)):
        return "disarmed"
    return None


def landing_heading(history: History, moving: Movement) -> Floats | None:
    """Unit direction (3,) from the centre in which the leg landed; None for a landing at the centre itself."""
    return moving.centre.heading(history.up_at(moving.landing))


def _begun_before(history: History, moving: Movement, phases: PhaseSettings) -> bool:
    """The recording (or the centre) began in the middle of this drop: its start was never seen."""
    up = history.up(moving.lowest, moving.lowest + 1)
    return float(moving.centre.angle_deg(up)[0]) > phases.incomplete_fraction * moving.landing_deg


def strays_deg(history: History, moving: Movement, heading: Floats) -> float:
    """How far the leg left the direct way to where it landed: turning over with straight legs stretches them first."""
    stride = max(1, round(_STRIDE_S * history.rate_hz))
    ups = history.up(moving.drop_start, moving.return_end + 1)[::stride]
    return float(np.abs(Way(moving.centre.up0, heading).off_plane_deg(ups)).max())


def _too_sudden(history: History, moving: Movement, settings: Settings) -> Reason | None:
    """No leg moves like that."""
    if _tugged(history, moving, settings.frame):
        return "strap_tugged"
    return "faster_than_falling" if _faster_than_falling(history, moving, settings) else None


def _has_hole(history: History, moving: Movement, longest_s: float) -> bool:
    """Samples are missing on the way out, or just before: how fast it went was not seen."""
    begin = max(history.start, moving.drop_start - 1)
    times, filled = history.t_s(begin, moving.landing + 2), history.filled(begin, moving.landing + 2)
    real = times[~filled]
    return len(real) < 2 or float(np.diff(real).max()) > max(longest_s, 1.5 / history.rate_hz)


def _tugged(history: History, moving: Movement, frame: FrameSettings) -> bool:
    """A small tilt with as much turn about the vertical: the sensor turned around the leg, the leg did not roll.

    Without a gyroscope a jerk out and a quick way back must do.
    """
    if moving.landing_deg > frame.tug_reach_deg:
        return False
    yaw_deg = history.yaw_deg(moving.drop_start, moving.landing + 1)
    if yaw_deg is not None:
        return abs(yaw_deg) >= frame.tug_yaw_share * moving.landing_deg
    lasting_s = history.time(moving.return_end) - history.time(moving.drop_start)
    return lasting_s < frame.tug_s and _time_10_90_s(history, moving) < frame.tug_10_90_s


def _faster_than_falling(history: History, moving: Movement, settings: Settings) -> bool:
    """Nothing that falls outruns free fall; a tugged strap does.

    A swing begins with speed, and without a gyroscope a thump shakes the speed: neither is judged.
    """
    if moving.swung_in or np.isnan(history.turn_rate(moving.landing, moving.landing + 1)[0]):
        return False
    free_dps = free_fall_dps(0.0, moving.landing_deg, settings.limits.pendulum_length_m)
    if free_dps is not None and moving.peak_dps > settings.frame.fastest_fraction * free_dps:
        return True
    return _time_10_90_s(history, moving) < settings.frame.quickest_10_90_s


def _time_10_90_s(history: History, moving: Movement) -> float:
    """From the last time below 10 % of the way out to the first time at 90 % of it, s."""
    way = Way.towards(moving.centre, history.up_at(moving.landing))
    roll = way.roll_deg(history.up(moving.drop_start, moving.landing + 1))
    travel = (roll - roll[0]) / max(float(roll[-1] - roll[0]), 1e-6)
    arrived = int((travel >= 0.9).argmax())
    left = np.flatnonzero(travel[: arrived + 1] <= 0.1)
    times = history.t_s(moving.drop_start, moving.landing + 1)
    return float(times[arrived] - times[left[-1] if len(left) else 0])


def _reach_deg(history: History, moving: Movement) -> float:
    """The range compared with r_min, deg.

    A midpoint lies only about the centre, so half the side-to-side range counts there: after the first one, a small
    one-sided movement about it (bridging with a slanting strap) is no repetition. After a slip the way from where the
    leg paused is the range.
    """
    if moving.paused_at is not None:
        landing = history.up_at(moving.landing)
        return max(moving.landing_deg, angle_between_deg(unit(moving.paused_at), unit(landing)))
    if moving.centre.source != "midpoint" or moving.landing_before_deg is None:
        return moving.landing_deg
    return 0.5 * (moving.landing_deg - min(0.0, moving.landing_before_deg))
