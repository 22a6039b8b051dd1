"""What the sessions show over the weeks: a few figures a session, and how many days in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sensorcoach.logbook.logged import LoggedSession

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Trend:
    """One figure, a value a session, the oldest first; None where a session does not tell."""

    name: str
    unit: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Streak:
    """Days in a row with a session. ``days``: up to today, or yesterday while today is not over; ``longest``: ever."""

    days: int
    longest: int


def trends(sessions: Sequence[LoggedSession]) -> list[Trend]:
    """The figures worth following; simulated sessions are left out.

    Args:
        sessions: of one person, the oldest first.
    """
    real = [one for one in sessions if not one.simulated]
    found = [
        Trend("reps left", "", tuple(float(one.left) for one in real)),
        Trend("reps right", "", tuple(float(one.right) for one in real)),
        Trend("reps, side unknown", "", tuple(float(one.unknown) for one in real)),
        Trend("range left", "°", tuple(one.range_left_deg for one in real)),
        Trend("range right", "°", tuple(one.range_right_deg for one in real)),
        Trend("range", "°", tuple(one.range_deg if one.unknown else None for one in real)),
        Trend("drop time", "s", tuple(one.drop_time_s for one in real)),
        Trend("warnings a rep", "", tuple(one.warnings_a_rep for one in real)),
    ]
    needed = ("reps left", "reps right", "drop time", "warnings a rep")
    return [trend for trend in found if trend.name in needed or any(trend.values)]


def streak(sessions: Sequence[LoggedSession], today: date) -> Streak:
    """Of days with a repetition in a session that happened."""
    days = {one.day for one in sessions if one.reps and not one.simulated}
    runs: dict[date, int] = {}  # how many days in a row end on a day
    for day in sorted(days):
        runs[day] = runs.get(day - _DAY, 0) + 1
    return Streak(runs.get(today, runs.get(today - _DAY, 0)), max(runs.values(), default=0))
