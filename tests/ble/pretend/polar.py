"""A pretend Polar Verity Sense in normal mode, from sensors.md section 4 alone.

52 Hz, 8 g, 2000 °/s; frames of up to 36 samples of acceleration and 40 of turning rate, fewer if they do not fit into
229 bytes, packed as differences of as few bits as hold them, stamped with the time of the last sample on a clock that
began somewhere.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from bumble.core import UUID
from bumble.device import Connection
from bumble.gatt import Characteristic, CharacteristicValue, Service

from tests.ble.pretend.movement import Floats, Movement
from tests.ble.pretend.two_streams import PretendTwoStreams, Stream

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
RATE_HZ = 52
ACC, GYR = 2, 5
EACH: dict[Stream, int] = {"acc": 36, "gyr": 40}
FACTORS = {ACC: struct.unpack("<f", bytes.fromhex("40DA7F39"))[0], GYR: 2000 / 32768}
"""g and °/s of one count."""
OFFERS = {
    ACC: bytes.fromhex("000134000101100002010800040103"),
    GYR: bytes.fromhex("00013400010110000201D007040103"),
}
NEEDED_MTU = 232
LONGEST_FRAME = 229
BAD_MTU, ON_CHARGER, ALREADY, NOT_SUPPORTED, BAD_PARAMETER = 10, 13, 6, 3, 5
EPOCH_NS = 599_618_164_814_402_794
"""Of its clock at power-on (as in P2); ns since 2000."""


class PretendPolar(PretendTwoStreams):
    """See the module. ``clock_error``: share by which it runs fast; ``on_charger``: it sends nothing there;
    ``each``: samples in a frame of each stream.
    """

    def __init__(self, source: Any, sink: Any, movement: Movement, **told: Any) -> None:
        self.clock_error: float = told.pop("clock_error", 0.0)
        self.on_charger: bool = told.pop("on_charger", False)
        self.frame_samples: dict[Stream, int] = told.pop("each", EACH)
        self.battery = 81
        self._indications_on = self._notifications_on = False
        advertised = (SERVICE,) if told.pop("advertises_service", False) else ()
        super().__init__(
            source,
            sink,
            movement,
            name=told.pop("name", "Polar Sense 16961D33"),
            advertised_services=advertised,
            **told,
        )
        self.device.gatt_server.max_mtu = 247

    def data_uuid(self) -> str:
        return DATA

    def services(self) -> list[Service]:
        flags = Characteristic.Properties
        self.control = Characteristic(
            CONTROL,
            flags.READ | flags.WRITE | flags.INDICATE,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=self.readable("control", lambda: b"\x0f\x6e\x00"), write=self._request),
        )
        self.control.on("subscription", self._control_subscribed)
        self.data.on("subscription", self._data_subscribed)
        values = {0x2A25: lambda: self.serial.encode(), 0x2A26: lambda: b"2.1.0"}
        information = [self._readable(number, value) for number, value in values.items()]
        return [
            Service(SERVICE, [self.control, self.data]),
            Service(UUID.from_16_bits(0x180A), information),
            Service(UUID.from_16_bits(0x180F), [self._readable(0x2A19, lambda: bytes([self.battery]))]),
        ]

    def _readable(self, number: int, value: Any) -> Characteristic[Any]:
        read = CharacteristicValue(read=self.readable(f"{number:04x}", value))
        return Characteristic(UUID.from_16_bits(number), Characteristic.Properties.READ, Characteristic.READABLE, read)

    def set_battery(self, value: float) -> None:
        """Per cent."""
        self.battery = round(value)

    def powered_on(self) -> None:
        """Both streams are off."""

    def connected(self) -> None:
        self._indications_on = self._notifications_on = False

    @property
    def true_rate_hz(self) -> float:
        return RATE_HZ * (1.0 + self.clock_error)

    def each_of(self, stream: Stream) -> int:
        return self.frame_samples[stream]

    def fitting(self, stream: Stream, values: Floats) -> Floats:
        differences = np.diff(_counts(stream, values), axis=0)
        widths = [_width(row) for row in differences]
        number = 1
        while number < len(values) and 18 + 3 * number * max(widths[:number]) / 8 <= LONGEST_FRAME:
            number += 1
        return values[:number]

    def part(self, stream: Stream, first: int, values: Floats) -> bytes:
        kind = ACC if stream == "acc" else GYR
        counts = _counts(stream, values)
        last_ns = round((first + len(values) - 1) / self.true_rate_hz * 1e9)
        head = struct.pack("<BQB", kind, EPOCH_NS + last_ns, 0x80)
        return head + counts[0].astype("<i2").tobytes() + packed_differences(np.diff(counts, axis=0))

    def _control_subscribed(self, _link: Connection, _notify: bool, indicate: bool) -> None:
        self._indications_on = indicate

    def _data_subscribed(self, _link: Connection, notify: bool, _indicate: bool) -> None:
        self._notifications_on = notify

    def _request(self, link: Connection, value: bytes) -> None:
        if not self.written(value) or len(value) < 2:
            return
        command, kind = value[0], value[1]
        error, more = self._obeyed(command, kind, value[2:])
        if self._indications_on:
            reply = bytes([0xF0, command, kind, error]) + (b"\x00" + more if error == 0 else b"")
            self.do(self.device.indicate_subscriber(link, self.control, reply))

    def _obeyed(self, command: int, kind: int, settings: bytes) -> tuple[int, bytes]:
        if kind not in OFFERS or command not in (1, 2, 3):
            return NOT_SUPPORTED, b""
        stream: Stream = "acc" if kind == ACC else "gyr"
        if command == 1:
            return 0, OFFERS[kind]
        if command == 3:
            self.turn_off(stream)
            return 0, b""
        if self.on_charger:
            return ON_CHARGER, b""
        if self.link is None or self.link.att_mtu < NEEDED_MTU:
            return BAD_MTU, b""
        if stream in self.running:
            return ALREADY, b""
        if settings != OFFERS[kind] or not self._notifications_on:
            return BAD_PARAMETER, b""
        self.turn_on(stream)
        return 0, b"\x05\x01" + struct.pack("<f", FACTORS[kind])


def _counts(stream: Stream, values: Floats) -> Any:
    counts = np.rint(values / FACTORS[ACC if stream == "acc" else GYR])
    return np.clip(counts, -32768, 32767).astype(np.int64)


def _width(differences: Any) -> int:
    """Bits that hold each of them, with its sign."""
    return max(int(one if one >= 0 else ~one).bit_length() for one in differences.flat) + 1


def packed_differences(differences: Any) -> bytes:
    """One block: bits of a difference, how many, and they themselves, lowest bit first, x y z after one another."""
    if not len(differences):
        return b""
    width = _width(differences)
    total = 0
    for number, one in enumerate(differences.flat):
        total |= (int(one) & (1 << width) - 1) << number * width
    return bytes([width, len(differences)]) + total.to_bytes((differences.size * width + 7) // 8, "little")
