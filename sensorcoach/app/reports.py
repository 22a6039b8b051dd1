"""Reports of recorded sessions, and how well a count agrees with one made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sensorcoach.app.sessions import Failure
from sensorcoach.choices import Choices
from sensorcoach.errors import InputError, RecordingError, SensorcoachError, SettingsError
from sensorcoach.logbook.logged import LoggedSession
from sensorcoach.model import Direction
from sensorcoach.report.dates import short_date
from sensorcoach.report.markdown import as_markdown
from sensorcoach.report.observed import Observed, observe_files
from sensorcoach.report.page import as_page
from sensorcoach.report.trend import Point


def observe_sessions(
    sessions: Sequence[Sequence[Path]], choices: Choices, on_begin: Callable[[str], None]
) -> Iterator[Observed | Failure]:
    """Each session analysed, with the curves a report draws; ``on_begin`` is told its name before.

    A bad file stops nothing.

    Raises:
        SettingsError: the choices themselves are wrong, so no session can be analysed.
    """
    for paths in sessions:
        name = " + ".join(str(path) for path in paths)
        on_begin(name)
        try:
            yield observe_files(paths, choices)
        except SettingsError:
            raise
        except SensorcoachError as error:
            named = any(str(path) in error.message for path in paths)
            yield Failure(name, str(error) if named else f"{name}: {error}")


def report_page(sessions: Sequence[Observed], over_time: Sequence[LoggedSession] = ()) -> str:
    """One self-contained HTML page; ``over_time``: what its trend shows, the oldest first (else ``sessions``)."""
    return as_page(sessions, [_point(one) for one in over_time])


def report_markdown(sessions: Sequence[Observed]) -> str:
    """The same without pictures, as Markdown."""
    return as_markdown([one.result for one in sessions])


def write_report(files: Sequence[Path], out: Path, choices: Choices) -> None:
    """The page of the one session in some files; what was at ``out`` is replaced.

    Raises:
        InputError: the session cannot be analysed, or ``out`` is one of its files.
        RecordingError: likewise; or ``out`` cannot be written.
    """
    refuse_overwriting(out, files)
    save(out, report_page([observe_files(files, choices)]))


def refuse_overwriting(out: Path, files: Sequence[Path]) -> None:
    """A report never takes the place of a recording it is made from.

    Raises:
        InputError: ``out`` is one of ``files``.
    """
    if out.exists() and any(file.exists() and out.samefile(file) for file in files):
        raise InputError(f"{out} is the recording itself.", "Name another file for the report.")


def save(out: Path, text: str) -> None:
    """Write a report whole or not at all.

    Raises:
        RecordingError: it cannot be written.
    """
    beside = out.with_name(f".{out.name}.new")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RecordingError(f"{out} cannot be written: {error.strerror}.", "Check the folder.") from error


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
