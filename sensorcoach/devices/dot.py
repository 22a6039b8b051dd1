"""Profile ``dot``: Movella DOT, formerly Xsens DOT; ``firmware_notes/dot.md``.

Channel ``medium`` carries measurement mode 21 (time, acceleration, turning rate), which is what is asked for; channel
``long`` mode 26 (a quaternion more), which others record. One sample a packet, stamped in µs; gravity is in it.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from sensorcoach.devices.conversation import Battery, Conversation, Read, Started, Subscribe, Wait, Write
from sensorcoach.devices.plausible import first_implausible
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.stamped import StampedClock
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

BASE: Final = "1517{:04x}-4947-11e9-8646-d663bd873d93"
RATE_QUANTITIES: Final = 21
CUSTOM_5: Final = 26
MOTION_BYTES: Final = 24
"""Acceleration and turning rate, three float32 each."""
MOTION_AT: Final[Mapping[str, int]] = MappingProxyType({"medium": 4, "long": 20})
"""Where they begin: after the time, and in mode 26 after the quaternion."""
RATE_HZ: Final = 60
"""The highest for streaming, and as delivered."""
SLOWEST_HZ: Final = 20
"""Below it counting is not possible."""
SET_RATE: Final = 0x10
"""Bit of the device control's mask: only the output rate is taken over."""
RATE_AT: Final = 24
TAG_AT: Final = 7
TAG_BYTES: Final = 16
CONTROL_BYTES: Final = 32
TICK_S: Final = 1e-6
WRAP: Final = 1 << 32
"""The time starts again at 0 after 71.6 minutes."""
ACC_RANGE: Final = 16 * STANDARD_GRAVITY
GYR_RANGE: Final = float(np.deg2rad(2000))
"""Of its chip (user manual)."""
LOW_BATTERY_PERCENT: Final = 15
DIGEST_S: Final = 0.1
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class DotState:
    """What the next packet needs: where the sensor's clock stood."""

    clock: StampedClock = StampedClock(TICK_S, WRAP)
    duplicated: int = 0


class DotProfile:
    """Decoder and commands. No device setting is needed."""

    name = "dot"
    label = "Movella DOT"
    about: Final = About(
        sensor="Movella DOT, Xsens DOT (hardware v1 and v2)",
        needs="",
        rate_hz=RATE_HZ,
        evidence="documentation only",
    )
    advertised: Final = Advertised(
        services=(BASE.format(0x1000), BASE.format(0x2000)), names=("Movella DOT", "Xsens DOT")
    )
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "medium": BASE.format(0x2003),
            "long": BASE.format(0x2002),
            "measurement": BASE.format(0x2001),
            "info": BASE.format(0x1001),
            "device": BASE.format(0x1002),
            "battery": BASE.format(0x3001),
        }
    )
    data_channel: Final = "medium"
    counts_loss: Final = True

    def initial(self, device_settings: Mapping[str, object]) -> DotState:
        """See `Profile.initial`."""
        return DotState()

    def decode(self, state: DotState, packet: Packet) -> tuple[DotState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: DotState, packets: Sequence[Packet]) -> tuple[DotState, Decoded | None]:
        """See `Profile.decode_all`."""
        carriers = []
        bodies = []
        for packet in packets:
            at = MOTION_AT.get(packet.channel)
            if at is not None:
                carriers.append(packet)
                bodies.append(_body(packet, at))
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
        if not carriers:
            return state, None
        raw = np.frombuffer(b"".join(bodies), dtype="<f4").reshape(-1, 6).astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            acc, gyr = raw[:, :3], np.deg2rad(raw[:, 3:])
        bad = first_implausible(acc, gyr)
        if bad is not None:
            raise _damaged(carriers[bad], "its values are no motion; is the sensor set to another measurement mode?")
        stamps = np.frombuffer(b"".join(packet.payload[:4] for packet in carriers), dtype="<u4").astype(np.int64)
        clock, laid = state.clock.laid(stamps, np.zeros(len(stamps)), np.array([packet.t_s for packet in carriers]))
        state = replace(state, clock=clock, duplicated=clock.repeated)
        if not laid.kept.any():
            return state, None
        acc, gyr = acc[laid.kept], gyr[laid.kept]
        at_limit = np.abs(acc).max(axis=1) >= CLIP_FRACTION * ACC_RANGE
        at_limit |= np.abs(gyr).max(axis=1) >= CLIP_FRACTION * GYR_RANGE
        return state, Decoded(t_s=laid.last_s, acc=acc, gyr=gyr, clipped=at_limit)

    def reconnected(self, state: DotState) -> DotState:
        """See `Profile.reconnected`. Nothing spans packets; whether the clock ran on, its next stamp tells."""
        return state

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. A sensor that is started before it is listened to sends nothing."""
        yield Subscribe("medium")
        doubts: list[str] = []
        info = yield Read("info", optional=True)
        control = yield Read("device", optional=True)
        rate_hz = _rate(control)
        if control is not None and rate_hz not in (None, RATE_HZ):
            # Not possible while it measures, for somebody who went away.
            yield Write("measurement", bytes([1, 0, RATE_QUANTITIES]))
            yield Wait(DIGEST_S)
            yield Write("device", _with_rate(control, RATE_HZ))
            yield Wait(DIGEST_S)
            rate_hz = _rate((yield Read("device", optional=True)))
        if rate_hz is None:
            doubts.append("The sensor did not tell its output rate.")
        elif rate_hz < SLOWEST_HZ:
            raise SensorError(
                f"The sensor was set to {RATE_HZ} samples a second and stays at {rate_hz}.",
                "Set its output rate to 60 Hz with the maker's app, and end a synchronisation there.",
            )
        elif rate_hz != RATE_HZ:
            doubts.append(f"The sensor was set to {RATE_HZ} samples a second and stays at {rate_hz}.")
        for attempt in range(TRIES):
            if attempt:
                yield Wait(DIGEST_S)
            yield Write("measurement", bytes([1, 1, RATE_QUANTITIES]))
            said = yield Read("measurement", optional=True)
            if said is None or len(said) < 3:
                doubts.append("The sensor did not confirm that it measures.")
                break
            if said[1:3] == bytes([1, RATE_QUANTITIES]):
                break
        else:
            raise SensorError(
                "The sensor was started and says that it does not measure what it was asked for.",
                "Switch it off and on; end a recording or a synchronisation with the maker's app.",
            )
        identity, told = _info(info)
        device: dict[str, object] = {} if rate_hz is None else {"rate_hz": rate_hz}
        device |= told
        return Started(None if rate_hz is None else float(rate_hz), identity, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`."""
        yield Write("measurement", bytes([1, 0, RATE_QUANTITIES]))

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        charging = len(level) > 1 and level[1] == 1
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT and not charging, fraction=level[0] / 100.0)


