"""Damaged recordings through whole commands; a job of its own:

    python -m tests.fuzz --seconds 300 --seed 1

Each command ends with a code that its help documents, and a sentence where that is not 0: no traceback, no warning of a
library, no hang, no flood of memory. What breaks that is kept, and named with its seed.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.damage import session_file, table

COMMANDS = (
    ("analyze", "FILE", "--json"),
    ("replay", "FILE", "--plain", "--speed", "max", "--no-voice"),
    ("report", "FILE", "-o", "OUT/report.html"),
    ("export", "FILE", "--to", "motion-bids", "--out", "OUT/bids"),
    ("export", "FILE", "--to", "mcap", "--out", "OUT/mcap"),
    ("log", "rebuild", "FILE"),
)
DOCUMENTED = (0, 2, 3)
HANG_S = 10.0
"""Of the processor: the machine may be busy with other things."""
GIVEN_UP_S = 120.0
MOST_MB = 300
WITNESS = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss], file)
"""
"""A small process between us and the command: a child's peak memory begins with that of the process that started it,
and that of the tests, which have read much, is larger than any command's."""


@dataclass(frozen=True)
class Ran:
    """A command and what became of it."""

    words: tuple[str, ...]
    code: int | None
    text: str
    stderr: str
    cpu_s: float
    peak_mb: float

    @property
    def wrong(self) -> list[str]:
        """What a person must never see."""
        found = []
        if self.code is None or self.cpu_s > HANG_S:
            found.append(f"it hangs ({self.cpu_s:.0f} s of the processor)")
        elif self.code not in DOCUMENTED:
            found.append(f"exit code {self.code}")
        if "Traceback" in self.stderr or "Warning:" in self.stderr:
            found.append("a traceback or a library's warning")
        if self.code in (2, 3) and "sensorcoach: " not in self.stderr and "Left out: " not in self.stderr:
            found.append("no sentence")
        if self.peak_mb > MOST_MB:
            found.append(f"{self.peak_mb:.0f} MB")
        if any(not (c.isprintable() or c in "\n\r\t") for c in self.text + self.stderr):
            found.append("a character that commands a terminal")
        return found


def one(seed: int, folder: Path) -> Iterator[Ran]:
    """Every command over the damaged file of this seed."""
    whim = random.Random(seed)
    ending, content = (session_file if whim.random() < 0.6 else table)(whim)
    file = folder / f"s{seed}{ending}"
    file.write_bytes(content)
    for number, words in enumerate(COMMANDS):
        told = [word.replace("FILE", str(file)).replace("OUT", str(folder / f"out{seed}-{number}")) for word in words]
        for word, filled in zip(words, told, strict=True):
            if word.startswith("OUT"):
                Path(filled).parent.mkdir(parents=True, exist_ok=True)
        yield run(tuple(told), folder)


def run(words: tuple[str, ...], folder: Path) -> Ran:
    """A command in a process of its own, with folders of its own."""
    places = {f"XDG_{kind}_HOME": str(folder / "home" / kind) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
    told = folder / "witness.json"
    told.unlink(missing_ok=True)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WITNESS, str(told), sys.executable, "-m", "sensorcoach", *words],
            cwd=folder,
            env={**os.environ, **places},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            process.wait(GIVEN_UP_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    if not told.exists():
        return Ran(words, None, *texts, cpu_s=math.nan, peak_mb=math.nan)
    code, cpu_s, peak = json.loads(told.read_text())
    per_mb = 1e3 if sys.platform != "darwin" else 1e6
    return Ran(words, code if code >= 0 else None, *texts, cpu_s, peak / per_mb)


def main(seconds: float, seed: int, folder: Path) -> int:
    """So long; how many commands went wrong."""
    end_s = time.monotonic() + seconds
    ran = bad = 0
    slowest_s = largest_mb = 0.0
    codes: dict[int | None, int] = {}
    while time.monotonic() < end_s:
        kept = False
        for done in one(seed, folder):
            ran += 1
            codes[done.code] = codes.get(done.code, 0) + 1
            slowest_s, largest_mb = max(slowest_s, done.cpu_s), max(largest_mb, done.peak_mb)
            if done.wrong:
                bad, kept = bad + 1, True
                sys.stdout.write(
                    f"seed {seed}: {' '.join(done.words)}: {'; '.join(done.wrong)}\n{done.stderr[-2000:]}\n"
                )
        sys.stdout.flush()
        if not kept:
            for path in folder.glob(f"s{seed}.*"):
                path.unlink()
        seed += 1
    sys.stdout.write(
        f"{ran} commands, {bad} wrong; exit codes {codes}; slowest {slowest_s:.1f} s of the processor, "
        f"largest {largest_mb:.0f} MB; next seed {seed}\n"
    )
    return bad
