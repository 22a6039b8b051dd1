"""Between the radio, which must never wait, and the session, which may be slow: a bounded queue that counts."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from sensorcoach.devices.conversation import Started
from sensorcoach.model import Control, LinkEvent, Packet

CAPACITY: Final = 4096
"""Packets that may wait: 2 to 5 minutes of a usual sensor (13 to 26 notifications a second), 20 s of the fastest
(200 a second), and no more than a few MB. A session that is slower than that for so long will not catch up."""


@dataclass(frozen=True, slots=True)
class SensorReady:
    """A start conversation succeeded; its packets came before this. ``name`` is untrusted text from the air."""

    t_s: float
    profile: str
    name: str
    identity: str | None
    started: Started
    rssi_dbm: int | None


LinkItem = Packet | Control | LinkEvent | SensorReady


class Mailbox:
    """Used in the loop's thread only. Packets that find it full are dropped, counted and told; nothing else ever is."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._items: deque[LinkItem] = deque()
        self._news = asyncio.Event()
        self._closed = False
        self._dropped = 0
        self._first_dropped_s = 0.0
        self._last_dropped_s = 0.0

    def put(self, item: LinkItem) -> None:
        """Add ``item``; a packet is dropped if there is no room for it."""
        if isinstance(item, Packet) and len(self._items) >= self._capacity:
            if not self._dropped:
                self._first_dropped_s = item.t_s
            self._dropped += 1
            self._last_dropped_s = item.t_s
            return
        self._add(item)

    def keep(self, packet: Packet) -> None:
        """Add a packet that may not be dropped: without a sensor's scales the rest cannot be read."""
        self._add(packet)

    async def take(self) -> list[LinkItem]:
        """Everything that waits, at least one item; nothing once it is closed and empty."""
        while not self._items and not self._closed:
            self._news.clear()
            await self._news.wait()
        taken = list(self._items)
        self._items.clear()
        if self._dropped:
            taken.append(self._overflow())
        return taken

    @property
    def waiting(self) -> int:
        """Items in it."""
        return len(self._items)

    def close(self) -> None:
        """No more will come: `take` gives the rest, then nothing."""
        self._closed = True
        self._news.set()

    def _add(self, item: LinkItem) -> None:
        if self._dropped:
            self._items.append(self._overflow())
        self._items.append(item)
        self._news.set()

    def _overflow(self) -> LinkEvent:
        span_s = self._last_dropped_s - self._first_dropped_s
        packets = f"{self._dropped} packet{'s' if self._dropped > 1 else ''}"
        self._dropped = 0
        return LinkEvent(
            self._last_dropped_s, "overflow", f"{packets} dropped over {span_s:.1f} s: the computer was too slow"
        )
