"""A pretend Movesense with GSP firmware, from sensors.md section 5 alone.

It sends /Meas/IMU6 thirteen times a second, stamped in ms with the time of the first sample, under the reference it was
subscribed to with; what is longer than the link carries goes on in a second notification.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import STANDARD_GRAVITY, Movement
from tests.ble.pretend.peripheral import PretendSensor

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"
STOCK = "6b200002-0000-4000-8000-000000000000"
"""Only its first part is known; it stands for the maker's own service."""
BLOCKS_HZ = 13
OK, NOT_FOUND, CONFLICT = 200, 404, 409


class PretendMovesense(PretendSensor):
    """See the module. ``rates_hz``: those it has; ``stock``: not flashed; ``clock_error``: how much it runs fast."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.rates_hz: tuple[int, ...] = told.pop("rates_hz", (13, 26, 52, 104, 208))
        self.stock: bool = told.pop("stock", False)
        self.clock_error: float = told.pop("clock_error", 0.0)
        self.first_ms: int = told.pop("first_ms", 172_460)
        self.battery = 81
        self.rate_hz = 104
        self._reference = 0
        serial: str = told.setdefault("serial", "174630000123")
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", f"Movesense {serial}"), **told)
        self.device.gatt_server.max_mtu = 247

    def data_uuid(self) -> str:
        return STOCK if self.stock else NOTIFY

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        command = Characteristic(
            COMMAND,
            flags.WRITE | flags.WRITE_WITHOUT_RESPONSE,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=self._request),
        )
        own = Service(UUID.from_16_bits(0xFDF3), [self.data]) if self.stock else Service(SERVICE, [self.data, command])
        texts = {0x2A25: self.serial.encode(), 0x2A26: b"2.3.0"}
        information = [
            Characteristic(
                UUID.from_16_bits(number),
                flags.READ,
                Characteristic.READABLE,
                CharacteristicValue(read=self.readable(f"{number:04x}", lambda text=text: text)),
            )
            for number, text in texts.items()
        ]
        return [own, Service(UUID.from_16_bits(0x180A), information)]

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        self.rate_hz = 104

    def connected(self) -> None:
        """It waits to be told."""

    def disconnected(self) -> None:
        """Subscriptions end with their connection."""

    @property
    def true_rate_hz(self) -> float:
        return self.rate_hz * (1.0 + self.clock_error)

    @property
    def each(self) -> int:
        return self.rate_hz // BLOCKS_HZ

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        at = np.arange(index, index + count)
        acc = np.take(movement.acc_g, at, axis=0, mode="wrap") * STANDARD_GRAVITY
        gyr = np.take(movement.gyr_dps, at, axis=0, mode="wrap")
        stamp = (self.first_ms + int(first / self.true_rate_hz * 1000)) % (1 << 32)
        values = acc.astype("<f4").tobytes() + gyr.astype("<f4").tobytes()
        return bytes([2, self._reference]) + struct.pack("<I", stamp) + values

    async def _notify(self, payload: bytes) -> None:
        room = self.link.att_mtu - 3 if self.link is not None else 244
        await super()._notify(payload[:room])
        rest = payload[room:]
        while rest and payload[0] == 2:
            await super()._notify(bytes([3, payload[1]]) + rest[: room - 2])
            rest = rest[room - 2 :]

    def _request(self, link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) < 2:
            return
        kind, reference = value[0], value[1]
        status, more = self._obeyed(kind, reference, value[2:])
        reply = bytes([1, reference]) + struct.pack("<H", status) + more
        self.do(self.device.notify_subscriber(link, self.data, reply))

    def _obeyed(self, kind: int, reference: int, path: bytes) -> tuple[int, bytes]:
        if kind == 2:
            if reference == self._reference:
                self._stop_streaming()
                return OK, b""
            return NOT_FOUND, b""
        if not path.endswith(b"\x00"):
            return NOT_FOUND, b""
        text = path[:-1].decode("ascii", "replace")
        if kind == 4:
            values = {
                "/System/Energy/Level": bytes([self.battery]),
                "/Meas/Acc/Config": bytes([16]),
                "/Meas/Gyro/Config": struct.pack("<H", 1000),
            }
            return (OK, values[text]) if text in values else (NOT_FOUND, b"")
        if kind != 1 or not text.startswith("/Meas/IMU6/") or text[11:] not in map(str, self.rates_hz):
            return NOT_FOUND, b""
        if self.is_streaming:
            return CONFLICT, b""
        self.rate_hz, self._reference = int(text[11:]), reference
        self.begin_streaming()
        return OK, b""
