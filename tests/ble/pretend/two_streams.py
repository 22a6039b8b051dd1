"""What pretend sensors share that send acceleration and turning rate apart: one chip, two streams."""

from __future__ import annotations

import asyncio
import math
from abc import abstractmethod
from typing import Any, Literal

import numpy as np

from tests.ble.pretend.movement import Floats, Movement
from tests.ble.pretend.peripheral import PretendSensor

Stream = Literal["acc", "gyr"]

TURN_S = 1e-4
"""Between notifications of both streams that are due at once."""


class PretendTwoStreams(PretendSensor):
    """`turn_on` and `turn_off` a stream; a sample of acceleration counts as a sample sent."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self._next: dict[Stream, int] = {}
        """Number, since power-on, of each running stream's next sample."""
        super().__init__(source, sink, movement, **told)

    @abstractmethod
    def each_of(self, stream: Stream) -> int:
        """Samples in its notifications, at most."""

    def fitting(self, stream: Stream, values: Floats) -> Floats:
        """As many of the next ``values`` as go into one notification."""
        return values

    @abstractmethod
    def part(self, stream: Stream, first: int, values: Floats) -> bytes:
        """A notification of ``values`` (n, 3) in g or °/s; ``first``: number of the first since power-on."""

    @property
    def each(self) -> int:
        return self.each_of("acc")

    def packet(self, first: int, index: int, count: int) -> bytes:
        raise AssertionError("this sensor sends its streams apart")

    @property
    def running(self) -> set[Stream]:
        """Streams that are on."""
        return set(self._next)

    def turn_on(self, stream: Stream) -> None:
        """From its next sample on."""
        if stream not in self._next:
            self._next[stream] = math.ceil(self.device_s() * self.true_rate_hz)
            self.begin_streaming()

    def turn_off(self, stream: Stream) -> None:
        """What was gathered is dropped."""
        if self._next.pop(stream, None) is not None:
            self._stop_streaming()
            if self._next:
                self.begin_streaming()

    def disconnected(self) -> None:
        self._next.clear()

    async def _stream(self) -> None:
        await asyncio.gather(*(self._send(stream) for stream in tuple(self._next)))

    async def _send(self, stream: Stream) -> None:
        rate_hz = self.true_rate_hz
        movement = self.resampled()
        table = movement.acc_g if stream == "acc" else movement.gyr_dps
        assert self._moving_since_s is not None
        began = math.ceil((self._moving_since_s - self._booted_s) * rate_hz)
        while True:
            first = self._next[stream]
            to_come = np.arange(first - began, first - began + self.each_of(stream))
            values = self.fitting(stream, np.take(table, to_come, axis=0, mode="wrap"))
            # Timers of the same moment would go off in any order; a program sends one after the other.
            turn_s = TURN_S * tuple(self._next).index(stream)
            due_s = self._booted_s + (first + len(values) - 1) / rate_hz + turn_s
            await asyncio.sleep(max(due_s - asyncio.get_running_loop().time(), 0.0))
            payload = self.part(stream, first, values)
            self._next[stream] = first + len(values)
            await self._leave(payload, len(values) if stream == "acc" else 0)
