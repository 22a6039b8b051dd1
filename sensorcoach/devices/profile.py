"""What every sensor description offers: from recorded packets to samples, as a pure function of state and bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from sensorcoach.model import Decoded, Packet


class State(Protocol):
    """What a decoder must remember between packets: a frozen dataclass, rebuilt from the recording."""

    @property
    def duplicated(self) -> int:
        """Samples dropped so far because their packet came twice."""


S = TypeVar("S", bound=State)


class Profile(Protocol[S]):
    """One sensor's language. Implementations are modules' constants, gathered in `sensorcoach.devices.PROFILES`."""

    @property
    def name(self) -> str:
        """Name in the recording's header."""

    @property
    def label(self) -> str:
        """Name for people."""

    def initial(self, device_settings: Mapping[str, object]) -> S:
        """State before the first packet, from the device settings of the recording's header.

        Raises:
            DecodeError: a setting has the wrong kind of value.
        """

    def decode(self, state: S, packet: Packet) -> tuple[S, Decoded | None]:
        """Samples of one packet; None if it held none. Pure.

        Raises:
            DecodeError: bytes this sensor does not send.
        """

    def decode_all(self, state: S, packets: Sequence[Packet]) -> tuple[S, Decoded | None]:
        """What `decode` gives for each of these packets, one after the other, in one `Decoded`: cheaper in batches."""
