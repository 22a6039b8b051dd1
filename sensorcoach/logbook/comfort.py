"""The comfortable maximum of a side, learnt from calibration reps (`calibration`)."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def comfortable_deg(ranges_deg: Sequence[float], reps: int) -> float | None:
    """Median of the last ``reps`` calibration ranges of one side, the newest last; None: nothing is known yet."""
    return round(median(ranges_deg[-reps:]), 1) if ranges_deg and reps > 0 else None
