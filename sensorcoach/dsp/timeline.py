"""From decoded samples, as they come, to one uniform grid: order, rate, holes.

The grid is the sensor's own sequence of samples: one slot a sample, and a slot more for each sample that was lost.
`Samples.t_s` keeps each sample's own time, so a drifting clock changes no filter (design.md, Time). Where rows carry
times of arrival, they are dated by the row counts first (`dsp.arrivals`).

Everything here depends on the samples and never on how they were cut into pushes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.dsp.arrivals import Arrivals, are_of_arrival, rough_period_s
from sensorcoach.dsp.rows import Rows
from sensorcoach.errors import InputError
from sensorcoach.model import Bools, Decoded, Floats, Gap, Samples, StreamCounts
from sensorcoach.settings import SignalSettings

Ints = NDArray[np.intp]

RATE_WINDOW_S: Final = 2.0
"""The rate is measured once over this much signal: with stamps rounded to 1 ms the error is below 0.1 %."""
RATE_WINDOW_SAMPLES: Final = 36
"""... and at least so many samples (`RATE_WINDOW_S` at the lowest rate), so that a hole at the start does no harm."""
RATE_SLACK: Final = 0.995
"""A sensor of exactly the lowest rate must not fail by the rounding of its stamps."""
LONGEST_COUNTED_STEP_S: Final = 0.1
"""A longer step counts as this much of the window: it is a hole at any rate that is analysed."""
HOLE_STEPS: Final = 1.5
"""A step above so many periods may be a hole. Below, no whole sample fits in."""
LONGEST_COUNTED_PERIODS: Final = 10
"""A longer hole cannot be counted in whole periods while the period is only roughly known."""
NEIGHBOURS: Final = 8
"""Samples on either side that tell a hole, which shifts all that follows, from a stamp that came late or early."""


class Timeline:
    """Puts samples on the sensor's grid.

    Repeated rows and times that go back are dropped, rows with NaN count as lost, short holes are filled by straight
    lines and marked, a long one makes the next sample a ``restart``. All of it is counted in ``counts``.
    """

    def __init__(self, signal: SignalSettings) -> None:
        self._signal = signal
        self._period_s: float | None = None
        self._newest_s = -np.inf
        self._unreadable = 0
        """NaN rows since the last sample kept: those before the first and after the last leave no hole to be seen."""
        self._raw = Rows.none()
        """Rows as they came, until it is known whose stamps they carry."""
        self._arrivals: Arrivals | None = None
        """Dates the rows where their stamps are times of arrival."""
        self._newest_arrival = Rows.none()
        """The rows of the newest time of arrival."""
        self._pending = Rows.none()
        """Samples waiting for what follows a possible hole."""
        self._before = Rows.none()
        """The last samples handed out, back to the last possible hole; at most `NEIGHBOURS`."""
        self._stamps_known = False
        self.counts = StreamCounts()

    @property
    def rate_hz(self) -> float | None:
        """The session's one grid rate; None until enough samples have come."""
        return None if self._period_s is None else 1.0 / self._period_s

    @property
    def dated_by_count(self) -> bool:
        """The rows carried times of arrival: they are dated by their count, and what was lost is estimated from it."""
        return self._arrivals is not None

    def push(self, decoded: Decoded) -> Samples | None:
        """The grid as far as it is certain; None if nothing new is.

        Raises:
            InputError: the rate is below ``min_rate_hz``, or a gyroscope appears or vanishes in mid-stream.
        """
        rows = Rows.of(decoded)
        self.counts.received += len(rows)
        if not self._stamps_known:
            self._raw = self._raw.followed_by(rows)
            stamps_s = _rising(self._raw)
            end = _rate_window_end(stamps_s)
            if end is None:
                return None
            rows, self._raw = self._raw, Rows.none()
            self._know_stamps(stamps_s[:end])
        return self._take(rows, ended=False)

    def flush(self) -> Samples | None:
        """The rest, at the end of the stream.

        Raises:
            InputError: the whole stream is too slow.
        """
        rows, self._raw = self._raw, Rows.none()
        if not self._stamps_known:
            stamps_s = _rising(rows)
            if len(stamps_s) and stamps_s[-1] > stamps_s[0]:
                self._know_stamps(stamps_s)
        samples = self._take(rows, ended=True)
        self.counts.lost += self._unreadable
        self._unreadable = 0
        return samples

    def _know_stamps(self, stamps_s: Floats) -> None:
        """Decide from the first stamps, never falling, whose they are."""
        self._stamps_known = True
        own_s = _own_period_s(np.unique(stamps_s))
        if are_of_arrival(stamps_s, own_s):
            self._arrivals = Arrivals(rough_period_s(stamps_s))
        else:
            self._set_period(own_s)

    def _take(self, rows: Rows, *, ended: bool) -> Samples | None:
        if self._arrivals is not None:
            rows = self._arrivals.push(self._as_arrived(rows))
            if ended:
                rows = rows.followed_by(self._arrivals.flush())
            if self._period_s is None and self._arrivals.period_s is not None:
                self._set_period(self._arrivals.period_s)
        self._pending = self._pending.followed_by(self._in_order(rows))
        return None if self._period_s is None else self._advance(ended=ended)

    def _as_arrived(self, rows: Rows) -> Rows:
        """Rows that came at the same time or later; those that cannot be read keep their places."""
        if not len(rows):
            return rows
        with_newest = self._newest_arrival.followed_by(rows)
        known = len(self._newest_arrival)
        stamps_s = np.where(np.isfinite(with_newest.t_s), with_newest.t_s, -np.inf)
        newest_s = np.maximum.accumulate(stamps_s)
        early = np.isfinite(stamps_s) & (stamps_s < newest_s)
        placed = with_newest.dated(newest_s).at(~early)
        repeated = placed.repeated
        self.counts.out_of_order += int(early.sum())
        self.counts.duplicated += int(repeated.sum())
        kept = placed.at(~repeated)
        self._newest_arrival = kept.at(kept.t_s == newest_s[-1])
        kept = kept.part(known, len(kept))
        return kept.at(np.isfinite(kept.t_s))

    def _in_order(self, rows: Rows) -> Rows:
        readable = rows.readable
        newest_before = np.maximum.accumulate(np.concatenate(([self._newest_s], np.where(readable, rows.t_s, -np.inf))))
        kept = readable & (rows.t_s > newest_before[:-1])
        repeated = readable & (rows.t_s == newest_before[:-1])
        self.counts.duplicated += int(repeated.sum())
        self.counts.out_of_order += int((readable & ~kept & ~repeated).sum())
        self._count_unreadable_ends(readable, kept)
        self._newest_s = float(newest_before[-1])
        return rows.at(kept)

    def _count_unreadable_ends(self, readable: Bools, kept: Bools) -> None:
        positions = np.flatnonzero(kept)
        if not len(positions):
            self._unreadable += int((~readable).sum())
            return
        if self._newest_s == -np.inf:
            self.counts.lost += self._unreadable + int((~readable[: positions[0]]).sum())
        self._unreadable = int((~readable[positions[-1] :]).sum())

    def _set_period(self, period_s: float) -> None:
        self._period_s = period_s
        rate_hz = 1.0 / period_s
        if rate_hz < RATE_SLACK * self._signal.min_rate_hz:
            raise InputError(
                f"The sensor gave {rate_hz:.3g} samples a second; "
                f"counting needs at least {self._signal.min_rate_hz:g}.",
                "Set the sensor to 50 or, for landings, to 100 samples a second.",
            )

    def _advance(self, *, ended: bool) -> Samples | None:
        assert self._period_s is not None
        rows = self._before.followed_by(self._pending)
        known = len(self._before)
        suspects = _long_steps(rows.t_s, self._period_s, first=max(known, 1))
        end = len(rows) if ended else _certain_end(suspects, len(rows))
        certain = suspects[suspects < end]
        lost = _lost_at(rows.t_s, certain, suspects, self._period_s)
        self._pending = rows.part(end, len(rows))
        last_suspect = int(certain[-1]) if len(certain) else 0
        self._before = rows.part(max(last_suspect, end - NEIGHBOURS, 0), end)
        if end == known:
            return None
        return self._on_grid(rows.part(0, end), known, certain[lost > 0], lost[lost > 0])

    def _on_grid(self, rows: Rows, known: int, holes: Ints, lost: Ints) -> Samples:
        assert self._period_s is not None
        starts, ends = rows.t_s[holes - 1], rows.t_s[holes]
        fillable = ends - starts <= self._signal.longest_fill_s
        self.counts.lost += int(lost.sum())
        self.counts.filled += int(lost[fillable].sum())
        self.counts.gaps.extend(
            Gap(float(start), float(end), int(number))
            for start, end, number in zip(starts, ends, lost, strict=True)
            if end - start > self._signal.gap_s
        )
        restart = np.zeros(len(rows), dtype=np.bool_)
        restart[holes[~fillable]] = True
        filled_rows, filled, restart = _with_holes_filled(rows, restart, known, holes[fillable], lost[fillable])
        self.counts.clipped += int(filled_rows.clipped.sum())
        return Samples(
            t_s=filled_rows.t_s,
            rate_hz=1.0 / self._period_s,
            acc_sensor=filled_rows.values[:, :3],
            gyr_sensor=filled_rows.values[:, 3:] if filled_rows.values.shape[1] == 6 else None,
            filled=filled,
            clipped=filled_rows.clipped,
            restart=restart,
        )


