"""For decoders that look at one packet at a time: `Profile.decode_all` out of `Profile.decode`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import numpy as np

from sensorcoach.model import Decoded, Packet

S = TypeVar("S")


def one_by_one(
    decode: Callable[[S, Packet], tuple[S, Decoded | None]], state: S, packets: Iterable[Packet]
) -> tuple[S, Decoded | None]:
    """State after ``packets``, and their samples in one.

    Raises:
        DecodeError: what ``decode`` raises.
    """
    parts: list[Decoded] = []
    for packet in packets:
        state, decoded = decode(state, packet)
        if decoded is not None:
            parts.append(decoded)
    if len(parts) < 2:
        return state, parts[0] if parts else None
    gyr = [part.gyr for part in parts if part.gyr is not None]
    return state, Decoded(
        t_s=np.concatenate([part.t_s for part in parts]),
        acc=np.concatenate([part.acc for part in parts]),
        gyr=np.concatenate(gyr) if gyr else None,
        clipped=np.concatenate([part.clipped for part in parts]),
    )
