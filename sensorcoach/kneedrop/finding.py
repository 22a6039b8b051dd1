"""Finds the first centre, late and dated back, where nobody rested at it (definitions.md A3).

Material: turning points and the speed between them. Three turning points are two swings; what lies between their ends
decides, best first: a slow spot that recurs on both swings (`pause`), the told leg axis (`leg_axis`), else their middle
(`midpoint`).
"""

from __future__ import annotations

import itertools

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, cross, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.sideways import Sideways
from sensorcoach.kneedrop.stations import Turn
from sensorcoach.model import Floats
from sensorcoach.settings import PhaseSettings, Settings

_SAME_PLACE_DEG = 15.0
"""The first and third turning point lie on one side; people vary by this much between first swings."""
_CALM_S = 1.0
"""From one turning point to the next; walking turns the thigh every 0.5 s."""
_DETOUR_DEG = 8.0
"""A place between two others lengthens the way from one to the other by less than this."""
_PAUSE_PLACE_DEG = 10.0
"""A pause recurs if it is seen within this of where it was before."""
_PAUSE_FRACTION = 0.15
_PAUSE_MOST_DPS = 10.0
"""Slow spot: below this share of the swing's peak speed, but never above this ..."""
_PAUSE_S = 0.2
"""... for this long."""
_LIKE_SIDES = 1.6
_FARTHEST_SIDE_DEG = 85.0
"""A pause is a centre between two sides if their ranges differ by no more than the factor and reach no farther."""


def centre_from_turns(history: History, turns: list[Turn], sideways: Sideways, phases: PhaseSettings) -> Centre | None:
    """From the last few turning points; None if they do not tell of one movement to two sides."""
    return _place_between(history, turns, phases) or _centre_of_swing(history, turns, sideways, phases)


def _place_between(history: History, turns: list[Turn], phases: PhaseSettings) -> Centre | None:
    """A place the leg turned at that lies between two others, one on each side: it came home between the sides."""
    if any(history.time(b.at) - history.time(a.at) < _CALM_S for a, b in itertools.pairwise(turns)):
        return None
    for place in turns:
        ends = [turn for turn in turns if angle_between_deg(turn.up, place.up) >= phases.r_min_deg]
        for one, other in itertools.combinations(ends, 2):
            between = detour_deg(place.up, one.up, other.up) < _DETOUR_DEG
            if between and _halves(place.up, one.up, other.up):
                return Centre(place.up, "pause")
    return None


def _centre_of_swing(history: History, turns: list[Turn], sideways: Sideways, phases: PhaseSettings) -> Centre | None:
    a, b, c = turns[-3:]
    swing_deg = angle_between_deg(a.up, b.up)
    if angle_between_deg(a.up, c.up) > max(_SAME_PLACE_DEG, 0.35 * swing_deg):
        return None
    ends = unit(a.up + c.up)
    if angle_between_deg(ends, b.up) < 2.0 * phases.r_min_deg or a.at < history.start:
        return None
    pause = _recurring_pause(history, (a, b, c), phases)
    if pause is not None:
        return Centre(pause, "pause")
    by_axis = _centre_by_leg_axis(ends, b.up, sideways)
    return by_axis or Centre(_middle_of_path(history, (a, b, c)), "midpoint")


def _middle_of_path(history: History, turns: tuple[Turn, Turn, Turn]) -> Floats:
    """Where the leg was half-way between its turning points: on its own path, which need not be a great circle."""
    halves = [_half_way(history, turns[0], turns[1]), _half_way(history, turns[1], turns[2])]
    return unit(halves[0] + halves[1])


def _half_way(history: History, begin: Turn, end: Turn) -> Floats:
    ups = history.up(begin.at, end.at + 1)
    nearer_end = ups @ end.up > ups @ begin.up
    half_way: Floats = ups[int(nearer_end.argmax())].copy()
    return half_way


