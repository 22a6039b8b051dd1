"""What the session screen costs, and how late it is: in a pretend terminal of its own (not on Windows)."""

import os
import re
import struct
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.benchmarks.table import Options, Row

MOST_CPU = 0.15
LATEST_S = 0.150
WARM_UP_S = 8.0
WATCHED_S = 20.0
_FIGURES = re.compile(rb"\x1b\[[3-7];[1-9]H")
"""The terminal is sent to the rows and columns where the figures of the left side begin."""


def screen_rows(options: Options) -> list[Row]:
    return [_cpu_row(80, 24), _cpu_row(120, 36), _delay_row()]


def _cpu_row(columns: int, lines: int) -> Row:
    with _Terminal(["live"], columns, lines) as terminal:
        terminal.read_for(WARM_UP_S)
        before, begun_s = terminal.cpu_s(), time.monotonic()
        written = sum(len(data) for _, data in terminal.read_for(WATCHED_S))
        took_s = time.monotonic() - begun_s
        share = (terminal.cpu_s() - before) / took_s
    what = f"live session at 104 Hz on a screen of {columns}x{lines}, all of the program, of one core"
    return Row(what, f"{100 * share:.1f} %, {written / took_s / 1000:.0f} kB/s to the terminal", "< 15 %",
               share < MOST_CPU)  # fmt: skip


def _delay_row() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "counts"
        with _Terminal(["counts", str(log)], 80, 24) as terminal:
            chunks = terminal.read_for(120.0)
        counted_s = [float(line) for line in log.read_text().split()]
    delays_s = sorted(
        next(seen_s - at_s for seen_s, data in chunks if seen_s > at_s and _FIGURES.search(data)) for at_s in counted_s
    )
    middle, worst = delays_s[len(delays_s) // 2], delays_s[-1]
    figure = f"{1000 * middle:.0f} ms, worst of {len(delays_s)} {1000 * worst:.0f} ms"
    return Row("a repetition counted -> its figure at the terminal", figure, "< 150 ms", worst < LATEST_S)


class _Terminal:
    """A child that believes it has a terminal; what it writes there is stamped on arrival."""

    def __init__(self, words: list[str], columns: int, lines: int) -> None:
        import fcntl
        import pty
        import termios

        self._pid, self._door = pty.fork()
        if self._pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, "-m", "tests.benchmarks.screened", *words])
        fcntl.ioctl(self._door, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._process = psutil.Process(self._pid)

    def __enter__(self) -> "_Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._door)

    def cpu_s(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system

    def read_for(self, longest_s: float) -> list[tuple[float, bytes]]:
        """What comes within ``longest_s``, or until the child ends."""
        import select

        chunks: list[tuple[float, bytes]] = []
        end_s = time.monotonic() + longest_s
        while (left_s := end_s - time.monotonic()) > 0:
            if not select.select([self._door], [], [], left_s)[0]:
                break
            try:
                data = os.read(self._door, 1 << 16)
            except OSError:  # Linux's way to say that the child closed it
                break
            if not data:
                break
            chunks.append((time.monotonic(), data))
        return chunks
