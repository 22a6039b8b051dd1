"""Which column tells the time of a row, and how: stamps, numbers, seconds since 1970, a date beside a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.importers.header import TIME_UNITS, WRAPPING_TENTHS_MS, WRAPPING_US, Meaning
from sensorcoach.importers.instants import instant
from sensorcoach.importers.numerals import Marks
from sensorcoach.importers.sensors import Column
from sensorcoach.importers.stamps import (
    DateOrder,
    instant_of,
    is_clock,
    is_date,
    is_dated,
    is_stamp,
    leaves_order_open,
    orders_possible,
)
from sensorcoach.model import Floats

Advice = Callable[[], str]
"""What to do about a table that is refused; made only then, for it looks at all its columns."""
UNIX_S: Final = (946_684_800.0, 4_102_444_800.0)
"""The years 2000 to 2100, in s since 1970."""
FASTEST_STEP_S: Final = 1 / 1500
SLOWEST_STEP_S: Final = 0.2
"""Rows come 5 to 1500 times a second; so the ranges of two units do not meet."""
STEP_ROWS: Final = 64
"""The unit of time is judged by how long so many rows last; a radio's burst has some tens at most."""
COARSE_SHARE: Final = 0.2
"""More than this share of the rows repeat the time before: stamps too coarse, where there is a finer column."""
UNEVEN_SHARE: Final = 0.25
"""Median deviation of the steps from their median, as a share of it: more is a time of arrival, not of sampling."""
DAY_S: Final = 86_400
COUNTED_SHARE: Final = 0.9
"""So many steps are exactly 1 where a column counts rows."""
_ELAPSED: Final = (
    "elapsed", "secondselapsed", "elapsedtime", "timeelapsed", "experimenttime", "timesincestart",
)  # fmt: skip
_OF_SAMPLES: Final = ("sample", "sensor", "device", "chip")
"""In names of a sensor's own clock."""


