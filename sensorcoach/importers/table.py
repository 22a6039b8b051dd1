"""Tables of samples (CSV and the header-less accelerometer form) -> packets of rows, block by block.

What the first block tells (layout, units, gross errors) is settled on opening; what takes the whole file (a column
that never changes, too many broken lines) is kept as running figures and raised at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sensorcoach.devices.rows import rows_packet
from sensorcoach.dsp.rows import are_repeated
from sensorcoach.dsp.timeline import sample_period_s
from sensorcoach.errors import InputError
from sensorcoach.importers.blocks import text_blocks
from sensorcoach.importers.cells import U32, Block, Broken, NumericTime, TimeReader, WrappingTime, read_block
from sensorcoach.importers.choice import AccSign, Asked, ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.gyroscope import checked_turning
from sensorcoach.importers.header import TIME_UNITS, WRAPPING_TENTHS_MS
from sensorcoach.importers.instants import instant, moved
from sensorcoach.importers.layout import Layout, layout_of
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.ordering import Ordering, first_out_of_place, lateness_s
from sensorcoach.importers.sensors import Column, quoted
from sensorcoach.importers.signs import APPLE, FLIPPED, KEPT
from sensorcoach.importers.stamps import StampReader
from sensorcoach.importers.units import (
    ACC_SCALE,
    GYR_SCALE,
    IN_WORDS,
    acceleration_unit,
    is_gravity_in_some_unit,
    rest_magnitude,
)
from sensorcoach.model import Floats, ReadAs

FEWEST_ROWS: Final = 10
MOSTLY_BROKEN: Final = 0.5
"""More than this share of the lines unreadable: not the table it seems to be."""
COARSE_SHARE: Final = 0.2
"""More than this share of the rows repeat the time before with other values: stamps too coarse, not duplicates ..."""
COARSEST_S: Final = 0.25
"""... if they move by more at once: a radio's bursts do not."""
SURELY_MIDNIGHT: Final = 0.99
"""A step back by this share of a day is midnight in a count of the day's seconds, not a recording begun anew."""
REVERSED_SHARE: Final = 0.95
"""More than this share of the first steps go back: the table stands on its head."""
LARGEST_REVERSED_ROWS: Final = 3_000_000
"""Eight hours at 100 samples a second, 170 MB: a table in reverse order must be held in memory."""
REMEMBERED_ROWS: Final = 4096
"""So many rows are remembered to tell a repeated or late block from a clock that goes backwards."""


def open_table(begun: BegunTable, asked: Asked, choice: ColumnChoice, notices: list[str]) -> Recording:
    """Open a table of samples as a recording. See `sensorcoach.importers.open_recording`."""
    table = Table.of(begun, notices)
    path = table.path
    if not table.layout.acc:
        raise InputError(
            f"{path} holds a turning rate ({table.layout.gyr[0].name}) and no acceleration.",
            "Name the accelerometer's file, or one that holds both.",
        )
    layout = table.layout
    units = units_of(table, asked.unit)
    sign = sign_of(layout.sign, asked.acc_sign, notices)
    factors = units.factors * np.concatenate((np.full(3, sign), np.ones(len(units.factors) - 3)))
    blocks = table.rows(factors, alive=layout.acc if layout.gravity else layout.values)
    gyr_unit = None
    if layout.gyr:
        checked = checked_turning(blocks, units.gyr, path.name, notices)
        blocks, gyr_unit = checked.rows, checked.unit
    told = ReadAs(
        choice.program,
        layout.only.value if layout.only is not None and len(layout.only.values) > 1 else layout.sensor,
        [path.name],
        columns_told(layout),
        {"acceleration": IN_WORDS[units.acc], "turning rate": gyr_unit},
        acc_sign="turned round" if sign < 0 else "as written",
        assumed=list(notices),
        left_out=list(layout.unused),
    )
    return Recording(
        profile="samples",
        device_settings={},
        mounting=None,
        start=table.start,
        items=(rows_packet(path.name, rows) for rows in blocks),
        notices=notices,
        sensor={
            "label": path.name,
            "kind": choice.program,
            "gyroscope": gyr_unit is not None,
            "acc_unit": IN_WORDS[units.acc],
            "gyr_unit": gyr_unit,
            "columns": [column.name for column in layout.values],
        },
        read_as=told,
        counts=table.counts,
    )


