"""A recording's packets -> decoded samples, in the order of the stream.

Holds the decoder's state and counts what it could not read. A bad packet costs itself and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sensorcoach.devices.plausible import possible
from sensorcoach.devices.profile import CutsSeen, Profile, State
from sensorcoach.errors import CutPacket, DecodeError
from sensorcoach.model import Decoded, LinkEvent, Packet


class Decoding:
    """One sensor's packets, decoded as they come."""

    def __init__(self, profile: Profile[Any], device_settings: Mapping[str, object]) -> None:
        """``device_settings``: what the recording's header says the sensor was set to.

        Raises:
            DecodeError: a device setting has the wrong kind of value.
        """
        self._profile = profile
        self._state: State = profile.initial(device_settings)
        self._cut = 0
        self.undecodable = 0
        """Packets that were not what the sensor sends by its profile; they were left out. Cut ones count apart."""
        self.impossible = 0
        """Samples that no chip can have measured; they were left out."""
        self.first_undecodable: str | None = None
        """What was wrong with the first packet left out, with advice."""

    def decode(self, packets: Sequence[Packet]) -> Iterator[Decoded]:
        """All at once; where one of them is bad, each half: decoding is pure, so nothing has happened yet."""
        try:
            with np.errstate(invalid="ignore"):  # a signalling NaN among floats from the air: judged as any other NaN
                self._state, decoded = self._profile.decode_all(self._state, packets)
        except DecodeError as error:
            if len(packets) > 1:
                middle = len(packets) // 2
                yield from self.decode(packets[:middle])
                yield from self.decode(packets[middle:])
                return
            if isinstance(error, CutPacket):
                self._cut += 1
            else:
                self.undecodable += 1
            self.first_undecodable = self.first_undecodable or str(error)
            return
        if decoded is not None:
            yield from self._possible(decoded)

    def _possible(self, decoded: Decoded) -> Iterator[Decoded]:
        """Without the samples that no chip can have measured: each costs itself, not the repetition around it."""
        good = possible(decoded.acc, decoded.gyr)
        if good.all():
            yield decoded
            return
        self.impossible += int(len(good) - good.sum())
        if good.any():
            gyr = None if decoded.gyr is None else decoded.gyr[good]
            yield Decoded(decoded.t_s[good], decoded.acc[good], gyr, decoded.clipped[good])

    def link_changed(self, event: LinkEvent) -> None:
        """A new connection voids half a frame; what is known of the clock stays."""
        if event.state == "connecting":
            self._state = self._profile.reconnected(self._state)

    @property
    def duplicated(self) -> int:
        """Samples dropped because their packet came twice."""
        return self._state.duplicated

    @property
    def cut_packets(self) -> int:
        """Packets that the link cut short; what was left of them was used where that can be."""
        return self._cut + (self._state.cut if isinstance(self._state, CutsSeen) else 0)
