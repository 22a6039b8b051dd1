"""Zero-phase low-pass filters for a stream, with a short, fixed look-ahead.

A symmetric kernel delays by half its length and by nothing else: once that look-ahead has passed, the smoothed value
*is* the offline value. So provisional and final numbers rest on one signal, and no window has to be filtered again when
a repetition closes. A Gaussian is taken because its step response never overshoots: a sudden stop cannot turn into a
reversal that was not there (a Butterworth filter of the same cut-off swings back by 4 to 8 % of the step).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sensorcoach.model import Floats

_HALF_POWER = math.sqrt(math.log(2.0)) / (2.0 * math.pi)
"""sigma x cut-off of a Gaussian whose gain is 1/sqrt(2) at the cut-off: exp(-2 (pi f sigma)^2) = 2^-1/2."""
_REACH_SIGMAS = 3.5
"""Half length of the kernel; what is cut off weighs 0.05 %."""


def gaussian_kernel(cutoff_hz: float, rate_hz: float) -> Floats:
    """Symmetric low-pass kernel of odd length, sum 1, -3 dB at ``cutoff_hz``.

    At rates below about four times the cut-off the kernel shrinks to a single tap: there is nothing left to remove.
    """
    sigma = _HALF_POWER / cutoff_hz * rate_hz
    half = max(0, math.ceil(_REACH_SIGMAS * sigma)) if sigma > 0.3 else 0
    taps = np.exp(-0.5 * (np.arange(-half, half + 1) / max(sigma, 1e-9)) ** 2)
    kernel: Floats = taps / taps.sum()
    return kernel


@lru_cache(maxsize=64)
def slope_kernel(cutoff_hz: float, rate_hz: float) -> Floats:
    """Kernel that yields the derivative (per second) of the low-passed signal: central difference of the Gaussian."""
    return np.convolve(gaussian_kernel(cutoff_hz, rate_hz), np.array([0.5, 0.0, -0.5]) * rate_hz)


class CentredFilter:
    """Symmetric FIR filter over a stream of rows, started from the first *sample* (never from the first chunk's mean).

    ``push`` returns the outputs that became certain; they lag the input by ``lag`` samples. ``flush`` returns the rest,
    continuing the last sample. All outputs together equal one run over the whole stream, wherever it was cut.
    """

    def __init__(self, kernel: Floats) -> None:
        self.kernel = kernel
        self.lag = len(kernel) // 2
        self._tail: Floats | None = None

    def push(self, rows: Floats) -> Floats:
        """``rows`` (n, c) in, (m, c) out."""
        if len(rows) == 0:
            return rows[:0]
        if self._tail is None:
            self._tail = np.repeat(rows[:1], self.lag, axis=0)
        joined = np.concatenate([self._tail, rows])
        self._tail = joined[max(0, len(joined) - 2 * self.lag) :]
        if len(joined) <= 2 * self.lag:
            return rows[:0]
        return np.array([np.convolve(column, self.kernel, mode="valid") for column in joined.T]).T

    def flush(self) -> Floats:
        """The last ``lag`` outputs, (m, c); (0, 0) if there was no input."""
        if self._tail is None or self.lag == 0:
            return np.empty((0, 0))
        out = self.push(np.repeat(self._tail[-1:], self.lag, axis=0))
        self._tail = None
        return out
