"""Where the leg rested and where it turned, without knowing any centre or axis: the material the centre is found from.

A turning point is found by hysteresis on the sphere of up vectors: the farthest place from the last turning point, once
the leg has come back from it by a few degrees. It needs no mounting and no plane, and it works for the slowest swing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, unit
from sensorcoach.kneedrop.history import History
from sensorcoach.model import Bools, Floats
from sensorcoach.settings import FrameSettings, PhaseSettings

_DRIFT_DEG = 4.0
"""A rest may creep by this much in its two seconds; a slow 20 deg drop of 5 s creeps by 8."""


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


class RestFinder:
    """Incremental: ``advance(history, end)`` returns the rests that became certain, one a slow spell."""

    def __init__(self, frame: FrameSettings, phases: PhaseSettings, start: int) -> None:
        self._frame, self._phases = frame, phases
        self._position = self._slow_since = self._candidate = start
        self._told = -1

    def advance(self, history: History, end: int) -> list[Rest]:
        start, self._position = self._position, end
        if end <= start:
            return []
        rate = history.up_rate(start, end)
        limit = np.radians(np.maximum(self._phases.still_dps, history.noises_dps(start, end)))
        fast = np.einsum("ij,ij->i", rate, rate) >= limit * limit
        spells = _slow_spells(fast, start, self._slow_since)
        rests = [rest for begin, until in spells for rest in self._rest_in(history, begin, until)]
        numbers = np.flatnonzero(fast)
        if len(numbers):
            self._slow_since = start + int(numbers[-1]) + 1
        return rests

    def _rest_in(self, history: History, begin: int, until: int) -> list[Rest]:
        """At most one; while the leg still creeps, the two seconds begin anew."""
        if begin == self._told:
            return []
        candidate = max(begin, self._candidate, history.start)
        while True:
            self._candidate = candidate
            due = history.index_at(history.time(candidate) + self._frame.rest_s)
            if due >= until:
                return []
            ups = history.up(candidate, due + 1)
            if angle_between_deg(ups[0], ups[-1]) <= _DRIFT_DEG:
                self._told = begin
                return [Rest(candidate, due, unit(ups.mean(axis=0)))]
            candidate = due


def _slow_spells(fast: Bools, start: int, carried: int) -> list[tuple[int, int]]:
    """Slow spells ``[begin, until)`` that touch this block; the first may have begun earlier (``carried``)."""
    edges = np.flatnonzero(np.diff(fast.astype(np.int8), prepend=np.int8(fast[0]), append=np.int8(fast[-1])))
    borders = [0, *edges.tolist(), len(fast)]
    spells = []
    for a, b in zip(borders[:-1], borders[1:], strict=True):
        if b > a and not fast[a]:
            spells.append((carried if a == 0 else start + a, start + b))
    return spells


class TurnFinder:
    """Incremental: ``advance(history, end)`` returns the turning points that became certain."""

    def __init__(self, phases: PhaseSettings, start: int) -> None:
        self._phases = phases
        self._position = start
        self._from: Centre | None = None
        self._farthest_deg, self._farthest = -1.0, start

    def advance(self, history: History, end: int) -> list[Turn]:
        turns: list[Turn] = []
        while self._position < end:
            turn = self._next(history, end)
            if turn is not None:
                turns.append(turn)
        return turns

    def _next(self, history: History, end: int) -> Turn | None:
        start = self._position
        if self._from is None:
            self._from = Centre(unit(history.up(start, start + 1)[0]), "midpoint")
        away = self._from.angle_deg(history.up(start, end))
        farthest = np.maximum(np.maximum.accumulate(away), self._farthest_deg)
        fall = np.maximum(0.5 * self._phases.r_min_deg, self._phases.return_fall_fraction * farthest)
        hits = farthest - away >= fall
        hit = int(hits.argmax())
        if not hits[hit]:
            self._remember(away, start)
            self._position = end
            return None
        self._remember(away[: hit + 1], start)
        up = history.up(self._farthest, self._farthest + 1)[0].copy()
        turn = Turn(self._farthest, start + hit, up)
        self._from = Centre(unit(up), "midpoint")
        self._position, self._farthest_deg, self._farthest = start + hit, -1.0, start + hit
        return turn

    def _remember(self, away: Floats, start: int) -> None:
        top = int(away.argmax())
        if away[top] > self._farthest_deg:
            self._farthest_deg, self._farthest = float(away[top]), start + top