def sample_period_s(t_s: Floats) -> float:
    """The sensor's period from stamps, its own or those of arrival, holes left out.

    Args:
        t_s: (n,) s, never falling, with at least two different times and no repeated rows.
    """
    own_s = _own_period_s(np.unique(t_s))
    return rough_period_s(t_s) if are_of_arrival(t_s, own_s) else own_s


def _own_period_s(t_s: Floats) -> float:
    """The period of a sensor whose own stamps (n,) s, rising, these are; their rounding is averaged away."""
    steps_s = np.diff(t_s)
    roughly_s = steps_s[steps_s <= HOLE_STEPS * np.median(steps_s)].mean()
    periods = np.rint(steps_s / roughly_s)
    counted = periods <= LONGEST_COUNTED_PERIODS
    return float(steps_s[counted].sum() / max(periods[counted].sum(), 1.0))


def _rising(rows: Rows) -> Floats:
    """The times of the readable rows that do not go back, without repeated ones."""
    readable = rows.at(rows.readable)
    in_order = readable.at(readable.t_s >= np.maximum.accumulate(readable.t_s))
    return in_order.t_s[~in_order.repeated]


def _rate_window_end(t_s: Floats) -> int | None:
    """Number of stamps, never falling, the rate is measured from; None while they have not all come."""
    if len(t_s) < RATE_WINDOW_SAMPLES:
        return None
    covered_s = np.cumsum(np.minimum(np.diff(t_s), LONGEST_COUNTED_STEP_S))
    end = max(int(np.searchsorted(covered_s, RATE_WINDOW_S)) + 2, RATE_WINDOW_SAMPLES)
    return end if end <= len(t_s) else None


