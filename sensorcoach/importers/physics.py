"""Which sensor a table of three nameless axes holds, seen from physics: gravity has one length and turns as we do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from sensorcoach.importers.table import FEWEST_ROWS
from sensorcoach.importers.units import is_gravity_in_some_unit, rest_magnitude
from sensorcoach.model import Floats

STEP_S: Final = 0.5
"""Gravity is averaged over this time, and its turn compared from one to the next: long against a step or a knock."""
FEWEST_STEPS: Final = 4
SAME_TURN: Final = 0.5
"""Least correlation of gravity's turn with the one a rate predicts: 1 for calm turns, 0.7 for a phone in a runner's
pocket, and 0.2 for its acceleration without gravity (both measured)."""
STEADY: Final = 1e-3
"""Gravity as a phone computes it has the same length throughout, to its digits; an accelerometer's noise is above."""

Told = Literal["acc", "gravity", "gyr"]


def sensors_of(tables: Sequence[tuple[Floats, Floats]]) -> list[Told | None]:
    """What each of an export's tables holds; None where physics does not tell.

    Args:
        tables: times (n,) in s, rising, on one clock, and values (n, 3) in any unit, all readable.
    """
    told: list[Told | None] = [_gravity(t_s, values) for t_s, values in tables]
    if "acc" not in told:
        # The next best thing where nobody recorded the accelerometer itself.
        told = ["acc" if sensor == "gravity" else sensor for sensor in told]
    leading = next((tables[place] for place, sensor in enumerate(told) if sensor is not None), None)
    if leading is None:
        return told
    likeness = [-1.0 if told[place] else _same_turn(*leading, *table) for place, table in enumerate(tables)]
    best = int(np.argmax(likeness))
    if likeness[best] >= SAME_TURN:
        told[best] = "gyr"
    return told


def _gravity(t_s: Floats, values: Floats) -> Told | None:
    if len(t_s) < FEWEST_ROWS:
        return None
    rate_hz = 1 / float(np.median(np.diff(t_s)))
    if not is_gravity_in_some_unit(rest_magnitude(values, rate_hz)):
        return None
    lengths = np.linalg.norm(values, axis=1)
    return "gravity" if np.std(lengths) < STEADY * np.mean(lengths) else "acc"


def _same_turn(acc_s: Floats, acc: Floats, rate_s: Floats, rate: Floats) -> float:
    """Correlation between the change of gravity's direction and the one that a turning rate predicts."""
    if len(rate_s) < FEWEST_ROWS:
        return -1.0
    borders = np.arange(max(acc_s[0], rate_s[0]), min(acc_s[-1], rate_s[-1]), STEP_S)
    if len(borders) < FEWEST_STEPS:
        return -1.0
    pulls = np.diff(_integral(acc_s, acc, borders), axis=0) / STEP_S
    turns = np.diff(_integral(rate_s, rate, borders[:-1] + 0.5 * STEP_S), axis=0)
    observed = np.diff(pulls, axis=0).ravel()
    predicted = np.cross(0.5 * (pulls[1:] + pulls[:-1]), turns).ravel()
    scale = float(np.linalg.norm(observed) * np.linalg.norm(predicted))
    return float(observed @ predicted) / scale if scale > 0 else -1.0


def _integral(t_s: Floats, values: Floats, at_s: Floats) -> Floats:
    """(m, 3) integral of ``values`` (n, 3) from the first time to each of ``at_s``."""
    areas = 0.5 * (values[1:] + values[:-1]) * np.diff(t_s)[:, np.newaxis]
    totals = np.concatenate((np.zeros((1, 3)), np.cumsum(areas, axis=0)))
    return np.stack([np.interp(at_s, t_s, total) for total in totals.T], axis=1)
