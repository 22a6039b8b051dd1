"""Reports of recorded sessions, and how well a count agrees with one made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sensorcoach.analysis import analyze_files
from sensorcoach.app.log import logged_session, sessions_logged, settings_logged
from sensorcoach.batch import Failure, failed, failed_unexpectedly
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError, LogbookError, SensorcoachError, SettingsError
from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.model import Direction
from sensorcoach.outfile import free_name, unfinished
from sensorcoach.report.agreement import Agreement, agreement
from sensorcoach.report.agreement_words import agreement_lines
from sensorcoach.report.dates import short_date
from sensorcoach.report.markdown import as_markdown
from sensorcoach.report.observed import Observed, observe_files
from sensorcoach.report.page import as_page
from sensorcoach.report.trend import Point
from sensorcoach.report.truth import read_truth

__all__ = [
    "Observed", "agreement_lines", "agreement_with", "last_session", "observe_session", "refuse_over_recordings",
    "report_markdown", "report_page", "save_report", "session_files", "sessions_before", "write_report",
]  # fmt: skip

MOST_IN_TREND = 30
"""Sessions that can still be told apart across a page."""


def observe_session(paths: Sequence[Path], choices: Choices) -> Observed | Failure:
    """The session in some files, with the curves a report draws, or why there is none.

    Raises:
        SettingsError: the choices themselves are wrong, so no session can be analysed.
    """
    try:
        return observe_files(paths, choices)
    except SettingsError:
        raise
    except SensorcoachError as error:
        return failed(paths, error)
    except Exception as error:  # one bad file stops nothing
        return failed_unexpectedly(paths, error)


def report_page(sessions: Sequence[Observed], over_time: Sequence[LoggedSession] = ()) -> str:
    """One self-contained HTML page; ``over_time``: what its trend shows, the oldest first (else ``sessions``)."""
    return as_page(sessions, [_point(one) for one in over_time])


def report_markdown(sessions: Sequence[Observed], over_time: Sequence[LoggedSession] = ()) -> str:
    """The same without pictures, as Markdown."""
    return as_markdown([one.result for one in sessions], [_point(one) for one in over_time])


def write_report(files: Sequence[Path], out: Path, choices: Choices) -> Path:
    """The page of the one session in some files, at ``out``, or beside what is there already; where it is.

    Raises:
        InputError: the session cannot be analysed.
        RecordingError: likewise; or it cannot be written.
    """
    text = report_page([observe_files(files, choices)])
    out = free_name(out)
    save_report(out, text)
    return out


def agreement_with(files: Sequence[Path], truth: Path, choices: Choices) -> Agreement:
    """How well the count of the one session in some files agrees with the labels in ``truth``.

    Raises:
        InputError: the session cannot be analysed, or the labels cannot be understood.
        RecordingError: a session file is damaged beyond what can be read.
        SettingsError: the choices cannot be used.
    """
    labels = read_truth(truth)
    return agreement(analyze_files(files, choices), labels)


def session_files(number: int, choices: Choices) -> tuple[list[Path], Choices]:
    """The recording of a logged session, and ``choices`` with the settings it was graded with unless others are given.

    Raises:
        LogbookError: there is no such session, its recording is gone, or the logbook cannot be used.
    """
    logged = logged_session(number)
    if not logged.recording.exists():
        raise LogbookError(
            f"The recording of session {number} is gone: {logged.recording}.", "Only `sensorcoach log` still has it."
        )
    if choices.settings is not None:
        return [logged.recording], choices
    settings, notices = settings_logged(number)
    return [logged.recording], msgspec.structs.replace(choices, settings=settings, notices=notices)


def sessions_before(number: int) -> list[LoggedSession]:
    """What the trend of a logged session's report shows: the person's sessions up to it, the last `MOST_IN_TREND`.

    Simulated ones stand beside simulated ones only.

    Raises:
        LogbookError: see `session_files`.
    """
    logged = logged_session(number)
    same = [one for one in sessions_logged(logged.person) if one.simulated == logged.simulated]
    return [one for one in same if one.start <= logged.start][-MOST_IN_TREND:]


def last_session(person: str | None) -> int:
    """The number of the newest session of a person.

    Raises:
        LogbookError: there is none, or the logbook cannot be used.
    """
    logged = sessions_logged(person)
    if not logged:
        whose = "" if person is None else f" of {person}"
        raise LogbookError(
            f"The logbook has no session{whose} yet.", "Name a recording: sensorcoach report FILE -o report.html"
        )
    return logged[-1].number


def refuse_over_recordings(out: Path, files: Sequence[Path]) -> None:
    """A report never takes the place of a recording it is made from, whatever the person says.

    Raises:
        InputError: ``out`` is one of ``files``.
    """
    if out.exists() and any(file.exists() and out.samefile(file) for file in files):
        raise InputError(f"{out} is the recording itself.", "Name another file for the report.")


def save_report(out: Path, text: str, *, replace: bool = False) -> None:
    """Write a report whole or not at all.

    Raises:
        RecordingError: it cannot be written, or is there and may not be replaced.
    """
    with unfinished(out, replace=replace) as file:
        file.write_text(text, encoding="utf-8")


def _point(logged: LoggedSession) -> Point:
    ranges: tuple[tuple[Direction, float | None], ...] = ((1, logged.range_left_deg), (-1, logged.range_right_deg))
    return Point(
        label=short_date(logged.start),
        reps={1: logged.left, -1: logged.right},
        range_deg={direction: value for direction, value in ranges if value is not None},
        drop_time_s=logged.drop_time_s,
        warnings_a_rep=logged.warnings_a_rep,
        unknown=logged.unknown,
    )
