"""What a person says about a recording: its columns, unit, sensor, sign and dates.

Columns are spelt ``t=time,ax=foo,ay=bar,az=baz`` or ``t_s,ax_g,ay_g,az_g`` in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from sensorcoach.errors import InputError
from sensorcoach.importers.header import Meaning, meaning_of
from sensorcoach.importers.stamps import DateOrder

_ADVICE: Final = (
    "Write --columns t=time,ax=AX,ay=AY,az=AZ (and gx, gy, gz; a unit may follow: ax_g, gx_dps, t_ms), names as in "
    "the file or 1, 2, 3 …; or all names in order: t_s,ax_g,ay_g,az_g with - for a column to leave out; rate=100 for "
    "a file without times."
)
AccSign = Literal["auto", "keep", "flip"]


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """``named``: what a column of the file holds, by its name or number there. ``in_order``: names for all columns.

    ``only``: use the rows in which a column (its place from 0) holds this. ``sparse``: rows without any of the values
    are another sensor's. ``sensor``: the one of several. ``dates``: order of month and day. ``start``: the instant of
    the first sample where the file tells it elsewhere. ``program``: what wrote the table, where that is known.
    ``sign``: of the acceleration, -1 where the program gives it reversed. ``skip``: lines before the rows.
    ``start_stamp``: when it began, as written. ``offset`` and ``scale``: of acceleration, where it is counts.
    """

    named: Mapping[str, Meaning] = field(default_factory=dict)
    in_order: tuple[str, ...] = ()
    rate_hz: float | None = None
    only: tuple[int, str] | None = None
    sparse: bool = False
    sensor: str | None = None
    dates: DateOrder | None = None
    start: str | None = None
    program: str = "table"
    sign: float = 1.0
    skip: int = 0
    start_stamp: str | None = None
    offset: float = 0.0
    scale: float = 1.0


NO_CHOICE: Final = ColumnChoice()


@dataclass(frozen=True, slots=True)
class Asked:
    """What the person asked for, see `sensorcoach.importers.open_recording`."""

    unit: str | None = None
    columns: str | None = None
    sensor: str | None = None
    acc_sign: AccSign = "auto"
    dates: DateOrder | None = None


def parse_columns(text: str | None) -> ColumnChoice:
    """The choice that ``--columns`` spells.

    Raises:
        InputError: it does not name what is needed; says how to write it.
    """
    if text is None:
        return NO_CHOICE
    parts = [part.strip() for part in text.split(",")]
    if not any("=" in part for part in parts):
        if all(meaning_of(part) is None for part in parts):
            raise InputError(f"--columns {text!r} names no column.", _ADVICE)
        return ColumnChoice(in_order=tuple(parts))
    named: dict[str, Meaning] = {}
    rate_hz: float | None = None
    for part in parts:
        key, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise InputError(f"--columns has {part!r}; expected name=column.", _ADVICE)
        if key.lower() in ("rate", "rate_hz"):
            rate_hz = _rate(name)
            continue
        meaning = meaning_of(key)
        if meaning is None or meaning.quantity == "bare":
            raise InputError(f"--columns knows no {key!r}.", _ADVICE)
        named[name] = meaning
    return ColumnChoice(named, rate_hz=rate_hz)


def _rate(text: str) -> float:
    try:
        rate_hz = float(text)
    except ValueError:
        rate_hz = 0.0
    if not 0 < rate_hz < 1e5:
        raise InputError(f"--columns rate={text} is no rate in samples a second.", _ADVICE)
    return rate_hz
