"""Which way is sideways, which way is left, and how sure that is (definitions.md A4, A5).

Three sources, best first: the wearer told a leg axis; the wearer named a side (first drop, calibration drop); or the
movement itself was seen to both sides. Until one of them holds, movements in any direction are taken as they come and
each result says ``axis_confirmed: false``: a hugged knee or a sit-to-stand is the same rotation of one sensor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, axis_vector, cross, unit
from sensorcoach.model import Floats, Mounting, Side
from sensorcoach.settings import FrameSettings

_LEARNING = 8
"""Headings averaged at the most: later ones follow a sensor that creeps around the leg."""
_BOTH_SIDES = 2
"""Repetitions to each side that confirm the axis by themselves ..."""
_ALIKE_SIDES = 1.3
_STRAIGHT_DEG = 20.0
"""One of each will do where they are much alike: ranges within this ratio, headings this close to opposite."""
_CURVE_DEG = 30.0
"""The first heading to a side may differ by this much more from the opposite of the other side's (curved path)."""
_LIKE_SIDES = 2.0
"""... with median ranges at most this far apart: a hugged knee (60 deg) and a bridge (25) are no pair."""


@dataclass(slots=True)
class _Line:
    """A line of movement through the centre: a heading to each side, and the ranges seen there.

    The two headings need not be opposite: legs that also bend, or an axis that is not quite horizontal, let up run along
    a curve (a real person of the MEx recordings: 50 deg off).
    """

    headings: dict[int, Floats]
    ranges_deg: dict[int, list[float]] = field(default_factory=lambda: {1: [], -1: []})
    left_sign: Literal[1, -1] | None = None
    """The direction that is the person's left."""

    def count(self) -> int:
        return len(self.ranges_deg[1]) + len(self.ranges_deg[-1])

    def direction(self, heading: Floats) -> Literal[1, -1]:
        """+1 or -1, whichever side ``heading`` (3,) lies on."""
        across = self.headings.get(1, np.zeros(3)) - self.headings.get(-1, np.zeros(3))
        return 1 if heading @ across >= 0.0 else -1

    def off_deg(self, heading: Floats) -> float:
        """How far ``heading`` points away from the side it lies on; a side never seen is taken as opposite."""
        seen = self.headings.get(self.direction(heading))
        if seen is not None:
            return angle_between_deg(heading, seen)
        (other,) = self.headings.values()
        return max(0.0, angle_between_deg(heading, -other) - _CURVE_DEG)

    def learn(self, heading: Floats, range_deg: float) -> Literal[1, -1]:
        direction = self.direction(heading)
        seen = self.headings.get(direction)
        weight = min(len(self.ranges_deg[direction]), _LEARNING - 1)
        self.headings[direction] = heading if seen is None or weight == 0 else unit(weight * seen + heading)
        self.ranges_deg[direction].append(range_deg)
        return direction

    def two_sided(self) -> bool:
        a, b = self.ranges_deg[1], self.ranges_deg[-1]
        if not a or not b:
            return False
        less, more = sorted((float(np.median(a[-5:])), float(np.median(b[-5:]))))
        if min(len(a), len(b)) >= _BOTH_SIDES:
            return more <= _LIKE_SIDES * less
        bent_deg = 180.0 - angle_between_deg(self.headings[1], self.headings[-1])
        return more <= _ALIKE_SIDES * less and bent_deg <= _STRAIGHT_DEG


