"""A Movesense, a MetaMotion and a Verity Sense that answer step by step, without a radio, from the firmware notes."""

import struct

from sensorcoach.devices.conversation import Ask, Read, Subscribe, Wait, Write


class Answering:
    """``values`` of characteristics; `said` answers what is written."""

    asks_on = "answer"

    def __init__(self, **values):
        self.values = values
        self.steps, self.writes, self.subscribed = [], [], []
        self.missing = ()

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
            return None
        assert isinstance(step, Ask | Write)
        self.writes.append(step.payload)
        replies = list(self.said(step.payload))
        if isinstance(step, Write):
            return None
        assert step.reply_channel in self.subscribed
        return next((one for one in replies if step.is_reply(one)), None)


class AnsweringMovesense(Answering):
    """``statuses`` by path; 200 else. A path among ``silent`` is not answered. ``left_on``: references."""

    def __init__(self, *, stock=False, statuses=None, silent=(), level=87, acc_g=8, gyr_dps=500, left_on=()):
        super().__init__(serial=b"123456789012", firmware=b"2.3.0")
        self.missing = ("answer",) if stock else ()
        self.statuses, self.silent = dict(statuses or {}), silent
        self.values_of = {
            "/System/Energy/Level": bytes([level]),
            "/Meas/Acc/Config": bytes([acc_g]),
            "/Meas/Gyro/Config": struct.pack("<H", gyr_dps),
        }
        self.paths = {reference: "from another connection" for reference in left_on}

    def said(self, payload):
        kind, reference = payload[:2]
        yield bytes([2, 104]) + bytes(28)  # samples in between
        yield bytes([1, reference ^ 0x80, 0xC8, 0])
        if kind == 2:
            self.paths.pop(reference, None)
            yield bytes([1, reference, 0xC8, 0])
            return
        assert payload[-1] == 0
        path = payload[2:-1].decode()
        if path in self.silent:
            return
        status = 409 if kind == 1 and reference in self.paths else self.statuses.get(path, 200)
        if kind == 1 and status == 200:
            self.paths[reference] = path
        yield (
            bytes([1, reference])
            + struct.pack("<H", status)
            + (self.values_of.get(path, b"") if status == 200 else b"")
        )


class AnsweringMetaMotion(Answering):
    """``chip`` BMI160 or BMI270; ``revision`` of its modules; ``holds``: configurations that cannot be changed."""

    def __init__(self, chip="BMI160", revision=1, *, deaf=False, holds=None, tells_config=True, infos=None):
        super().__init__(model=b"5", serial=b"04A1B2", firmware=b"1.5.0")
        acc, gyr = {"BMI160": (1, 0), "BMI270": (4, 1)}[chip]
        self.infos = infos if infos is not None else {0x03: bytes([acc, revision]), 0x13: bytes([gyr, revision])}
        self.deaf, self.holds, self.tells_config = deaf, dict(holds or {}), tells_config
        self.registers = {}

    def said(self, payload):
        module, register, values = payload[0], payload[1], payload[2:]
        if self.deaf:
            return
        yield bytes([module, 0x04]) + bytes(6)  # samples in between
        if register == 0x80:
            yield bytes([module, 0x80]) + self.infos.get(module, b"")
        elif payload == b"\x11\xcc":
            yield bytes.fromhex("118c633410")
        elif register & 0x80:
            if self.tells_config:
                yield payload + self.registers[module, register & 0x7F]
        else:
            self.registers[module, register] = self.holds.get((module, register), values)


class AnsweringPolar(Answering):
    """``offers``: settings by measurement; ``errors`` by (command, measurement); ``silent``: commands not answered."""

    asks_on = "control"
    ACC = bytes.fromhex("000134000101100002010800040103")
    GYR = bytes.fromhex("0001340001011000 0201D007 040103".replace(" ", ""))

    def __init__(self, *, offers=None, errors=None, silent=(), features=b"\x0f\x6e\x00"):
        super().__init__(control=features, battery=b"\x51", serial=b"16961D33", firmware=b"2.1.0")
        self.offers = {2: self.ACC, 5: self.GYR} | (offers or {})
        self.errors, self.silent = dict(errors or {}), silent
        self.started = {}

    def said(self, payload):
        command, kind = payload[:2]
        assert "data" in self.subscribed
        yield bytes([0xF0, command, kind ^ 7, 0, 0])
        if command in self.silent:
            return
        error = self.errors.get((command, kind), 0)
        more = b""
        if not error and command == 1:
            more = b"\x00" + self.offers[kind]
        elif not error and command == 2:
            self.started[kind] = payload[2:]
            more = b"\x00" + bytes.fromhex("0501") + struct.pack("<f", 0.000244 if kind == 2 else 0.061)
        elif not error and command == 3:
            self.started.pop(kind, None)
            more = b"\x00"
        yield bytes([0xF0, command, kind, error]) + more
