"""Samples -> Motion: tilt, how fast it changes, rotation speed and dynamic acceleration, all on one grid.

Everything here is independent of how the sensor is mounted and of where the centre of the exercise is, so it is
computed once a sample, in blocks, and never again. `Motion` lags the samples by the look-ahead of the filters (0.07 s
with a gyroscope, 0.25 s without). Inside, each signal lies contiguous, (signals, n): what follows works signal by
signal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensorcoach.dsp.gaussian import CentredFilter, gaussian_kernel, slope_kernel
from sensorcoach.dsp.tilt import GyroscopeTilt, up_from_gravity
from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats, Samples
from sensorcoach.settings import SignalSettings

_SIGNALS = 13
"""Rows of what waits for the look-ahead; see `_Stretch._release`."""
_QUIET_S = 2.0
"""Window of the noise estimate without a gyroscope (definitions.md A6)."""


@dataclass(frozen=True, slots=True)
class Motion:
    """One block on the session's grid.

    ``t_s`` (n,) s; ``up_sensor`` (n, 3) unit; ``up_rate_sensor`` (n, 3) 1/s, its low-passed derivative; ``turn_rate``
    (n,) rad/s, magnitude of the unfiltered, bias-free gyroscope, NaN without one; ``dynamic`` (n,) m/s², |acc - g up|;
    ``noise_rate`` (n,) 1/s, lowest speed that is not noise (0 with a gyroscope); ``yaw_rate`` (n,) rad/s about the
    vertical, NaN without a gyroscope; ``filled``, ``clipped`` (n,) bool; ``acc_sensor``
    (n, 3) m/s², as measured.
    """

    t_s: Floats
    up_sensor: Floats
    up_rate_sensor: Floats
    turn_rate: Floats
    dynamic: Floats
    noise_rate: Floats
    yaw_rate: Floats
    filled: Bools
    clipped: Bools
    acc_sensor: Floats

    def __len__(self) -> int:
        return len(self.t_s)


class MotionEstimator:
    """Incremental; ``push`` samples, take motion; ``flush`` at the end of the stream."""

    def __init__(self, signal: SignalSettings) -> None:
        self._signal = signal
        self._stretch: _Stretch | None = None
        self.has_gyroscope: bool | None = None

    def push(self, samples: Samples) -> list[Motion]:
        """A long gap (``samples.restart``) ends one stretch of filtering and begins the next."""
        self.has_gyroscope = samples.gyr_sensor is not None
        out: list[Motion] = []
        cuts = [0, *np.flatnonzero(samples.restart).tolist(), len(samples.t_s)]
        for number, (start, end) in enumerate(zip(cuts[:-1], cuts[1:], strict=True)):
            if number > 0:
                out += self.flush()
            if end > start:
                out += self._push_stretch(samples, slice(start, end))
        return out

    def flush(self) -> list[Motion]:
        """What still waited for the filters' look-ahead, at the end of a stretch."""
        if self._stretch is None:
            return []
        last, self._stretch = self._stretch.flush(), None
        return [last] if len(last) else []

    def _push_stretch(self, samples: Samples, part: slice) -> list[Motion]:
        if self._stretch is None:
            kind = _AccelerometerStretch if samples.gyr_sensor is None else _GyroscopeStretch
            self._stretch = kind(samples.rate_hz, self._signal)
        motion = self._stretch.push(samples, part)
        return [motion] if len(motion) else []


class _Stretch:
    """One run of samples without a long gap. Keeps the signals that wait for the look-ahead of the slope filter."""

    def __init__(self, slope: Floats) -> None:
        self._slope = CentredFilter(slope)
        self._waiting: Floats = np.empty((_SIGNALS, 0))

    def push(self, samples: Samples, part: slice) -> Motion:
        raise NotImplementedError

    def flush(self) -> Motion:
        raise NotImplementedError

    def _release(self, signals: Floats, up_rate: Floats) -> Motion:
        """The oldest ``len(up_rate)`` are due.

        ``signals`` (13, n): t, up, turn rate, dynamic, filled, clipped, noise, yaw rate, acceleration.
        """
        joined = np.concatenate([self._waiting, signals], axis=1)
        due, self._waiting = joined[:, : len(up_rate)], joined[:, len(up_rate) :]
        return Motion(
            t_s=due[0],
            up_sensor=due[1:4].T,
            up_rate_sensor=up_rate,
            turn_rate=due[4],
            dynamic=due[5],
            noise_rate=due[8],
            yaw_rate=due[9],
            filled=due[6] > 0.5,
            clipped=due[7] > 0.5,
            acc_sensor=due[10:13].T,
        )


def _length(vectors: Floats) -> Floats:
    """(3, n) -> (n,)."""
    length: Floats = np.sqrt(np.einsum("ji,ji->i", vectors, vectors))
    return length


