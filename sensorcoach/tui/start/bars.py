"""A few numbers as a row of little bars, and a signal's strength as four."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BLOCKS: Final = "▁▂▃▄▅▆▇█"
SIGNAL_STEPS_DBM: Final = (-85, -75, -65, -55)
"""From here on a further bar. Links of sensors break below about -90 dBm; beside the computer they show -50 or more."""
_SIGNAL: Final = "▂▄▆█"


def bars(values: Sequence[float | None], most: float | None = None) -> str:
    """One bar a value, from zero to ``most`` (the largest if not told); a blank where there is none."""
    top = max([most or 0.0, *(value for value in values if value is not None)], default=0.0)
    return "".join(" " if value is None else _bar(value, top) for value in values)


def signal_bars(rssi_dbm: int | None) -> str:
    """``▂▄▆·``: always four characters."""
    if rssi_dbm is None:
        return "····"
    lit = sum(rssi_dbm >= step for step in SIGNAL_STEPS_DBM)
    return _SIGNAL[:lit] + "·" * (len(_SIGNAL) - lit)


def signal_words(rssi_dbm: int | None) -> str:
    """``strong``, ``good``, ``weak``, ``very weak``; bars alone cannot be read aloud."""
    if rssi_dbm is None:
        return "not known"
    return ("very weak", "weak", "fair", "good", "strong")[sum(rssi_dbm >= step for step in SIGNAL_STEPS_DBM)]


def _bar(value: float, top: float) -> str:
    share = value / top if top > 0.0 else 0.0
    return BLOCKS[min(len(BLOCKS) - 1, max(0, round(share * (len(BLOCKS) - 1))))]
