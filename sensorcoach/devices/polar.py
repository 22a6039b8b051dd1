"""Profile ``polar``: Polar Verity Sense; ``firmware_notes/polar.md``.

Channel ``control`` negotiates and starts streams (Polar Measurement Data), channel ``data`` brings their frames:
acceleration and turning rate apart, 36 to 71 samples at once, mostly as differences packed into few bits. A frame names
the time of its *last* sample.
"""

from __future__ import annotations

import math
import struct
from bisect import bisect_right
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Step, Subscribe
from sensorcoach.devices.pace import Pace
from sensorcoach.devices.pairing import Rows, Waiting, paired
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Floats, Packet

Ints = NDArray[np.int64]

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
ACC: Final = 2
GYR: Final = 5
"""Measurements."""
SETTINGS: Final = 1
START: Final = 2
STOP: Final = 3
REPLY: Final = 0xF0
FEATURES: Final = 0x0F
DONE: Final = 0
BAD_MTU: Final = 10
ON_CHARGER: Final = 13
RATE: Final = 0
RESOLUTION: Final = 1
RANGE: Final = 2
RANGE_MILLI: Final = 3
CHANNELS: Final = 4
FACTOR: Final = 5
SETTING_BYTES: Final[Mapping[int, int]] = MappingProxyType(
    {RATE: 2, RESOLUTION: 2, RANGE: 2, RANGE_MILLI: 2, CHANNELS: 1, FACTOR: 4}
)
"""Settings by type -> bytes of a value."""
RATE_HZ: Final = 52
"""The one rate of normal mode; SDK mode has more, but switches the pulse off and was seen to lose samples."""
BITS: Final = 16
ACC_RANGE_G: Final = 8
GYR_RANGE_DPS: Final = 1000
"""At least; the largest there is where it has no more. Normal mode: 8 g and 2000 °/s."""
HEAD: Final = struct.Struct("<BQB")
"""Measurement, time of the last sample (ns since 2000), frame type."""
TICK_S: Final = 1e-9
RESTART_S: Final = 60.0
"""Sensor clock and arrival disagree by more than this: it was switched off and on. Late radio stays well below."""
BACKWARDS_S: Final = 5.0
"""The sensor's clock fell back by more than this: the same. A frame told twice is younger."""
DELTA: Final = 0x80
WIDEST_DELTA: Final = 32
MOST_SAMPLES: Final = 1024
"""In a frame: 140 are the most that have been seen."""
LARGEST_ACC_G: Final = 40.0
LARGEST_GYR_DPS: Final = 5000.0
"""No chip in these sensors tells half of it; the bytes are something else."""
KNOTS_KEPT: Final = 16
"""Pieces of the clock, a second each: longer than a sample can wait, and the longest frame."""
LOW_BATTERY_PERCENT: Final = 15
TEXT_LENGTH: Final = 64
NOTE: Final = "See firmware_notes/polar.md."


class Course(NamedTuple):
    """How far one stream is."""

    pace: Pace = Pace.of_rate(RATE_HZ)
    stamp_ns: int | None = None
    """Of the last frame, as it came; None before the first, and after the sensor's clock began anew."""
    arrival_s: float = 0.0


class Knot(NamedTuple):
    """From here on the sensor's clock runs on session time like this (`ClockFit`)."""

    sensor_s: float
    session_s: float
    slope: float


@dataclass(frozen=True, slots=True)
class PolarState:
    """What the next packet needs. Factors: SI of one count, as the start replies or the header tell them."""

    acc_factor: float | None = None
    gyr_factor: float | None = None
    acc_range: float = ACC_RANGE_G * STANDARD_GRAVITY
    gyr_range: float = math.radians(2000)
    acc: Course = Course()
    gyr: Course = Course()
    base_ns: int | None = None
    """Stamp at which the sensor's seconds begin."""
    clock: ClockFit | None = None
    knots: tuple[Knot, ...] = ()
    waiting: Waiting = Waiting()
    duplicated: int = 0
    restarts: int = 0


