"""Dates the borders of a finished movement back to where speed says it began.

Angle decides that there was a movement, speed says since when (definitions.md B).
"""

from __future__ import annotations

import numpy as np

from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.hits import first, last
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.model import Floats
from sensorcoach.settings import PhaseSettings

_HOLE_STEPS = 2.0
"""More of the sensor's own steps between two samples are a hole that was too long to fill."""
_NOISE_SHARE = 0.5
"""A movement is certain when it is dated, so its border may lie nearer to the noise than a detection's (4 sigma)."""


def date_drop(history: History, moving: Movement, before: Movement | None, settings: PhaseSettings) -> None:
    """Set ``drop_start`` (and the swing it came from): after the last slow sample before the drop was certain.

    ``before``: the movement before this one, whose return this drop may continue without a pause at the centre.
    """
    begin = max(history.start, _earliest(moving, before))
    speed = _speed(history, moving, begin, moving.landing + 1)
    roll_deg = moving.way.roll_deg(history.up(begin, moving.landing + 1))
    out = first(roll_deg > settings.begun_fraction * moving.landing_deg)
    from_trigger = max(moving.trigger - begin, out or 0)
    peak = float(speed[max(0, moving.lowest - begin) :].max(initial=0.0))
    moving.peak_dps = max(moving.peak_dps, peak)
    slow = last(speed[: from_trigger + 1] < _border(history, moving.trigger, peak, settings))
    start = begin if slow is None else begin + slow + 1
    start = _before_hole(history, moving, min(start, moving.landing))
    if before is not None and before.swung_out and start <= before.return_end:
        moving.swung_in, moving.drop_start = True, before.return_end
        turned_at = max(history.start, before.landing)
        roll = moving.way.roll_deg(history.up(turned_at, before.return_end + 1))
        moving.turn = turned_at + int(roll.argmin())
        moving.turn_before_deg = float(roll.min())
    else:
        moving.drop_start = start if before is None else max(start, before.return_end)


def _before_hole(history: History, moving: Movement, start: int) -> int:
    """What a hole hides belongs to the movement."""
    if moving.unseen:
        return moving.lowest
    steps_s = np.diff(history.t_s(moving.lowest, moving.landing + 1))
    hole = first(steps_s > _HOLE_STEPS / history.rate_hz)
    return start if hole is None else min(start, moving.lowest + hole)


def date_return(history: History, moving: Movement, settings: PhaseSettings) -> None:
    """Set ``return_start``: after the last slow sample before the return was certain, never before the landing."""
    if moving.return_trigger < 0:
        moving.return_start, moving.rested = moving.return_end, moving.landing
        return
    inward = -_speed(history, moving, moving.landing, moving.return_end + 1)
    angle = moving.centre.angle_deg(history.up(moving.return_trigger, moving.return_end + 1))
    home = first(angle <= settings.left_fraction * moving.landing_deg)
    certain = moving.return_trigger - moving.landing + (home or 0)
    moving.return_peak_dps = float(inward[certain:].max(initial=0.0))
    border = _border(history, moving.return_trigger, moving.return_peak_dps, settings)
    slow = last(inward[: certain + 1] < border)
    moving.return_start = moving.landing if slow is None else moving.landing + slow + 1
    moving.rested = _rested(inward[: moving.return_start - moving.landing], moving, history, settings)


def _rested(inward: Floats, moving: Movement, history: History, settings: PhaseSettings) -> int:
    """Where the leg came to rest after its landing; the landing itself where it never did."""
    still = np.abs(inward) < max(settings.still_dps, history.noise_dps(moving.landing))
    least = max(1, round(settings.landing_still_s * history.rate_hz))
    if len(still) < least:
        return moving.landing
    spells = np.convolve(still, np.ones(least), mode="valid") > least - 0.5
    begins = first(spells)
    return moving.landing if begins is None else moving.landing + begins


def swing_through(
    history: History, moving: Movement, end: int, band_deg: float, settings: PhaseSettings
) -> tuple[int, int | None] | None:
    """Did the return run through the centre without slowing down?

    Looks at samples up to ``end``. Returns None while that is open, else the sample that told, and the sample at which
    roll crossed 0 (None: it slowed down first). "Through" is certain ``band_deg`` beyond the centre.
    """
    begin = moving.return_end
    up = history.up(begin, end)
    speed = -moving.way.speed_dps(up, history.up_rate(begin, end))
    roll = moving.way.roll_deg(up)
    slow = first(speed < _border(history, begin, moving.return_peak_dps, settings))
    beyond = first(roll <= -band_deg)
    if beyond is not None and (slow is None or beyond < slow):
        return begin + beyond, begin + (first(roll <= 0.0) or 0)
    return None if slow is None else (begin + slow, None)


def _earliest(moving: Movement, before: Movement | None) -> int:
    """A drop began at the earliest where the movement before it turned."""
    return moving.lowest if before is None else min(moving.lowest, max(before.landing, before.return_start))


def _speed(history: History, moving: Movement, start: int, end: int) -> Floats:
    return moving.way.speed_dps(history.up(start, end), history.up_rate(start, end))


def _border(history: History, at: int, peak_dps: float, settings: PhaseSettings) -> float:
    noise_dps = _NOISE_SHARE * history.noise_dps(at)
    return max(settings.border_floor_dps, settings.border_fraction * peak_dps, noise_dps)
