"""Ends the program where the screen cannot: a terminal that is gone can block Textual's writing for ever."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Final

PATIENCE_S: Final = 30.0
"""Ending well takes less: the last sentence of a voice may take 20 s."""
_LOOK_S: Final = 0.2
_EXIT: Final = 1


def leave_even_if_stuck(over: Callable[[], bool], left: threading.Event, patience_s: float = PATIENCE_S) -> None:
    """Returns at once. Once ``over`` (the recording is closed), the screen has so long until it must have ``left``."""
    threading.Thread(target=_leave, args=(over, left, patience_s), name="leaving", daemon=True).start()


def _leave(over: Callable[[], bool], left: threading.Event, patience_s: float) -> None:
    while not over():
        time.sleep(_LOOK_S)
    if not left.wait(patience_s):
        os._exit(_EXIT)