class PolarProfile:
    """Decoder and commands. Device settings, all optional: ``acc_g_per_lsb``, ``gyr_dps_per_lsb`` (start replies
    overrule), ``acc_range_g``, ``gyr_range_dps``, ``rate_hz``.
    """

    name = "polar"
    label = "Polar Verity Sense"
    about: Final = About(
        sensor="Polar Verity Sense",
        needs="an adapter that carries 229 bytes a packet (MTU 232)",
        rate_hz=RATE_HZ,
        evidence="vendor test vectors",
        # 36 to 71 samples a frame are 0.7 to 1.4 s, and the other stream's frame may be some tenths behind.
        delay_s=2.0,
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("Polar Sense",), other_names=("Polar H",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "control": "fb005c81-02e7-f387-1cad-8acd2d8df0c8",
            "data": "fb005c82-02e7-f387-1cad-8acd2d8df0c8",
            "battery": "00002a19-0000-1000-8000-00805f9b34fb",
            "serial": "00002a25-0000-1000-8000-00805f9b34fb",
            "firmware": "00002a26-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "data"
    counts_loss: Final = True

    def initial(self, device_settings: Mapping[str, object]) -> PolarState:
        """See `Profile.initial`."""
        acc_g, gyr_dps, acc_range_g, gyr_range_dps, rate_hz = (
            number_or_none(device_settings, key)
            for key in ("acc_g_per_lsb", "gyr_dps_per_lsb", "acc_range_g", "gyr_range_dps", "rate_hz")
        )
        pace = Pace.of_rate(_rate(rate_hz))
        return PolarState(
            acc_factor=None if acc_g is None else acc_g * STANDARD_GRAVITY,
            gyr_factor=None if gyr_dps is None else math.radians(gyr_dps),
            acc_range=(ACC_RANGE_G if acc_range_g is None else acc_range_g) * STANDARD_GRAVITY,
            gyr_range=math.radians(2000 if gyr_range_dps is None else gyr_range_dps),
            acc=Course(pace),
            gyr=Course(pace),
        )

    def decode(self, state: PolarState, packet: Packet) -> tuple[PolarState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: PolarState, packets: Sequence[Packet]) -> tuple[PolarState, Decoded | None]:
        """See `Profile.decode_all`. A sample waits until the other stream has passed it."""
        acc, gyr = _Stream(), _Stream()
        for order, packet in enumerate(packets):
            if packet.channel == "data":
                state = _taken(state, packet, order, acc, gyr)
            elif packet.channel == "control":
                state = _told(state, packet)
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
        waiting, decoded = paired(
            state.waiting, acc.rows(state.acc_range), gyr.rows(state.gyr_range), state.gyr.pace.nominal_s
        )
        return replace(state, waiting=waiting), decoded

    def reconnected(self, state: PolarState) -> PolarState:
        """See `Profile.reconnected`. The sensor's clock runs on."""
        return state

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. The control point indicates and the data notifies before anything is asked."""
        features = yield Read("control")
        if not features or features[0] != FEATURES or len(features) < 2 or not features[1] & 1 << GYR:
            raise SensorError(
                "This Polar sensor offers no turning rate.",
                "A Polar Verity Sense does; update it with the maker's app.",
            )
        serial = _text((yield Read("serial", optional=True)))
        firmware = _text((yield Read("firmware", optional=True)))
        yield Subscribe("control")
        yield Subscribe("data")
        for kind in (ACC, GYR):
            yield from _asked(STOP, kind)  # left on by another program
        doubts: list[str] = []
        acc = yield from _started(ACC, "acceleration", ACC_RANGE_G, doubts)
        gyr = yield from _started(GYR, "turning rate", GYR_RANGE_DPS, doubts)
        told = {
            "rate_hz": acc.rate_hz,
            "acc_range_g": acc.range_,
            "gyr_range_dps": gyr.range_,
            "acc_g_per_lsb": acc.factor,
            "gyr_dps_per_lsb": gyr.factor,
            "serial": serial,
            "firmware": firmware,
        }
        device = {key: value for key, value in told.items() if value is not None}
        return Started(float(acc.rate_hz), serial, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`."""
        for kind in (ACC, GYR):
            yield from _asked(STOP, kind, within_s=1.0)

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0)


# --- frames ---------------------------------------------------------------------------------------------------------


def frame_counts(payload: bytes) -> tuple[int, int, int, Floats]:
    """Measurement, time of the last sample (ns), frame type and samples (n, 3) of a frame, before any factor.

    Raises:
        ValueError: it is no frame of acceleration or turning rate.
    """
    if len(payload) < HEAD.size:
        raise ValueError(f"{len(payload)} bytes, expected at least {HEAD.size}")
    measurement, stamp_ns, kind = HEAD.unpack_from(payload)
    body = payload[HEAD.size :]
    if (measurement, kind) == (ACC, 0x01):
        if not body or len(body) % 6:
            raise ValueError(f"{len(body)} bytes of samples, expected a multiple of 6")
        return measurement, stamp_ns, kind, np.frombuffer(body, dtype="<i2").reshape(-1, 3).astype(np.float64)
    if measurement not in (ACC, GYR) or kind not in (DELTA, DELTA | 1):
        raise ValueError(f"measurement {measurement}, frame type {kind:#04x}")
    if (measurement, kind) == (GYR, DELTA | 1):
        patterns = _summed(body, 4) & 0xFFFFFFFF
        with np.errstate(invalid="ignore"):  # some bit patterns are no numbers
            return measurement, stamp_ns, kind, patterns.astype("<u4").view("<f4").astype(np.float64)
    return measurement, stamp_ns, kind, _summed(body, 2).astype(np.float64)


def _summed(body: bytes, size: int) -> Ints:
    """A reference of three values of ``size`` bytes, and what blocks of packed differences make of it: (n, 3)."""
    begin = 3 * size
    if len(body) < begin:
        raise ValueError(f"{len(body)} bytes of samples, expected at least {begin}")
    steps = [np.frombuffer(body, dtype=f"<i{size}", count=3).astype(np.int64).reshape(1, 3)]
    at, total = begin, 1
    while at < len(body):
        if at + 2 > len(body):
            raise ValueError("a block of differences without its count")
        width, count = body[at], body[at + 1]
        used = (3 * count * width + 7) // 8
        at += 2
        total += count
        if width > WIDEST_DELTA or total > MOST_SAMPLES:
            raise ValueError(f"differences of {width} bits, {total} samples")
        if at + used > len(body):
            raise IncompleteFrame(f"differences of {used} bytes, of which {len(body) - at} came")
        steps.append(_differences(body[at : at + used], width, count))
        at += used
    return np.cumsum(np.concatenate(steps), axis=0)


class IncompleteFrame(ValueError):
    """A frame that ends before what it announces."""


def _differences(packed: bytes, width: int, count: int) -> Ints:
    """Signed numbers of ``width`` bits, lowest bit first: (count, 3)."""
    if width == 0:
        return np.zeros((count, 3), dtype=np.int64)
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8), bitorder="little")[: 3 * count * width]
    numbers: Ints = bits.reshape(-1, width) @ _WEIGHTS[width]
    return numbers.reshape(count, 3)


