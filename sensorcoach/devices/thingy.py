"""Profile ``thingy``: Nordic Thingy:52; ``firmware_notes/thingy.md``.

Channel ``raw`` carries one sample a packet in fixed-point numbers, without counter or time.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from sensorcoach.devices.conversation import Battery, Conversation, Read, Started, Subscribe, Write
from sensorcoach.devices.counted import Batch, CountedClock, laid
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

BASE: Final = "ef68{:04x}-9b35-4933-9b10-52ffa9740042"
SAMPLE_BYTES: Final = 18
ACC_LSB_G: Final = 1.0 / 1024
"""6Q10."""
GYR_LSB_DPS: Final = 1.0 / 32
"""11Q5."""
ACC_RANGE_G: Final = 2.0
"""Of its motion driver: a landing on a hard mat is beyond it."""
GYR_FULL_SCALE: Final = 32768
RATE_HZ: Final = 100
"""Landings need 100; at 200 phones have lost samples."""
RATES_HZ: Final = (5, 200)
SLOWEST_HZ: Final = 20
CONFIG: Final = struct.Struct("<HHHHB")
"""Step counter, temperature and compass intervals (ms), motion rate (Hz), wake on motion."""
DEFAULTS: Final = (1000, 500, 500, 10, 1)
TWICE_S: Final = 0.005
"""The same 18 bytes again within this time are one notification told twice: nine noisy numbers do not repeat."""
LOW_BATTERY_PERCENT: Final = 15


@dataclass(frozen=True, slots=True)
class ThingyState:
    """What the next packet needs."""

    clock: CountedClock = CountedClock(float(RATE_HZ))
    newest: bytes = b""
    newest_s: float = 0.0
    """The last notification, and when it came, to know one that comes twice."""
    duplicated: int = 0


class ThingyProfile:
    """Decoder and commands. The rate comes from the ``config`` packets, else from the device setting ``rate_hz``."""

    name = "thingy"
    label = "Nordic Thingy:52"
    about: Final = About(
        sensor="Nordic Thingy:52",
        needs="",
        rate_hz=RATE_HZ,
        evidence="documentation only",
    )
    advertised: Final = Advertised(services=(BASE.format(0x0100), BASE.format(0x0400)), names=("Thingy",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "raw": BASE.format(0x0406),
            "config": BASE.format(0x0401),
            "battery": "00002a19-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "raw"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> ThingyState:
        """See `Profile.initial`."""
        rate_hz = number_or_none(device_settings, "rate_hz")
        if rate_hz is None:
            return ThingyState()
        if not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
            raise DecodeError(
                f"Device setting rate_hz is {rate_hz:g}; expected {RATES_HZ[0]} to {RATES_HZ[1]}.",
                "Correct it in the recording's first line.",
            )
        return ThingyState(CountedClock(rate_hz))

    def decode(self, state: ThingyState, packet: Packet) -> tuple[ThingyState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: ThingyState, packets: Sequence[Packet]) -> tuple[ThingyState, Decoded | None]:
        """See `Profile.decode_all`. After a silence samples are held back for a moment."""
        clock, newest, newest_s, duplicated = state.clock, state.newest, state.newest_s, state.duplicated
        came: list[Packet] = []
        for packet in packets:
            if packet.channel == "raw":
                if len(packet.payload) != SAMPLE_BYTES:
                    raise _damaged(packet, f"{len(packet.payload)} bytes, expected {SAMPLE_BYTES}")
                if packet.payload == newest and packet.t_s - newest_s < TWICE_S:
                    duplicated += 1
                    continue
                newest, newest_s = packet.payload, packet.t_s
                came.append(packet)
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
            elif packet.channel == "config" and clock.clock is None and not came:
                # Read before the first sample; it holds for the session.
                rate_hz = _rate(packet.payload)
                clock = clock if rate_hz is None else replace(clock, rate_hz=float(rate_hz))
        clock, out = laid(clock, Batch.of(came, SAMPLE_BYTES))
        state = ThingyState(clock, newest, newest_s, duplicated)
        body = out.body
        if not body:
            return state, None
        raw = np.frombuffer(body, dtype="<i2").reshape(-1, SAMPLE_BYTES // 2)[:, :6].astype(np.float64)
        acc_g = raw[:, :3] * ACC_LSB_G
        clipped = np.abs(acc_g).max(axis=1) >= CLIP_FRACTION * ACC_RANGE_G
        clipped |= np.abs(raw[:, 3:]).max(axis=1) >= CLIP_FRACTION * GYR_FULL_SCALE
        return state, Decoded(out.t_s, acc_g * STANDARD_GRAVITY, np.deg2rad(raw[:, 3:] * GYR_LSB_DPS), clipped)

    def reconnected(self, state: ThingyState) -> ThingyState:
        """See `Profile.reconnected`."""
        return replace(state, clock=state.clock.reconnected(), newest=b"")

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. Listening starts it, so its rate is set before; nothing but the rate is changed."""
        doubts: list[str] = []
        before = yield Read("config", optional=True)
        told = CONFIG.unpack(before) if before is not None and len(before) == CONFIG.size else DEFAULTS
        yield Write("config", CONFIG.pack(*told[:3], RATE_HZ, told[4]))
        rate_hz = _rate((yield Read("config", optional=True)))
        if rate_hz is None:
            doubts.append(f"The sensor did not confirm its rate; {RATE_HZ} samples a second were asked for.")
        elif rate_hz < SLOWEST_HZ:
            raise SensorError(
                f"The sensor was set to {RATE_HZ} samples a second and stays at {rate_hz}.",
                "Switch it off and on; if that does not help, update its firmware.",
            )
        elif rate_hz != RATE_HZ:
            doubts.append(f"The sensor was set to {RATE_HZ} samples a second and stays at {rate_hz}.")
        yield Subscribe("raw")
        rate_hz = rate_hz or RATE_HZ
        return Started(float(rate_hz), None, MappingProxyType({"rate_hz": rate_hz}), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. It stops when nobody listens."""
        yield from ()

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0)


def _rate(config: bytes | None) -> int | None:
    """Samples a second, if it is a rate the sensor has."""
    if config is None or len(config) != CONFIG.size:
        return None
    rate_hz: int = CONFIG.unpack(config)[3]
    return rate_hz if RATES_HZ[0] <= rate_hz <= RATES_HZ[1] else None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.",
        "See firmware_notes/thingy.md.",
    )


THINGY: Final = ThingyProfile()
