"""Which cue a screen shows: the last one worth reading, long enough to be read."""

from __future__ import annotations

from typing import Final

from sensorcoach.model import Cue, CueLevel

HELD_S: Final = 2.0
"""A cue stays so long unless a more severe one comes: a person looks up and reads five words in that time."""
_ONLY_HEARD: Final = frozenset({"breath", "tick"})
_RANK: Final[dict[CueLevel, int]] = {"good": 0, "info": 0, "note": 1, "warn": 2, "severe": 3}


class Banner:
    """``show`` cues in order; ``cue`` is the one to be seen at an instant. Counts in session time only."""

    def __init__(self) -> None:
        self._cue: Cue | None = None
        self._since_s = 0.0
        self._waiting: Cue | None = None

    def show(self, cue: Cue) -> None:
        """The next cue; those that are only heard change nothing."""
        if not _worth_reading(cue):
            return
        at_s = max(cue.t_s, cue.known_s)
        self._settle(at_s)
        if self._cue is None or at_s >= self._since_s + HELD_S or _rank(cue) > _rank(self._cue):
            self._cue, self._since_s, self._waiting = cue, at_s, None
        elif self._waiting is None or _rank(cue) >= _rank(self._waiting):
            self._waiting = cue

    def cue(self, t_s: float) -> Cue | None:
        """The one to be seen at session time ``t_s``, not before the last one was shown."""
        return self._waiting if self._waiting is not None and t_s >= self._since_s + HELD_S else self._cue

    def _settle(self, t_s: float) -> None:
        if self._waiting is not None and t_s >= self._since_s + HELD_S:
            self._cue, self._since_s, self._waiting = self._waiting, self._since_s + HELD_S, None


def _worth_reading(cue: Cue) -> bool:
    """A landing only where it was hard."""
    return cue.kind not in _ONLY_HEARD and (cue.kind != "landing" or _rank(cue) >= _RANK["warn"])


def _rank(cue: Cue) -> int:
    return _RANK[cue.level]
