"""An hour from each pretend sensor over a virtual radio, in virtual time; the product's own work in real time."""

import tempfile
from pathlib import Path

from tests.benchmarks.table import Options, Row
from tests.ble.hour import TRAITS, hour

MINUTES = 60.0


def radio_rows(options: Options) -> list[Row]:
    return [row for kind in TRAITS for row in _rows(kind)]


def _rows(kind: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        told = hour(kind, MINUTES, Path(folder))
    what = f"{told.minutes:.0f} min from a pretend sensor ({kind})"
    unharmed = told.lost == told.undecodable == told.gaps == told.interruptions == 0
    return [
        Row(f"{what}: samples lost", f"{told.lost} of {told.samples}", "0", unharmed),
        Row(f"{what}: repetitions", f"{told.reps} of {told.true_reps}", "all", told.reps == told.true_reps),
        Row(
            f"{what}: analysis of its recording differs in",
            ", ".join(told.differs_when_analysed) or "nothing",
            "nothing",
            not told.differs_when_analysed,
        ),
        Row(f"{what}: notification to event", f"{told.median_ms:.2f} ms median, {told.worst_ms:.0f} ms worst", ""),
        Row(f"{what}: share of one core", f"{told.cpu_share:.2%}", ""),
        Row(f"{what}: memory after it", f"{told.grown_mb:+.1f} MB", "< 20 MB", told.grown_mb < 20),
    ]
