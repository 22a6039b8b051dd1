"""`app.Live` over a scripted radio: threads, memory, and what ends it besides the person. Tenths of a second each."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from scripted_radio import Script, ScriptedRadio

from sensorcoach.app import Live, LivePlan
from sensorcoach.errors import BluetoothError
from sensorcoach.model import LinkEvent, Notice, Result
from sensorcoach.recording import read_session
from sensorcoach.session import Told
from sensorcoach.sources.link import Wanted
from sensorcoach.sources.remembered import load_remembered

WANTED = Wanted(device="C0:00:00:00:00:00")


def go(
    plan: LivePlan, listener: Callable[[Told, Callable[[], None]], None], **script: object
) -> tuple[Live, Result | None]:
    """A whole session; the listener is also given what stops it."""

    async def whole() -> tuple[Live, Result | None]:
        loop = asyncio.get_running_loop()
        radio = ScriptedRadio(Script(speed=30.0, **script))  # type: ignore[arg-type]
        live = Live(radio, plan, lambda told: listener(told, lambda: loop.call_soon_threadsafe(live.stop)))
        return live, await live.run()

    return asyncio.run(whole())


def until_centre(told: Told, stop: Callable[[], None]) -> None:
    if type(told).__name__ == "CentreFound":
        stop()


def test_the_loop_only_carries_letters(tmp_path: Path) -> None:
    threads = set()

    def listen(told: Told, stop: Callable[[], None]) -> None:
        threads.add(threading.current_thread())
        until_centre(told, stop)

    live, result = go(LivePlan(WANTED, file=tmp_path / "s.jsonl"), listen)
    assert threading.main_thread() not in threads
    assert result is not None
    assert result.samples > 100
    assert live.status.name == "sc-pretend"
    assert len(list(read_session(tmp_path / "s.jsonl").items)) > 20


def test_the_sensor_is_remembered(tmp_path: Path) -> None:
    go(LivePlan(WANTED, memory=tmp_path / "config"), until_centre)
    sensor, trouble = load_remembered(tmp_path / "config")
    assert trouble is None
    assert sensor is not None
    assert (sensor.name, sensor.profile, sensor.address) == ("sc-pretend", "open", WANTED.device)


def test_a_memory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    told: list[Told] = []

    def listen(one: Told, stop: Callable[[], None]) -> None:
        told.append(one)
        until_centre(one, stop)

    _, result = go(LivePlan(WANTED, memory=Path(os.devnull) / "config"), listen)
    assert result is not None
    assert [one.code for one in told if isinstance(one, Notice)].count("not_remembered") == 1


def test_what_was_told_of_a_failed_search_comes_before_its_error(tmp_path: Path) -> None:
    told: list[Told] = []
    with pytest.raises(BluetoothError):
        go(LivePlan(WANTED, file=tmp_path / "s.jsonl"), lambda one, stop: told.append(one), off=True)
    assert [one.state for one in told if isinstance(one, LinkEvent)] == ["searching"]
    assert list(tmp_path.iterdir()) == []


def test_a_listener_that_fails_ends_the_session_with_the_file_closed(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl.gz"

    def listen(told: Told, stop: Callable[[], None]) -> None:
        if type(told).__name__ == "CentreFound":
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        go(LivePlan(WANTED, file=file), listen)
    session = read_session(file)
    assert len(list(session.items)) > 20
    assert session.notices == []
