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
from sensorcoach.importers.cells import (
    Block,
    Broken,
    NumericTime,
    TimeReader,
    WrappingTime,
    number_cells,
    read_block,
)
from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.files import RecordingFile
from sensorcoach.importers.header import TIME_UNITS, WRAPPING_US
from sensorcoach.importers.layout import GIVE_THE_RATE, Column, Layout, decoded_text, layout_of, split_cells
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.ordering import Ordering, first_out_of_place, lateness_s
from sensorcoach.importers.stamps import StampReader, is_stamp
from sensorcoach.importers.units import (
    ACC_SCALE,
    GYR_SCALE,
    IN_WORDS,
    acceleration_unit,
    is_gravity_in_some_unit,
    rest_magnitude,
    turning_unit,
)
from sensorcoach.model import Floats

FEWEST_ROWS: Final = 10
MOSTLY_BROKEN: Final = 0.5
"""More than this share of the lines unreadable: not the table it seems to be."""
COARSE_SHARE: Final = 0.2
"""More than this share of the rows repeat the time before with other values: stamps too coarse, not duplicates ..."""
COARSEST_S: Final = 0.25
"""... if they move by more at once: a radio's bursts do not."""
STEP_ROWS: Final = 64
"""The unit of time is judged by how long so many rows last; a radio's burst has some tens at most."""
REMEMBERED_ROWS: Final = 4096
"""So many rows are remembered to tell a repeated or late block from a clock that goes backwards."""


def open_table(path: RecordingFile, unit: str | None, choice: ColumnChoice) -> Recording:
    """Open a table of samples as a recording. See `sensorcoach.importers.open_recording`."""
    table = Table.opened(path, choice, [])
    if not table.layout.acc:
        raise InputError(
            f"{path} holds a turning rate ({table.layout.gyr[0].name}) and no acceleration.",
            "Name the accelerometer's file, or one that holds both.",
        )
    units = units_of(table, unit)
    blocks = table.rows(units.factors, alive=table.layout.values)
    return Recording(
        profile="samples",
        device_settings={},
        mounting=None,
        start=table.start,
        items=(rows_packet(path.name, rows) for rows in blocks),
        notices=table.notices,
        sensor=_description(table, units),
        counts=table.counts,
    )


