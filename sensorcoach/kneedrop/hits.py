"""Where a condition over samples first or last holds."""

from __future__ import annotations

from sensorcoach.model import Bools


def first(hits: Bools) -> int | None:
    """Index of the first True in (n,); None without one."""
    index = int(hits.argmax()) if len(hits) else 0
    return index if len(hits) and hits[index] else None


def last(hits: Bools) -> int | None:
    """Index of the last True in (n,); None without one."""
    back = first(hits[::-1])
    return None if back is None else len(hits) - 1 - back
