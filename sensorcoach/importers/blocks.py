"""A file as blocks of whole lines, plain or gzipped, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from sensorcoach.errors import InputError
from sensorcoach.importers.converted import as_table, is_convertible
from sensorcoach.importers.encoding import as_utf8
from sensorcoach.importers.files import RecordingFile
from sensorcoach.recording import unpacked_chunks

LONGEST_LINE_BYTES: Final = 1 << 20
"""A longer line is no row of a table."""
_OLD_SPREADSHEET: Final = b"\xd0\xcf\x11\xe0"
_CONTROL: Final = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1a")


def first_bytes(path: RecordingFile) -> bytes:
    """The first piece of the file, unpacked and with plain line ends: enough to tell one kind of file from another.

    Raises:
        InputError: there is no such file, or it may not be read.
    """
    with _opened(path) as file:
        head = next(_table_chunks(path, file, []), b"")
    return head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _opened(path: RecordingFile) -> BinaryIO:
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist.", "Check the name.") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error
    return file


def text_pieces(path: RecordingFile, notices: list[str]) -> Iterator[str]:
    """Pieces of a text of any form, in UTF-8; see `text_blocks` for gzip.

    Raises:
        InputError: not text.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with _opened(path) as file:
        first = True
        for chunk in as_utf8(unpacked_chunks(file, notices)):
            if first:
                _refuse_binary(path, chunk)
                first = False
            yield decoder.decode(chunk)


def text_blocks(path: RecordingFile, notices: list[str]) -> Iterator[bytes]:
    """Blocks of whole lines, each with its newline (also the last one), in UTF-8.

    A gzip file that ends too early gives what is there, and a notice; so does a file with zero bytes further down.

    Raises:
        InputError: not text, or not lines.
    """
    with _opened(path) as file:
        newline = b""
        ready = b""
        rest = b""
        zeros = 0
        for chunk in _table_chunks(path, file, notices):
            if not newline:
                _refuse_binary(path, chunk)
                newline = b"\r" if b"\r" in chunk and b"\n" not in chunk else b"\n"
            zeros += chunk.count(0)
            chunk = chunk.replace(b"\0", b"")
            chunk = chunk.replace(b"\r", b"\n") if newline == b"\r" else chunk.replace(b"\r", b"")
            end = chunk.rfind(b"\n") + 1
            if end:
                if ready:
                    yield ready
                ready, rest = rest + chunk[:end], chunk[end:]
            else:
                rest += chunk
            if len(rest) > LONGEST_LINE_BYTES:
                raise InputError(f"{path} has a line longer than 1 MB.", "It is not a table of samples.")
        if not ready and not rest:
            raise InputError(f"{path} is empty.", "Export or record it again.")
        if zeros:
            notices.append(f"{zeros} zero bytes were left out; a logger that loses power leaves such.")
        # The last block is held back until the end is known, so that a short file is always one block.
        yield ready + rest + b"\n" if rest else ready


def _table_chunks(path: RecordingFile, file: BinaryIO, notices: list[str]) -> Iterator[bytes]:
    """The pieces of a text, or of the table that a file of another kind becomes."""
    chunks = unpacked_chunks(file, notices)
    first = next(chunks, b"")
    yield from as_table(path, first, notices) if is_convertible(first) else as_utf8(chain([first], chunks))


def _refuse_binary(path: RecordingFile, head: bytes) -> None:
    if head.startswith(_OLD_SPREADSHEET):
        raise InputError(f"{path} is a spreadsheet.", "Export it as CSV; in phone apps choose CSV, not Excel.")
    written = head.rstrip(b"\0")
    controls = len(written) - len(written.translate(None, _CONTROL))
    if b"\0" in written or controls > len(written) // 100 or (head and not written):
        raise InputError(f"{path} is not text.", "Recordings are session files (.jsonl) and CSV.")
