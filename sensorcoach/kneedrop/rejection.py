"""Does a finished movement count as a repetition? Each reason not to is one line here, named in the log."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sensorcoach.kneedrop.arming import Arming
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.calibration.excursions import Excursion
from sensorcoach.kneedrop.calibration.gates import Gate, why_not
from sensorcoach.kneedrop.calibration.track import STEP_S
from sensorcoach.kneedrop.frame import Way
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.measures import free_fall_dps
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.model import STANDARD_GRAVITY, Floats
from sensorcoach.settings import PhaseSettings, Settings

Reason = Literal[
    "cut",
    "no_return",
    "below_r_min",
    "faster_than_falling",
    "begun_before",
    "unseen",
    "other_direction",
    "overshoot",
    "got_up",
    "outside_exercise",
    "slipped",
    "disarmed",
    "calibration",
] | Gate

_FIRST_HELD_S = 1.0


def why_rejected(
    history: History, moving: Movement, calibration: Calibration, arming: Arming, settings: Settings
) -> Reason | None:
    """The first reason against counting ``moving`` (its borders are dated), or None."""
    phases = settings.phases
    if moving.ending == "unseen":
        return "unseen"
    if moving.landing < 0 or moving.return_trigger < 0:
        return "cut"
    if moving.ending == "no_return":
        return "no_return"
    if _reach_deg(history, moving) < phases.r_min_deg:
        return "below_r_min"
    if not moving.unseen and _begun_before(history, moving, phases):
        return "begun_before"
    if history.filled(moving.drop_start, moving.return_end + 1).mean() > phases.most_filled_fraction:
        return "unseen"
    heading = held_heading(history, moving)
    if heading is None:
        return "other_direction"
    gate = why_not(excursion_of(history, moving, heading, settings), settings.calibration)
    if gate is not None:
        return "unseen" if gate == "too_quick" and _has_hole(history, moving, settings.signal.longest_fill_s) else gate
    seen = not moving.unseen and not _has_hole(history, moving, settings.signal.gap_s)
    if seen and _faster_than_falling(history, moving, settings):
        return "faster_than_falling"
    if _overshot(history, moving, settings):
        return "overshoot"
    if calibration.direction(moving.centre, heading)[1] > settings.calibration.other_direction_deg:
        return "other_direction"
    start_s, end_s = history.time(moving.drop_start), history.time(moving.return_end)
    if not arming.throughout(start_s, end_s):
        return "disarmed"
    if calibration.got_up_within(start_s, end_s):
        return "got_up"
    if not calibration.span_s[0] <= history.time(moving.landing) < calibration.span_s[1]:
        return "outside_exercise"
    return None


def held_heading(history: History, moving: Movement) -> Floats | None:
    """Unit direction (3,) from the centre in which the leg was held at first; None for a hold at the centre itself.

    Not of the landing alone: that throws the low-passed gravity of an accelerometer off its way.
    """
    first_held = history.index_after(history.time(moving.landing) + _FIRST_HELD_S)
    held = history.up(moving.landing, max(moving.landing, min(first_held, moving.return_start)) + 1)
    return moving.centre.heading(held.mean(axis=0))


def excursion_of(history: History, moving: Movement, heading: Floats, settings: Settings) -> Excursion:
    """The figures that gates look at, of a movement seen at the full rate."""
    start, end = moving.drop_start, moving.return_end + 1
    stride = max(1, round(STEP_S * history.rate_hz))
    shaking_g2 = (history.dynamic(start, end) / STANDARD_GRAVITY) ** 2
    bins_g2 = shaking_g2[: len(shaking_g2) // stride * stride].reshape(-1, stride).mean(axis=1)
    off_plane_deg = np.abs(Way(moving.centre.up0, heading).off_plane_deg(history.up(start, end)[::stride]))
    yaw_deg = history.yaw_path_deg(start, end)
    return Excursion(
        start=start,
        end=end - 1,
        start_s=history.time(start),
        end_s=history.time(end - 1),
        range_deg=moving.furthest_deg,
        heading=heading,
        left_deg=0.0,
        back_deg=0.0,
        stray_deg=float(off_plane_deg.max()),
        shaking_g=float(np.sqrt(shaking_g2.mean())),
        shaken_share=float((bins_g2 > settings.calibration.shaken_g**2).mean()) if len(bins_g2) else 0.0,
        yaw_deg=float(yaw_deg[-1] - yaw_deg[0]),
        yaw_span_deg=float(np.ptp(yaw_deg)),
    )


def _begun_before(history: History, moving: Movement, phases: PhaseSettings) -> bool:
    """The recording (or the centre) began in the middle of this drop: its start was never seen."""
    up = history.up(moving.lowest, moving.lowest + 1)
    return float(moving.centre.angle_deg(up)[0]) > phases.incomplete_fraction * moving.landing_deg


def _overshot(history: History, moving: Movement, settings: Settings) -> bool:
    """It is the end of a quick return, which ran through the centre and came back without a pause."""
    before_deg = moving.landing_before_deg
    if before_deg is None or before_deg >= 0.0:  # nothing came from the other side
        return False
    calibration = settings.calibration
    paused = history.time(moving.return_start) - history.time(moving.rested) > settings.phases.centre_still_s
    soon = history.time(moving.landing) - history.time(moving.lowest) <= calibration.overshoot_s
    return soon and not paused and moving.landing_deg < calibration.overshoot_share * -before_deg


def _has_hole(history: History, moving: Movement, longest_s: float) -> bool:
    """Samples are missing on the way out, or just before: how fast it went was not seen."""
    begin = max(history.start, moving.drop_start - 1)
    times, filled = history.t_s(begin, moving.landing + 2), history.filled(begin, moving.landing + 2)
    real = times[~filled]
    return len(real) < 2 or float(np.diff(real).max()) > max(longest_s, 1.5 / history.rate_hz)


def _faster_than_falling(history: History, moving: Movement, settings: Settings) -> bool:
    """Nothing that falls outruns free fall; a tugged strap does.

    A swing begins with speed, and without a gyroscope a thump shakes the speed: neither is judged.
    """
    if moving.swung_in or np.isnan(history.turn_rate(moving.landing, moving.landing + 1)[0]):
        return False
    free_dps = free_fall_dps(0.0, moving.landing_deg, settings.limits.pendulum_length_m)
    if free_dps is not None and moving.peak_dps > settings.calibration.fastest_fraction * free_dps:
        return True
    return _time_10_90_s(history, moving) < settings.calibration.quickest_10_90_s


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
    """The range compared with r_min, deg: from a midpoint half of the way from side to side.

    So a small one-sided movement about it (bridging with a slanting strap) is no repetition.
    """
    if moving.centre.source != "midpoint" or moving.landing_before_deg is None:
        rested_deg = moving.centre.angle_deg(history.up(moving.rested, moving.rested + 1))
        return min(moving.landing_deg, float(rested_deg[0]))
    return 0.5 * (moving.landing_deg - min(0.0, moving.landing_before_deg))
