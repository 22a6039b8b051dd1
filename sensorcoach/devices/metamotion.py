"""Profile ``metamotion``: MbientLab MetaMotion R, S and C; ``firmware_notes/metamotion.md``.

Channel ``command`` takes register writes, channel ``answer`` gives register reads and samples: acceleration and turning
rate apart, in packets of one sample or of three, without number or time.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import radians
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Step, Subscribe, Write
from sensorcoach.devices.following import block_end, followed_all
from sensorcoach.devices.pairing import Rows, Waiting, paired
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Floats, Packet

Ints = NDArray[np.int64]

SERVICE: Final = "326a9000-85cb-9195-d9dd-464cfbbae75a"
ACC: Final = 0x03
GYR: Final = 0x13
SETTINGS: Final = 0x11
"""Modules."""
READ: Final = 0x80
"""Added to a register, in a request and in its answer."""
INFO: Final = 0x80
START: Final = 0x01
ENABLE: Final = 0x02
CONFIG: Final = 0x03
"""Registers of both motion modules."""
ACC_RANGES_G: Final[Mapping[str, Mapping[int, int]]] = MappingProxyType(
    {"BMI160": {0x03: 2, 0x05: 4, 0x08: 8, 0x0C: 16}, "BMI270": {0x00: 2, 0x01: 4, 0x02: 8, 0x03: 16}}
)
GYR_RANGES_DPS: Final[Mapping[int, int]] = MappingProxyType({0: 2000, 1: 1000, 2: 500, 3: 250, 4: 125})
RATES_HZ: Final[Mapping[int, float]] = MappingProxyType({6: 25.0, 7: 50.0, 8: 100.0, 9: 200.0})
"""By the lower four bits of both configurations."""
_FULL_SCALE: Final = 32768
GYR_COUNTS: Final = 16.4 * 2000
"""Counts of the chips' data sheets at the end of a range: 16.4 a °/s at 2000 °/s, twice that at half the range."""
RATE_HZ: Final = 100.0
"""Asked for: landings need 100 samples a second (`settings.SignalSettings.impact_rate_hz`)."""
SINGLE_RATE_HZ: Final = 50.0
"""Without packing every sample is a packet: 200 a second are more than many computers take."""
ACC_RANGE_G: Final = 16
GYR_RANGE_DPS: Final = 1000
"""A thump on a mat clips 4 g; a leg let go turns with some 300 °/s (sensors.md, Own format, C)."""
PACKING_REVISION: Final = 1
"""Of a BMI160's module; a BMI270 always packs."""
LINK_7_5_TO_15_MS: Final = bytes.fromhex("1109 0600 0C00 0000 5802")
"""Connection interval asked of the computer; 6 s until a silent link ends. The maker advises 7.5 ms for streams."""
LOSS_BLOCKS: Final = 4
"""So many seconds later than before, all of them: samples were lost. A link silent for so long is torn down."""
LOOKED_AT: Final = 256
"""Packets at a time: more than come in a second, at which the clock may change."""
TWICE_S: Final = 0.005
"""The same bytes again within this time are one notification told twice."""
LOW_BATTERY_PERCENT: Final = 15
TEXT_LENGTH: Final = 64
NOTE: Final = "See firmware_notes/metamotion.md."


class Layout(NamedTuple):
    """How a data packet is built: which stream, its samples, bytes before them."""

    is_gyr: bool
    samples: int
    head: int = 2


LAYOUTS: Final[Mapping[tuple[bytes, int], Layout]] = MappingProxyType(
    {
        (b"\x03\x04", 8): Layout(False, 1),
        (b"\x03\x1c", 20): Layout(False, 3),
        (b"\x03\x05", 20): Layout(False, 3),
        (b"\x09\x03", 13): Layout(False, 1, 7),
        (b"\x13\x05", 8): Layout(True, 1),
        (b"\x13\x04", 8): Layout(True, 1),
        (b"\x13\x07", 20): Layout(True, 3),
        (b"\x13\x05", 20): Layout(True, 3),
    }
)
"""By module, register and length: 13 05 is one sample on a BMI160 and three on a BMI270. 09 03 is what an accounter,
put on the board by another program, makes of the acceleration: its milliseconds are not used."""
_DATA_HEADS: Final = frozenset(head for head, _ in LAYOUTS)


class Course(NamedTuple):
    """How far one stream is. Its clock is its count of samples over its rate."""

    arrival_s: float = 0.0
    clock: ClockFit | None = None
    newest: bytes = b""
    resumed: bool = False
    """A connection ended since its last packet."""


@dataclass(frozen=True, slots=True)
class MetaMotionState:
    """What the next packet needs; what a range and a rate were read back as, else as the header says."""

    acc_range_g: float = ACC_RANGE_G
    gyr_range_dps: float = GYR_RANGE_DPS
    acc_rate_hz: float = RATE_HZ
    gyr_rate_hz: float = RATE_HZ
    acc: Course = Course()
    gyr: Course = Course()
    waiting: Waiting = Waiting()
    duplicated: int = 0


