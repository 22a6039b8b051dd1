"""Where the leg stayed lately: is the place it stays at now home, or the hold of a drop?

One sensor cannot tell a hold from a rest. What it can tell: shortly before, the leg stayed somewhere else, as far away
as a drop reaches. If it goes back there, it was a hold.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sensorcoach.guide.looks import Look
from sensorcoach.guide.stay import Stay
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.model import Floats

_PAUSE_S = 0.5
"""The shortest stay that may have been a pause at the centre."""
_WAY_S = 10.0
"""The longest way from one place to the next."""
_MOST = 64


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay that is over. ``place`` (3,): the measured up."""

    place: Floats
    lasted_s: float
    left_s: float


class Visits:
    """``see`` each step in order, after ``still`` saw it."""

    def __init__(self, still: Stay, nearest_deg: float, farthest_deg: float) -> None:
        """A drop ends so far from where it began."""
        self._still = still
        self._nearest_deg, self._farthest_deg = nearest_deg, farthest_deg
        self._past: deque[Visit] = deque(maxlen=_MOST)
        self._place: Floats | None = None
        self._lasted_s = self._came_s = 0.0

    def see(self, look: Look) -> None:
        """The next step."""
        if self._still.place is not self._place:
            if self._place is not None and self._lasted_s >= _PAUSE_S:
                self._past.append(Visit(self._place, self._lasted_s, look.t_s))
            self._place, self._came_s = self._still.place, look.t_s
        self._lasted_s = self._still.lasts_s

    def may_have_come_from(self) -> list[Floats]:
        """Places (3,) from which a drop may have led to where the leg stays now."""
        recent = [one.place for one in self._past if self._came_s - one.left_s <= _WAY_S]
        return [place for place in recent if self._nearest_deg <= self._away_deg(place) <= self._farthest_deg]

    def since(self, t_s: float) -> list[Visit]:
        """Those that ended after ``t_s``, the oldest first."""
        return [one for one in self._past if one.left_s > t_s]

    def _away_deg(self, place: Floats) -> float:
        return 0.0 if self._place is None else angle_between_deg(self._place, place)
