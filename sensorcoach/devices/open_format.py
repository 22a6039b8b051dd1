"""Profile ``open``: the project's own packets, specified in ``firmware_notes/own-format.md``.

Channel ``info`` tells version, rate and scales (once after each connection), channel ``imu`` carries samples. A data
packet names the device time of its *first* sample, so neither loss nor late radio moves a sample in time; how that
clock runs on session time is found slowly (`sensorcoach.devices.clock`).

Channel ``control`` takes requests and answers them; the others are told on every connection and are not decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.conversation import Ask, Battery, Conversation, Read, Started, Step, Subscribe, Wait
from sensorcoach.devices.profile import About, Advertised
from sensorcoach.devices.rows import CLIP_FRACTION
from sensorcoach.devices.setting import number_or_none
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import STANDARD_GRAVITY, Decoded, Packet

SERVICE: Final = "7c5a0001-4b1e-4f6d-9a3c-2e8d51f0c7b6"
VERSION: Final = 1
TYPE_ACC_GYR: Final = 1
TYPE_ACC: Final = 2
"""Low nibble of the first byte; the high nibble is the version."""
AXES: Final = {TYPE_ACC_GYR: 6, TYPE_ACC: 3}
"""Values of int16 in a sample."""
FLAG_ACC_CLIPPED: Final = 0x01
FLAG_GYR_CLIPPED: Final = 0x02
FLAG_DROPPED_BEFORE: Final = 0x04
FLAG_BUTTON: Final = 0x08
FLAG_LOW_BATTERY: Final = 0x10

HEADER: Final = struct.Struct("<BBHIHBB")
"""version|type, flags, sequence, time of the first sample (µs), period (µs), count, reserved."""
INFO: Final = struct.Struct("<BBHff")
"""version, reserved, nominal rate (Hz), g per LSB, °/s per LSB."""
START: Final = 0x01
STOP: Final = 0x02
SET_RATE: Final = 0x03
SET_RANGES: Final = 0x04
STATUS: Final = 0x05
REPLY: Final = 0x80
DONE: Final = 0
NOT_NOW: Final = 3
FAILED: Final = 4
REFUSALS: Final[Mapping[int, str]] = MappingProxyType(
    {1: "it does not know the request", 2: "it cannot do that", NOT_NOW: "not now", FAILED: "it failed"}
)
"""Status of a reply of the control point, in words."""
STREAMING: Final = 1
RATE_HZ: Final = 100
"""Asked for: landings need 100 samples a second (`settings.SignalSettings.impact_rate_hz`)."""
ACC_RANGE_G: Final = 16
GYR_RANGE_DPS: Final = 1000
"""A thump on a mat clips 4 g; a leg let go turns with some 300 °/s (sensors.md, Own format, C)."""
LOW_BATTERY_PERCENT: Final = 15
TEXT_LENGTH: Final = 64
"""Of a serial number or a version; more is not believed."""
START_TRIES: Final = 3
START_PAUSE_S: Final = 1.0
"""Before the MTU is exchanged not one sample may fit, and the start fails; a second later it does."""
_FULL_SCALE: Final = 32768
WRAP_US: Final = 1 << 32
"""The device clock starts again at 0 after 71.6 minutes."""
RESTART_US: Final = 60_000_000
"""Device clock and arrival disagree by more than this: the device was restarted. Late radio stays well below."""
BACKWARDS_US: Final = 2_000_000
"""The device clock fell back by more than this: restarted. A packet repeated by the radio is at most a second old."""


@dataclass(frozen=True, slots=True)
class OpenState:
    """What the next packet needs: scales (SI per LSB) and where the device clock stood at the last packet."""

    acc_scale: float | None = None
    gyr_scale: float | None = None
    sequence: int | None = None
    axes: int = 0
    """Values in a sample, which a session does not change."""
    device_us: int = 0
    """Unwrapped time of the first sample of the last packet."""
    arrival_s: float = 0.0
    clock: ClockFit | None = None
    duplicated: int = 0
    restarts: int = 0


class OpenProfile:
    """Decoder of the own format. Device settings: ``acc_g_per_lsb``, ``gyr_dps_per_lsb`` (an info packet overrules)."""

    name = "open"
    label = "sensorcoach open format"
    about: Final = About(
        sensor="Seeed XIAO nRF52840 Sense, ESP32, Nano 33 BLE with our sketch, or any board with our firmware",
        needs="a sketch of firmware_notes (making.md), flashed once",
        rate_hz=RATE_HZ,
        evidence="our own specification",
    )
    advertised: Final = Advertised(services=(SERVICE,), names=("sc-",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "imu": "7c5a0002-4b1e-4f6d-9a3c-2e8d51f0c7b6",
            "control": "7c5a0003-4b1e-4f6d-9a3c-2e8d51f0c7b6",
            "info": "7c5a0004-4b1e-4f6d-9a3c-2e8d51f0c7b6",
            "battery": "00002a19-0000-1000-8000-00805f9b34fb",
            "serial": "00002a25-0000-1000-8000-00805f9b34fb",
            "firmware": "00002a26-0000-1000-8000-00805f9b34fb",
        }
    )
    data_channel: Final = "imu"
    counts_loss: Final = True

    def initial(self, device_settings: Mapping[str, object]) -> OpenState:
        """See `Profile.initial`."""
        acc_g = number_or_none(device_settings, "acc_g_per_lsb")
        gyr_dps = number_or_none(device_settings, "gyr_dps_per_lsb")
        return OpenState(
            acc_scale=None if acc_g is None else acc_g * STANDARD_GRAVITY,
            gyr_scale=None if gyr_dps is None else float(np.deg2rad(gyr_dps)),
        )

    def decode(self, state: OpenState, packet: Packet) -> tuple[OpenState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: OpenState, packets: Sequence[Packet]) -> tuple[OpenState, Decoded | None]:
        """See `Profile.decode_all`."""
        gathered = _Gathered()
        for packet in packets:
            if packet.channel == "imu":
                state = gathered.take(state, packet)
            elif packet.channel == "info":
                state = _with_scales(state, packet)
            elif packet.channel not in self.channels:
                raise _damaged(packet, "there is no such channel")
        return state, gathered.decoded()

    def reconnected(self, state: OpenState) -> OpenState:
        """See `Profile.reconnected`. Nothing spans packets, and the sensor's clock runs on."""
        return state

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. A sensor without control point streams as soon as it is listened to."""
        info = _info((yield Read("info")))
        serial = yield Read("serial", optional=True)
        firmware = yield Read("firmware", optional=True)
        controlled = (yield Subscribe("control", optional=True)) is not None
        yield Subscribe("imu")
        doubts: list[str] = []
        if controlled:
            yield from _set(SET_RATE, struct.pack("<H", RATE_HZ), f"a rate of {RATE_HZ} Hz", doubts)
            yield from _set(
                SET_RANGES, struct.pack("<BH", ACC_RANGE_G, GYR_RANGE_DPS), f"ranges of {ACC_RANGE_G} g", doubts
            )
            info = _info((yield Read("info")))
            yield from _streaming(doubts)
        else:
            doubts.append("This sensor has no control point: its settings are as its firmware has them.")
        rate_hz, acc_g, gyr_dps = info
        identity = _text(serial)
        device: dict[str, object] = {"rate_hz": rate_hz, "acc_g_per_lsb": acc_g, "gyr_dps_per_lsb": gyr_dps}
        device |= {key: told for key, told in (("serial", identity), ("firmware", _text(firmware))) if told}
        return Started(float(rate_hz), identity, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. Whether the sensor answers no longer matters; disconnecting stops it too."""
        yield from _asked(STOP)

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        level = yield Read("battery", optional=True)
        if not level or level[0] > 100:
            return None
        return Battery(low=level[0] <= LOW_BATTERY_PERCENT, fraction=level[0] / 100.0)


