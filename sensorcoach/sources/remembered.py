"""The sensor used last, in a small file, so that the next session finds the same unit."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from sensorcoach.errors import SettingsError

FILE_NAME: Final = "sensor.json"


class RememberedSensor(msgspec.Struct, frozen=True, kw_only=True):
    """One unit. ``identity`` stays with it on every computer, if it tells; an address may change, a name is shared.

    ``adapter``: of this computer, if one was asked for.
    """

    profile: str
    name: str | None
    identity: str | None
    address: str
    adapter: str | None = None


def load_remembered(folder: Path) -> tuple[RememberedSensor | None, str | None]:
    """The sensor used last, None if there is none; and what was wrong with the file, in a sentence."""
    path = folder / FILE_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=RememberedSensor), None
    except FileNotFoundError:
        return None, None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is damaged"
        return (
            None,
            f"The sensor used last is not known: {path} cannot be read ({why}). The next session writes it anew.",
        )


def save_remembered(folder: Path, sensor: RememberedSensor) -> None:
    """Remember ``sensor``, for this user's eyes only. The file is whole at any moment.

    Raises:
        SettingsError: it cannot be written.
    """
    path = folder / FILE_NAME
    unfinished = folder / f"{FILE_NAME}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(sensor)) + b"\n")
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", "Check the folder.") from error
