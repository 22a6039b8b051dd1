"""Real time, but hurrying: an event loop whose seconds are shorter than others'.

The bus is real input and output, so time cannot jump as in `tests.ble.virtual_time`; but all the waiting in between
can be shortened. The code under test takes its time from the loop, and so do the pretend sensors.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
PACE = 8.0
"""Loop seconds in a real one. A stall is told after 1 s of silence: that is 0.13 s here, and a busy machine's hiccups
must stay well below."""


class _HastySelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    pace = PACE

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout if timeout is None else timeout / self.pace)


def run(coroutine: Coroutine[Any, Any, T], pace: float = PACE) -> T:
    """As `asyncio.run`, ``pace`` times as fast wherever it waits."""

    class Loop(asyncio.SelectorEventLoop):
        def __init__(self) -> None:
            selector = _HastySelector()
            selector.pace = pace
            super().__init__(selector)

        def time(self) -> float:
            return time.monotonic() * pace

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(coroutine)
