"""Sample times, values and clipping side by side, as they come and before they are a grid."""

from __future__ import annotations

import numpy as np

from sensorcoach.errors import InputError
from sensorcoach.model import Bools, Decoded, Floats


class Rows:
    """Sample times (n,) s, values (n, 3) or (n, 6) and clipping (n,)."""

    __slots__ = ("clipped", "t_s", "values")

    def __init__(self, t_s: Floats, values: Floats, clipped: Bools) -> None:
        self.t_s = t_s
        self.values = values
        self.clipped = clipped

    @classmethod
    def none(cls) -> Rows:
        """No rows; any may follow."""
        return cls(np.empty(0), np.empty((0, 0)), np.empty(0, dtype=np.bool_))

    @classmethod
    def of(cls, decoded: Decoded) -> Rows:
        """Those of a decoder's output."""
        # Each axis contiguous: whatever looks at all axes of a sample then works on whole columns.
        axes = decoded.acc.T if decoded.gyr is None else np.concatenate((decoded.acc.T, decoded.gyr.T))
        return cls(np.ascontiguousarray(decoded.t_s), np.ascontiguousarray(axes).T, decoded.clipped)

    def __len__(self) -> int:
        return len(self.t_s)

    @property
    def readable(self) -> Bools:
        """(n,) whether time and values are all finite numbers."""
        finite: Bools = np.isfinite(self.t_s) & np.isfinite(self.values).all(axis=1)
        return finite

    @property
    def repeated(self) -> Bools:
        """(n,) whether a row repeats an earlier one: `are_repeated`."""
        return are_repeated(self.t_s, self.values)

    def part(self, start: int, end: int) -> Rows:
        """Rows ``[start, end)``."""
        return Rows(self.t_s[start:end], self.values[start:end], self.clipped[start:end])

    def at(self, kept: Bools) -> Rows:
        """The rows that are marked."""
        return self if kept.all() else Rows(self.t_s[kept], self.values[kept], self.clipped[kept])

    def dated(self, t_s: Floats) -> Rows:
        """The same rows at other times."""
        return Rows(t_s, self.values, self.clipped)

    def followed_by(self, later: Rows) -> Rows:
        """Both, one after the other.

        Raises:
            InputError: one of them has a gyroscope's values and the other has not.
        """
        if not len(self):
            return later
        if not len(later):
            return self
        if self.values.shape[1] != later.values.shape[1]:
            raise InputError(
                "The gyroscope's values appear or vanish in mid-recording.", "Analyse the two parts as two files."
            )
        return Rows(
            np.concatenate((self.t_s, later.t_s)),
            np.concatenate((self.values, later.values)),
            np.concatenate((self.clipped, later.clipped)),
        )


def are_repeated(t_s: Floats, values: Floats) -> Bools:
    """(n,) whether rows of times (n,) that never fall repeat an earlier one: the same time, the same values (n, any).

    Rows of the same time and other values are none: stamps of arrival come in bursts.
    """
    repeated = np.zeros(len(t_s), dtype=np.bool_)
    for lag in range(1, len(t_s)):
        same_time = np.flatnonzero(t_s[lag:] == t_s[:-lag])
        if not len(same_time):
            break
        same = (values[same_time] == values[same_time + lag]).all(axis=1)
        repeated[same_time[same] + lag] = True
    return repeated
