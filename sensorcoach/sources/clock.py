"""The one place that waits. Sources are paced by a `Clock`; the pipeline never sees one."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that pass, from any zero. Tests give one that jumps."""

    def now_s(self) -> float:
        """The present."""

    def sleep_until_s(self, due_s: float) -> None:
        """Return at ``due_s`` or, if that is past, at once."""


class MonotonicClock:
    """The computer's own time since this clock was made; setting the wall clock does not touch it."""

    def __init__(self) -> None:
        self._zero_s = time.monotonic()

    def now_s(self) -> float:
        """Seconds since this clock was made."""
        return time.monotonic() - self._zero_s

    def sleep_until_s(self, due_s: float) -> None:
        """Return at ``due_s`` or, if that is past, at once."""
        wait_s = due_s - self.now_s()
        if wait_s > 0:
            time.sleep(wait_s)
