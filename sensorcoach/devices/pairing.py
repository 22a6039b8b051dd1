"""Two streams of one sensor, acceleration and turning rate, each with its own times: one sample of both, as they come.

The times are those of the acceleration; the turning rate is read off a straight line between its two neighbours in
time, never beyond the first or the last of them and never across a hole. What cannot be paired yet waits, a few seconds
at most.

What comes out depends on the samples and on the order of their packets, never on how packets were grouped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.model import Bools, Decoded, Floats

Ints = NDArray[np.intp]

LONGEST_WAIT_S: Final = 5.0
"""A sample is given up when its own stream is this far ahead and the other has not come: batches of 2 s with a radio
that is blocked for 3 s still pair. At 200 samples a second this is 1000 rows of 5 numbers."""
BRIDGED_PERIODS: Final = 2.5
"""Neighbours further apart (in periods of the turning rate) have a hole between them: one lost sample is bridged."""
_COLUMNS: Final = 5


class Rows(NamedTuple):
    """New samples of one stream: times (n,) s, values (n, 3) SI, clipped (n,)."""

    order: Ints
    """Number of each one's packet, counted from 0 over the packets of both streams."""
    t_s: Floats
    values: Floats
    clipped: Bools

    @classmethod
    def none(cls) -> Rows:
        """No new samples."""
        return cls(np.empty(0, dtype=np.intp), np.empty(0), np.empty((0, 3)), np.empty(0, dtype=np.bool_))


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for its other half. Rows of float64 (time, x, y, z, clipped) as bytes, so that states compare."""

    acc: bytes = b""
    gyr: bytes = b""
    acc_newest_s: float = -np.inf
    gyr_newest_s: float = -np.inf


class _Stream(NamedTuple):
    """Rows in time, those that waited first; ``order`` -1 for them."""

    rows: Floats
    order: Ints
    newest_s: float

    @property
    def t_s(self) -> Floats:
        return self.rows[:, 0]


def paired(waiting: Waiting, acc: Rows, gyr: Rows, gyr_period_s: float) -> tuple[Waiting, Decoded | None]:
    """All samples that become whole with these rows. A row that is not later than all before it is left out."""
    accs = _with_rows(waiting.acc, acc, waiting.acc_newest_s)
    gyrs = _with_rows(waiting.gyr, gyr, waiting.gyr_newest_s)
    right = np.searchsorted(gyrs.t_s, accs.t_s, side="left")
    decided = int(np.searchsorted(right, len(gyrs.rows), side="left"))
    decoded = _whole(accs, gyrs, right[:decided], gyr_period_s, waiting)
    accs_left, gyrs_left = accs.rows[decided:], gyrs.rows
    # Given up: rows that could no longer be paired whatever came.
    accs_left = accs_left[accs_left[:, 0] >= accs.newest_s - LONGEST_WAIT_S]
    # The neighbour before the next acceleration is still needed, nothing before it.
    next_s = accs_left[0, 0] if len(accs_left) else np.nextafter(accs.newest_s, np.inf)
    first = max(int(np.searchsorted(gyrs.t_s, next_s, side="right")) - 1, 0)
    gyrs_left = gyrs_left[first:]
    gyrs_left = gyrs_left[gyrs_left[:, 0] >= gyrs.newest_s - LONGEST_WAIT_S]
    return Waiting(accs_left.tobytes(), gyrs_left.tobytes(), accs.newest_s, gyrs.newest_s), decoded


def _with_rows(waited: bytes, rows: Rows, newest_s: float) -> _Stream:
    before = np.frombuffer(waited, dtype=np.float64).reshape(-1, _COLUMNS)
    old = np.full(len(before), -1)
    if not len(rows.t_s):
        return _Stream(before, old, newest_s)
    later = rows.t_s > np.maximum.accumulate(np.concatenate(([newest_s], rows.t_s)))[:-1]
    new = np.column_stack((rows.t_s, rows.values, rows.clipped))[later]
    newest_s = float(new[-1, 0]) if len(new) else newest_s
    return _Stream(np.concatenate((before, new)), np.concatenate((old, rows.order[later])), newest_s)


def _whole(accs: _Stream, gyrs: _Stream, right: Ints, gyr_period_s: float, waiting: Waiting) -> Decoded | None:
    """The first accelerations, as far as they have neighbours; ``right``: the first turning rate not before each."""
    if not len(right):
        return None
    acc, acc_order = accs.rows[: len(right)], accs.order[: len(right)]
    at_once = gyrs.t_s[right] == acc[:, 0]
    left = np.where(at_once, right, right - 1)
    begun = left >= 0
    left = np.maximum(left, 0)
    before, after = gyrs.rows[left], gyrs.rows[right]
    width_s = after[:, 0] - before[:, 0]
    # How far each stream was when the other's half came: whether it had been given up by then.
    acc_then_s = _newest_before(accs, gyrs.order[right], waiting.acc_newest_s)
    gyr_then_s = _newest_before(gyrs, acc_order, waiting.gyr_newest_s)
    in_time = (acc_then_s - acc[:, 0] <= LONGEST_WAIT_S) & (gyr_then_s - before[:, 0] <= LONGEST_WAIT_S)
    kept = begun & in_time & (width_s <= BRIDGED_PERIODS * gyr_period_s)
    if not kept.any():
        return None
    acc, before, after, width_s = acc[kept], before[kept], after[kept], width_s[kept]
    share = np.divide(acc[:, 0] - before[:, 0], width_s, out=np.zeros(len(acc)), where=width_s > 0)[:, np.newaxis]
    return Decoded(
        t_s=acc[:, 0].copy(),
        acc=acc[:, 1:4].copy(),
        gyr=before[:, 1:4] + (after[:, 1:4] - before[:, 1:4]) * share,
        clipped=(acc[:, 4] + before[:, 4] + after[:, 4]) > 0,
    )


def _newest_before(stream: _Stream, order: Ints, waited_s: float) -> Floats:
    """Newest time of a stream just before the packets of these numbers; -inf for rows that had waited."""
    ends = np.searchsorted(stream.order, order, side="left")
    times = np.concatenate(([waited_s], stream.t_s))
    waited = int(np.searchsorted(stream.order, 0, side="left"))
    newest: Floats = np.where(ends > waited, times[ends], waited_s)
    return np.where(order < 0, -np.inf, newest)
