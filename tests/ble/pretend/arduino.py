"""Pretend boards of the Arduino family and OpenEarables, from sensors.md section 6 alone.

One service for all, three dialects: a Nicla with Arduino_BHY2 (no time), boards with EdgeML-Arduino and OpenEarable v1
(ms, one scheme), OpenEarable v2 (µs, a scheme for each sensor that is asked for).
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import STANDARD_GRAVITY, Floats, Movement
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble.pretend.two_streams import PretendTwoStreams, Stream

OURS = "34c2e3{}-34aa-11eb-adc1-0242ac120002"
SERVICE, DATA, CONFIG, CONFIG_2, STATUS = (OURS.format(part) for part in ("bb", "bc", "bd", "be", "bf"))
SCHEMES = "caa25c{}-7e1b-44f2-adc9-e8c06c9ced43"
SCHEME_SERVICE, SCHEME, SENSORS, ASK, ANSWER = (SCHEMES.format(part) for part in ("b7", "b8", "b9", "ba", "bb"))
FLOAT = 6
READ, WRITE, NOTIFY = (getattr(Characteristic.Properties, name) for name in ("READ", "WRITE", "NOTIFY"))


def _text(text: str) -> bytes:
    return bytes([len(text.encode())]) + text.encode()


def _scheme(number: int, name: str, groups: dict[str, str]) -> bytes:
    """A sensor with x, y, z in each group; ``groups``: unit by name."""
    parts = [bytes([FLOAT]) + _text(group) + _text(axis) + _text(groups[group]) for group in groups for axis in "XYZ"]
    return bytes([number]) + _text(name) + bytes([len(parts)]) + b"".join(parts)


NANO = bytes([2]) + _scheme(0, "ACCELERATION", {"ACC": "g"}) + _scheme(1, "GYROSCOPE", {"GYRO": "dps"})
EARABLE_1 = bytes([1]) + _scheme(0, "ACC_GYRO_MAG", {"ACC": "g", "GYRO": "dps", "MAG": "uT"})
EARABLE_2_RATES_HZ = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0)
EARABLE_2 = {
    6: _scheme(6, "BARO", {}) + b"\x03",
    0: _scheme(0, "IMU", {"ACCELEROMETER": "m/s^2", "GYROSCOPE": "dps", "MAGNETOMETER": "uT"})
    + bytes([0x13, 6, 1, 2])
    + struct.pack("<6f", *EARABLE_2_RATES_HZ),
}


class PretendNicla(PretendTwoStreams):
    """A board that sends its two streams apart. ``keeps``: the share of the rate asked for that it keeps up."""

    numbers = {"acc": 4, "gyr": 13}

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.keeps: float = told.pop("keeps", 1.0)
        self.rates_hz: dict[int, float] = {}
        told.pop("advertises_service", None)
        name = told.pop("name", "NICLA")
        super().__init__(source, sink, movement, name=name, advertised_services=(SERVICE,), **told)

    def data_uuid(self) -> str:
        return DATA

    def services(self) -> list[Service]:
        config = Characteristic(CONFIG, WRITE, Characteristic.WRITEABLE, CharacteristicValue(write=self._set))
        return [Service(SERVICE, [config, self.data, *self.long_data()])]

    def long_data(self) -> list[Characteristic[bytes]]:
        """The characteristic that an OpenEarable v2 is configured by, and that is something else here."""
        return [Characteristic(CONFIG_2, NOTIFY, 0, b"")]

    def set_battery(self, value: float) -> None:
        """It does not tell."""

    def powered_on(self) -> None:
        self.rates_hz = {}

    def connected(self) -> None:
        """It waits to be configured."""

    @property
    def true_rate_hz(self) -> float:
        return max(self.rates_hz.values(), default=50.0) * self.keeps

    def each_of(self, stream: Stream) -> int:
        return 1

    def part(self, stream: Stream, first: int, values: Floats) -> bytes:
        scale = 4096.0 if stream == "acc" else 32768 / 2000.0
        counts = np.clip(np.rint(values[0] * scale), -32768, 32767).astype(int)
        return struct.pack("<BB3h4x", self.numbers[stream], 6, *counts)

    def _set(self, _link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) != 9:
            return
        number, rate_hz, _latency_ms = struct.unpack("<BfI", value)
        stream: Stream
        for stream in ("acc", "gyr"):
            if self.numbers[stream] == number:
                self.rates_hz[number] = rate_hz
                if rate_hz > 0:
                    self.turn_on(stream)
                else:
                    self.turn_off(stream)


class PretendNano(PretendNicla):
    """A Nano 33 BLE Sense with EdgeML-Arduino. ``first_ms``: its clock at power-on."""

    numbers = {"acc": 0, "gyr": 1}

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.first_ms: int = told.pop("first_ms", 5_000)
        super().__init__(source, sink, movement, **{"name": "NANO-1A2B", **told})

    def services(self) -> list[Service]:
        value = CharacteristicValue(read=self.readable("scheme", lambda: NANO))
        scheme = Characteristic(SCHEME, READ, Characteristic.READABLE, value)
        return [*super().services(), Service(SCHEME_SERVICE, [scheme])]

    def long_data(self) -> list[Characteristic[bytes]]:
        return []

    def part(self, stream: Stream, first: int, values: Floats) -> bytes:
        ms = (self.first_ms + round(1000 * first / self.true_rate_hz) + (stream == "gyr")) % 2**32
        return struct.pack("<BBI3f", self.numbers[stream], 12, ms, *values[0])


class PretendEarable1(PretendSensor):
    """An OpenEarable v1: both in one packet, as its scheme says."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.rate_hz = 0.0
        self.battery = 55
        told.pop("advertises_service", None)
        super().__init__(source, sink, movement, name=told.pop("name", "OpenEarable-A1B2"), **told)

    def data_uuid(self) -> str:
        return DATA

    def services(self) -> list[Service]:
        config = Characteristic(CONFIG, WRITE, Characteristic.WRITEABLE, CharacteristicValue(write=self._set))
        value = CharacteristicValue(read=self.readable("scheme", lambda: EARABLE_1))
        scheme = Characteristic(SCHEME, READ, Characteristic.READABLE, value)
        return [Service(SERVICE, [config, self.data]), Service(SCHEME_SERVICE, [scheme]), self.gauge()]

    def gauge(self) -> Service:
        """Its battery."""
        value = CharacteristicValue(read=self.readable("battery", lambda: bytes([self.battery])))
        level = Characteristic(UUID.from_16_bits(0x2A19), READ, Characteristic.READABLE, value)
        return Service(UUID.from_16_bits(0x180F), [level])

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        self.rate_hz = 0.0

    def connected(self) -> None:
        """It waits to be configured."""

    def disconnected(self) -> None:
        """The same."""

    @property
    def true_rate_hz(self) -> float:
        return min(self.rate_hz, 50.0) or 50.0

    @property
    def each(self) -> int:
        return 1

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        values = (*movement.acc_g[index], *movement.gyr_dps[index], 20.0, 0.0, -40.0)
        return struct.pack("<BBI9f", 0, 36, round(1000 * first / self.true_rate_hz) % 2**32, *values)

    def _set(self, _link: Connection, value: bytes) -> None:
        if self.written(value) and len(value) == 9 and value[0] == 0:
            (self.rate_hz,) = struct.unpack_from("<f", value, 1)
            if self.rate_hz > 0:
                self.begin_streaming()
            else:
                self._stop_streaming()


