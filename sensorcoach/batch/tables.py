"""The results of many sessions as files: a table of repetitions and one of sessions, or JSON Lines."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import msgspec

from sensorcoach.batch.work import Failure
from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.model import Result
from sensorcoach.outfile import unfinished
from sensorcoach.output.arrow import reps_schema
from sensorcoach.output.csv_ import as_csv
from sensorcoach.output.printable import json_printable

SESSION_COLUMNS: Final = (
    "file", "error", "start", "person", "simulated", "duration_s", "rate_hz", "samples", "lost", "gaps",
    "reps", "left", "right", "unknown", "cycles", "axis_confirmed", "aborted", "warn", "severe", "notices",
)  # fmt: skip
_ROWS_AT_ONCE: Final = 10_000
"""Of Parquet: small groups of rows take ten times the room, large ones memory."""
_TEXTS: Final = {"file", "error", "start", "person", "notices"}
_FLAGS: Final = {"simulated", "axis_confirmed"}
_FIGURES: Final = {"duration_s", "rate_hz"}


def write_tables(results: Iterable[Result], failures: Iterable[Failure], out: Path) -> list[Path]:
    """Write all anew, each file wholly or not at all; what was made. What is there is replaced: see `app.many`.

    Args:
        results: read one by one.
        failures: sessions without a result: rows of the table of sessions.
        out: ``.parquet`` or ``.csv``: repetitions, with the sessions in ``NAME.sessions.…`` beside it; ``.jsonl``: one
            result a line, as of ``analyze --json``.

    Raises:
        RecordingError: they cannot be written.
    """
    try:
        return WRITERS[out.suffix.lower()](results, failures, out)
    except OSError as error:
        raise RecordingError(f"{out} cannot be written: {error.strerror}.", "Make room, or name another.") from error


def results_of(out: Path) -> tuple[Path, ...]:
    """The files `write_tables` makes of ``out``, there or not."""
    return (out,) if out.suffix.lower() == ".jsonl" else (out, _beside(out))


def refuse_other_endings(out: Path) -> None:
    """Find out before the work whether results can be written under this name.

    Raises:
        SettingsError: another ending than those of `write_tables`, or the library for it is not installed.
    """
    if out.suffix.lower() not in WRITERS:
        raise SettingsError(f"Results cannot be written as {out.name}.", f"End it in {', '.join(WRITERS)}.")
    if out.suffix.lower() == ".parquet" and find_spec("pyarrow") is None:
        raise SettingsError("Parquet needs pyarrow.", "Install sensorcoach[export], or name the file .csv.")


def _write_parquet(results: Iterable[Result], failures: Iterable[Failure], out: Path) -> list[Path]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([pa.field("file", pa.string()), *reps_schema()])
    sessions: list[dict[str, object]] = []
    with unfinished(out, replace=True) as place, pq.ParquetWriter(place, schema, compression="zstd") as writer:
        rows: list[dict[str, object]] = []
        for result in results:
            sessions.append(_session_row(result))
            rows += [{"file": result.file, **msgspec.to_builtins(rep)} for rep in result.reps]
            if len(rows) >= _ROWS_AT_ONCE:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
                rows.clear()
        writer.write_table(pa.Table.from_pylist(rows, schema=schema))
    sessions += [_failure_row(failure) for failure in failures]
    table = pa.Table.from_pylist(sessions, schema=pa.schema([(name, _arrow(pa, name)) for name in SESSION_COLUMNS]))
    with unfinished(_beside(out), replace=True) as place:
        pq.write_table(table, place, compression="zstd")
    return [out, _beside(out)]


def _write_csv(results: Iterable[Result], failures: Iterable[Failure], out: Path) -> list[Path]:
    sessions: list[dict[str, object]] = []
    with unfinished(out, replace=True) as place, place.open("w", encoding="utf-8", newline="") as file:
        file.write(as_csv([]))
        for result in results:
            sessions.append(_session_row(result))
            file.write(as_csv([result]).partition("\n")[2])
    sessions += [_failure_row(failure) for failure in failures]
    with unfinished(_beside(out), replace=True) as place, place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, SESSION_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sessions)
    return [out, _beside(out)]


def _write_jsonl(results: Iterable[Result], failures: Iterable[Failure], out: Path) -> list[Path]:
    with unfinished(out, replace=True) as place, place.open("wb") as file:
        for one in itertools.chain[Result | Failure](results, failures):
            file.write(json_printable(msgspec.json.encode(one).decode()).encode() + b"\n")
    return [out]


def _session_row(result: Result) -> dict[str, object]:
    summary = result.summary
    severities = [warning.severity for rep in result.reps for warning in rep.warnings]
    severities += [warning.severity for warning in summary.session_warnings]
    return {
        "file": result.file,
        "start": result.start,
        "person": result.person,
        "simulated": bool(result.sensor.get("simulated")),
        "duration_s": result.duration_s,
        "rate_hz": result.rate_hz,
        "samples": result.samples,
        "lost": result.counts.get("lost", 0),
        "gaps": len(result.gaps),
        "reps": summary.reps,
        "left": summary.left,
        "right": summary.right,
        "unknown": summary.unknown,
        "cycles": summary.cycles,
        "axis_confirmed": summary.axis_confirmed,
        "aborted": len(result.aborted),
        "warn": severities.count("warn"),
        "severe": severities.count("severe"),
        "notices": " ".join(result.notices),
    }


def _failure_row(failure: Failure) -> dict[str, object]:
    return {"file": failure.file, "error": failure.error}


def _arrow(pa: Any, column: str) -> Any:
    if column in _TEXTS:
        return pa.string()
    if column in _FLAGS:
        return pa.bool_()
    return pa.float64() if column in _FIGURES else pa.int64()


def _beside(out: Path) -> Path:
    return out.with_suffix(f".sessions{out.suffix}")


WRITERS: Final[dict[str, Callable[[Iterable[Result], Iterable[Failure], Path], list[Path]]]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
}
