"""Which way is sideways, which way is left, and how sure that is (definitions.md A4, A5).

Three sources, best first: the wearer told a leg axis; the wearer named a side (first drop, calibration drop); or the
movement itself was seen to both sides. Until one of them holds, movements in any direction are taken as they come and
each result says ``axis_confirmed: false``: a hugged knee or a sit-to-stand is the same rotation of one sensor.
"""

from __future__ import annotations

import math

from sensorcoach.kneedrop.frame import Centre, angle_between_deg, axis_vector, cross, unit
from sensorcoach.kneedrop.line import Line, Seen, opposite
from sensorcoach.model import Direction, Floats, Mounting, Side
from sensorcoach.settings import FrameSettings


class Sideways:
    """Learns the lateral line; tells direction and side of a movement and whether it went along the line."""

    def __init__(self, mounting: Mounting, frame: FrameSettings) -> None:
        self._mounting, self._frame = mounting, frame
        self._lines: list[Line] = []
        self._sure: Line | None = None
        """The line that movements must follow to count."""
        self._proven = False
        self._first_side: Side | None = mounting.first_side
        """Side of the first movement along a line, as the wearer said."""
        self.awaiting = False
        """A calibration drop was asked for and has not come yet."""

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
        self._first_side, self._sure, self._proven, self.awaiting = side, None, False, True
        self._lines.clear()

    def may_be_centre(self, up0: Floats) -> bool:
        """Is this a place of the thigh with the knees up? True where nothing is known about the axis."""
        if not self.told or self._mounting.segment != "thigh":
            return True
        return self._frame.thigh_elevation_min_deg <= self.elevation_deg(up0) <= self._frame.thigh_elevation_max_deg

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
        toward_head = (
            axis_vector(mounting.up_leg or "z") if mounting.segment == "thigh" else -axis_vector(mounting.front or "z")
        )
        head = toward_head - (toward_head @ centre.up0) * centre.up0
        return None if float(head @ head) < 1e-4 else unit(cross(centre.up0, unit(head)))

    def lateral(self, centre: Centre) -> Floats | None:
        """Unit direction (3,) across ``centre`` to `Direction` 1, as far as it is known by now; else None."""
        left = self.left(centre)
        if left is not None:
            return left
        line = self._sure or max(self._lines, key=Line.count, default=None)
        if line is None:
            return None
        return centre.heading(centre.up0 + (line.left_sign or 1) * line.across())

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
        line = max(near, key=Line.count) if near else self._new_line(heading)
        line.learn(heading, movement)
        if not self.told and not self._proven and line.proven(self._frame):
            self._sure, self._proven = line, True

    def learn(self, centre: Centre, heading: Floats, movement: Seen) -> tuple[Direction, Side | None]:
        """A movement counted: take its heading in and say its direction and side."""
        self.awaiting = False
        line = self._sure or self._along(heading) or self._new_line(heading)
        direction = line.learn(heading, movement)
        left = self.left(centre)
        if left is not None:
            line.left_sign = line.direction(left)
        elif line.left_sign is None and self._first_side is not None:
            line.left_sign = direction if self._first_side == "left" else opposite(direction)
        if self._sure is None and line.likely():
            self._sure = line
        self._proven = self._proven or line.proven(self._frame)
        return _named(line, direction)

    def named(self, centre: Centre, heading: Floats) -> tuple[Direction, Side | None]:
        """Direction and side of a movement still under way, without learning from it."""
        left = self.left(centre)
        if left is not None:
            return (1, "left") if heading @ left >= 0.0 else (-1, "right")
        line = self._sure or self._along(heading)
        return (1, None) if line is None else _named(line, line.direction(heading))

    def elevation_deg(self, up0: Floats) -> float:
        """How far below horizontal the hip lies, seen from the knee."""
        along = float(up0 @ axis_vector(self._mounting.up_leg or "z"))
        return -math.degrees(math.asin(min(1.0, max(-1.0, along))))

    def _along(self, heading: Floats) -> Line | None:
        near = [line for line in self._lines if line.off_deg(heading) <= self._frame.axis_tilt_deg]
        return max(near, key=Line.count) if near else None

    def _new_line(self, heading: Floats) -> Line:
        line = Line({1: heading})
        self._lines.append(line)
        return line


def _named(line: Line, direction: Direction) -> tuple[Direction, Side | None]:
    """+1 is the left where that is known, else the side first seen."""
    if line.left_sign is None:
        return direction, None
    return (1, "left") if direction == line.left_sign else (-1, "right")
