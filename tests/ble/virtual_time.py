"""An event loop whose clock jumps to the next thing to do instead of waiting for it.

Nothing on the virtual radio does real input or output, so an hour of streaming takes seconds and every run is the same.
The code under test must take its time from the loop. Work handed to a thread (`asyncio.to_thread`) runs at once, in the
loop's own thread, while the virtual clock stands still: its result is there when the next callback runs.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
START_S = 1000.0
"""Not 0, so that a time that was never set is noticed."""


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Ready at once: what would have been waited for is added to ``now_s``."""

    now_s = START_S

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout is None or timeout <= 0:
            if not ready and timeout is None:
                raise RuntimeError("Nothing is scheduled any more: in real time this test would hang.")
            return ready
        self.now_s += timeout
        return ready


class InlineExecutor(ThreadPoolExecutor):
    """Runs what it is given before `submit` returns. (asyncio insists on a ThreadPoolExecutor.)"""

    def __init__(self) -> None:
        super().__init__(max_workers=1)

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: D102
        future: Future[T] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:  # the caller's, whatever it is
            future.set_exception(error)
        return future


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)
        self.set_default_executor(InlineExecutor())

    def time(self) -> float:
        """Seconds, virtual."""
        return self._jumping.now_s

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """There are no threads to wait for."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


def now_s() -> float:
    """The running loop's time."""
    return asyncio.get_running_loop().time()
