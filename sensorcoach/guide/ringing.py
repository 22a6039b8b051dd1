"""A loose strap: the sensor goes on swinging after a knock.

On a tight strap the flesh under it swings at 10-25 Hz and is still after 0.2 s. Only a knock shows it: while nothing
shakes the leg, a loose sensor lies as still as a tight one. On simulated landings a quarter of a second later tight
straps (10-25 Hz, damping from 0.25) keep up to 4 % of the peak, loose ones (6-9 Hz, damping 0.1) 7-12 %; no recording
of a real loose strap was at hand.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from sensorcoach.dsp.knocks import Knock, KnockDetector
from sensorcoach.guide.looks import STEP_S, Look
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.model import Floats

_EARLY_S = (0.25, 0.55)
_LATE_S = (0.9, 1.2)
"""Times after a knock: there a loose sensor still swings, here it lies still again."""
_ALONE_S = 0.3
"""No other knock this long before."""
_MOVED_DEG = 3.0
"""The leg itself lies still after the knock."""
_DECAYED = 0.5
"""What swings as much in the end is no ringing."""
_KNOCKS = 2
"""So many must have rung."""


class Ringing:
    """``see`` each step in order; True from the second knock on that rang."""

    def __init__(self, rate_hz: float, share: float) -> None:
        """``share``: of a knock's peak, left after a quarter of a second."""
        self._share = share
        self._detector = KnockDetector(rate_hz)
        self._knocks: deque[Knock] = deque(maxlen=8)
        self._looks: deque[Look] = deque(maxlen=round((_LATE_S[1] + 1.0) / STEP_S))
        self._judged_s = -np.inf
        self._rang = 0

    def see(self, look: Look) -> bool:
        """The next step."""
        self._looks.append(look)
        self._knocks += self._detector.push(look.times, look.dynamic, look.filled)
        for knock in list(self._knocks):
            if self._judged_s < knock.t_s <= look.t_s - _LATE_S[1]:
                self._judged_s = knock.t_s
                self._rang += self._rings(knock)
        return self._rang >= _KNOCKS

    def _rings(self, knock: Knock) -> bool:
        alone = [one for one in self._knocks if -_ALONE_S < one.t_s - knock.t_s < _LATE_S[1]]
        after = [look for look in self._looks if look.t_s >= knock.t_s + _EARLY_S[0]]
        if len(alone) != 1 or angle_between_deg(after[0].up, after[-1].up) > _MOVED_DEG:
            return False
        early, late = self._swing(knock, _EARLY_S), self._swing(knock, _LATE_S)
        return early >= self._share * knock.peak and late <= _DECAYED * early

    def _swing(self, knock: Knock, after_s: tuple[float, float]) -> float:
        """Standard deviation of dynamic acceleration, m/s²."""
        times: Floats = np.concatenate([look.times for look in self._looks]) - knock.t_s
        dynamic = np.concatenate([look.dynamic for look in self._looks])
        inside = dynamic[(times >= after_s[0]) & (times < after_s[1])]
        return float(inside.std()) if len(inside) else 0.0
