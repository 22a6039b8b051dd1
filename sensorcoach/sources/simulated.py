"""A simulated sensor on the air: a `Simulation` in the project's own packets, lost, repeated and late as it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.open_format import (
    FLAG_ACC_CLIPPED,
    FLAG_DROPPED_BEFORE,
    FLAG_GYR_CLIPPED,
    HEADER,
    INFO,
    OPEN,
    TYPE_ACC,
    TYPE_ACC_GYR,
    VERSION,
)
from sensorcoach.model import STANDARD_GRAVITY, Floats, Packet
from sensorcoach.recording import Header, SessionWriter
from sensorcoach.simulator import Simulation

SENSOR: Final = "simulated"
_FULL_SCALE: Final = 32768


@dataclass(frozen=True, slots=True)
class _Scales:
    """g and °/s per LSB: int16 spans the range of the chip."""

    acc_g: float
    gyr_dps: float


def session_header(simulation: Simulation) -> Header:
    """First line of the simulated session's file, marked as simulated."""
    scales = _scales(simulation)
    return Header(
        profile=OPEN.name,
        sensor=SENSOR,
        device={
            "rate_hz": simulation.rate_hz,
            "acc_g_per_lsb": scales.acc_g,
            "gyr_dps_per_lsb": scales.gyr_dps,
        },
        mounting=simulation.mounting,
        simulated=True,
    )


def simulated_packets(simulation: Simulation) -> Iterator[Packet]:
    """What arrives, in order: an info packet, then the notifications that were not lost, twice where repeated."""
    scales = _scales(simulation)
    raw = _raw(simulation, scales)
    device_us = np.rint(simulation.t_device_s * 1e6).astype(np.int64)
    period_us = round(1e6 / simulation.rate_hz)
    yield Packet(SENSOR, "info", 0.0, INFO.pack(VERSION, 0, round(simulation.rate_hz), scales.acc_g, scales.gyr_dps))
    kind = VERSION << 4 | (TYPE_ACC_GYR if simulation.gyr is not None else TYPE_ACC)
    dropped = False
    for sequence, sent in enumerate(simulation.notifications):
        if sent.lost:
            dropped = True
            continue
        flags = _clip_flags(raw[sent.first : sent.stop]) | (FLAG_DROPPED_BEFORE if dropped else 0)
        dropped = False
        head = HEADER.pack(
            kind,
            flags,
            sequence % 65536,
            int(device_us[sent.first]) % (1 << 32),
            period_us,
            sent.stop - sent.first,
            0,
        )
        payload = head + raw[sent.first : sent.stop].tobytes()
        for _ in range(sent.copies):
            yield Packet(SENSOR, "imu", float(sent.arrival_s), payload)


def write_simulated(path: Path, simulation: Simulation) -> None:
    """A session file of the simulation.

    Raises:
        RecordingError: the file exists already or cannot be written.
    """
    with SessionWriter(path, session_header(simulation)) as writer:
        for packet in simulated_packets(simulation):
            writer.append(packet)


def session_time_s(simulation: Simulation, t_s: float) -> float:
    """A true time (s since the simulated recording's start) on the time base that decoding the session gives.

    Decoding follows the radio's shortest delay; the sensor's clock, however wrong, runs on true time then.
    """
    sent = simulation.notifications
    return t_s + min(one.arrival_s - float(simulation.t_s[one.stop - 1]) for one in sent if not one.lost)


def _scales(simulation: Simulation) -> _Scales:
    imu = simulation.plan["imu"]
    assert isinstance(imu, dict)
    return _Scales(imu["acc_range_g"] / _FULL_SCALE, imu["gyr_range_dps"] / _FULL_SCALE)


def _raw(simulation: Simulation, scales: _Scales) -> NDArray[np.int16]:
    """(n, 6) or (n, 3) counts."""
    counts: list[Floats] = [simulation.acc / (scales.acc_g * STANDARD_GRAVITY)]
    if simulation.gyr is not None:
        counts.append(simulation.gyr / np.deg2rad(scales.gyr_dps))
    whole = np.rint(np.concatenate(counts, axis=1))
    return np.clip(whole, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i2")


def _clip_flags(raw: NDArray[np.int16]) -> int:
    at_limit = (raw == _FULL_SCALE - 1) | (raw == -_FULL_SCALE)
    acc = FLAG_ACC_CLIPPED if at_limit[:, :3].any() else 0
    gyr = FLAG_GYR_CLIPPED if at_limit[:, 3:].any() else 0
    return acc | gyr