class PretendEarable2(PretendEarable1):
    """An OpenEarable v2. ``at_once``: samples it gathers in a notification."""

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.at_once: int = told.pop("at_once", 2)
        self.index, self.streams = 1, False
        super().__init__(source, sink, movement, **told)

    def services(self) -> list[Service]:
        status = CharacteristicValue(read=self.readable("status", self._status))
        sensors = CharacteristicValue(read=self.readable("sensors", lambda: bytes([2, *EARABLE_2])))
        self.answer = Characteristic(ANSWER, NOTIFY, 0, b"")
        ours = [
            Characteristic(CONFIG_2, WRITE, Characteristic.WRITEABLE, CharacteristicValue(write=self._set)),
            Characteristic(STATUS, READ | NOTIFY, Characteristic.READABLE, status),
            self.data,
        ]
        schemes = [
            Characteristic(SENSORS, READ, Characteristic.READABLE, sensors),
            Characteristic(ASK, WRITE, Characteristic.WRITEABLE, CharacteristicValue(write=self._asked)),
            self.answer,
        ]
        return [Service(SERVICE, ours), Service(SCHEME_SERVICE, schemes), self.gauge()]

    def powered_on(self) -> None:
        self.index, self.streams = 1, False

    @property
    def true_rate_hz(self) -> float:
        return EARABLE_2_RATES_HZ[self.index]

    @property
    def each(self) -> int:
        return self.at_once

    def packet(self, first: int, index: int, count: int) -> bytes:
        movement = self.resampled()
        rows = np.arange(index, index + count) % len(movement.acc_g)
        body = b"".join(
            struct.pack("<9f", *movement.acc_g[row] * STANDARD_GRAVITY, *movement.gyr_dps[row], 20.0, 0.0, -40.0)
            for row in rows
        )
        period_us = round(1e6 / self.true_rate_hz)
        end = struct.pack("<H", period_us) if count > 1 else b""
        return struct.pack("<BBQ", 0, len(body + end) & 0xFF, first * period_us) + body + end

    def _status(self) -> bytes:
        return bytes([6, 0, 0, 0, self.index, self.streams])

    def _asked(self, link: Connection, value: bytes) -> None:
        if self.written(value) and value[:1] and value[0] in EARABLE_2:
            self.do(self.device.notify_subscriber(link, self.answer, EARABLE_2[value[0]]))

    def _set(self, _link: Connection, value: bytes) -> None:
        if self.written(value) and len(value) == 3 and value[0] == 0 and value[1] < len(EARABLE_2_RATES_HZ):
            self.index, self.streams = value[1], bool(value[2] & 1)
            if self.streams:
                self.begin_streaming()
            else:
                self._stop_streaming()
