"""An hour of streaming in virtual time, and what it costs: the figures of the README.

``python -m tests.ble.hour``: a full hour of each sensor, under a minute each. ``... --minutes 10 open``: less.

The pretend sensor plays a simulated session of eight good repetitions in 100 s again and again, in its own bytes at its
own rate; everything from bleak's callback on is the product. What is measured in real time is the product's own work:
from the callback that brings a notification to the event it gives rise to, and the share of one core. The radio and the
operating system are not in it, and nothing here was run on hardware.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from sensorcoach.model import Counted, PhaseChanged, RepDone
from tests.ble import virtual_time
from tests.ble.lab import Lab
from tests.ble.product import Product, same_numbers, worn

TRAITS: dict[str, dict[str, Any]] = {
    # A crystal 0.4 % fast; the clock wraps after 95 s, the packet number after 25 s.
    "open": {"clock_error": 0.004, "first_us": 4_200_000_000, "first_number": 65_000},
    "witmotion": {},
}
AFTER_S = 2.0
"""Into the next round's rest: the last repetition of the one before is complete."""
SETTLED_S = 60.0
"""From here on memory is watched."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one session. Times in ms of real time; ``cpu_share`` of one core; ``grown_mb`` since its first minute."""

    sensor: str
    minutes: float
    notifications: int
    reps: int
    true_reps: int
    samples: int
    lost: int
    duplicated: int
    undecodable: int
    gaps: int
    interruptions: int
    median_ms: float
    worst_ms: float
    cpu_share: float
    grown_mb: float
    differs_when_analysed: list[str]
    wall_s: float

    def __str__(self) -> str:
        return (
            f"{self.sensor}, {self.minutes:.0f} min: {self.notifications} notifications, {self.samples} samples, "
            f"{self.lost} lost, {self.duplicated} repeated, {self.undecodable} unreadable, {self.gaps} gaps, "
            f"{self.interruptions} interruptions; {self.reps} of {self.true_reps} repetitions; notification to event "
            f"{self.median_ms:.2f} ms (median), {self.worst_ms:.1f} ms (worst); {self.cpu_share:.2%} of a core; "
            f"{self.grown_mb:+.1f} MB after the first minute; analysis of the file differs in "
            f"{self.differs_when_analysed or 'nothing'} ({self.wall_s:.0f} s)"
        )


class Stopwatch:
    """Real time from bleak's callback to the product's events, and the processor's time for all that is done."""

    def __init__(self) -> None:
        self.delays_s: list[float] = []
        self.busy_s = 0.0
        self._called_s = 0.0

    def watch_callbacks(self, client_backend: Any) -> None:
        """Of every subscription from now on."""
        subscribe = client_backend.start_notify

        async def start_notify(client: Any, characteristic: Any, callback: Any, **more: Any) -> None:
            def timed(value: bytearray) -> None:
                self._called_s, began_s = time.perf_counter(), time.process_time()
                callback(value)
                self.busy_s += time.process_time() - began_s

            await subscribe(client, characteristic, timed, **more)

        client_backend.start_notify = start_notify

    def watch_session(self, product: Product) -> None:
        """What the session takes, and what it tells."""
        session: Any = product.live._session
        take, listener = session.take, session._listener

        def timed_take(items: Any) -> None:
            began_s = time.process_time()
            take(items)
            self.busy_s += time.process_time() - began_s

        def timed_listener(told: Any) -> None:
            if isinstance(told, PhaseChanged | Counted | RepDone):
                self.delays_s.append(time.perf_counter() - self._called_s)
            listener(told)

        session.take, session._listener = timed_take, timed_listener


async def _streamed(kind: str, rounds: int, folder: Path, take_every_s: float) -> Figures:
    began_s = time.perf_counter()
    session, watch = worn(None), Stopwatch()
    async with Lab() as lab:
        watch.watch_callbacks(lab.computer.client_backend)
        sensor = await getattr(lab, kind)(session.movement, **TRAITS[kind])
        async with Product(lab, folder, choices=session.choices, take_every_s=take_every_s) as product:
            watch.watch_session(product)
            await product.streaming()
            await asyncio.sleep(SETTLED_S)
            before_mb = _resident_mb()
            await asyncio.sleep(rounds * session.duration_s + AFTER_S - SETTLED_S)
            grown_mb = _resident_mb() - before_mb
        streamed_s = rounds * session.duration_s
    done = product.done
    return Figures(
        sensor=kind,
        minutes=streamed_s / 60,
        notifications=sensor.sent,
        reps=done.summary.reps,
        true_reps=rounds * session.reps,
        samples=done.samples,
        lost=done.counts["lost"],
        duplicated=done.counts["duplicated"],
        undecodable=done.counts["undecodable"],
        gaps=len(done.gaps),
        interruptions=sum(state in ("stalled", "lost", "overflow") for state in product.states),
        median_ms=1000 * median(watch.delays_s),
        worst_ms=1000 * max(watch.delays_s),
        cpu_share=watch.busy_s / streamed_s,
        grown_mb=grown_mb,
        differs_when_analysed=same_numbers(done, product.analyzed()),
        wall_s=time.perf_counter() - began_s,
    )


def _resident_mb() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


def hour(kind: str, minutes: float, folder: Path, take_every_s: float = 0.0) -> Figures:
    """Stream about so many minutes, in whole rounds of the simulated session, at least two."""
    rounds = max(2, round(minutes * 60 / worn(None).duration_s))
    return virtual_time.run(_streamed(kind, rounds, folder, take_every_s))


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.ble.hour", description=__doc__.partition("\n")[0])
    parser.add_argument("sensors", nargs="*", metavar="SENSOR", help=f"of {', '.join(TRAITS)}; default: all")
    parser.add_argument("--minutes", type=float, default=60.0)
    told = parser.parse_args()
    for kind in told.sensors or TRAITS:
        with tempfile.TemporaryDirectory() as folder:
            print(hour(kind, told.minutes, Path(folder)), flush=True)


if __name__ == "__main__":
    main()
