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


@contextlib.contextmanager
def stopped_by_signals(stop: Callable[[], object], leave: Callable[[], object]) -> Iterator[None]:
    """The first signal calls ``stop``, any further one ``leave``, both in the running loop.

    Only the main thread gets signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    asked = False

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        loop.call_soon_threadsafe(leave if asked else stop)
        asked = True

    before = {number: signal.signal(number, handle) for name in _NAMES if (number := getattr(signal, name, None))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
