"""Profile ``movesense``: Movesense sensors with GSP firmware; ``firmware_notes/movesense.md``.

Channel ``command`` takes requests, channel ``answer`` gives replies and samples. A request names a reference of our
choice, which its answers carry: ours for samples is the rate asked for, so a recording tells it.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Step, Subscribe
from sensorcoach.devices.pace import Pace
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.stamped import StampedClock
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Bools, Decoded, Floats, Packet

Ints = NDArray[np.int64]

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
HELLO: Final = 0
SUBSCRIBE: Final = 1
UNSUBSCRIBE: Final = 2
GET: Final = 4
REPLY: Final = 1
DATA: Final = 2
CONTINUED: Final = 3
DONE: Final = 200
RATES_HZ: Final = (104, 52)
"""In the order they are asked for: landings need 100 (`settings.SignalSettings.impact_rate_hz`)."""
BLOCKS_HZ: Final = 13
"""Packets a second: 4 samples each at 52 Hz (captures), so 8 at 104 Hz (assumed; other numbers are understood too)."""
ENERGY: Final = 1
ACC_CONFIG: Final = 2
GYR_CONFIG: Final = 3
"""References of the other requests."""
STAMP: Final = struct.Struct("<I")
STAMP_S: Final = 0.001
STAMP_WRAP: Final = 1 << 32
SAMPLE_BYTES: Final = 24
ACC_RANGES_G: Final = (2, 4, 8, 16)
GYR_RANGES_DPS: Final = (245, 500, 1000, 2000)
LARGEST_ACC: Final = 400.0
LARGEST_GYR_DPS: Final = 4000.0
"""m/s², °/s: no chip in these sensors tells more than half of it; the bytes are something else."""
CONTINUED_WITHIN_S: Final = 0.25
"""A packet and its continuation leave together."""
LONGEST_BLOCK: Final = STAMP.size + 64 * SAMPLE_BYTES
"""More in one packet, however cut, is no packet."""
LOW_BATTERY_PERCENT: Final = 15
TEXT_LENGTH: Final = 64
NOTE: Final = "See firmware_notes/movesense.md."


@dataclass(frozen=True, slots=True)
class Begun:
    """A packet that may go on in the next one."""

    block: bytes
    arrival_s: float


@dataclass(frozen=True, slots=True)
class MovesenseState:
    """What the next packet needs."""

    acc_limit: float = math.inf
    gyr_limit_dps: float = math.inf
    """m/s², °/s: at or above it a sample counts as clipped."""
    reference: int = 0
    """The rate of the samples under way, Hz; 0 before the first."""
    pace: Pace = Pace.of_rate(RATES_HZ[0])
    block_bytes: int = 0
    """Of a whole packet's stamp and samples."""
    begun: Begun | None = None
    has_continued: bool = False
    stamp: int = 0
    """Of the last packet, ms as it came."""
    samples: int = 0
    """In the last packet; 0 before the first."""
    clock: StampedClock = StampedClock(STAMP_S, STAMP_WRAP)
    duplicated: int = 0