class _Gathered:
    """Bodies of the accepted packets of one batch, laid on time together; grouping cannot change a bit."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._count: list[int] = []
        self._flagged: list[bool] = []
        self._first_s: list[float] = []
        self._step_s: list[float] = []
        self._scales: list[tuple[float, float]] = []

    def take(self, state: OpenState, packet: Packet) -> OpenState:
        """Keep a packet's samples unless they came before; the state after it."""
        head = _head(packet)
        if state.acc_scale is None or (head.axes == 6 and state.gyr_scale is None):
            raise DecodeError(
                f"Samples at {packet.t_s:.3f} s come before their scales.",
                "An info packet, or acc_g_per_lsb and gyr_dps_per_lsb in the device settings, must come first.",
            )
        if state.axes not in (0, head.axes):
            raise DecodeError(
                f"The gyroscope appears or vanishes at {packet.t_s:.3f} s.", "Record the two parts as two sessions."
            )
        device_us, clock, restarts = _placed(state, head, packet.t_s)
        if restarts == state.restarts and _seen(state, head.sequence, device_us):
            return replace(state, duplicated=state.duplicated + head.count)
        self._bodies.append(packet.payload[HEADER.size :])
        self._count.append(head.count)
        self._flagged.append(bool(head.flags & (FLAG_ACC_CLIPPED | FLAG_GYR_CLIPPED)))
        self._first_s.append(clock.session_s(device_us * 1e-6))
        self._step_s.append(clock.slope * head.period_us * 1e-6)
        self._scales.append((state.acc_scale, state.gyr_scale or 0.0))
        return OpenState(
            state.acc_scale,
            state.gyr_scale,
            head.sequence,
            head.axes,
            device_us,
            packet.t_s,
            clock,
            state.duplicated,
            restarts,
        )

    def decoded(self) -> Decoded | None:
        """All samples kept."""
        if not self._bodies:
            return None
        count = np.array(self._count)
        first_row = np.cumsum(count) - count
        raw = np.frombuffer(b"".join(self._bodies), dtype="<i2").reshape(count.sum(), -1)
        within = np.arange(len(raw)) - np.repeat(first_row, count)
        scales = np.repeat(np.array(self._scales), count, axis=0)
        at_limit = (np.abs(raw.astype(np.int32)) >= CLIP_FRACTION * _FULL_SCALE).any(axis=1)
        # A chip that clips below the full scale of int16 can only say so by its flag: then the whole packet is suspect.
        unseen = np.array(self._flagged) & ~np.logical_or.reduceat(at_limit, first_row)
        return Decoded(
            t_s=np.repeat(np.array(self._first_s), count) + within * np.repeat(np.array(self._step_s), count),
            acc=raw[:, :3] * scales[:, :1],
            gyr=raw[:, 3:] * scales[:, 1:] if raw.shape[1] == 6 else None,
            clipped=at_limit | np.repeat(unseen, count),
        )


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands before a data packet's samples."""

    axes: int
    flags: int
    sequence: int
    time_us: int
    period_us: int
    count: int


