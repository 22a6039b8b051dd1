"""What was told of a session, in order, each at the time at which it became known, with what the coach says to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Protocol

from sensorcoach.model import Control, Cue, LinkEvent, Notice, StageChanged, StageName, Told, Trace
from sensorcoach.session.picture import StreamFigures
from sensorcoach.session.stages import stage_after

Kept = Told | StreamFigures


class Advising(Protocol):
    """The coach."""

    def push(self, told: Sequence[Told]) -> list[Cue]:
        """What there is to say now."""

    def advance(self, t_s: float) -> list[Cue]:
        """What became due by session time ``t_s``."""

    def close(self, t_s: float) -> list[Cue]:
        """What there is to say at the end."""


class Tape:
    """``add`` in order; ``items`` and ``known_s`` side by side, the times never falling."""

    def __init__(self, coach: Advising) -> None:
        self.items: list[Kept] = []
        self.known_s: list[float] = []
        self._coach = coach
        self._stage: StageName = "armed"

    def add(self, told: Kept) -> None:
        """The next one; cues that were due before it come first, those about it behind it."""
        self.advance(known_s(told))
        self._append(told)
        if not isinstance(told, StreamFigures):
            self._append(*self._coach.push((told,)))
        if isinstance(told, StageChanged):
            self._stage = told.stage
        stage = stage_after(told, self._stage) if isinstance(told, Control) else None
        if stage is not None and self._stage != "ended":
            self.add(stage)

    def advance(self, t_s: float) -> None:
        """Nothing else became known up to session time ``t_s``."""
        self._append(*self._coach.advance(t_s))

    def close(self, t_s: float) -> None:
        """Nothing else will become known."""
        if self._stage != "ended":
            self.add(StageChanged(t_s, "ended", reason="recording"))
        self._append(*self._coach.close(t_s))

    def count_until(self, t_s: float) -> int:
        """How many items were known at ``t_s``."""
        return bisect_right(self.known_s, t_s)

    def again(self, coach: Advising, changed: Callable[[Kept], Kept]) -> Tape:
        """The same session with some items ``changed`` and what another coach says to it."""
        tape = Tape(coach)
        for item in self.items:
            if not isinstance(item, Cue | StageChanged):
                tape.add(changed(item))
        return tape

    def _append(self, *items: Kept) -> None:
        for item in items:
            self.items.append(item)
            self.known_s.append(max(known_s(item), self.known_s[-1] if self.known_s else known_s(item)))


def known_s(told: Kept) -> float:
    """Session time at which somebody who watched would have learnt of it."""
    match told:
        case Cue():
            return max(told.t_s, told.known_s)
        case Control() | LinkEvent() | Notice() | StageChanged() | StreamFigures():
            return told.t_s
        case Trace():
            return float(told.t_s[-1])
    return told.known_s
