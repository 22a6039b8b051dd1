"""One session of many, as a process of its own can do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sensorcoach.analysis import analyze_files
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError, SettingsError
from sensorcoach.failures import failure_words
from sensorcoach.model import Result

Session = tuple[Path, ...]
"""The files of one session."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A session that could not be analysed, with the sentence for the person."""

    file: str
    error: str


Outcome = Result | Failure


def session_name(paths: Sequence[Path]) -> str:
    """``a.csv + b.csv``."""
    return " + ".join(str(path) for path in paths)


def analyze_one(paths: Session, choices: Choices) -> Outcome:
    """The result of the session in some files, or why there is none.

    Raises:
        SettingsError: the choices themselves are wrong, so no session can be analysed.
    """
    try:
        return analyze_files(paths, choices)
    except SettingsError:
        raise
    except SensorcoachError as error:
        return failed(paths, error)
    except Exception as error:  # whatever is wrong with one file, the others are none the worse
        return failed_unexpectedly(paths, error)


def failed_unexpectedly(paths: Sequence[Path], error: Exception) -> Failure:
    """The same of an error that nobody raised on purpose."""
    name = session_name(paths)
    return Failure(name, f"{name}: {failure_words(error)}")


def failed(paths: Sequence[Path], error: SensorcoachError) -> Failure:
    """The sentence names the session, also where the error does not."""
    name = session_name(paths)
    named = any(str(path) in error.message for path in paths)
    return Failure(name, str(error) if named else f"{name}: {error}")


def died(paths: Session) -> Failure:
    """The process that analysed the session was gone before it could say anything."""
    return Failure(
        session_name(paths),
        f"{session_name(paths)}: the process that analysed it died. Free memory may have run out: analyse it alone.",
    )
