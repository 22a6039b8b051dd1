"""Several sensors' samples, each with times of its own, on the times of one of them.

Whoever reads them judges by their rate what they can show; so they are hardly denser than those of the slower sensor.
Between two samples values go along straight lines, which never swing beyond them. Nothing is drawn across a hole: there
the row holds NaN and counts as lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.model import Floats

HOLE_PERIODS: Final = 1.75
"""A longer step misses a sample (2 periods); a phone's stamps come late by up to 0.3 periods (measured)."""
MUCH_FASTER: Final = 1.2
"""From this ratio of rates on, the gyroscope's times are used; else the accelerometer's samples stay as they are."""
SLOWEST_HZ: Final = 10.0
"""The slower sensor: a leg's drop has nothing above 4 Hz but its landing; MetaMotion's 12.5 Hz is usual."""
COUNTED_HZ: Final = 20.0
"""So many samples a second are kept of the faster sensor at least: counting takes 18 (definitions.md A)."""
GRADED_HZ: Final = 49.0
"""So many, where the slower sensor has them too: grading takes 50 within 2 % (definitions.md A)."""
LANDING_HZ: Final = 40.0
"""A slower accelerometer does not see how hard the leg lands (a knock lasts some 20 ms)."""
KEPT_S: Final = 1.0
"""Times may step back a little; so much of the other sensor is remembered."""
BURST_SHARE: Final = 0.2
"""More than this share of a block's rows have the time of the row before and other values: times of arrival ..."""
FEWEST_AT_ONCE: Final = 10
"""... if they are more than this: a last block may have but some rows."""
WORTH_TELLING_S: Final = 1.0
"""Sensors start and stop one after the other, by up to 0.4 s in the exports at hand."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Samples of one sensor: ``rows`` yields blocks (n, 4) of t_s and x, y, z in SI, and can be walked through once.

    ``period_s`` is roughly its sampling period. A stream of both sensors has blocks (n, 7).
    """

    name: str
    period_s: float
    rows: Iterator[Floats]


def merged(acc: Stream, gyr: Stream, notices: list[str]) -> Iterator[Floats]:
    """Blocks (n, 7) of t_s, acceleration and turning rate, on times of the faster sensor.

    Of these no more are used than the slower sensor can tell of, as long as they are enough to count with: else 12
    samples a second beside 100 would be graded as 100.

    Raises:
        InputError: one is too slow, or they never ran together (while it is walked through).
    """
    for stream in (acc, gyr):
        if stream.period_s * SLOWEST_HZ > 1.005:
            raise InputError(
                f"{stream.name} has {1 / stream.period_s:.3g} samples a second; at least {SLOWEST_HZ:g} are needed.",
                "Set the sensor to 50 or, for landings, to 100 samples a second.",
            )
    gyroscope_leads = gyr.period_s * MUCH_FASTER < acc.period_s
    main, other = (gyr, acc) if gyroscope_leads else (acc, gyr)
    sees_landings = not gyroscope_leads and gyr.period_s * GRADED_HZ <= 1  # speeds are the gyroscope's, landings not
    step = 1 if sees_landings else _step(main, other)
    times = "the times" if step == 1 else f"1 of {step} times"
    notices.append(
        f"Accelerometer ({1 / acc.period_s:.4g} samples a second) and gyroscope ({1 / gyr.period_s:.4g}) are put on "
        f"{times} of the {'gyroscope' if gyroscope_leads else 'accelerometer'}; holes stay holes."
    )
    pairs = _pairs(replace(main, rows=_one_of(step, main.rows)), other, notices)
    if acc.period_s * LANDING_HZ > 1:
        notices.append("The accelerometer is too slow to show how hard the leg lands.")
    if gyroscope_leads:
        return (np.column_stack((rows[:, :1], beside, rows[:, 1:])) for rows, beside in pairs)
    return (np.column_stack((rows, beside)) for rows, beside in pairs)


def _step(main: Stream, other: Stream) -> int:
    """One of so many samples of ``main`` is kept beside those of ``other``."""
    if other.period_s <= main.period_s * MUCH_FASTER:
        return 1
    enough_hz = GRADED_HZ if other.period_s * GRADED_HZ <= 1 else COUNTED_HZ
    return max(1, min(ceil(other.period_s / main.period_s - 0.05), int(1 / (main.period_s * enough_hz))))


def _one_of(step: int, blocks: Iterator[Floats]) -> Iterator[Floats]:
    """Every ``step``-th row, whatever blocks they come in."""
    first = 0
    for rows in blocks:
        kept = rows[first::step]
        first = (first - len(rows)) % step
        if len(kept):
            yield kept


