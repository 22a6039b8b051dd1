"""Profile ``witmotion``: WitMotion BLE 5.0 sensors (WT901BLE, WT9011DCL-BT50 …); ``firmware_notes/witmotion.md``.

Channel ``data`` is a stream of 20-byte frames without checksum, number or time: samples (``55 61``) and answers to
register reads (``55 71``). Channel ``command`` takes five bytes a command.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from sensorcoach.devices.conversation import Ask, Battery, Conversation, Started, Step, Subscribe, Wait, Write
from sensorcoach.devices.counted import Batch, Came, CountedClock, laid
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Bools, Decoded, Floats, Packet

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
"""The base ends in 9a, not in the SIG's 9b."""
FRAME_BYTES: Final = 20
OTHER_FRAME_BYTES: Final = 28
"""Of other sensors of this maker, with the same beginning and another meaning (vector W8)."""
SAMPLE: Final = 0x61
REGISTERS: Final = 0x71
_FULL_SCALE: Final = 32768
ACC_RANGE_G: Final = 16
GYR_RANGE_DPS: Final = 2000
RATE_REGISTER: Final = 0x03
VERSION_REGISTER: Final = 0x2E
BATTERY_REGISTER: Final = 0x64
ADDRESS_REGISTER: Final = 0x66
OUTPUT_REGISTER: Final = 0x96
RATES_HZ: Final[Mapping[int, float]] = MappingProxyType(
    {0x03: 1.0, 0x05: 5.0, 0x06: 10.05, 0x07: 19.86, 0x08: 49.45, 0x09: 99.26, 0x0A: 99.29, 0x0B: 198.43}
)
"""Rate codes of register 0x03 -> samples a second as measured on a WT901BLE67 (10 Hz and up), else as documented."""
RATE_100: Final = 0x09
LOWEST_RATE_HZ: Final = 1.0
HIGHEST_RATE_HZ: Final = 250.0
UNSETTLED_S: Final = 3.0
"""A rate that is not read back by then (it takes half a second) will not be."""
TWICE_S: Final = 0.005
"""The same bytes again within this time are one notification told twice (reconnecting can double every callback)."""
SLOWEST_HZ: Final = 40.0
"""Below it, counting makes no sense on a sensor that can do 100: then the setting has failed."""
TRIES: Final = 3
DIGEST_S: Final = 0.1
"""Between commands, as working code does it."""
LOW_VOLTS: Final = 3.5
"""The vendor's two tables of per cent disagree by 25 points; both call this nearly empty."""


@dataclass(frozen=True, slots=True)
class WitState:
    """What the next packet needs. The sensor's clock is its count of frames over its rate."""

    clock: CountedClock = CountedClock(RATES_HZ[RATE_100])
    rate_read_back: bool = False
    """Every connection of the recording begins with reading the rate back (device setting ``rate_hz``)."""
    unsettled_until_s: float | None = None
    """Frames are left out until rate and output are read back, or until then; inf: until so long after the first."""
    displacement: bool = False
    """It sends displacement, not acceleration, in frames that look the same."""
    pending: bytes = b""
    """A frame that has begun."""
    newest: bytes = b""
    """The last notification whose frames were used, to know one that comes twice."""
    newest_s: float = 0.0
    """When it came."""
    dropped_bytes: int = 0
    cut: int = 0
    """Notifications whose last frame was cut off (`profile.CutsSeen`): the link carries less at once than is sent."""
    duplicated: int = 0


