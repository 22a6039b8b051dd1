"""Where the leg stays still, and the places it stays at most: the first evidence of a centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.calibration.track import STEP_S, Tracked
from sensorcoach.model import Floats, Ints
from sensorcoach.settings import CalibrationSettings


@dataclass(frozen=True, slots=True)
class Rests:
    """Spells of stillness, (n,) each: tracked bins ``[start, end)``, mean ``up`` (n, 3), how long they ``lasted_s``."""

    start: Ints
    end: Ints
    up: Floats
    lasted_s: Floats


@dataclass(frozen=True, slots=True)
class Place:
    """``up`` (3,): a direction about which the leg rested for ``rested_s`` in all."""

    up: Floats
    rested_s: float


def find_rests(track: Tracked, settings: CalibrationSettings) -> Rests:
    """Every spell slower than ``still_dps`` for at least ``rest_s``."""
    still = (track.speed_dps < settings.still_dps) & ~track.hole
    edges = np.flatnonzero(np.diff(still, prepend=False, append=False))
    start, end = edges[::2], edges[1::2]
    long = (end - start) * STEP_S >= settings.rest_s
    start, end = start[long], end[long]
    sums = np.concatenate([np.zeros((1, 3)), np.cumsum(track.up, axis=0)])
    up = sums[end] - sums[start]
    up /= np.maximum(np.sqrt(np.einsum("ij,ij->i", up, up)), 1e-12)[:, None]
    lasted_s = (end - start).astype(np.float64) * STEP_S
    return Rests(start, end, up, lasted_s)


def places_of_rest(rests: Rests, settings: CalibrationSettings) -> list[Place]:
    """The places with most rest about them first, each apart from those before it; at most ``most_places``."""
    weights = np.minimum(rests.lasted_s, settings.rest_weighs_at_most_s)
    order = np.argsort(-weights)[: settings.most_rests]
    up, weights = rests.up[order], weights[order]
    near = up @ up.T > np.cos(np.radians(settings.place_deg))
    about = near @ weights
    places: list[Place] = []
    for index in np.argsort(-about, kind="stable"):
        members = near[index]
        mean = weights[members] @ up[members]
        mean /= np.sqrt(mean @ mean)
        apart = np.cos(np.radians(settings.places_apart_deg))
        if all(mean @ place.up < apart for place in places):
            places.append(Place(mean, float(about[index])))
        if len(places) == settings.most_places:
            break
    return places
