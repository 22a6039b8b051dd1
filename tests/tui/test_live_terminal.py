"""Whole live sessions as a person has them: the screen in a real terminal (tmux), a sensor behind a pretend bluetoothd.

In real time: ``pytest -m slow tests/tui/test_live_terminal.py``, a minute and a half; the sessions run side by side.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

pytest.importorskip("dbus_fast", reason="only bleak's Linux installation brings it")

from sensorcoach import analyze
from sensorcoach.model import Control, LinkEvent, Result
from sensorcoach.recording import read_session
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.simulator.plan import Item, OtherPlan, RepPlan, RestPlan
from tests.ble.lab import within
from tests.ble.pretend.movement import Movement, of_simulation
from tests.ble.pretend.peripheral import PretendSensor
from tests.ble_linux.private_bus import DAEMON
from tests.ble_linux.room import BUS, LinuxRoom
from tests.tui.test_terminal import COMMAND, Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="BlueZ is Linux's"),
    pytest.mark.skipif(DAEMON is None, reason="dbus-daemon is not installed (Debian: package dbus-daemon)"),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not here"),
]
KNOWN = ("live", "--up-leg", "-y", "--leg", "left", "--no-voice")
"""The sensor sits as the simulated one does, so nobody need be asked for the side."""
Scenario = Callable[["Home"], Awaitable[None]]
scenarios: dict[str, Scenario] = {}


def scenario(body: Scenario) -> Scenario:
    scenarios[body.__name__] = body
    return body


def movement(*items: Item) -> Movement:
    """A person with the sensor at the left thigh, its -y up the leg; they lie there when they are done."""
    plan = SCENARIOS["good"](1)
    imu = msgspec.structs.replace(plan.imu, rate_hz=104.0, clock_error=0.0)
    mount = msgspec.structs.replace(plan.mount, up_leg="-y", leg="left")
    lying = (*items, RestPlan(duration_s=300.0))
    return of_simulation(simulate(msgspec.structs.replace(plan, items=lying, imu=imu, mount=mount)))


def rep(side: Any) -> RepPlan:
    return RepPlan(side=side, range_deg=50.0, drop_s=2.0, hold_s=3.0, return_s=2.0, pause_s=1.5, style="gravity_led")


class Home:
    """A person's computer: a terminal, folders, and a room around it."""

    def __init__(self, folder: Path, room: LinuxRoom, terminal: Terminal) -> None:
        self.folder, self.room, self.terminal = folder, room, terminal

    async def sees(self, *parts: str) -> str:
        """The window as soon as it shows all of this."""
        return await asyncio.to_thread(self.terminal.see, *parts)

    async def runs(self, *words: str) -> None:
        # What pytest's readline leaves in the environment would fix the size for good.
        command = ("env", "-u", "COLUMNS", "-u", "LINES", f"{BUS}={self.room.bus.address}", *COMMAND)
        await asyncio.to_thread(self.terminal.run, *words, command=command)

    async def presses(self, *keys: str) -> None:
        await asyncio.to_thread(self.terminal.press, *keys)

    def settings(self, text: str) -> None:
        """The person's own; and that they have read the safety notice once."""
        (self.folder / "sensorcoach").mkdir()
        (self.folder / "sensorcoach" / "settings.toml").write_text(text, encoding="ascii")

    async def has_read_the_notice(self) -> None:
        await self.sees("Before your first session")
        await self.presses("Enter")

    @property
    def recording(self) -> Path:
        (file,) = (self.folder / "sensorcoach" / "recordings").glob("*.jsonl")
        return file

    @property
    def result(self) -> Result:
        return analyze(self.recording)

    def recorded(self, kind: type[Any]) -> list[Any]:
        session = read_session(self.recording)
        found = [item for item in session.items if isinstance(item, kind)]
        assert session.notices == []
        return found

    async def prints(self, *words: str) -> str:
        """What a command says in these folders."""
        places = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        process = await asyncio.create_subprocess_exec(
            *COMMAND, *words, env=os.environ | places, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def let_go(self, sensor: PretendSensor) -> None:
        """Until the sensor is free and silent."""
        assert await within(20.0, lambda: sensor.link is None), "the sensor is still connected"
        assert not sensor.is_streaming


def sides(result: Result) -> list[str | None]:
    return [one.side for one in result.reps]


@scenario
async def the_first_session_ever(home: Home) -> None:
    """Nobody told anything: notice, search, distractors, lie still, which side is left, count, target, summary."""
    home.settings("[goal]\nreps_a_side = 1\n[voice]\non = false\n")
    before = (OtherPlan(what="strap_tug", duration_s=4.0), OtherPlan(what="scratching", duration_s=4.0))
    moves = movement(*before, RestPlan(duration_s=16.0), rep("left"), rep("right"), rep("left"))
    sensor = await home.room.lab.open(moves)
    await home.runs()
    await home.sees("1  Start", "none here yet")
    await home.presses("1")
    await home.has_read_the_notice()
    await home.sees("LIE STILL")
    asked = await home.sees("Knees to the LEFT, once")
    assert "REC" in asked
    await home.sees("READY")
    await home.sees("▸ RIGHT", "rep 1 right")
    await home.sees("your session", "of 1 ✔", "✔ Went well")
    await home.presses("Escape")
    await home.sees("1  Start with sc-", "1 left, 1 right")
    await home.presses("q")
    await home.sees("LEFT WITH 0", "2 reps: 1 left, 1 right", "Recorded")
    await home.let_go(sensor)
    assert sides(home.result) == ["right", "left"]
    told = [(one.action, one.value) for one in home.recorded(Control) if one.action != "calibration"]
    assert told == [
        ("pause", "guide"),
        ("calibrate", "left"),
        ("arm", "side"),
    ]
    assert "1/1" in await home.prints("log")
    replayed = await home.prints("replay", str(home.recording), "--plain", "--speed", "max", "--no-voice")
    assert "2 reps: 1 left, 1 right" in replayed.splitlines()[-1]


@scenario
async def lost_found_and_it_hurts(home: Home) -> None:
    """The sensor leaves and comes back, stalls and goes on; then it hurts: stopped, noted, logged."""
    moves = movement(RestPlan(duration_s=5.0), rep("right"), RestPlan(duration_s=280.0))
    sensor = await home.room.lab.open(moves)
    await home.runs(*KNOWN)
    await home.has_read_the_notice()
    await home.sees("READY")
    await home.sees("5 left, 4 right to go")
    home.room.lab.leave(sensor)
    await home.sees("NO DATA")
    await home.sees("LOOKING FOR THE SENSOR", "Switch the sensor on", "x pain")
    home.room.lab.come_back(sensor)
    await home.sees("READY", "connected again")
    sensor.faults.mute = True
    await home.sees("NO DATA ARRIVE", "Take your hand off")
    sensor.faults.mute = False
    await home.sees("READY", "connected again")
    await home.presses("x")
    await home.sees("Stopped", "ask a doctor")
    await home.presses("Enter")
    await home.sees("your session", "Stopped because it hurt")
    await home.let_go(sensor)
    assert sides(home.result) == ["right"]
    assert home.recorded(Control)[-1].action == "pain"
    states = [event.state for event in home.recorded(LinkEvent)]
    assert states[:3] == ["searching", "connecting", "streaming"]
    assert {"stalled", "lost"} <= set(states)
    assert "it hurt" in await home.prints("log")


@scenario
async def the_terminal_is_closed(home: Home) -> None:
    """SIGHUP: the recording is whole, the session logged, the sensor free."""
    sensor = await home.room.lab.open(movement(RestPlan(duration_s=5.0), rep("left")))
    await home.runs(*KNOWN)
    await home.has_read_the_notice()
    await home.sees("4 left, 5 right to go")
    program = home.terminal.program
    home.terminal.close()
    await home.let_go(sensor)
    assert await within(60.0, lambda: not Path(f"/proc/{program}").exists()), "the program goes on"
    assert sides(home.result) == ["left"]
    assert "1/0" in await home.prints("log")


@scenario
async def told_to_end_by_the_system(home: Home) -> None:
    """SIGTERM: the terminal is as it was, everything is kept."""
    sensor = await home.room.lab.open(movement(RestPlan(duration_s=5.0), rep("left")))
    await home.runs(*KNOWN)
    await home.has_read_the_notice()
    await home.sees("4 left, 5 right to go")
    os.kill(home.terminal.program, signal.SIGTERM)
    left = await home.sees("LEFT WITH 0", "1 rep: 1 left")
    assert "REC" not in left
    await home.let_go(sensor)
    assert sides(home.result) == ["left"]
    assert "1/0" in await home.prints("log")


@scenario
async def a_small_window_bursts_and_ctrl_c(home: Home) -> None:
    """Too small for anything, then large; a link that holds back for two seconds; Ctrl-C twice."""
    moves = movement(RestPlan(duration_s=5.0), rep("left"), RestPlan(duration_s=6.0), rep("right"))
    sensor = await home.room.lab.open(moves)
    await home.runs(*KNOWN)
    await home.has_read_the_notice()
    await home.sees("READY")
    for width, height in ((60, 15), (20, 5), (1, 1), (200, 50), (80, 24)):
        home.terminal.resize(width, height)
        if width >= 60:
            await home.sees("REC")
    await home.sees("4 left, 5 right to go")
    sensor.faults.hold = True
    await home.sees("NO DATA")
    sensor.faults.hold = False
    await home.sees("4 left, 4 right to go")
    await home.presses("C-c")
    await home.sees("End the session?")
    await home.presses("C-c")
    await home.sees("your session")
    await home.presses("q")
    await home.sees("LEFT WITH 0")
    await home.let_go(sensor)
    assert sides(home.result) == ["left", "right"]
    assert home.result.counts["lost"] == 0


@scenario
async def plain_lines_into_a_pipe_whose_reader_ends_at_ctrl_c_too(home: Home) -> None:
    """`| tee` is told Ctrl-C as well: nobody reads the last lines, and the session ends well all the same."""
    sensor = await home.room.lab.open(movement(RestPlan(duration_s=5.0), rep("left")))
    await home.runs(*KNOWN, "|", "cat")
    await home.sees("1 left")
    await home.presses("C-c")
    await home.let_go(sensor)
    assert "Traceback" not in home.terminal.shown()
    assert sides(home.result) == ["left"]
    for _ in range(100):
        if "1/0" in await home.prints("log"):
            return
    raise AssertionError("it is not logged")


@scenario
async def no_bluetooth_then_no_sensor(home: Home) -> None:
    """What is wrong is said with what to do, and r tries again."""
    home.room.bluetoothd.power(False)
    await home.runs(*KNOWN)
    await home.has_read_the_notice()
    off = await home.sees("Bluetooth is switched off.", "Switch it on", "r: try again", "r try again")
    assert off.count("Bluetooth is switched off") == 1
    home.room.bluetoothd.power(True)
    await home.presses("r")
    await home.sees("No sensor was found in 30 s", "Is it switched on")
    await home.room.lab.open(movement(RestPlan(duration_s=60.0)))
    await home.presses("r")
    await home.sees("REC")
    home.room.bluetoothd.power(False)
    await home.presses("q", "Enter")
    await home.sees("your session")


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[Home]:
    terminal = Terminal(folder)
    async with LinuxRoom() as room:
        try:
            yield Home(folder, room, terminal)
        finally:
            await asyncio.to_thread(terminal.close)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseException | None]:
    async def alone(body: Scenario, folder: Path) -> None:
        async with at_home(folder) as home:
            await body(home)

    async def together() -> list[BaseException | None]:
        # Each waits in a thread for what its window shows; none may wait for another's thread.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4 * len(scenarios)))
        runs = [alone(body, tmp_path_factory.mktemp(name[:12])) for name, body in scenarios.items()]
        return await asyncio.gather(*runs, return_exceptions=True)

    return dict(zip(scenarios, asyncio.run(together()), strict=True))


@pytest.mark.parametrize("name", scenarios)
def test_a_live_session_at_home(name: str, outcomes: dict[str, BaseException | None]) -> None:
    failure = outcomes[name]
    if failure is not None:
        raise failure
