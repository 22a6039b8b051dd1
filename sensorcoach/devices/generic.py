"""Profile ``generic``: any sensor that its owner has described; ``firmware_notes/generic.md``.

The description (`sensorcoach.devices.description`) stands in the recording's header, so that a recording is read
wherever it is taken. A sensor described under the name ``my-esp32`` streams as profile ``generic-my-esp32``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec
import numpy as np

from sensorcoach.devices.conversation import Battery, Conversation, Read, Started, Subscribe, Write
from sensorcoach.devices.counted import Batch, CountedClock, laid
from sensorcoach.devices.description import AXES, TURNS, Binary, Command, Description, Text, sample_dtype, time_bits
from sensorcoach.devices.plausible import first_implausible
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.stamped import RESTART_S, StampedClock
from sensorcoach.errors import CutPacket, DecodeError
from sensorcoach.model import STANDARD_GRAVITY, Bools, Decoded, Floats, Packet

PREFIX: Final = "generic-"
"""Of the profiles' names in recordings."""
ACC_UNITS: Final = {"g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000, "m/s2": 1.0}
GYR_UNITS: Final = {"dps": float(np.deg2rad(1.0)), "mdps": float(np.deg2rad(0.001)), "rad/s": 1.0}
TIME_UNITS: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
FRACTION_TICK_S: Final = 1e-6
"""Times with a fraction are rounded to µs."""
LARGEST_TICKS: Final = 2.0**53
LONGEST_LINE: Final = 512
"""Bytes. What goes on longer without an end is no line."""
LOW_BATTERY_PERCENT: Final = 15


@dataclass(frozen=True, slots=True)
class GenericState:
    """What the next packet needs. One of the two clocks, by whether samples or packets carry a time."""

    description: Description | None = None
    stamped: StampedClock | None = None
    counted: CountedClock = CountedClock(None)
    pending: bytes = b""
    """A line that has begun."""
    in_step: bool = False
    """A line's end has been seen: what follows is not the rest of one."""
    dropped_lines: int = 0
    duplicated: int = 0


class _Samples(NamedTuple):
    """Numbers as they came. ``packet``: the number of each one's packet; ``time``: of samples, or of packets."""

    values: Floats
    packet: np.ndarray[tuple[int], np.dtype[np.int64]]
    time: Floats | None
    time_of_packet: bool


class GenericProfile:
    """Decoder of every described sensor. Device setting: ``description``."""

    name = "generic"
    label = "a sensor described by its owner"
    counts_loss: Final = False
    channels: Mapping[str, str] = MappingProxyType(dict.fromkeys(("data", "start", "stop", "battery"), ""))
    data_channel: Final = "data"

    def initial(self, device_settings: Mapping[str, object]) -> GenericState:
        """See `Profile.initial`."""
        told = device_settings.get("description")
        if told is None:
            return GenericState()
        try:
            description = msgspec.convert(told, Description)
        except msgspec.ValidationError as error:
            raise DecodeError(
                f"Device setting description: {error}.", "Correct it in the recording's first line."
            ) from error
        return GenericState(description=description, stamped=_clock(description))

    def decode(self, state: GenericState, packet: Packet) -> tuple[GenericState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: GenericState, packets: Sequence[Packet]) -> tuple[GenericState, Decoded | None]:
        """See `Profile.decode_all`."""
        carriers = [packet for packet in packets if packet.channel == self.data_channel]
        if len(carriers) < len(packets):
            for packet in packets:
                if packet.channel not in self.channels:
                    raise _damaged(packet, "there is no such channel")
        if not carriers:
            return state, None
        description = state.description
        if description is None:
            raise DecodeError(
                "The recording does not say how its sensor's bytes are to be read.",
                "Its first line needs device: {description: ...}; record again with --profile and the TOML file.",
            )
        if description.text is not None:
            state, samples = _lines(state, description, description.text, carriers)
        else:
            assert description.binary is not None
            samples = _numbers(description, description.binary, carriers)
        if not len(samples.values):
            return state, None
        acc, gyr, clipped = _motion(description, samples.values)
        bad = first_implausible(acc, gyr)
        if bad is not None:
            raise _damaged(carriers[int(samples.packet[bad])], "its values are no motion; are format and scales right?")
        arrivals_s = np.array([packet.t_s for packet in carriers])
        if state.stamped is None:
            return _counted(state, samples, arrivals_s, acc, gyr, clipped)
        return _stamped(state, description, samples, arrivals_s, acc, gyr, clipped)

    def reconnected(self, state: GenericState) -> GenericState:
        """See `Profile.reconnected`. Half a line is void."""
        return replace(state, pending=b"", in_step=False, counted=state.counted.reconnected())


class DescribedSensor(GenericProfile):
    """A described sensor that can be streamed."""

    def __init__(self, description: Description) -> None:
        self.description: Final = description
        self.name = PREFIX + description.name
        self.label = description.sensor or description.name
        self.about: Final = About(
            sensor=self.label,
            needs="its description, a TOML file",
            rate_hz=description.rate_hz,
            evidence="documentation only",
        )
        service = (description.service.lower(),)
        own, shared = (service, ()) if description.service_identifies else ((), service)
        self.advertised: Final = Advertised(services=own, names=description.names, shared_services=shared)
        channels = {"data": description.notify.lower(), "battery": "00002a19-0000-1000-8000-00805f9b34fb"}
        for channel, command in (("start", description.start), ("stop", description.stop)):
            if command is not None:
                channels[channel] = command.characteristic.lower()
        self.channels = MappingProxyType(channels)

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`."""
        yield Subscribe("data")
        if self.description.start is not None:
            yield _written("start", self.description.start)
        return Started(
            self.description.rate_hz,
            None,
            MappingProxyType({"description": msgspec.to_builtins(self.description)}),
            ("This sensor is read as its description says; whether that is right cannot be asked.",),
        )

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`."""
        if self.description.stop is not None:
            yield _written("stop", self.description.stop)

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`. The standard characteristic, if there is one."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0)


def _written(channel: str, command: Command) -> Write:
    return Write(channel, bytes.fromhex(command.bytes), command.acknowledged)


def _clock(description: Description) -> StampedClock | None:
    """The clock of the times in its packets; None if there are none."""
    unit_s = TIME_UNITS[description.time_unit]
    if "time" in description.fields:
        if description.binary is None:
            return StampedClock(FRACTION_TICK_S, 0)
        form, fields = description.binary.sample, description.fields
    elif description.binary is not None and "time" in description.binary.header_fields:
        form, fields = description.binary.header, description.binary.header_fields
    else:
        return None
    if sample_dtype(form, fields)["time"].kind == "f":
        return StampedClock(FRACTION_TICK_S, 0)
    bits = time_bits(form, fields)
    return StampedClock(unit_s, 1 << bits if bits else 0)


# --- bytes to numbers -------------------------------------------------------------------------------------------------


def _numbers(description: Description, binary: Binary, packets: Sequence[Packet]) -> _Samples:
    kind = sample_dtype(binary.sample, binary.fields)
    constant, head = bytes.fromhex(binary.start_bytes), binary.head_size
    expected = head + binary.samples * kind.itemsize
    for packet in packets:
        size = len(packet.payload)
        if not packet.payload.startswith(constant):
            raise _damaged(packet, f"it does not begin with {constant.hex(' ')}")
        if binary.samples and size < expected and size == 20:
            raise CutPacket(
                f"The packet at {packet.t_s:.3f} s was cut: {size} bytes, expected {expected}.",
                f"The radio link carries {size} bytes a packet (MTU {size + 3}): let the sensor put less into one, or "
                "use another Bluetooth adapter (--adapter).",
            )
        if (binary.samples and size != expected) or size <= head or (size - head) % kind.itemsize:
            what = str(expected) if binary.samples else f"{head} and whole samples of {kind.itemsize}"
            raise _damaged(packet, f"{size} bytes, expected {what}")
    table = np.frombuffer(b"".join(packet.payload[head:] for packet in packets), dtype=kind)
    held = np.fromiter((len(packet.payload) for packet in packets), dtype=np.int64, count=len(packets))
    number = np.repeat(np.arange(len(packets)), (held - head) // kind.itemsize)
    axes = [name for name in AXES + TURNS if name in binary.fields]
    with np.errstate(invalid="ignore"):
        values = np.column_stack([table[name].astype(np.float64) for name in axes])
        if "time" in binary.fields:
            return _Samples(values, number, table["time"].astype(np.float64), False)
        if "time" not in binary.header_fields:
            return _Samples(values, number, None, False)
        head_kind = sample_dtype(binary.header, binary.header_fields)
        heads = b"".join(packet.payload[len(constant) : head] for packet in packets)
        times = np.frombuffer(heads, dtype=head_kind)["time"].astype(np.float64)
        return _Samples(values, number, times, True)


def _lines(
    state: GenericState, description: Description, text: Text, packets: Sequence[Packet]
) -> tuple[GenericState, _Samples]:
    """Numbers of all lines that have ended; lines of other things (a heading, a message) are left out and counted."""
    names = [name for name in AXES + TURNS if name in text.fields]
    columns = [text.fields.index(name) for name in names]
    if "time" in text.fields:
        columns.append(text.fields.index("time"))
    separator = text.separator.encode()
    rows: list[list[float]] = []
    number: list[int] = []
    pending, in_step, dropped = state.pending, state.in_step, 0
    for position, packet in enumerate(packets):
        if text.lines == "notification":
            whole = [packet.payload]
        else:
            *whole, pending = (pending + packet.payload).split(b"\n")
            if len(pending) > LONGEST_LINE:
                pending, in_step = b"", False
                dropped += 1
            if whole and not in_step:
                del whole[0]
                in_step = True
        good = 0
        for line in whole:
            words = line.split(separator)
            row = _row(words, columns) if len(words) == len(text.fields) else None
            if row is None:
                dropped += 1
            else:
                rows.append(row)
                number.append(position)
                good += 1
        if text.lines == "notification" and not good:
            raise _damaged(packet, f"no {len(text.fields)} numbers with {text.separator!r} between them")
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(columns))
    usable = (np.abs(table) < LARGEST_TICKS).all(axis=1)
    dropped += int((~usable).sum())
    table = table[usable]
    state = replace(state, pending=pending, in_step=in_step, dropped_lines=state.dropped_lines + dropped)
    times = table[:, len(names)] if len(columns) > len(names) else None
    return state, _Samples(table[:, : len(names)], np.array(number, dtype=np.int64)[usable], times, False)


def _row(words: Sequence[bytes], columns: Sequence[int]) -> list[float] | None:
    try:
        return [float(words[column]) for column in columns]
    except ValueError:
        return None


# --- numbers to samples -----------------------------------------------------------------------------------------------


def _motion(description: Description, values: Floats) -> tuple[Floats, Floats | None, Bools]:
    with np.errstate(over="ignore", invalid="ignore"):
        acc_told = values[:, :3] * description.acc_scale
        clipped = _at_limit(acc_told, description.acc_range)
        acc = acc_told * ACC_UNITS[description.acc_unit]
        if values.shape[1] == 3:
            return acc, None, clipped
        gyr_told = values[:, 3:] * description.gyr_scale
        clipped = clipped | _at_limit(gyr_told, description.gyr_range)
        return acc, gyr_told * GYR_UNITS[description.gyr_unit], clipped


def _at_limit(values: Floats, most: float | None) -> Bools:
    if most is None:
        return np.zeros(len(values), dtype=np.bool_)
    at_limit: Bools = np.abs(values).max(axis=1) >= CLIP_FRACTION * most
    return at_limit


def _counted(
    state: GenericState, samples: _Samples, arrivals_s: Floats, acc: Floats, gyr: Floats | None, clipped: Bools
) -> tuple[GenericState, Decoded | None]:
    """The decoded numbers themselves wait for their time, as float64: what is held was good when it came."""
    columns = [acc, clipped[:, np.newaxis]] if gyr is None else [acc, gyr, clipped[:, np.newaxis]]
    table = np.ascontiguousarray(np.column_stack(columns))
    number = np.bincount(samples.packet, minlength=len(arrivals_s))
    ends = np.cumsum(number)
    bodies = [table[end - count : end].tobytes() for end, count in zip(ends, number, strict=True) if count]
    with_samples = number > 0
    counted, out = laid(state.counted, Batch(arrivals_s[with_samples], number[with_samples], bodies))
    state = replace(state, counted=counted)
    body = out.body
    if not body:
        return state, None
    rows = np.frombuffer(body, dtype=np.float64).reshape(-1, table.shape[1])
    return state, Decoded(out.t_s, rows[:, :3], None if gyr is None else rows[:, 3:6], rows[:, -1] > 0)


def _stamped(
    state: GenericState,
    description: Description,
    samples: _Samples,
    arrivals_s: Floats,
    acc: Floats,
    gyr: Floats | None,
    clipped: Bools,
) -> tuple[GenericState, Decoded | None]:
    clock = state.stamped
    assert clock is not None
    assert samples.time is not None
    with np.errstate(invalid="ignore", over="ignore"):
        scale = TIME_UNITS[description.time_unit] / clock.tick_s
        ticks = np.rint(samples.time * scale)
    if not (np.abs(ticks) < LARGEST_TICKS).all():
        raise DecodeError("A packet's time is no time.", "Is the format in the sensor's description right?")
    stamps = ticks.astype(np.int64)
    if clock.wrap:
        stamps %= clock.wrap
    number = np.bincount(samples.packet, minlength=len(arrivals_s))
    arrivals_s, number = arrivals_s[number > 0], number[number > 0]
    last = np.cumsum(number) - 1
    spans_s, back_s = np.zeros(len(number)), np.zeros(len(acc))
    if samples.time_of_packet:
        back_s += (np.repeat(last, number) - np.arange(len(acc))) / description.rate_hz
        if description.time_of == "first":
            spans_s += (number - 1) / description.rate_hz
    else:
        ticks_back = np.repeat(stamps[last], number) - stamps
        back_s += (ticks_back % clock.wrap if clock.wrap else ticks_back) * clock.tick_s
        if (np.abs(back_s) > RESTART_S).any():
            raise DecodeError(
                "The times within a packet do not follow each other.", "Is the sensor's description right?"
            )
        stamps = stamps[last]
    clock, out = clock.laid(stamps, spans_s, arrivals_s)
    kept = np.repeat(out.kept, number)
    state = replace(state, stamped=clock, duplicated=state.duplicated + int((~kept).sum()))
    if not kept.any():
        return state, None
    of_kept = number[out.kept]
    t_s = np.repeat(out.last_s, of_kept) - back_s[kept] * np.repeat(out.slope, of_kept)
    return state, Decoded(t_s, acc[kept], None if gyr is None else gyr[kept], clipped[kept])


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} is not as its sensor is described: {what}.",
        "See firmware_notes/generic.md.",
    )


GENERIC: Final = GenericProfile()
