"""The value that a calibration is; counting needs nothing else to know of the session as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, cross, unit
from sensorcoach.model import Direction, Floats, Side

Mode = Literal["whole", "causal"]
"""Made from all of a recording, or from what had come by then."""


@dataclass(frozen=True, slots=True)
class CentrePiece:
    """``centre`` holds from ``start_s`` on, until the next piece."""

    start_s: float
    centre: Centre


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Where movements start from, which way they go, and when.

    ``pieces``: at least one, in order of time; a slipped strap or another way of lying begins a new one.
    ``lateral`` (3,): unit direction across the first centre to `Direction` 1, which is the wearer's left if ``sided``;
    None: any way may be one. ``opposite`` (3,): to -1, which need not be its reverse; None where nothing went there.
    ``confirmed``: beyond doubt to the sides. ``span_s``: ``[start, end)`` of the exercise, ``got_up_s`` such in which
    the person rolled over to get up. ``drops``: how many excursions it explains; ``score``: the evidence.
    """

    pieces: tuple[CentrePiece, ...]
    lateral: Floats | None
    opposite: Floats | None
    sided: bool
    confirmed: bool
    span_s: tuple[float, float]
    got_up_s: tuple[tuple[float, float], ...]
    drops: int
    mode: Mode
    known_s: float
    score: float

    def __eq__(self, other: object) -> bool:
        """By value, arrays included."""
        return isinstance(other, Calibration) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        vectors = (self.lateral, self.opposite, *(piece.centre.up0 for piece in self.pieces))
        return (
            *(None if one is None else tuple(one.tolist()) for one in vectors),
            *((piece.start_s, piece.centre.source) for piece in self.pieces),
            self.sided, self.confirmed, self.span_s, self.got_up_s, self.drops, self.mode, self.known_s, self.score,
        )  # fmt: skip

    def centre_at(self, t_s: float) -> Centre:
        """The centre in force at ``t_s``."""
        current = self.pieces[0].centre
        for piece in self.pieces[1:]:
            if piece.start_s > t_s:
                break
            current = piece.centre
        return current

    def direction(self, centre: Centre, heading: Floats) -> tuple[Direction, float]:
        """To which side ``heading`` (3,) from ``centre`` goes, and how far off that side's own heading it is, deg."""
        if self.lateral is None:
            return 1, 0.0
        here = turned(self.pieces[0].centre.up0, centre.up0)
        plus = here @ self.lateral
        minus = -plus if self.opposite is None else here @ self.opposite
        off_plus, off_minus = angle_between_deg(heading, plus), angle_between_deg(heading, minus)
        return (1, off_plus) if off_plus <= off_minus else (-1, off_minus)

    def side(self, direction: Direction) -> Side | None:
        """The wearer's side, if it is known which way is left."""
        if not self.sided:
            return None
        return "left" if direction == 1 else "right"

    def lateral_at(self, centre: Centre) -> Floats | None:
        """Unit direction (3,) across ``centre`` to `Direction` 1."""
        if self.lateral is None:
            return None
        along = turned(self.pieces[0].centre.up0, centre.up0) @ self.lateral
        return unit(along - (along @ centre.up0) * centre.up0)

    def got_up_within(self, start_s: float, end_s: float) -> bool:
        """Whether ``[start, end)`` lies for the most part where the person rolled over to get up."""
        shared = sum(max(0.0, min(end_s, end) - max(start_s, start)) for start, end in self.got_up_s)
        return shared > 0.5 * (end_s - start_s)

    def same_as(self, other: Calibration) -> bool:
        """Whether both count alike, whatever they rest on."""
        if len(self.pieces) != len(other.pieces) or (self.lateral is None) != (other.lateral is None):
            return False
        if (self.sided, self.confirmed, self.got_up_s, self.mode, self.drops > 0) != (
            other.sided, other.confirmed, other.got_up_s, other.mode, other.drops > 0
        ):  # fmt: skip
            return False
        if not _same_instant(self.span_s[0], other.span_s[0]) or not _same_instant(self.span_s[1], other.span_s[1]):
            return False
        if not all(_same_instant(a.start_s, b.start_s) for a, b in zip(self.pieces[1:], other.pieces[1:], strict=True)):
            return False
        if not self.same_centres(other):
            return False
        ways = ((self.lateral, other.lateral), (self.opposite, other.opposite))
        return all(a is None or b is None or angle_between_deg(a, b) < _SAME_LINE_DEG for a, b in ways)

    def same_centres(self, other: Calibration) -> bool:
        """Whether both start movements from the same directions, one after the other."""
        return len(self.pieces) == len(other.pieces) and all(
            angle_between_deg(a.centre.up0, b.centre.up0) <= _SAME_CENTRE_DEG
            for a, b in zip(self.pieces, other.pieces, strict=True)
        )

    def reversed_ways(self) -> Calibration:
        """The same with `Direction` 1 and -1 exchanged."""
        if self.lateral is None:
            return self
        return replace(self, lateral=-self.lateral if self.opposite is None else self.opposite, opposite=self.lateral)


_SAME_CENTRE_DEG = 3.0
_SAME_LINE_DEG = 15.0
_SAME_INSTANT_S = 2.0
"""Borders of two calibrations of one movement differ by less: they lie in the pauses between."""


def _same_instant(one_s: float, other_s: float) -> bool:
    return one_s == other_s or abs(one_s - other_s) < _SAME_INSTANT_S


def turned(a: Floats, b: Floats) -> Floats:
    """The shortest rotation (3, 3) that takes unit vector ``a`` to unit vector ``b``."""
    axis = cross(a, b)
    sine, cosine = math.sqrt(float(axis @ axis)), float(a @ b)
    if sine < 1e-9:
        return np.eye(3)
    x, y, z = (axis / sine).tolist()
    skew = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: Floats = np.eye(3) + sine * skew + (1.0 - cosine) * (skew @ skew)
    return rotation
