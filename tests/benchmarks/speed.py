"""What an hour costs: analysis against the orientation filter alone, reading a file, live, and how it grows."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from vqf import VQF

from sensorcoach import Arrays, analyze
from sensorcoach.devices.rows import ROWS
from sensorcoach.importers import open_recording
from sensorcoach.model import Floats, Mounting
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from tests.benchmarks.hours import RATE_HZ, csv_of, hours, packets
from tests.benchmarks.table import Options, Row
from tests.benchmarks.twist_sessions import TELLINGS, read_session, sessions

MOUNTING = Mounting(up_leg="z")


def cost_s(work: Callable[[], object]) -> float:
    """CPU time of one run on one core: what another process does does not count."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def filter_alone(acc: Floats, gyr: Floats, rate_hz: float = RATE_HZ) -> object:
    return VQF(1.0 / rate_hz).updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))


@dataclass(frozen=True, slots=True)
class Cost:
    """Best seconds of one VQF pass and of the analysis of the same samples; ``ratio``: median of the pairs."""

    filter_s: float
    analysis_s: float
    ratio: float


def cost_of(t_s: Floats, acc: Floats, gyr: Floats, mounting: Mounting, runs: int) -> Cost:
    """Interleaved, so that what else the machine does falls on both."""
    rate_hz = (len(t_s) - 1) / (t_s[-1] - t_s[0])
    filters, analyses = [], []
    for _ in range(runs):
        filters.append(cost_s(lambda: filter_alone(acc, gyr, rate_hz)))
        analyses.append(cost_s(lambda: analyze(Arrays(t_s, acc, gyr), mounting=mounting)))
    ratio = median(a / f for a, f in zip(analyses, filters, strict=True))
    return Cost(min(filters), min(analyses), ratio)


def analysis_rows(options: Options) -> list[Row]:
    rows = _cost_rows("1 h at 100 Hz", cost_of(*hours(1.0), MOUNTING, 5))
    for path in sessions("hour", "both"):
        session = read_session(path)
        t_s, acc, gyr = session.rows[:, 0], session.rows[:, 1:4], session.rows[:, 4:7]
        for telling in TELLINGS:
            cost = cost_of(t_s, acc, gyr, session.truth.mounting(telling), 3)
            rows += _cost_rows(f"the hour of independent physics, {telling}", cost)
    return rows


def _cost_rows(what: str, cost: Cost) -> list[Row]:
    return [
        Row(
            f"{what}, from arrays: analysis / one pass of VQF",
            f"{cost.analysis_s / cost.filter_s:.2f} ({cost.analysis_s:.2f} s / {cost.filter_s:.2f} s; median of pairs"
            f" {cost.ratio:.2f})",
            "<= 4",
            cost.analysis_s <= 4 * cost.filter_s,
        )
    ]


def read_all(path: Path) -> None:
    for _ in open_recording(path).items:
        pass


def reading_rows(options: Options) -> list[Row]:
    t_s, acc, gyr = hours(1.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.csv"
        path.write_text(csv_of(1.0))
        readings, analyses = [], []
        for _ in range(3):
            readings.append(cost_s(lambda: read_all(path)))
            analyses.append(cost_s(lambda: analyze(Arrays(t_s, acc, gyr), mounting=MOUNTING)))
    ratio = min(readings) / min(analyses)
    return [Row("reading 1 h of CSV / analysis", f"{ratio:.2f} ({min(readings):.2f} s)", "<= 2", ratio <= 2.0)]


def stream(number: float) -> Pipeline:
    """Analyse without ever holding the samples."""
    pipeline = Pipeline(ROWS, {}, MOUNTING, Settings())
    for packet in packets(number):
        pipeline.push(packet)
    pipeline.flush()
    return pipeline


def linearity_rows(options: Options) -> list[Row]:
    one, day = cost_s(lambda: stream(1.0)), cost_s(lambda: stream(24.0))
    return [Row("24 h / 24 x 1 h, streamed", f"{day / one / 24:.2f} ({day:.1f} s)", "about 1", day < 1.5 * 24 * one)]


def live_costs_s(number: float, each: int) -> Floats:
    """Seconds of each notification of ``each`` samples (wall clock: other work on the machine shows in the tail)."""
    pipeline = Pipeline(ROWS, {}, MOUNTING, Settings(), live=True)
    costs = []
    for packet in packets(number, each):
        begin = time.perf_counter()
        pipeline.push(packet)
        costs.append(time.perf_counter() - begin)
    return np.array(costs)


def live_rows(options: Options) -> list[Row]:
    costs_ms = 1e3 * live_costs_s(0.25, 8)
    mid, high = np.percentile(costs_ms, [50, 99])
    return [
        Row("a notification of 8 samples, median", f"{mid:.2f} ms", "goal 1 ms", mid <= 1.0),
        Row("... p99", f"{high:.2f} ms (longest {costs_ms.max():.1f})", "goal 5 ms", high <= 5.0),
    ]