class Sideways:
    """Learns the lateral line; tells direction and side of a movement and whether it went along the line."""

    def __init__(self, mounting: Mounting, frame: FrameSettings) -> None:
        self._mounting, self._frame = mounting, frame
        self._lines: list[_Line] = []
        self._sure: _Line | None = None
        self._first_side: Side | None = mounting.first_side
        """Side of the first movement along a line, as the wearer said."""

    @property
    def confirmed(self) -> bool:
        return self._sure is not None or self.told or (self._first_side is not None and bool(self._lines))

    @property
    def unseen(self) -> bool:
        """No movement has counted yet and nobody told an axis: only one that comes home all the way is believed."""
        return self.fresh and not self.told

    @property
    def fresh(self) -> bool:
        """No movement has counted yet."""
        return not self._lines

    @property
    def told(self) -> bool:
        """The wearer said which axis of the sensor is which."""
        thigh = self._mounting.segment == "thigh"
        return (self._mounting.up_leg if thigh else self._mounting.front) is not None

    def await_side(self, side: Side) -> None:
        """The next counted movement is a calibration drop to ``side``; what was learnt before is forgotten."""
        self._first_side, self._sure = side, None
        self._lines.clear()

    def may_be_centre(self, up0: Floats) -> bool:
        """Is this a place of the thigh with the knees up? True where nothing is known about the axis."""
        if not self.told or self._mounting.segment != "thigh":
            return True
        return self._frame.thigh_elevation_min_deg <= self.elevation_deg(up0) <= self._frame.thigh_elevation_max_deg

    def elevation_deg(self, up0: Floats) -> float:
        """How far below horizontal the hip lies, seen from the knee."""
        return float(-np.degrees(np.arcsin(np.clip(up0 @ axis_vector(self._mounting.up_leg or "z"), -1.0, 1.0))))

    def most_upright(self, normal: Floats) -> Floats | None:
        """On the great circle around ``normal`` (3,) the place where the told thigh axis is steepest; None elsewhere."""
        if not self.told or self._mounting.segment != "thigh":
            return None
        down = -axis_vector(self._mounting.up_leg or "z")
        across = down - (down @ normal) * normal
        return None if float(across @ across) < 1e-4 else unit(across)

    def left(self, centre: Centre) -> Floats | None:
        """Direction (3,) in which up moves for a drop to the left, from what the wearer told; None where unknown.

        The body's axis to the head is the horizontal part of "up the leg" on the thigh, and of "into the shin" on the
        shank; up then moves along ``up0 x head`` (right-hand rule).
        """
        if not self.told:
            return None
        mounting = self._mounting
        toward_head = axis_vector(mounting.up_leg or "z") if mounting.segment == "thigh" else -axis_vector(
            mounting.front or "z"
        )
        head = toward_head - (toward_head @ centre.up0) * centre.up0
        return None if float(head @ head) < 1e-4 else unit(cross(centre.up0, unit(head)))

    def off_line_deg(self, centre: Centre, heading: Floats) -> float:
        """How far a heading (3,) points away from the known lateral line; 0 where no line is known."""
        if self._sure is not None:
            return self._sure.off_deg(heading)
        left = self.left(centre)
        if left is None:
            return 0.0
        return min(angle_between_deg(heading, left), angle_between_deg(heading, -left))

    def tolerance_deg(self) -> float:
        """A told axis is only as exact as the strap; a learnt one is the movement's own."""
        return self._frame.axis_tilt_deg if self._sure is not None else self._frame.told_axis_deg

    def learn(self, centre: Centre, heading: Floats, range_deg: float) -> tuple[Literal[1, -1], Side | None]:
        """A movement counted: take its heading in and say its direction and side."""
        line = self._sure or self._along(heading) or self._new_line(heading)
        direction = line.learn(heading, range_deg)
        left = self.left(centre)
        if left is not None:
            line.left_sign = line.direction(left)
        elif line.left_sign is None and self._first_side is not None:
            line.left_sign = direction if self._first_side == "left" else opposite(direction)
        if self._sure is None and line.two_sided():
            self._sure = line
        return _named(line, direction)

    def named(self, centre: Centre, heading: Floats) -> tuple[Literal[1, -1], Side | None]:
        """Direction and side of a movement still under way, without learning from it."""
        left = self.left(centre)
        if left is not None:
            return (1, "left") if heading @ left >= 0.0 else (-1, "right")
        line = self._sure or self._along(heading)
        return (1, None) if line is None else _named(line, line.direction(heading))

    def _along(self, heading: Floats) -> _Line | None:
        near = [line for line in self._lines if line.off_deg(heading) <= self._frame.axis_tilt_deg]
        return max(near, key=_Line.count) if near else None

    def _new_line(self, heading: Floats) -> _Line:
        line = _Line({1: heading})
        self._lines.append(line)
        return line


def opposite(direction: Literal[1, -1]) -> Literal[1, -1]:
    return -1 if direction == 1 else 1


def _named(line: _Line, direction: Literal[1, -1]) -> tuple[Literal[1, -1], Side | None]:
    """+1 is the left where that is known, else the side first seen."""
    if line.left_sign is None:
        return direction, None
    return (1, "left") if direction == line.left_sign else (-1, "right")
