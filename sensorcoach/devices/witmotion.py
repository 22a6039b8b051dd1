"""Profile ``witmotion``: WitMotion BLE 5.0 sensors (WT901BLE, WT9011DCL-BT50 …); ``firmware_notes/witmotion.md``.

Channel ``data`` is a stream of 20-byte frames without checksum, number or time: samples (``55 61``) and answers to
register reads (``55 71``). Channel ``command`` takes five bytes a command.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sensorcoach.devices.conversation import Ask, Battery, Conversation, Started, Step, Subscribe, Wait, Write
from sensorcoach.devices.profile import Advertised
from sensorcoach.errors import SensorError
from sensorcoach.model import Decoded, Packet

SERVICE: Final = "0000ffe5-0000-1000-8000-00805f9a34fb"
"""The base ends in 9a, not in the SIG's 9b."""
RATE_REGISTER: Final = 0x03
VERSION_REGISTER: Final = 0x2E
BATTERY_REGISTER: Final = 0x64
ADDRESS_REGISTER: Final = 0x66
OUTPUT_REGISTER: Final = 0x96
RATES_HZ: Final[Mapping[int, float]] = MappingProxyType(
    {0x03: 1.0, 0x05: 5.0, 0x06: 10.05, 0x07: 19.86, 0x08: 49.45, 0x09: 99.26, 0x0A: 99.29, 0x0B: 198.43}
)
"""Rate codes of register 0x03 -> samples a second as measured on a WT901BLE67 (10 Hz and up), else as documented."""
RATE_100: Final = 0x09
SLOWEST_HZ: Final = 40.0
"""Below it, counting makes no sense on a sensor that can do 100: then the setting has failed."""
TRIES: Final = 3
DIGEST_S: Final = 0.1
"""Between commands, as working code does it."""
LOW_VOLTS: Final = 3.5
"""The vendor's two tables of per cent disagree by 25 points; both call this nearly empty."""


@dataclass(frozen=True, slots=True)
class WitState:
    """What the next packet needs."""

    duplicated: int = 0


class WitProfile:
    """Decoder and commands."""

    name = "witmotion"
    label = "WitMotion BLE 5.0"
    advertised: Final = Advertised(services=(SERVICE,), names=("WT",), other_names=("WTVB",))
    channels: Final[Mapping[str, str]] = MappingProxyType(
        {
            "data": "0000ffe4-0000-1000-8000-00805f9a34fb",
            "command": "0000ffe9-0000-1000-8000-00805f9a34fb",
        }
    )
    data_channel: Final = "data"
    counts_loss: Final = False

    def initial(self, device_settings: Mapping[str, object]) -> WitState:
        """See `Profile.initial`."""
        return WitState()

    def decode(self, state: WitState, packet: Packet) -> tuple[WitState, Decoded | None]:
        """See `Profile.decode`."""
        return self.decode_all(state, (packet,))

    def decode_all(self, state: WitState, packets: Sequence[Packet]) -> tuple[WitState, Decoded | None]:
        """See `Profile.decode_all`."""
        return state, None

    def reconnected(self, state: WitState) -> WitState:
        """See `Profile.reconnected`."""
        return state

    def start(self) -> Conversation[Started]:
        """See `RadioProfile.start`. Settings hold until the sensor is switched off: its flash is not worn."""
        yield Subscribe("data")
        doubts: list[str] = []
        rate_hz = yield from _rate_set(doubts)
        yield from _samples_chosen(doubts)
        identity = _address((yield from _registers(ADDRESS_REGISTER)))
        version = yield from _registers(VERSION_REGISTER)
        device: dict[str, object] = {} if rate_hz is None else {"rate_hz": rate_hz}
        device |= {} if version is None else {"firmware": ".".join(map(str, version[:2]))}
        return Started(rate_hz, identity, MappingProxyType(device), tuple(doubts))

    def stop(self) -> Conversation[None]:
        """See `RadioProfile.stop`. It has no stop; it streams to whoever listens."""
        yield from ()

    def battery(self) -> Conversation[Battery | None]:
        """See `RadioProfile.battery`."""
        values = yield from _registers(BATTERY_REGISTER)
        if values is None or values[0] == 0:  # 0 while the sensor is busy
            return None
        volts = values[0] / 100.0
        return Battery(low=volts < LOW_VOLTS, volts=volts)


def _command(register: int, value: int) -> Write:
    return Write("command", struct.pack("<BBBH", 0xFF, 0xAA, register, value), acknowledged=False)


def _registers(first: int) -> Generator[Step, bytes | None, tuple[int, ...] | None]:
    """Eight registers from ``first`` on, as the sensor answers within its stream; None if it does not."""
    head = struct.pack("<BBH", 0x55, 0x71, first)
    for _ in range(TRIES):
        said = yield Ask(
            "command",
            struct.pack("<BBBH", 0xFF, 0xAA, 0x27, first),
            "data",
            lambda payload: 0 <= payload.find(head) <= len(payload) - 20,
            within_s=1.0,
            acknowledged=False,
        )
        if said is not None:
            return struct.unpack_from("<8H", said, said.find(head) + 4)
    return None


def _rate_set(doubts: list[str]) -> Generator[Step, bytes | None, float | None]:
    """Ask for 100 Hz until the sensor confirms it; the rate it confirms, None if it does not answer."""
    code: int | None = None
    for _ in range(TRIES):
        yield _command(0x69, 0xB588)
        yield Wait(DIGEST_S)
        yield _command(RATE_REGISTER, RATE_100)
        yield Wait(DIGEST_S)
        values = yield from _registers(RATE_REGISTER)
        if values is None:
            doubts.append("The sensor did not confirm its rate; 100 samples a second were asked for.")
            return None
        code = values[0]
        if code == RATE_100:
            return RATES_HZ[code]
    rate_hz = RATES_HZ.get(code or 0)
    if rate_hz is None or rate_hz < SLOWEST_HZ:
        told = f"rate code {code:#04x}" if rate_hz is None else f"{rate_hz:g} samples a second"
        raise SensorError(
            f"The sensor was set to 100 samples a second {TRIES} times and stays at {told}.",
            "Switch it off and on; if that does not help, set the rate with the maker's own app.",
        )
    doubts.append(f"The sensor was set to 100 samples a second and stays at {rate_hz:g}.")
    return rate_hz


def _samples_chosen(doubts: list[str]) -> Generator[Step, bytes | None, None]:
    """Acceleration and turning rate, and not the displacement that looks the same on the air."""
    for attempt in range(TRIES):
        values = yield from _registers(OUTPUT_REGISTER)
        if values is None:
            doubts.append("The sensor did not tell whether it sends acceleration or displacement.")
            return
        if values[0] == 0:
            return
        if attempt < TRIES - 1:
            yield _command(0x69, 0xB588)
            yield Wait(DIGEST_S)
            yield _command(OUTPUT_REGISTER, 0)
            yield Wait(DIGEST_S)
    raise SensorError(
        "The sensor sends displacement instead of acceleration, and cannot be switched.",
        "Set its output to acceleration with the maker's own app.",
    )


def _address(registers: tuple[int, ...] | None) -> str | None:
    """The hardware address: three registers, its bytes in reverse order."""
    if registers is None or not any(registers[:3]):
        return None
    return ":".join(f"{byte:02X}" for byte in reversed(struct.pack("<3H", *registers[:3])))


WITMOTION: Final = WitProfile()
