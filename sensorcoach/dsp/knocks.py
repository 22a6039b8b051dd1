"""Finds knocks in a stream of dynamic acceleration, whatever the sensor is strapped to.

A knock is a *steep* rise: swinging a limb also reaches 2 g, but takes its time. On BROAD trial 24 (a board turned by
hand and tapped with a finger) the taps read 58-168 m/s², one light one 27, everything between them below 9.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d

from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats
from sensorcoach.settings import KnockSettings


@dataclass(frozen=True, slots=True)
class Knock:
    """``t_s`` when the rise was complete (s), ``peak`` highest dynamic acceleration from then on (m/s²)."""

    t_s: float
    peak: float


class KnockDetector:
    """Incremental: ``push`` blocks of any size, take the knocks that are complete; ``flush`` at the end.

    The result does not depend on how the stream was cut. A knock is told once its peak is certain,
    `KnockSettings.peak_s` after its rise.
    """

    def __init__(self, rate_hz: float, settings: KnockSettings | None = None) -> None:
        """``rate_hz``: samples a second of the session's grid."""
        settings = KnockSettings() if settings is None else settings
        self._threshold = settings.rise_g * STANDARD_GRAVITY
        self._rise = max(1, round(settings.rise_s * rate_hz))
        self._peak = max(1, round(settings.peak_s * rate_hz))
        self._refractory = max(self._peak, round(settings.refractory_s * rate_hz))
        self._before: Floats = np.empty(0)
        # Indices count samples since the start of the stream.
        self._seen = 0
        self._armed_from = 0
        self._open: Knock | None = None
        self._opened_at = 0

    def push(self, t_s: Floats, dynamic: Floats, filled: Bools) -> list[Knock]:
        """Take a block, give the knocks that are complete.

        Args:
            t_s: (n,) s.
            dynamic: (n,) m/s², |acceleration - g up|, unfiltered.
            filled: (n,) made up across a gap: such a sample neither starts a knock nor counts as its peak.
        """
        rising = np.flatnonzero(self._rises(dynamic) & ~filled)
        real = np.where(filled, 0.0, dynamic)
        done = self._follow(real)
        at = int(np.searchsorted(rising, self._armed_from - self._seen))
        while at < rising.size:
            start = int(rising[at])
            self._open, self._opened_at = Knock(float(t_s[start]), 0.0), self._seen + start
            self._armed_from = self._opened_at + self._refractory
            done += self._follow(real)
            at = int(np.searchsorted(rising, self._armed_from - self._seen))
        self._seen += len(dynamic)
        return done

    def flush(self) -> list[Knock]:
        """The knock the stream ended in, if any."""
        last, self._open = self._open, None
        return [] if last is None else [last]

    def _rises(self, dynamic: Floats) -> Bools:
        """Whether each sample stands above the lowest of the last `rise_s` by the threshold."""
        joined = np.concatenate([self._before, dynamic])
        size = self._rise + 1
        lowest = minimum_filter1d(joined, size, mode="constant", cval=np.inf, origin=(size - 1) // 2)
        self._before = joined[-self._rise :]
        steep: Bools = (joined - lowest)[joined.size - dynamic.size :] >= self._threshold
        return steep

    def _follow(self, real: Floats) -> list[Knock]:
        """Carry the open knock's peak through this block; give the knock if its time is over."""
        if self._open is None:
            return []
        start, end = self._opened_at - self._seen, self._opened_at - self._seen + self._peak
        highest = float(real[max(0, start) : end].max(initial=self._open.peak))
        knock = Knock(self._open.t_s, highest)
        over = end <= len(real)
        self._open = None if over else knock
        return [knock] if over else []
