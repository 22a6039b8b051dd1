"""Where the leg rested and where it turned, without knowing any centre or axis: the material the centre is found from.

A turning point is found by hysteresis on the sphere of up vectors: the farthest place from the last turning point, once
the leg has come back from it by a few degrees. It needs no mounting and no plane, and it works for the slowest swing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.frame import Centre, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Floats
from sensorcoach.settings import FrameSettings, PhaseSettings

_STAY_DEG = 3.5
"""All of a rest lies within this of its mean. SisFall volunteers fidget by 3; a slow 20 deg drop of 5 s strays by 4."""
_STAY_COSINE = float(np.cos(np.radians(_STAY_DEG)))
_SAME_PLACE_COSINE = float(np.cos(np.radians(2.0 * _STAY_DEG)))
_LOOK_S = 0.5
"""How often a rest is looked for."""
_STRIDE_S = 0.04
"""Turning points are dated this exactly; the phase machine dates its borders itself."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Still since ``start``, told at ``known`` (sample numbers); ``up`` (3,) its mean direction."""

    start: int
    known: int
    up: Floats


@dataclass(frozen=True, slots=True)
class Turn:
    """The leg turned at sample ``at``, told at ``known``."""

    at: int
    known: int
    up: Floats


def rest_before(history: History, at: int, frame: FrameSettings) -> Rest | None:
    """The rest that the samples before ``at`` are; None if the leg was not still for long enough."""
    start = at - round(frame.rest_s * history.rate_hz)
    if start < history.start or at > history.end:
        return None
    ups = history.up(start, at)
    mean = unit(ups.sum(axis=0))
    return Rest(start, at - 1, mean) if float((ups @ mean).min()) >= _STAY_COSINE else None


class RestFinder:
    """Incremental: one rest for each stay at a place.

    Stillness is judged by angle, not by speed: a person who fidgets is at rest, a slow 20 deg drop is not.
    """

    def __init__(self, frame: FrameSettings, start: int) -> None:
        self._frame = frame
        self._position = start
        self._place: Floats | None = None

    def skip(self, end: int) -> None:
        """Nobody needs to know up to sample ``end``."""
        self._position, self._place = end, None

    def advance(self, history: History, end: int) -> list[Rest]:
        """Look as far as sample ``end``: the rests that became certain, oldest first."""
        """The rests that became certain with the samples before ``end``."""
        step = max(1, round(_LOOK_S * history.rate_hz))
        looks = range((self._position // step + 1) * step, end + 1, step)
        self._position = end
        span = round(self._frame.rest_s * history.rate_hz)
        looks = range(max(looks.start, -(-(history.start + span) // step) * step), end + 1, step)
        if not looks:
            return []
        first = looks.start - span
        ups = history.up(first, looks[-1])
        ends = ups[span - 1 :: step]
        alike = np.einsum("ij,ij->i", ups[: len(ups) - span + 1 : step], ends) >= _SAME_PLACE_COSINE
        rests = []
        for number, at in enumerate(looks):
            rest = self._look(ups[at - span - first : at - first], at, bool(alike[number]))
            if rest is not None:
                rests.append(rest)
        return rests

    def _look(self, ups: Floats, at: int, alike: bool) -> Rest | None:
        """Was the leg still in the samples ``ups`` before sample ``at``? ``alike``: its first and last are close."""
        if self._place is not None:
            if float(self._place @ ups[-1]) >= _SAME_PLACE_COSINE:
                return None
            self._place = None
        if not alike:
            return None
        mean = unit(ups.sum(axis=0))
        if float((ups @ mean).min()) < _STAY_COSINE:
            return None
        self._place = mean
        return Rest(at - len(ups), at - 1, mean)


class TurnFinder:
    """Incremental: one turn for each time the leg comes back.

    Looks at every few samples only (`_STRIDE_S`, by absolute sample number): a turn of a leg takes longer.
    """

    def __init__(self, phases: PhaseSettings, start: int) -> None:
        self._phases = phases
        self._position = start
        self._from: Centre | None = None
        self._farthest_deg, self._farthest = -1.0, start

    def skip(self, end: int) -> None:
        """Nobody needs to know up to sample ``end``; what follows is measured from there."""
        self._position, self._from, self._farthest_deg = end, None, -1.0

    def advance(self, history: History, end: int) -> list[Turn]:
        """Look as far as sample ``end``: the turning points that became certain, oldest first."""
        """The turns that became certain with the samples before ``end``."""
        stride = max(1, round(_STRIDE_S * history.rate_hz))
        turns: list[Turn] = []
        while (start := -(-self._position // stride) * stride) < end:
            turn = self._next(history, start, end, stride)
            if turn is not None:
                turns.append(turn)
        return turns

    def _next(self, history: History, start: int, end: int, stride: int) -> Turn | None:
        ups = history.up(start, end)[::stride]
        if self._from is None:
            self._from, self._farthest = Centre(unit(ups[0]), "midpoint"), start
        away = self._from.angle_deg(ups)
        farthest = np.maximum(np.maximum.accumulate(away), self._farthest_deg)
        fall = np.maximum(0.5 * self._phases.r_min_deg, self._phases.return_fall_fraction * farthest)
        hits = farthest - away >= fall
        hit = int(hits.argmax())
        seen = away[: hit + 1] if hits[hit] else away
        top = int(seen.argmax())
        if seen[top] > self._farthest_deg:
            self._farthest_deg, self._farthest = float(seen[top]), start + top * stride
        if not hits[hit]:
            self._position = end
            return None
        at, known = self._farthest, start + hit * stride
        up = history.up_at(at).copy()
        self._from = Centre(unit(up), "midpoint")
        self._position, self._farthest_deg, self._farthest = known, -1.0, known
        return Turn(at, known, up)