def _weights(width: int) -> Ints:
    weights = np.int64(1) << np.arange(width, dtype=np.int64)
    weights[-1:] *= -1
    return weights


_WEIGHTS: Final = tuple(_weights(width) for width in range(WIDEST_DELTA + 1))
"""What each bit of a signed number is worth."""


class _Stream:
    """Frames of one stream in one batch."""

    def __init__(self) -> None:
        self._values: list[Floats] = []
        self._t_s: list[Floats] = []
        self._order: list[int] = []

    def add(self, order: int, t_s: Floats, values: Floats) -> None:
        """Samples of one frame, in SI."""
        self._order.append(order)
        self._t_s.append(t_s)
        self._values.append(values)

    def rows(self, sensor_range: float) -> Rows:
        """All of them."""
        if not self._values:
            return Rows.none()
        values = np.concatenate(self._values)
        count = [len(one) for one in self._values]
        return Rows(
            order=np.repeat(np.array(self._order, dtype=np.intp), count),
            t_s=np.concatenate(self._t_s),
            values=values,
            clipped=np.abs(values).max(axis=1) >= CLIP_FRACTION * sensor_range,
        )


def _taken(state: PolarState, packet: Packet, order: int, acc: _Stream, gyr: _Stream) -> PolarState:
    """The state after a frame, whose samples go to its stream unless it came before."""
    try:
        measurement, stamp_ns, kind, counts = frame_counts(packet.payload)
    except IncompleteFrame as error:
        raise CutPacket(
            f"The frame at {packet.t_s:.3f} s was cut: {error}.",
            f"The radio link carries {len(packet.payload)} bytes a packet (MTU {len(packet.payload) + 3}); "
            "a Verity Sense needs an MTU of 232: use another Bluetooth adapter (--adapter).",
        ) from error
    except ValueError as error:
        raise _damaged(packet, str(error)) from error
    is_gyr = measurement == GYR
    values = counts * _factor(state, packet, is_gyr, kind)
    if not (np.abs(values) < (math.radians(LARGEST_GYR_DPS) if is_gyr else LARGEST_ACC_G * STANDARD_GRAVITY)).all():
        raise _damaged(packet, "numbers no sensor measures")
    course = state.gyr if is_gyr else state.acc
    samples = len(values)
    pace, step_s = course.pace, None
    if course.stamp_ns is not None:
        passed_s = (stamp_ns - course.stamp_ns) * TICK_S
        if passed_s < -BACKWARDS_S or abs(passed_s - (packet.t_s - course.arrival_s)) > RESTART_S:
            state = _restarted(state, course, stamp_ns, packet.t_s, samples)
        elif passed_s <= 0:
            return replace(state, duplicated=state.duplicated + samples)
        elif pace.is_unbroken(passed_s, samples):
            pace, step_s = pace.with_step(passed_s, samples), passed_s / samples
    base_ns = stamp_ns if state.base_ns is None else state.base_ns
    last_s = (stamp_ns - base_ns) * TICK_S
    state = _followed(replace(state, base_ns=base_ns), last_s, packet.t_s)
    course = Course(pace, stamp_ns, packet.t_s)
    state = replace(state, gyr=course) if is_gyr else replace(state, acc=course)
    sensor_s: Floats = last_s - np.arange(samples - 1, -1, -1, dtype=np.float64) * (
        pace.period_s if step_s is None else step_s
    )
    (gyr if is_gyr else acc).add(order, _session_s(state.knots, sensor_s), values)
    return state


