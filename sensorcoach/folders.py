"""Where things are kept, as the system wants it. A folder is made when it is first needed, for its owner only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sensorcoach.errors import RecordingError

_NAME: Final = "sensorcoach"


@dataclass(frozen=True, slots=True)
class Folders:
    """``recordings``: live sessions. ``config``: settings, the remembered sensor. ``log``: what bug reports need."""

    recordings: Path
    config: Path
    log: Path

    @property
    def logbook(self) -> Path:
        """The database of finished sessions, beside the recordings."""
        return self.recordings.parent / "logbook.sqlite"


def folders() -> Folders:
    """The folders of this user on this computer; nothing is made yet."""
    import platformdirs

    return Folders(
        recordings=platformdirs.user_data_path(_NAME, appauthor=False) / "recordings",
        config=platformdirs.user_config_path(_NAME, appauthor=False),
        log=platformdirs.user_log_path(_NAME, appauthor=False),
    )


def made(folder: Path) -> Path:
    """``folder``, made if need be, readable by its owner only.

    Raises:
        RecordingError: it cannot be made.
    """
    try:
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        for place in reversed(missing):
            place.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise RecordingError(
            f"The folder {folder} cannot be made: {error.strerror}.",
            "Name a file with --out, or count without recording: --no-record.",
        ) from error
    return folder


def numbered(folder: Path, name: str, but: Path | None = None) -> Path:
    """``folder / name``, or with the first number behind its stem that no file has, and that is not ``but``."""
    stem, dot, ending = name.partition(".")
    path = folder / name
    number = 2
    while path.exists() or path == but:
        path = folder / f"{stem}_{number}{dot}{ending}"
        number += 1
    return path
