"""One line of movement through the centre: what was seen along it, and whether that proves it to be the exercise.

A row of steps, stairs, bridges or heel slides also moves a leg along a line. What tells a knee drop from them is that
it goes to both sides, alike and without haste.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from sensorcoach.kneedrop.frame import angle_between_deg, unit
from sensorcoach.model import Direction, Floats
from sensorcoach.settings import FrameSettings

_REMEMBERED = 12
"""Movements a line is judged by."""
_LEARNING = 8
"""Headings averaged at the most: later ones follow a sensor that creeps around the leg."""
_CURVE_DEG = 30.0
"""The first heading to a side may differ by this much more from the opposite of the other side's (curved path)."""

# Likely the line of the exercise:
_OFTEN = 3
"""So many like movements one after the other, to whichever side; ..."""
_BOTH_SIDES = 2
_LIKE_SIDES = 2.0
"""... or so many to each side, median ranges at most this factor apart: a hugged knee (60 deg) and a bridge (25) are no
pair; ..."""
_ALIKE_SIDES = 1.3
_STRAIGHT_DEG = 20.0
"""... or one to each, where they are much alike: ranges within this factor, headings this close to opposite."""

# Proven to be it (with `FrameSettings.in_turn_s` and `calm_rep_s`):
_RUN = 4
_BLOCK = 3
"""So many in turn (left, right, left, right), or so many to each side, ..."""
_LIKE_REPS = 1.6
"""... their ranges no more than this factor apart: bridges (20 deg) and heel slides (45) are farther ..."""
_FAR_DEG = 80.0
"""... and all below this: sitting down and standing up turn the thigh by 90, few people roll as far."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a line remembers of a movement: how far (deg) and when (s)."""

    range_deg: float
    begin_s: float
    end_s: float


@dataclass(slots=True)
class Line:
    """A line of movement through the centre: a heading to each side, and the movements seen there.

    The two headings need not be opposite: legs that also bend, or an axis that is not quite horizontal, let up run
    along a curve (a real person of the MEx recordings: 50 deg off).
    """

    headings: dict[Direction, Floats]
    seen: list[tuple[Direction, Seen]] = field(default_factory=list)
    left_sign: Direction | None = None
    """The direction that is the person's left."""

    def count(self) -> int:
        """Movements remembered."""
        return len(self.seen)

    def ranges_deg(self, direction: Direction) -> list[float]:
        """Ranges of the movements remembered to one side, deg, oldest first."""
        return [seen.range_deg for way, seen in self.seen if way == direction]

    def direction(self, heading: Floats) -> Direction:
        """+1 or -1, whichever side ``heading`` (3,) lies on."""
        return 1 if heading @ self.across() >= 0.0 else -1

    def across(self) -> Floats:
        """From one side to the other (3,), of any length, towards +1."""
        return self.headings.get(1, np.zeros(3)) - self.headings.get(-1, np.zeros(3))

    def off_deg(self, heading: Floats) -> float:
        """How far ``heading`` points away from the side it lies on; a side never seen is taken as opposite."""
        seen = self.headings.get(self.direction(heading))
        if seen is not None:
            return angle_between_deg(heading, seen)
        (other,) = self.headings.values()
        return max(0.0, angle_between_deg(heading, -other) - _CURVE_DEG)

    def learn(self, heading: Floats, movement: Seen) -> Direction:
        """Take a movement and its ``heading`` (3,) in; say to which side it went."""
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

    def proven(self, frame: FrameSettings) -> bool:
        """Beyond doubt the exercise: a run of like movements, in turn to both sides or three and three."""
        calm = [(way, seen) for way, seen in self.seen if seen.end_s - seen.begin_s >= frame.calm_rep_s]
        last = calm[-_RUN:]
        in_turn = all(
            a[0] != b[0] and b[1].begin_s - a[1].end_s <= frame.in_turn_s for a, b in itertools.pairwise(last)
        )
        if len(last) == _RUN and in_turn and _alike(last):
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


def opposite(direction: Direction) -> Direction:
    """The other of +1 and -1."""
    return -1 if direction == 1 else 1
