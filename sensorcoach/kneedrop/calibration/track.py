"""A session's motion in steps of a tenth of a second: a day of it takes 55 MB."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensorcoach.dsp.motion import Motion
from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats

STEP_S = 0.1
_HOLE_S = 0.25
"""A longer time between two samples is a hole: what the leg did in it was not seen."""
_SIGNALS = 8


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a `Track` holds, oldest first.

    ``t_s`` (n,) s; ``up`` (n, 3) unit; ``speed_dps`` (n,) of tilt; ``shaking_g2`` (n,) mean square of dynamic
    acceleration, g²; ``yaw_deg`` (n,) turned about the vertical since the first, 0 throughout without a gyroscope;
    ``hole`` (n,) bool.
    """

    t_s: Floats
    up: Floats
    speed_dps: Floats
    shaking_g2: Floats
    yaw_deg: Floats
    hole: Bools

    def __len__(self) -> int:
        return len(self.t_s)

    def since(self, index: int) -> Tracked:
        """The part from ``index`` on."""
        return self._part(slice(index, None))

    def before(self, index: int) -> Tracked:
        """The part before ``index``."""
        return self._part(slice(None, index))

    def _part(self, here: slice) -> Tracked:
        return Tracked(
            self.t_s[here], self.up[here], self.speed_dps[here], self.shaking_g2[here], self.yaw_deg[here],
            self.hole[here],
        )  # fmt: skip


class Track:
    """``push`` motion; bins lie on a raster of sample numbers, so they do not depend on how the stream was cut."""

    def __init__(self, rate_hz: float) -> None:
        self._per_bin = max(1, round(STEP_S * rate_hz))
        self._waiting: Floats = np.empty((_SIGNALS, 0))
        self._last_t_s: float | None = None
        self._bins: Floats = np.empty((_SIGNALS, 1024))
        self._used = 0
        self._yaw_deg = 0.0

    def push(self, motion: Motion) -> None:
        """Take in the next block."""
        joined = np.concatenate([self._waiting, self._signals(motion)], axis=1)
        bins = joined.shape[1] // self._per_bin
        whole = joined[:, : bins * self._per_bin]
        self._waiting = joined[:, bins * self._per_bin :]
        if bins:
            self._append(whole.reshape(_SIGNALS, bins, self._per_bin))

    def tracked(self) -> Tracked:
        """Everything so far; views, to be read before the next `push`."""
        bins = self._bins[:, : self._used]
        return Tracked(bins[0], bins[1:4].T, bins[4], bins[5], bins[6], bins[7] > 0.5)

    def _signals(self, motion: Motion) -> Floats:
        signals = np.empty((_SIGNALS, len(motion)))
        signals[0] = motion.t_s
        signals[1:4] = motion.up_sensor.T
        rate = motion.up_rate_sensor
        signals[4] = np.degrees(np.sqrt(np.einsum("ij,ij->i", rate, rate)))
        signals[5] = (motion.dynamic / STANDARD_GRAVITY) ** 2
        signals[6] = np.degrees(np.nan_to_num(motion.yaw_rate))
        before = motion.t_s[:1] if self._last_t_s is None else [self._last_t_s]
        signals[7] = motion.filled | (np.diff(motion.t_s, prepend=before) > _HOLE_S)
        self._last_t_s = float(motion.t_s[-1])
        return signals

    def _append(self, samples: Floats) -> None:
        """``samples`` (8, bins, samples of a bin)."""
        bins = samples.shape[1]
        while self._used + bins > self._bins.shape[1]:
            self._bins = np.concatenate([self._bins, np.empty_like(self._bins)], axis=1)
        new = self._bins[:, self._used : self._used + bins]
        new[:] = samples.mean(axis=2)
        new[1:4] /= np.sqrt(np.einsum("ij,ij->j", new[1:4], new[1:4]))
        new[6] = self._yaw_deg + np.cumsum(new[6]) * STEP_S
        self._yaw_deg = float(new[6, -1])
        new[7] = samples[7].max(axis=1)
        self._used += bins
