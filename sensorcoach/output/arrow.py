"""Repetitions as an Arrow table (extra ``export``): the fields of `model.Rep` with their types, warnings as records."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

import msgspec

from sensorcoach.model import Rep, Result, Warning


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