def _head(packet: Packet) -> _Head:
    payload = packet.payload
    if len(payload) < HEADER.size:
        raise _damaged(packet, f"{len(payload)} bytes, expected at least {HEADER.size}")
    kind, flags, sequence, time_us, period_us, count, _ = HEADER.unpack_from(payload)
    axes = AXES.get(kind & 0x0F)
    if kind >> 4 != VERSION or axes is None:
        raise _damaged(packet, f"first byte 0x{kind:02x}")
    expected = HEADER.size + 2 * axes * count
    if count and len(payload) < expected:
        raise CutPacket(
            f"The packet at {packet.t_s:.3f} s was cut: {len(payload)} bytes, expected {expected} for {count} samples.",
            f"The radio link carries {len(payload)} bytes a packet (MTU {len(payload) + 3}): the sensor's firmware "
            "must put in what the negotiated MTU holds; until then use another Bluetooth adapter (--adapter).",
        )
    if not count or not period_us or len(payload) != expected:
        raise _damaged(packet, f"{len(payload)} bytes, expected {expected} for {count} samples {period_us} µs apart")
    return _Head(axes, flags, sequence, time_us, period_us, count)


def _info(payload: bytes | None) -> tuple[int, float, float]:
    """Rate (Hz) and scales (g and °/s per count) of an info packet that a connected sensor gave."""
    advice = "Update the sensor's firmware, or choose another --profile."
    if payload is None or len(payload) < INFO.size:
        raise SensorError(f"The sensor's info has {len(payload or b'')} bytes, expected {INFO.size}.", advice)
    version, _, rate_hz, acc_g, gyr_dps = INFO.unpack_from(payload)
    if version != VERSION:
        raise SensorError(f"The sensor speaks version {version} of the open format, expected {VERSION}.", advice)
    if not (rate_hz and _plausible(acc_g, gyr_dps)):
        raise SensorError(f"The sensor tells {rate_hz} Hz and {acc_g:g} g, {gyr_dps:g} °/s a count.", advice)
    return rate_hz, acc_g, gyr_dps


def _plausible(acc_g: float, gyr_dps: float) -> bool:
    """Scales a chip can have; not NaN either."""
    return 0 < acc_g < 1 and 0 < gyr_dps < 10


def _asked(opcode: int, arguments: bytes = b"") -> Generator[Step, bytes | None, bytes | None]:
    """The reply to a request from its status on; None if there was none."""
    head = bytes([REPLY | opcode])
    request = bytes([opcode]) + arguments
    reply = yield Ask("control", request, "control", lambda said: said[:1] == head and len(said) > 1)
    return None if reply is None else reply[1:]


