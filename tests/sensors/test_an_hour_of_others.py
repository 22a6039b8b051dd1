"""What decoding an hour costs, against the orientation filter on the same machine (0.1 s an hour on one core)."""

import struct
import time

import msgspec
import numpy as np
import pytest
from scripted import on_air
from vectors import NOTES, payloads
from vqf import VQF

from sensorcoach.devices import PROFILES
from sensorcoach.sources.described import described

SECONDS = 360
"""A tenth of an hour, to be quick."""
MOST = 9.0
"""Times the filter: decoding stays below 1 s an hour."""
ARDUINO = payloads("arduino.md")


def dot(n):
    return struct.pack("<I6f", n * 16667 % 2**32, 0, 0, 9.8, 1, 2, n % 90)


def bhy2(n):
    return struct.pack("<BB3h4x", 13 if n % 2 else 4, 6, n % 900, 1, 4096)


def earable_2(n):
    return struct.pack("<BBQ9f", 0, 36, 10_000 * n, 0, 0, 9.8, 1, 2, n % 90, 0, 0, 0)


def nicla(n):
    return struct.pack("<BBI3f", 13 if n % 2 else 4, 12, 10 * n, n % 4, 0, 1)


def esp32(n):
    return b"\xaa\x55" + struct.pack("<I", n * 50) + payloads_of_five


def line(n):
    return b"%d,0.12,-0.30,9.79,0.010,-0.002,0.100\n" % (20 * n)


payloads_of_five = bytes(range(60))
ESP32, UART = (
    {"description": msgspec.to_builtins(described(NOTES / f"generic-{kind}.toml").description)}
    for kind in ("esp32", "uart")
)
SENSORS = {
    "dot": ("dot", "medium", dot, 60, 60, {}, None),
    "thingy": ("thingy", "raw", lambda n: struct.pack("<9h", n % 900, *range(8)), 100, 100, {}, None),
    "bluest": ("bluest", "motion", lambda n: struct.pack("<H9h", int(6.25 * n) % 65536, *range(9)), 20, 20, {}, None),
    "microbit": ("microbit", "acceleration", lambda n: struct.pack("<3h", n % 900, 0, 1000), 50, 50, {}, None),
    "nicla, BHY2": ("arduino", "data", bhy2, 100, 50, {}, None),
    "nicla, edge-ml": ("arduino", "data", nicla, 100, 50, {}, ("scheme", ARDUINO["E1"])),
    "openearable 2": ("arduino", "data", earable_2, 100, 100, {}, ("answer", ARDUINO["E2"])),
    "esp32": ("generic", "data", esp32, 20, 100, ESP32, None),
    "lines": ("generic", "data", line, 50, 50, UART, None),
}


def cost_s(work):
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def filtering():
    n = SECONDS * 100
    acc, gyr = np.tile([0.0, 0.0, 9.8], (n, 1)), np.zeros((n, 3))
    return VQF(0.01).updateBatch(gyr, acc)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SENSORS)
def test_an_hour_of_packets_is_decoded_within_a_second(kind):
    name, channel, body, packets_hz, samples_hz, settings, told = SENSORS[kind]
    profile = PROFILES[name]
    number = SECONDS * packets_hz
    packets = on_air(channel, [body(n) for n in range(number)], np.arange(number) / packets_hz, jitter_s=0.005)
    if told is not None:
        packets[:0] = on_air(told[0], [told[1]], [0.0], jitter_s=0.0)
    _, decoded = profile.decode_all(profile.initial(settings), packets)
    assert len(decoded.t_s) == pytest.approx(SECONDS * samples_hz, rel=0.01)
    ratios = []
    for _ in range(3):
        decoding_s = cost_s(lambda: profile.decode_all(profile.initial(settings), packets))
        ratios.append(decoding_s / cost_s(filtering))
    print(kind, f"{min(ratios):.1f}")
    assert min(ratios) <= MOST
