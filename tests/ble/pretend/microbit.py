"""A pretend micro:bit with the accelerometer service, from its runtime's source and issues 22 and 300.

No gyroscope, no time. It takes the nearest period it has; asked for 0 or 1 ms it crashes, and is gone.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Movement
from tests.ble.pretend.peripheral import PretendSensor

SERVICE = "e95d0753-251d-470a-a062-fa1922dfa9a8"
DATA = "e95dca4b-251d-470a-a062-fa1922dfa9a8"
PERIOD = "e95dfb24-251d-470a-a062-fa1922dfa9a8"
PERIODS_MS = (1, 2, 5, 10, 20, 80, 160, 640)


class PretendMicrobit(PretendSensor):
    """See the module. ``hurry``: how much more often it samples than its period says (18 ms at 20: 1.11);
    ``has_service``: its program uses the accelerometer service.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.hurry: float = told.pop("hurry", 1.0)
        self.has_service: bool = told.pop("has_service", True)
        self.period_ms = 640
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "BBC micro:bit [vatip]"), **told)

    def data_uuid(self) -> str:
        return DATA

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        both = Characteristic.READABLE | Characteristic.WRITEABLE
        value = CharacteristicValue(
            read=self.readable("period", lambda: struct.pack("<H", self.period_ms)), write=self._set
        )
        self.data.on("subscription", self._subscribed)
        if not self.has_service:
            return []
        return [Service(SERVICE, [self.data, Characteristic(PERIOD, flags.READ | flags.WRITE, both, value)])]

    def set_battery(self, value: float) -> None:
        """It does not tell."""

    def powered_on(self) -> None:
        self.period_ms = 640

    def connected(self) -> None:
        """It waits to be listened to."""

    def disconnected(self) -> None:
        """Its period stays."""

    @property
    def true_rate_hz(self) -> float:
        return 1000.0 / self.period_ms * self.hurry

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        mg = np.clip(np.rint(self.resampled().acc_g[index] * 1000), -2048, 2047)
        return struct.pack("<3h", *mg.astype(int))

    def _set(self, _link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) < 2:
            return
        asked_ms = int.from_bytes(value[:2], "little")
        if asked_ms < 2:
            self.do(self.stop())
            return
        self.period_ms = min(PERIODS_MS, key=lambda period_ms: abs(period_ms - asked_ms))
        if self.is_streaming:
            self.begin_streaming()

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.begin_streaming()
        else:
            self._stop_streaming()
