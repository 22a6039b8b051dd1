"""The recordings under a folder, however deep."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sensorcoach.errors import InputError
from sensorcoach.importers import grouped, movesense, phyphox, sensor_logger
from sensorcoach.importers.blocks import first_bytes
from sensorcoach.importers.export import HeadedFile
from sensorcoach.importers.files import MOST_FILES
from sensorcoach.recording import is_session_start

ENDINGS: Final = (
    ".jsonl", ".csv", ".tsv", ".txt", ".json", ".zip", ".samples.parquet", ".mcap", ".cwa", ".gt3x",
)  # fmt: skip
"""Of files that may be recordings; those of text may be gzipped, too."""
_FOLDERS: Final = (sensor_logger, phyphox)
"""Apps whose export is a folder with a file for each sensor."""


def recordings_under(folder: Path) -> Iterator[list[Path]]:
    """The files of each recording, in the order of their names: an app's folder is one, another folder holds many.

    Hidden files and folders are left out. Nothing is raised here: what cannot be opened is a recording alone.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = [Path(place, name) for name in sorted(names) if _may_hold_one(Path(place, name))]
        if _is_export(files):
            folders.clear()
            yield [Path(place)]
        else:
            yield from grouped(files)


def _may_hold_one(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or not name.removesuffix(".gz").endswith(ENDINGS) or not path.is_file():
        return False
    return not name.removesuffix(".gz").endswith(".json") or _is_json_recording(path)


def _is_json_recording(path: Path) -> bool:
    """JSON is used for everything: truths, settings, results."""
    try:
        head = first_bytes(path)
        if sensor_logger.names_sensors(head) or b'"sensorcoach":' in head[:64]:
            return True
        return movesense.export_of([HeadedFile(path, head, None)]) is not None
    except InputError:
        return False


def _is_export(files: list[Path]) -> bool:
    if not 2 <= len(files) <= MOST_FILES:
        return False
    try:
        heads = [first_bytes(path) for path in files]
        if any(is_session_start(head) for head in heads):
            return False
        headed = [HeadedFile.of(path, head) for path, head in zip(files, heads, strict=True)]
        return any(app.export_of(headed) is not None for app in _FOLDERS)
    except InputError:
        return False
