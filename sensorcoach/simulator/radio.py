"""Notifications on their way: lost, repeated, late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.model import Floats
from sensorcoach.simulator.plan import RadioPlan


@dataclass(frozen=True, slots=True)
class Notification:
    """Samples ``[first, stop)`` sent together, arriving at ``arrival_s`` on the session's true clock.

    ``copies``: 0 lost, 1 normal, 2 repeated. ``late``: held back, and so are those behind it: they arrive in a burst.
    """

    first: int
    stop: int
    arrival_s: float
    copies: int
    late: bool

    @property
    def lost(self) -> bool:
        """Never arrives."""
        return self.copies == 0


def notifications(t_s: Floats, radio: RadioPlan, rng: np.random.Generator) -> tuple[Notification, ...]:
    """Cut samples at times ``t_s`` (n,) into notifications, in order of arrival."""
    firsts = range(0, len(t_s), radio.samples_each)
    chance = rng.random((len(firsts), 4))
    out, arrived = [], 0.0
    for number, first in enumerate(firsts):
        stop = min(first + radio.samples_each, len(t_s))
        lost = number in radio.lost or chance[number, 0] < radio.lost_share
        repeated = number in radio.repeated or chance[number, 1] < radio.repeated_share
        late = number in radio.late or chance[number, 2] < radio.late_share
        arrival = float(t_s[stop - 1]) + radio.delay_s + radio.jitter_s * chance[number, 3] + late * radio.late_s
        arrived = max(arrived, arrival)
        copies = 0 if lost else 2 if repeated else 1
        out.append(Notification(first=first, stop=stop, arrival_s=arrived, copies=copies, late=late))
    return tuple(out)
