"""A pretend sensor of our own format, from firmware_notes/own-format.md alone.

A chip with 26, 52, 104 and 208 Hz, ±2, 4, 8, 16 g and ±125, 245, 500, 1000, 2000 °/s; built in 104 Hz, 16 g, 1000 °/s
(the one of the page's worked exchanges).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Floats, Movement
from tests.ble.pretend.peripheral import PretendSensor

SERVICE = "7c5a0001-4b1e-4f6d-9a3c-2e8d51f0c7b6"
IMU = "7c5a0002-4b1e-4f6d-9a3c-2e8d51f0c7b6"
CONTROL = "7c5a0003-4b1e-4f6d-9a3c-2e8d51f0c7b6"
INFO = "7c5a0004-4b1e-4f6d-9a3c-2e8d51f0c7b6"
RATES_HZ = (26, 52, 104, 208)
ACC_RANGES_G = (2, 4, 8, 16)
GYR_RANGES_DPS = (125, 245, 500, 1000, 2000)
SERIAL = "60C5A8F1E4D30718"
MAX_MTU = 247
LONGEST_PACKET_S = 0.05
HEAD = struct.Struct("<BBHIHBB")
ACC_CLIPPED, GYR_CLIPPED, DROPPED, BATTERY_LOW = 0x01, 0x02, 0x04, 0x10
DONE, UNKNOWN, BAD_ARGUMENT, NOT_NOW, FAILED = range(5)
START, STOP, SET_RATE, SET_RANGES, STATUS = range(1, 6)
ARGUMENT_BYTES = {START: 0, STOP: 0, SET_RATE: 2, SET_RANGES: 3, STATUS: 0}
NO_GAUGE = 255


class PretendOpen(PretendSensor):
    """See the module. ``clock_error``: share by which crystal and chip run fast; ``battery``: % or None (no gauge).

    ``first_us``, ``first_number``: clock and packet number at power-on, to see them wrap before 71 minutes have passed.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        serial: str = told.setdefault("serial", SERIAL)
        self.clock_error: float = told.pop("clock_error", 0.0)
        self.battery: int | None = told.pop("battery", 81)
        self.gyroscope: bool = told.pop("gyroscope", True)
        self.rate_hz, self.acc_g, self.gyr_dps = 104, 16, 1000
        self._first_us: int = told.pop("first_us", 0)
        self._sequence = self._first_number = told.pop("first_number", 0)
        self._dropped_before = False
        self._dropped = 0
        self._notifications_on = False
        self._indications_on = False
        self._raw: dict[tuple[int, int, int], np.ndarray[Any, np.dtype[np.int16]]] = {}
        advertised = (SERVICE,) if told.pop("advertises_service", True) else ()
        super().__init__(
            source, sink, movement, name=told.pop("name", f"sc-{serial[-4:]}"), advertised_services=advertised, **told
        )
        self.device.gatt_server.max_mtu = MAX_MTU

    def data_uuid(self) -> str:
        return IMU

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        control_value = CharacteristicValue(write=self._request)
        self.control = Characteristic(CONTROL, flags.WRITE | flags.INDICATE, Characteristic.WRITEABLE, control_value)
        self.data.on("subscription", self._imu_subscribed)
        self.control.on("subscription", self._control_subscribed)
        text = {
            0x2A29: ("manufacturer", "pretend"),
            0x2A24: ("model", "pretend open"),
            0x2A25: ("serial", self.serial),
            0x2A26: ("firmware", "1.0.0"),
        }
        information = [
            self._readable(UUID.from_16_bits(number), name, lambda value=value: value.encode())
            for number, (name, value) in text.items()
        ]
        services = [
            Service(SERVICE, [self.data, self.control, self._readable(INFO, "info", self._info)]),
            Service(UUID.from_16_bits(0x180A), information),
        ]
        if self.battery is not None:
            level = self._readable(
                UUID.from_16_bits(0x2A19), "battery", lambda: bytes([self.battery or 0]), flags.NOTIFY
            )
            services.append(Service(UUID.from_16_bits(0x180F), [level]))
        return services

    def _readable(self, uuid: str | UUID, name: str, value: Callable[[], bytes], more: Any = 0) -> Characteristic[Any]:
        properties = Characteristic.Properties.READ | more
        read = CharacteristicValue(read=self.readable(name, value))
        return Characteristic(uuid, properties, Characteristic.READABLE, read)

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        self.rate_hz, self.acc_g, self.gyr_dps = 104, 16, 1000
        self._sequence = self._first_number
        self._dropped_before = False

    def connected(self) -> None:
        self._notifications_on = self._indications_on = False

    def disconnected(self) -> None:
        self._dropped_before = True

    @property
    def true_rate_hz(self) -> float:
        return self.rate_hz * (1.0 + self.clock_error)

    @property
    def each(self) -> int:
        wanted = int(self.rate_hz * LONGEST_PACKET_S)
        return wanted if self.faults.ignore_mtu else max(1, min(self._fitting(), wanted, 255))

    def _fitting(self) -> int:
        mtu = self.link.att_mtu if self.link is not None else 23
        return (mtu - 3 - HEAD.size) // self._sample_bytes

    @property
    def _sample_bytes(self) -> int:
        return 12 if self.gyroscope else 6

    def packet(self, first: int, index: int, count: int) -> bytes:
        """Numbered before it waits for the radio."""
        raw = self._counts()[index : index + count]
        at_limit = (raw == 32767) | (raw == -32768)
        flags = ACC_CLIPPED if at_limit[:, :3].any() else 0
        flags |= GYR_CLIPPED if at_limit[:, 3:].any() else 0
        flags |= DROPPED if self._dropped_before else 0
        flags |= BATTERY_LOW if self.battery is not None and self.battery < 15 else 0
        self._dropped_before = False
        kind = 0x11 if self.gyroscope else 0x12
        time_us = (self._first_us + round(first * 1e6 / self.rate_hz)) % (1 << 32)
        head = HEAD.pack(kind, flags, self._sequence, time_us, round(1e6 / self.rate_hz), count, 0)
        self._sequence = (self._sequence + 1) % 65536
        return head + raw.tobytes()

    def _counts(self) -> Any:
        """Counts of the whole movement, with a little of its beginning again: a packet may run over the end."""
        key = (self.rate_hz, self.acc_g, self.gyr_dps)
        if key not in self._raw:
            movement = self.resampled()
            counts: list[Floats] = [movement.acc_g * (32768 / self.acc_g)]
            if self.gyroscope:
                counts.append(movement.gyr_dps * (32768 / self.gyr_dps))
            table = np.clip(np.rint(np.concatenate(counts, axis=1)), -32768, 32767).astype("<i2")
            self._raw[key] = np.concatenate((table, table[:255]))
        return self._raw[key]

    def _info(self) -> bytes:
        return struct.pack("<BBHff", 1, 0, self.rate_hz, self.acc_g / 32768, self.gyr_dps / 32768)

    # --- control point ---

    def _imu_subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        self._notifications_on = notify
        if not notify:
            self._idle()

    def _control_subscribed(self, _link: Connection, _notify: bool, indicate: bool) -> None:
        self._indications_on = indicate

    def _request(self, link: Connection, value: bytes) -> None:
        if not self.written(value):
            return
        opcode = value[0] if value else 0
        status, more = self._obeyed(opcode, value[1:])
        if self._indications_on:
            reply = bytes([0x80 | opcode, status]) + (more if status == DONE else b"")
            self.do(self.device.indicate_subscriber(link, self.control, reply))

    def _obeyed(self, opcode: int, arguments: bytes) -> tuple[int, bytes]:
        """Checked in the page's order: opcode, length, state, value."""
        if opcode not in ARGUMENT_BYTES:
            return UNKNOWN, b""
        if len(arguments) != ARGUMENT_BYTES[opcode]:
            return BAD_ARGUMENT, b""
        if self.faults.refuse_status is not None:
            return self.faults.refuse_status, b""
        actions = {
            START: self._start,
            STOP: self._stop,
            SET_RATE: self._set_rate,
            SET_RANGES: self._set_ranges,
            STATUS: self._status,
        }
        return actions[opcode](arguments)

    def _start(self, _: bytes) -> tuple[int, bytes]:
        if self.is_streaming:
            return DONE, b""
        if not self._notifications_on:
            return NOT_NOW, b""
        if self._fitting() < 1 and not self.faults.ignore_mtu:
            return FAILED, b""
        self._dropped = 0
        self.begin_streaming()
        return DONE, b""

    def _stop(self, _: bytes) -> tuple[int, bytes]:
        self._idle()
        return DONE, b""

    def _idle(self) -> None:
        if self.is_streaming:
            self._stop_streaming()
            self._dropped_before = True

    def _set_rate(self, arguments: bytes) -> tuple[int, bytes]:
        (wanted,) = struct.unpack("<H", arguments)
        if self.is_streaming:
            return NOT_NOW, b""
        if not wanted:
            return BAD_ARGUMENT, b""
        self.rate_hz = min(RATES_HZ, key=lambda rate: (abs(rate - wanted), -rate))
        return DONE, struct.pack("<H", self.rate_hz)

    def _set_ranges(self, arguments: bytes) -> tuple[int, bytes]:
        acc_g, gyr_dps = struct.unpack("<BH", arguments)
        if self.is_streaming:
            return NOT_NOW, b""
        if not acc_g or not gyr_dps:
            return BAD_ARGUMENT, b""
        self.acc_g = next((one for one in ACC_RANGES_G if one >= acc_g), ACC_RANGES_G[-1])
        self.gyr_dps = next((one for one in GYR_RANGES_DPS if one >= gyr_dps), GYR_RANGES_DPS[-1])
        return DONE, struct.pack("<BH", self.acc_g, self.gyr_dps)

    def _status(self, _: bytes) -> tuple[int, bytes]:
        battery = NO_GAUGE if self.battery is None else self.battery
        gyr_dps = self.gyr_dps if self.gyroscope else 0
        state = int(self.is_streaming)
        return DONE, struct.pack("<BHBHIB", state, self.rate_hz, self.acc_g, gyr_dps, self._dropped, battery)
