"""Waiting for something that may never end, and may not even end when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

GRACE_S: Final = 1.0
"""For cleaning up after being cancelled: a message to a Bluetooth service that still answers."""


async def bounded(work: Coroutine[Any, Any, T], limit_s: float, grace_s: float = GRACE_S) -> T:
    """The result of ``work``, or what it raises. After ``limit_s + grace_s`` this returns in any case.

    `asyncio.timeout` waits until the cancelled work has ended; a dead bluetoothd, or Windows, can make that minutes.
    Here work that does not end in time is left behind, and what it still says is not heard.

    Raises:
        TimeoutError: it did not end within ``limit_s``.
        ConnectionAbortedError: it was cancelled from within: the computer's Bluetooth gave up.
    """
    task = asyncio.ensure_future(work)
    in_time = False
    try:
        await asyncio.wait({task}, timeout=limit_s)
        in_time = task.done()
    finally:
        if not in_time:
            task.add_done_callback(_unheard)
            task.cancel()
            await asyncio.wait({task}, timeout=grace_s)
    if not in_time:
        raise TimeoutError
    if task.cancelled():
        raise ConnectionAbortedError
    return task.result()


async def set_within(event: asyncio.Event, limit_s: float) -> bool:
    """Whether ``event`` is set, waiting for it no longer than ``limit_s``."""
    try:
        async with asyncio.timeout(limit_s):
            return await event.wait()
    except TimeoutError:
        return event.is_set()


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel these tasks and wait until they are over; what they raise is not heard."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        _unheard(task)


def _unheard(task: asyncio.Future[Any]) -> None:
    """Fetch the exception, or asyncio complains that nobody did."""
    if not task.cancelled():
        task.exception()
