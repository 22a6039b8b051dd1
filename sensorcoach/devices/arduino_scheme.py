"""What an edge-ml board or an OpenEarable says of its own packets: a scheme of sensors, components and units."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from sensorcoach.model import STANDARD_GRAVITY

NUMPY_TYPES: Final = ("<i1", "<u1", "<i2", "<u2", "<i4", "<u4", "<f4", "<f8")
"""By the number a scheme gives to a type."""
ACC_UNITS: Final = {"g": STANDARD_GRAVITY, "mg": STANDARD_GRAVITY / 1000} | dict.fromkeys(
    ("m/s^2", "m/s2", "m/s²", "m/s/s"), 1.0
)
GYR_UNITS: Final = {"rad/s": 1.0} | dict.fromkeys(("dps", "deg/s", "°/s"), float(np.deg2rad(1.0)))
STREAM: Final = 0x01
RATES: Final = 0x10
"""Features of a sensor: it can stream; a table of rates follows."""
MOST_RATES: Final = 64


class SchemeError(ValueError):
    """These bytes are no scheme."""


class Component(NamedTuple):
    """One number of a sensor's packets. ``offset``: bytes before it in a sample."""

    kind: str
    offset: int
    group: str
    name: str
    unit: str


class Sensor(NamedTuple):
    """``rates_hz``: by the number that is written to choose one; ``most``: the highest number the radio can carry."""

    id: int
    name: str
    components: tuple[Component, ...]
    size: int
    rates_hz: tuple[float, ...] = ()
    most: int = 0


class Triple(NamedTuple):
    """Where x, y and z of one quantity are: sensor, place in its sample, NumPy type, SI units of one count."""

    sensor: int
    offset: int
    kind: str
    scale: float
    sample_bytes: int


class Motion(NamedTuple):
    """Where acceleration and turning rate are."""

    acc: Triple
    gyr: Triple | None

    @property
    def is_one_stream(self) -> bool:
        """Whether each packet holds both, or there is no turning rate."""
        return self.gyr is None or self.gyr.sensor == self.acc.sensor


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def bytes(self, number: int) -> bytes:
        piece = self._data[self._at : self._at + number]
        if len(piece) < number:
            raise SchemeError("it ends too early")
        self._at += number
        return piece

    def byte(self) -> int:
        return self.bytes(1)[0]

    def text(self) -> str:
        return self.bytes(self.byte()).decode("utf-8", "replace")

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._data)


def all_sensors(data: bytes) -> tuple[Sensor, ...]:
    """The whole scheme of an edge-ml board: a number of sensors, and these.

    Raises:
        SchemeError: it is none.
    """
    reader = _Reader(data)
    sensors = tuple(_sensor(reader) for _ in range(reader.byte()))
    if not reader.is_at_end:
        raise SchemeError("bytes are left over")
    return sensors


def one_sensor(data: bytes) -> Sensor:
    """What an OpenEarable v2 answers for one sensor: the same, then what it can do.

    Raises:
        SchemeError: it is none.
    """
    reader = _Reader(data)
    sensor = _sensor(reader)
    features = reader.byte()
    if not features & RATES:
        return sensor
    number, _, most = reader.byte(), reader.byte(), reader.byte()
    if number > MOST_RATES:
        raise SchemeError(f"{number} rates")
    rates_hz = struct.unpack(f"<{number}f", reader.bytes(4 * number))
    return sensor._replace(rates_hz=rates_hz, most=most)


def motion_of(sensors: Iterable[Sensor]) -> Motion | None:
    """Acceleration with turning rate, of one sensor if there is such a one; None without acceleration."""
    sensors = tuple(sensors)
    acc = [triple for sensor in sensors for triple in _triples(sensor, "acc", ACC_UNITS)]
    gyr = [triple for sensor in sensors for triple in _triples(sensor, "gyr", GYR_UNITS)]
    for one in acc:
        for other in gyr:
            if one.sensor == other.sensor:
                return Motion(one, other)
    return Motion(acc[0], gyr[0] if gyr else None) if acc else None


def motion_of_one(sensors: Iterable[Sensor]) -> Motion | None:
    """The same of a single sensor: the first with a turning rate, else the first with acceleration."""
    found = [motion for motion in (motion_of((sensor,)) for sensor in sensors) if motion is not None]
    return next((motion for motion in found if motion.gyr is not None), found[0] if found else None)


def _sensor(reader: _Reader) -> Sensor:
    number, name = reader.byte(), reader.text()
    components: list[Component] = []
    offset = 0
    for _ in range(reader.byte()):
        code = reader.byte()
        if code >= len(NUMPY_TYPES):
            raise SchemeError(f"type {code}")
        kind = NUMPY_TYPES[code]
        components.append(Component(kind, offset, reader.text(), reader.text(), reader.text()))
        offset += int(kind[2:])
    return Sensor(number, name, tuple(components), offset)


def _triples(sensor: Sensor, beginning: str, units: dict[str, float]) -> Iterable[Triple]:
    """Three components x, y, z in a row, of a group (or a sensor) whose name begins so, in a known unit."""
    for x, y, z in zip(sensor.components, sensor.components[1:], sensor.components[2:], strict=False):
        told = (x.group or sensor.name).casefold()
        in_order = [component.name.casefold()[-1:] for component in (x, y, z)] == ["x", "y", "z"]
        alike = x.kind == y.kind == z.kind and x.unit == y.unit == z.unit and x.group == y.group == z.group
        if told.startswith(beginning) and in_order and alike and x.unit in units:
            yield Triple(sensor.id, x.offset, x.kind, units[x.unit], sensor.size)
