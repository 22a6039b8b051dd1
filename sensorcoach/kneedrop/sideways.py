"""Which way is sideways, which way is left, and how sure that is (definitions.md A4, A5).

Three sources, best first: the wearer told a leg axis; the wearer named a side (first drop, calibration drop); or the
movement itself was seen to both sides. Until one of them holds, movements in any direction are taken as they come and
each result says ``axis_confirmed: false``: a hugged knee or a sit-to-stand is the same rotation of one sensor.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, axis_vector, cross, unit
from sensorcoach.model import Direction, Floats, Mounting, Side
from sensorcoach.settings import FrameSettings

_LEARNING = 8
"""Headings averaged at the most: later ones follow a sensor that creeps around the leg."""
_OFTEN = 3
"""Like movements along one line, whichever side, that make it likely."""
_BOTH_SIDES = 2
"""Repetitions to each side that confirm the axis by themselves ..."""
_RUN = 4
_BLOCK = 3
"""So many in turn (left, right, left, right), or so many of each side, prove the axis ..."""
_IN_TURN_S = 30.0
"""... if no more than this passes between them ..."""
_CALM_S = 1.5
"""... and each takes its time: the fastest real rolling (MEx) takes 1.9 s a side, a step or a stair 0.5-1.0 s."""
_LIKE_REPS = 1.6
"""Ranges in the proof differ by no more than this factor: bridges (20 deg) and heel slides (45) do ..."""
_FAR_DEG = 80.0
"""... and stay below this: sitting down and standing up turn the thigh by 90, few people roll as far."""
_REMEMBERED = 12
_ALIKE_SIDES = 1.3
_STRAIGHT_DEG = 20.0
"""One of each will do where they are much alike: ranges within this ratio, headings this close to opposite."""
_CURVE_DEG = 30.0
"""The first heading to a side may differ by this much more from the opposite of the other side's (curved path)."""
_LIKE_SIDES = 2.0
"""... with median ranges at most this far apart: a hugged knee (60 deg) and a bridge (25) are no pair."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a line remembers of a movement: how far (deg) and when (s)."""

    range_deg: float
    begin_s: float
    end_s: float


@dataclass(slots=True)
class _Line:
    """A line of movement through the centre: a heading to each side, and the movements seen there.

    The two headings need not be opposite: legs that also bend, or an axis that is not quite horizontal, let up run
    along a curve (a real person of the MEx recordings: 50 deg off).
    """

    headings: dict[Direction, Floats]
    seen: list[tuple[Direction, Seen]] = field(default_factory=list)
    left_sign: Direction | None = None
    """The direction that is the person's left."""

    def count(self) -> int:
        return len(self.seen)

    def ranges_deg(self, direction: Direction) -> list[float]:
        return [seen.range_deg for way, seen in self.seen if way == direction]

    def direction(self, heading: Floats) -> Direction:
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

    def learn(self, heading: Floats, movement: Seen) -> Direction:
        direction = self.direction(heading)
        known = self.headings.get(direction)
        weight = min(len(self.ranges_deg(direction)), _LEARNING - 1)
        self.headings[direction] = heading if known is None or weight == 0 else unit(weight * known + heading)
        self.seen = [*self.seen, (direction, movement)][-_REMEMBERED:]
        return direction

    def likely(self) -> bool:
        """Likely the line of the exercise, so that movements off it are something else: both sides, or one often."""
        last = [seen.range_deg for _, seen in self.seen[-_OFTEN:]]
        often = len(last) == _OFTEN and max(last) <= _LIKE_REPS * min(last)
        return often or self._two_sided()

    def _two_sided(self) -> bool:
        a, b = self.ranges_deg(1)[-5:], self.ranges_deg(-1)[-5:]
        if not a or not b:
            return False
        less, more = sorted((float(np.median(a)), float(np.median(b))))
        if min(len(a), len(b)) >= _BOTH_SIDES:
            return more <= _LIKE_SIDES * less
        bent_deg = 180.0 - angle_between_deg(self.headings[1], self.headings[-1])
        return more <= _ALIKE_SIDES * less and bent_deg <= _STRAIGHT_DEG

    def proven(self) -> bool:
        """Beyond doubt the exercise: a run of like movements, in turn to both sides or three and three."""
        calm = [(way, seen) for way, seen in self.seen if seen.end_s - seen.begin_s >= _CALM_S]
        last = calm[-_RUN:]
        in_turn = len(last) == _RUN and all(
            a[0] != b[0] and b[1].begin_s - a[1].end_s <= _IN_TURN_S for a, b in zip(last[:-1], last[1:], strict=True)
        )
        if in_turn and _alike(last):
            return True
        blocks = [one for way in (1, -1) for one in [one for one in calm if one[0] == way][-_BLOCK:]]
        return len(blocks) == 2 * _BLOCK and {way for way, _ in blocks} == {1, -1} and _alike(blocks)


