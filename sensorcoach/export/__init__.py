"""A session for other tools: decoded samples and repetitions with their units, in formats that others read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.export.csv_ import write_csv
from sensorcoach.export.mcap_ import write_mcap
from sensorcoach.export.motion_bids import write_motion_bids
from sensorcoach.export.parquet import write_parquet
from sensorcoach.export.session import ExportedSession, plain_name
from sensorcoach.model import Result
from sensorcoach.outfile import make_private
from sensorcoach.signals import Signals

__all__ = ["FORMATS", "export"]

FORMATS: Final[dict[str, Callable[[ExportedSession, Path], list[Path]]]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "motion-bids": write_motion_bids,
    "mcap": write_mcap,
}
NEEDS: Final = {"parquet": "pyarrow", "mcap": "mcap"}
"""Libraries of the extra ``export``."""


def export(result: Result, signals: Signals, to: str, folder: Path, stem: str) -> list[Path]:
    """Write one session into ``folder``, wholly or not at all.

    Args:
        result: of the session.
        signals: its samples.
        to: one of `FORMATS`.
        folder: made if need be.
        stem: beginning of the names of what is written.

    Returns:
        The files, or the folder, made.

    Raises:
        RecordingError: something of that name is there already, or cannot be written.
        SettingsError: the format is unknown, or its library is not installed.
    """
    if to not in FORMATS:
        raise SettingsError(f"There is no format {to!r}.", f"Known are {', '.join(FORMATS)}.")
    if to in NEEDS and find_spec(NEEDS[to]) is None:
        raise SettingsError(f"Exporting to {to} needs {NEEDS[to]}.", "Install sensorcoach[export].")
    session = ExportedSession(plain_name(stem), result, signals)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as unfinished:
            made = FORMATS[to](session, Path(unfinished))
            return _moved(made, folder)
    except OSError as error:
        raise RecordingError(
            f"{error.filename or folder} cannot be written: {error.strerror}.", "Make room, or name another folder."
        ) from error


def _moved(made: list[Path], folder: Path) -> list[Path]:
    targets = [folder / path.name for path in made]
    for target in targets:
        if target.exists():
            raise RecordingError(f"{target} exists already.", "Name another folder with --out, or remove it first.")
    for path, target in zip(made, targets, strict=True):
        make_private(path)
        shutil.move(path, target)
    return targets
