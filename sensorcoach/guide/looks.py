"""Motion in steps of a tenth of a second, at fixed sample numbers: what the guide looks at.

A guide needs no more, and each step is the same however the stream was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.dsp.tilt import up_from_gravity
from sensorcoach.model import Bools, Floats

STEP_S = 0.1
_SIGNALS = 10


@dataclass(frozen=True, slots=True)
class Look:
    """One step. ``t_s`` and ``up`` (3,): at its last sample; ``before_s``: time of the last sample before it.

    ``pull`` (3,): which way acceleration pointed in it, unit: up as it was measured, where nothing moves. What is known
    of ``up`` may still settle after a knock that the gyroscope could not follow; this does not.

    ``speed_dps``: highest speed of the tilt. ``times`` s, ``dynamic`` m/s², ``filled``: of its samples (n,).
    """

    t_s: float
    before_s: float
    up: Floats
    pull: Floats
    speed_dps: float
    times: Floats
    dynamic: Floats
    filled: Bools


class Looks:
    """Incremental: ``push`` motion, take the steps that are complete."""

    def __init__(self, rate_hz: float) -> None:
        """``rate_hz``: of the session's grid."""
        self._step = max(1, round(STEP_S * rate_hz))
        self._waiting: Floats = np.empty((_SIGNALS, 0))
        self._before_s: float | None = None

    def push(self, motion: Motion) -> Iterator[Look]:
        """Blocks of any length."""
        speed = np.sqrt(np.einsum("ij,ij->i", motion.up_rate_sensor, motion.up_rate_sensor))
        rows = [motion.t_s, *motion.up_sensor.T, speed, motion.dynamic, motion.filled, *motion.acc_sensor.T]
        joined = np.concatenate([self._waiting, np.vstack(rows)], axis=1)
        whole = joined.shape[1] - joined.shape[1] % self._step
        self._waiting = joined[:, whole:]
        for start in range(0, whole, self._step):
            yield self._look(joined[:, start : start + self._step])

    def _look(self, step: Floats) -> Look:
        t_s = float(step[0, -1])
        before_s = float(step[0, 0]) if self._before_s is None else self._before_s
        self._before_s = t_s
        return Look(
            t_s=t_s,
            before_s=before_s,
            up=step[1:4, -1].copy(),
            pull=up_from_gravity(step[7:10].mean(axis=1)[None])[0],
            speed_dps=float(np.degrees(step[4].max())),
            times=step[0],
            dynamic=step[5],
            filled=step[6] > 0.5,
        )
