"""The reps of one or more results as CSV: one line a rep, the columns of `Rep` with the file in front."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import msgspec

from sensorcoach.model import Rep, Result

COLUMNS = ("file", *(field.name for field in msgspec.structs.fields(Rep)))


def as_csv(results: Iterable[Result]) -> str:
    """Header and rows; what could not be computed is empty, warnings are ``code:severity`` separated by blanks."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for result in results:
        writer.writerows({"file": result.file, **_cells(rep)} for rep in result.reps)
    return text.getvalue()


def _cells(rep: Rep) -> dict[str, object]:
    warnings = " ".join(f"{warning.code}:{warning.severity}" for warning in rep.warnings)
    return {**msgspec.structs.asdict(rep), "warnings": warnings}
