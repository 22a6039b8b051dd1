"""A session as the logbook tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LoggedSession:
    """One finished session. Counts ``left``, ``right`` and ``unknown`` are those with the person's corrections.

    ``number``: by which people call it. ``recording``: its file, wherever it now is; ``size_bytes`` of it, 0 if it is
    gone. ``start``: wall-clock, ISO 8601. ``detected``: repetitions before corrections. ``severe``, ``warned``,
    ``noted``: warnings of each severity, of reps and session. ``pain``: how often the person said that it hurts.
    ``target_a_side`` and ``comfort_…_deg``: in force in that session; None or 0: none. Ranges and drop time are medians
    of its reps; None where there are none.
    """

    number: int
    recording: Path
    size_bytes: int
    person: str | None
    start: str
    duration_s: float
    simulated: bool
    sensor: str
    rate_hz: float | None
    detected: int
    left: int
    right: int
    unknown: int
    cycles: int
    severe: int
    warned: int
    noted: int
    pain: int
    target_a_side: int | None
    comfort_left_deg: float | None
    comfort_right_deg: float | None
    range_deg: float | None
    range_left_deg: float | None
    range_right_deg: float | None
    drop_time_s: float | None
    version: str

    @property
    def day(self) -> date:
        """The day on which it began, where the person was."""
        return datetime.fromisoformat(self.start).date()

    @property
    def reps(self) -> int:
        """All repetitions, with the corrections."""
        return self.left + self.right + self.unknown

    @property
    def warnings_a_rep(self) -> float | None:
        """Warnings above a note for each detected repetition; None without one."""
        return (self.severe + self.warned) / self.detected if self.detected else None

    def reached(self, reps_a_side: int) -> bool:
        """Both sides have so many; where sides are unknown, twice as many in all."""
        if self.unknown:
            return self.reps >= 2 * reps_a_side
        return min(self.left, self.right) >= reps_a_side