def _set(opcode: int, arguments: bytes, what: str, doubts: list[str]) -> Generator[Step, bytes | None, None]:
    """Set what may be refused: then the sensor goes on as it is, and what it is the info tells."""
    reply = yield from _asked(opcode, arguments)
    if reply is not None and reply[0] == NOT_NOW:  # still streaming for somebody
        yield from _asked(STOP)
        reply = yield from _asked(opcode, arguments)
    if reply is None:
        doubts.append(f"The sensor did not answer when {what} was asked for.")
    elif reply[0] != DONE:
        doubts.append(f"The sensor refused {what}: {_refusal(reply[0])}.")


def _streaming(doubts: list[str]) -> Generator[Step, bytes | None, None]:
    """Start, and look whether it did."""
    reply: bytes | None = None
    for attempt in range(START_TRIES):
        if attempt:
            yield Wait(START_PAUSE_S)
        reply = yield from _asked(START)
        if reply is not None and reply[0] == DONE:
            break
    else:
        said = "did not answer" if reply is None else f"refused: {_refusal(reply[0])}"
        small = reply is not None and reply[0] == FAILED
        raise SensorError(
            f"The sensor was asked to start and {said}.",
            "The link may carry too few bytes a packet (MTU below 27), or the sensor's motion chip is silent: "
            "switch the sensor off and on, and try another Bluetooth adapter (--adapter)."
            if small
            else "Switch the sensor off and on.",
        )
    status = yield from _asked(STATUS)
    if status is None or status[0] != DONE or len(status) < 2:
        doubts.append("The sensor did not confirm that it streams.")
    elif status[1] != STREAMING:
        raise SensorError("The sensor says it started, but also that it is idle.", "Switch the sensor off and on.")


def _refusal(status: int) -> str:
    return REFUSALS.get(status, f"status {status}")


def _text(value: bytes | None) -> str | None:
    """A characteristic's text; what is no text is nothing. Untrusted: made printable where it is shown."""
    text = (value or b"").decode("utf-8", "replace").strip("\0 ")
    return text[:TEXT_LENGTH] or None


def _with_scales(state: OpenState, packet: Packet) -> OpenState:
    if len(packet.payload) < INFO.size:
        raise _damaged(packet, f"info of {len(packet.payload)} bytes, expected {INFO.size}")
    version, _, _, acc_g, gyr_dps = INFO.unpack_from(packet.payload)
    if version != VERSION:
        raise _damaged(packet, f"info version {version}, expected {VERSION}")
    if not _plausible(acc_g, gyr_dps):
        raise _damaged(packet, f"scales of {acc_g:g} g and {gyr_dps:g} °/s a count")
    return replace(state, acc_scale=acc_g * STANDARD_GRAVITY, gyr_scale=float(np.deg2rad(gyr_dps)))


def _placed(state: OpenState, head: _Head, arrival_s: float) -> tuple[int, ClockFit, int]:
    """Unwrapped device time of the first sample, the clock for this packet's samples, the number of restarts seen.

    Arrival tells how often the device clock wrapped in a long silence, a restart, and slowly how the clock runs.
    """
    span_us = head.period_us * (head.count - 1)
    last_s = (head.time_us + span_us) * 1e-6
    if state.clock is None:
        return head.time_us, ClockFit.laid(last_s, arrival_s), state.restarts
    arrived_us = (arrival_s - state.arrival_s) * 1e6
    step_us = (head.time_us - state.device_us + WRAP_US // 2) % WRAP_US - WRAP_US // 2
    step_us += round((arrived_us - step_us) / WRAP_US) * WRAP_US
    if abs(step_us - arrived_us) > RESTART_US or step_us < -BACKWARDS_US:
        # Nothing may come to lie before what was there already.
        newest_s = state.clock.session_s(state.clock.last_sensor_s)
        laid_s = max(arrival_s, newest_s + (span_us + head.period_us) * 1e-6)
        return head.time_us, state.clock.laid_anew(last_s, laid_s), state.restarts + 1
    device_us = state.device_us + step_us
    last_s = (device_us + span_us) * 1e-6
    clock = state.clock.followed(last_s, arrival_s) if last_s > state.clock.last_sensor_s else state.clock
    return device_us, clock, state.restarts


def _seen(state: OpenState, sequence: int, device_us: int) -> bool:
    """Neither the number (modulo 2^16) nor the device time is past the last packet's: it came already."""
    if state.sequence is None or device_us > state.device_us:
        return False
    return (sequence - state.sequence - 1) % 65536 >= 32768


def _damaged(packet: Packet, what: str) -> DecodeError:
    return DecodeError(
        f"The packet at {packet.t_s:.3f} s on channel {packet.channel!r} is not of the open format: {what}.",
        "See firmware_notes/own-format.md.",
    )


OPEN: Final = OpenProfile()