def sign_of(by_shape: float, asked: AccSign, notices: list[str]) -> float:
    """1, or -1 where acceleration is turned round: as the person says, else as the program's shape does."""
    if asked == "auto":
        if by_shape < 0:
            notices.append(APPLE)
        return by_shape
    if asked == "flip" or by_shape < 0:
        notices.append(FLIPPED if asked == "flip" else KEPT)
    return -1.0 if asked == "flip" else 1.0


def columns_told(layout: Layout) -> dict[str, list[str]]:
    """The names of the columns in use, by what they hold."""
    times = tuple(column for column in (layout.date, layout.time) if column is not None)
    told = {"time": times, "acceleration": layout.acc, "gravity": layout.gravity, "turning rate": layout.gyr}
    return {what: [column.name for column in columns] for what, columns in told.items() if columns}


@dataclass(frozen=True, slots=True)
class BegunTable:
    """A table's first lines and how it is written; ``following``: the rest of it."""

    path: RecordingFile
    layout: Layout
    head: bytes
    following: Iterator[bytes]

    @classmethod
    def read(cls, path: RecordingFile, choice: ColumnChoice, notices: list[str]) -> BegunTable:
        """Read the first lines; what is assumed is added to ``notices``.

        Raises:
            InputError: this is no table.
        """
        blocks = text_blocks(path, notices)
        head = next(blocks)
        return cls(path, layout_of(path, head, choice, notices), head, blocks)


