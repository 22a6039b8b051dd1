"""The session file: what the radio gave and what the person did, line by line, so that it can be analysed again.

JSON Lines in UTF-8, as a plain file or gzipped. The first line is the `Header`; then one line an item, in the order of
arrival::

    {"sensorcoach":1,"profile":"open","sensor":"knee", ...}
    {"t":0.0481,"ch":"imu","hex":"1100..."}         a packet: arrival (s since session start), channel, payload
    {"t":3.2,"link":"stalled","detail":"no data"}   a change of the link
    {"t":9.75,"do":"mark","value":"knee clicked"}   what the person did

A line is written whole or not at all by the next flush; a torn last line is dropped on reading.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

import msgspec

from sensorcoach.errors import RecordingError
from sensorcoach.model import Control, LinkEvent, Mounting, Packet
from sensorcoach.outfile import new_file

FORMAT_VERSION: Final = 1
FLUSH_S: Final = 1.0
"""A killed process loses at most this much of a session."""
NAMED_LINES: Final = 5
"""So many unreadable lines are named by number; the rest is counted."""
LONGEST_LINE_BYTES: Final = 1 << 26
LATEST_S: Final = 1e12
"""s. No session lasts thirty thousand years: such a line is damaged."""
_BLOCK_BYTES: Final = 1 << 19
_LONGEST_HEADER_BYTES: Final = 1 << 20
_GZIP_MAGIC: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
"""Tells zlib to expect a gzip header and its checksum."""

Item = Packet | Control | LinkEvent


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """First line of a session file. ``sensorcoach`` is the version of the format.

    ``start``: wall-clock instant of session time 0 (ISO 8601). ``settings``: those in force (targets, comfort limits).
    ``simulated``: the session never happened. ``person``: the label under which the session is kept.
    """

    sensorcoach: int = msgspec.field(default=FORMAT_VERSION)
    profile: str
    sensor: str = "sensor"
    device: dict[str, object] = {}
    mounting: Mounting | None = None
    start: str | None = None
    settings: dict[str, object] | None = None
    simulated: bool = False
    person: str | None = None


class _Line(msgspec.Struct, omit_defaults=True):
    """Any line after the first. Exactly one of ``ch``, ``link`` and ``do`` tells its kind."""

    t: float
    ch: str | None = None
    hex: str | None = None
    sensor: str | None = None
    link: str | None = None
    detail: str = ""
    do: str | None = None
    value: str = ""


_ENCODER: Final = msgspec.json.Encoder()
_LINE: Final = msgspec.json.Decoder(_Line)
_HEADER: Final = msgspec.json.Decoder(Header)


class SessionWriter:
    """Appends a session to a new file, readable by its owner only; ``.gz`` in the name compresses it.

    What the person has seen is on disk a second later at most, counted in the items' own time: nothing here asks the
    clock.

    Raises:
        RecordingError: the file exists already (a recording is never overwritten) or cannot be made.
    """

    def __init__(self, path: Path, header: Header, *, reserved: bool = False) -> None:
        """``reserved``: the file was made before, for this session, and is empty."""
        self._begin(path, _reserved_file(path) if reserved else new_file(path))
        self._sensor = header.sensor
        self._flushed_s: float | None = None
        # The version must be there although it is the default.
        self._head = b'{"sensorcoach":%d,' % header.sensorcoach + _ENCODER.encode(header)[1:] + b"\n"
        self._file.write(self._head)
        self.flush()

    def append(self, item: Item) -> None:
        """Write one item; flush if `FLUSH_S` passed in the items' time, or if time was set back."""
        self._file.write(_encoded(item, self._sensor))
        if self._flushed_s is None:
            self._flushed_s = item.t_s
        elif not 0 <= item.t_s - self._flushed_s < FLUSH_S:
            self.flush()
            self._flushed_s = item.t_s

    def flush(self) -> None:
        """Hand everything to the operating system."""
        self._file.flush()
        self._raw.flush()

    def sync(self) -> None:
        """Hand everything to the disk."""
        self.flush()
        os.fsync(self._raw.fileno())

    @property
    def in_place(self) -> bool:
        """Whether what is written is still found under the file's name."""
        try:
            return os.path.samestat(os.fstat(self._raw.fileno()), self._path.stat())
        except OSError:
            return False

    def go_on_in(self, path: Path) -> None:
        """Go on in another file, reserved before, with all that can still be read of this one.

        Raises:
            OSError: it cannot be written; what was written so far is where it was.
        """
        with suppress(OSError):  # what still goes out goes out
            if self._file is not self._raw:
                self._file.close()  # ends what is packed; the next piece begins anew
            self._raw.flush()
        before = self._raw
        descriptor = _reserved_file(path)
        try:
            copied = _copied(before.fileno(), descriptor)
        except OSError:
            os.close(descriptor)
            raise
        self._begin(path, descriptor)
        if not copied:
            self._file.write(self._head)
        self.sync()
        with suppress(OSError):
            before.close()

    def close(self) -> None:
        """Write the rest and close the file; closed it is even if the rest cannot be written."""
        try:
            self._file.close()
        finally:
            self._raw.close()

    def _begin(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._raw = os.fdopen(descriptor, "wb")
        # No name and no time inside, so that equal sessions are equal files.
        packed = path.suffix == ".gz"
        self._file = cast(BinaryIO, gzip.GzipFile("", "wb", 6, self._raw, 0)) if packed else self._raw

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _reserved_file(path: Path) -> int:
    """The descriptor of an empty file that was made before.

    Raises:
        RecordingError: it is gone, or somebody else wrote into it.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise RecordingError(f"{path} cannot be written: {error.strerror}.", "Check the folder.") from error
    if os.fstat(descriptor).st_size:
        os.close(descriptor)
        raise RecordingError(f"{path} exists already.", "Choose another name, or remove it first.")
    return descriptor


def _copied(source: int, target: int) -> bool:
    """Whether one open file could be read, and is now in the other; else the other is empty.

    Raises:
        OSError: the other cannot be written.
    """
    pieces: list[bytes] = []
    try:
        os.lseek(source, 0, os.SEEK_SET)
        while piece := os.read(source, _BLOCK_BYTES):
            pieces.append(piece)
    except OSError:  # its disk is gone
        return False
    with os.fdopen(os.dup(target), "wb") as file:
        file.writelines(pieces)
    return bool(pieces)


def refuse_unwritable(path: Path) -> None:
    """Find out before a session whether its file can be made; nothing is left there.

    Raises:
        RecordingError: as `SessionWriter`.
    """
    os.close(new_file(path))
    path.unlink()


@dataclass(frozen=True, slots=True)
class Session:
    """An opened session file. ``items`` streams it once; ``notices`` grows while it does."""

    header: Header
    items: Iterator[Item]
    notices: list[str]


def read_session(path: Path) -> Session:
    """Open a session file; the items are read as they are asked for, in the memory of one block.

    A torn last line is dropped with a notice, unreadable lines before it are counted and named in a notice.

    Raises:
        RecordingError: the file cannot be read, or its first line is no header this version knows.
    """
    notices: list[str] = []
    blocks = _line_blocks(path, notices)
    first, _, rest = next(blocks, b"").partition(b"\n")
    header = _header(path, first)
    return Session(header, _items(header, rest, blocks, notices), notices)


def read_header(path: Path) -> Header:
    """Only the first line of a session file.

    Raises:
        RecordingError: the file cannot be read, or its first line is no header this version knows.
    """
    try:
        with path.open("rb") as raw:
            packed = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
            raw.seek(0)
            with gzip.open(raw) if packed else raw as file:
                line = file.readline(_LONGEST_HEADER_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError(f"{path} cannot be read: {error}.", "Check the name.") from error
    return _header(path, line)


def is_session_start(head: bytes) -> bool:
    """Whether a file that begins so is meant as a session file."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _encoded(item: Item, session_sensor: str) -> bytes:
    if isinstance(item, Packet):
        sensor = None if item.sensor == session_sensor else item.sensor
        line = _Line(t=float(item.t_s), ch=item.channel, hex=item.payload.hex(), sensor=sensor)
    elif isinstance(item, LinkEvent):
        line = _Line(t=float(item.t_s), link=item.state, detail=item.detail)
    else:
        line = _Line(t=float(item.t_s), do=item.action, value=item.value)
    return _ENCODER.encode(line) + b"\n"


def _decoded(line: bytes, session_sensor: str) -> Item | None:
    """The item of a line; None if it is not one."""
    try:
        read = _LINE.decode(line)
        if not abs(read.t) <= LATEST_S:
            return None
        if read.ch is not None and read.hex is not None:
            return Packet(read.sensor or session_sensor, read.ch, read.t, bytes.fromhex(read.hex))
    except (msgspec.DecodeError, ValueError, RecursionError):  # thousands of opening brackets
        return None
    if read.link is not None:
        return LinkEvent(read.t, read.link, read.detail)
    if read.do is not None:
        return Control(read.t, read.do, read.value)
    return None


def _header(path: Path, line: bytes) -> Header:
    advice = "The first line of a recording tells its sensor; without it the rest cannot be decoded."
    try:
        header = _HEADER.decode(line)
        versioned = b'"sensorcoach"' in line
    except (msgspec.DecodeError, RecursionError) as error:
        raise RecordingError(f"{path}, line 1 is no session header: {error}.", advice) from error
    if not versioned:
        raise RecordingError(f"{path}, line 1 names no format version (sensorcoach).", advice)
    if header.sensorcoach > FORMAT_VERSION:
        raise RecordingError(
            f"{path} is in format {header.sensorcoach}; this version reads up to {FORMAT_VERSION}.",
            "Update sensorcoach.",
        )
    return header


def _items(header: Header, rest: bytes, blocks: Iterator[bytes], notices: list[str]) -> Iterator[Item]:
    garbage = _Garbage()
    number = 1
    block: bytes | None = rest
    while block is not None:
        following = next(blocks, None)
        lines = block.split(b"\n")
        # The piece behind the last newline is empty in all but the last block.
        if not lines[-1]:
            lines.pop()
        for place, line in enumerate(lines):
            number += 1
            item = _decoded(line, header.sensor)
            if item is not None:
                yield item
            elif following is None and place == len(lines) - 1 and not block.endswith(b"\n"):
                notices.append(f"The last line ({number}) is torn and was left out: the recording was cut off there.")
            elif line.strip():
                garbage.note(number)
        block = following
    if garbage.count:
        notices.append(garbage.sentence())


class _Garbage:
    """Lines in mid-file that cannot be read."""

    def __init__(self) -> None:
        self.count = 0
        self._named: list[int] = []

    def note(self, number: int) -> None:
        self.count += 1
        if len(self._named) < NAMED_LINES:
            self._named.append(number)

    def sentence(self) -> str:
        more = ", …" if self.count > len(self._named) else ""
        which = ", ".join(map(str, self._named)) + more
        return f"{self.count} lines of the recording could not be read and were left out (line {which})."


def _line_blocks(path: Path, notices: list[str]) -> Iterator[bytes]:
    """Blocks that end with a newline, but for the last one."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}.", "Check the name.") from error
    with raw:
        pieces: list[bytes] = []
        waiting = 0
        for chunk in unpacked_chunks(raw, notices):
            end = chunk.rfind(b"\n") + 1
            if end:
                yield b"".join((*pieces, chunk[:end]))
                pieces, waiting = [], 0
            pieces.append(chunk[end:])
            waiting += len(chunk) - end
            if waiting > LONGEST_LINE_BYTES:
                raise RecordingError(f"{path} has a line longer than 64 MB.", "It is not a session file.")
        if waiting:
            yield b"".join(pieces)


def unpacked_chunks(file: BinaryIO, notices: list[str]) -> Iterator[bytes]:
    """The bytes of a file in bounded pieces, unpacked where it is gzipped.

    A damaged one gives what is there, and a notice. (`gzip` throws away the last piece when a file ends too early.)
    """
    data = file.read(_BLOCK_BYTES)
    if not data.startswith(_GZIP_MAGIC):
        while data:
            yield data
            data = file.read(_BLOCK_BYTES)
        return
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    while True:
        try:
            out = unpacker.decompress(data, _BLOCK_BYTES)
        except zlib.error:
            notices.append("The compressed file is damaged; what could be unpacked before the damage was read.")
            return
        if out:
            yield out
        if unpacker.eof:
            data = (unpacker.unused_data or file.read(_BLOCK_BYTES)).lstrip(b"\0")
            if not data:
                return
            unpacker = zlib.decompressobj(_GZIP_WINDOW)
        elif unpacker.unconsumed_tail or len(out) == _BLOCK_BYTES:
            data = unpacker.unconsumed_tail
        else:
            data = file.read(_BLOCK_BYTES)
            if not data:
                notices.append("The compressed file ends too early; what could be unpacked was read.")
                return
