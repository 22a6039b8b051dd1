"""What the person and the guide said: when movements count, where the leg lay at rest, which side a drop goes to."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sensorcoach.model import Control, Side

_BY_GUIDE = ("still", "side")
"""Why the guide arms: it saw the leg at rest; whoever presses a key may sit at it."""
_AT_ONCE_S = 0.1
"""A movement that begins so shortly before it is asked for follows from it: borders are dated that well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A drop to ``side`` was asked for at ``t_s``; ``paused``: only to tell the side, not to be counted."""

    t_s: float
    side: Side
    paused: bool


class Arming:
    """Armed throughout until told otherwise; controls come in the order of the stream."""

    def __init__(self) -> None:
        self._pauses: list[tuple[float, float]] = []
        """Half-open stretches ``[since, until)`` of session time, s."""
        self.asked: list[Asked] = []
        self.rests_s: list[float] = []
        """When the leg lay still at the centre, as the guide saw it or the person said."""
        self._begun = False
        self._asked_anew_s = -math.inf

    def control(self, control: Control) -> None:
        """``arm`` and ``pause`` bound the time in which movements count; ``calibrate`` names the next one's side.

        A calibration drop counts while armed; in a pause it only tells the side. An ``arm`` of the guide and a
        ``calibrate`` in a pause say that the leg lies at the centre.
        """
        paused = self._paused(control.t_s)
        if control.action == "pause":
            if not paused:
                self._pauses.append((control.t_s, math.inf))
        elif control.action == "arm" and paused:
            since_s, _ = self._pauses[-1]
            self._pauses[-1] = since_s, control.t_s
            self._begun = True
            if control.value in _BY_GUIDE:
                self.rests_s.append(control.t_s)
        elif control.action == "calibrate" and control.value in ("left", "right"):
            self.asked.append(Asked(control.t_s, "left" if control.value == "left" else "right", paused))
            if paused:
                self.rests_s.append(control.t_s)
                if not self._begun:
                    self._asked_anew_s = control.t_s

    def named(self) -> list[tuple[float, Side]]:
        """From when on the next drop went to a side that was named."""
        return [(one.t_s, one.side) for one in self.asked]

    def rests_until(self, t_s: float) -> list[float]:
        """Those up to ``t_s``; where the side was asked for anew before anything counted, what came before was none."""
        return [one for one in self.rests_s if self._asked_anew_s <= one <= t_s]

    def answers(self, start_s: float, end_s: float) -> bool:
        """A movement from ``start_s`` to ``end_s`` is the one asked for in a pause that still lasts."""
        asked = next((one for one in reversed(self.asked) if one.t_s <= end_s), None)
        if asked is None or not asked.paused or start_s < asked.t_s - _AT_ONCE_S:
            return False
        return any(since <= asked.t_s and end_s <= until for since, until in self._pauses)

    def throughout(self, start_s: float, end_s: float) -> bool:
        """No pause touches the time from ``start_s`` to ``end_s``."""
        return not any(start_s < until and end_s >= since for since, until in self._pauses)

    def _paused(self, t_s: float) -> bool:
        return any(since <= t_s < until for since, until in self._pauses)
