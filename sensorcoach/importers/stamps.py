"""Wall-clock stamps as text -> seconds since the first one. Vectorised for ISO stamps, one by one for other forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.model import Floats

_ISO: Final = re.compile(
    r"\s*(\d{4})[-/.](\d\d?)[-/.](\d\d?)[T _]+(\d\d?):(\d\d):(\d\d)(?:[.,:](\d+))?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*"
)
_DAY_FIRST: Final = re.compile(r"\s*(\d\d?)\.(\d\d?)\.(\d{4})[T _]+(\d\d?):(\d\d):(\d\d)(?:[.,:](\d+))?\s*()")
_CLOCK: Final = re.compile(r"\s*(\d\d?):(\d\d):(\d\d)(?:[.,:](\d+))?\s*")
_ZONE: Final = re.compile(rb"(Z|[+-]\d\d:?\d\d)\Z")
_ISO_SECONDS: Final = len("2018-11-08 11:34:56")
_ISO_MARKS: Final = ((4, b"-/"), (7, b"-/"), (10, b" T"), (13, b":"), (16, b":"), (19, b".,\0"))
"""Where a stamp has which of these bytes; a zero byte: it ended before."""
_ISO_DIGITS: Final = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
_ZERO: Final = ord("0")
_YEARS: Final = range(1678, 2262)
"""What 64 bits of nanoseconds hold."""
_DAY_S: Final = 86400.0

Nanoseconds = NDArray[np.int64]


def is_stamp(cell: str) -> bool:
    """Whether this is a date with time, or a time of day."""
    return any(form.fullmatch(cell) for form in (_ISO, _DAY_FIRST, _CLOCK))


class StampReader:
    """Seconds since the first stamp, block after block; ``start`` is that first instant, None for times of day."""

    def __init__(self) -> None:
        self.start: str | None = None
        self._first_ns: int | None = None
        self._newest_ns: int | None = None
        self._days = 0

    def of_numbers(self, numbers: Floats) -> Floats | None:
        """None: stamps are no numbers."""
        return None

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """(n,) s; NaN where a cell is no stamp."""
        at_ns = _all_at_once(cells)
        valid = np.ones(len(cells), dtype=np.bool_)
        if at_ns is None:
            at_ns, valid = _one_by_one(cells)
            at_ns = self._over_midnight(at_ns, valid, cells)
        if self._first_ns is None and valid.any():
            first = int(np.argmax(valid))
            self._first_ns = int(at_ns[first])
            self.start = _instant(decoded(cells[first]), self._first_ns)
        seconds: Floats = np.where(valid, (at_ns - (self._first_ns or 0)) / 1e9, np.nan)
        return seconds

    def _over_midnight(self, at_ns: Nanoseconds, valid: NDArray[np.bool_], cells: Sequence[bytes]) -> Nanoseconds:
        """Times of day count on after midnight."""
        if not valid.any() or not _CLOCK.fullmatch(decoded(cells[int(np.argmax(valid))])):
            return at_ns
        times = at_ns[valid]
        before = times[0] if self._newest_ns is None else self._newest_ns
        self._newest_ns = int(times[-1])
        days = self._days + np.cumsum(np.diff(times, prepend=before) < -int(_DAY_S * 0.5e9))
        self._days = int(days[-1])
        counted = at_ns.copy()
        counted[valid] = times + days * int(_DAY_S * 1e9)
        return counted


def decoded(cell: bytes) -> str:
    """A stamp's text; anything beyond ASCII cannot be one."""
    return cell.decode("ascii", "replace")


def _all_at_once(cells: Sequence[bytes]) -> Nanoseconds | None:
    """ISO stamps that share one zone, read column of digits by column of digits; None for anything else among them."""
    zone = _ZONE.search(cells[0]) if cells else None
    suffix = zone.group(1) if zone else b""
    if suffix and not all(cell.endswith(suffix) for cell in cells):
        return None
    texts = np.array([cell[: -len(suffix)] for cell in cells] if suffix else cells)
    if texts.dtype.itemsize < _ISO_SECONDS:
        return None
    # Shorter stamps end in zero bytes: a fraction left out is a fraction of zeros.
    codes = texts.view(np.uint8).reshape(len(texts), -1)
    if not all(
        np.isin(codes[:, place], np.frombuffer(marks, np.uint8)).all()
        for place, marks in _ISO_MARKS
        if place < codes.shape[1]
    ):
        return None
    digits = np.where(codes[:, _ISO_SECONDS:] == 0, _ZERO, codes[:, _ISO_SECONDS:])[:, 1:]
    digits = np.concatenate((codes[:, _ISO_DIGITS], digits), axis=1).astype(np.int64) - _ZERO
    if ((digits < 0) | (digits > 9)).any():
        return None
    return _from_digits(digits, _offset_s(suffix.decode()))


def _from_digits(digits: NDArray[np.int64], offset_s: int) -> Nanoseconds | None:
    """Rows of YYYYMMDDhhmmss and any digits of a fraction; None if one is no date."""
    year, month, day, hour, minute, second = (
        digits[:, start:stop] @ 10 ** np.arange(stop - start - 1, -1, -1)
        for start, stop in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14))
    )
    fraction = digits[:, 14:23]
    fraction_ns = fraction @ 10 ** np.arange(8, 8 - fraction.shape[1], -1)
    in_range = (year >= _YEARS.start) & (year < _YEARS.stop) & (month >= 1) & (month <= 12) & (day >= 1)
    if not (in_range & (hour < 24) & (minute < 60) & (second < 60)).all():
        return None
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + (day - 1)
    if (dates.astype("datetime64[M]") != months).any():
        return None
    seconds = dates.astype(np.int64) * 86400 + hour * 3600 + minute * 60 + second - offset_s
    at_ns: Nanoseconds = seconds * 1_000_000_000 + fraction_ns
    return at_ns


def _one_by_one(cells: Sequence[bytes]) -> tuple[Nanoseconds, NDArray[np.bool_]]:
    read = [_nanoseconds(decoded(cell)) for cell in cells]
    valid = np.array([value is not None for value in read], dtype=np.bool_)
    return np.array([value or 0 for value in read], dtype=np.int64), valid


def _nanoseconds(cell: str) -> int | None:
    clock = _CLOCK.fullmatch(cell)
    if clock:
        hour, minute, second, fraction = clock.groups()
        return (int(hour) * 3600 + int(minute) * 60 + int(second)) * 1_000_000_000 + _fraction_ns(fraction)
    match = _ISO.fullmatch(cell)
    if match:
        year, month, day, hour, minute, second, fraction, zone = match.groups()
    else:
        match = _DAY_FIRST.fullmatch(cell)
        if match is None:
            return None
        day, month, year, hour, minute, second, fraction, zone = match.groups()
    if int(year) not in _YEARS:
        return None
    try:
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return (int(at.timestamp()) - _offset_s(zone)) * 1_000_000_000 + _fraction_ns(fraction)


def _fraction_ns(digits: str | None) -> int:
    return int((digits or "0")[:9].ljust(9, "0"))


def _offset_s(zone: str | None) -> int:
    if not zone or zone in ("Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:4]) * 60
    return -seconds if zone[0] == "-" else seconds


def _instant(cell: str, first_ns: int) -> str | None:
    """ISO 8601 of the first stamp, in its own zone where it names one."""
    if _CLOCK.fullmatch(cell):
        return None
    named = _ZONE.search(cell.encode())
    zone = named.group(1).decode() if named else ""
    local = np.datetime64(first_ns + _offset_s(zone) * 1_000_000_000, "ns")
    return str(np.datetime_as_string(local, unit="us")) + zone
