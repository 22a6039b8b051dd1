"""CSV: samples with units in their names, exact to the last bit, and one line a repetition.

``sensorcoach analyze`` reads the samples back and finds the same repetitions; what a table cannot hold, the mounting
and the settings, is told again there.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sensorcoach.export.session import ExportedSession, sample_columns
from sensorcoach.output.csv_ import as_csv


def write_csv(session: ExportedSession, folder: Path) -> list[Path]:
    """``STEM.samples.csv`` and ``STEM.reps.csv`` in ``folder``; the files made."""
    samples, reps = folder / f"{session.stem}.samples.csv", folder / f"{session.stem}.reps.csv"
    columns = dict(sample_columns(session.signals))
    with samples.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        # Floats as Python writes them: the shortest text that reads back as the same number.
        writer.writerows(zip(*(_cells(values.tolist()) for values in columns.values()), strict=True))
    with reps.open("x", encoding="utf-8", newline="") as file:
        file.write(as_csv([session.result]))
    return [samples, reps]


def _cells(values: list[float] | list[bool]) -> list[object]:
    return ["" if value != value else int(value) if isinstance(value, bool) else value for value in values]