def _factor(state: PolarState, packet: Packet, is_gyr: bool, kind: int) -> float:
    """SI of one count."""
    if kind != DELTA:
        return math.radians(1.0) if is_gyr else STANDARD_GRAVITY / 1000.0
    factor = state.gyr_factor if is_gyr else state.acc_factor
    if factor is None:
        raise DecodeError(
            f"Samples at {packet.t_s:.3f} s come before their scale.",
            "A start reply, or acc_g_per_lsb and gyr_dps_per_lsb in the device settings, must come first.",
        )
    return factor


def _restarted(state: PolarState, course: Course, stamp_ns: int, arrival_s: float, samples: int) -> PolarState:
    """The state with the sensor's clock begun anew. It was off as long as it looks from here."""
    assert course.stamp_ns is not None
    assert state.base_ns is not None
    before_s = (course.stamp_ns - state.base_ns) * TICK_S
    if state.clock is not None:
        before_s = max(before_s, state.clock.last_sensor_s)
    now_s = before_s + max(arrival_s - course.arrival_s, samples * course.pace.period_s)
    return replace(
        state,
        base_ns=stamp_ns - round(now_s / TICK_S),
        acc=state.acc._replace(stamp_ns=None),
        gyr=state.gyr._replace(stamp_ns=None),
        restarts=state.restarts + 1,
    )


def _followed(state: PolarState, last_s: float, arrival_s: float) -> PolarState:
    """The clock after a frame. Both streams tell of the one clock; an older stamp than the newest tells nothing."""
    before = state.clock
    if before is None:
        clock = ClockFit.laid(last_s, arrival_s)
    elif last_s > before.last_sensor_s:
        clock = before.followed(last_s, arrival_s)
    else:
        return state
    knots = state.knots
    if before is None or clock.knot_sensor_s != before.knot_sensor_s:
        knots = (*knots[1 - KNOTS_KEPT :], Knot(clock.knot_sensor_s, clock.knot_session_s, clock.slope))
    return replace(state, clock=clock, knots=knots)


def _session_s(knots: Sequence[Knot], sensor_s: Floats) -> Floats:
    """Session time of one frame's samples, each by the piece of the clock that was in force there."""
    first = bisect_right(knots, (sensor_s[0], math.inf, math.inf)) - 1
    if first == len(knots) - 1:
        knot = knots[-1]
        return knot.session_s + knot.slope * (sensor_s - knot.sensor_s)
    table = np.array(knots)
    at = np.maximum(np.searchsorted(table[:, 0], sensor_s, side="right") - 1, 0)
    times: Floats = table[at, 1] + table[at, 2] * (sensor_s - table[at, 0])
    return times


# --- control point ---------------------------------------------------------------------------------------------------


class _Chosen(NamedTuple):
    """What a stream was started with. ``factor``: g or °/s of one count, where the sensor told it."""

    rate_hz: int
    range_: int | None
    factor: float | None


def settings_of(parameters: bytes) -> dict[int, tuple[float, ...]]:
    """Values by type of setting, from the parameters of a reply; what is cut off or unknown ends the list."""
    settings: dict[int, tuple[float, ...]] = {}
    at = 0
    while at + 2 <= len(parameters):
        kind, count = parameters[at], parameters[at + 1]
        size = SETTING_BYTES.get(kind)
        end = at + 2 + count * (size or 0)
        if size is None or end > len(parameters):
            break
        form = {1: "B", 2: "H", 4: "f"}[size]
        settings[kind] = struct.unpack_from(f"<{count}{form}", parameters, at + 2)
        at = end
    return settings


