"""The safety notice is shown once: whether the person has read it stands in their configuration folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sensorcoach.errors import SettingsError
from sensorcoach.folders import folders

FILE_NAME: Final = "safety_notice_read"
NOTICE: Final = "1"
"""Which notice was read; a new number where it says something new, so that it is shown again."""


def safety_notice_read() -> bool:
    """Whether this person has read today's notice. What cannot be looked up was not read."""
    try:
        return _file().read_text(encoding="ascii").strip() == NOTICE
    except (OSError, UnicodeDecodeError):
        return False


def note_safety_notice_read() -> None:
    """Remember it.

    Raises:
        SettingsError: it cannot be written; the notice will be shown again.
    """
    path = _file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(NOTICE + "\n", encoding="ascii")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", "The safety notice comes again.") from error


def _file() -> Path:
    return folders().config / FILE_NAME