def _alike(movements: list[tuple[Direction, Seen]]) -> bool:
    """Ranges that differ little within a side and not too much between the sides."""
    sides = [[seen.range_deg for way, seen in movements if way == direction] for direction in (1, -1)]
    if any(max(side) > min(_LIKE_REPS * min(side), _FAR_DEG) for side in sides):
        return False
    less, more = sorted(float(np.median(side)) for side in sides)
    return more <= _LIKE_REPS * less


class Sideways:
    """Learns the lateral line; tells direction and side of a movement and whether it went along the line."""

    def __init__(self, mounting: Mounting, frame: FrameSettings) -> None:
        self._mounting, self._frame = mounting, frame
        self._lines: list[_Line] = []
        self._sure: _Line | None = None
        """The line that movements must follow to count."""
        self._proven = False
        self._first_side: Side | None = mounting.first_side
        """Side of the first movement along a line, as the wearer said."""

    @property
    def confirmed(self) -> bool:
        """The movements that counted were beyond doubt to the sides: told, named, or proven by themselves."""
        return self._proven or self.told or (self._first_side is not None and bool(self._lines))

    @property
    def known(self) -> bool:
        """There is a line that movements must follow."""
        return self._sure is not None or self.told

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
        self._first_side, self._sure, self._proven = side, None, False
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
        """Where on the great circle around ``normal`` (3,) the told thigh axis is steepest; None where none is told."""
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

    def notice(self, heading: Floats, movement: Seen) -> None:
        """A movement off the line did not count; if such ones prove a line of their own, that is the exercise."""
        others = [line for line in self._lines if line is not self._sure]
        near = [line for line in others if line.off_deg(heading) <= self._frame.axis_tilt_deg]
        line = max(near, key=_Line.count) if near else self._new_line(heading)
        line.learn(heading, movement)
        if not self.told and not self._proven and line.proven():
            self._sure, self._proven = line, True

    def learn(self, centre: Centre, heading: Floats, movement: Seen) -> tuple[Direction, Side | None]:
        """A movement counted: take its heading in and say its direction and side."""
        line = self._sure or self._along(heading) or self._new_line(heading)
        direction = line.learn(heading, movement)
        left = self.left(centre)
        if left is not None:
            line.left_sign = line.direction(left)
        elif line.left_sign is None and self._first_side is not None:
            line.left_sign = direction if self._first_side == "left" else opposite(direction)
        if self._sure is None and line.likely():
            self._sure = line
        self._proven = self._proven or line.proven()
        return _named(line, direction)

    def named(self, centre: Centre, heading: Floats) -> tuple[Direction, Side | None]:
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


def opposite(direction: Direction) -> Direction:
    """The other of +1 and -1."""
    return -1 if direction == 1 else 1


def _named(line: _Line, direction: Direction) -> tuple[Direction, Side | None]:
    """+1 is the left where that is known, else the side first seen."""
    if line.left_sign is None:
        return direction, None
    return (1, "left") if direction == line.left_sign else (-1, "right")
