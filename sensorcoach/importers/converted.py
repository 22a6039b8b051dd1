"""Tables that are not text (Parquet, our own MCAP) or not lines (Sensor Logger's JSON) -> text of a table, in pieces.

So whatever can be said of a table can be said of them, too: columns, units, sensors, time.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from sensorcoach.errors import InputError
from sensorcoach.importers.files import RecordingFile

PARQUET: Final = b"PAR1"
MCAP: Final = b"\x89MCAP0\r\n"
_ROWS_A_PIECE: Final = 8192
_PIECE_BYTES: Final = 1 << 18
_LARGEST_IN_MEMORY: Final = 1 << 28
"""Of a file inside an archive, which cannot be read from its end, as these want."""
SIMULATED: Final = "This session is simulated: it never happened."
TIME_ZERO: Final = "# time 0 is "
_JSON_KEYS: Final = (b'"seconds_elapsed"', b'"sensor"')
_LONGEST_OBJECT: Final = 1 << 14
_JSON_COLUMNS: Final = ("sensor", "time", "seconds_elapsed", "z", "y", "x")


def is_convertible(head: bytes) -> bool:
    """Whether a file that begins so becomes a table here."""
    return head.startswith((PARQUET, MCAP)) or _is_objects(head)


def as_table(path: RecordingFile, head: bytes, notices: list[str]) -> Iterator[bytes]:
    """Pieces of the table as text.

    Raises:
        InputError: it is damaged, or what reads it is not installed.
    """
    if _is_objects(head):
        return _in_large_pieces(_of_objects(path))
    return _in_large_pieces(_of_parquet(path, notices) if head.startswith(PARQUET) else _of_mcap(path, notices))


def _in_large_pieces(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The first piece of a table must hold rows enough to tell what it is."""
    ready: list[bytes] = []
    for piece in pieces:
        ready.append(piece)
        if sum(map(len, ready)) >= _PIECE_BYTES:
            yield b"".join(ready)
            ready = []
    if ready:
        yield b"".join(ready)


def _of_parquet(path: RecordingFile, notices: list[str]) -> Iterator[bytes]:
    try:
        import pyarrow as pa
        import pyarrow.csv as pa_csv
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(f"{path} is a Parquet file.", "Install sensorcoach[export], or export as CSV.") from error
    try:
        with _seekable(path) as file:
            table = pq.ParquetFile(file)
            about = (table.schema_arrow.metadata or {}).get(b"sensorcoach")
            yield _told_of(json.loads(about) if about else {}, notices)
            plain = [field.name for field in table.schema_arrow if not pa.types.is_nested(field.type)]
            header = True
            for batch in table.iter_batches(batch_size=_ROWS_A_PIECE, columns=plain):
                text = io.BytesIO()
                options = pa_csv.WriteOptions(include_header=header, quoting_style="needed")
                pa_csv.write_csv(batch, text, write_options=options)
                header = False
                yield text.getvalue()
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise _damaged(path, error) from error


def _of_mcap(path: RecordingFile, notices: list[str]) -> Iterator[bytes]:
    try:
        from mcap.exceptions import McapError
        from mcap.reader import make_reader
    except ImportError as error:
        raise InputError(f"{path} is an MCAP file.", "Install sensorcoach[export], or export as CSV.") from error
    try:
        with _seekable(path) as file:
            reader = make_reader(file)
            about = next((one.metadata for one in reader.iter_metadata() if one.name == "sensorcoach"), None)
            if about is None:
                raise InputError(f"{path} is no MCAP file of ours.", "Export its IMU topic as CSV.")
            yield _told_of({**about, "sensor": {"simulated": about.get("simulated") == "true"}}, notices)
            yield from _lines_of(json.loads(message.data) for _, _, message in reader.iter_messages(topics=["/imu"]))
    except (McapError, OSError, ValueError, KeyError, TypeError, MemoryError, EOFError) as error:
        raise _damaged(path, error) from error


def _lines_of(messages: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    lines: list[str] = []
    header = ""
    for message in messages:
        vectors = [message["acceleration_mps2"], message.get("angular_velocity_radps")]
        if not header:
            header = "t_s,ax_mps2,ay_mps2,az_mps2" + (",gx_radps,gy_radps,gz_radps" if vectors[1] else "")
            lines.append(header)
        values = [message["t_s"], *(vector[axis] for vector in vectors if vector for axis in "xyz")]
        lines.append(",".join("" if value is None else repr(float(value)) for value in values))
        if len(lines) >= _ROWS_A_PIECE:
            yield ("\n".join(lines) + "\n").encode()
            lines = []
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def _told_of(about: dict[str, Any], notices: list[str]) -> bytes:
    """A comment with the instant of time 0."""
    sensor = about.get("sensor")
    if isinstance(sensor, dict) and sensor.get("simulated") is True and SIMULATED not in notices:
        notices.append(SIMULATED)
    start = about.get("start")
    return f"{TIME_ZERO}{start}\n".encode() if isinstance(start, str) else b""


def _seekable(path: RecordingFile) -> BinaryIO:
    file = path.open("rb")
    if file.seekable():
        return file
    with file:
        data = file.read(_LARGEST_IN_MEMORY + 1)
    if len(data) > _LARGEST_IN_MEMORY:
        raise InputError(f"{path} is too large to be read inside an archive.", "Unpack it first.")
    return io.BytesIO(data)


def _is_objects(head: bytes) -> bool:
    return head.lstrip()[:1] == b"[" and all(key in head[:_LONGEST_OBJECT] for key in _JSON_KEYS)


def _of_objects(path: RecordingFile) -> Iterator[bytes]:
    """One row for each object of a list ``[{"sensor":"Accelerometer","seconds_elapsed":"0.1","x":"0.2", …}, …]``."""
    decoder = json.JSONDecoder()
    yield (",".join(_JSON_COLUMNS) + "\n").encode()
    with path.open("rb") as file:
        text = ""
        ended = False
        while not ended or text:
            chunk = file.read(1 << 18)
            ended = not chunk
            text += chunk.decode("utf-8", "replace")
            rows, text = _rows_of(decoder, text, ended=ended)
            if rows:
                yield "".join(rows).encode()
            if ended:
                break


def _rows_of(decoder: json.JSONDecoder, text: str, *, ended: bool) -> tuple[list[str], str]:
    """The rows of the objects in a text, and the beginning of one that goes on."""
    rows: list[str] = []
    place = text.find("{")
    while place >= 0:
        try:
            found, end = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            if not ended and len(text) - place < _LONGEST_OBJECT:
                return rows, text[place:]
            place = text.find("{", place + 1)
            continue
        if isinstance(found, dict):
            cells = [str(found.get(key, "")) for key in _JSON_COLUMNS]
            if cells[3] and not any(mark in cell for cell in cells for mark in ',"\n\r'):
                rows.append(",".join(cells) + "\n")
        place = text.find("{", end)
    return rows, ""


def _damaged(path: RecordingFile, error: BaseException) -> InputError:
    said = "".join(one if one.isprintable() else " " for one in str(error))[:100]
    return InputError(f"{path} cannot be read: {said or type(error).__name__}.", "Export it again, or as CSV.")
