"""Profile ``bluest``: ST boards with BlueST firmware (SensorTile, BlueCoin, Nucleo); ``firmware_notes/bluest.md``.

Channel ``motion`` carries one sample a packet: a tick of 8 ms, acceleration, turning rate, compass. About 20 a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from sensorcoach.devices.conversation import Battery, Conversation, Started, Subscribe
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.stamped import StampedClock
from sensorcoach.errors import DecodeError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

SAMPLE_BYTES: Final = 20
ACC_LSB_G: Final = 1e-3
GYR_LSB_DPS: Final = 0.1
TICK_S: Final = 0.008
WRAP: Final = 1 << 16
"""The tick starts again at 0 after 524 s."""
RATE_HZ: Final = 20.0
"""The firmware's own: captures step by 6.25 ticks. It cannot be set."""
_FULL_SCALE: Final = 32768


@dataclass(frozen=True, slots=True)
class BlueStState:
    """What the next packet needs: where the sensor's tick stood."""

    clock: StampedClock = StampedClock(TICK_S, WRAP)
    duplicated: int = 0


class BlueStProfile:
    """Decoder. The firmware's ranges are not told: only values at the end of int16 count as clipped."""

    name = "bluest"
    label = "ST BlueST board"
    about: Final = About(
        sensor="ST SensorTile, BlueCoin, Nucleo with ALLMEMS1 (BlueST firmware)",
        needs="firmware with acceleration, turning rate and compass in one characteristic (ALLMEMS1 as delivered)",
        rate_hz=RATE_HZ,
        evidence="decoded from captures",
    )
    advertised: Final = Advertised(services=("00000000-0001-11e1-9ab4-0002a5d5c51b",), names=("AM1V",))
    channels: Final[Mapping[str, str]] = MappingProxyType({"motion": "00e00000-0001-11e1-ac36-0002a5d5c51b"})
    data_channel: Final = "motion"
    counts_loss: Final = True

    def initial(self, device_settings: Mapping[str, object]) -> BlueStState:
        """See `Profile.initial`."""
        return BlueStState()

    def decode(self, state: BlueStState, packet: Packet) -> tuple[BlueStState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: BlueStState, packets: Sequence[Packet]) -> tuple[BlueStState, Decoded | None]:
        """See `Profile.decode_all`."""
        for packet in packets:
            if packet.channel != "motion":
                raise _damaged(packet, "there is no such channel")
            if len(packet.payload) != SAMPLE_BYTES:
                raise _damaged(packet, f"{len(packet.payload)} bytes, expected {SAMPLE_BYTES}")
        if not packets:
            return state, None
        raw = np.frombuffer(b"".join(packet.payload for packet in packets), dtype="<i2").reshape(-1, SAMPLE_BYTES // 2)
        stamps = raw[:, 0].astype(np.int64) % WRAP
        clock, laid = state.clock.laid(stamps, np.zeros(len(stamps)), np.array([packet.t_s for packet in packets]))
        state = replace(state, clock=clock, duplicated=clock.repeated)
        values = raw[laid.kept, 1:7].astype(np.float64)
        if not len(values):
            return state, None
        return state, Decoded(
            t_s=laid.last_s,
            acc=values[:, :3] * (ACC_LSB_G * STANDARD_GRAVITY),
            gyr=np.deg2rad(values[:, 3:] * GYR_LSB_DPS),
            clipped=np.abs(values).max(axis=1) >= CLIP_FRACTION * _FULL_SCALE,
        )

    def reconnected(self, state: BlueStState) -> BlueStState:
        """See `Profile.reconnected`. Nothing spans packets; whether the tick ran on, the next one tells."""
        return state

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. It streams to whoever listens."""
        yield Subscribe("motion")
        doubt = "This sensor sends about 20 samples a second and cannot be set: landings are not graded."
        return Started(RATE_HZ, None, MappingProxyType({}), (doubt,))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. It stops when nobody listens."""
        yield from ()

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`. It is not asked."""
        yield from ()
        return None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.",
        "See firmware_notes/bluest.md.",
    )


BLUEST: Final = BlueStProfile()
