"""The motion of a whole recording, kept until its calibration is known: in memory, or in a file if it is long."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.model import Floats

_IN_MEMORY_BYTES = 64 * 2**20
"""An hour at 100 Hz takes 46 MB; what comes later goes to a temporary file."""
_SIGNALS = 16


class MotionStore:
    """``append`` blocks; `blocks` gives them back, once, in order."""

    def __init__(self) -> None:
        self._lengths: list[int] = []
        self._in_memory: list[Floats] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None

    def append(self, motion: Motion) -> None:
        """Keep a block."""
        rows = np.array(
            [
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
        )
        self._bytes += rows.nbytes
        if self._bytes <= _IN_MEMORY_BYTES:
            self._in_memory.append(rows)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
            weakref.finalize(self, self._file.close)
        self._file.write(rows.tobytes())
        self._lengths.append(len(motion))

    def blocks(self) -> Iterator[Motion]:
        """The blocks again."""
        for rows in self._in_memory:
            yield _motion(rows)
        if self._file is None:
            return
        self._file.seek(0)
        for length in self._lengths:
            yield _motion(np.frombuffer(self._file.read(_SIGNALS * 8 * length)).reshape(_SIGNALS, length))


def _motion(rows: Floats) -> Motion:
    return Motion(
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