class _GyroscopeStretch(_Stretch):
    def __init__(self, rate_hz: float, signal: SignalSettings) -> None:
        super().__init__(slope_kernel(signal.speed_cutoff_hz, rate_hz))
        self._tilt = GyroscopeTilt(rate_hz)

    def push(self, samples: Samples, part: slice) -> Motion:
        assert samples.gyr_sensor is not None  # the stretch was chosen by it
        acc, gyr = samples.acc_sensor[part], samples.gyr_sensor[part]
        up_rows, bias = self._tilt.push(acc, gyr)
        signals = np.empty((_SIGNALS, len(acc)))
        up = signals[1:4]
        up[:] = up_rows.T
        unbiased = np.subtract(gyr.T, bias.T, order="C")
        signals[0] = samples.t_s[part]
        signals[4] = _length(unbiased)
        signals[5] = _length(acc.T - STANDARD_GRAVITY * up)
        signals[6] = samples.filled[part]
        signals[7] = samples.clipped[part]
        signals[8] = 0.0
        signals[9] = np.einsum("ji,ji->i", unbiased, up)
        signals[10:13] = acc.T
        return self._release(signals, self._slope.push(up.T))

    def flush(self) -> Motion:
        return self._release(np.empty((_SIGNALS, 0)), _rest(self._slope))


class _AccelerometerStretch(_Stretch):
    """Gravity is low-passed first, so rows wait twice: for gravity, then for its slope."""

    def __init__(self, rate_hz: float, signal: SignalSettings) -> None:
        difference = slope_kernel(1e3 * rate_hz, rate_hz)  # one plain difference: gravity is smooth already
        super().__init__(difference)
        gravity = gaussian_kernel(signal.gravity_cutoff_hz, rate_hz)
        self._gravity = CentredFilter(gravity)
        self._samples: Floats = np.empty((6, 0))
        gain = float(np.sqrt(np.sum(np.convolve(gravity, difference) ** 2)))
        self._quiet = _QuietestWindow(round(_QUIET_S * rate_hz), signal.accelerometer_noise_sigmas, gain)

    def push(self, samples: Samples, part: slice) -> Motion:
        raw = np.vstack([samples.t_s[part], samples.acc_sensor[part].T, samples.filled[part], samples.clipped[part]])
        smooth = self._gravity.push(samples.acc_sensor[part])
        return self._advance(raw, smooth, self._slope.push)

    def flush(self) -> Motion:
        def to_the_end(up: Floats) -> Floats:
            return np.concatenate([self._slope.push(up), _rest(self._slope)])

        return self._advance(np.empty((6, 0)), _rest(self._gravity), to_the_end)

    def _advance(self, raw: Floats, smooth_acc: Floats, slope: Callable[[Floats], Floats]) -> Motion:
        joined = np.concatenate([self._samples, raw], axis=1)
        due, self._samples = joined[:, : len(smooth_acc)], joined[:, len(smooth_acc) :]
        up = up_from_gravity(smooth_acc)
        acc = due[1:4]
        unknown = np.full(len(up), np.nan)
        signals = np.vstack(
            [
                due[0],
                up.T,
                unknown,
                _length(acc - STANDARD_GRAVITY * up.T),
                due[4:6],
                self._quiet.push(acc.T),
                unknown,
                acc,
            ]
        )
        return self._release(signals, slope(up))


class _QuietestWindow:
    """Lowest tilt speed that is not noise: sigmas x the noise of the quietest complete window so far (0 before it).

    Noise of acceleration shows in its second differences (variance 6 sigma² for white noise), where a swing leaves next
    to nothing; it passes the two filters with a gain that follows from their taps.
    """

    def __init__(self, window: int, sigmas: float, gain: float) -> None:
        self._window = window
        self._scale = sigmas * gain / STANDARD_GRAVITY
        self._floor, self._quietest = 0.0, np.inf
        self._energy, self._count = 0.0, 0
        self._last = np.empty((0, 3))

    def push(self, acc: Floats) -> Floats:
        """Unfiltered acceleration (n, 3) m/s² -> floor of tilt speed (n,) 1/s."""
        joined = np.concatenate([self._last, acc])
        self._last = joined[-2:]
        bend = np.diff(joined, n=2, axis=0)
        energy = np.einsum("ij,ij->i", bend, bend) / 18.0  # 3 axes x 6
        floor = np.full(len(acc), self._floor)
        late = len(acc) - len(energy)
        at = 0
        while at < len(energy):
            until = min(len(energy), at + self._window - self._count)
            floor[late + at : late + until] = self._floor
            self._energy += float(energy[at:until].sum())
            self._count += until - at
            if self._count == self._window:
                self._close_window()
            at = until
        return floor

    def _close_window(self) -> None:
        self._quietest = min(self._quietest, np.sqrt(self._energy / self._window))
        self._floor = self._scale * self._quietest
        self._energy, self._count = 0.0, 0


def _rest(filter_: CentredFilter) -> Floats:
    out = filter_.flush()
    return out if out.shape[1] else np.empty((0, 3))