@dataclass(slots=True)
class Table:
    """An opened table: how it is written and what its first block holds. Its rows can be walked through once.

    ``zero_s`` is the time that became 0 when the table was turned round.
    """

    path: RecordingFile
    layout: Layout
    times: TimeReader | None
    first: Block
    period_s: float
    notices: list[str]
    following: Iterator[bytes]
    zero_s: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    """See `Recording.counts`."""

    @classmethod
    def opened(cls, path: RecordingFile, choice: ColumnChoice, notices: list[str]) -> Table:
        """Open a table with acceleration, turning rate or both; what is assumed is added to ``notices``.

        Raises:
            InputError: it is none, or its beginning cannot be used.
        """
        return cls.of(BegunTable.read(path, choice, notices), notices)

    @classmethod
    def of(cls, begun: BegunTable, notices: list[str]) -> Table:
        """Open a table whose first lines are read; see `opened`."""
        path, layout = begun.path, begun.layout
        if layout.streams:
            raise InputError(
                f"{path} holds the rows of several sensors in turns.", "Name the file alone, not with others."
            )
        head = begun.head.split(b"\n", layout.first_line - 1)[-1]
        times = _time_reader(layout, notices)
        first = read_block(head, layout.first_line, layout, times)
        _refuse_mostly_broken(path, first.broken, first.lines, first.first_broken)
        _refuse_empty_columns(path, layout, first)
        readable = np.isfinite(first.values).all(axis=1)
        if readable.sum() < FEWEST_ROWS:
            raise InputError(
                f"{path} has {int(readable.sum())} complete rows in its first {first.lines} lines; "
                f"counting needs at least {FEWEST_ROWS}.",
                "Record or export it again.",
            )
        return cls(path, layout, times, first, _rough_period_s(path, layout, first), notices, begun.following)

    @property
    def start(self) -> str | None:
        """The instant of time 0 (ISO 8601): where the times are of a wall clock, or another column or line tells."""
        clock, first_s = self.layout.clock, self.first.t_s[np.isfinite(self.first.t_s)][:1]
        if isinstance(self.times, StampReader) and self.times.start is not None:
            return moved(self.times.start, self.zero_s) if self.zero_s else self.times.start
        if clock is not None and clock.unix and isinstance(self.times, NumericTime):
            return instant(self.times.zero / self.times.divisor + self.zero_s)
        if clock is not None and clock.wall is not None and len(first_s):
            return moved(clock.wall, -float(first_s[0]))
        return self.layout.start or self.layout.zero

    def rows(self, factors: Floats, *, alive: Sequence[Column]) -> Iterator[Floats]:
        """Blocks (n, 1 + columns) of time in s and values times ``factors`` (columns,).

        The columns ``alive`` change in the course of the table, or their sensor is broken.
        What only the whole table tells is raised and noted when it is over; for a short one that is at once.
        """
        _refuse_coarse_times(self.path, self.layout, self.first)
        if self.is_reversed:
            return _turned(_TableReader(self, factors, alive, forwards=False), self)
        return _TableReader(self, factors, alive).blocks()

    def tell_order(self, ordering: Ordering) -> None:
        """What was done to the rows of this table, at its end."""
        self.notices.extend(ordering.notices())
        self.counts["out_of_order"] = self.counts.get("out_of_order", 0) + ordering.sorted_rows

    @property
    def is_reversed(self) -> bool:
        """Whether its newest row stands first."""
        steps = np.diff(self.first.t_s[np.isfinite(self.first.t_s)])
        steps = steps[steps != 0]  # a radio's bursts
        return len(steps) >= FEWEST_ROWS and bool((steps < 0).mean() > REVERSED_SHARE)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a table and the ``factors`` (3,) or (6,) that make SI of its columns; 1 for a unit not named."""

    acc: str
    gyr: str | None
    factors: Floats


def units_of(table: Table, unit: str | None) -> Units:
    """The units of a table with acceleration, seen from physics.

    Raises:
        InputError: the acceleration shows no gravity, in any unit or in ``unit``.
    """
    path, layout, first, rate_hz = table.path, table.layout, table.first, 1 / table.period_s
    rest = rest_magnitude(first.values[:, :3], rate_hz)
    if not is_gravity_in_some_unit(rest):
        _refuse_constant_columns(path, layout, first)
    acc = first.values[:, :3]
    whole = bool((acc[np.isfinite(acc)] % 1 == 0).all())
    acc_unit = acceleration_unit(path, rest, layout.acc[0].unit, unit, table.notices, whole_numbers=whole)
    gyr_unit = layout.gyr[0].unit if layout.gyr else None
    factors = [ACC_SCALE[acc_unit]] * 3 + [GYR_SCALE.get(gyr_unit or "", 1.0)] * len(layout.gyr)
    return Units(acc_unit, gyr_unit, np.array(factors))


@dataclass(slots=True)
class _TableReader:
    """Walks through the blocks and keeps the figures that only the whole file tells."""

    table: Table
    factors: Floats
    alive: Sequence[Column]
    forwards: bool = True
    count: int = 0
    lines: int = 0
    broken: int = 0
    first_broken: Broken | None = None
    others: int = 0
    ordering: Ordering = field(default_factory=Ordering)
    recent: Floats = field(default_factory=lambda: np.empty((0, 1)))
    lowest: Floats = field(default_factory=lambda: np.full(1, np.inf))
    highest: Floats = field(default_factory=lambda: np.full(1, -np.inf))

    def blocks(self) -> Iterator[Floats]:
        """The rows of each block of the file. The first one is checked before anything is handed out."""
        blocks = self.table.following
        first = self._rows(self.table.first)
        following = next(blocks, None)
        if following is None:
            first = np.concatenate((first, self._held()))
            self._finish()
        return (rows for rows in self._all(first, following, blocks) if len(rows))

    def _all(self, ready: Floats, following: bytes | None, blocks: Iterator[bytes]) -> Iterator[Floats]:
        yield ready
        if following is None:
            return
        text: bytes | None = following
        while text is not None:
            layout = self.table.layout
            yield self._rows(read_block(text, layout.first_line + self.lines, layout, self.table.times))
            text = next(blocks, None)
        yield self._held()
        self._finish()

    def _held(self) -> Floats:
        return self.ordering.flush() if self.forwards else np.empty((0, 1 + len(self.factors)))

    def _rows(self, block: Block) -> Floats:
        self.lines += block.lines
        self.broken += block.broken
        self.first_broken = self.first_broken or block.first_broken
        self.others += block.others
        number = len(block.values)
        if not number:
            return np.empty((0, 1 + len(self.factors)))
        rate_hz = self.table.layout.rate_hz
        t_s = block.t_s if rate_hz is None else (self.count + np.arange(number)) / rate_hz
        self.count += number
        if self.forwards:
            self._check_times(t_s, block)
        self.lowest = np.fmin(self.lowest, np.fmin.reduce(block.values, axis=0))
        self.highest = np.fmax(self.highest, np.fmax.reduce(block.values, axis=0))
        rows = np.empty((number, 1 + len(self.factors)))
        rows[:, 0] = t_s
        np.multiply(block.values, self.factors, out=rows[:, 1:])
        return self.ordering.push(rows) if self.forwards else rows

    def _check_times(self, t_s: Floats, block: Block) -> None:
        rows = np.column_stack((t_s, block.values))
        row = first_out_of_place(rows, self.recent, self.table.period_s)
        if row is not None:
            late_s = lateness_s(np.concatenate((self.recent[:, 0], t_s)))[len(self.recent) + row]
            raise InputError(
                f"{self.table.path}, line {block.line_numbers[row]}: time goes back by {late_s:.3g} s "
                f"(to {t_s[row]:.10g} s); one sample lasts {self.table.period_s:.3g} s.",
                "The file joins several recordings or its clock was set: cut it there and analyse the parts.",
            )
        self.recent = (
            np.concatenate((self.recent, rows))[-REMEMBERED_ROWS:] if len(self.recent) else rows[-REMEMBERED_ROWS:]
        )

    def _finish(self) -> None:
        _refuse_mostly_broken(self.table.path, self.broken, self.lines, self.first_broken)
        only = self.table.layout.only
        if only is not None and self.others and len(only.values) == 1 and not only.asked:
            raise InputError(
                f"{self.table.path}: {only.name!r} is {only.value!r} in the first rows; {self.others} rows further "
                "down are another sensor's.",
                f"Say which one is worn at the knee: --sensor {quoted(only.value)}.",
            )
        for column, lowest, highest in zip(self.table.layout.values, self.lowest, self.highest, strict=True):
            if column in self.alive and not lowest < highest:
                what = f"is {lowest:g} in all {self.count} rows read" if lowest == highest else "holds no number"
                raise _dead_column(self.table.path, column.name, what, gyr=column in self.table.layout.gyr)
        if self.broken and self.first_broken is not None:
            self.table.notices.append(
                f"{self.broken} of {self.lines} lines could not be read and count as lost; the first is line "
                f"{self.first_broken.line}: {self.first_broken.text.strip()[:40]!r}."
            )
        self.table.tell_order(self.ordering)


def _time_reader(layout: Layout, notices: list[str]) -> TimeReader | None:
    clock = layout.clock
    if clock is None:
        notices.append(
            f"Times are counted at {layout.rate_hz:g} samples a second, as --columns or the first lines say."
        )
        return None
    if clock.unit is None:
        return StampReader(clock.order)
    divisor = 10_000 if clock.unit == WRAPPING_TENTHS_MS else round(1 / TIME_UNITS[clock.unit])
    from_first = clock.unix or (layout.start is not None and clock.wall is None)
    if clock.whole is not None:
        # A day's seconds end at midnight and nowhere else; a counter may lose packets around its wrap.
        least = 0.5 if clock.whole == U32 else SURELY_MIDNIGHT
        return WrappingTime(clock.whole, divisor, least=least, from_first=from_first)
    return NumericTime(divisor, from_first)


def _turned(reader: _TableReader, table: Table) -> Iterator[Floats]:
    """The blocks of a table whose newest row stands first, oldest first. It has to be read to its end for that."""
    blocks: list[Floats] = []
    for block in reader.blocks():
        blocks.append(block)
        if reader.count > LARGEST_REVERSED_ROWS:
            raise InputError(
                f"{table.path} is in reverse order, and longer than {LARGEST_REVERSED_ROWS} rows.",
                "Sort it by time, oldest first.",
            )
    table.notices.append("The rows are in reverse order; they were turned round.")
    clock, begins_s = table.layout.clock, float(np.nanmin(blocks[-1][:, 0]))
    if clock is not None and (clock.unix or clock.unit is None):
        table.zero_s = begins_s
    elif clock is not None and clock.whole is not None and begins_s < 0:
        table.zero_s = -clock.whole * TIME_UNITS[clock.unit or "s"]
    ordered = _in_order(blocks, table)
    return (block - [table.zero_s, *[0.0] * len(reader.factors)] for block in ordered if len(block))


def _in_order(blocks: list[Floats], table: Table) -> list[Floats]:
    """Blocks whose newest row stands first, the last block first, each row in its place; they are used up."""
    ordering, ordered = Ordering(), []
    known = np.empty((0, 1))
    while blocks:
        rows = blocks.pop()[::-1]
        row = first_out_of_place(rows, known, table.period_s)
        if row is not None:
            raise InputError(
                f"{table.path} is in reverse order, but for the row of {rows[row, 0]:.10g} s.",
                "The file joins several recordings or its clock was set: cut it there and analyse the parts.",
            )
        known = rows[-REMEMBERED_ROWS:]
        ordered.append(ordering.push(rows))
    ordered.append(ordering.flush())
    table.tell_order(ordering)
    return ordered


def _rough_period_s(path: RecordingFile, layout: Layout, first: Block) -> float:
    if layout.rate_hz is not None:
        return 1 / layout.rate_hz
    assert layout.time is not None
    timed = np.isfinite(first.t_s)
    order = np.argsort(first.t_s[timed], kind="stable")
    times, values = first.t_s[timed][order], first.values[timed][order]
    rising = np.unique(times)
    if len(rising) < FEWEST_ROWS:
        raise InputError(
            f"{path}: the time column {layout.time.name!r} has {len(rising)} different times in "
            f"{len(first.values)} rows.",
            layout.advice(),
        )
    return sample_period_s(times[~are_repeated(times, values)])


def _refuse_coarse_times(path: RecordingFile, layout: Layout, first: Block) -> None:
    """Several rows under one time are duplicates only if they say the same."""
    if layout.time is None:
        return
    same = np.flatnonzero(np.diff(first.t_s) == 0)
    differing = (first.values[same] != first.values[same + 1]).any(axis=1).sum()
    moves = np.diff(np.unique(first.t_s[np.isfinite(first.t_s)]))
    if differing > COARSE_SHARE * len(first.t_s) and np.median(moves) > COARSEST_S:
        raise InputError(
            f"{path}: the time column {layout.time.name!r} stays the same over several samples: "
            "its stamps are too coarse.",
            f"Export times with more digits. {layout.advice()}",
        )


def _refuse_mostly_broken(path: RecordingFile, broken: int, lines: int, first: Broken | None) -> None:
    if first is not None and broken > MOSTLY_BROKEN * lines:
        raise InputError(
            f"{path}, line {first.line}: {first.text.strip()[:40]!r} is not what the columns promise, "
            f"and so in {broken} of {lines} lines.",
            "Export it again as plain numbers; a spreadsheet that saved the file may have rewritten them.",
        )


def _refuse_empty_columns(path: RecordingFile, layout: Layout, first: Block) -> None:
    for column, values in zip(layout.values, first.values.T, strict=True):
        if len(values) and not np.isfinite(values).any():
            raise _dead_column(path, column.name, "holds no number", gyr=column in layout.gyr)


def _refuse_constant_columns(path: RecordingFile, layout: Layout, first: Block) -> None:
    """A dead axis takes gravity away; it is the better explanation of the two."""
    for column, values in zip(layout.acc, first.values.T, strict=False):
        if np.nanmin(values) == np.nanmax(values):
            raise _dead_column(path, column.name, f"is {values[0]:g} in all {len(values)} rows read", gyr=False)


def _dead_column(path: RecordingFile, name: str, what: str, *, gyr: bool) -> InputError:
    advice = (
        "To analyse the accelerometer alone, name only its columns: --columns ax=NAME,ay=NAME,az=NAME."
        if gyr
        else "That axis of the sensor or its export is broken; record or export it again."
    )
    return InputError(f"{path}: column {name!r} {what}.", advice)
