"""WitMotion frames and notifications packed here from sensors.md 1.2 and 1.3; nothing is taken from the decoder."""

import struct

import numpy as np

from sensorcoach.model import Packet

RATE_HZ = 99.26
G = 9.80665


def frame(acc=(0, 0, 2048), gyr=(0, 0, 0), angle=(0, 0, 0)):
    return b"\x55\x61" + struct.pack("<9h", *acc, *gyr, *angle)


def answer(register, *values):
    return b"\x55\x71" + struct.pack("<9H", register, *values, *[0] * (8 - len(values)))


def numbered(first, count):
    """Frames whose acceleration tells their number."""
    return b"".join(frame(((n % 30000), n // 30000, n % 7)) for n in range(first, first + count))


def number_of(decoded):
    """The numbers of decoded frames."""
    raw = np.rint(decoded.acc / G / 16 * 32768).astype(int)
    return raw[:, 0] + 30000 * raw[:, 1]


def on_air(seconds, *, rate_hz=RATE_HZ, each=4, jitter_s=0.03, seed=0, stalls=(), unheard=(), lost=()):
    """Notifications of numbered frames; frame n is measured at (n + 1) / rate_hz, true time, and takes 20 ms at least.

    ``stalls``: what arrives in such a time arrives at its end. ``unheard``: what is sent in it is lost. ``lost``:
    numbers of notifications.
    """
    rng = np.random.default_rng(seed)
    packets, newest_s = [], 0.0
    for number in range(int(seconds * rate_hz) // each):
        sent_s = (number + 1) * each / rate_hz
        arrival_s = sent_s + 0.02 + rng.uniform(0, jitter_s)
        for begin_s, end_s in stalls:
            arrival_s = end_s if begin_s <= arrival_s < end_s else arrival_s
        newest_s = max(newest_s, arrival_s)
        if number not in lost and not any(begin_s <= sent_s < end_s for begin_s, end_s in unheard):
            packets.append(Packet("knee", "data", float(newest_s), numbered(number * each, each)))
    return packets


def error_s(decoded, rate_hz=RATE_HZ):
    """Decoded time minus true time and the radio's shortest delay."""
    return decoded.t_s - (number_of(decoded) + 1) / rate_hz - 0.02
