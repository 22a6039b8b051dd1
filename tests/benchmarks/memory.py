"""Memory above the imports, each figure from a process of its own that simulates nothing."""

import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import numpy as np
import psutil

from sensorcoach import analyze
from sensorcoach.devices.rows import ROWS, rows_packet
from sensorcoach.model import Mounting
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from tests.benchmarks.hours import RATE_HZ, csv_of, one_session
from tests.benchmarks.table import Options, Row

LIMIT_MB = 60.0
_ROWS = 8192


def memory_rows(options: Options) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        samples, table = Path(name) / "session.npy", Path(name) / "hour.csv"
        stretch = one_session()
        np.save(samples, np.column_stack((stretch.acc, stretch.gyr)))
        table.write_text(csv_of(1.0))
        return [
            _row("1 h streamed", "stream", samples, 1.0),
            _row("24 h streamed", "stream", samples, 24.0),
            _row("1 h of CSV", "csv", table, 1.0),
        ]


def _row(what: str, kind: str, path: Path, number: float) -> Row:
    command = [sys.executable, "-m", "tests.benchmarks.memory", kind, str(path), str(number)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    grown = float(done.stdout)
    return Row(f"memory above the imports, {what}", f"{grown:.0f} MB", f"< {LIMIT_MB:.0f} MB", grown < LIMIT_MB)


class Peak:
    """Highest resident memory while it watches, MB above the beginning (``ru_maxrss`` comes from the parent)."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._begin = self._highest = self._resident()
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def _resident(self) -> int:
        return int(self._process.memory_info().rss)

    def _look(self) -> None:
        while not self._over.wait(0.002):
            self._highest = max(self._highest, self._resident())

    def stop(self) -> float:
        self._over.set()
        self._watch.join()
        return (max(self._highest, self._resident()) - self._begin) / 2**20


def stream(path: Path, number: float) -> None:
    """So many hours out of a saved session, over and over, packet by packet."""
    session = np.load(path, mmap_mode="r")
    pipeline = Pipeline(ROWS, {}, Mounting(up_leg="z"), Settings())
    n = round(number * 3600.0 * RATE_HZ)
    for start in range(0, n, _ROWS):
        index = np.arange(start, min(n, start + _ROWS))
        pipeline.push(rows_packet("day", np.column_stack((index / RATE_HZ, session[index % len(session)]))))
    pipeline.flush()


def main(kind: str, path: Path, number: float) -> None:
    import vqf  # noqa: F401  what the first analysis would import

    peak = Peak()
    if kind == "stream":
        stream(path, number)
    else:
        analyze(path, mounting={"up_leg": "z"})
    print(peak.stop())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
