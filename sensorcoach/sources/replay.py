"""A recording played again: the very items, at the pace they came, faster, or as fast as they are taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from sensorcoach.devices.rows import CHANNEL_COLUMNS, ROWS, rows_packet
from sensorcoach.importers import Item, Recording
from sensorcoach.model import Packet
from sensorcoach.sources.clock import Clock

PIECE_S: Final = 0.08
"""An imported file comes in blocks of minutes; live sensors send about so much at once."""
STEP_S: Final = 1.0
"""So much is looked at together when nobody waits for less: a picture of the session changes hardly faster."""


def replayed(recording: Recording, clock: Clock, speed: float) -> Iterator[Item]:
    """Each item when it is due. The samples and their order are those of ``recording.items``.

    Args:
        recording: walked through once.
        clock: waited on; the first item comes at once.
        speed: 1 as recorded, 2 twice as fast, ``math.inf`` without waiting.
    """
    return paced(_in_pieces(recording, PIECE_S), clock, speed)


def in_steps(recording: Recording) -> Iterator[list[Item]]:
    """The same items without waiting, about `STEP_S` at a time; what is no packet ends its step."""
    step: list[Item] = []
    for item in _in_pieces(recording, STEP_S):
        step.append(item)
        if not isinstance(item, Packet) or item.t_s - step[0].t_s >= STEP_S or recording.profile == ROWS.name:
            yield step
            step = []
    yield step


def paced(items: Iterable[Item], clock: Clock, speed: float) -> Iterator[Item]:
    """Each item no earlier than its ``t_s`` says, counted from the first one and divided by ``speed``."""
    began_s = clock.now_s()
    first_s: float | None = None
    for item in items:
        first_s = item.t_s if first_s is None else first_s
        clock.sleep_until_s(began_s + (item.t_s - first_s) / speed)
        yield item


def _in_pieces(recording: Recording, piece_s: float) -> Iterator[Item]:
    """The same items; rows of a file in packets of about ``piece_s``."""
    for item in recording.items:
        if recording.profile == ROWS.name and isinstance(item, Packet):
            yield from _pieces(item, piece_s)
        else:
            yield item


def _pieces(packet: Packet, piece_s: float) -> Iterator[Packet]:
    rows = np.frombuffer(packet.payload, dtype="<f8").reshape(-1, CHANNEL_COLUMNS[packet.channel])
    t_s = rows[np.isfinite(rows[:, 0]), 0]
    span_s = float(np.ptp(t_s)) if len(t_s) else 0.0
    length = max(round(len(rows) * piece_s / span_s), 1) if span_s > piece_s else len(rows)
    arrived_s = float(t_s[0]) if len(t_s) else packet.t_s
    for start in range(0, len(rows), length):
        piece = rows_packet(packet.sensor, rows[start : start + length])
        # A row without a time arrives with its neighbours.
        arrived_s = piece.t_s if np.isfinite(piece.t_s) else arrived_s
        yield Packet(packet.sensor, packet.channel, arrived_s, piece.payload)
