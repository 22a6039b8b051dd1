"""Other people's files, and our own, as one kind of `Recording`. The form is told from the content, not the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from sensorcoach.errors import InputError, RecordingError
from sensorcoach.importers import (
    axivity,
    empatica,
    metamotion,
    motion_bids,
    movella_dot,
    movesense,
    opensignals,
    phyphox,
    sensor_logger,
    witmotion,
)
from sensorcoach.importers.arrays import recording_of_arrays
from sensorcoach.importers.blocks import first_bytes, text_blocks
from sensorcoach.importers.choice import NO_CHOICE, AccSign, Asked, ColumnChoice, parse_columns
from sensorcoach.importers.conversion import write_session
from sensorcoach.importers.export import Export, HeadedFile, begin_together, interleaved_export, recording_of
from sensorcoach.importers.files import RecordingFile, files_in, is_container
from sensorcoach.importers.layout import head_lines, looks_like_rows
from sensorcoach.importers.loggers import is_logger_file, logger_export
from sensorcoach.importers.opened import Recording
from sensorcoach.importers.programs import program_of
from sensorcoach.importers.session_file import open_session
from sensorcoach.importers.several import half_of, several_tables
from sensorcoach.importers.stamps import DateOrder
from sensorcoach.importers.table import BegunTable, open_table
from sensorcoach.recording import Item, is_session_start

__all__ = [
    "Item", "Recording", "grouped", "open_recording", "open_recordings", "recording_of_arrays", "write_session",
]  # fmt: skip

EXPORTS: Final = (movesense, metamotion, motion_bids, sensor_logger, phyphox)
"""Apps that leave several streams behind, in the order they are recognised."""
TABLES: Final = (movella_dot, witmotion, empatica, opensignals, axivity)
"""Programs whose tables need more than their header says, in the order they are recognised; then any table."""

_HEAD_BYTES: Final = 1 << 16
"""Of each file of a folder so much is kept while its recording is looked for."""


def open_recording(
    path: Path,
    *,
    unit: str | None = None,
    columns: str | None = None,
    sensor: str | None = None,
    acc_sign: AccSign = "auto",
    dates: DateOrder | None = None,
) -> Recording:
    """Open a recording: a session file, a CSV, JSON of Movesense (any of them gzipped), or an app's zip or folder.

    A file that holds one of a recording's two sensors brings the other one along where its app says which that is.

    Args:
        path: the file, folder or archive.
        unit: of acceleration, ``g``, ``mg`` or ``mps2``, where it cannot be told or is told wrongly.
        columns: which columns of a table to use, ``t=time,ax=foo,…`` (see `importers.choice`).
        sensor: which of several sensors to use, by its name.
        acc_sign: of acceleration: ``auto``, as the program's shape tells; ``keep``, as written; ``flip``, reversed.
        dates: order of month and day, ``us`` or ``uk``, where a file leaves it open.

    Raises:
        InputError: it cannot be analysed; here where the beginning shows it, else while `Recording.items` is walked.
        RecordingError: a session file without a readable first line.
    """
    return _open(path, Asked(unit, columns, sensor, acc_sign, dates))


def _open(path: Path, asked: Asked) -> Recording:
    head = b"" if path.is_dir() else first_bytes(path)
    if head and is_logger_file(path, head):
        return recording_of(logger_export(path), str(path), asked)
    if is_container(path, head):
        return _open_container(path, asked)
    if asked.columns is None:
        export = movesense.export_of([HeadedFile(path, head, None)])
        if export is None and sensor_logger.names_sensors(head):
            export = sensor_logger.export_of([HeadedFile.of(path, head[:_HEAD_BYTES])])
        if export is not None:
            return recording_of(export, str(path), asked)
        partner = metamotion.partner_of(path)
        if partner is None and (beside := motion_bids.with_channels(path)):
            export = motion_bids.export_of(motion_bids.headed(beside))
            if export is not None:
                return recording_of(export, str(path), asked)
        if partner is not None:
            recording = _open_together([path, partner], asked)
            recording.notices.insert(0, f"The other sensor's part of the recording is {partner.name}.")
            return recording
    if is_session_start(head):
        return open_session(path)
    return _open_table(path, asked)


def open_recordings(
    paths: Sequence[Path],
    *,
    unit: str | None = None,
    columns: str | None = None,
    sensor: str | None = None,
    acc_sign: AccSign = "auto",
    dates: DateOrder | None = None,
) -> list[tuple[list[Path], Recording]]:
    """The recordings in several files, each with its files as `grouped`; see `open_recording`."""
    asked = Asked(unit, columns, sensor, acc_sign, dates)
    return [
        (group, _open(group[0], asked) if len(group) == 1 else _open_together(group, asked))
        for group in grouped(paths, columns=columns)
    ]


def grouped(paths: Sequence[Path], *, columns: str | None = None) -> list[list[Path]]:
    """The files of each recording together: two files of one app, begun together, of which one holds the accelerometer
    and the other the gyroscope. Nothing is raised here; a file that cannot be opened is a recording alone. With
    ``columns`` each file is one.
    """
    if columns is not None or len(paths) < 2:
        return [[path] for path in paths]
    groups: list[list[Path]] = []
    halves: list[tuple[Export, list[Path]]] = []
    for path in paths:
        half = _half(path)
        waiting = next((one for one in halves if half is not None and _belong_together(one, (half, [path]))), None)
        if waiting is not None:
            waiting[1].append(path)
            halves.remove(waiting)
            continue
        groups.append([path])
        if half is not None:
            halves.append((half, groups[-1]))
    return groups


def _half(path: Path) -> Export | None:
    """The export in a file that holds one sensor of one app's recording."""
    try:
        files = [] if path.is_dir() else _headed([path])
        exports = _exports_of(files)
        if not exports and files:
            half = half_of(files[0], Asked(), _columns_of)
            exports = [] if half is None else [half]
    except InputError:
        return None
    return exports[0] if len(exports) == 1 and len(exports[0].parts) == 1 else None


