"""A pretend ST board with BlueST firmware, from sensors.md section 11.3 alone: 20 a second, a tick of 8 ms."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.device import Connection
from bumble.gatt import Service

from tests.ble.pretend.movement import Movement
from tests.ble.pretend.peripheral import PretendSensor

SERVICE = "00000000-0001-11e1-9ab4-0002a5d5c51b"
MOTION = "00e00000-0001-11e1-ac36-0002a5d5c51b"
RATE_HZ = 20.0
TICK_S = 0.008


class PretendBlueSt(PretendSensor):
    """See the module. ``first_tick``: at power-on."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.first_tick: int = told.pop("first_tick", 53_905)
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "AM1V310"), **told)

    def data_uuid(self) -> str:
        return MOTION

    def services(self) -> list[Service]:
        self.data.on("subscription", self._subscribed)
        return [Service(SERVICE, [self.data])]

    def set_battery(self, value: float) -> None:
        """It has a gauge somewhere else."""

    def powered_on(self) -> None:
        """Nothing can be set."""

    def connected(self) -> None:
        """It waits to be listened to."""

    def disconnected(self) -> None:
        """The same."""

    @property
    def true_rate_hz(self) -> float:
        return RATE_HZ

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        tick = (self.first_tick + int(first / RATE_HZ / TICK_S)) % 65536
        counts = np.rint(np.concatenate((movement.acc_g[index] * 1000, movement.gyr_dps[index] * 10)))
        return struct.pack("<H9h", tick, *np.clip(counts, -32768, 32767).astype(int), -82, -127, 33)

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.begin_streaming()
        else:
            self._stop_streaming()
