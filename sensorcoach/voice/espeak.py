"""Speech rendered into samples by espeak-ng, a program of its own.

On Linux it is used in place of pyttsx3, whose driver there speaks through the same espeak-ng, but plays each sentence
with another program (``aplay``) and cannot be interrupted while that runs. Samples of our own go through the one mixer:
they begin when they should, end at once when something severe is to be said, and can be written into a file.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import Final

import numpy as np

from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice.tones import RATE_HZ, Sound

PROGRAM: Final = "espeak-ng"
LONGEST_S: Final = 3.0
"""A sentence is rendered within 0.05 s; a program that takes so much longer hangs."""
KEPT: Final = 64
"""Phrases: those of a session come again and again."""
_QUIET: Final = 0.003
"""Of full scale: what is less, before the first sound and after the last one, is left out."""


class SpeechFailed(Exception):
    """The engine did not speak; says why."""


class Espeak:
    """Renders text."""

    def __init__(self, preferences: VoiceSettings, program: str = PROGRAM) -> None:
        self._command = [program, "--stdout", "--stdin", "-b", "1", "-z"]
        self._command += ["-v", preferences.voice or preferences.language, "-s", str(preferences.words_a_minute)]
        self._kept: dict[str, Sound] = {}

    def render(self, text: str) -> Sound:
        """The spoken text; begins with its first sound.

        Raises:
            SpeechFailed: the program cannot be run, fails, or hangs.
        """
        if text not in self._kept:
            while len(self._kept) >= KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[text] = self._rendered(text)
        return self._kept[text]

    def _rendered(self, text: str) -> Sound:
        try:
            done = subprocess.run(self._command, input=text.encode(), capture_output=True, timeout=LONGEST_S)
        except subprocess.TimeoutExpired as error:
            raise SpeechFailed(f"{self._command[0]} does not answer within {LONGEST_S:g} s") from error
        except OSError as error:
            raise SpeechFailed(f"{self._command[0]} cannot be run: {error.strerror}") from error
        if done.returncode != 0:
            raise SpeechFailed(f"{self._command[0]}: {done.stderr.decode(errors='replace').strip()}")
        return _samples(done.stdout)


def is_there() -> bool:
    """Whether the program is installed."""
    return shutil.which(PROGRAM) is not None


def _samples(wav: bytes) -> Sound:
    """16-bit mono as espeak-ng streams it: it cannot know the length when it writes the header."""
    data = wav.find(b"data")
    if not wav.startswith(b"RIFF") or data < 0:
        raise SpeechFailed("espeak-ng gave no sound")
    rate_hz = int.from_bytes(wav[24:28], "little")
    body = wav[data + 8 :]
    sound: Sound = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
    loud = np.flatnonzero(np.abs(sound) > _QUIET)
    sound = sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]
    return sound if rate_hz == RATE_HZ else _resampled(sound, rate_hz)


def _resampled(sound: Sound, rate_hz: int) -> Sound:
    from math import gcd

    from scipy.signal import resample_poly

    common = gcd(RATE_HZ, rate_hz)
    return np.asarray(resample_poly(sound, RATE_HZ // common, rate_hz // common), np.float32)
