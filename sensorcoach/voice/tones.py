"""The tones themselves: short pieces of sound, made once, without clicks.

A tone is (n,) float32 between -1 and 1 at `RATE_HZ`. Pitches lie between 200 and 1000 Hz: below that small speakers are
silent, above that hearing fades with age first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]

RATE_HZ: Final = 22050
"""Of everything that is heard: speech engines give it, tones of at most 1 kHz need less."""
LANDING_HZ: Final = {"landing_good": 660.0, "landing_plain": 440.0, "landing_hard": 280.0}
"""Soft or hard: more than an octave apart, and not just an octave or two, which sound alike."""
BREATH_LOW_HZ: Final = 220.0
BREATH_HIGH_HZ: Final = 330.0
"""A breath in rises by a fifth, a breath out falls by it."""
GUIDE_HIGH_HZ: Final = 440.0
GUIDE_LOW_HZ: Final = 220.0
TICK_HZ: Final = 990.0
ATTACK_S: Final = 0.008
"""Of struck tones. Shorter clicks; longer blurs when it was."""
FADE_S: Final = 0.015
"""Of what is cut."""
SOFT_S: Final = 0.25
"""Attack and release of what is held: it should come and go like breath."""


@lru_cache(32)
def landing(phrase: str) -> Sound:
    """A struck, fading tone of 0.45 s, its pitch by what the landing was."""
    hz = LANDING_HZ[phrase]
    t_s = _times(0.45)
    overtone = 0.15 * np.sin(2 * np.pi * 2 * hz * t_s)
    return _shaped(0.45 * np.exp(-t_s / 0.12) * (np.sin(2 * np.pi * hz * t_s) + overtone), ATTACK_S, 0.1)


@lru_cache(32)
def breath(in_: bool, duration_s: float) -> Sound:
    """A quiet glide of ``duration_s``: up to breathe in, down to breathe out."""
    ends = (BREATH_LOW_HZ, BREATH_HIGH_HZ) if in_ else (BREATH_HIGH_HZ, BREATH_LOW_HZ)
    return _shaped(0.16 * _glide(*ends, duration_s), SOFT_S, SOFT_S)


@lru_cache(32)
def guide(duration_s: float) -> Sound:
    """A tone that falls by an octave within ``duration_s``: follow it down."""
    return _shaped(0.2 * _glide(GUIDE_HIGH_HZ, GUIDE_LOW_HZ, duration_s), 0.05, SOFT_S)


@lru_cache(32)
def tick() -> Sound:
    """The hold was long enough."""
    return _struck(TICK_HZ, 0.15, 0.3)


@lru_cache(32)
def mark(kind: str) -> Sound:
    """What stands where words cannot be spoken: two notes, rising for what is well, falling for what to do better."""
    first, second = {"count": (494.0, 740.0), "correction": (392.0, 311.0)}.get(kind, (494.0, 494.0))
    return np.concatenate((_struck(first, 0.16, 0.3), _struck(second, 0.25, 0.3)))


def faded(sound: Sound, at: int) -> Sound:
    """``sound`` until index ``at``, then gone within `FADE_S`."""
    end = min(at + round(FADE_S * RATE_HZ), len(sound))
    cut = sound[:end].copy()
    cut[at:] *= np.cos(np.linspace(0, np.pi / 2, end - at, dtype=np.float32)) ** 2
    return cut


def _struck(hz: float, duration_s: float, level: float) -> Sound:
    t_s = _times(duration_s)
    return _shaped(level * np.exp(-t_s / (duration_s / 3)) * np.sin(2 * np.pi * hz * t_s), ATTACK_S, duration_s / 3)


def _glide(from_hz: float, to_hz: float, duration_s: float) -> NDArray[np.float64]:
    """Pitch moves evenly for the ear: by the same ratio in the same time."""
    share = _times(duration_s) / duration_s
    hz = from_hz * (to_hz / from_hz) ** share
    tone: NDArray[np.float64] = np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ)
    return tone


def _shaped(tone: NDArray[np.float64], attack_s: float, release_s: float) -> Sound:
    """Begins and ends at nothing, along half a cosine."""
    for edge_s, edge in ((attack_s, slice(None)), (release_s, slice(None, None, -1))):
        n = min(round(edge_s * RATE_HZ), len(tone) // 2)
        tone[edge][:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    sound = tone.astype(np.float32)
    sound.setflags(write=False)
    return sound


def _times(duration_s: float) -> NDArray[np.float64]:
    return np.arange(round(duration_s * RATE_HZ)) / RATE_HZ
