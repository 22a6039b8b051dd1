"""The session's own time: the loop's clock, and the time the computer slept, which that clock may not count."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Final


def computer_slept_s() -> float:
    """Seconds this computer slept since it was started, as far as the loop's clock leaves them out.

    On Windows that clock counts on through sleep; there is nothing to add.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_UPTIME_RAW)
    return 0.0


MEASURED_S: Final = 0.01
"""Two clocks are read one after the other to tell how long the computer slept: less is the time between, not sleep."""


class SessionClock:
    """Seconds since it was made, inside a running loop. Never runs backwards."""

    def __init__(self, slept_s: Callable[[], float] = computer_slept_s) -> None:
        self._loop_time = asyncio.get_running_loop().time
        self._slept_s = slept_s
        self._zero_s = self._loop_time()
        self._slept_before_s = slept_s()
        self._slept_since_s = 0.0

    def now_s(self) -> float:
        """Session time, with the time slept."""
        return self._loop_time() - self._zero_s + self.slept_s()

    def slept_s(self) -> float:
        """How long the computer slept since session start."""
        slept_s = self._slept_s() - self._slept_before_s
        if slept_s - self._slept_since_s > MEASURED_S:
            self._slept_since_s = slept_s
        return self._slept_since_s
