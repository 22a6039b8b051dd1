"""What decoding an hour costs, against numpy on the same machine; figures in seconds belong to the printed table."""

import struct
import time

import numpy as np
import pytest
from test_polar import frame
from vqf import VQF

from sensorcoach.devices import PROFILES
from sensorcoach.model import Packet

SHARE = 0.1
"""Of an hour, to be quick."""
MOST = 9.0
"""Times the orientation filter over the same hour, which costs about 0.1 s on one core: decoding stays near 1 s."""


def movesense(seconds):
    for n in range(int(seconds * 13)):
        values = np.full(48, (n % 90) / 10, dtype="<f4").tobytes()
        yield Packet("knee", "answer", n / 13, b"\x02\x68" + struct.pack("<I", n * 1000 // 13) + values)


def metamotion(seconds):
    body = np.arange(9, dtype="<i2").tobytes()
    for n in range(int(seconds * 100 / 3)):
        yield Packet("knee", "answer", n * 0.03, b"\x03\x1c" + struct.pack("<h", n % 9999) + body[2:])
        yield Packet("knee", "answer", n * 0.03 + 0.001, b"\x13\x07" + struct.pack("<h", n % 9999) + body[2:])


def polar(seconds):
    rng = np.random.default_rng(0)
    bodies = [frame(0x80, 0, np.cumsum(rng.integers(-60, 60, (36, 3)), axis=0))[9:] for _ in range(8)]
    for n in range(int(seconds * 52 / 36)):
        for measurement in (2, 5):
            stamp_ns = 3 * 10**17 + round(n * 36 / 52 * 1e9)
            yield Packet("knee", "data", n * 36 / 52, struct.pack("<BQ", measurement, stamp_ns) + bodies[n % 8])


SENSORS = {"movesense": (movesense, 104), "metamotion": (metamotion, 100), "polar": (polar, 52)}
SETTINGS = {"polar": {"acc_g_per_lsb": 0.000244, "gyr_dps_per_lsb": 0.061}}


def cost_s(work):
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def filtering():
    n = round(SHARE * 3600 * 100)
    acc, gyr = np.tile([0.0, 0.0, 9.8], (n, 1)), np.zeros((n, 3))
    return VQF(0.01).updateBatch(gyr, acc)


@pytest.mark.parametrize("name", SENSORS)
def test_an_hour_of_packets_is_decoded_in_about_a_second(name):
    packets_of, rate_hz = SENSORS[name]
    profile = PROFILES[name]
    packets = list(packets_of(SHARE * 3600))
    _, decoded = profile.decode_all(profile.initial(SETTINGS.get(name, {})), packets)
    assert len(decoded.t_s) == pytest.approx(SHARE * 3600 * rate_hz, rel=0.01)
    ratios = []
    for _ in range(3):
        decoding_s = cost_s(lambda: profile.decode_all(profile.initial(SETTINGS.get(name, {})), packets))
        ratios.append(decoding_s / cost_s(filtering))
    print(name, f"{min(ratios):.1f}")
    assert min(ratios) <= MOST
