"""Many recordings of ten minutes (own format, packets, simulated): files a second from one process and from two."""

import os
import tempfile
import time
from pathlib import Path

import msgspec

from sensorcoach.app import analyze_into, sessions_under
from sensorcoach.choices import Choices
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.simulator.plan import RestPlan
from sensorcoach.sources.simulated import write_simulated
from tests.benchmarks.table import Options, Row

FILES = {1: 250, 2: 1000}
"""Recordings by the number of processes: starting them (1-2 s) should not show."""
TEN_MINUTES_S = 600.0


def many_rows(options: Options) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = _ten_minutes(folder / "one.jsonl.gz")
        rates = {processes: _files_a_second(folder, one, processes, number) for processes, number in FILES.items()}
    gained = rates[2] / rates[1]
    return [
        Row(f"recordings of 10 min, {FILES[1]} of them, one process", f"{rates[1]:.1f} a second", ""),
        Row(f"recordings of 10 min, {FILES[2]} of them, two processes", f"{rates[2]:.1f} a second", ""),
        Row("two processes against one, on two cores", f"{gained:.2f} x", "> 1.5 x", gained > 1.5),
    ]


def _ten_minutes(path: Path) -> Path:
    plan = SCENARIOS["good"](1)
    items = [RestPlan(duration_s=3.0)]
    while (simulation := simulate(msgspec.structs.replace(plan, items=tuple(items)))).t_s[-1] < TEN_MINUTES_S:
        items += list(plan.items)
    write_simulated(path, simulation)
    return path


def _files_a_second(folder: Path, one: Path, processes: int, number: int) -> float:
    place = folder / f"{processes}"
    place.mkdir()
    for index in range(number):
        os.link(one, place / f"{index:04d}.jsonl.gz")  # names of their own, one file on the disk
    begin = time.perf_counter()
    done = analyze_into(
        sessions_under([place]),
        Choices(),
        folder / f"{processes}.parquet",
        processes=processes,
        scheduler=None,
        on_progress=lambda done, of: None,
    )
    assert not done.failures
    return number / (time.perf_counter() - begin)
