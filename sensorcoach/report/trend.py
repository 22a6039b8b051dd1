"""A session as one point among others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from sensorcoach.model import Direction, Result
from sensorcoach.report.dates import instant, short_date
from sensorcoach.report.sides import DIRECTIONS, KNOWN, UNKNOWN, side_names
from sensorcoach.report.tables import Column, Table, figure_or_none


@dataclass(frozen=True, slots=True)
class Point:
    """One session. By direction: ``reps`` how many, ``range_deg`` their median where there are any.

    ``unknown``: repetitions of which not even the direction is kept. ``drop_time_s``: median of all; None without a
    repetition. ``warnings_a_rep``: without notes; None without a repetition. ``sides_known``: +1 is left, -1 right.
    """

    label: str
    reps: dict[Direction, int]
    range_deg: dict[Direction, float]
    drop_time_s: float | None
    warnings_a_rep: float | None
    sides_known: bool = True
    unknown: int = 0

    @property
    def all_reps(self) -> int:
        """To any side."""
        return sum(self.reps.values()) + self.unknown


def dated(results: Sequence[Result]) -> bool:
    """Whether every session tells when it was."""
    return all(instant(result.start) is not None for result in results)


def in_time(results: Sequence[Result]) -> list[Result]:
    """The sessions in the order in which they happened; as given where one of them does not say when."""
    return sorted(results, key=lambda result: instant(result.start) or 0.0) if dated(results) else list(results)


def as_shown(results: Sequence[Result]) -> list[Result]:
    """The newest first; as given where one of them does not say when."""
    return in_time(results)[::-1] if dated(results) else list(results)


def points(results: Sequence[Result]) -> list[Point]:
    """Each session as a point, labelled with its date, or its number where not all have one."""
    told = dated(results)
    return [_point(result, short_date(result.start) if told else f"{n}") for n, result in enumerate(results, start=1)]


def names_of(points: Sequence[Point]) -> dict[Direction, str]:
    """``left`` and ``right`` where every session knows them."""
    return KNOWN if all(point.sides_known for point in points) else UNKNOWN


def points_table(points: Sequence[Point]) -> Table:
    """The same figures as the picture, for those who do not see it or want to copy them."""
    names = names_of(points)
    unknown = any(point.unknown for point in points)
    columns = (
        Column("session", words=True), Column(names[1]), Column(names[-1]), *(Column("side unknown"),) * unknown,
        Column(f"range {names[1]}", "°"), Column(f"range {names[-1]}", "°"), Column("drop", "s"),
        Column("warnings a repetition"),
    )  # fmt: skip
    rows = tuple(
        (
            point.label,
            *(str(point.reps[direction]) for direction in DIRECTIONS),
            *(str(point.unknown),) * unknown,
            *(figure_or_none(point.range_deg.get(direction), 0) for direction in DIRECTIONS),
            figure_or_none(point.drop_time_s, 1),
            figure_or_none(point.warnings_a_rep, 1),
        )
        for point in points
    )
    return Table("Over the sessions", columns, rows)


def _point(result: Result, label: str) -> Point:
    told = sum(warning.severity != "note" for rep in result.reps for warning in rep.warnings)
    by_side = {direction: [rep for rep in result.reps if rep.direction == direction] for direction in DIRECTIONS}
    return Point(
        label=label,
        reps={direction: len(reps) for direction, reps in by_side.items()},
        range_deg={direction: median(rep.range_deg for rep in reps) for direction, reps in by_side.items() if reps},
        drop_time_s=median(rep.drop_time_s for rep in result.reps) if result.reps else None,
        warnings_a_rep=told / len(result.reps) if result.reps else None,
        sides_known=side_names(result.reps) is KNOWN or not result.reps,
    )
