"""A row of figures as a row of small bars, for any terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TextIO

BLOCKS: Final = "▁▂▃▄▅▆▇█"
ASCII: Final = "_.-=+*%#"
"""The same eight heights where a terminal knows no blocks."""
MISSING: Final = " "


def sparkline(values: Sequence[float | None], *, bars: str = BLOCKS) -> str:
    """A bar a value. They stand on zero, so that small changes of a large figure look small; the largest is full.

    Args:
        values: not negative; None leaves a gap.
        bars: from the lowest to the full one.
    """
    top = max((value for value in values if value is not None), default=0.0)
    return "".join(MISSING if value is None else _bar(value, top, bars) for value in values)


def bars_for(stream: TextIO) -> str:
    """Blocks where ``stream`` can write them."""
    try:
        BLOCKS.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS


def _bar(value: float, top: float, bars: str) -> str:
    share = value / top if top > 0.0 else 0.0
    return bars[min(int(share * len(bars)), len(bars) - 1)]
