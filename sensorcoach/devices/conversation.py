r"""What host and sensor say to each other around the stream, with no radio in it: a generator of steps.

A profile yields steps; whoever holds the connection carries each out and sends the answer back (`sources.link`). So a
profile is tested with a list of answers, and the same words go over any radio::

    def start(self) -> Conversation[Started]:
        info = yield Read("info")
        yield Subscribe("imu")
        reply = yield Ask("control", b"\x01", "control", lambda said: said[:1] == b"\x81")
        ...
        return Started(rate_hz=104.0)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic. Answer: its value, which also becomes a packet of that channel; None if there is none.

    ``optional``: a sensor without it, or one that refuses, is still of this profile.
    """

    channel: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Write a characteristic; ``acknowledged``: with response. Answer: None."""

    channel: str
    payload: bytes
    acknowledged: bool = True


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Take notifications or indications; from then on each one is a packet of that channel.

    Answer: ``b""`` once they are on; None if there is no such characteristic (only where ``optional``).
    """

    channel: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """Write and wait for the packet that answers, on a channel subscribed before.

    Answer: the first payload on ``reply_channel``, from just before the write on, that ``is_reply``; None if none came
    within ``within_s``.
    """

    channel: str
    payload: bytes
    reply_channel: str
    is_reply: Callable[[bytes], bool]
    within_s: float = 2.0
    acknowledged: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Let the sensor digest what it was told. Answer: None."""

    duration_s: float


Step = Read | Write | Subscribe | Ask | Wait
R = TypeVar("R")
Conversation = Generator[Step, bytes | None, R]


@dataclass(frozen=True, slots=True)
class Started:
    """What is known of a sensor that streams.

    ``rate_hz``: samples a second it was set to. ``identity``: what stays with this unit on every computer (serial
    number, hardware address). ``device_settings``: for the recording's header. ``doubts``: what could not be verified,
    in sentences.
    """

    rate_hz: float | None = None
    identity: str | None = None
    device_settings: Mapping[str, object] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Battery:
    """``fraction`` 0..1 or ``volts``, whichever the sensor tells; ``low``: it will not last another session."""

    low: bool
    fraction: float | None = None
    volts: float | None = None
