"""Profile ``microbit``: BBC micro:bit, its accelerometer service; ``firmware_notes/microbit.md``.

Channel ``acceleration`` carries one sample a packet in mg, without counter, time or turning rate. Its rate is not quite
what it is set to, and is measured.
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
from sensorcoach.errors import DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

SAMPLE_BYTES: Final = 6
ACC_LSB_G: Final = 1e-3
ACC_RANGE_G: Final = 2.0
"""As its programs have it, unless they say otherwise."""
PERIOD_MS: Final = 20
"""The shortest that does not disturb it; at 1 ms, or 0, it crashes."""
SLOWEST_PERIOD_MS: Final = 50


@dataclass(frozen=True, slots=True)
class MicrobitState:
    """What the next packet needs. The rate is measured: set to 50 a second, 56 have been seen."""

    clock: CountedClock = CountedClock(None)
    duplicated: int = 0


class MicrobitProfile:
    """Decoder and commands. No turning rate: counting works, speeds come from the tilt."""

    name = "microbit"
    label = "BBC micro:bit"
    about: Final = About(
        sensor="BBC micro:bit v1 and v2 (acceleration only)",
        needs="a program with the Bluetooth accelerometer service and 'No Pairing Required'",
        rate_hz=1000.0 / PERIOD_MS,
        evidence="decoded from captures",
    )
    advertised: Final = Advertised(services=("e95d0753-251d-470a-a062-fa1922dfa9a8",), names=("BBC micro:bit",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "acceleration": "e95dca4b-251d-470a-a062-fa1922dfa9a8",
            "period": "e95dfb24-251d-470a-a062-fa1922dfa9a8",
        }
    )
    data_channel: Final = "acceleration"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> MicrobitState:
        """See `Profile.initial`."""
        return MicrobitState()

    def decode(self, state: MicrobitState, packet: Packet) -> tuple[MicrobitState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: MicrobitState, packets: Sequence[Packet]) -> tuple[MicrobitState, Decoded | None]:
        """See `Profile.decode_all`. The first seconds are held back, and a moment after a silence."""
        came: list[Packet] = []
        for packet in packets:
            if packet.channel == "acceleration":
                if len(packet.payload) != SAMPLE_BYTES:
                    raise _damaged(packet, f"{len(packet.payload)} bytes, expected {SAMPLE_BYTES}")
                came.append(packet)
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
        clock, out = laid(state.clock, Batch.of(came, SAMPLE_BYTES))
        state = replace(state, clock=clock)
        body = out.body
        if not body:
            return state, None
        acc_g = np.frombuffer(body, dtype="<i2").reshape(-1, 3) * ACC_LSB_G
        clipped = np.abs(acc_g).max(axis=1) >= CLIP_FRACTION * ACC_RANGE_G
        return state, Decoded(t_s=out.t_s, acc=acc_g * STANDARD_GRAVITY, gyr=None, clipped=clipped)

    def reconnected(self, state: MicrobitState) -> MicrobitState:
        """See `Profile.reconnected`."""
        return replace(state, clock=state.clock.reconnected())

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. It streams to whoever listens, so its period is set before."""
        doubts: list[str] = []
        period_ms = _period((yield Read("period", optional=True)))
        if period_ms is not None and period_ms != PERIOD_MS:
            yield Write("period", struct.pack("<H", PERIOD_MS))
            period_ms = _period((yield Read("period", optional=True)))
        if period_ms is None:
            doubts.append("The micro:bit does not tell its sample period.")
        elif period_ms > SLOWEST_PERIOD_MS:
            raise SensorError(
                f"The micro:bit was set to a sample every {PERIOD_MS} ms and stays at {period_ms} ms.",
                "Flash its program again with a current version of MakeCode.",
            )
        elif period_ms != PERIOD_MS:
            doubts.append(f"The micro:bit was set to a sample every {PERIOD_MS} ms and stays at {period_ms} ms.")
        if (yield Subscribe("acceleration", optional=True)) is None:
            raise SensorError(
                "The micro:bit does not offer its accelerometer.",
                "Flash a program with the Bluetooth accelerometer service, and with 'No Pairing Required' in the "
                "project's settings.",
            )
        rate_hz = 1000.0 / (period_ms or PERIOD_MS)
        return Started(rate_hz, None, MappingProxyType({"rate_hz": rate_hz}), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. It stops when nobody listens."""
        yield from ()

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`. It does not tell."""
        yield from ()
        return None


def _period(value: bytes | None) -> int | None:
    """Sample period in ms; None if it is not told."""
    if value is None or len(value) < 2:
        return None
    return int.from_bytes(value[:2], "little") or None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no acceleration: {what}.",
        "See firmware_notes/microbit.md.",
    )


MICROBIT: Final = MicrobitProfile()
