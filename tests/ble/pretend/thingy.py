"""A pretend Nordic Thingy:52, from sensors.md section 7 alone: 10 Hz at first, started by listening, clips at 2 g."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Movement
from tests.ble.pretend.peripheral import PretendSensor

BASE = "ef68{}-9b35-4933-9b10-52ffa9740042"
CONFIGURATION, MOTION = BASE.format("0100"), BASE.format("0400")
CONFIG, RAW = BASE.format("0401"), BASE.format("0406")
AS_DELIVERED = bytes.fromhex("E803F401F4010A0001")
LSB = np.array([1024.0] * 3 + [32.0] * 3)
LIMITS = np.array([2.0 * 1024 - 1] * 3 + [32767.0] * 3)


class PretendThingy(PretendSensor):
    """See the module. ``clock_error``: by how much its chip runs fast."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.clock_error: float = told.pop("clock_error", 0.0)
        self.config = AS_DELIVERED
        self.battery = 66
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "Thingy"), **told)

    def data_uuid(self) -> str:
        return RAW

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        config = CharacteristicValue(read=self.readable("config", lambda: self.config), write=self._set)
        battery = CharacteristicValue(read=self.readable("battery", lambda: bytes([self.battery])))
        both = Characteristic.READABLE | Characteristic.WRITEABLE
        self.data.on("subscription", self._subscribed)
        return [
            Service(CONFIGURATION, []),
            Service(MOTION, [Characteristic(CONFIG, flags.READ | flags.WRITE, both, config), self.data]),
            Service(
                UUID.from_16_bits(0x180F),
                [Characteristic(UUID.from_16_bits(0x2A19), flags.READ, Characteristic.READABLE, battery)],
            ),
        ]

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        self.config = AS_DELIVERED

    def connected(self) -> None:
        """It waits to be listened to."""

    def disconnected(self) -> None:
        """Its setting stays."""

    @property
    def true_rate_hz(self) -> float:
        return int.from_bytes(self.config[6:8], "little") * (1.0 + self.clock_error)

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        counts = np.rint(np.concatenate((movement.acc_g[index], movement.gyr_dps[index])) * LSB)
        return struct.pack("<9h", *np.clip(counts, -LIMITS - 1, LIMITS).astype(int), 16, -16, 480)

    def _set(self, _link: Connection, value: bytes) -> None:
        if self.written(value) and len(value) == 9 and 5 <= int.from_bytes(value[6:8], "little") <= 200:
            self.config = bytes(value)
            if self.is_streaming:
                self.begin_streaming()

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.begin_streaming()
        else:
            self._stop_streaming()
