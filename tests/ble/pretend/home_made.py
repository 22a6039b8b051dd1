"""Pretend home-made sensors: what the sketches beside ``generic-esp32.toml`` and ``generic-uart.toml`` would send."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import STANDARD_GRAVITY, Movement
from tests.ble.pretend.peripheral import PretendSensor

EXAMPLE_SERVICE, EXAMPLE_NOTIFY = "4fafc201-1fb5-459e-8fcc-c5c9c331914b", "beb5483e-36e1-4688-b7f5-ea07361b26a8"
UART = "6e40000{}-b5a3-f393-e0a9-e50e24dcca9e"


class PretendEsp32(PretendSensor):
    """AA 55, u32 ms of the first sample, five samples of six i16; 8 g, 1000 °/s; streams to whoever listens."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "KneeESP32"), **told)

    def data_uuid(self) -> str:
        return EXAMPLE_NOTIFY

    def services(self) -> list[Service]:
        self.data.on("subscription", self._subscribed)
        return [Service(EXAMPLE_SERVICE, [self.data])]

    def set_battery(self, value: float) -> None:
        """It has no gauge."""

    def powered_on(self) -> None:
        """It has no settings."""

    def connected(self) -> None:
        """It waits to be listened to."""

    def disconnected(self) -> None:
        """The same."""

    @property
    def true_rate_hz(self) -> float:
        return 100.0

    @property
    def each(self) -> int:
        return 5

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        rows = np.arange(index, index + count) % len(movement.acc_g)
        table = np.column_stack((movement.acc_g[rows] * 4096, movement.gyr_dps[rows] * (32768 / 1000)))
        raw = np.clip(np.rint(table), -32768, 32767).astype("<i2")
        return b"\xaa\x55" + struct.pack("<I", round(1000 * first / self.true_rate_hz) % 2**32) + raw.tobytes()

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.begin_streaming()
        else:
            self._stop_streaming()


class PretendUart(PretendEsp32):
    """Lines over a Nordic UART, cut into pieces of 20 bytes, from "s" to "e"."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        super().__init__(source, sink, movement, **{"name": "UartKnee", **told})

    def data_uuid(self) -> str:
        return UART.format(3)

    def services(self) -> list[Service]:
        flags = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        receive = Characteristic(UART.format(2), flags, Characteristic.WRITEABLE, CharacteristicValue(write=self._obey))
        return [Service(UART.format(1), [receive, self.data])]

    @property
    def true_rate_hz(self) -> float:
        return 50.0

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        values = (*movement.acc_g[index] * STANDARD_GRAVITY, *np.radians(movement.gyr_dps[index]))
        return f"{20 * first},{','.join(f'{value:.4f}' for value in values)}\n".encode()

    async def _notify(self, payload: bytes) -> None:
        for at in range(0, len(payload), 20):
            await super()._notify(payload[at : at + 20])

    def _obey(self, _link: Connection, value: bytes) -> None:
        if self.written(value):
            if value == b"s":
                self.begin_streaming()
            elif value == b"e":
                self._stop_streaming()