def _started(kind: int, what: str, range_: int, doubts: list[str]) -> Generator[Step, bytes | None, _Chosen]:
    """Start one stream with the best of what the sensor offers."""
    reply = yield from _asked(SETTINGS, kind)
    offered = settings_of(reply[1:]) if reply is not None and reply[0] == DONE else {}
    rate_hz = int(min(offered.get(RATE) or (RATE_HZ,), key=lambda rate: (abs(rate - RATE_HZ), rate)))
    chosen: dict[int, int] = {RATE: rate_hz, RESOLUTION: int(max(offered.get(RESOLUTION) or (BITS,)))}
    ranges = sorted(int(one) for one in offered.get(RANGE, ()))
    if ranges:
        chosen[RANGE] = next((one for one in ranges if one >= range_), ranges[-1])
    if offered.get(CHANNELS):
        chosen[CHANNELS] = int(max(offered[CHANNELS]))
    if not offered:
        doubts.append(f"The sensor did not tell what it offers for {what}.")
        chosen |= {RANGE: ACC_RANGE_G if kind == ACC else 2000, CHANNELS: 3}
    if rate_hz != RATE_HZ:
        doubts.append(f"The sensor offers {what} at {rate_hz} samples a second, not at {RATE_HZ}.")
    request = b"".join(bytes([one, 1]) + value.to_bytes(SETTING_BYTES[one], "little") for one, value in chosen.items())
    reply = yield from _asked(START, kind, request)
    if reply is None or reply[0] != DONE:
        raise _refused(what, reply)
    factor = settings_of(reply[1:]).get(FACTOR, ())
    return _Chosen(rate_hz, chosen.get(RANGE), factor[0] if factor and _plausible(factor[0]) else None)


def _refused(what: str, reply: bytes | None) -> SensorError:
    if reply is None:
        return SensorError(f"The sensor was asked to send {what} and did not answer.", "Switch it off and on.")
    if reply[0] == ON_CHARGER:
        return SensorError("The sensor is on its charger, and sends nothing there.", "Take it off the charger.")
    if reply[0] == BAD_MTU:
        return SensorError(
            "The radio link carries too few bytes a packet for this sensor.",
            "It needs an MTU of 232: use another Bluetooth adapter (--adapter).",
        )
    return SensorError(
        f"The sensor was asked to send {what} and refused (error {reply[0]}).",
        "Close other programs that use it, switch it off and on, and leave its SDK mode.",
    )


def _asked(
    request: int, kind: int, parameters: bytes = b"", within_s: float = 2.0
) -> Generator[Step, bytes | None, bytes | None]:
    """The reply from its error byte on, without the one that says whether more follows; None if there was none."""
    head = bytes([REPLY, request, kind])
    said = bytes([request, kind]) + parameters
    reply = yield Ask("control", said, "control", _begins_with(head), within_s=within_s)
    return None if reply is None else reply[3:4] + reply[5:]


def _begins_with(head: bytes) -> Callable[[bytes], bool]:
    return lambda said: said.startswith(head) and len(said) > len(head)


def _told(state: PolarState, packet: Packet) -> PolarState:
    """The state after the sensor answered on the control point."""
    payload = packet.payload
    if payload[:2] != bytes([REPLY, START]) or len(payload) < 5 or payload[3] != DONE:
        return state
    factor = settings_of(payload[5:]).get(FACTOR, ())
    if not factor:
        return state
    if not _plausible(factor[0]):
        raise _damaged(packet, f"a factor of {factor[0]:g}")
    if payload[2] == ACC:
        return replace(state, acc_factor=factor[0] * STANDARD_GRAVITY)
    if payload[2] == GYR:
        return replace(state, gyr_factor=math.radians(factor[0]))
    return state


def _plausible(factor: float) -> bool:
    """What one count of a chip can be, in g or °/s; not NaN either."""
    return 0 < factor < 10


def _rate(rate_hz: float | None) -> float:
    if rate_hz is None:
        return RATE_HZ
    if not 10 <= rate_hz <= 500:
        raise DecodeError(
            f"Device setting rate_hz is {rate_hz:g}; expected 10 to 500.", "Correct it in the recording's first line."
        )
    return rate_hz


def _text(value: bytes | None) -> str | None:
    """A characteristic's text; what is no text is nothing. Untrusted: made printable where it is shown."""
    text = (value or b"").decode("utf-8", "replace").strip("\0 ")
    return text[:TEXT_LENGTH] or None


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} holds no motion: {what}.", NOTE)


POLAR: Final = PolarProfile()
