"""Ctrl-C, and the other ways in which a system asks a program to end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

_NAMES: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C; the system shuts down; the terminal was closed; Ctrl-Break on Windows."""
SAME_S: Final = 0.3
"""Signals so close are one wish: `timeout` and service managers signal a program and then its whole group. Nobody
presses Ctrl-C on purpose twice so fast."""


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[], object], leave: Callable[[], object]) -> Iterator[None]:
    """The first signal calls ``stop``, any later one ``leave``, both in the running loop.

    Only the main thread gets signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    first_s: float | None = None

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal first_s
        if first_s is None:
            first_s = loop.time()
            loop.call_soon_threadsafe(stop)
        elif loop.time() - first_s > SAME_S:
            loop.call_soon_threadsafe(leave)

    before = {number: signal.signal(number, handle) for name in _NAMES if (number := getattr(signal, name, None))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
