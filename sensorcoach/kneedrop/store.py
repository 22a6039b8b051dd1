"""The motion of a whole recording, kept until its calibration is known: in memory, or in a file if it is long."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator

import numpy as np

from sensorcoach.dsp.motion import Motion

_IN_MEMORY_BYTES = 64 * 2**20
"""An hour at 100 Hz takes 58 MB."""


class MotionStore:
    """``append`` blocks; `blocks` gives them back, once, in order."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - closed when read, or forgotten
        weakref.finalize(self, self._file.close)
        self._lengths: list[int] = []

    def append(self, motion: Motion) -> None:
        """Keep a block."""
        columns = [
            motion.t_s,
            *motion.up_sensor.T,
            *motion.up_rate_sensor.T,
            motion.turn_rate,
            motion.dynamic,
            motion.noise_rate,
            motion.yaw_rate,
            motion.filled,
            motion.clipped,
            *motion.acc_sensor.T,
        ]
        self._file.write(np.array(columns, dtype=np.float64).tobytes())
        self._lengths.append(len(motion))

    def blocks(self) -> Iterator[Motion]:
        """The blocks again; what held them is let go."""
        with self._file as file:
            file.seek(0)
            for length in self._lengths:
                rows = np.frombuffer(file.read(16 * 8 * length)).reshape(16, length)
                yield Motion(
                    t_s=rows[0],
                    up_sensor=rows[1:4].T,
                    up_rate_sensor=rows[4:7].T,
                    turn_rate=rows[7],
                    dynamic=rows[8],
                    noise_rate=rows[9],
                    yaw_rate=rows[10],
                    filled=rows[11] > 0.5,
                    clipped=rows[12] > 0.5,
                    acc_sensor=rows[13:16].T,
                )
