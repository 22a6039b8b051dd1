"""How long the leg has stayed at one place."""

from __future__ import annotations

from sensorcoach.guide.looks import Look
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.model import Floats

_HOLE_S = 1.0
"""After so long without samples nobody knows whether it stayed."""


class Stay:
    """``see`` each step in order. A stay ends when ``up`` is farther than ``within_deg`` from where it began.

    By angle, not by speed: an accelerometer at rest shows speeds of 8 °/s, people who fidget more.
    """

    def __init__(self, within_deg: float) -> None:
        self._within_deg = within_deg
        self._now_s = self._since_s = 0.0
        self.place: Floats | None = None
        """Up (3,) where the stay began."""

    @property
    def lasts_s(self) -> float:
        """How long it has lasted, s."""
        return self._now_s - self._since_s

    def see(self, look: Look, up: Floats) -> None:
        """The next step; ``up`` (3,): as it is known, or as it was measured (`Look.pull`)."""
        self._now_s = look.t_s
        if self.place is None or look.times[0] - look.before_s > _HOLE_S or self._left(up):
            self.begin(look, up)

    def begin(self, look: Look, up: Floats) -> None:
        """Count from here."""
        self.place, self._since_s = up, look.t_s

    def _left(self, up: Floats) -> bool:
        return self.place is not None and angle_between_deg(self.place, up) > self._within_deg
