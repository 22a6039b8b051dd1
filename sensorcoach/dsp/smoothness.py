"""How smooth a movement is, from its speed alone: spectral arc length and velocity peaks.

SPARC after Balasubramanian et al. 2015 (DOI 10.1186/s12984-015-0090-9), written from the formula; used on gyroscope
speed, where its authors call it valid (Melendez-Calderon et al. 2021, DOI 10.3389/fbioe.2020.558771). Log dimensionless
jerk is left out on purpose: the filter alone moves it from -4.4 to -11.9 for one and the same movement (domain.md 3).

Neither measure sees a thump at the end: that is what `dsp.impact` is for.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.signal import find_peaks

from sensorcoach.model import Floats

SPARC_CUTOFF_HZ = 10.0
SPARC_PADDING_LEVEL = 4
SPARC_AMPLITUDE_THRESHOLD = 0.05
"""The three constants of the published method; other values give another measure, so they are no settings."""


def sparc(speed: Floats, rate_hz: float) -> float | None:
    """Spectral arc length of a speed profile: -1.40 for a minimum-jerk movement, more negative = less smooth.

    Args:
        speed: (n,) speed of *one* movement, without the rest before and after; never negative, any unit (the measure
            has no scale).
        rate_hz: samples a second.

    Returns:
        The dimensionless arc length, or None where it is undefined: fewer than 4 samples, no movement, or a spectrum
        that does not reach beyond one frequency.
    """
    count = speed.size
    if count < 4:
        return None
    length = 1 << (math.ceil(math.log2(count)) + SPARC_PADDING_LEVEL)
    band = np.abs(np.fft.rfft(speed, length)[: int(SPARC_CUTOFF_HZ * length / rate_hz) + 1])
    # The spectrum of what is never negative is highest at frequency 0.
    top = float(band[0])
    if not top > 0.0:
        return None
    above = np.flatnonzero(band >= SPARC_AMPLITUDE_THRESHOLD * top)
    if above.size < 2:
        return None
    steps = np.diff(band[above[0] : above[-1] + 1]) / top
    # The frequency axis is normalised to the selected band, so every frequency step has the same length.
    return -float(np.sqrt(steps * steps + steps.size**-2.0).sum())


def velocity_peaks(speed: Floats, fraction: float, floor: float) -> int:
    """Count the submovements: peaks of `speed` whose prominence is at least ``max(floor, fraction * highest speed)``.

    Args:
        speed: (n,) speed of one movement; the ends of the array bound the prominence.
        fraction: share of the highest speed, dimensionless.
        floor: in the unit of `speed`.
    """
    if speed.size < 3:
        return 0
    peaks, _ = find_peaks(speed, prominence=max(floor, fraction * float(speed.max())))
    return int(peaks.size)