def _belong_together(one: tuple[Export, list[Path]], other: tuple[Export, list[Path]]) -> bool:
    (first, (path, *_)), (second, (beside, *_)) = one, other
    if (
        first.app != second.app
        or first.parts[0].worn_as != second.parts[0].worn_as
        or not begin_together([*first.parts, *second.parts])
    ):
        return False
    # Most apps count from their own start, so that files of two recordings begin at the same time.
    return _is_dated(first) or path.resolve().parent == beside.resolve().parent


def _is_dated(export: Export) -> bool:
    return all(part.since_1970_s is not None for part in export.parts)


def _open_together(paths: Sequence[Path], asked: Asked) -> Recording:
    files = _headed(paths)
    export = _export_of(files) or several_tables(files, asked, _columns_of)[0]
    assert export is not None, paths
    return recording_of(export, str(paths[0]), asked)


def _open_container(path: Path, asked: Asked) -> Recording:
    if asked.columns is not None:
        raise InputError(f"{path} holds several files; --columns is for one table.", "Name the table inside it.")
    files = _headed(files_in(path))
    export = _export_of(files)
    if export is not None:
        return recording_of(export, str(path), asked, _beside(export, files))
    export, refused = several_tables(files, asked, _columns_of)
    if export is not None:
        named = {one.partition(" (")[0] for one in refused}
        beside = [one for one in _beside(export, files) if one.partition(" (")[0] not in named]
        return recording_of(export, str(path), asked, [*refused, *beside])
    return _open_only(path, files, asked)


def _beside(export: Export, files: Sequence[HeadedFile]) -> list[str]:
    """The files of a folder that are no part of its recording, and why."""
    used = {str(part.file) for part in export.parts if part.file is not None} | set(export.consulted)
    beside = [one for one in files if str(one.file) not in used]
    return [f"{one.file.name} ({_why_not(one)})" for one in beside]


def _why_not(one: HeadedFile) -> str:
    if not one.head:
        return "empty"
    return "no samples of motion" if one.header is None else "not this app's"


def _open_only(path: Path, files: Sequence[HeadedFile], asked: Asked) -> Recording:
    """The one file that can be opened."""
    opened: list[Recording] = []
    refused: list[InputError | RecordingError] = []
    others = [one for one in files if not _may_be_recording(one)]
    for one in files:
        if one in others:
            continue
        try:
            opened.append(_open_member(one, asked))
        except (InputError, RecordingError) as error:
            refused.append(error)
    if len(opened) > 1:
        names = ", ".join(str(recording.sensor["label"]) for recording in opened[:3])
        raise InputError(f"{path} holds several recordings ({names}).", "Name one of them.")
    if not opened and refused:
        # What is wrong with most of them is what is wrong with the export.
        raise max(refused, key=lambda error: sum(other.advice == error.advice for other in refused))
    if not opened:
        what = "folder" if path.is_dir() else "zip archive or spreadsheet"
        raise InputError(f"{path} is a {what} without a recording in it.", "Export as CSV, or name the recording.")
    recording = opened[0]
    recording.notices.extend(f"Left out: {error.message}" for error in refused)
    left = [f"{one.file.name} ({_why_not(one)})" for one in others]
    if left:
        recording.notices.append(f"Left out: {', '.join(left)}.")
    if recording.read_as is not None:
        recording.read_as.left_out += [*(error.message for error in refused), *left]
    return recording


def _open_member(one: HeadedFile, asked: Asked) -> Recording:
    if not is_session_start(one.head):
        return _open_table(one.file, asked)
    if isinstance(one.file, Path):
        return open_session(one.file)
    raise InputError(f"{one.file} is a session file in an archive.", "Unpack it; our own are compressed with gzip.")


def _may_be_recording(one: HeadedFile) -> bool:
    if is_session_start(one.head) or one.header is not None:
        return True
    return looks_like_rows(one.head)


def _open_table(file: RecordingFile, asked: Asked) -> Recording:
    notices: list[str] = []
    choice = _columns_of(file, notices) if asked.columns is None else parse_columns(asked.columns)
    choice = replace(choice, sensor=asked.sensor, dates=choice.dates or asked.dates)
    begun = BegunTable.read(file, choice, notices)
    if begun.layout.streams:
        return recording_of(interleaved_export(begun), str(file), asked)
    return open_table(begun, asked, choice, notices)


def _columns_of(file: RecordingFile, notices: list[str]) -> ColumnChoice:
    head = next(text_blocks(file, []))
    program = program_of(head_lines(head))
    if program != "table":
        return replace(_choice_of(file, head, notices), program=program)
    return _choice_of(file, head, notices)


def _choice_of(file: RecordingFile, head: bytes, notices: list[str]) -> ColumnChoice:
    choices = (program.columns_of(file, head, notices) for program in TABLES)
    return next((choice for choice in choices if choice is not None), NO_CHOICE)


def _headed(files: Sequence[RecordingFile]) -> list[HeadedFile]:
    return [HeadedFile.of(file, first_bytes(file)[:_HEAD_BYTES]) for file in files]


def _exports_of(files: Sequence[HeadedFile]) -> list[Export]:
    return [export for app in EXPORTS if (export := app.export_of(files)) is not None]


def _export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files.

    Raises:
        InputError: there are several.
    """
    exports = _exports_of(files)
    if len(exports) > 1:
        raise InputError(
            f"The files are recordings of several apps ({', '.join(export.app for export in exports)}).",
            "Name the file or folder of one recording.",
        )
    return exports[0] if exports else None
