"""What a front may ask for: analyse files, play one back, play or write a simulated session."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensorcoach.analysis import Choices, Listener, analyze_files, analyze_recording
from sensorcoach.errors import SensorcoachError, SettingsError
from sensorcoach.model import Result


@dataclass(frozen=True, slots=True)
class Failure:
    """A session that could not be analysed, with the sentence for the person."""

    file: str
    error: str


def analyze_sessions(
    sessions: Sequence[Sequence[Path]], choices: Choices, on_begin: Callable[[str], None]
) -> Iterator[Result | Failure]:
    """The result of each session, one after the other; ``on_begin`` is told its name before. A bad file stops nothing.

    Raises:
        SettingsError: the choices themselves are wrong, so no session can be analysed.
    """
    for paths in sessions:
        name = " + ".join(str(path) for path in paths)
        on_begin(name)
        try:
            yield analyze_files(paths, choices)
        except SettingsError:
            raise
        except SensorcoachError as error:
            yield Failure(name, str(error) if name in error.message else f"{name}: {error}")