class MetaMotionProfile:
    """Decoder and commands. Device settings, all optional: ``acc_range_g``, ``gyr_range_dps``, ``rate_hz``."""

    name = "metamotion"
    label = "MbientLab MetaMotion"
    about: Final = About(
        sensor="MbientLab MetaMotion R, S and C",
        needs="",
        rate_hz=RATE_HZ,
        evidence="vendor test vectors",
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("MetaWear", "MetaMotion"))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "command": "326a9001-85cb-9195-d9dd-464cfbbae75a",
            "answer": "326a9006-85cb-9195-d9dd-464cfbbae75a",
            "model": "00002a24-0000-1000-8000-00805f9b34fb",
            "serial": "00002a25-0000-1000-8000-00805f9b34fb",
            "firmware": "00002a26-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "answer"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> MetaMotionState:
        """See `Profile.initial`."""
        acc_g = _one_of(device_settings, "acc_range_g", ACC_RANGE_G, ACC_RANGES_G["BMI160"].values())
        gyr_dps = _one_of(device_settings, "gyr_range_dps", GYR_RANGE_DPS, GYR_RANGES_DPS.values())
        rate_hz = _one_of(device_settings, "rate_hz", RATE_HZ, RATES_HZ.values())
        return MetaMotionState(acc_g, gyr_dps, rate_hz, rate_hz)

    def decode(self, state: MetaMotionState, packet: Packet) -> tuple[MetaMotionState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: MetaMotionState, packets: Sequence[Packet]) -> tuple[MetaMotionState, Decoded | None]:
        """See `Profile.decode_all`. A sample waits until the other stream has passed it."""
        acc, gyr = _Stream(state.acc), _Stream(state.gyr)
        for order, packet in enumerate(packets):
            payload = packet.payload
            layout = LAYOUTS.get((payload[:2], len(payload)))
            if layout is None or packet.channel != "answer":
                state = _told(state, packet)
            elif layout.is_gyr:
                gyr.take(order, packet, layout, state.gyr_rate_hz, radians(state.gyr_range_dps) / GYR_COUNTS)
            else:
                scale = state.acc_range_g * STANDARD_GRAVITY / _FULL_SCALE
                acc.take(order, packet, layout, state.acc_rate_hz, scale)
        acc_course, acc_rows = acc.laid()
        gyr_course, gyr_rows = gyr.laid()
        waiting, decoded = paired(state.waiting, acc_rows, gyr_rows, 1.0 / state.gyr_rate_hz)
        duplicated = state.duplicated + acc.duplicated + gyr.duplicated
        return replace(state, acc=acc_course, gyr=gyr_course, waiting=waiting, duplicated=duplicated), decoded

    def reconnected(self, state: MetaMotionState) -> MetaMotionState:
        """See `Profile.reconnected`. How many samples went nowhere, arrival must tell."""
        return replace(state, acc=state.acc._replace(resumed=True), gyr=state.gyr._replace(resumed=True))

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. Nothing is kept in the sensor's flash."""
        yield Subscribe("answer")
        identity = _text((yield Read("serial", optional=True)))
        model = _text((yield Read("model", optional=True)))
        firmware = _text((yield Read("firmware", optional=True)))
        board = yield from _board()
        doubts: list[str] = []
        rate_code = 8 if board.packs else 7
        if not board.packs:
            doubts.append(f"This sensor's firmware sends samples singly: {SINGLE_RATE_HZ:g} a second were asked for.")
        yield _tell(ACC, START, 0)
        yield _tell(GYR, START, 0)
        yield Write("command", LINK_7_5_TO_15_MS)
        yield _tell(ACC, CONFIG, *board.acc_config(rate_code))
        yield _tell(GYR, CONFIG, 0x20 | rate_code, 1)
        acc = yield from _read(ACC, CONFIG, 2)
        gyr = yield from _read(GYR, CONFIG, 2)
        if acc is None or gyr is None:
            doubts.append("The sensor did not confirm its rates and ranges.")
        told = _configured(MetaMotionState(acc_rate_hz=RATES_HZ[rate_code], gyr_rate_hz=RATES_HZ[rate_code]), acc, gyr)
        if told.acc_rate_hz != told.gyr_rate_hz or told.acc_rate_hz != RATES_HZ[rate_code]:
            doubts.append(f"The sensor stays at {told.acc_rate_hz:g} and {told.gyr_rate_hz:g} samples a second.")
        for module, register in ((ACC, board.acc_register), (GYR, board.gyr_register)):
            yield _tell(module, register, 1)
        for module in (ACC, GYR):
            yield _tell(module, ENABLE, 1, 0)
        for module in (GYR, ACC):
            yield _tell(module, START, 1)
        device: dict[str, object] = {
            "rate_hz": told.acc_rate_hz,
            "acc_range_g": told.acc_range_g,
            "gyr_range_dps": told.gyr_range_dps,
            "chip": board.chip,
        }
        texts = {"model": model, "serial": identity, "firmware": firmware}
        device |= {key: text for key, text in texts.items() if text}
        return Started(told.acc_rate_hz, identity, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`."""
        for module in (ACC, GYR):
            yield _tell(module, START, 0)
            yield _tell(module, ENABLE, 0, 1)

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        said = yield Ask(
            "command",
            bytes([SETTINGS, 0xCC]),
            "answer",
            lambda reply: len(reply) >= 5 and reply[0] == SETTINGS and reply[1] in (0x8C, 0xCC),
        )
        level = battery_level(said)
        if level is None:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0, volts=level[1])


def battery_level(reply: bytes | None) -> tuple[int, float] | None:
    """Per cent and volts; None if there is no such answer."""
    if reply is None or len(reply) < 5 or reply[2] > 100:
        return None
    return reply[2], struct.unpack_from("<H", reply, 3)[0] / 1000.0


class _Stream:
    """Packets of one stream in one batch, laid on time."""

    def __init__(self, course: Course) -> None:
        self._arrival_s, self._clock, self._newest, self._resumed = course
        self._before_s = course.arrival_s
        self.duplicated = 0
        self._bodies: list[bytes] = []
        self._taken: list[tuple[int, float, int, float, float]] = []
        """Of each packet: its number, arrival, samples, their rate, scale."""

    def take(self, order: int, packet: Packet, layout: Layout, rate_hz: float, scale: float) -> None:
        """Keep a packet's samples, unless they came before."""
        _, samples, head = layout
        payload, t_s = packet.payload, packet.t_s
        if payload == self._newest and t_s - self._arrival_s < TWICE_S and payload[head : head + 6] != payload[-6:]:
            self.duplicated += samples
            return
        self._arrival_s, self._newest = t_s, payload
        self._bodies.append(payload[head:])
        self._taken.append((order, t_s, samples, rate_hz, scale))

    def laid(self) -> tuple[Course, Rows]:
        """How far it is now, and all of them with their times."""
        if not self._bodies:
            return Course(self._arrival_s, self._clock, self._newest, self._resumed), Rows.none()
        order, arrivals_s, count, rates_hz, scale = (np.array(column) for column in zip(*self._taken, strict=True))
        clock, last_s, slope = self._followed(arrivals_s, count, rates_hz)
        raw = np.frombuffer(b"".join(self._bodies), dtype="<i2").reshape(-1, 3)
        step_s = slope / rates_hz
        back = np.repeat(np.cumsum(count), count) - 1 - np.arange(len(raw))
        return Course(self._arrival_s, clock, self._newest), Rows(
            order=np.repeat(order, count),
            t_s=np.repeat(last_s, count) - back * np.repeat(step_s, count),
            values=raw * np.repeat(scale, count)[:, np.newaxis],
            clipped=np.abs(raw.astype(np.int32)).max(axis=1) >= CLIP_FRACTION * _FULL_SCALE,
        )

    def _followed(self, arrivals_s: Floats, count: Ints, rates_hz: Floats) -> tuple[ClockFit, Floats, Floats]:
        """The clock after these packets; session time of each one's last sample, and the clock's slope there."""
        clock, start, spans_s = self._clock, 0, count / rates_hz
        last_s, slopes = [np.empty(0)], [np.empty(0)]
        if clock is None:
            clock, start = ClockFit.laid(float(spans_s[0]), float(arrivals_s[0])), 1
            last_s.append(np.array([clock.session_s(clock.last_sensor_s)]))
            slopes.append(np.array([clock.slope]))
        elif self._resumed:
            missing = round(float((arrivals_s[0] - self._before_s) * rates_hz[0])) - int(count[0])
            clock = clock.skipped(max(missing, 0) / float(rates_hz[0]))
        while start < len(arrivals_s):
            if clock.line.late_blocks >= LOSS_BLOCKS:
                rate_hz = float(rates_hz[start])
                clock = clock.skipped(round(clock.line.late_by_s * rate_hz) / rate_hz)
            sensor_s = np.cumsum(np.concatenate(([clock.last_sensor_s], spans_s[start : start + LOOKED_AT])))[1:]
            number = block_end(clock, sensor_s)
            clock, session_s, slope = followed_all(clock, sensor_s[:number], arrivals_s[start : start + number])
            last_s.append(session_s)
            slopes.append(slope)
            start += number
        return clock, np.concatenate(last_s), np.concatenate(slopes)


def _told(state: MetaMotionState, packet: Packet) -> MetaMotionState:
    """The state after a packet that holds no samples."""
    payload, channel = packet.payload, packet.channel
    if channel not in MetaMotionProfile.channels:
        raise _damaged(packet, "there is no such channel")
    if channel != "answer":
        return state
    if len(payload) < 2 or payload[:2] in _DATA_HEADS:
        raise _damaged(packet, f"{len(payload)} bytes that begin with {payload[:2].hex(' ')}")
    if len(payload) >= 4 and payload[:2] == bytes([ACC, READ | CONFIG]):
        return _configured(state, payload[2:4], None)
    if len(payload) >= 4 and payload[:2] == bytes([GYR, READ | CONFIG]):
        return _configured(state, None, payload[2:4])
    return state


def _configured(state: MetaMotionState, acc: bytes | None, gyr: bytes | None) -> MetaMotionState:
    """The state after configurations were read back. What they cannot be is not believed."""
    if acc is not None:
        chip = "BMI270" if acc[0] & 0x80 else "BMI160"
        state = replace(
            state,
            acc_range_g=ACC_RANGES_G[chip].get(acc[1] & 0x0F, state.acc_range_g),
            acc_rate_hz=RATES_HZ.get(acc[0] & 0x0F, state.acc_rate_hz),
        )
    if gyr is not None:
        state = replace(
            state,
            gyr_range_dps=GYR_RANGES_DPS.get(gyr[1] & 0x07, state.gyr_range_dps),
            gyr_rate_hz=RATES_HZ.get(gyr[0] & 0x0F, state.gyr_rate_hz),
        )
    return state


class _Board(NamedTuple):
    """What a sensor is built of, as far as it matters here."""

    chip: str
    packs: bool

    def acc_config(self, rate_code: int) -> tuple[int, int]:
        """Both bytes, for 16 g."""
        return (0xA0 | rate_code, 0x03) if self.chip == "BMI270" else (0x20 | rate_code, 0x0C)

    @property
    def acc_register(self) -> int:
        """Where samples come from."""
        if not self.packs:
            return 0x04
        return 0x05 if self.chip == "BMI270" else 0x1C

    @property
    def gyr_register(self) -> int:
        """The same of the turning rate."""
        if self.chip == "BMI270":
            return 0x05
        return 0x07 if self.packs else 0x05


def _board() -> Generator[Step, bytes | None, _Board]:
    """Which chip is in, and whether its firmware packs three samples into a packet."""
    acc = yield from _asked(ACC, INFO)
    gyr = yield from _asked(GYR, INFO)
    if acc is None or gyr is None:
        raise SensorError(
            "The sensor does not say what it is built of.", "Let its battery or the maker's app restart it."
        )
    chips = {(1, 0): "BMI160", (4, 1): "BMI270"}
    if len(acc) < 2 or len(gyr) < 2 or (acc[0], gyr[0]) not in chips:
        raise SensorError(
            "This MetaWear board has motion chips that are not known here "
            f"(acceleration {acc.hex() or 'none'}, turning rate {gyr.hex() or 'none'}).",
            "MetaMotion R, S and C have a BMI160 or a BMI270.",
        )
    chip = chips[acc[0], gyr[0]]
    return _Board(chip, chip == "BMI270" or min(acc[1], gyr[1]) >= PACKING_REVISION)


def _tell(module: int, register: int, *values: int) -> Write:
    return Write("command", bytes([module, register, *values]))


def _asked(module: int, register: int) -> Generator[Step, bytes | None, bytes | None]:
    """What the sensor answers to a read, from its third byte on; None if it does not answer."""
    head = bytes([module, READ | register])
    reply = yield Ask("command", head, "answer", _begins_with(head))
    return None if reply is None else reply[2:]


def _read(module: int, register: int, length: int) -> Generator[Step, bytes | None, bytes | None]:
    """So many bytes of a register; None if the sensor does not tell them."""
    value = yield from _asked(module, register)
    return None if value is None or len(value) < length else value[:length]


def _begins_with(head: bytes) -> Callable[[bytes], bool]:
    return lambda said: said.startswith(head)


def _one_of(device_settings: Mapping[str, object], key: str, usual: float, possible: Collection[float]) -> float:
    value = number_or_none(device_settings, key)
    if value is None:
        return usual
    if value not in possible:
        known = ", ".join(f"{one:g}" for one in sorted(possible))
        raise DecodeError(
            f"Device setting {key} is {value:g}; expected one of {known}.", "Correct it in the recording's first line."
        )
    return value


def _text(value: bytes | None) -> str | None:
    """A characteristic's text; what is no text is nothing. Untrusted: made printable where it is shown."""
    text = (value or b"").decode("utf-8", "replace").strip("\0 ")
    return text[:TEXT_LENGTH] or None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.", NOTE)


METAMOTION: Final = MetaMotionProfile()