@dataclass(frozen=True, slots=True)
class Clock:
    """How a table tells time. ``unit``: of numbers; None for stamps. ``unix``: they count from 1970.

    ``whole``: after so many of its units the count begins again. ``date``: a column with the date beside a time of day.
    ``wall``: the instant of the first row, from another column.
    """

    column: Column
    unit: str | None = None
    unix: bool = False
    whole: float | None = None
    date: Column | None = None
    order: DateOrder | None = None
    wall: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A column that may tell time, and how usable it is: the more so, the later it sorts."""

    clock: Clock
    meaning: Meaning
    cells: Sequence[str]
    numbers: Floats | None
    refusal: InputError | None
    repeating: float
    uneven: bool

    def fitness(self) -> tuple[bool, bool, bool, bool, bool, bool, bool, int]:
        name = self.meaning.kind
        return (
            bool(self.cells),
            self.refusal is None,
            self.repeating <= COARSE_SHARE,
            not self.uneven,
            self.clock.column.unit in TIME_UNITS,
            name in _ELAPSED,
            any(word in name for word in _OF_SAMPLES),
            -self.clock.column.index,
        )


def clock_of(
    path: object,
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    rows: Sequence[Sequence[str]],
    dates: DateOrder | None,
    advice: Advice,
    notices: list[str],
    marks: Marks,
) -> Clock:
    """The finest usable time column.

    Args:
        path: for messages.
        names: of the columns.
        meanings: of columns by place; columns of stamps are seen by what they hold, too.
        rows: the cells of the first rows.
        dates: order of month and day, as told by the person or the file.
        advice: what to do where no column is usable.
        notices: what was assumed is added here.
        marks: how numbers are written.

    Raises:
        InputError: there is none.
    """
    times = {place: meaning for place, meaning in meanings.items() if meaning.quantity == "time"}
    columns = _columns(rows, len(names))
    date = next((place for place in columns if _mostly(columns[place], is_date)), None)
    for place, cells in columns.items():
        if place not in times and place not in meanings and _mostly(cells, is_stamp):
            times[place] = Meaning("time", "", None, kind=names[place].lower())
    found = [
        _candidate(path, Column(place, names[place], meaning.unit), meaning, columns, date, dates, advice, marks)
        for place, meaning in sorted(times.items())
        if place != date
    ]
    if not found:
        raise InputError(f"{path} has no time column (its columns: {', '.join(names)[:200]}).", advice())
    best = max(found, key=_Candidate.fitness)
    if best.refusal is not None:
        raise best.refusal
    _say(best, found, rows, notices)
    return _with_wall(best, found)


def _candidate(
    path: object,
    column: Column,
    meaning: Meaning,
    columns: Mapping[int, Sequence[str]],
    date: int | None,
    dates: DateOrder | None,
    advice: Advice,
    marks: Marks,
) -> _Candidate:
    cells = [cell for cell in columns.get(column.index, ()) if cell]
    numbers = marks.numbers(cells)
    stamps = _mostly(cells, is_stamp)
    if not cells or not (stamps or np.isfinite(numbers).any()):
        refusal = InputError(f"{path}: the time column {column.name!r} is empty.", advice())
        return _Candidate(Clock(column), meaning, cells, None, refusal, 1.0, False)
    if stamps:
        beside = None if date is None or not _mostly(cells, is_clock) else Column(date, "date", None)
        texts = cells if beside is None else [" ".join(pair) for pair in zip(columns[date or 0], cells, strict=False)]
        possible = orders_possible(texts)
        order = dates if dates in possible else None
        order = order or (next(iter(possible)) if len(possible) == 1 else None)
        order = order or (None if any(map(leaves_order_open, texts[:1])) else "us")
        repeats = sum(one == other for one, other in zip(texts, texts[1:], strict=False)) / len(texts)
        return _Candidate(Clock(column, date=beside, order=order), meaning, cells, None, None, repeats, False)
    steps = np.diff(numbers[np.isfinite(numbers)])
    repeats = float((steps == 0).mean()) if len(steps) else 1.0
    moving = steps[steps != 0]
    step = abs(float(np.median(moving))) if len(moving) else 0.0
    uneven = bool(step and np.median(np.abs(np.abs(moving) - step)) > UNEVEN_SHARE * step)
    unit, whole, why_not = _unit(path, column, numbers[np.isfinite(numbers)], advice)
    if unit is None:
        return _Candidate(Clock(column), meaning, cells, numbers, why_not, repeats, uneven)
    first = float(numbers[np.isfinite(numbers)][0])
    unix = UNIX_S[0] <= first * TIME_UNITS.get(unit, 0.0) <= UNIX_S[1]
    if whole is None and 0 <= first * TIME_UNITS[unit] < DAY_S:
        whole = DAY_S / TIME_UNITS[unit]
    return _Candidate(Clock(column, unit, unix, whole), meaning, cells, numbers, why_not, repeats, uneven)


def _unit(
    path: object, column: Column, times: Floats, advice: Advice
) -> tuple[str | None, float | None, InputError | None]:
    """The unit of numeric times and what they wrap at; else why there is none."""
    if column.unit == WRAPPING_US:
        return "us", 2.0**32, None
    if column.unit == WRAPPING_TENTHS_MS:
        return WRAPPING_TENTHS_MS, 2.0**32, None
    if column.unit in TIME_UNITS:
        return column.unit, None, None
    steps, step = np.diff(times), step_a_row(times)
    counts_rows = len(steps) > 0 and bool((steps == 1).mean() > COUNTED_SHARE)
    fitting = [unit for unit, seconds in TIME_UNITS.items() if FASTEST_STEP_S <= step * seconds <= SLOWEST_STEP_S]
    if counts_rows or not fitting:
        moves = f"moves by {step:g} a row, which is a sample's time in no unit" if step else "does not move"
        what = "counts rows" if counts_rows else moves
        unit = "" if counts_rows else "Name its unit in the header (t_s, t_ms, t_us, t_ns). "
        return None, None, InputError(f"{path}: the time column {column.name!r} {what}.", unit + advice())
    return fitting[0], None, None


def step_a_row(times: Floats) -> float:
    """By how much times (n,) move a row: over some rows, since stamps come in bursts; of these the median: holes."""
    rows = max(min(STEP_ROWS, len(times) // 2), 1)
    return abs(float(np.median(times[rows:] - times[:-rows]))) / rows if len(times) > 1 else 0.0


def _say(best: _Candidate, found: Sequence[_Candidate], rows: Sequence[Sequence[str]], notices: list[str]) -> None:
    clock = best.clock
    if clock.unit is not None and clock.column.unit is None and clock.unit != "s" and best.numbers is not None:
        step = step_a_row(best.numbers[np.isfinite(best.numbers)])
        notices.append(f"Time is taken to be in {clock.unit}: it moves by {step:g} a row.")
    if clock.unit == WRAPPING_TENTHS_MS:
        notices.append(f"Time {clock.column.name!r} is taken to count 0.1 ms.")
    coarser = [one for one in found if one is not best and (one.repeating > COARSE_SHARE or one.uneven) and one.cells]
    if coarser:
        why = "stands still over several samples" if coarser[0].repeating > COARSE_SHARE else "moves in leaps"
        notices.append(f"Time is {clock.column.name!r}; {coarser[0].clock.column.name!r} {why}.")
    if clock.unit is None and clock.order is None:
        notices.append(
            f"The date {best.cells[0] if clock.date is None else rows[0][clock.date.index]!r} leaves open which number "
            "is the month: --dates us or --dates uk tells; until then the recording has no start."
        )


def _with_wall(best: _Candidate, found: Sequence[_Candidate]) -> Clock:
    """The clock with the instant of its first row, where only another column tells that."""
    clock = best.clock
    if clock.unix or clock.unit is None:
        return clock
    for other in found:
        if other.refusal is None and other.clock.unit is None and is_dated(other.cells[0]):
            return Clock(
                clock.column, clock.unit, False, clock.whole, wall=instant_of(other.cells[0], other.clock.order)
            )
        if other.clock.unix and other.numbers is not None:
            wall = instant(float(other.numbers[0]) * TIME_UNITS[other.clock.unit or "s"])
            return Clock(clock.column, clock.unit, False, clock.whole, wall=wall)
    return clock


def _columns(rows: Sequence[Sequence[str]], number: int) -> dict[int, list[str]]:
    """The cells of each column, without rows of another length."""
    return {place: [row[place].strip() for row in rows if len(row) > place] for place in range(number)}


def _mostly(cells: Sequence[str], holds: Callable[[str], bool]) -> bool:
    filled = [cell for cell in cells if cell][:20]
    return bool(filled) and sum(map(holds, filled)) * 2 > len(filled)
