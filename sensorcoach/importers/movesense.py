"""Movesense: the JSON of its mobile library, as the vendor's showcase app and others save it.

``{"data":[{"acc":{"Timestamp":599025762,"ArrayAcc":[{"x":0.31,"y":-0.31,"z":9.93}, …]}}, …]}``: packets of samples
under ``ArrayAcc`` (m/s²) and ``ArrayGyro`` (°/s), alone (``acc``, ``gyro``) or together (``imu6``, ``imu9``), in a
list or one after the other, sometimes within ``Body``. ``Timestamp`` is in ms of 32 bits and taken for the packet's
first sample; the vendor does not say which it is. Sources: the showcase app's tests, the vendor's API descriptions
(meas/acc.yaml, gyro.yaml) and public programs that write or read such files.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, islice
from typing import Final, Literal

import msgspec
import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.blocks import text_pieces
from sensorcoach.importers.choice import Asked
from sensorcoach.importers.export import Export, HeadedFile, Part
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.merging import Stream
from sensorcoach.importers.units import ACC_SCALE, GYR_SCALE, IN_WORDS, acceleration_unit, rest_magnitude
from sensorcoach.model import Floats, ReadAs

_KEYS: Final[dict[Literal["acc", "gyr"], str]] = {"acc": "ArrayAcc", "gyr": "ArrayGyro"}
_WORDS: Final = {"acc": "acceleration", "gyr": "turning rate"}
_LIST: Final = re.compile(r'"(?:data|samples)"\s*:\s*\[', re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,\[\]}]*")
_LONGEST_PACKET: Final = 1 << 16
"""Characters. A packet of 16 samples of three sensors has 5000."""
_DEEPEST: Final = 4
_BATCH: Final = 4096
_FEWEST: Final = 10
_U32: Final = 2**32
_BACKWARDS_MS: Final = 1000
"""Packets may come in the wrong order; a clock that goes back by more was started again."""


class _Vector(msgspec.Struct):
    x: float
    y: float
    z: float


class _Packet(msgspec.Struct):
    """A packet as the library writes it; times in ms."""

    Timestamp: float
    ArrayAcc: list[_Vector] = []
    ArrayGyro: list[_Vector] = []

    def vectors(self, sensor: str) -> list[_Vector]:
        return self.ArrayAcc if sensor == "acc" else self.ArrayGyro


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if none is Movesense's."""
    parts = [part for one in files for part in _parts(one)]
    return Export("Movesense", parts) if parts else None


def _parts(one: HeadedFile) -> Iterator[Part]:
    if b'"Array' not in one.head or b'"sensorcoach"' in one.head.partition(b"\n")[0]:
        return
    for sensor, key in _KEYS.items():
        if f'"{key}"'.encode() in one.head or _mentions(one.file, f'"{key}"'):
            first = next(_packets(one.file, sensor, []), None)
            if first is not None:
                yield Part(sensor, one.file.name, first.Timestamp / 1e3, partial(_stream, one.file, sensor))


def _mentions(file: RecordingFile, key: str) -> bool:
    """Whether a key comes anywhere in the file: some programs write one sensor after the other."""
    before = ""
    for piece in text_pieces(file, []):
        if key in before + piece:
            return True
        before = piece[-len(key) :]
    return False


def _stream(
    file: RecordingFile,
    sensor: Literal["acc", "gyr"],
    asked: Asked,
    notices: list[str],
    told: ReadAs,
    _: dict[str, int],
) -> Stream:
    packets = _packets(file, sensor, notices)
    first = list(islice(packets, _BATCH))
    period_s = _period_s(file, first, sensor)
    rows = _rows(file, chain(first, packets), sensor, period_s)
    told.columns[_WORDS[sensor]] = [_KEYS[sensor]]
    if sensor == "gyr":
        told.units[_WORDS["gyr"]] = IN_WORDS["dps"]
        return Stream(file.name, period_s, (_scaled(block, GYR_SCALE["dps"]) for block in rows))
    head = next(rows)
    seen = acceleration_unit(file, rest_magnitude(head[:, 1:], 1 / period_s), "mps2", asked.unit, notices)
    told.units[_WORDS["acc"]] = IN_WORDS[seen]
    return Stream(file.name, period_s, (_scaled(block, ACC_SCALE[seen]) for block in chain([head], rows)))


