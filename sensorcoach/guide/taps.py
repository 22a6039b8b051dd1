"""A double tap on the sensor: two knocks, no more, on a leg that is still before and after."""

from __future__ import annotations

from collections import deque

from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.guide.looks import STEP_S, Look
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.settings import TapSettings


class DoubleTap:
    """``see`` each step in order; True where a double tap became certain."""

    def __init__(self, rate_hz: float, settings: TapSettings) -> None:
        self._settings = settings
        self._detector = KnockDetector(rate_hz, settings.knock)
        self._knocks_s: deque[float] = deque(maxlen=4)
        memory_s = 3.0 * settings.quiet_s + settings.apart_max_s
        self._looks: deque[Look] = deque(maxlen=round(memory_s / STEP_S))

    def see(self, look: Look) -> bool:
        """Told once, when the quiet after it has lasted."""
        self._looks.append(look)
        self._knocks_s += [knock.t_s for knock in self._detector.push(look.times, look.dynamic, look.filled)]
        if len(self._knocks_s) < 2 or look.t_s < self._knocks_s[-1] + self._settings.quiet_s:
            return False
        knocks_s = list(self._knocks_s)
        self._knocks_s.clear()
        return self._are_a_double_tap(knocks_s)

    def _are_a_double_tap(self, knocks_s: list[float]) -> bool:
        s = self._settings
        recent_s = [one for one in knocks_s if one > knocks_s[-1] - s.apart_max_s - s.quiet_s]
        if len(recent_s) != 2 or not s.apart_min_s <= recent_s[1] - recent_s[0] <= s.apart_max_s:
            return False
        before = [look for look in self._looks if recent_s[0] - s.quiet_s <= look.t_s < recent_s[0] - STEP_S]
        if not before or any(look.speed_dps > s.before_dps for look in before):
            return False
        return angle_between_deg(before[0].up, self._looks[-1].up) <= s.moved_deg