def summed(first: Stream, second: Stream, notices: list[str]) -> Stream:
    """The first stream with the second one added to its values."""
    rows = (np.column_stack((rows[:, 0], rows[:, 1:] + beside)) for rows, beside in _pairs(first, second, notices))
    return replace(first, name=f"{first.name} + {second.name}", rows=rows)


def _pairs(main: Stream, other: Stream, notices: list[str]) -> Iterator[tuple[Floats, Floats]]:
    """Rows of ``main`` as far as ``other`` ran too, and the values of ``other`` at their times."""
    course = _Course(replace(other, rows=_at_own_times(other)))
    given = False
    before = after = np.inf, -np.inf
    for rows in _at_own_times(main):
        beside = course.at(rows[:, 0])
        early, late = rows[:, 0] < course.begins_s, rows[:, 0] > course.newest_s
        before = _widened(before, rows[early, 0])
        after = _widened(after, rows[late, 0])
        if not (early | late).all():
            given = True
            yield rows[~(early | late)], beside[~(early | late)]
    if not given:
        raise InputError(
            f"{main.name} and {other.name} never ran at the same time.", "They are of different recordings: name one."
        )
    alone_s = max(before[1] - before[0], 0.0) + max(after[1] - after[0], 0.0)
    if alone_s > WORTH_TELLING_S:
        notices.append(f"{alone_s:.1f} s in which only {main.name} ran were left out.")


def _at_own_times(stream: Stream) -> Iterator[Floats]:
    """The blocks of a stream. Which of another sensor's samples belongs to rows that arrived at once, nothing tells."""
    for rows in stream.rows:
        at_once = (np.diff(rows[:, 0]) == 0) & (np.diff(rows[:, 1:], axis=0) != 0).any(axis=1)
        if at_once.sum() > max(FEWEST_AT_ONCE, BURST_SHARE * len(rows)):
            raise InputError(
                f"{stream.name}: several samples have one time, that of their arrival; another sensor's samples cannot "
                "be put beside them.",
                "Export both sensors into one table, or with times of samples; or name the accelerometer's file alone.",
            )
        yield rows


def _widened(span: tuple[float, float], t_s: Floats) -> tuple[float, float]:
    return (min(span[0], float(t_s.min())), max(span[1], float(t_s.max()))) if len(t_s) else span


class _Course:
    """The values of a stream at any time, read as far as asked for."""

    def __init__(self, stream: Stream) -> None:
        self._rows = stream.rows
        self._longest_s = HOLE_PERIODS * stream.period_s
        self._known = np.empty((0, 4))
        self.begins_s = np.inf
        """Its first time."""
        self.newest_s = -np.inf
        """The last time read; where nothing more was found, its last one."""

    def at(self, t_s: Floats) -> Floats:
        """(n, 3) values at the times (n,), NaN in holes and where the stream has not begun or has ended."""
        times = t_s[np.isfinite(t_s)]
        if not len(times):
            return np.full((len(t_s), 3), np.nan)
        self._read(until_s=float(times.max()))
        if not len(self._known):
            return np.full((len(t_s), 3), np.nan)
        known_s, values = self._known[:, 0], self._known[:, 1:]
        later = np.minimum(np.searchsorted(known_s, t_s), len(known_s) - 1)
        earlier = np.maximum(later - 1, 0)
        step_s = known_s[later] - known_s[earlier]
        with np.errstate(invalid="ignore", over="ignore"):  # times may be infinite where a cell is garbage
            share = (t_s - known_s[earlier]) / np.where(step_s > 0, step_s, 1.0)
            line: Floats = values[earlier] + (values[later] - values[earlier]) * share[:, np.newaxis]
        line[(step_s > self._longest_s) | ~((t_s >= known_s[0]) & (t_s <= known_s[-1]))] = np.nan
        met = known_s[later] == t_s
        line[met] = values[later[met]]
        self._known = self._known[max(int(np.searchsorted(known_s, times.min() - KEPT_S)) - 1, 0) :]
        return line

    def _read(self, until_s: float) -> None:
        pieces = [self._known]
        while self.newest_s < until_s:
            block = next(self._rows, None)
            if block is None:
                break
            readable = block[np.isfinite(block).all(axis=1)]
            newest = np.maximum.accumulate(np.concatenate(([self.newest_s], readable[:, 0])))
            rising = readable[readable[:, 0] > newest[:-1]]
            if len(rising):
                self.begins_s = min(self.begins_s, float(rising[0, 0]))
                self.newest_s = float(rising[-1, 0])
                pieces.append(rising)
        self._known = np.concatenate(pieces)