@dataclass(frozen=True, slots=True)
class Table:
    """An opened table: how it is written and what its first block holds. Its rows can be walked through once."""

    path: RecordingFile
    layout: Layout
    times: TimeReader | None
    first: Block
    period_s: float
    notices: list[str]
    following: Iterator[bytes]
    counts: dict[str, int] = field(default_factory=dict)
    """See `Recording.counts`."""

    @classmethod
    def opened(cls, path: RecordingFile, choice: ColumnChoice, notices: list[str]) -> Table:
        """Open a table with acceleration, turning rate or both; what is assumed is added to ``notices``.

        Raises:
            InputError: it is none, or its beginning cannot be used.
        """
        blocks = text_blocks(path, notices)
        head = next(blocks)
        layout = layout_of(path, head, choice, notices)
        head = head.split(b"\n", layout.first_line - 1)[-1]
        times = _time_reader(path, layout, head, notices)
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
        return cls(path, layout, times, first, _rough_period_s(path, layout, first), notices, blocks)

    @property
    def start(self) -> str | None:
        """The instant of time 0 (ISO 8601), where the times are wall-clock stamps."""
        return self.times.start if isinstance(self.times, StampReader) else None

    def rows(self, factors: Floats, *, alive: Sequence[Column]) -> Iterator[Floats]:
        """Blocks (n, 1 + columns) of time in s and values times ``factors`` (columns,).

        The columns ``alive`` change in the course of the table, or their sensor is broken.
        What only the whole table tells is raised and noted when it is over; for a short one that is at once.
        """
        _refuse_coarse_times(self.path, self.layout, self.first)
        return _TableReader(self, factors, alive).blocks()


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a table and the ``factors`` (3,) or (6,) that make SI of its columns."""

    acc: str
    gyr: str | None
    factors: Floats


def units_of(table: Table, unit: str | None) -> Units:
    """The units of a table with acceleration, seen from physics.

    Raises:
        InputError: the acceleration shows no gravity, in any unit or in ``unit``.
    """
    path, layout, first, rate_hz = table.path, table.layout, table.first, 1 / table.period_s
    acc, gyr = first.values[:, :3], first.values[:, 3:]
    rest = rest_magnitude(acc, rate_hz)
    if not is_gravity_in_some_unit(rest):
        _refuse_constant_columns(path, layout, first)
    acc_unit = acceleration_unit(path, rest, layout.acc[0].unit, unit, table.notices)
    gyr_unit = turning_unit(gyr, acc, rate_hz, layout.gyr[0].unit, table.notices) if layout.gyr else None
    factors = [ACC_SCALE[acc_unit]] * 3 + ([GYR_SCALE[gyr_unit]] * 3 if gyr_unit else [])
    return Units(acc_unit, gyr_unit, np.array(factors))


@dataclass(slots=True)
class _TableReader:
    """Walks through the blocks and keeps the figures that only the whole file tells."""

    table: Table
    factors: Floats
    alive: Sequence[Column]
    count: int = 0
    lines: int = 0
    broken: int = 0
    first_broken: Broken | None = None
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
            first = np.concatenate((first, self.ordering.flush()))
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
        yield self.ordering.flush()
        self._finish()

    def _rows(self, block: Block) -> Floats:
        self.lines += block.lines
        self.broken += block.broken
        self.first_broken = self.first_broken or block.first_broken
        number = len(block.values)
        if not number:
            return np.empty((0, 1 + len(self.factors)))
        rate_hz = self.table.layout.rate_hz
        t_s = block.t_s if rate_hz is None else (self.count + np.arange(number)) / rate_hz
        self.count += number
        self._check_times(t_s, block)
        self.lowest = np.fmin(self.lowest, np.fmin.reduce(block.values, axis=0))
        self.highest = np.fmax(self.highest, np.fmax.reduce(block.values, axis=0))
        rows = np.empty((number, 1 + len(self.factors)))
        rows[:, 0] = t_s
        np.multiply(block.values, self.factors, out=rows[:, 1:])
        return self.ordering.push(rows)

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
        for column, lowest, highest in zip(self.table.layout.values, self.lowest, self.highest, strict=True):
            if column in self.alive and not lowest < highest:
                what = f"is {lowest:g} in all {self.count} rows read" if lowest == highest else "holds no number"
                raise _dead_column(self.table.path, column.name, what, gyr=column in self.table.layout.gyr)
        if self.broken and self.first_broken is not None:
            self.table.notices.append(
                f"{self.broken} of {self.lines} lines could not be read and count as lost; the first is line "
                f"{self.first_broken.line}: {self.first_broken.text.strip()[:40]!r}."
            )
        self.table.notices.extend(self.ordering.notices())
        self.table.counts["out_of_order"] = self.ordering.sorted_rows


def _time_reader(path: RecordingFile, layout: Layout, head: bytes, notices: list[str]) -> TimeReader | None:
    if layout.time is None:
        notices.append(f"Times are counted at {layout.rate_hz:g} samples a second, as --columns says.")
        return None
    rows = [split_cells(decoded_text(line), layout.separator) for line in head.split(b"\n")[:1000]]
    cells = [row[layout.time.index] for row in rows if len(row) == layout.cells and row[layout.time.index]]
    if not cells:
        raise InputError(
            f"{path}: the time column {layout.time.name!r} is empty.",
            f"Name another one with --columns t=NAME, or {GIVE_THE_RATE}.",
        )
    if sum(is_stamp(cell) for cell in cells[:20]) * 2 > len(cells[:20]):
        return StampReader()
    if layout.time.unit == WRAPPING_US:
        return WrappingTime()
    unit = layout.time.unit if layout.time.unit in TIME_UNITS else _guessed_time_unit(path, layout, cells, notices)
    return NumericTime(round(1 / TIME_UNITS[unit]))


def _guessed_time_unit(path: RecordingFile, layout: Layout, cells: list[str], notices: list[str]) -> str:
    """The unit in which the rows come 5 to 1500 times a second; the ranges of two units do not meet."""
    assert layout.time is not None
    plain = [cell.replace(",", ".") if layout.decimal_comma else cell for cell in cells]
    times = number_cells([cell.encode() for cell in plain])
    times = times[np.isfinite(times)]
    steps = np.diff(times)
    counts_rows = len(steps) > 0 and bool((steps == 1).mean() > 0.9)
    # Over some rows, since stamps come in bursts; of all those the median, since there are holes.
    rows = max(min(STEP_ROWS, len(times) // 2), 1)
    step = abs(float(np.median(times[rows:] - times[:-rows]))) / rows if len(steps) else 0.0
    fitting = [unit for unit, seconds in TIME_UNITS.items() if 1 / 1500 <= step * seconds <= 0.2]
    if counts_rows or not fitting:
        moves = f"moves by {step:g} a row, which is a sample's time in no unit" if step else "does not move"
        raise InputError(
            f"{path}: the time column {layout.time.name!r} {'counts rows' if counts_rows else moves}.",
            f"Name its unit in the header or with --columns (t_s, t_ms, t_us, t_ns), or {GIVE_THE_RATE}.",
        )
    if fitting[0] != "s":
        notices.append(f"Time is taken to be in {fitting[0]}: it moves by {step:g} a row.")
    return fitting[0]


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
            f"Name another one with --columns t=NAME, or {GIVE_THE_RATE}.",
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
            f"Export times with more digits, or {GIVE_THE_RATE}.",
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


def _description(table: Table, units: Units) -> dict[str, object]:
    return {
        "label": table.path.name,
        "kind": "table",
        "gyroscope": bool(table.layout.gyr),
        "acc_unit": IN_WORDS[units.acc],
        "gyr_unit": IN_WORDS[units.gyr] if units.gyr else None,
        "columns": [column.name for column in table.layout.values],
    }