def centre_within(
    history: History, moving: Movement, known: int, sideways: Sideways, settings: Settings
) -> Centre | None:
    """The centre inside a movement that went from one side to the other and back; None if it went to one side only."""
    if moving.return_trigger < 0:
        return None
    begin = Turn(moving.drop_start, moving.drop_start, moving.centre.up0)
    middle = Turn(moving.landing, moving.landing, history.up_at(moving.landing))
    end = Turn(known + 1, known + 1, moving.centre.up0)
    return (
        _pause_within(history, (begin, middle, end), settings)
        or _upright_within(begin.up, middle.up, sideways, settings)
        or _middle_of_far(history, moving, (begin, middle), settings)
    )


def _pause_within(history: History, turns: tuple[Turn, Turn, Turn], settings: Settings) -> Centre | None:
    one, other = turns[0].up, turns[1].up
    if angle_between_deg(one, other) < 2.0 * settings.phases.r_min_deg:
        return None
    pause = _recurring_pause(history, turns, settings.phases)
    if pause is None or not _halves(pause, one, other):
        return None
    return Centre(pause, "pause") if detour_deg(pause, one, other) < settings.phases.r_min_deg else None


def _upright_within(one: Floats, other: Floats, sideways: Sideways, settings: Settings) -> Centre | None:
    """The thigh stands steeper somewhere on the way than where it rested: so it rested at a side."""
    margin_deg = settings.phases.r_min_deg
    upright = _centre_by_leg_axis(one, other, sideways)
    if upright is None or angle_between_deg(one, upright.up0) <= margin_deg:
        return None
    return upright if detour_deg(upright.up0, one, other) < margin_deg else None


def _middle_of_far(history: History, moving: Movement, turns: tuple[Turn, Turn], settings: Settings) -> Centre | None:
    if moving.landing_deg <= settings.frame.farthest_unconfirmed_deg or moving.ending != "home":
        return None
    return Centre(_half_way(history, *turns), "midpoint")


def _halves(place: Floats, one: Floats, other: Floats) -> bool:
    """Both ends are about as far as two sides of one person are. Lying - sitting - standing is no swing."""
    near, far = sorted((angle_between_deg(place, one), angle_between_deg(place, other)))
    return far <= min(_LIKE_SIDES * near, _FARTHEST_SIDE_DEG)


def detour_deg(place: Floats, one: Floats, other: Floats) -> float:
    """How much longer the way from one end to the other is by ``place``; 0 on the way, more beside and beyond it."""
    return angle_between_deg(place, one) + angle_between_deg(place, other) - angle_between_deg(one, other)


def _recurring_pause(history: History, turns: tuple[Turn, Turn, Turn], phases: PhaseSettings) -> Floats | None:
    first = _pause_between(history, turns[0], turns[1], phases)
    second = _pause_between(history, turns[1], turns[2], phases)
    if first is None or second is None or angle_between_deg(first, second) > _PAUSE_PLACE_DEG:
        return None
    return unit(first + second)


def _pause_between(history: History, begin: Turn, end: Turn, phases: PhaseSettings) -> Floats | None:
    """Mean up of the slow samples well inside a swing, if there are enough of them."""
    ups, rates = history.up(begin.at, end.at), history.up_rate(begin.at, end.at)
    speed_dps = np.degrees(np.sqrt(np.einsum("ij,ij->i", rates, rates)))
    peak_dps = float(speed_dps.max(initial=0.0))
    limit_dps = max(phases.still_dps, min(_PAUSE_FRACTION * peak_dps, _PAUSE_MOST_DPS))
    margin_deg = max(0.5 * phases.r_min_deg, 0.2 * angle_between_deg(begin.up, end.up))
    inside = (Centre(begin.up, "pause").angle_deg(ups) > margin_deg) & (
        Centre(end.up, "pause").angle_deg(ups) > margin_deg
    )
    slow = inside & (speed_dps < limit_dps)
    if np.count_nonzero(slow) < _PAUSE_S * history.rate_hz:
        return None
    return unit(ups[slow].mean(axis=0))


def _centre_by_leg_axis(one: Floats, other: Floats, sideways: Sideways) -> Centre | None:
    """With the thigh axis known, the centre is where up is most along it, on the arc between the two ends."""
    if not sideways.told:
        return None
    normal = cross(one, other)
    up0 = sideways.most_upright(unit(normal))
    if up0 is None or not sideways.may_be_centre(up0):
        return None
    return Centre(up0, "leg_axis")
