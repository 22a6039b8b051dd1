"""Profile ``open``: the project's own packets, specified in ``firmware_notes/own-format.md``.

Channel ``info`` tells version, rate and scales (once after each connection), channel ``imu`` carries samples. A data
packet names the device time of its *first* sample, so neither loss nor late radio moves a sample in time.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import DecodeError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

VERSION: Final = 1
TYPE_ACC_GYR: Final = 1
TYPE_ACC: Final = 2
"""Low nibble of the first byte; the high nibble is the version."""
AXES: Final = {TYPE_ACC_GYR: 6, TYPE_ACC: 3}
"""Values of int16 in a sample."""
FLAG_ACC_CLIPPED: Final = 0x01
FLAG_GYR_CLIPPED: Final = 0x02
FLAG_DROPPED_BEFORE: Final = 0x04
FLAG_BUTTON: Final = 0x08
FLAG_LOW_BATTERY: Final = 0x10

HEADER: Final = struct.Struct("<BBHIHBB")
"""version|type, flags, sequence, time of the first sample (µs), period (µs), count, reserved."""
INFO: Final = struct.Struct("<BBHff")
"""version, reserved, nominal rate (Hz), g per LSB, °/s per LSB."""
_FULL_SCALE: Final = 32768
WRAP_US: Final = 1 << 32
"""The device clock starts again at 0 after 71.6 minutes."""
RESTART_US: Final = 60_000_000
"""Device clock and arrival disagree by more than this: the device was restarted. Late radio stays well below."""
BACKWARDS_US: Final = 2_000_000
"""The device clock fell back by more than this: restarted. A packet repeated by the radio is at most a second old."""


@dataclass(frozen=True, slots=True)
class OpenState:
    """What the next packet needs: scales (SI per LSB) and where the device clock stood at the last packet."""

    acc_scale: float | None = None
    gyr_scale: float | None = None
    sequence: int | None = None
    device_us: int = 0
    """Unwrapped time of the first sample of the last packet."""
    arrival_s: float = 0.0
    session_offset_s: float = 0.0
    """Session time minus device time."""
    duplicated: int = 0
    restarts: int = 0


class OpenProfile:
    """Decoder of the own format. Device settings: ``acc_g_per_lsb``, ``gyr_dps_per_lsb`` (an info packet overrules)."""

    name = "open"
    label = "sensorcoach open format"

    def initial(self, device_settings: Mapping[str, object]) -> OpenState:
        """See `Profile.initial`."""
        acc_g = number_or_none(device_settings, "acc_g_per_lsb")
        gyr_dps = number_or_none(device_settings, "gyr_dps_per_lsb")
        return OpenState(
            acc_scale=None if acc_g is None else acc_g * STANDARD_GRAVITY,
            gyr_scale=None if gyr_dps is None else float(np.deg2rad(gyr_dps)),
        )

    def decode(self, state: OpenState, packet: Packet) -> tuple[OpenState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: OpenState, packets: Sequence[Packet]) -> tuple[OpenState, Decoded | None]:
        """See `Profile.decode_all`."""
        gathered = _Gathered()
        for packet in packets:
            state = _with_scales(state, packet) if packet.channel == "info" else gathered.take(state, packet)
        return state, gathered.decoded()

    def reconnected(self, state: OpenState) -> OpenState:
        """See `Profile.reconnected`. Nothing spans packets."""
        return state


class _Gathered:
    """Bodies of the accepted packets of one batch; integers until the end, so grouping cannot change a bit."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._first_us: list[int] = []
        self._period_us: list[int] = []
        self._count: list[int] = []
        self._flagged: list[bool] = []
        self._offset_s: list[float] = []
        self._scales: list[tuple[float, float]] = []
        self._axes = 0

    def take(self, state: OpenState, packet: Packet) -> OpenState:
        """Keep a packet's samples unless they came before; the state after it."""
        payload = packet.payload
        if len(payload) < HEADER.size:
            raise _damaged(packet, f"{len(payload)} bytes, expected at least {HEADER.size}")
        kind, flags, sequence, time_us, period_us, count, _ = HEADER.unpack_from(payload)
        axes = AXES.get(kind & 0x0F)
        if kind >> 4 != VERSION or axes is None:
            raise _damaged(packet, f"first byte 0x{kind:02x}")
        if not count or len(payload) != HEADER.size + 2 * axes * count:
            expected = HEADER.size + 2 * axes * count
            raise _damaged(packet, f"{len(payload)} bytes, expected {expected} for {count} samples")
        if state.acc_scale is None or (axes == 6 and state.gyr_scale is None):
            raise DecodeError(
                f"Samples at {packet.t_s:.3f} s come before their scales.",
                "An info packet, or acc_g_per_lsb and gyr_dps_per_lsb in the device settings, must come first.",
            )
        device_us, offset_s, restarts = _placed(state, time_us, period_us * (count - 1), packet.t_s)
        if restarts == state.restarts and _seen(state, sequence, device_us):
            return replace(state, duplicated=state.duplicated + count)
        if self._axes not in (0, axes):
            raise DecodeError(
                f"The gyroscope appears or vanishes at {packet.t_s:.3f} s.", "Record the two parts as two sessions."
            )
        self._axes = axes
        self._bodies.append(payload[HEADER.size :])
        self._first_us.append(device_us)
        self._period_us.append(period_us)
        self._count.append(count)
        self._flagged.append(bool(flags & (FLAG_ACC_CLIPPED | FLAG_GYR_CLIPPED)))
        self._offset_s.append(offset_s)
        self._scales.append((state.acc_scale, state.gyr_scale or 0.0))
        return OpenState(
            state.acc_scale,
            state.gyr_scale,
            sequence,
            device_us,
            packet.t_s,
            offset_s,
            state.duplicated,
            restarts,
        )

    def decoded(self) -> Decoded | None:
        """All samples kept."""
        if not self._bodies:
            return None
        raw = np.frombuffer(b"".join(self._bodies), dtype="<i2").reshape(-1, self._axes)
        count = np.array(self._count)
        first_row = np.cumsum(count) - count
        within = np.arange(len(raw)) - np.repeat(first_row, count)
        device_us = np.repeat(np.array(self._first_us), count) + within * np.repeat(np.array(self._period_us), count)
        scales = np.repeat(np.array(self._scales), count, axis=0)
        at_limit = (np.abs(raw.astype(np.int32)) >= CLIP_FRACTION * _FULL_SCALE).any(axis=1)
        # A chip that clips below the full scale of int16 can only say so by its flag: then the whole packet is suspect.
        unseen = np.array(self._flagged) & ~np.logical_or.reduceat(at_limit, first_row)
        return Decoded(
            t_s=device_us * 1e-6 + np.repeat(np.array(self._offset_s), count),
            acc=raw[:, :3] * scales[:, :1],
            gyr=raw[:, 3:] * scales[:, 1:] if self._axes == 6 else None,
            clipped=at_limit | np.repeat(unseen, count),
        )


