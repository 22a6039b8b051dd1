"""A pretend WitMotion BLE 5.0 (WT901BLE67), from sensors.md section 1 alone.

It streams as soon as somebody subscribes, at 10 Hz until another rate is set for this power-on; obeys writes only when
unlocked; answers register reads between the samples, on the same characteristic; has no clock and no counter.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import numpy as np
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Movement
from tests.ble.pretend.peripheral import PretendSensor

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
DATA = "0000ffe4-0000-1000-8000-00805f9a34fb"
COMMAND = "0000ffe9-0000-1000-8000-00805f9a34fb"
TRUE_RATES_HZ = {0x03: 1.0, 0x05: 5.0, 0x06: 10.05, 0x07: 19.86, 0x08: 49.45, 0x09: 99.26, 0x0A: 99.29, 0x0B: 198.43}
"""By register code, as measured on one unit (sensors.md 1.5; 1 and 5 Hz: nominal)."""
FRAMES_EACH = {0x08: 2, 0x09: 4, 0x0A: 4, 0x0B: 8}
"""In a notification; one at lower rates."""
UNLOCK = bytes.fromhex("ffaa6988b5")
UNLOCKED_S = 10.0
SAVE_BUSY_S = 0.3
ANSWER_S = 0.02
RATE, OUTPUT, SAVE, BANDWIDTH = 0x03, 0x96, 0x00, 0x1F
BATTERY, TEMPERATURE, VERSION, MAC = 0x64, 0x40, 0x2E, 0x66
VIBRATION = bytes.fromhex("55611100160002000200000001 00E60A430047000A00250025002500")
"""What a WTVB01 sends (W8, from its manual): the same head, another meaning."""
ACC_LSB = 32768 / 16.0
GYR_LSB = 32768 / 2000.0


class PretendWitMotion(PretendSensor):
    """See the module. ``volts``: battery; ``displacement``: left in that output mode by somebody else's program;
    ``vibration``: it is a WTVB01.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.volts: float = told.pop("volts", 3.95)
        self.displacement: bool = told.pop("displacement", False)
        self.vibration: bool = told.pop("vibration", False)
        self._registers: dict[int, int] = {}
        self._saved: dict[int, int] = {RATE: 0x06}
        self._unlocked_until_s = -1.0
        self._busy_until_s = -1.0
        self._asked: int | None = None
        self._frames: dict[float, bytes] = {}
        self._mac = told.pop("mac", None) or told.get("address") or "C4:11:22:33:44:55"
        advertised = (SERVICE,) if told.pop("advertises_service", False) else ()
        super().__init__(
            source, sink, movement, name=told.pop("name", "WT901BLE67"), advertised_services=advertised, **told
        )

    def data_uuid(self) -> str:
        return DATA

    def services(self) -> list[Service]:
        properties = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        command = Characteristic(
            COMMAND, properties, Characteristic.WRITEABLE, CharacteristicValue(write=self._command)
        )
        self.data.on("subscription", self._subscribed)
        return [Service(SERVICE, [self.data, command])]

    def set_battery(self, value: float) -> None:
        """Volts."""
        self.volts = value
        self._registers[BATTERY] = round(value * 100)

    def powered_on(self) -> None:
        octets = bytes.fromhex(self._mac.replace(":", ""))[::-1]
        self._registers = {
            OUTPUT: int(self.displacement),
            BANDWIDTH: 4,
            BATTERY: round(self.volts * 100),
            TEMPERATURE: 2650,
            VERSION: 10007,
            **{MAC + number: word for number, word in enumerate(struct.unpack("<3H", octets))},
            **self._saved,
        }
        self._unlocked_until_s = -1.0

    def connected(self) -> None:
        """It keeps its rate, and waits to be subscribed to."""

    def disconnected(self) -> None:
        """The same."""

    @property
    def rate_code(self) -> int:
        """What register 3 holds."""
        return self._registers.get(RATE, 0x06)

    @property
    def true_rate_hz(self) -> float:
        return TRUE_RATES_HZ[self.rate_code]

    @property
    def each(self) -> int:
        return FRAMES_EACH.get(self.rate_code, 1)

    def packet(self, first: int, index: int, count: int) -> bytes:
        if self.vibration:
            return VIBRATION
        rate = self.true_rate_hz
        if rate not in self._frames:
            frames = _frames(self.resampled())
            self._frames[rate] = frames + frames[: 20 * 16]  # so that a packet may run over the end
        if self._registers[OUTPUT]:
            return (b"Ua" + struct.pack("<9h", *range(100, 1000, 100))) * count
        return self._frames[rate][20 * index : 20 * (index + count)]

    def _subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        if notify:
            self.begin_streaming()
        else:
            self._stop_streaming()

    def _command(self, _link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) != 5 or value[:2] != b"\xff\xaa":
            return
        register, word = value[2], value[3] | value[4] << 8
        if value == UNLOCK:
            self._unlocked_until_s = self.device_s() + UNLOCKED_S
        elif register == 0x27:
            self._ask(word)
        elif self.device_s() <= self._unlocked_until_s:
            self._set(register, word)

    def _set(self, register: int, word: int) -> None:
        if register == SAVE and word == 0:
            self._saved[RATE] = self.rate_code
            self._busy_until_s = self.device_s() + SAVE_BUSY_S
        elif register == SAVE and word == 0xFF:
            self.do(self.restart())
        elif register == RATE and word in TRUE_RATES_HZ:
            self._registers[RATE] = word
            if self.is_streaming:
                self.begin_streaming()
        elif register != RATE:
            self._registers[register] = word

    def _ask(self, register: int) -> None:
        """Two reads at once share one reply: the later one's."""
        waiting, self._asked = self._asked, register
        if waiting is None:
            self.do(self._answer())

    async def _answer(self) -> None:
        await asyncio.sleep(ANSWER_S)
        register, self._asked = self._asked, None
        assert register is not None
        busy = self.device_s() < self._busy_until_s
        words = [0 if busy else self._registers.get(register + number, 0) for number in range(8)]
        if self.link is not None:
            reply = b"Uq" + struct.pack("<9H", register, *words)
            await self.device.notify_subscriber(self.link, self.data, reply)


def _frames(movement: Movement) -> bytes:
    """All frames of the movement. The angles follow from the accelerometer, as roughly as the sensor's own."""
    acc, gyr = movement.acc_g, movement.gyr_dps
    roll = np.degrees(np.arctan2(acc[:, 1], acc[:, 2]))
    pitch = np.degrees(np.arcsin(np.clip(-acc[:, 0], -1.0, 1.0)))
    angles = np.column_stack((roll, pitch, np.zeros(len(acc)))) * (32768 / 180.0)
    table = np.concatenate((acc * ACC_LSB, gyr * GYR_LSB, angles), axis=1)
    frames = np.empty((len(acc), 10), dtype="<i2")
    frames[:, 0] = 0x6155
    frames[:, 1:] = np.clip(np.rint(table), -32768, 32767)
    return frames.tobytes()
