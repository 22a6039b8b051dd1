"""A pretend Movella DOT, from sensors.md section 2 alone.

It sends what it is started with only if somebody listens *before* the start; changes its rate only while it does not
measure; stamps each sample in µs, and one notification holds one sample.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import STANDARD_GRAVITY, Movement
from tests.ble.pretend.peripheral import PretendSensor

BASE = "1517{}-4947-11e9-8646-d663bd873d93"
CONFIGURATION, MEASUREMENT, BATTERY_SERVICE = BASE.format("1000"), BASE.format("2000"), BASE.format("3000")
INFO, DEVICE, CONTROL = BASE.format("1001"), BASE.format("1002"), BASE.format("2001")
LONG, MEDIUM, BATTERY = BASE.format("2002"), BASE.format("2003"), BASE.format("3001")
RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
RATE_QUANTITIES = 21
BUFFER = 40


class PretendDot(PretendSensor):
    """See the module. ``rate_hz``: somebody's setting; ``first_us``: its clock at power-on; ``padded``: sends its whole
    buffer; ``mode``: it was left measuring so; ``clock_error``: by how much it runs fast.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self._saved_rate_hz: int = told.pop("rate_hz", 60)
        self.first_us: int = told.pop("first_us", 1_234_567)
        self.padded: bool = told.pop("padded", False)
        self.clock_error: float = told.pop("clock_error", 0.0)
        self._left_measuring: int | None = told.pop("mode", None)
        self.battery = 77
        self.rate_hz = self._saved_rate_hz
        self.measuring: int | None = None
        self._listened = False
        self._address = told.get("address") or "C4:11:22:33:44:55"
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "Movella DOT"), **told)

    def data_uuid(self) -> str:
        return MEDIUM

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        read, both = flags.READ, flags.READ | flags.WRITE
        may = Characteristic.READABLE | Characteristic.WRITEABLE
        info = CharacteristicValue(read=self.readable("info", self._info))
        device = CharacteristicValue(read=self.readable("device", self._device), write=self._set)
        control = CharacteristicValue(read=self.readable("control", self._control), write=self._start_or_stop)
        battery = CharacteristicValue(read=self.readable("battery", lambda: bytes([self.battery, 0])))
        self.data.on("subscription", self._subscribed)
        return [
            Service(
                CONFIGURATION,
                [Characteristic(INFO, read, Characteristic.READABLE, info), Characteristic(DEVICE, both, may, device)],
            ),
            Service(
                MEASUREMENT,
                [Characteristic(CONTROL, both, may, control), self.data, Characteristic(LONG, flags.NOTIFY, 0, b"")],
            ),
            Service(BATTERY_SERVICE, [Characteristic(BATTERY, read, Characteristic.READABLE, battery)]),
        ]

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        self.rate_hz = self._saved_rate_hz
        self.measuring = self._left_measuring

    def connected(self) -> None:
        """It waits to be told."""

    def disconnected(self) -> None:
        self._listened = False
        self.measuring = None

    @property
    def true_rate_hz(self) -> float:
        return self.rate_hz * (1.0 + self.clock_error)

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        stamp = (self.first_us + round(first * 1e6 / self.rate_hz)) % 2**32
        motion = (*movement.acc_g[index] * STANDARD_GRAVITY, *movement.gyr_dps[index])
        sample = struct.pack("<I6f", stamp, *np.asarray(motion, dtype=np.float32))
        return sample.ljust(BUFFER, b"\0") if self.padded else sample

    def _info(self) -> bytes:
        address = bytes.fromhex(self._address.replace(":", ""))[::-1]
        return (address + bytes([2, 1, 0])).ljust(34, b"\0")

    def _device(self) -> bytes:
        tag = self.name.encode()[:16]
        return (bytes(7) + bytes([len(tag)]) + tag.ljust(16, b"\0") + struct.pack("<H", self.rate_hz)).ljust(32, b"\0")

    def _control(self) -> bytes:
        return bytes([1, self.measuring is not None, self.measuring or 0])

    def _set(self, _link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) != 32 or self.measuring is not None:
            return
        rate_hz = int.from_bytes(value[24:26], "little")
        if value[0] & 0x10 and rate_hz in RATES_HZ:
            self.rate_hz = rate_hz

    def _start_or_stop(self, _link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) != 3 or value[0] != 1:
            return
        if value[1] == 0:
            self.measuring = None
            self._stop_streaming()
        else:
            self.measuring = value[2]
            if self._listened and value[2] == RATE_QUANTITIES:
                self.begin_streaming()

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        self._listened = notify
        if not notify:
            self._stop_streaming()
