"""What a screen's picture of a session costs: eight hours live, and an hour played."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np

from sensorcoach.app import Player
from sensorcoach.choices import Choices
from sensorcoach.devices.conversation import Started
from sensorcoach.devices.rows import ROWS, rows_packet
from sensorcoach.importers import recording_of_arrays
from sensorcoach.model import Counted, Packet
from sensorcoach.session import LiveSession
from sensorcoach.session.board import Board
from sensorcoach.settings import Settings
from sensorcoach.sources.mailbox import SensorReady
from tests.benchmarks.hours import RATE_HZ, hours, one_session, packets
from tests.benchmarks.table import Options, Row

HOURS = 8
FLAT_MB = 10.0
"""1700 repetitions are kept and shown; curves, gaps and notices are not to grow at all."""
PICTURES_HZ = 15
_CHOICES = Choices(mounting={"up_leg": "z"})


def board_rows(options: Options) -> list[Row]:
    return [*_delay_rows(), *_played_rows(), _memory_row()]


# --- live -------------------------------------------------------------------------------------------------------------


class Watched:
    """A live session without a radio, with a board that listens."""

    def __init__(self) -> None:
        self.board = Board(Settings())
        self.ended: list[float] = []
        self._session = LiveSession(
            _CHOICES, datetime(2026, 1, 1, tzinfo=UTC), lambda header: None, self._tell, traced=True
        )
        self._session.take([SensorReady(0.0, ROWS.name, "emulated", None, Started(RATE_HZ), -50)])

    def _tell(self, told: object) -> None:
        self.board.tell(told)  # type: ignore[arg-type]
        if isinstance(told, Counted):
            self.ended.append(time.perf_counter())

    def take(self, packet: Packet) -> None:
        self._session.take([packet])


def _delay_rows() -> list[Row]:
    """A quarter of an hour in notifications of 8 samples, a picture after each."""
    watched, delays_ms, pictures_ms = Watched(), [], []
    for packet in packets(0.25, 8):
        watched.take(packet)
        begin = time.perf_counter()
        watched.board.picture(packet.t_s)
        shown = time.perf_counter()
        pictures_ms.append(1e3 * (shown - begin))
        delays_ms += [1e3 * (shown - ended) for ended in watched.ended]
        watched.ended.clear()
    longest = max(delays_ms)
    high = float(np.percentile(pictures_ms, 99))
    return [
        Row(f"end of a rep told -> in the picture, longest of {len(delays_ms)}", f"{longest:.1f} ms", "< 150 ms",
            longest < 150.0),
        Row("a picture, p99", f"{high:.3f} ms", "< 1 ms", high < 1.0),
    ]  # fmt: skip


def _memory_row() -> Row:
    with tempfile.TemporaryDirectory() as name:
        samples = Path(name) / "session.npy"
        stretch = one_session()
        np.save(samples, np.column_stack((stretch.acc, stretch.gyr)))
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.board", str(samples)], capture_output=True, text=True
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    first, last, cpu_s = (float(word) for word in done.stdout.split())
    told = f"{last - first:+.1f} MB ({first:.0f} MB after 1 h; {cpu_s:.0f} s of CPU)"
    return Row(f"memory of a live session from hour 1 to {HOURS}", told, f"< {FLAT_MB:.0f} MB", last - first < FLAT_MB)


def day(path: Path) -> tuple[float, float]:
    """Resident memory, MB, after the first and the last hour of one session a second at a time, with its pictures."""
    import psutil

    process, samples, watched = psutil.Process(), np.load(path, mmap_mode="r"), Watched()
    after: list[float] = []
    seconds, each = HOURS * 3600, round(RATE_HZ)
    for second in range(seconds):
        index = np.arange(second * each, (second + 1) * each)
        watched.take(rows_packet("day", np.column_stack((index / RATE_HZ, samples[index % len(samples)]))))
        for look in range(PICTURES_HZ):
            watched.board.picture(second + 1.0 + look / PICTURES_HZ)
        watched.board.trace(second - 10.0, second + 1.0)
        if (second + 1) % 3600 == 0:
            after.append(process.memory_info().rss / 2**20)
    return after[0], after[-1]


# --- played -----------------------------------------------------------------------------------------------------------


def _played_rows() -> list[Row]:
    arrays = hours(1.0)
    begin = time.perf_counter()
    player = Player(lambda: (None, recording_of_arrays(*arrays)), _CHOICES)
    player.wait()
    ahead_s = time.perf_counter() - begin
    player.seek(3600.0)
    player.picture()
    back_ms = 1e3 * _cost_s(lambda: (player.seek(3000.0), player.picture()))
    limits = msgspec.structs.replace(player.settings.limits, hold_target_s=2.0)
    settings = msgspec.structs.replace(player.settings, limits=limits)
    again_ms = 1e3 * _cost_s(lambda: (player.regrade(settings), player.picture()))
    reps = len(player.reps)
    return [
        Row("replay of 1 h, all known after", f"{ahead_s:.1f} s", "-"),
        Row("seek back in 1 h, with the picture", f"{back_ms:.0f} ms", "< 100 ms", back_ms < 100.0),
        Row(f"other limits for {reps} reps, with the picture", f"{again_ms:.0f} ms", "< 200 ms", again_ms < 200.0),
    ]


def _cost_s(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(*day(Path(sys.argv[1])), time.process_time())
