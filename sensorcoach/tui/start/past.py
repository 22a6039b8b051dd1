"""A finished session as the pages show it in one row, whether the logbook knew it or its recording was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sensorcoach.model import Result
from sensorcoach.output.review import side_review
from sensorcoach.output.words import clock

if TYPE_CHECKING:
    from sensorcoach.app import LoggedSession


@dataclass(frozen=True, slots=True)
class PastSession:
    """``begun``: local time. ``warnings``: all but notes. None: not measured, not known."""

    path: Path | None
    begun: datetime | None
    duration_s: float
    left: int
    right: int
    unknown: int
    warnings: int
    severe: int
    pain: bool
    simulated: bool
    range_left_deg: float | None
    range_right_deg: float | None

    @property
    def reps(self) -> int:
        """Of all sides."""
        return self.left + self.right + self.unknown


def past_session(result: Result, path: Path | None) -> PastSession:
    """The row of a result."""
    summary = result.summary
    severities = [warning.severity for rep in result.reps for warning in rep.warnings]
    severities += [warning.severity for warning in summary.session_warnings]
    return PastSession(
        path=path,
        begun=begun(result.start),
        duration_s=result.duration_s,
        left=summary.left,
        right=summary.right,
        unknown=summary.unknown,
        warnings=sum(severity != "note" for severity in severities),
        severe=severities.count("severe"),
        pain=bool(result.pain),
        simulated=bool(result.sensor.get("simulated")),
        range_left_deg=side_review(result, "left").range_deg,
        range_right_deg=side_review(result, "right").range_deg,
    )


def past_logged(logged: LoggedSession) -> PastSession:
    """The row of a session in the logbook."""
    return PastSession(
        path=logged.recording,
        begun=begun(logged.start),
        duration_s=logged.duration_s,
        left=logged.left,
        right=logged.right,
        unknown=logged.unknown,
        warnings=logged.severe + logged.warned,
        severe=logged.severe,
        pain=bool(logged.pain),
        simulated=logged.simulated,
        range_left_deg=logged.range_left_deg,
        range_right_deg=logged.range_right_deg,
    )


def begun(start: str | None) -> datetime | None:
    """A recording's ``start`` as local time without a zone; None where it has none that can be read."""
    if start is None:
        return None
    try:
        told = datetime.fromisoformat(start)
    except ValueError:
        return None
    return told.astimezone().replace(tzinfo=None) if told.tzinfo is not None else told


def counted_words(past: PastSession) -> str:
    """``5 left, 5 right``."""
    parts = [f"{n} {word}" for n, word in ((past.left, "left"), (past.right, "right")) if n]
    if past.unknown:
        parts.append(f"{past.unknown} of unknown side" if parts else f"{past.unknown} in all")
    return ", ".join(parts) or "none counted"


def warning_words(past: PastSession) -> str:
    """``2``, ``3, severe``, ``pain``, ``none``: told in words, not in colour alone."""
    if past.pain:
        return "pain"
    if not past.warnings:
        return "none"
    return f"{past.warnings}, severe" if past.severe else str(past.warnings)


def date_words(when: datetime | None) -> str:
    """``Sat 21 Nov 2026 07:12``; the same everywhere, so that rows line up."""
    return f"{when:%a %d %b %Y %H:%M}" if when is not None else "date not known"


def length_words(past: PastSession) -> str:
    """``1:02``."""
    return clock(past.duration_s)


def range_words(past: PastSession) -> str:
    """``48° 46°``: left, right."""
    sides = [None if value is None else f"{value:.0f}°" for value in (past.range_left_deg, past.range_right_deg)]
    return " ".join(side or "–" for side in sides)