def _long_steps(t_s: Floats, period_s: float, first: int) -> Ints:
    """Indices, from ``first`` on, of samples that follow a step too long for one period."""
    return np.flatnonzero(np.diff(t_s[first - 1 :]) > HOLE_STEPS * period_s) + first


def _certain_end(suspects: Ints, count: int) -> int:
    """Everything before the first suspect that still lacks the neighbours to judge it."""
    undecided = suspects[suspects + NEIGHBOURS > count]
    # All but the last of them end at the next suspect, which bounds their neighbours.
    return int(undecided[-1]) if len(undecided) else count


def _lost_at(t_s: Floats, certain: Ints, suspects: Ints, period_s: float) -> Ints:
    """How many samples are missing right before each certain suspect (0: its stamp was only late).

    A lost sample shifts everything after it by a period, a late stamp only itself. So the median position on the grid
    of the samples up to the next suspect is compared with that of the samples since the last one.
    """
    if not len(certain):
        return np.empty(0, dtype=np.intp)
    near = np.arange(NEIGHBOURS)
    number = len(certain)
    next_suspect = np.append(suspects[1:], len(t_s))[:number, np.newaxis]
    last_suspect = np.concatenate(([0], certain[:-1]))[:, np.newaxis]
    after = certain[:, np.newaxis] + near
    before = certain[:, np.newaxis] - 1 - near
    first_after_s, last_before_s = t_s[certain], t_s[certain - 1]
    shift_after_s = t_s[np.minimum(after, len(t_s) - 1)] - first_after_s[:, np.newaxis] - near * period_s
    shift_before_s = t_s[np.maximum(before, 0)] - last_before_s[:, np.newaxis] + near * period_s
    step_s = (
        first_after_s
        - last_before_s
        + _row_medians(shift_after_s, after < next_suspect)
        - _row_medians(shift_before_s, before >= last_suspect)
    )
    return np.maximum(np.rint(step_s / period_s).astype(np.intp) - 1, 0)


def _row_medians(values: Floats, valid: Bools) -> Floats:
    """Median of the valid values of each row; at least one is."""
    ordered = np.sort(np.where(valid, values, np.inf), axis=1)
    number = valid.sum(axis=1)
    row = np.arange(len(values))
    medians: Floats = 0.5 * (ordered[row, (number - 1) // 2] + ordered[row, number // 2])
    return medians


def _with_holes_filled(rows: Rows, restart: Bools, known: int, holes: Ints, lost: Ints) -> tuple[Rows, Bools, Bools]:
    """Rows from ``known`` on, with ``lost`` points on a line before each of ``holes``; which are filled; restarts."""
    if not len(holes):
        return rows.part(known, len(rows)), np.zeros(len(rows) - known, dtype=np.bool_), restart[known:]
    into = np.repeat(holes, lost)
    nth = np.arange(len(into)) - np.repeat(np.cumsum(lost) - lost, lost) + 1
    share = nth / (np.repeat(lost, lost) + 1)
    line_t_s = rows.t_s[into - 1] + (rows.t_s[into] - rows.t_s[into - 1]) * share
    line_values = rows.values[into - 1] + (rows.values[into] - rows.values[into - 1]) * share[:, np.newaxis]
    at = into - known
    return (
        Rows(
            np.insert(rows.t_s[known:], at, line_t_s),
            np.insert(rows.values[known:], at, line_values, axis=0),
            np.insert(rows.clipped[known:], at, False),
        ),
        np.insert(np.zeros(len(rows) - known, dtype=np.bool_), at, True),
        np.insert(restart[known:], at, False),
    )
