"""The scenarios of `.ci/bluez`. R numbers: requirements of the shared notes, ble-testing.md."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path

from sensorcoach import analyze
from sensorcoach.model import LinkEvent, Packet, Result
from sensorcoach.recording import read_session
from sensorcoach.simulator import SCENARIOS, simulate
from tests.ble_linux.program import Program
from tests.bluez_vm.computer import BUS, kill_bluetoothd_for
from tests.bluez_vm.sensor import SensorProcess

Scenario = Callable[[Path, SensorProcess], Awaitable[str]]
"""Gives what was measured, in a line."""
NEW, OWN, WITMOTION = "a sensor that has just been switched on", "any of our own", "a WitMotion"
scenarios: dict[str, tuple[Scenario, str]] = {}
"""By name: what to do, and which sensor it needs. To start one takes a while in an emulated processor."""
PLAYED = "short_holds"
PLAYED_S = 61.0
SETTLED_S = 8.0
"""So long a stream goes on before something befalls it, and after."""


def scenario(needs: str) -> Callable[[Scenario], Scenario]:
    def noted(body: Scenario) -> Scenario:
        scenarios[body.__name__] = body, needs
        return body

    return noted


class Live(Program):
    """``sensorcoach live`` of a sensor, recording into ``file``."""

    limit_s = 90.0

    def __init__(self, sensor: SensorProcess, file: Path, *words: str) -> None:
        self.file = file
        told = ("live", "--plain", "--device", sensor.address, "--out", str(file))
        super().__init__(BUS, file.parent, *told, *words)

    async def stop(self) -> None:
        """Ctrl-C; it must end well."""
        self.send(signal.SIGINT)
        assert await self.ended() == 0, self.text


class Recorded:
    """What became of a session."""

    def __init__(self, file: Path) -> None:
        self.result: Result = analyze(file)
        session = read_session(file)
        items = list(session.items)
        self.whole = not session.notices
        self.events = [item for item in items if isinstance(item, LinkEvent)]
        self.states = [event.state for event in self.events]
        self.data = [item for item in items if isinstance(item, Packet) and item.channel in ("imu", "data")]

    @property
    def lost(self) -> int:
        """Samples."""
        return self.result.counts["lost"]

    def away_s(self) -> float:
        """From the loss to the next streaming."""
        lost = next(event.t_s for event in self.events if event.state == "lost")
        return next(event.t_s for event in self.events if event.state == "streaming" and event.t_s > lost) - lost

    def silent_s(self) -> float:
        """The longest time between two packets."""
        return max(after.t_s - before.t_s for before, after in pairwise(self.data))

    def counted(self) -> list[str]:
        """Sides of the reps."""
        return [rep.side or "?" for rep in self.result.reps]


def truth() -> list[str]:
    return [rep.side for rep in simulate(SCENARIOS[PLAYED](1)).truth]


@scenario(NEW)
async def clean(folder: Path, sensor: SensorProcess) -> str:
    """R1, R8, R16, R24: nothing is lost; the count is the truth; start to streaming in seconds; real MTU."""
    async with Live(sensor, folder / "s.jsonl", "--leg", "left", "--up-leg", "y") as live:
        await live.says("connected")
        await asyncio.sleep(PLAYED_S + 2.0)
        await live.stop()
        status = await sensor.status()
    seen = Recorded(live.file)
    assert seen.whole
    assert seen.states == ["searching", "connecting", "streaming"], seen.states
    assert seen.lost == 0
    assert 0 <= status["samples_sent"] - seen.result.samples <= 10, (status, seen.result.samples)
    assert seen.counted() == truth(), (seen.counted(), live.text)
    assert not status["connected"]
    started_s = next(event.t_s for event in seen.events if event.state == "streaming")
    gaps_ms = sorted(1e3 * (after.t_s - before.t_s) for before, after in pairwise(seen.data))
    return (
        f"{len(seen.data)} packets, 0 lost, {len(seen.counted())} reps as in the truth; "
        f"streaming after {started_s:.1f} s; between packets median {gaps_ms[len(gaps_ms) // 2]:.0f} ms, "
        f"99 % {gaps_ms[len(gaps_ms) * 99 // 100]:.0f} ms, longest {gaps_ms[-1]:.0f} ms"
    )


@scenario(NEW)
async def blocked(folder: Path, sensor: SensorProcess) -> str:
    """R15, R16: the program stands still for 3 s, then for 10 s; nothing is lost, link and count stay."""
    async with Live(sensor, folder / "s.jsonl", "--leg", "left", "--up-leg", "y") as live:
        await live.says("connected")
        began_s = time.monotonic()
        for pause_s in (3.0, 10.0):
            await asyncio.sleep(SETTLED_S)
            live.send(signal.SIGSTOP)
            await asyncio.sleep(pause_s)
            live.send(signal.SIGCONT)
        await asyncio.sleep(PLAYED_S + 2.0 - (time.monotonic() - began_s))
        await live.stop()
        status = await sensor.status()
    seen = Recorded(live.file)
    assert seen.states.count("lost") == 0, seen.events
    assert seen.lost == 0
    assert 0 <= status["samples_sent"] - seen.result.samples <= 10, (status, seen.result.samples)
    assert seen.counted() == truth(), (seen.counted(), live.text)
    return (
        f"{len(seen.data)} packets, 0 lost, silence {seen.silent_s():.1f} s, {len(seen.counted())} reps as in the truth"
    )


@scenario(OWN)
async def drop(folder: Path, sensor: SensorProcess) -> str:
    """R2, R9: the sensor hangs up."""
    async with Live(sensor, folder / "s.jsonl") as live:
        await live.says("connected")
        await asyncio.sleep(SETTLED_S)
        sensor.tell("drop")
        await live.says("connected", 2)
        await asyncio.sleep(SETTLED_S)
        await live.stop()
    return _once_away(Recorded(live.file))


@scenario(OWN)
async def out_of_range(folder: Path, sensor: SensorProcess) -> str:
    """R9: out of range for 10 s; the link ends by its supervision timeout of 4 s."""
    async with Live(sensor, folder / "s.jsonl") as live:
        await live.says("connected")
        await asyncio.sleep(SETTLED_S)
        sensor.tell("range 10")
        await live.says("connected", 2)
        await asyncio.sleep(SETTLED_S)
        await live.stop()
    seen = Recorded(live.file)
    assert "stalled" in seen.states
    assert 10.0 <= seen.silent_s() <= 20.0, seen.silent_s()
    return _once_away(seen)


@scenario(OWN)
async def killed_bluetoothd(folder: Path, sensor: SensorProcess) -> str:
    """R3, R4: no signal tells of it; only silence."""
    async with Live(sensor, folder / "s.jsonl") as live:
        await live.says("connected")
        await asyncio.sleep(SETTLED_S)
        await kill_bluetoothd_for(3.0)
        await live.says("connected", 2)
        await asyncio.sleep(SETTLED_S)
        await live.stop()
    seen = Recorded(live.file)
    stalled_s = next(event.t_s for event in seen.events if event.state == "stalled")
    lost_s = next(event.t_s for event in seen.events if event.state == "lost")
    last_s = max(packet.t_s for packet in seen.data if packet.t_s < stalled_s)
    assert stalled_s - last_s < 3.0, stalled_s - last_s
    assert lost_s - last_s < 8.0, lost_s - last_s
    return f"stall told after {stalled_s - last_s:.1f} s, loss after {lost_s - last_s:.1f} s; {_once_away(seen)}"


@scenario(OWN)
async def killed_command(folder: Path, sensor: SensorProcess) -> str:
    """R7: BlueZ keeps the link, the sensor does not advertise, and yet the next session finds it."""
    before = (await sensor.status())["samples_sent"]
    async with Live(sensor, folder / "first.jsonl") as first:
        await first.says("connected")
        await asyncio.sleep(SETTLED_S)
        first.send(signal.SIGKILL)
        await first.ended()
    status = await sensor.status()
    assert status["connected"]
    kept = Recorded(first.file)
    missing = status["samples_sent"] - before - kept.result.samples
    assert missing <= 2 * 104, missing  # one second unwritten; one until bluetoothd noticed and the status was asked
    async with Live(sensor, folder / "second.jsonl") as second:
        await second.says("connected")
        await asyncio.sleep(SETTLED_S)
        await second.stop()
    seen = Recorded(second.file)
    assert seen.lost == 0
    assert seen.states == ["searching", "connecting", "streaming"], seen.events
    started_s = next(event.t_s for event in seen.events if event.state == "streaming")
    return f"{missing} samples not yet written at kill -9; the next session streams after {started_s:.1f} s, 0 lost"


@scenario(WITMOTION)
async def witmotion(folder: Path, sensor: SensorProcess) -> str:
    """A sensor with neither clock nor counter: found by its name, set to 100 Hz, asked for its battery."""
    async with Live(sensor, folder / "s.jsonl") as live:
        await live.says("connected")
        await asyncio.sleep(2 * SETTLED_S)
        # It sends until the link ends, and bluetoothd takes 2 s for that: only what came before the stop must be there.
        sent = (await sensor.status())["samples_sent"]
        await asyncio.sleep(1.0)
        await live.stop()
    seen = Recorded(live.file)
    frames = sum(len(packet.payload) // 20 for packet in seen.data if packet.payload[:2] == b"Ua")
    assert seen.states == ["searching", "connecting", "streaming"], seen.events
    assert sent <= frames <= sent + 3 * 100, (sent, frames)
    assert seen.result.rate_hz is not None
    assert abs(seen.result.rate_hz - 99.26) < 2.0, seen.result.rate_hz
    return f"{frames} frames, none lost, {seen.result.rate_hz:.1f} Hz"


def _once_away(seen: Recorded) -> str:
    assert seen.whole
    assert seen.states.count("lost") == 1, seen.events
    assert seen.states.count("streaming") >= 2, seen.states
    assert seen.states[-1] == "streaming", seen.states
    numbers = [packet.payload[2] | packet.payload[3] << 8 for packet in seen.data]
    assert len(numbers) == len(set(numbers))
    missing = numbers[-1] - numbers[0] + 1 - len(numbers)
    return (
        f"streaming again {seen.away_s():.1f} s after the loss was told; silence {seen.silent_s():.1f} s, "
        f"{missing} numbered packets missing, 0 twice"
    )


class Sensors:
    """One sensor process at a time, kept on for as long as it serves."""

    def __init__(self) -> None:
        self._on: SensorProcess | None = None
        self._kind = ""

    async def that_is(self, needs: str) -> SensorProcess:
        """A sensor as it is needed."""
        kind = "witmotion" if needs == WITMOTION else "open"
        if self._on is None or needs == NEW or kind != self._kind:
            await self.off()
            self._on, self._kind = SensorProcess(kind, "--scenario", PLAYED), kind
            await self._on.start()
        return self._on

    async def off(self) -> None:
        """Switch it off."""
        if self._on is not None:
            on, self._on = self._on, None
            await on.quit()


async def run(names: list[str]) -> bool:
    sensors = Sensors()
    passed = [await one(name, sensors) for name in names]
    await sensors.off()
    return all(passed)


async def one(name: str, sensors: Sensors) -> bool:
    began_s = time.monotonic()
    body, needs = scenarios[name]
    with tempfile.TemporaryDirectory(prefix="session-") as folder:
        try:
            told = await body(Path(folder), await sensors.that_is(needs))
        except Exception:
            traceback.print_exc(file=sys.stdout)
            print(f"FAILED {name}", flush=True)
            await sensors.off()
            return False
    print(f"ok     {name} ({time.monotonic() - began_s:.0f} s): {told}", flush=True)
    return True


def main() -> int:
    wanted = sys.argv[1:] or list(scenarios)
    if not set(wanted) <= set(scenarios):
        for name, (body, _) in scenarios.items():
            print(f"{name:18} {(body.__doc__ or '').strip()}")
        return 0 if wanted == ["help"] else 2
    return 0 if asyncio.run(run(wanted)) else 1


if __name__ == "__main__":
    sys.exit(main())
