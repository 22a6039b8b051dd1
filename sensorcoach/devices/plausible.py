"""Whether decoded numbers can be a leg's motion: bytes of something else, read as floats, seldom are."""

from __future__ import annotations

from typing import Final

import numpy as np

from sensorcoach.model import Floats

LARGEST_ACC: Final = 2000.0
"""m/s². No chip that is worn measures more than 200 g."""
LARGEST_GYR: Final = 200.0
"""rad/s. Chips end at 2000 or 4000 °/s, 70 rad/s."""


def first_implausible(acc: Floats, gyr: Floats | None) -> int | None:
    """Number of the first sample that is not a number or far beyond any chip's range; None if all are good."""
    good = (np.abs(acc) <= LARGEST_ACC).all(axis=1)
    if gyr is not None:
        good &= (np.abs(gyr) <= LARGEST_GYR).all(axis=1)
    return None if good.all() else int(np.argmin(good))
