"""Sensors that answer step by step, without a radio, written from the firmware notes."""

import struct

from sensorcoach.devices.conversation import Ask, Read, Subscribe, Wait, Write


class Talking:
    """A sensor that has these characteristics' values, and answers what is asked of it."""

    def __init__(self, **values):
        self.values = values
        self.steps = []
        self.subscribed = []
        self.now_s = 0.0

    def answer(self, step):
        self.steps.append(step)
        if isinstance(step, Read):
            assert step.channel in self.values or step.optional
            return self.values.get(step.channel)
        if isinstance(step, Subscribe):
            if step.channel in self.missing:
                assert step.optional
                return None
            self.subscribed.append(step.channel)
            return b""
        if isinstance(step, Wait):
            self.now_s += step.duration_s
            return None
        assert step.channel == self.writes_to
        if isinstance(step, Write):
            self.written(step.payload)
            return None
        assert isinstance(step, Ask)
        assert step.reply_channel in self.subscribed
        for said in self.asked(step.payload):
            if step.is_reply(said):
                return said
        self.now_s += step.within_s
        return None

    @property
    def requests(self):
        """What was written, in order."""
        return [step.payload for step in self.steps if isinstance(step, Ask | Write)]


class TalkingOpen(Talking):
    """A sensor of the own format: 26, 52, 104, 208 Hz, scales of its chip (own-format.md)."""

    writes_to = "control"
    RATES = (26, 52, 104, 208)

    def __init__(self, *, missing=(), refuses=None, silent=(), streaming=False, starts=True, **values):
        self.missing, self.refuses, self.silent, self.starts = missing, dict(refuses or {}), silent, starts
        self.rate_hz, self.acc_g, self.gyr_dps, self.streaming = 52, 2, 2000, streaming
        super().__init__(**{"serial": b"60C5A8F1E4D30718", "firmware": b"1.0.0", "battery": b"\x51", **values})
        self.values.setdefault("info", None)
        self.told_info = values.get("info")

    def answer(self, step):
        if isinstance(step, Read) and step.channel == "info" and self.told_info is None:
            self.steps.append(step)
            return struct.pack("<BBHff", 1, 0, self.rate_hz, self.acc_g * 0.0000305, self.gyr_dps * 0.000035)
        return super().answer(step)

    def written(self, payload):
        raise AssertionError("a request wants its reply")

    def asked(self, payload):
        opcode = payload[0]
        yield bytes([0x85 if opcode != 5 else 0x81])  # somebody else's answer, and too short
        if opcode in self.silent:
            return
        status, rest = self.refuses.get(opcode, 0), b""
        if isinstance(status, list):
            status = status.pop(0) if status else 0
        if not status and opcode in (3, 4) and self.streaming:
            status = 3
        if not status and opcode == 1:
            assert "imu" in self.subscribed
            self.streaming = self.starts
        elif not status and opcode == 2:
            self.streaming = False
        elif not status and opcode == 3:
            asked = struct.unpack("<H", payload[1:])[0]
            self.rate_hz = min(self.RATES, key=lambda rate: (abs(rate - asked), -rate))
            rest = struct.pack("<H", self.rate_hz)
        elif not status and opcode == 4:
            self.acc_g, self.gyr_dps = struct.unpack("<BH", payload[1:])
            rest = payload[1:]
        elif not status and opcode == 5:
            rest = struct.pack(
                "<BHBHIB", int(self.streaming), self.rate_hz, self.acc_g, self.gyr_dps, 0, self.values["battery"][0]
            )
        yield bytes([0x80 | opcode, status]) + rest


class TalkingWit(Talking):
    """A WitMotion BLE 5.0: obeys writes while unlocked, answers reads amid its samples (sensors.md 1.3, 1.4)."""

    writes_to = "command"
    missing = ()

    def __init__(self, *, registers=None, deaf_to=(), silent_about=(), unanswered=0):
        super().__init__()
        self.registers = {0x03: 6, 0x96: 0, 0x64: 395, 0x66: 0x4455, 0x67: 0x2233, 0x68: 0xC411, 0x2E: 7, 0x2F: 1}
        self.registers |= registers or {}
        self.deaf_to, self.silent_about, self.unanswered = deaf_to, silent_about, unanswered
        self.unlocked_until_s = -1.0

    def written(self, payload):
        assert len(payload) == 5
        assert payload[:2] == b"\xff\xaa"
        if payload == bytes.fromhex("ffaa6988b5"):
            self.unlocked_until_s = self.now_s + 10
        elif self.now_s <= self.unlocked_until_s and payload[2] not in self.deaf_to:
            self.registers[payload[2]] = struct.unpack("<H", payload[3:])[0]

    def asked(self, payload):
        assert payload[:3] == b"\xff\xaa\x27"
        sample = b"\x55\x61" + bytes(18)
        yield sample * 4
        first = struct.unpack("<H", payload[3:])[0]
        yield b"\x55\x71" + struct.pack("<9H", first + 1, *[9] * 8)  # a reply to another question
        if first in self.silent_about:
            return
        if self.unanswered:
            self.unanswered -= 1
            return
        values = [self.registers.get(first + number, 0) for number in range(8)]
        yield sample + b"\x55\x71" + struct.pack("<9H", first, *values) + sample
