"""What the lines before a table tell: its rate, when it began, how it writes dates (ActiGraph, GENEActiv, DOT …).

``Measurement Frequency,100 Hz``, ``… date format M/d/yyyy at 30 Hz``, ``OutputRate: 60``, ``Start Time 10:54:00`` with
``Start Date 6/27/2012``, ``StartTime: 2025-12-02 14:37:28.533``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sensorcoach.importers.converted import TIME_ZERO
from sensorcoach.importers.stamps import DateOrder, instant_of, is_date, is_dated, orders_possible

_RATE: Final = re.compile(
    r"(?:(?:measurement|sampl(?:e|ing))[ _-]?(?:frequency|rate)|output ?rate|\bat)\"?[^0-9a-z]{0,12}"
    r"(?:\(?hz\)?\W{0,3})?"
    r"(\d+(?:\.\d+)?)(?P<hz> ?hz)?",
    re.IGNORECASE,
)
_FORM: Final = re.compile(r"date format[ :]+([Mmd])", re.IGNORECASE)
_START_TIME: Final = re.compile(r"start ?time[^0-9]{0,12}(\d[^,;]*\d(?: ?[AaPp][Mm])?)", re.IGNORECASE)
_START_DATE: Final = re.compile(r"start ?date[^0-9]{0,12}(\d+[-/.]\d+[-/.]\d+)", re.IGNORECASE)
LIKELY_HZ: Final = (5.0, 5000.0)


@dataclass(frozen=True, slots=True)
class Preamble:
    """``rate_hz``: samples a second; ``start``: the instant it names as the recording's (ISO 8601), ``zero``: that of
    time 0; ``dates``: the
    order of month and day; each None where it is not told.
    """

    rate_hz: float | None = None
    start: str | None = None
    dates: DateOrder | None = None
    zero: str | None = None


def preamble_of(lines: Sequence[str]) -> Preamble:
    """Read the lines before a table's header and rows."""
    rate_hz = next((found for line in lines if (found := _rate(line)) is not None), None)
    form = next((match[1] for line in lines if (match := _FORM.search(line))), None)
    dates: DateOrder | None = None if form is None else "uk" if form == "d" else "us"
    time = next((match[1].strip() for line in lines if (match := _START_TIME.search(line))), None)
    day = next((match[1] for line in lines if (match := _START_DATE.search(line))), None)
    zero = next((line.removeprefix(TIME_ZERO).strip() for line in lines if line.startswith(TIME_ZERO)), None)
    if time is None:
        return Preamble(rate_hz, None, dates, zero)
    stamp = time if is_dated(time) else f"{day} {time}" if day is not None and is_date(day) else ""
    possible = orders_possible([stamp])
    order = dates if dates in possible else next(iter(possible)) if len(possible) == 1 else None
    return Preamble(rate_hz, instant_of(stamp, order) if is_dated(stamp) else None, dates)


def _rate(line: str) -> float | None:
    match = _RATE.search(line)
    if match is None or (match[0].lower().startswith("at") and not match["hz"]):
        return None
    rate_hz = float(match[1])
    return rate_hz if LIKELY_HZ[0] <= rate_hz <= LIKELY_HZ[1] else None
