"""A pretend MbientLab MetaMotion, from sensors.md section 3 alone: BMI160 or BMI270, packed or single samples.

Commands are module, register, values; a register + 80 reads. Streams run when subscribed to, enabled and started; no
clock, no counter.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Floats, Movement
from tests.ble.pretend.two_streams import PretendTwoStreams, Stream

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"
ACC, GYR, SETTINGS = 0x03, 0x13, 0x11
IMPLEMENTATIONS = {"BMI160": {ACC: 1, GYR: 0}, "BMI270": {ACC: 4, GYR: 1}}
ACC_COUNTS = {
    "BMI160": {0x03: 16384, 0x05: 8192, 0x08: 4096, 0x0C: 2048},
    "BMI270": {0x00: 16384, 0x01: 8192, 0x02: 4096, 0x03: 2048},
}
"""Counts a g by range code."""
GYR_COUNTS = {0: 16.4, 1: 32.8, 2: 65.6, 3: 131.2, 4: 262.4}
RATES_HZ = {6: 25.0, 7: 50.0, 8: 100.0, 9: 200.0}
SINGLE = {"BMI160": {ACC: 0x04, GYR: 0x05}, "BMI270": {ACC: 0x04, GYR: 0x04}}
PACKED = {"BMI160": {ACC: 0x1C, GYR: 0x07}, "BMI270": {ACC: 0x05, GYR: 0x05}}


class PretendMetaMotion(PretendTwoStreams):
    """See the module. ``chip``: BMI160 or BMI270; ``revision`` of its modules: 0 does not pack (BMI160);
    ``clock_error``: share by which the chip runs fast.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.chip: str = told.pop("chip", "BMI160")
        self.revision: int = told.pop("revision", 1)
        self.clock_error: float = told.pop("clock_error", 0.0)
        self.battery: int = 81
        self._registers: dict[tuple[int, int], bytes] = {}
        self._listened: dict[int, int] = {}
        """Register subscribed to, by module."""
        advertised = (SERVICE,) if told.pop("advertises_service", True) else ()
        super().__init__(
            source, sink, movement, name=told.pop("name", "MetaWear"), advertised_services=advertised, **told
        )

    def data_uuid(self) -> str:
        return NOTIFY

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        command = Characteristic(
            COMMAND,
            flags.WRITE | flags.WRITE_WITHOUT_RESPONSE,
            Characteristic.WRITEABLE,
            CharacteristicValue(write=self._command),
        )
        texts = {0x2A24: b"5" if self.chip == "BMI160" else b"8", 0x2A25: self.serial.encode(), 0x2A26: b"1.7.2"}
        information = [
            Characteristic(
                UUID.from_16_bits(number),
                flags.READ,
                Characteristic.READABLE,
                CharacteristicValue(read=self.readable(f"{number:04x}", lambda text=text: text)),
            )
            for number, text in texts.items()
        ]
        return [Service(SERVICE, [self.data, command]), Service(UUID.from_16_bits(0x180A), information)]

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        acc = b"\x28\x03" if self.chip == "BMI160" else b"\xa8\x02"
        self._registers = {(ACC, 3): acc, (GYR, 3): b"\x28\x00"}
        self._listened = {}

    def connected(self) -> None:
        """It waits to be told."""

    @property
    def true_rate_hz(self) -> float:
        return RATES_HZ[self._registers[ACC, 3][0] & 0x0F] * (1.0 + self.clock_error)

    def each_of(self, stream: Stream) -> int:
        module = ACC if stream == "acc" else GYR
        return 3 if self._listened.get(module) == PACKED[self.chip][module] else 1

    def part(self, stream: Stream, first: int, values: Floats) -> bytes:
        module = ACC if stream == "acc" else GYR
        code = self._registers[module, 3][1]
        counts_a_unit = ACC_COUNTS[self.chip][code] if stream == "acc" else GYR_COUNTS[code]
        raw = np.clip(np.rint(values * counts_a_unit), -32768, 32767).astype("<i2")
        return bytes([module, self._listened[module]]) + raw.tobytes()

    def _command(self, link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) < 2:
            return
        module, register, rest = value[0], value[1], value[2:]
        if value == b"\x11\xcc":
            self._say(link, bytes([SETTINGS, 0x8C, self.battery]) + (4148).to_bytes(2, "little"))
        elif register == 0x80 and module in (ACC, GYR):
            self._say(link, bytes([module, 0x80, IMPLEMENTATIONS[self.chip][module], self.revision]))
        elif register & 0x80 and (module, register & 0x7F) in self._registers:
            self._say(link, bytes([module, register]) + self._registers[module, register & 0x7F])
        elif module in (ACC, GYR):
            self._set(module, register, rest)

    def _set(self, module: int, register: int, values: bytes) -> None:
        known = {SINGLE[self.chip][module]}
        if self.chip == "BMI270" or self.revision >= 1:
            known.add(PACKED[self.chip][module])
        if register in known:
            if values == b"\x01":
                self._listened[module] = register
            elif self._listened.get(module) == register:
                del self._listened[module]
        else:
            self._registers[module, register] = values
        stream: Stream = "acc" if module == ACC else "gyr"
        on = self._registers.get((module, 1)) == b"\x01" and self._registers.get((module, 2)) == b"\x01\x00"
        if on and module in self._listened:
            self.turn_on(stream)
        else:
            self.turn_off(stream)

    def _say(self, link: Connection, reply: bytes) -> None:
        self.do(self.device.notify_subscriber(link, self.data, reply))