def _body(packet: Packet, at: int) -> bytes:
    """Acceleration and turning rate of a packet, whose buffer may be longer and is then zero behind."""
    end = at + MOTION_BYTES
    payload = packet.payload
    if len(payload) < end:
        if len(payload) == 20:
            raise CutPacket(
                f"The packet at {packet.t_s:.3f} s was cut: {len(payload)} bytes, expected {end}.",
                f"The radio link carries {len(payload)} bytes a packet (MTU {len(payload) + 3}), the sensor needs an "
                f"MTU of {end + 3}: use another Bluetooth adapter (--adapter).",
            )
        raise _damaged(packet, f"{len(payload)} bytes, expected {end}")
    if len(payload) > end and payload[end:].strip(b"\0"):
        raise _damaged(packet, f"{len(payload)} bytes, expected {end}; is it set to another measurement mode?")
    return payload[at:end]


def _rate(control: bytes | None) -> int | None:
    """Output rate in the device control."""
    if control is None or len(control) < RATE_AT + 2:
        return None
    (rate_hz,) = struct.unpack_from("<H", control, RATE_AT)
    return int(rate_hz) or None


def _with_rate(control: bytes, rate_hz: int) -> bytes:
    """The device control that changes the rate alone: what its mask leaves out is not taken over."""
    tag = control[TAG_AT : TAG_AT + 1 + TAG_BYTES]
    rest = control[RATE_AT + 2 : RATE_AT + 3]
    return (bytes([SET_RATE]) + bytes(6) + tag + struct.pack("<H", rate_hz) + rest).ljust(CONTROL_BYTES, b"\0")


def _info(info: bytes | None) -> tuple[str | None, dict[str, object]]:
    """The hardware address, its bytes in reverse order, and the firmware's version."""
    if info is None or len(info) < 9 or not any(info[:6]):
        return None, {}
    identity = ":".join(f"{byte:02X}" for byte in reversed(info[:6]))
    return identity, {"serial": identity, "firmware": ".".join(str(part) for part in info[6:9])}


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.",
        "See firmware_notes/dot.md.",
    )


DOT: Final = DotProfile()
