"""The computer does not fall asleep for want of keys pressed while a person lies on the floor."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

MAY_SLEEP: Final = (
    "The computer could not be kept awake. Set its energy settings so that it does not fall asleep during the session."
)


@contextlib.contextmanager
def kept_awake() -> Iterator[str | None]:
    """Hold off idle sleep; the screen may still go dark. Yields what to tell the person if that cannot be done.

    Enter it before the event loop starts: asking the desktop may block.
    """
    from wakepy import keep

    mode = keep.running(on_fail="pass")
    mode.__enter__()
    try:
        yield None if mode.active else MAY_SLEEP
    finally:
        # The desktop may be gone by now, and with it what held off the sleep.
        with contextlib.suppress(RuntimeError, OSError):
            mode.__exit__(None, None, None)
