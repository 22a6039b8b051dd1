"""Profile ``arduino``: boards with Arduino_BHY2 or EdgeML-Arduino, and OpenEarable; ``firmware_notes/arduino.md``.

One service, three dialects, told apart by what the sensor has. Channel ``data`` carries them all: without time (BHY2),
with ms and a scheme for all sensors (edge-ml, OpenEarable v1), with µs and a scheme for each sensor (OpenEarable v2).
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.arduino_scheme import (
    Motion,
    SchemeError,
    Sensor,
    Triple,
    all_sensors,
    motion_of,
    motion_of_one,
    one_sensor,
)
from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Step, Subscribe, Write
from sensorcoach.devices.counted import Batch, CountedClock
from sensorcoach.devices.counted import laid as laid_by_count
from sensorcoach.devices.pairing import Rows, Waiting, paired
from sensorcoach.devices.plausible import first_implausible
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.stamped import StampedClock
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Bools, Decoded, Floats, Packet

Ints = NDArray[np.int64]

SERVICE: Final = "34c2e3bb-34aa-11eb-adc1-0242ac120002"
BHY2, EDGE_ML, EARABLE_2 = "bhy2", "edge-ml", "openearable-2"
"""The dialects."""
RATE_HZ: Final = 50.0
"""Asked for. Boards that send acceleration and turning rate apart keep up about half of it."""
EARABLE_2_RATE_HZ: Final = 100.0
SLOWEST_HZ: Final = 20.0
GYR_PERIOD_S: Final = 0.04
"""At 25 a second, the slowest that has been seen."""
CONFIG: Final = struct.Struct("<BfI")
"""Sensor, samples a second (0: off), how long it may gather them (ms)."""
BHY2_BYTES: Final = 12
BHY2_ACC, BHY2_GYR = 4, 13
BHY2_MOTION: Final = Motion(
    Triple(BHY2_ACC, 0, "<i2", STANDARD_GRAVITY / 4096, 10),
    Triple(BHY2_GYR, 0, "<i2", float(np.deg2rad(2000) / 32768), 10),
)
"""Its ranges as delivered, 8 g and 2000 °/s."""
HEAD_BYTES: Final[Mapping[str, int]] = MappingProxyType({BHY2: 2, EDGE_ML: 6, EARABLE_2: 10})
"""Sensor, size, and the time, if there is one."""
MS, US = 1e-3, 1e-6
WRAP_MS: Final = 1 << 32
MOST_US: Final = 1 << 53
MOST_SENSORS: Final = 32
LOW_BATTERY_PERCENT: Final = 15
TEXT_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class ArduinoState:
    """What the next packet needs: where the motion is; clocks of streams without time; one clock for all with time."""

    dialect: str = BHY2
    sensors: tuple[Sensor, ...] = ()
    """As OpenEarable v2 has told them up to now."""
    motion: Motion = BHY2_MOTION
    knows_motion: bool = True
    acc_count: CountedClock = CountedClock(None)
    gyr_count: CountedClock = CountedClock(None)
    stamp: StampedClock = StampedClock(MS, WRAP_MS)
    waiting: Waiting = Waiting()
    duplicated: int = 0


class ArduinoProfile:
    """Decoder and commands. No device setting is needed: schemes are read on every connection, and recorded."""

    name = "arduino"
    label = "Arduino family and OpenEarable"
    about: Final = About(
        sensor="Arduino Nicla Sense ME, Nano 33 BLE Sense, Seeed XIAO nRF52840 Sense; OpenEarable v1 and v2",
        needs="on a board: the sketch of Arduino_BHY2 (Nicla) or EdgeML-Arduino",
        rate_hz=RATE_HZ,
        evidence="documentation only",
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("NICLA", "NANO-", "Seeed XIAO-", "OpenEarable"))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "data": "34c2e3bc-34aa-11eb-adc1-0242ac120002",
            "config": "34c2e3bd-34aa-11eb-adc1-0242ac120002",
            "config2": "34c2e3be-34aa-11eb-adc1-0242ac120002",
            "status": "34c2e3bf-34aa-11eb-adc1-0242ac120002",
            "scheme": "caa25cb8-7e1b-44f2-adc9-e8c06c9ced43",
            "sensors": "caa25cb9-7e1b-44f2-adc9-e8c06c9ced43",
            "ask": "caa25cba-7e1b-44f2-adc9-e8c06c9ced43",
            "answer": "caa25cbb-7e1b-44f2-adc9-e8c06c9ced43",
            "model": "45622511-6468-465a-b141-0b9b0f96b468",
            "firmware": "45622512-6468-465a-b141-0b9b0f96b468",
            "battery": "00002a19-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "data"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> ArduinoState:
        """See `Profile.initial`."""
        return ArduinoState()

    def decode(self, state: ArduinoState, packet: Packet) -> tuple[ArduinoState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: ArduinoState, packets: Sequence[Packet]) -> tuple[ArduinoState, Decoded | None]:
        """See `Profile.decode_all`."""
        parts: list[Decoded] = []
        start = 0
        while start < len(packets):
            end = start
            while end < len(packets) and packets[end].channel == "data":
                end += 1
            if end == start:
                state = _told(state, packets[start])
                end += 1
            else:
                state, decoded = _read(state, packets[start:end])
                parts += [] if decoded is None else [decoded]
            start = end
        if len(parts) < 2:
            return state, parts[0] if parts else None
        gyr = [part.gyr for part in parts if part.gyr is not None]
        if len(gyr) not in (0, len(parts)):
            raise DecodeError("The gyroscope appears or vanishes.", "Record the two parts as two sessions.")
        return state, Decoded(
            t_s=np.concatenate([part.t_s for part in parts]),
            acc=np.concatenate([part.acc for part in parts]),
            gyr=np.concatenate(gyr) if gyr else None,
            clipped=np.concatenate([part.clipped for part in parts]),
        )

    def reconnected(self, state: ArduinoState) -> ArduinoState:
        """See `Profile.reconnected`. The scheme is told anew, and is the same until then."""
        return replace(
            state, acc_count=state.acc_count.reconnected(), gyr_count=state.gyr_count.reconnected(), sensors=()
        )

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`."""
        texts = {"model": _text((yield Read("model", optional=True)))}
        texts["firmware"] = _text((yield Read("firmware", optional=True)))
        device: dict[str, object] = {key: text for key, text in texts.items() if text}
        doubts: list[str] = []
        if (yield Read("status", optional=True)) is not None:
            dialect, rate_hz = EARABLE_2, (yield from _earable_started(doubts))
        else:
            scheme = yield Read("scheme", optional=True)
            dialect = BHY2 if scheme is None else EDGE_ML
            motion = BHY2_MOTION if scheme is None else _motion_in(scheme)
            yield Subscribe("data")
            for triple in _triples(motion):
                yield Write("config", CONFIG.pack(triple.sensor, RATE_HZ, 0))
            rate_hz = RATE_HZ if motion.is_one_stream else None
            what = f"{RATE_HZ:g} samples a second were asked for; this sensor does not tell how many it sends"
            doubts.append(what + ("." if motion.is_one_stream else ", often about half of it."))
        device["dialect"] = dialect
        return Started(rate_hz, None, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. Which sensors stream, the sensor tells."""
        status = yield Read("status", optional=True)
        if status is not None:
            for at in range(0, len(status) // 3 * 3, 3):
                if status[at + 2] & 1:
                    yield Write("config2", bytes([status[at], status[at + 1], status[at + 2] & ~1 & 0xFF]))
            return
        scheme = yield Read("scheme", optional=True)
        for triple in _triples(BHY2_MOTION if scheme is None else _motion_in(scheme)):
            yield Write("config", CONFIG.pack(triple.sensor, 0.0, 0))

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`. OpenEarables tell, boards do not."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0)


# --- what is said -----------------------------------------------------------------------------------------------------


def _earable_started(doubts: list[str]) -> Generator[Step, bytes | None, float | None]:
    """An OpenEarable v2 asked sensor by sensor, set to stream, and looked at; its rate."""
    listed = (yield Read("sensors")) or b""
    yield Subscribe("answer")
    asked: list[Sensor] = []
    for number in listed[1:][: min(listed[0] if listed else 0, MOST_SENSORS)]:
        sensor = yield from _asked(number)
        asked += [] if sensor is None else [sensor]
        motion = motion_of_one(asked)
        if motion is not None and motion.gyr is not None:
            break
    motion = motion_of_one(asked)
    if motion is None:
        raise SensorError(
            "The OpenEarable does not name a motion sensor.", "Update its firmware with the maker's tool."
        )
    found = next(sensor for sensor in asked if sensor.id == motion.acc.sensor)
    index = _best_rate(found)
    yield Subscribe("data")
    yield Write("config2", bytes([found.id, index, 1]))
    status = yield Read("status", optional=True)
    states = {status[at]: status[at + 1 : at + 3] for at in range(0, len(status) // 3 * 3, 3)} if status else {}
    told = states.get(found.id)
    if told is None:
        doubts.append("The OpenEarable did not confirm its rate.")
    elif not told[1] & 1:
        raise SensorError("The OpenEarable was set to stream its motion sensor and does not.", "Switch it off and on.")
    else:
        index = told[0]
    rate_hz = found.rates_hz[index] if index < len(found.rates_hz) else None
    if rate_hz is not None and not rate_hz >= SLOWEST_HZ:
        raise SensorError(f"The OpenEarable streams {rate_hz:g} samples a second.", "Switch it off and on.")
    return rate_hz


def _asked(number: int) -> Generator[Step, bytes | None, Sensor | None]:
    said = yield Ask("ask", bytes([number]), "answer", lambda reply: reply[:1] == bytes([number]))
    try:
        return None if said is None else one_sensor(said)
    except SchemeError:
        return None


def _best_rate(sensor: Sensor) -> int:
    """The number of the rate nearest to what is wanted among those the radio carries."""
    usable = range(min(len(sensor.rates_hz), sensor.most + 1))
    wanted = [number for number in usable if sensor.rates_hz[number] > 0]
    return min(wanted, key=lambda number: abs(sensor.rates_hz[number] - EARABLE_2_RATE_HZ), default=0)


def _motion_in(scheme: bytes) -> Motion:
    """Where motion is, in the scheme of an edge-ml board that is connected."""
    try:
        motion = motion_of(all_sensors(scheme))
    except SchemeError as error:
        raise SensorError(f"The sensor's scheme cannot be read: {error}.", "Flash its sketch again.") from error
    if motion is None:
        raise SensorError("The sensor's scheme names no acceleration.", "Flash the sketch of EdgeML-Arduino.")
    return motion


def _triples(motion: Motion) -> list[Triple]:
    """One for each sensor that must stream."""
    apart = [] if motion.is_one_stream or motion.gyr is None else [motion.gyr]
    return [motion.acc, *apart]


def _text(value: bytes | None) -> str | None:
    return (value or b"").decode("utf-8", "replace").strip("\0 ")[:TEXT_LENGTH] or None


# --- what comes -------------------------------------------------------------------------------------------------------


def _told(state: ArduinoState, packet: Packet) -> ArduinoState:
    """The state after a packet of another channel than ``data``."""
    if packet.channel not in ArduinoProfile.channels:
        raise _damaged(packet, "there is no such channel")
    try:
        if packet.channel == "scheme":
            dialect, sensors = EDGE_ML, all_sensors(packet.payload)
        elif packet.channel == "answer":
            dialect, sensors = EARABLE_2, (*state.sensors, one_sensor(packet.payload))[-MOST_SENSORS:]
        else:
            return state
    except SchemeError as error:
        raise _damaged(packet, f"no scheme: {error}") from error
    motion = motion_of(sensors) if dialect == EDGE_ML else motion_of_one(sensors)
    clock = StampedClock(US, 0)
    if dialect == EDGE_ML:
        clock = (
            StampedClock(MS, WRAP_MS) if motion is None or motion.is_one_stream else StampedClock(MS / 2, 2 * WRAP_MS)
        )
    if (state.stamp.tick_s, state.stamp.wrap) == (clock.tick_s, clock.wrap):  # told again after a reconnection
        clock = state.stamp
    kept = sensors if dialect == EARABLE_2 else ()
    knows = motion is not None
    return replace(state, dialect=dialect, sensors=kept, motion=motion or state.motion, knows_motion=knows, stamp=clock)


class _Gathered(NamedTuple):
    """Packets of one sensor: their numbers in the batch, samples in each, the samples' bytes."""

    numbers: list[int]
    packets: list[Packet]
    samples: list[int]
    bodies: list[bytes]

    def batch(self) -> Batch:
        """For a clock that counts."""
        arrivals_s = np.array([packet.t_s for packet in self.packets], dtype=np.float64)
        return Batch(arrivals_s, np.array(self.samples, dtype=np.int64), self.bodies)


def _read(state: ArduinoState, packets: Sequence[Packet]) -> tuple[ArduinoState, Decoded | None]:
    """Samples of packets of channel ``data``."""
    if not state.knows_motion:
        raise _damaged(packets[0], "no scheme has told where its motion is")
    motion = state.motion
    acc, gyr = _Gathered([], [], [], []), _Gathered([], [], [], [])
    for number, packet in enumerate(packets):
        _gather(state.dialect, motion, acc, gyr, number, packet)
    if motion.is_one_stream:
        clock, t_s, kept = _stamped(state, acc)
        state = replace(state, stamp=clock, duplicated=state.duplicated + int((~kept).sum()))
        if not len(t_s):
            return state, None
        body = b"".join(acc.bodies)
        values = _values(motion.acc, body)[kept]
        turns = None if motion.gyr is None else _values(motion.gyr, body)[kept]
        _check(packets[0], values, turns)
        return state, Decoded(t_s, values, turns, np.zeros(len(t_s), dtype=np.bool_))
    assert motion.gyr is not None
    if state.dialect == BHY2:
        acc_count, acc_rows = _counted_rows(state.acc_count, acc, motion.acc)
        gyr_count, gyr_rows = _counted_rows(state.gyr_count, gyr, motion.gyr)
        state = replace(state, acc_count=acc_count, gyr_count=gyr_count)
    else:
        clock, acc_rows, gyr_rows, twice = _stamped_apart(state.stamp, acc, gyr, motion.acc, motion.gyr)
        state = replace(state, stamp=clock, duplicated=state.duplicated + twice)
    _check(packets[0], acc_rows.values, gyr_rows.values)
    waiting, decoded = paired(state.waiting, acc_rows, gyr_rows, GYR_PERIOD_S)
    return replace(state, waiting=waiting), decoded


def _gather(dialect: str, motion: Motion, acc: _Gathered, gyr: _Gathered, number: int, packet: Packet) -> None:
    """Put a packet to those of its sensor; other sensors that somebody left on are passed over."""
    payload, head = packet.payload, HEAD_BYTES[dialect]
    if len(payload) < head:
        raise _damaged(packet, f"{len(payload)} bytes")
    if payload[0] == motion.acc.sensor:
        triple, mine = motion.acc, acc
    elif motion.gyr is not None and payload[0] == motion.gyr.sensor:
        triple, mine = motion.gyr, gyr
    else:
        return
    size = triple.sample_bytes
    if dialect == BHY2 and len(payload) == BHY2_BYTES:
        samples, body = 1, payload[head:]
    elif dialect == BHY2:
        samples, rest = divmod(len(payload), BHY2_BYTES)
        if rest or payload[::BHY2_BYTES].count(payload[0]) != samples:
            raise _damaged(packet, f"{len(payload)} bytes, expected {BHY2_BYTES} a sample")
        body = b"".join(payload[at + head : at + BHY2_BYTES] for at in range(0, len(payload), BHY2_BYTES))
    elif dialect == EDGE_ML:
        samples, body = 1, payload[head : head + size]
    else:
        # Several samples are followed by how far apart they are.
        samples = (len(payload) - head) // size
        body = payload[head : head + samples * size]
        if samples > 1 and len(payload) - head - len(body) != 2:
            raise _damaged(packet, f"{len(payload)} bytes are no whole samples of {size}")
    if not samples or len(body) != samples * size:
        if len(payload) == 20:
            raise CutPacket(
                f"The packet at {packet.t_s:.3f} s was cut: {len(payload)} bytes, expected {head + size}.",
                f"The radio link carries {len(payload)} bytes a packet (MTU {len(payload) + 3}): use another Bluetooth "
                "adapter.",
            )
        raise _damaged(packet, f"{len(payload)} bytes, expected {head + size}")
    mine.numbers.append(number)
    mine.packets.append(packet)
    mine.samples.append(samples)
    mine.bodies.append(body)


def _stamped(state: ArduinoState, mine: _Gathered) -> tuple[StampedClock, Floats, Bools]:
    """The clock after these packets; the time of each sample that is new, and which are."""
    samples = np.array(mine.samples, dtype=np.int64)
    step_s = np.zeros(len(samples))
    if state.dialect == EDGE_ML:
        stamps = _stamps(mine.packets, "<u4")
    else:
        stamps = _stamps(mine.packets, "<u8")
        if (stamps > MOST_US).any():
            raise _damaged(mine.packets[int(np.argmax(stamps))], "its time is no time")
        ends = b"".join(packet.payload[-2:] for packet in mine.packets)
        step_s += np.where(samples > 1, np.frombuffer(ends, dtype="<u2") * US, 0.0)
    arrivals_s = np.array([packet.t_s for packet in mine.packets], dtype=np.float64)
    clock, out = state.stamp.laid(stamps.astype(np.int64), (samples - 1) * step_s, arrivals_s)
    kept = np.repeat(out.kept, samples)
    of_kept = samples[out.kept]
    back = np.repeat(np.cumsum(of_kept), of_kept) - 1 - np.arange(of_kept.sum())
    t_s = np.repeat(out.last_s, of_kept) - back * np.repeat(out.slope * step_s[out.kept], of_kept)
    return clock, t_s, kept


def _stamped_apart(
    clock: StampedClock, acc: _Gathered, gyr: _Gathered, acc_place: Triple, gyr_place: Triple
) -> tuple[StampedClock, Rows, Rows, int]:
    """Two streams on the one clock they were stamped by; and the number of samples that came twice.

    Within one ms the sensor of the higher number counts as the later one: the board asks them in this order.
    """
    numbers = np.array(acc.numbers + gyr.numbers, dtype=np.int64)
    in_order = np.argsort(numbers, kind="stable")
    stamps = 2 * _stamps(acc.packets + gyr.packets, "<u4").astype(np.int64)
    is_gyr = np.arange(len(numbers)) >= len(acc.numbers)
    stamps += is_gyr == (gyr_place.sensor > acc_place.sensor)
    arrivals_s = np.array([packet.t_s for packet in acc.packets + gyr.packets], dtype=np.float64)
    clock, out = clock.laid(stamps[in_order], np.zeros(len(numbers)), arrivals_s[in_order])
    kept = np.zeros(len(numbers), dtype=np.bool_)
    t_s = np.zeros(len(numbers))
    kept[in_order[out.kept]] = True
    t_s[in_order[out.kept]] = out.last_s
    rows = []
    for mine, place, these in ((acc, acc_place, ~is_gyr), (gyr, gyr_place, is_gyr)):
        new = kept[these]
        values = _values(place, b"".join(mine.bodies))[new]
        rows.append(Rows(numbers[these][new], t_s[these][new], values, np.zeros(int(new.sum()), dtype=np.bool_)))
    return clock, rows[0], rows[1], int((~kept).sum())


def _stamps(packets: Sequence[Packet], kind: str) -> NDArray[np.uint64]:
    size = np.dtype(kind).itemsize
    told = np.frombuffer(b"".join(packet.payload[2 : 2 + size] for packet in packets), dtype=kind)
    return told.astype(np.uint64)


def _counted_rows(clock: CountedClock, mine: _Gathered, triple: Triple) -> tuple[CountedClock, Rows]:
    clock, out = laid_by_count(clock, mine.batch())
    order = np.array(mine.numbers, dtype=np.int64)[out.number]
    raw = _raw(triple, out.body)
    clipped = np.abs(raw).max(axis=1, initial=0.0) >= CLIP_FRACTION * 32768
    return clock, Rows(order, out.t_s, raw * triple.scale, clipped)


def _raw(triple: Triple, body: bytes) -> Floats:
    place = {"names": ["xyz"], "formats": [(triple.kind, 3)], "offsets": [triple.offset]}
    kind = np.dtype(place | {"itemsize": triple.sample_bytes})  # type: ignore[call-overload]
    raw: Floats = np.frombuffer(body, dtype=kind)["xyz"].astype(np.float64).reshape(-1, 3)
    return raw


def _values(triple: Triple, body: bytes) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        return _raw(triple, body) * triple.scale


def _check(packet: Packet, acc: Floats, gyr: Floats | None) -> None:
    """Acceleration and turning rate may be of different numbers of samples."""
    for values, turns in ((acc, None), (np.zeros((0, 3)) if gyr is None else np.zeros_like(gyr), gyr)):
        if first_implausible(values, turns) is not None:
            raise _damaged(packet, "its values are no motion")


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.",
        "See firmware_notes/arduino.md.",
    )


ARDUINO: Final = ArduinoProfile()
