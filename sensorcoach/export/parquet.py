"""Parquet: the tables of the CSV with types, units as metadata of the columns, and the session as metadata of both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from sensorcoach.export.session import ExportedSession, sample_columns, unit_of
from sensorcoach.model import Result
from sensorcoach.output.arrow import reps_table


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