def _with_scales(state: OpenState, packet: Packet) -> OpenState:
    if len(packet.payload) < INFO.size:
        raise _damaged(packet, f"info of {len(packet.payload)} bytes, expected {INFO.size}")
    version, _, _, acc_g, gyr_dps = INFO.unpack_from(packet.payload)
    if version != VERSION:
        raise _damaged(packet, f"info version {version}, expected {VERSION}")
    if not (0 < acc_g < 1 and 0 < gyr_dps < 10):
        raise _damaged(packet, f"scales of {acc_g:g} g and {gyr_dps:g} °/s a count")
    return replace(state, acc_scale=acc_g * STANDARD_GRAVITY, gyr_scale=float(np.deg2rad(gyr_dps)))


def _placed(state: OpenState, time_us: int, last_sample_us: int, arrival_s: float) -> tuple[int, float, int]:
    """Unwrapped device time, its offset to session time, and the number of restarts seen.

    A packet arrives after its last sample, so the first one's arrival dates that sample; from then on the device
    clock alone counts. Arrival only decides how often the clock wrapped in a long silence, and tells a restart.
    """
    if state.sequence is None:
        return time_us, arrival_s - (time_us + last_sample_us) * 1e-6, state.restarts
    arrived_us = (arrival_s - state.arrival_s) * 1e6
    step_us = (time_us - state.device_us + WRAP_US // 2) % WRAP_US - WRAP_US // 2
    step_us += round((arrived_us - step_us) / WRAP_US) * WRAP_US
    if abs(step_us - arrived_us) > RESTART_US or step_us < -BACKWARDS_US:
        return time_us, arrival_s - (time_us + last_sample_us) * 1e-6, state.restarts + 1
    return state.device_us + step_us, state.session_offset_s, state.restarts


def _seen(state: OpenState, sequence: int, device_us: int) -> bool:
    """Neither the number (modulo 2^16) nor the device time is past the last packet's: it came already."""
    if state.sequence is None or device_us > state.device_us:
        return False
    return (sequence - state.sequence - 1) % 65536 >= 32768


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} is not of the open format: {what}.",
        "See firmware_notes/own-format.md.",
    )


OPEN: Final = OpenProfile()