class WitProfile:
    """Decoder and commands. Device setting: ``rate_hz``, if it was read back at the start of the session."""

    name = "witmotion"
    label = "WitMotion BLE 5.0"
    about: Final = About(
        sensor="WitMotion WT901BLE67, WT901BLE68, WT901BLECL 5.0, WT9011DCL-BT50, BWT901BLE5.0",
        needs="",
        rate_hz=RATES_HZ[RATE_100],
        evidence="decoded from captures",
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("WT901",), other_names=("WTVB",), shared_names=("WT",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "data": "0000ffe4-0000-1000-8000-00805f9a34fb",
            "command": "0000ffe9-0000-1000-8000-00805f9a34fb",
        }
    )
    data_channel: Final = "data"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> WitState:
        """See `Profile.initial`."""
        rate_hz = number_or_none(device_settings, "rate_hz")
        if rate_hz is None:
            return WitState()
        if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
            raise DecodeError(
                f"Device setting rate_hz is {rate_hz:g}; expected {LOWEST_RATE_HZ:g} to {HIGHEST_RATE_HZ:g}.",
                "Correct it in the recording's first line.",
            )
        return WitState(CountedClock(rate_hz), rate_read_back=True, unsettled_until_s=math.inf)

    def decode(self, state: WitState, packet: Packet) -> tuple[WitState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: WitState, packets: Sequence[Packet]) -> tuple[WitState, Decoded | None]:
        """See `Profile.decode_all`. After a silence samples are held back for a moment (`counted`)."""
        came: list[Came] = []
        bodies: list[bytes] = []
        times_s: list[Floats] = []

        def lay(clock: CountedClock) -> CountedClock:
            clock, out = laid(clock, Batch.from_packets(came))
            came.clear()
            bodies.append(out.body)
            times_s.append(out.t_s)
            return clock

        for packet in packets:
            if packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
            if packet.channel != self.data_channel:
                continue
            state, frames, rate_hz = _heard(state, packet)
            if rate_hz is not None and rate_hz != state.clock.rate_hz:
                state = replace(state, clock=lay(state.clock).at_rate(rate_hz))
            if frames:
                came.append(Came(packet.t_s, frames, len(frames) // FRAME_BYTES))
        state = replace(state, clock=lay(state.clock))
        return state, _decoded(b"".join(bodies), np.concatenate(times_s))

    def reconnected(self, state: WitState) -> WitState:
        """See `Profile.reconnected`. The sensor may have been switched off, and then has its old rate for a moment."""
        until_s = math.inf if state.rate_read_back else None
        clock = state.clock.reconnected()
        return replace(state, clock=clock, pending=b"", newest=b"", unsettled_until_s=until_s)

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. Settings hold until the sensor is switched off: its flash is not worn."""
        yield Subscribe("data")
        doubts: list[str] = []
        rate_hz = yield from _rate_set(doubts)
        yield from _samples_chosen(doubts)
        identity = _address((yield from _registers(ADDRESS_REGISTER)))
        version = yield from _registers(VERSION_REGISTER)
        device: dict[str, object] = {} if rate_hz is None else {"rate_hz": rate_hz}
        device |= {} if version is None else {"firmware": ".".join(map(str, version[:2]))}
        return Started(rate_hz, identity, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. It has no stop; it streams to whoever listens."""
        yield from ()

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        values = yield from _registers(BATTERY_REGISTER)
        if values is None or values[0] == 0:  # 0 while the sensor is busy
            return None
        volts = values[0] / 100.0
        return Battery(low=volts < LOW_VOLTS, volts=volts)


def _decoded(body: bytes, t_s: Floats) -> Decoded | None:
    if not body:
        return None
    raw = np.frombuffer(body, dtype="<i2").reshape(-1, FRAME_BYTES // 2)[:, 1:7]
    clipped: Bools = np.abs(raw.astype(np.int32)).max(axis=1) >= CLIP_FRACTION * _FULL_SCALE
    return Decoded(
        t_s=t_s,
        acc=raw[:, :3] * (ACC_RANGE_G * STANDARD_GRAVITY / _FULL_SCALE),
        gyr=raw[:, 3:] * float(np.deg2rad(GYR_RANGE_DPS) / _FULL_SCALE),
        clipped=clipped,
    )


def _heard(state: WitState, packet: Packet) -> tuple[WitState, bytes, float | None]:
    """The state after a notification, the frames of it that count, and the rate that it tells, if it does."""
    if not state.pending and _of_another(packet.payload):
        raise _damaged(packet, "28 bytes, as a vibration sensor (WTVB) sends them")
    frames, replies, pending, dropped = _frames(state.pending, packet.payload)
    if _twice(state, packet, frames):
        return replace(state, duplicated=state.duplicated + len(frames) // FRAME_BYTES), b"", None
    t_s = packet.t_s
    if pending or dropped or state.pending:
        cut = state.cut + (state.pending != b"" and _begins_anew(packet.payload))
        state = replace(state, pending=pending, dropped_bytes=state.dropped_bytes + dropped, cut=cut)
    rate_hz: float | None = None
    for reply in replies:
        state, rate_hz = _told(state, reply, rate_hz)
    if not frames:
        if dropped and not replies and not pending:
            raise _damaged(packet, f"no frame is in its {len(packet.payload)} bytes")
        return state, b"", rate_hz
    if state.unsettled_until_s is not None:
        if t_s < state.unsettled_until_s:
            until_s = min(state.unsettled_until_s, t_s + UNSETTLED_S)
            return replace(state, unsettled_until_s=until_s), b"", rate_hz
        state = replace(state, unsettled_until_s=None)
    if state.displacement:
        if replies:
            return state, b"", rate_hz
        raise _damaged(packet, "the sensor is set to displacement (register 0x96)")
    return replace(state, newest=packet.payload, newest_s=t_s), frames, rate_hz


def _frames(pending: bytes, payload: bytes) -> tuple[bytes, list[bytes], bytes, int]:
    """Sample frames one after the other, register frames, what has begun, and the number of bytes that are neither."""
    if _whole(payload):
        # What began before and did not go on was cut off.
        return payload, [], b"", len(pending)
    void = len(pending) if _begins_anew(payload) else 0
    data = (pending + payload)[void:]
    samples: list[bytes] = []
    replies: list[bytes] = []
    used = at = 0
    while (at := data.find(0x55, at)) >= 0:
        kind = data[at + 1 : at + 2]
        if kind and kind[0] not in (SAMPLE, REGISTERS):
            at += 1
            continue
        if at + FRAME_BYTES > len(data):
            return b"".join(samples), replies, data[at:], void + at - used
        (samples if kind[0] == SAMPLE else replies).append(data[at : at + FRAME_BYTES])
        at += FRAME_BYTES
        used += FRAME_BYTES
    return b"".join(samples), replies, b"", void + len(data) - used


def _begins_anew(payload: bytes) -> bool:
    """A frame begins with this notification, and with every twentieth byte of it: what began before was cut off.

    Else the rest of a cut frame and the beginning of the next would make one that nothing tells from a real one.
    """
    heads = zip(payload[::FRAME_BYTES], payload[1::FRAME_BYTES], strict=False)
    return len(payload) >= FRAME_BYTES and all(head == 0x55 and kind in (SAMPLE, REGISTERS) for head, kind in heads)


def _whole(payload: bytes) -> bool:
    """A notification of sample frames and nothing else, as they nearly all are."""
    number, rest = divmod(len(payload), FRAME_BYTES)
    return (
        number > 0
        and rest == 0
        and payload[::FRAME_BYTES].count(0x55) == number
        and payload[1::FRAME_BYTES].count(SAMPLE) == number
    )


def _of_another(payload: bytes) -> bool:
    """A longer frame than ours, and not one of ours with the beginning of the next."""
    return len(payload) == OTHER_FRAME_BYTES and payload[:2] == b"\x55\x61" and payload[FRAME_BYTES] != 0x55


def _twice(state: WitState, packet: Packet, frames: bytes) -> bool:
    """The very notification that came before. Frames that are all alike (a sensor without noise) prove nothing."""
    return (
        packet.payload == state.newest
        and packet.t_s - state.newest_s < TWICE_S
        and frames[:FRAME_BYTES] != frames[-FRAME_BYTES:]
        and len(frames) == len(packet.payload)
    )


def _told(state: WitState, reply: bytes, rate_hz: float | None) -> tuple[WitState, float | None]:
    """State and rate after an answer to a register read."""
    register, value = struct.unpack_from("<HH", reply, 2)
    if register == OUTPUT_REGISTER:  # asked last of what frames mean: at their rate, and now surely acceleration
        unsettled_until_s = None if value == 0 else state.unsettled_until_s
        return replace(state, displacement=value == 1, unsettled_until_s=unsettled_until_s), rate_hz
    # Another register tells no rate; a sensor busy with its flash reads 0.
    return state, RATES_HZ.get(value, rate_hz) if register == RATE_REGISTER else rate_hz


def _command(register: int, value: int) -> Write:
    return Write("command", struct.pack("<BBBH", 0xFF, 0xAA, register, value), acknowledged=False)


def _registers(first: int) -> Generator[Step, bytes | None, tuple[int, ...] | None]:
    """Eight registers from ``first`` on, as the sensor answers within its stream; None if it does not."""
    head = struct.pack("<BBH", 0x55, 0x71, first)
    for _ in range(TRIES):
        said = yield Ask(
            "command",
            struct.pack("<BBBH", 0xFF, 0xAA, 0x27, first),
            "data",
            lambda payload: 0 <= payload.find(head) <= len(payload) - 20,
            within_s=1.0,
            acknowledged=False,
        )
        if said is not None:
            return struct.unpack_from("<8H", said, said.find(head) + 4)
    return None


def _rate_set(doubts: list[str]) -> Generator[Step, bytes | None, float | None]:
    """Ask for 100 Hz until the sensor confirms it; the rate it confirms, None if it does not answer."""
    code: int | None = None
    for _ in range(TRIES):
        yield _command(0x69, 0xB588)
        yield Wait(DIGEST_S)
        yield _command(RATE_REGISTER, RATE_100)
        yield Wait(DIGEST_S)
        values = yield from _registers(RATE_REGISTER)
        if values is None:
            doubts.append("The sensor did not confirm its rate; 100 samples a second were asked for.")
            return None
        code = values[0]
        if code == RATE_100:
            return RATES_HZ[code]
    rate_hz = RATES_HZ.get(code or 0)
    if rate_hz is None or rate_hz < SLOWEST_HZ:
        told = f"rate code {code:#04x}" if rate_hz is None else f"{rate_hz:g} samples a second"
        raise SensorError(
            f"The sensor was set to 100 samples a second {TRIES} times and stays at {told}.",
            "Switch it off and on; if that does not help, set the rate with the maker's own app.",
        )
    doubts.append(f"The sensor was set to 100 samples a second and stays at {rate_hz:g}.")
    return rate_hz


def _samples_chosen(doubts: list[str]) -> Generator[Step, bytes | None, None]:
    """Acceleration and turning rate, and not the displacement that looks the same on the air."""
    for attempt in range(TRIES):
        values = yield from _registers(OUTPUT_REGISTER)
        if values is None:
            doubts.append("The sensor did not tell whether it sends acceleration or displacement.")
            return
        if values[0] == 0:
            return
        if attempt < TRIES - 1:
            yield _command(0x69, 0xB588)
            yield Wait(DIGEST_S)
            yield _command(OUTPUT_REGISTER, 0)
            yield Wait(DIGEST_S)
    raise SensorError(
        "The sensor sends displacement instead of acceleration, and cannot be switched.",
        "Set its output to acceleration with the maker's own app.",
    )


def _address(registers: tuple[int, ...] | None) -> str | None:
    """The hardware address: three registers, its bytes in reverse order."""
    if registers is None or not any(registers[:3]):
        return None
    return ":".join(f"{byte:02X}" for byte in reversed(struct.pack("<3H", *registers[:3])))


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.",
        "See firmware_notes/witmotion.md.",
    )


WITMOTION: Final = WitProfile()
