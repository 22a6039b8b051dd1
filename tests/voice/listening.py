"""Ears for tests: what is in a WAV file, found by energy and pitch. Nothing here knows the program's own sounds."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float64]


def heard(path: Path) -> tuple[Sound, int]:
    """Samples between -1 and 1, and their rate."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768, file.getframerate()


def pitch_hz(sound: Sound, rate_hz: int, start_s: float, end_s: float) -> float:
    """The strongest one of a stretch, to about 1 Hz."""
    piece = sound[round(start_s * rate_hz) : round(end_s * rate_hz)]
    spectrum = np.abs(np.fft.rfft(piece * np.hanning(len(piece)), rate_hz))
    return float(np.argmax(spectrum[100:])) + 100.0


def loudness(sound: Sound, rate_hz: int, hz: float, window_s: float = 0.015) -> Sound:
    """How much of a pitch there is at each sample: half the amplitude of a pure tone."""
    t_s = np.arange(len(sound)) / rate_hz
    n = round(window_s * rate_hz)
    turned = np.pad(sound * np.exp(-2j * np.pi * hz * t_s), (n // 2 + 1, n - n // 2 - 1))
    summed = np.cumsum(turned)  # a running mean: convolving takes as long as the whole session
    return np.abs(summed[n:] - summed[:-n]) / n


def onsets_s(sound: Sound, rate_hz: int, hz: float, level: float = 0.1, apart_s: float = 0.3) -> list[float]:
    """When a pitch becomes louder than ``level`` (see `loudness`), after not having been for ``apart_s``."""
    loud = np.flatnonzero(loudness(sound, rate_hz, hz) > level) / rate_hz
    return [float(loud[i]) for i in range(len(loud)) if i == 0 or loud[i] - loud[i - 1] > apart_s]


def quiet(sound: Sound, rate_hz: int, start_s: float, end_s: float, level: float = 0.002) -> bool:
    """Whether nothing sounds there."""
    return bool(np.max(np.abs(sound[round(start_s * rate_hz) : round(end_s * rate_hz)]), initial=0.0) < level)


def sharpest_step(sound: Sound) -> float:
    """The largest jump from one sample to the next: a click is one of half the amplitude and more."""
    return float(np.max(np.abs(np.diff(sound))))
