"""What a person can tell of a sensor nobody here knows: the contents of a TOML file, checked; see
``firmware_notes/generic.md``. Recordings carry it in their header.
"""

from __future__ import annotations

import re
import struct
from typing import Annotated, Final, Literal

import msgspec
import numpy as np

Field = Literal["time", "ax", "ay", "az", "gx", "gy", "gz", "skip"]
Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
Hex = Annotated[str, msgspec.Meta(pattern=r"^( *[0-9a-fA-F]{2})* *$", max_length=512)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]

AXES: Final = ("ax", "ay", "az")
TURNS: Final = ("gx", "gy", "gz")
TYPES: Final = {
    "b": "i1",
    "B": "u1",
    "h": "i2",
    "H": "u2",
    "i": "i4",
    "I": "u4",
    "q": "i8",
    "Q": "u8",
    "f": "f4",
    "d": "f8",
}
"""Letters of Python's `struct` that are numbers -> NumPy's names."""
LARGEST_PACKET: Final = 512
"""Bytes. A notification carries 512 at most."""


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is written to the sensor."""

    characteristic: Uuid
    bytes: Hex
    acknowledged: bool = True


class Binary(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notification: constant ``start_bytes``, then ``header`` once, then ``sample`` again and again.

    ``samples``: in each notification; 0: as many as it holds.
    """

    sample: str
    fields: tuple[Field, ...]
    start_bytes: Hex = ""
    header: str = ""
    header_fields: tuple[Field, ...] = ()
    samples: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_PACKET)] = 0

    def __post_init__(self) -> None:
        """Check what belongs together."""
        _check_format("sample", self.sample, "fields", self.fields)
        if self.header or self.header_fields:
            _check_format("header", self.header, "header_fields", self.header_fields)
            if self.header[0] != self.sample[0]:
                raise ValueError("`header` and `sample` begin with the same byte order, < or >")
        _check_fields(self.header_fields + self.fields)
        if not set(AXES + TURNS) & set(self.fields) >= set(AXES):
            raise ValueError("`fields` holds ax, ay and az: they belong to a sample, not to the header")
        if set(self.header_fields) - {"time", "skip"}:
            raise ValueError("`header_fields` holds time and skip only")
        if self.head_size + max(self.samples, 1) * struct.calcsize(self.sample) > LARGEST_PACKET:
            raise ValueError(f"a notification holds {LARGEST_PACKET} bytes at most")

    @property
    def head_size(self) -> int:
        """Bytes before the first sample."""
        return len(bytes.fromhex(self.start_bytes)) + struct.calcsize(self.header)


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Lines of numbers. ``lines``: each ends in a new line, wherever notifications are cut; or each is one."""

    fields: tuple[Field, ...]
    separator: Annotated[str, msgspec.Meta(min_length=1, max_length=4)] = ","
    lines: Literal["newline", "notification"] = "newline"

    def __post_init__(self) -> None:
        """Check what belongs together."""
        _check_fields(self.fields)
        if not set(AXES) <= set(self.fields):
            raise ValueError("`fields` holds ax, ay and az")
        if re.search(r"[0-9eE.+\-\n]", self.separator):
            raise ValueError("`separator` is nothing that a number could hold")


class Description(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sensor. Scales: one count is so many of the unit. Ranges, in the unit, tell clipped samples."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,29}$")]
    service: Uuid
    notify: Uuid
    rate_hz: Annotated[float, msgspec.Meta(ge=1, le=1000)]
    sensor: Annotated[str, msgspec.Meta(max_length=80)] = ""
    names: tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=29)], ...] = ()
    service_identifies: bool = True
    acc_unit: Literal["g", "mg", "m/s2"] = "g"
    acc_scale: Positive = 1.0
    acc_range: Positive | None = None
    gyr_unit: Literal["dps", "mdps", "rad/s"] = "dps"
    gyr_scale: Positive = 1.0
    gyr_range: Positive | None = None
    time_unit: Literal["s", "ms", "us", "ns"] = "ms"
    time_of: Literal["first", "last"] = "first"
    binary: Binary | None = None
    text: Text | None = None
    start: Command | None = None
    stop: Command | None = None

    def __post_init__(self) -> None:
        """Check what belongs together."""
        if (self.binary is None) == (self.text is None):
            raise ValueError("there is either a table [binary] or a table [text]")

    @property
    def fields(self) -> tuple[Field, ...]:
        """Of a sample."""
        form = self.binary or self.text
        assert form is not None
        return form.fields


def sample_dtype(form: str, fields: tuple[Field, ...]) -> np.dtype[np.void]:
    """The NumPy type of a `struct` format, its numbers named as ``fields``; those to skip are left out."""
    names: list[str] = []
    kinds: list[str] = []
    offsets: list[int] = []
    offset, rest = 0, iter(fields)
    for times, code in re.findall(r"(\d*)([a-zA-Z])", form):
        number = int(times or 1)
        if code == "x":
            offset += number
            continue
        for _ in range(number):
            field = next(rest)
            if field != "skip":
                names.append(field)
                kinds.append(form[0] + TYPES[code])
                offsets.append(offset)
            offset += struct.calcsize(form[0] + code)
    return np.dtype({"names": names, "formats": kinds, "offsets": offsets, "itemsize": struct.calcsize(form)})


def time_bits(form: str, fields: tuple[Field, ...]) -> int:
    """Bits of the whole number that is the time; 0 if it is a fraction, or so long that it never wraps."""
    kind = sample_dtype(form, fields)["time"]
    return 0 if kind.kind == "f" or kind.itemsize == 8 else 8 * kind.itemsize


def _check_format(key: str, form: str, fields_key: str, fields: tuple[Field, ...]) -> None:
    if not re.fullmatch(r"[<>](\d{0,3}[bBhHiIqQfdx])+", form):
        raise ValueError(
            f"`{key}` is a format of Python's struct: < or > first, then b B h H i I q Q f d and x, as in '<6h'"
        )
    if struct.calcsize(form) > LARGEST_PACKET:
        raise ValueError(f"`{key}` has {struct.calcsize(form)} bytes, a notification holds {LARGEST_PACKET} at most")
    numbers = len(struct.unpack(form, bytes(struct.calcsize(form))))
    if numbers != len(fields):
        raise ValueError(f"`{key}` has {numbers} numbers and `{fields_key}` {len(fields)} names; x skips a byte")


def _check_fields(fields: tuple[Field, ...]) -> None:
    for field in set(fields) - {"skip"}:
        if fields.count(field) > 1:
            raise ValueError(f"`{field}` is there {fields.count(field)} times")
    turns = [field for field in TURNS if field in fields]
    if turns and len(turns) < 3:
        raise ValueError(f"{' and '.join(turns)} without the other turning rates: all of gx, gy, gz, or none")
