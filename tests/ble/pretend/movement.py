"""What a pretend sensor feels: a simulated session, a recording, or a leg lying still. In g and °/s, as chips count.

Recordings are read here with a few lines of their own (three packet formats, straight from the notes), so that no
mistake of the product's decoders can hide in what the product is tested with.
"""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sensorcoach.simulator import Simulation

STANDARD_GRAVITY = 9.80665
"""m/s² in one g (CGPM 1901)."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Movement:
    """Played in a loop. ``acc_g`` (n, 3) g, ``gyr_dps`` (n, 3) °/s, ``rate_hz`` true samples a second."""

    rate_hz: float
    acc_g: Floats
    gyr_dps: Floats

    @property
    def duration_s(self) -> float:
        """Until it begins again."""
        return len(self.acc_g) / self.rate_hz

    def sampled(self, rate_hz: float) -> Movement:
        """The same as another chip would sample it: read off straight lines between the samples."""
        if rate_hz == self.rate_hz:
            return self
        n = int(self.duration_s * rate_hz)
        at = np.arange(n) * (self.rate_hz / rate_hz)
        known = np.arange(len(self.acc_g))
        columns = np.column_stack((self.acc_g, self.gyr_dps))
        read = np.column_stack([np.interp(at, known, column) for column in columns.T])
        return Movement(rate_hz, read[:, :3], read[:, 3:])


def still(rate_hz: float = 100.0) -> Movement:
    """Ten seconds flat on its back: 1 g along z."""
    n = round(10 * rate_hz)
    return Movement(rate_hz, np.tile([0.0, 0.0, 1.0], (n, 1)), np.zeros((n, 3)))


def of_simulation(simulation: Simulation) -> Movement:
    """The true signals of a simulated session; without a gyroscope it turns at 0 °/s."""
    acc = simulation.acc / STANDARD_GRAVITY
    gyr = np.zeros_like(acc) if simulation.gyr is None else np.degrees(simulation.gyr)
    true_rate = (len(simulation.t_s) - 1) / float(simulation.t_s[-1] - simulation.t_s[0])
    return Movement(true_rate, acc, gyr)


def of_recording(path: Path) -> Movement:
    """A session file of profile ``open``, ``witmotion`` or ``samples``. Lost packets close up.

    Raises:
        ValueError: no samples of these kinds are in it.
    """
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    lines = [json.loads(line) for line in data.splitlines() if line.endswith(b"}")]
    header, packets = lines[0], [(line["ch"], line["t"], bytes.fromhex(line["hex"])) for line in lines if "hex" in line]
    readers = {"open": _open, "witmotion": _witmotion, "samples": _rows}
    if header.get("profile") not in readers:
        raise ValueError(f"{path} is of profile {header.get('profile')!r}; only {', '.join(readers)} can be played")
    movement = readers[header["profile"]](header, packets)
    if not len(movement.acc_g):
        raise ValueError(f"{path} holds no samples")
    return movement


def _open(header: dict[str, object], packets: list[tuple[str, float, bytes]]) -> Movement:
    """12 bytes of head, then int16 (firmware_notes/own-format.md)."""
    device = header.get("device") or {}
    assert isinstance(device, dict)
    acc_g, gyr_dps = device.get("acc_g_per_lsb", 16 / 32768), device.get("gyr_dps_per_lsb", 1000 / 32768)
    rows, rate_hz, last = [], 100.0, -1
    for channel, _, payload in packets:
        if channel == "info":
            acc_g, gyr_dps = struct.unpack_from("<ff", payload, 4)
        elif channel == "imu" and len(payload) > 12:
            kind, _, sequence, _, period_us, count, _ = struct.unpack_from("<BBHIHBB", payload)
            axes = 6 if kind & 15 == 1 else 3
            if sequence != last and len(payload) == 12 + 2 * axes * count:
                raw = np.frombuffer(payload, "<i2", offset=12).reshape(-1, axes).astype(float)
                gyr = raw[:, 3:] * gyr_dps if axes == 6 else np.zeros((len(raw), 3))
                rows.append(np.column_stack((raw[:, :3] * acc_g, gyr)))
                rate_hz, last = 1e6 / period_us, sequence
    return _movement(rate_hz, rows)


def _witmotion(_: dict[str, object], packets: list[tuple[str, float, bytes]]) -> Movement:
    """Frames of 20 bytes, 55 61 (sensors.md 1.2)."""
    rows = []
    for channel, _, payload in packets:
        if channel == "data" and len(payload) % 20 == 0:
            frames = np.frombuffer(payload, "<i2").reshape(-1, 10)
            raw = frames[frames[:, 0] == 0x6155, 1:7].astype(float)
            rows.append(np.column_stack((raw[:, :3] * (16 / 32768), raw[:, 3:] * (2000 / 32768))))
    times = [t for channel, t, _ in packets if channel == "data"]
    n = sum(len(part) for part in rows)
    span_s = times[-1] - times[0] if len(times) > 1 else 1.0
    return _movement(n / span_s if n else 100.0, rows)


def _rows(_: dict[str, object], packets: list[tuple[str, float, bytes]]) -> Movement:
    """Rows of float64: t, acc in m/s², gyr in rad/s."""
    rows, times = [], []
    for channel, _, payload in packets:
        table = np.frombuffer(payload, "<f8").reshape(-1, 7 if channel == "acc+gyr" else 4)
        gyr = np.degrees(table[:, 4:]) if table.shape[1] == 7 else np.zeros((len(table), 3))
        rows.append(np.column_stack((table[:, 1:4] / STANDARD_GRAVITY, gyr)))
        times += [table[0, 0], table[-1, 0]]
    n = sum(len(part) for part in rows)
    return _movement((n - 1) / (times[-1] - times[0]) if n > 1 else 100.0, rows)


def _movement(rate_hz: float, rows: list[Floats]) -> Movement:
    table = np.concatenate(rows) if rows else np.zeros((0, 6))
    return Movement(rate_hz, table[:, :3], table[:, 3:])
