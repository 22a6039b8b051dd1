"""Rows of a file in the order of their times: what a radio brings is written down as it came, late or twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from sensorcoach.dsp.rows import are_repeated
from sensorcoach.model import Bools, Floats

LATEST_S: Final = 2.0
"""A row this late, or less, was overtaken on its way; one that is later belongs to another recording."""
CROWDED_SHARE: Final = 0.5
"""Late rows fill holes. If more than this share of them is too many for their times, the clock was set back ..."""
CROWDED_ROWS: Final = 10
"""... unless it is but a burst of some rows."""


@dataclass(slots=True)
class Ordering:
    """Puts rows (n, 1 + columns) of t_s and values in order, block after block; holds the last `LATEST_S`.

    Rows of the same time keep their order, so repeated ones stand behind the first. Rows without a time keep their
    places, and so do those later than `LATEST_S`.
    """

    sorted_rows: int = 0
    """Rows that came late, but for repeated ones."""
    repeated_rows: int = 0
    most_late_s: float = 0.0
    _held: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def push(self, rows: Floats) -> Floats:
        """The rows as far as none that follows can come before them."""
        if not len(rows):
            return rows
        known = len(self._held)
        rows = np.concatenate((self._held, rows)) if known else rows
        late_s = lateness_s(rows[:, 0])
        places_s = newest_s(rows[:, 0]) - np.where(late_s <= LATEST_S, late_s, 0.0)
        if late_s.any() or (np.diff(places_s) == 0.0).any():
            order = np.argsort(places_s, kind="stable")
            rows, places_s, late_s = rows[order], places_s[order], late_s[order]
            self._count(rows, np.where(late_s <= LATEST_S, late_s, 0.0), order >= known)
        certain = int(np.searchsorted(places_s, places_s[-1] - LATEST_S))
        self._held = rows[certain:]
        return rows[:certain]

    def flush(self) -> Floats:
        """The rest, at the end."""
        rest, self._held = self._held, self._held[:0]
        return rest

    def notices(self) -> list[str]:
        """What was done, in words; nothing if every row stood in its place."""
        told = []
        if self.repeated_rows:
            told.append(f"{self.repeated_rows} rows repeat earlier ones and were left out.")
        if self.sorted_rows:
            told.append(f"{self.sorted_rows} rows came up to {self.most_late_s:.2g} s late and were put in order.")
        return told

    def _count(self, rows: Floats, late_s: Floats, new: Bools) -> None:
        repeated = are_repeated(rows[:, 0], rows[:, 1:])
        moved = new & (late_s > 0.0) & ~repeated
        self.repeated_rows += int((new & repeated).sum())
        self.sorted_rows += int(moved.sum())
        self.most_late_s = max(self.most_late_s, float(late_s[moved].max(initial=0.0)))


def newest_s(t_s: Floats) -> Floats:
    """(n,) s the newest time up to each row; −inf before the first time."""
    newest: Floats = np.maximum.accumulate(np.where(np.isfinite(t_s), t_s, -np.inf))
    return newest


def lateness_s(t_s: Floats) -> Floats:
    """(n,) s by which each row comes later than a newer one; 0 for those without a time."""
    return np.where(np.isfinite(t_s), newest_s(t_s) - np.where(np.isfinite(t_s), t_s, 0.0), 0.0)


def first_out_of_place(rows: Floats, known: Floats, period_s: float) -> int | None:
    """The first row that no ordering mends: it is too late, or the clock was set back; None if there is none.

    Args:
        rows: (n, 1 + columns) t_s and values, as they stand in the file.
        known: (m, 1 + columns) those before; m may be 0.
        period_s: the sensor's.
    """
    both = np.concatenate((known, rows)) if len(known) else rows
    late_s = lateness_s(both[:, 0])
    if not late_s[len(known) :].any():
        return None
    by_time = np.argsort(both[:, 0], kind="stable")
    repeated = np.empty(len(both), dtype=np.bool_)
    repeated[by_time] = are_repeated(both[by_time, 0], both[by_time, 1:])
    late = np.flatnonzero((late_s > 0.0) & ~repeated)
    late = late[late >= len(known)]
    too_late = late[late_s[late] > LATEST_S]
    if len(too_late):
        return int(too_late[0]) - len(known)
    if not len(late):
        return None
    begins_s, ends_s = both[late, 0], both[late, 0] + late_s[late]
    times_s = np.sort(both[np.isfinite(both[:, 0]) & ~repeated, 0])
    open_spans = np.searchsorted(np.sort(begins_s), times_s, side="right") - np.searchsorted(np.sort(ends_s), times_s)
    within = open_spans[:-1] > 0
    too_many = within.sum() - np.diff(times_s)[within].sum() / period_s
    crowded = too_many > max(CROWDED_ROWS, CROWDED_SHARE * len(late))
    return int(late[0]) - len(known) if crowded else None
