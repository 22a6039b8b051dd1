"""What every sensor description offers: from recorded packets to samples, as a pure function of state and bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar, runtime_checkable

from sensorcoach.devices.conversation import Battery, Conversation, Started
from sensorcoach.model import Decoded, Packet


class State(Protocol):
    """What a decoder must remember between packets: a frozen dataclass, rebuilt from the recording."""

    @property
    def duplicated(self) -> int:
        """Samples dropped so far because their packet came twice."""


@runtime_checkable
class CutsSeen(Protocol):
    """A decoder's state that also counts packets whose end was cut off, where the rest of them could be read."""

    @property
    def cut(self) -> int:
        """Packets cut short so far."""


S = TypeVar("S", bound=State)


class Profile(Protocol[S]):
    """One sensor's language. Implementations are modules' constants, gathered by `sensorcoach.devices.registry`."""

    @property
    def name(self) -> str:
        """Name in the recording's header."""

    @property
    def label(self) -> str:
        """Name for people."""

    @property
    def counts_loss(self) -> bool:
        """Whether lost samples are counted by a number or clock in the packets; else they are estimated."""

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

    def reconnected(self, state: S) -> S:
        """State when a new connection begins: half a frame is void, what is known of the clock stays. Pure."""


@dataclass(frozen=True, slots=True)
class Advertised:
    """How a sensor is recognised before it is connected to.

    ``services``: 128-bit UUIDs, lower case, any of which is enough. ``names``: beginnings of names, any case.
    ``other_names``: beginnings of the names of other devices that share the above. ``shared_names``: beginnings of
    names that other makers' devices have, too: such a one is recognised, but not taken without asking.
    ``shared_services``: services it has, as have many others: by them a connected one is found, not recognised.
    """

    services: tuple[str, ...]
    names: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    shared_names: tuple[str, ...] = ()
    shared_services: tuple[str, ...] = ()

    @property
    def own_services(self) -> tuple[str, ...]:
        """Services in which its characteristics are."""
        return self.services + self.shared_services

    def matches(self, name: str | None, services: Iterable[str]) -> bool:
        """Whether a device of this name (untrusted) that advertises these services is meant."""
        if self._begins(name, self.other_names):
            return False
        return self.surely_matches(name, services) or self._begins(name, self.shared_names)

    def surely_matches(self, name: str | None, services: Iterable[str]) -> bool:
        """The same, by more than a name that others have, too."""
        if self._begins(name, self.other_names):
            return False
        return self._begins(name, self.names) or any(service.casefold() in self.services for service in services)

    def _begins(self, name: str | None, beginnings: tuple[str, ...]) -> bool:
        return (name or "").casefold().startswith(tuple(each.casefold() for each in beginnings))


Evidence = Literal["decoded from captures", "vendor test vectors", "documentation only", "our own specification"]
"""What the decoder was held to, the best of it. None of ours was ever run on hardware."""


@dataclass(frozen=True, slots=True)
class About:
    """What people should know before they use a sensor, for listings.

    ``sensor``: makes and models. ``needs``: what it takes besides the sensor, in words; empty: nothing. ``rate_hz``:
    samples a second it is set to; None: as its firmware has it. ``run_on_hardware``: by whom, or "never".
    ``delay_s``: how late a movement may be told, because the sensor gathers samples before it sends them.
    """

    sensor: str
    needs: str
    rate_hz: float | None
    evidence: Evidence
    run_on_hardware: str = "never"
    delay_s: float = 0.1


LATE_S: Final = 0.5
"""People are told of a delay from here on: they notice it after a landing."""


def usual_delay_s(profile: object) -> float:
    """How late a movement may be told by this profile's sensor; 0 for a file's."""
    about = getattr(profile, "about", None)  # a described sensor has its own
    return about.delay_s if isinstance(about, About) else 0.0


class RadioProfile(Profile[S], Protocol[S]):
    """A sensor that can be streamed: how it is found, its characteristics, what is said to it.

    Conversations raise `SensorError` when the sensor answers, but not as this profile must insist on.
    """

    @property
    def about(self) -> About:
        """For listings."""

    @property
    def advertised(self) -> Advertised:
        """How it is recognised in a scan."""

    @property
    def channels(self) -> Mapping[str, str]:
        """Characteristic UUID (128 bit, lower case) of each channel named in recordings and conversations."""

    @property
    def data_channel(self) -> str:
        """The channel that carries samples: its silence is a stall."""

    def start(self) -> Conversation[Started]:
        """From a fresh connection to samples: subscribe first, then start, then read back what can be verified."""

    def stop(self) -> Conversation[None]:
        """The end of a session; the link may fail while it is said."""

    def battery(self) -> Conversation[Battery | None]:
        """Asked once after the start and then about every minute; None if the sensor does not tell (this time)."""
