"""Does the gyroscope turn gravity as the accelerometer sees it turn? Pure, on any stretch of samples.

In the sensor's axes gravity g follows dg/dt = g x w, with w the turning rate. So between two moments at which the
acceleration is nearly gravity alone, its change is known twice: seen, and predicted by the rate. One factor between
the two is a wrong unit; no factor at all is a reversed, swapped or foreign gyroscope. Turning about the vertical moves
no gravity and says nothing; a constant offset of the rate is allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from sensorcoach.model import Floats

STEP_S: Final = 0.5
"""Gravity is averaged over this time and compared from one to the next: long against a step, a knock or a swing of
hand or bar (measured: at 0.2 s right gyroscopes of walkers seem to disagree), short against a drop with its hold."""
NEARLY_GRAVITY: Final = 0.15
"""Steps are used where the averaged length is within this share of its median: what else there is, is movement."""
SHAKEN: Final = 0.25
"""... and where the acceleration strays from its average by no more than this share of it, root mean square. A turn by
1 rad within a step strays by 0.29; running, driving and jumping by more than 0.3 (measured)."""
LONGEST_TURN_RAD: Final = 1.0
"""A greater turn within a step is no longer a straight line (8 % off at this one)."""
LEAST_TURN_RAD: Final = 0.08
"""A smaller turn within a step is noise of the accelerometer; a return in 3 s turns 0.15 rad a step."""
FEWEST_STEPS: Final = 6
ENOUGH_RAD: Final = 0.5
"""Gravity must have turned so far in all, about half a drop, for anything to be said."""
PIECE_STEPS: Final = 10
"""The factor is looked at in pieces of so many steps with movement, to see whether it is steady."""


@dataclass(frozen=True, slots=True)
class Turning:
    """``factor``: what the rate must be multiplied by to turn gravity as seen (least squares). ``agreement``: -1 to 1,
    correlation of the turn seen with the one predicted. ``spread``: of the factor between pieces of the stretch, as a
    share of it. ``turned_rad``: how far gravity turned in all.
    """

    factor: float
    agreement: float
    spread: float
    turned_rad: float


def gravity_turning(acc: Floats, gyr: Floats, rate_hz: float) -> Turning | None:
    """Compare a turning rate with how gravity turns; None where too little turned to tell.

    Args:
        acc: (n, 3) in any unit, gravity included.
        gyr: (n, 3) in any unit; both evenly sampled and finite.
        rate_hz: samples a second.
    """
    length = max(round(rate_hz * STEP_S), 1)
    number = len(acc) // length
    if number < FEWEST_STEPS + 1:
        return None
    pulls = acc[: number * length].reshape(number, length, 3).mean(axis=1)
    # From the middle of one step to that of the next.
    half = length // 2
    rates = gyr[half : half + (number - 1) * length].reshape(number - 1, length, 3).mean(axis=1)
    turns = rates * (length / rate_hz)
    sizes = np.linalg.norm(pulls, axis=1)
    usual = float(np.median(sizes))
    if not usual > 0:
        return None
    strays = acc[: number * length].reshape(number, length, 3) - pulls[:, np.newaxis]
    shaken = np.sqrt((strays**2).sum(axis=2).mean(axis=1))
    calm = (np.abs(sizes - usual) <= NEARLY_GRAVITY * usual) & (shaken <= SHAKEN * usual)
    directions = pulls / np.maximum(sizes, 1e-12 * usual)[:, np.newaxis]
    seen = np.diff(directions, axis=0)
    angles = np.linalg.norm(seen, axis=1)
    used = calm[1:] & calm[:-1] & (angles <= LONGEST_TURN_RAD)
    turned = angles[used & (angles >= LEAST_TURN_RAD)]
    if used.sum() < FEWEST_STEPS or turned.sum() < ENOUGH_RAD:
        return None
    middles = 0.5 * (directions[1:] + directions[:-1])[used]
    return _compared(seen[used], middles, turns[used], float(turned.sum()))


def _compared(seen: Floats, middles: Floats, turns: Floats, turned_rad: float) -> Turning:
    predicted = np.cross(middles, turns)
    offsets = np.stack([np.cross(middles, axis) for axis in np.eye(3)], axis=2).reshape(-1, 3)
    seen, predicted = _without(seen.ravel(), offsets), _without(predicted.ravel(), offsets)
    square = float(predicted @ predicted)
    scale = float(np.sqrt(square) * np.linalg.norm(seen))
    if not scale > 0:
        return Turning(0.0, 0.0, 0.0, turned_rad)
    factor = float(predicted @ seen) / square
    return Turning(factor, float(predicted @ seen) / scale, _spread(seen, predicted, factor), turned_rad)


def _without(values: Floats, offsets: Floats) -> Floats:
    """What of the values a constant offset of the rate does not explain."""
    explained: Floats = offsets @ np.linalg.lstsq(offsets, values, rcond=None)[0]
    return values - explained


def _spread(seen: Floats, predicted: Floats, factor: float) -> float:
    """Weighted mean deviation of the factors of pieces from the whole one."""
    width = 3 * PIECE_STEPS
    number = max(len(seen) // width, 1)
    pieces = list(zip(np.array_split(predicted, number), np.array_split(seen, number), strict=True))
    dots = np.array([one @ other for one, other in pieces])
    squares = np.array([one @ one for one, _ in pieces])
    moving = squares > squares.mean() * 0.05
    factors = dots[moving] / squares[moving]
    return float(np.average(np.abs(factors - factor), weights=squares[moving]) / abs(factor)) if factor else 0.0
