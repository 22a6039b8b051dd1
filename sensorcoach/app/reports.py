"""Reports of recorded sessions, and how well a count agrees with one made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sensorcoach.app.sessions import Failure
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError, SettingsError
from sensorcoach.report.observed import Observed, observe_files


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
