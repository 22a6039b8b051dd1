"""Wall-clock stamps as text -> seconds since the first one. Vectorised for ISO stamps, one by one for other forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from sensorcoach.model import Floats

DateOrder = Literal["us", "uk"]
"""Month first, or day first."""

_TIME: Final = r"(\d\d?):(\d\d):(\d\d)(?:[.,:](\d+))?\s*([AaPp]\.?[Mm]\.?)?"
_ISO: Final = re.compile(r"\s*(\d{4})[-/.](\d\d?)[-/.](\d\d?)[T _,]+" + _TIME + r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*")
_OTHER_DATE: Final = re.compile(
    r"\s*(\d\d?)([-/.])(\d\d?)\2(\d{4}|\d\d)[T _,]+" + _TIME + r"\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?\s*"
)
_CLOCK: Final = re.compile(r"\s*" + _TIME + r"\s*")
_MINUTES: Final = re.compile(r"\s*(\d\d?):(\d\d)[.,](\d+)\s*")
_DATE: Final = re.compile(r"\s*(?:\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2(?:\d{4}|\d\d))\s*")
_ZONE: Final = re.compile(rb"(Z|[+-]\d\d:?\d\d)\Z")
_ISO_SECONDS: Final = len("2018-11-08 11:34:56")
_ISO_MARKS: Final = ((4, b"-/"), (7, b"-/"), (10, b" T"), (13, b":"), (16, b":"), (19, b".,\0"))
"""Where a stamp has which of these bytes; a zero byte: it ended before."""
_ISO_DIGITS: Final = np.array([0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
_ZERO: Final = ord("0")
_YEARS: Final = range(1678, 2262)
"""What 64 bits of nanoseconds hold."""
_DAY_S: Final = 86400
_HOUR_S: Final = 3600
_SECOND_NS: Final = 1_000_000_000

Nanoseconds = NDArray[np.int64]


def is_stamp(cell: str) -> bool:
    """Whether this is a date with time, a time of day, or minutes and seconds with a fraction."""
    return is_dated(cell) or is_clock(cell)


def is_dated(cell: str) -> bool:
    """Whether this is a date with time."""
    return _ISO.fullmatch(cell) is not None or _OTHER_DATE.fullmatch(cell) is not None


def is_clock(cell: str) -> bool:
    """Whether this is a time without a date: of the day, or of the hour."""
    return _CLOCK.fullmatch(cell) is not None or _MINUTES.fullmatch(cell) is not None


def is_date(cell: str) -> bool:
    """Whether this is a date and nothing else."""
    return _DATE.fullmatch(cell) is not None


def orders_possible(cells: Sequence[str]) -> set[DateOrder]:
    """The orders of month and day that all dates allow; both too where no date leaves it open (2025-10-09)."""
    possible: set[DateOrder] = {"us", "uk"}
    for cell in cells:
        match = _OTHER_DATE.fullmatch(cell)
        if match is None or match.group(2) == ".":
            continue
        first, second = int(match.group(1)), int(match.group(3))
        possible -= {"us"} if first > 12 else set()
        possible -= {"uk"} if second > 12 else set()
    return possible


def leaves_order_open(cell: str) -> bool:
    """Whether a stamp does not tell which of its numbers is the month."""
    match = _OTHER_DATE.fullmatch(cell)
    return match is not None and match.group(2) != "." and match.group(1) != match.group(3)


class StampReader:
    """Seconds since the first stamp, block after block; ``start`` is that first instant, None for times of day.

    ``order``: of month and day, where a stamp leaves that open; None: nobody knows, times are right within a day.
    """

    def __init__(self, order: DateOrder | None = None) -> None:
        self.start: str | None = None
        self._order: DateOrder = order or "us"
        self._order_known = order is not None
        self._first_ns: int | None = None
        self._newest_ns: int | None = None
        self._turns = 0

    def of_numbers(self, numbers: Floats) -> Floats | None:
        """None: stamps are no numbers."""
        return None

    def of_cells(self, cells: Sequence[bytes]) -> Floats:
        """(n,) s; NaN where a cell is no stamp."""
        at_ns = _all_at_once(cells)
        valid = np.ones(len(cells), dtype=np.bool_)
        if at_ns is None:
            at_ns, valid = _one_by_one(cells, self._order)
            at_ns = self._over_the_end(at_ns, valid, cells)
        if self._first_ns is None and valid.any():
            first = int(np.argmax(valid))
            self._first_ns = int(at_ns[first])
            if self._order_known or not leaves_order_open(decoded(cells[first])):
                self.start = _instant(decoded(cells[first]), self._first_ns)
        seconds: Floats = np.where(valid, (at_ns - (self._first_ns or 0)) / 1e9, np.nan)
        return seconds

    def _over_the_end(self, at_ns: Nanoseconds, valid: NDArray[np.bool_], cells: Sequence[bytes]) -> Nanoseconds:
        """Times of the day count on after midnight, those of the hour after it."""
        if not valid.any():
            return at_ns
        first = decoded(cells[int(np.argmax(valid))])
        if _CLOCK.fullmatch(first):
            whole_ns = _DAY_S * _SECOND_NS
        elif _MINUTES.fullmatch(first):
            whole_ns = _HOUR_S * _SECOND_NS
        else:
            return at_ns
        times = at_ns[valid]
        before = times[0] if self._newest_ns is None else self._newest_ns
        self._newest_ns = int(times[-1])
        turns = self._turns - np.cumsum(np.rint(np.diff(times, prepend=before) / whole_ns)).astype(np.int64)
        self._turns = int(turns[-1])
        counted = at_ns.copy()
        counted[valid] = times + turns * whole_ns
        return counted


def decoded(cell: bytes) -> str:
    """A stamp's text; anything beyond ASCII cannot be one."""
    return cell.decode("ascii", "replace")


