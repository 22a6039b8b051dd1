"""The files of a recording: one on the disk, all in a folder, or all in a zip archive, which is never unpacked."""

from __future__ import annotations

import io
import lzma
import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, cast

from sensorcoach.errors import InputError

MOST_FILES: Final = 200
"""An export has a dozen files; a folder of more is somebody's downloads."""
DEEPEST: Final = 6
"""Folders within folders that are looked into; an app's export has its tables on one level and notes one below."""
LARGEST_MEMBER_BYTES: Final = 1 << 33
"""A week at 100 samples a second is 4 GB of text."""
DENSEST_MEMBER: Final = 100
"""Numbers as text pack to a third or a tenth; a member that unpacks to more than 100 times its size is no table."""
DEEPEST_ARCHIVE: Final = 2
"""Archives within archives that are looked into: a zip of an app's zips."""
_IN_MEMORY_BYTES: Final = 1 << 24
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_ERRORS: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    OSError, EOFError, ValueError, RuntimeError, NotImplementedError, OverflowError, MemoryError,
)  # fmt: skip
"""What the standard library raises on damaged, encrypted or exotic archives."""


class RecordingFile(Protocol):
    """A file with (a part of) a recording; its text form is its name for messages. A `Path` is one."""

    @property
    def name(self) -> str:
        """The last part of its path."""

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """Its bytes, from the beginning."""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file inside a zip archive, read as a stream. The archive may itself be a member of one."""

    archive: Path | ZipMember
    info: zipfile.ZipInfo

    @property
    def name(self) -> str:
        """See `RecordingFile.name`; without characters that would upset a screen."""
        return _printable(self.info.filename).rpartition("/")[2]

    def __str__(self) -> str:
        return f"{self.archive}/{_printable(self.info.filename)}"

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """See `RecordingFile.open`.

        Raises:
            InputError: the member is damaged, encrypted, or far larger than a recording; also while it is read.
        """
        packed = max(self.info.compress_size, 1)
        if self.info.file_size > min(LARGEST_MEMBER_BYTES, packed * DENSEST_MEMBER + (1 << 20)):
            raise InputError(
                f"{self} would unpack to {self.info.file_size / 1e6:.0f} MB.", "That is no recording; export it again."
            )
        try:
            with ExitStack() as opened:
                archive = opened.enter_context(_archive(self.archive, opened))
                member = cast(BinaryIO, opened.enter_context(archive.open(self.info)))
                return io.BufferedReader(_MemberBytes(str(self), member, opened.pop_all()))
        except _ZIP_ERRORS as error:
            raise _damaged(str(self), error) from error


def _archive(place: Path | ZipMember, opened: ExitStack) -> zipfile.ZipFile:
    """The archive, from a copy on the disk where it lies in another one: its directory stands at its end."""
    if isinstance(place, Path):
        return zipfile.ZipFile(place)  # noqa: SIM115  # the caller closes it
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115  # closed with the rest
    opened.callback(copy.close)
    with place.open("rb") as member:
        shutil.copyfileobj(member, copy)
    copy.seek(0)
    return zipfile.ZipFile(cast(BinaryIO, copy))


class _MemberBytes(io.RawIOBase):
    """Bytes of a member, its errors turned into ours."""

    def __init__(self, name: str, member: BinaryIO, opened: ExitStack) -> None:
        super().__init__()
        self._name = name
        self._member = member
        self._opened = opened

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._member.read(len(buffer))
        except _ZIP_ERRORS as error:
            raise _damaged(self._name, error) from error
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._opened.close()
        super().close()


def is_container(path: Path, head: bytes) -> bool:
    """Whether the files of a recording lie inside: a folder, or a file that begins like a zip archive."""
    return path.is_dir() or head.startswith(_ZIP_MAGICS)


def files_in(path: Path) -> Sequence[RecordingFile]:
    """The files of a folder or zip archive, in order of their names, without those that systems hide there.

    Raises:
        InputError: the archive is damaged, or there are more than `MOST_FILES`.
    """
    found: list[RecordingFile] = []
    for file, parts in _files_in_folder(path) if path.is_dir() else _files_in_zip(path):
        if any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts):
            continue
        found.append(file)
        if len(found) > MOST_FILES:
            raise InputError(
                f"{path} holds more than {MOST_FILES} files.", "Name the recording, or a folder with only its files."
            )
    return sorted(found, key=str)


def _files_in_folder(path: Path) -> Iterator[tuple[RecordingFile, Sequence[str]]]:
    for folder, folders, names in os.walk(path):
        parts = Path(folder).relative_to(path).parts
        if len(parts) >= DEEPEST - 1:
            folders.clear()
        for name in names:
            # Anything else than a file (a pipe) might wait for ever.
            if (file := Path(folder, name)).is_file():
                yield file, (*parts, name)


def _files_in_zip(path: Path | ZipMember, depth: int = 1) -> Iterator[tuple[RecordingFile, Sequence[str]]]:
    try:
        with ExitStack() as opened:
            members = opened.enter_context(_archive(path, opened)).infolist()
    except _ZIP_ERRORS as error:
        raise _damaged(str(path), error) from error
    for info in members:
        member = ZipMember(path, info)
        if not info.is_dir() and depth < DEEPEST_ARCHIVE and info.filename.lower().endswith(".zip"):
            yield from _files_in_zip(member, depth + 1)
        elif not info.is_dir():
            yield member, info.filename.split("/")


def _damaged(name: str, error: BaseException) -> InputError:
    return InputError(
        f"{name} cannot be unpacked: {_printable(str(error))[:80] or type(error).__name__}.",
        "Export it again without a password, or copy it again.",
    )


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
