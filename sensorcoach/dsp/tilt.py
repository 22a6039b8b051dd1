"""Which way is up, in sensor axes: 6-axis VQF where there is a gyroscope, low-passed acceleration where there is none.

Method with a gyroscope: VQF (Laidig & Seel 2023, doi 10.1016/j.inffus.2022.10.014), package defaults, online form. Its
inclination error on BROAD is 0.5 to 1 deg (see tests/dsp). Without one: gravity is what remains of acceleration below
about 2 Hz; swinging adds up to 7 deg, which no filter can remove.
"""

from __future__ import annotations

import numpy as np
from vqf import VQF

from sensorcoach.model import Floats


class GyroscopeTilt:
    """Incremental 6-axis tilt at a fixed rate."""

    def __init__(self, rate_hz: float) -> None:
        self._filter = VQF(1.0 / rate_hz)

    def push(self, acc: Floats, gyr: Floats) -> tuple[Floats, Floats]:
        """``acc`` (n, 3) m/s², ``gyr`` (n, 3) rad/s -> unit up in sensor axes (n, 3), gyroscope bias (n, 3) rad/s."""
        out = self._filter.updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))
        w, x, y, z = out["quat6D"].T
        up = np.column_stack([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)])
        return up, out["bias"]


def up_from_gravity(smooth_acc: Floats) -> Floats:
    """Unit up vector (n, 3) from low-passed acceleration (n, 3) m/s²; free fall (0) points along z."""
    norm = np.sqrt(np.einsum("ij,ij->i", smooth_acc, smooth_acc))
    up = smooth_acc / np.where(norm > 0.0, norm, 1.0)[:, None]
    up[norm == 0.0] = (0.0, 0.0, 1.0)
    return up