def instant_of(cell: str, order: DateOrder | None) -> str | None:
    """ISO 8601 of one dated stamp; None for times of day, and where the order of its date is not known."""
    reader = StampReader(order)
    reader.of_cells([cell.encode()])
    return reader.start


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
    seconds = dates.astype(np.int64) * _DAY_S + hour * _HOUR_S + minute * 60 + second - offset_s
    at_ns: Nanoseconds = seconds * _SECOND_NS + fraction_ns
    return at_ns


def _one_by_one(cells: Sequence[bytes], order: DateOrder) -> tuple[Nanoseconds, NDArray[np.bool_]]:
    read = [_nanoseconds(decoded(cell), order) for cell in cells]
    valid = np.array([value is not None for value in read], dtype=np.bool_)
    return np.array([value or 0 for value in read], dtype=np.int64), valid


def _nanoseconds(cell: str, order: DateOrder) -> int | None:
    clock = _CLOCK.fullmatch(cell)
    if clock:
        return _time_ns(*clock.groups())
    minutes = _MINUTES.fullmatch(cell)
    if minutes:
        return (int(minutes[1]) * 60 + int(minutes[2])) * _SECOND_NS + _fraction_ns(minutes[3])
    match = _ISO.fullmatch(cell)
    if match:
        year, month, day, *time, zone = match.groups()
    else:
        match = _OTHER_DATE.fullmatch(cell)
        if match is None:
            return None
        first, mark, second, year, *time, zone = match.groups()
        month, day = (first, second) if order == "us" and mark != "." else (second, first)
    days = _days(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    time_ns = _time_ns(*time)
    if days is None or time_ns is None:
        return None
    return (days * _DAY_S - _offset_s(zone)) * _SECOND_NS + time_ns


@lru_cache(maxsize=64)
def _days(year: int, month: int, day: int) -> int | None:
    """Days since 1970."""
    if year not in _YEARS:
        return None
    try:
        return date(year, month, day).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None


def _time_ns(hour: str, minute: str, second: str, fraction: str | None, half: str | None) -> int | None:
    """Nanoseconds since midnight; ``half`` of the day: am or pm."""
    hours = int(hour)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 23 or int(minute) > 59 or int(second) > 59:
        return None
    return (hours * _HOUR_S + int(minute) * 60 + int(second)) * _SECOND_NS + _fraction_ns(fraction)


def _fraction_ns(digits: str | None) -> int:
    return int((digits or "0")[:9].ljust(9, "0"))


def _offset_s(zone: str | None) -> int:
    if not zone or zone in ("Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "")
    seconds = int(digits[:2]) * _HOUR_S + int(digits[2:4]) * 60
    return -seconds if zone[0] == "-" else seconds


def _instant(cell: str, first_ns: int) -> str | None:
    """ISO 8601 of the first stamp, in its own zone where it names one."""
    if is_clock(cell):
        return None
    named = _ZONE.search(cell.strip().encode()) if _ISO.fullmatch(cell) or _OTHER_DATE.fullmatch(cell) else None
    zone = named.group(1).decode() if named else "Z" if cell.strip().endswith(("UTC", "GMT")) else ""
    local = np.datetime64(first_ns + _offset_s(zone) * _SECOND_NS, "ns")
    if len(zone) == len("+0100"):
        zone = f"{zone[:3]}:{zone[3:]}"
    return str(np.datetime_as_string(local, unit="us")) + zone
