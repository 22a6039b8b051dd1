"""The computer's sound device, by miniaudio: one mixer that plays on."""

from __future__ import annotations

import contextlib
import ctypes
import sys
import threading
from collections.abc import Callable, Generator
from functools import cache
from typing import Any, Final, Protocol

from sensorcoach.voice.mixer import Lane, Mixer
from sensorcoach.voice.tones import RATE_HZ, Sound

PERIOD_MS: Final = 30
"""Asked of the device at once. Python is called that often: shorter crackles on a busy computer, longer is late."""


class NoDevice(Exception):
    """Sound cannot be played; says why. ``installed``: with what could play it, so there is no device."""

    def __init__(self, why: str, *, installed: bool) -> None:
        super().__init__(why)
        self.installed = installed


class Speaker(Protocol):
    """What plays samples."""

    name: str

    def start(self, block: Callable[[int], Sound]) -> None:
        """Ask ``block`` for so many samples at a time from now on, from another thread."""

    def close(self) -> None:
        """Silence."""


def open_speaker() -> Speaker:
    """The computer's usual sound device.

    Raises:
        NoDevice: miniaudio is not installed, or there is no device.
    """
    try:
        import miniaudio
    except ImportError as error:
        raise NoDevice("miniaudio is not installed", installed=False) from error
    _silence_alsa()
    try:
        return _Miniaudio(miniaudio)
    except miniaudio.MiniaudioError as error:
        said = " ".join(str(part) for part in error.args)
        raise NoDevice(f"no sound device can be opened ({said})", installed=True) from error


class _Miniaudio:
    """A playback device of miniaudio, which takes samples from a generator that is sent how many it wants."""

    def __init__(self, miniaudio: Any) -> None:
        self._device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.FLOAT32,
            nchannels=1,
            sample_rate=RATE_HZ,
            buffersize_msec=PERIOD_MS,
            app_name="sensorcoach",
        )
        self.name = f"{self._device.backend}"
        if self.name.lower() == "null":  # miniaudio's own way to have a device where there is none
            self._device.close()
            raise NoDevice("no sound device was found", installed=True)

    def start(self, block: Callable[[int], Sound]) -> None:
        blocks = _blocks(block)
        next(blocks)
        self._device.start(blocks)

    def close(self) -> None:
        self._device.close()


@cache
def _silence_alsa() -> object:
    """Linux's sound library writes a page of errors across the screen where there is no device. Returns what must live.

    It hands them to a function that can be set (alsa-lib, snd_lib_error_set_handler).
    """
    if sys.platform != "linux":
        return None
    handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
    ignore = handler(lambda *said: None)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(ignore)
    return ignore


def _blocks(block: Callable[[int], Sound]) -> Generator[bytes, int, None]:
    wanted = yield b""
    while True:
        wanted = yield block(wanted).tobytes()


class Device:
    """Plays what is placed, as soon as it can. From any thread."""

    def __init__(self, volume: float, opened: Callable[[], Speaker] = open_speaker) -> None:
        self._mixer = Mixer(volume)
        self._turn = threading.Lock()
        self._opened = opened
        self._speaker: Speaker | None = None
        self._closed = False

    def open(self) -> str:
        """Open it, unless it is. Returns what it is called.

        Raises:
            NoDevice: it cannot be.
        """
        if self._speaker is None:
            self._speaker = self._opened()
            self._speaker.start(self._block)
        return self._speaker.name

    def play(self, sound: Sound, lane: Lane, in_s: float = 0.0) -> int:
        """Let it sound ``in_s`` from now. Returns the sample of the device at which it ends."""
        with self._turn:
            return self._mixer.place(sound, self._mixer.at + round(max(in_s, 0.0) * RATE_HZ), lane)

    def cut(self, lane: Lane | None) -> None:
        """End what sounds in a lane (None: in all), and what was to."""
        with self._turn:
            self._mixer.cut(lane, self._mixer.at)

    def hum(self, speed_dps: float) -> None:
        """The speed tone's new speed."""
        with self._turn:
            self._mixer.hum(speed_dps)

    def wait_past(self, sample: int, stopped: threading.Event) -> None:
        """Until a sample has been handed to the device, or ``stopped`` is set, or the device is closed or stuck."""
        most_s = max(sample - self._mixer.at, 0) / RATE_HZ + 2.0
        waited_s = 0.0
        while not (stopped.is_set() or self._closed) and self._mixer.at < sample and waited_s < most_s:
            stopped.wait(0.02)
            waited_s += 0.02

    def close(self) -> None:
        """Let what sounds end, then free the device."""
        if self._speaker is not None:
            self.wait_past(self._mixer.end, threading.Event())
            self._closed = True
            self._speaker.close()
            self._speaker = None

    def _block(self, n: int) -> Sound:
        with self._turn:
            return self._mixer.render(n)
