"""Parquet: the tables of the CSV with types, units as metadata of the columns, and the session as metadata of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec

from sensorcoach.export.session import ExportedSession, sample_columns, unit_of
from sensorcoach.model import Rep, Result, Warning


def write_parquet(session: ExportedSession, folder: Path) -> list[Path]:
    """``STEM.samples.parquet`` and ``STEM.reps.parquet`` in ``folder``; the files made."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = _about(session.result)
    samples = pa.table(dict(sample_columns(session.signals)))
    paths = [folder / f"{session.stem}.samples.parquet", folder / f"{session.stem}.reps.parquet"]
    for path, table in zip(paths, (samples, reps_table(session.result)), strict=True):
        with path.open("xb") as file:
            pq.write_table(_with_units(table, about), file, compression="zstd")
    return paths


def reps_table(result: Result) -> Any:
    """A `pyarrow.Table`, one row a repetition, with the fields of `model.Rep`; warnings as lists of records."""
    import pyarrow as pa

    rows = [msgspec.to_builtins(rep) for rep in result.reps]
    return pa.Table.from_pylist(rows, schema=reps_schema())


def reps_schema() -> Any:
    """The `pyarrow.Schema` of `reps_table`, the same for every session."""
    import pyarrow as pa

    warnings = pa.list_(pa.struct([(field.name, _arrow_type(field.type)) for field in msgspec.structs.fields(Warning)]))
    fields = msgspec.structs.fields(Rep)
    types = {field.name: warnings if field.name == "warnings" else _arrow_type(field.type) for field in fields}
    return pa.schema(list(types.items()))


def _arrow_type(kind: object) -> Any:
    import pyarrow as pa

    kinds = _plain_kinds(kind)
    for python, arrow in ((bool, pa.bool_()), (float, pa.float64()), (int, pa.int64())):
        if python in kinds:
            return arrow
    return pa.string()


def _plain_kinds(kind: object) -> set[type]:
    """``Literal["left"] | float | None`` -> str, float."""
    if get_origin(kind) is Literal:
        return {type(value) for value in get_args(kind)}
    if get_args(kind):
        return set().union(*(_plain_kinds(one) for one in get_args(kind)))
    return {kind} if isinstance(kind, type) else set()


def _with_units(table: Any, about: dict[str, str]) -> Any:
    fields = []
    for field in table.schema:
        unit = unit_of(field.name)
        fields.append(field if unit is None else field.with_metadata({"unit": unit}))
    import pyarrow as pa

    return table.cast(pa.schema(fields, metadata=about))


def _about(result: Result) -> dict[str, str]:
    """All of the result but what the tables hold."""
    told = msgspec.to_builtins(result)
    return {"sensorcoach": msgspec.json.encode({key: told[key] for key in told if key != "reps"}).decode()}