def _scaled(rows: Floats, factor: float) -> Floats:
    return rows * [1.0, factor, factor, factor]


def _period_s(file: RecordingFile, packets: Sequence[_Packet], sensor: str) -> float:
    """The sampling period from the packets' times, holes left out and rounding to ms averaged away."""
    numbers = np.array([len(packet.vectors(sensor)) for packet in packets])
    steps = np.diff([packet.Timestamp for packet in packets]) % _U32
    each = steps / numbers[:-1]
    regular = each <= 1.5 * np.median(each) if len(each) else np.zeros(0, dtype=np.bool_)
    period_s = float(steps[regular].sum() / numbers[:-1][regular].sum() / 1e3) if regular.any() else 0.0
    if numbers.sum() < _FEWEST or not 0 < period_s < np.inf:
        raise InputError(f"{file} holds {numbers.sum()} samples of a sensor that moves on in time.", "Record it again.")
    return period_s


def _rows(file: RecordingFile, packets: Iterator[_Packet], sensor: str, period_s: float) -> Iterator[Floats]:
    """Blocks (n, 4) of time in s and values in the file's units."""
    newest_ms: float | None = None
    while batch := list(islice(packets, _BATCH)):
        stamps = np.array([packet.Timestamp for packet in batch])
        steps = np.diff(stamps, prepend=stamps[0] if newest_ms is None else newest_ms % _U32)
        steps -= np.rint(steps / _U32) * _U32
        if steps.min() < -_BACKWARDS_MS:
            raise InputError(
                f"{file}: time goes back by {-steps.min() / 1e3:.3g} s.",
                "The file joins several recordings or its sensor was restarted: cut it there.",
            )
        begins_ms = np.cumsum(steps) + (stamps[0] - steps[0] if newest_ms is None else newest_ms)
        newest_ms = float(begins_ms[-1])
        vectors = [packet.vectors(sensor) for packet in batch]
        numbers = np.array([len(one) for one in vectors])
        nth = np.arange(numbers.sum()) - np.repeat(np.cumsum(numbers) - numbers, numbers)
        values = np.array([(vector.x, vector.y, vector.z) for one in vectors for vector in one])
        yield np.column_stack((np.repeat(begins_ms, numbers) / 1e3 + nth * period_s, values))


def _packets(file: RecordingFile, sensor: Literal["acc", "gyr"], notices: list[str]) -> Iterator[_Packet]:
    """The packets with samples of a sensor; anything else, also what is broken, is passed over."""
    for element in _elements(file, notices):
        body = _body(element, _DEEPEST)
        if body is None or _KEYS[sensor] not in body:
            continue
        try:
            packet = msgspec.convert(body, _Packet)
        except msgspec.ValidationError:
            continue
        if packet.vectors(sensor) and np.isfinite(packet.Timestamp):
            yield packet


def _body(element: object, depth: int) -> dict[str, object] | None:
    """The object with the time, however deep it is wrapped."""
    if not isinstance(element, dict) or not depth:
        return None
    if "Timestamp" in element:
        return element
    return next((body for value in element.values() if (body := _body(value, depth - 1)) is not None), None)


def _elements(file: RecordingFile, notices: list[str]) -> Iterator[object]:
    """The objects of the outermost list, or one after the other, each as soon as it has been read."""
    decoder = json.JSONDecoder()
    pieces = text_pieces(file, notices)
    text = next(pieces, "")
    found = _LIST.search(text)
    place = found.end() if found else 0
    broken = 0
    ended = False
    while True:
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
        try:
            element, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            if not ended and len(text) - place < _LONGEST_PACKET:
                piece = next(pieces, None)
                ended = piece is None
                text, place = text[place:] + (piece or ""), 0
                continue
            if place >= len(text):
                break
            broken += 1
            following = text.find("{", place + 1)
            place = following if following >= 0 else len(text)
            continue
        yield element
    if broken:
        notices.append(f"{broken} places of {file.name} could not be read and were left out.")