class MovesenseProfile:
    """Decoder and commands. No device settings are needed: ranges and rate are told in the stream."""

    name = "movesense"
    label = "Movesense with GSP firmware"
    about: Final = About(
        sensor="Movesense HR+, HR2, Active and Medical",
        needs="firmware with GSP (GATT SensorData), put on it once with the maker's phone app",
        rate_hz=RATES_HZ[0],
        evidence="decoded from captures",
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("Movesense",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "command": "34800001-7185-4d5d-b431-630e7050e8f0",
            "answer": "34800002-7185-4d5d-b431-630e7050e8f0",
            "serial": "00002a25-0000-1000-8000-00805f9b34fb",
            "firmware": "00002a26-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "answer"
    counts_loss: Final = True

    def initial(self, device_settings: Mapping[str, object]) -> MovesenseState:
        """See `Profile.initial`."""
        return MovesenseState()

    def decode(self, state: MovesenseState, packet: Packet) -> tuple[MovesenseState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: MovesenseState, packets: Sequence[Packet]) -> tuple[MovesenseState, Decoded | None]:
        """See `Profile.decode_all`."""
        gathered = _Gathered()
        for packet in packets:
            if packet.channel == self.data_channel:
                state = _taken(state, packet, gathered)
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
        return gathered.laid(state)

    def reconnected(self, state: MovesenseState) -> MovesenseState:
        """See `Profile.reconnected`. The sensor's clock runs on."""
        return replace(state, begun=None)

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`."""
        if (yield Subscribe("answer", optional=True)) is None:
            raise SensorError(
                "This Movesense sensor has its stock firmware, which talks to the maker's own phone apps only.",
                "Put firmware with the GATT SensorData (GSP) service on it, with the maker's phone app: "
                "see firmware_notes/movesense.md. Just done? Then switch Bluetooth off and on.",
            )
        serial = _text((yield Read("serial", optional=True)))
        firmware = _text((yield Read("firmware", optional=True)))
        doubts: list[str] = []
        device: dict[str, object] = {}
        acc_range_g = _acc_range((yield from _asked(GET, ACC_CONFIG, "/Meas/Acc/Config")))
        gyr_range_dps = _gyr_range((yield from _asked(GET, GYR_CONFIG, "/Meas/Gyro/Config")))
        if acc_range_g is None or gyr_range_dps is None:
            doubts.append("The sensor did not tell its ranges: clipped samples may go unnoticed.")
        rate_hz = yield from _streaming(doubts)
        told = {"acc_range_g": acc_range_g, "gyr_range_dps": gyr_range_dps, "serial": serial, "firmware": firmware}
        device |= {"rate_hz": rate_hz} | {key: value for key, value in told.items() if value is not None}
        return Started(float(rate_hz), serial, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`."""
        for rate_hz in RATES_HZ:
            yield from _unsubscribed(rate_hz)

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        value = yield from _asked(GET, ENERGY, "/System/Energy/Level")
        if not value or value[0] > 100:
            return None
        return Battery(low=value[0] <= LOW_BATTERY_PERCENT, fraction=value[0] / 100.0)


def read_blocks(blocks: Sequence[bytes], kinds: int) -> tuple[Ints, Ints, list[Floats]]:
    """Stamps (ms) and numbers of samples of whole packets; their samples (n, 3), one table for each kind.

    Args:
        blocks: what follows kind and reference: a stamp, all samples of one kind, then those of the next.
        kinds: 2 for acceleration and turning rate.

    Raises:
        ValueError: numbers no sensor measures.
    """
    count = np.array([(len(block) - STAMP.size) // (12 * kinds) for block in blocks])
    stamps = np.array([STAMP.unpack_from(block)[0] for block in blocks], dtype=np.int64)
    with np.errstate(invalid="ignore"):  # some bit patterns are no numbers
        rows = np.frombuffer(b"".join([block[STAMP.size :] for block in blocks]), dtype="<f4").astype(np.float64)
    rows = rows.reshape(-1, 3)
    kind = np.repeat(np.tile(np.arange(kinds), len(blocks)), np.repeat(count, kinds))
    tables = [rows[kind == number] for number in range(kinds)]
    for table, largest in zip(tables, (LARGEST_ACC, LARGEST_GYR_DPS), strict=False):
        if not (np.abs(table) < largest).all():
            raise ValueError("numbers no sensor measures")
    return stamps, count, tables


class _Gathered:
    """Packets of one batch, to be laid on time together."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._arrivals_s: list[float] = []
        self._period_s: list[float] = []
        self._limits: list[tuple[float, float]] = []

    def add(self, block: bytes, arrival_s: float, state: MovesenseState) -> None:
        """A whole packet."""
        self._blocks.append(block)
        self._arrivals_s.append(arrival_s)
        self._period_s.append(state.pace.period_s)
        self._limits.append((state.acc_limit, state.gyr_limit_dps))

    def laid(self, state: MovesenseState) -> tuple[MovesenseState, Decoded | None]:
        """The state with its clock after all of them; all samples that did not come before."""
        if not self._blocks:
            return state, None
        try:
            stamps, count, tables = read_blocks(self._blocks, 2)
        except ValueError as error:
            raise DecodeError(f"Samples at {self._arrivals_s[0]:.3f} s cannot be: {error}.", NOTE) from error
        period_s = np.array(self._period_s)
        clock, laid = state.clock.laid(stamps, (count - 1) * period_s, np.array(self._arrivals_s))
        state = replace(state, clock=clock, duplicated=state.duplicated + int(count[~laid.kept].sum()))
        if not laid.kept.any():
            return state, None
        acc, gyr_dps = (table[np.repeat(laid.kept, count)] for table in tables)
        limits, count, period_s = np.array(self._limits)[laid.kept], count[laid.kept], period_s[laid.kept]
        step_s = period_s * laid.slope
        within = np.arange(len(acc)) - np.repeat(np.cumsum(count) - count, count)
        acc_limit, gyr_limit = np.repeat(limits, count, axis=0).T
        clipped: Bools = (np.abs(acc).max(axis=1) >= acc_limit) | (np.abs(gyr_dps).max(axis=1) >= gyr_limit)
        return state, Decoded(
            t_s=np.repeat(laid.last_s - (count - 1) * step_s, count) + within * np.repeat(step_s, count),
            acc=acc,
            gyr=np.deg2rad(gyr_dps),
            clipped=clipped,
        )


def _taken(state: MovesenseState, packet: Packet, gathered: _Gathered) -> MovesenseState:
    payload = packet.payload
    if len(payload) < 2:
        raise _damaged(packet, f"{len(payload)} bytes")
    kind, reference = payload[0], payload[1]
    if kind == REPLY:
        return _told(state, reference, payload[2:])
    if kind not in (DATA, CONTINUED) or reference not in RATES_HZ:
        raise _damaged(packet, f"it begins with {payload[:2].hex(' ')}")
    state = state if reference == state.reference else _at_rate(state, reference)
    begun, block, arrival_s = state.begun, payload[2:], packet.t_s
    if kind == DATA:
        if begun is not None:
            state = _settled(state, begun, block, gathered)
    elif begun is None or packet.t_s - begun.arrival_s > CONTINUED_WITHIN_S:
        raise _damaged(packet, "it continues a packet that did not come")
    else:
        block, arrival_s = begun.block + block, begun.arrival_s
        state = replace(state, begun=None, has_continued=True)
    if len(block) > LONGEST_BLOCK:
        raise _damaged(packet, f"{len(block)} bytes of samples")
    if len(block) < state.block_bytes or not _is_whole(block):
        return replace(state, begun=Begun(block, arrival_s))
    return _with_block(state, block, arrival_s, gathered)


def _is_whole(block: bytes) -> bool:
    return len(block) > STAMP.size and (len(block) - STAMP.size) % SAMPLE_BYTES == 0


def _at_rate(state: MovesenseState, rate_hz: int) -> MovesenseState:
    samples = rate_hz // BLOCKS_HZ
    return replace(
        state,
        reference=rate_hz,
        pace=Pace.of_rate(rate_hz),
        block_bytes=STAMP.size + samples * SAMPLE_BYTES,
        begun=None,
        samples=0,
    )


def _settled(state: MovesenseState, begun: Begun, next_block: bytes, gathered: _Gathered) -> MovesenseState:
    """The state when another packet follows one that had only begun: it was whole all the same, or its end is lost."""
    state = replace(state, begun=None)
    if _is_whole(begun.block):
        try:
            read_blocks((begun.block,), 2)
        except ValueError:
            return state
        return _with_block(state, begun.block, begun.arrival_s, gathered)
    if not state.has_continued and not _is_whole(next_block):
        raise CutPacket(
            f"A packet of {len(next_block)} bytes of samples was cut, and does not go on in the next one.",
            f"The radio link carries {len(next_block) + 2} bytes a packet (MTU {len(next_block) + 5}): use another "
            "Bluetooth adapter, or newer firmware that sends the rest.",
        )
    return state


def _with_block(state: MovesenseState, block: bytes, arrival_s: float, gathered: _Gathered) -> MovesenseState:
    """The state after a whole packet, which is kept."""
    (stamp,) = STAMP.unpack_from(block)
    pace, step_s = state.pace, (stamp - state.stamp) % STAMP_WRAP * STAMP_S
    if pace.is_unbroken(step_s, state.samples):
        pace = pace.with_step(step_s, state.samples)
    samples = (len(block) - STAMP.size) // SAMPLE_BYTES
    state = replace(state, pace=pace, block_bytes=len(block), stamp=stamp, samples=samples)
    gathered.add(block, arrival_s, state)
    return state


def _told(state: MovesenseState, reference: int, reply: bytes) -> MovesenseState:
    """The state after a reply."""
    value = _value(reply)
    if reference == ACC_CONFIG and (range_g := _acc_range(value)) is not None:
        return replace(state, acc_limit=CLIP_FRACTION * range_g * STANDARD_GRAVITY)
    if reference == GYR_CONFIG and (range_dps := _gyr_range(value)) is not None:
        return replace(state, gyr_limit_dps=CLIP_FRACTION * range_dps)
    return state


def _value(reply: bytes | None) -> bytes | None:
    """What follows the status of a reply that says done; None if it says otherwise."""
    if reply is None or len(reply) < 2 or struct.unpack_from("<H", reply)[0] != DONE:
        return None
    return reply[2:]


def _acc_range(value: bytes | None) -> int | None:
    """Range in g; the form of this answer is assumed: no capture of it is known."""
    return value[0] if value and value[0] in ACC_RANGES_G else None


def _gyr_range(value: bytes | None) -> int | None:
    """Range in °/s; as `_acc_range`."""
    if value is None or len(value) < 2:
        return None
    (range_dps,) = struct.unpack_from("<H", value)
    return int(range_dps) if range_dps in GYR_RANGES_DPS else None


def _is_reply_to(reference: int) -> Callable[[bytes], bool]:
    return lambda said: len(said) >= 2 and said[0] == REPLY and said[1] == reference


def _asked(request: int, reference: int, path: str) -> Generator[Step, bytes | None, bytes | None]:
    """What the sensor answers after status 200; None if it does not answer, or something else."""
    said = bytes([request, reference]) + path.encode("ascii") + b"\0"
    reply = yield Ask("command", said, "answer", _is_reply_to(reference))
    return None if reply is None else _value(reply[2:])


def _unsubscribed(rate_hz: int) -> Generator[Step, bytes | None, None]:
    """Whatever is answered: it may not have been subscribed to."""
    yield Ask("command", bytes([UNSUBSCRIBE, rate_hz]), "answer", _is_reply_to(rate_hz), within_s=1.0)


def _streaming(doubts: list[str]) -> Generator[Step, bytes | None, int]:
    """Subscribe to the best rate the sensor agrees to."""
    for rate_hz in RATES_HZ:
        agreed = yield from _asked(SUBSCRIBE, rate_hz, f"/Meas/IMU6/{rate_hz}")
        if agreed is None:
            # Perhaps it believes in the subscription of a connection that is gone.
            yield from _unsubscribed(rate_hz)
            agreed = yield from _asked(SUBSCRIBE, rate_hz, f"/Meas/IMU6/{rate_hz}")
        if agreed is not None:
            if rate_hz != RATES_HZ[0]:
                doubts.append(f"The sensor refused {RATES_HZ[0]} samples a second; it sends {rate_hz}.")
            return rate_hz
    raise SensorError(
        "The sensor was asked for acceleration and turning rate, and did not agree.",
        "Stop other programs and recordings on it, take out and put back its battery; its firmware must offer "
        "/Meas/IMU6 (see firmware_notes/movesense.md).",
    )


def _text(value: bytes | None) -> str | None:
    """A characteristic's text; what is no text is nothing. Untrusted: made printable where it is shown."""
    text = (value or b"").decode("utf-8", "replace").strip("\0 ")
    return text[:TEXT_LENGTH] or None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.", NOTE)


MOVESENSE: Final = MovesenseProfile()
