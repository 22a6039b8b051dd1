"""Whether decoded numbers can be a leg's motion: bytes of something else, read as floats, seldom are."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats

LARGEST_ACC: Final = 2000.0
"""m/s². No chip that is worn measures more than 200 g."""
LARGEST_GYR: Final = 200.0
"""rad/s. Chips end at 2000 or 4000 °/s, 70 rad/s."""

_WIDEST_ACC: Final = 32.0 * STANDARD_GRAVITY
"""m/s². The widest range of a chip with which posture can be told (32 g). A failed reading often looks like the end of
the 16-bit milli-g that many firmwares send: -32.768 g."""
_WIDEST_GYR: Final = np.deg2rad(4100.0)
"""rad/s. The widest range is 4000 °/s."""


def possible(acc: Floats, gyr: Floats | None) -> Bools:
    """Which samples (n,) a chip can have measured; those that are not numbers are judged elsewhere."""
    good: Bools = np.logical_not((np.abs(acc) > _WIDEST_ACC).any(axis=1))
    if gyr is not None:
        good &= ~(np.abs(gyr) > _WIDEST_GYR).any(axis=1)
    return good


def first_implausible(acc: Floats, gyr: Floats | None) -> int | None:
    """Number of the first sample that is not a number or far beyond any chip's range; None if all are good."""
    good = (np.abs(acc) <= LARGEST_ACC).all(axis=1)
    if gyr is not None:
        good &= (np.abs(gyr) <= LARGEST_GYR).all(axis=1)
    return None if good.all() else int(np.argmin(good))
