"""Which page follows which, and that a session under way always ends well."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sensorcoach import analyze
from sensorcoach.errors import BluetoothError
from sensorcoach.model import Result
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.session.screen import SessionEnd, SessionScreen
from sensorcoach.tui.start.openings import OpenDemo, Opening, OpenLive
from sensorcoach.tui.start.safety_notice import SafetyNotice
from sensorcoach.tui.start.start_screen import StartScreen
from sensorcoach.tui.start.summary_screen import SummaryScreen
from sensorcoach.tui.start.visit import SIGNALS, Visit

from .pretend_desk import PretendDesk
from .scripted import ScriptedPlayer, ScriptedShow, picture

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@pytest.fixture(autouse=True)
def _same_signals_afterwards() -> Iterator[None]:
    before = {name: signal.getsignal(getattr(signal, name)) for name in SIGNALS if hasattr(signal, name)}
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


@pytest.fixture(scope="module")
def result() -> Result:
    return analyze(RECORDINGS / "mixed.jsonl.gz")


async def shown(pilot: Pilot[Any], kind: type[Any]) -> Any:
    """The page of this kind, once what loads it is done."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    assert isinstance(pilot.app.screen, kind)
    return pilot.app.screen


def visited(desk: PretendDesk, opening: Opening | None, course: Any, visit: Visit | None = None) -> Visit:
    """``course(pilot)`` through a visit."""
    visit = visit or Visit(desk, opening)
    app = SensorcoachApp(visit.begin)
    app.animation_level = "none"

    async def through() -> None:
        async with app.run_test() as pilot:
            await pilot.pause()
            await course(pilot)

    try:
        asyncio.run(through())
    finally:
        visit.close()
    return visit


def test_a_live_session_leads_over_the_summary_back_to_the_start(result: Result, tmp_path: Path) -> None:
    desk = PretendDesk()
    desk.shows, desk.files = [ScriptedShow(picture())], (tmp_path / "s.jsonl",)

    async def course(pilot: Pilot[Any]) -> None:
        await pilot.press("1")
        session = await shown(pilot, SessionScreen)
        session.dismiss(SessionEnd(result))
        await shown(pilot, SummaryScreen)
        await pilot.press("enter")
        await shown(pilot, StartScreen)
        assert pilot.app.is_running

    visit = visited(desk, None, course)
    (done,) = visit.done
    assert (done.result, done.files, done.failure) == (result, desk.files, None)
    assert len(desk.closed) == 1


@pytest.mark.parametrize(("ended", "told"), [("rest", True), ("target", False), ("person", False)])
def test_the_summary_says_that_a_rest_ended_it(result: Result, ended: str, told: bool) -> None:
    desk = PretendDesk()
    desk.shows = [ScriptedShow(picture(stage="ended", ended=ended))]
    words: list[str] = []

    async def course(pilot: Pilot[Any]) -> None:
        await pilot.press("1")
        session = await shown(pilot, SessionScreen)
        session.dismiss(SessionEnd(result))
        summary = await shown(pilot, SummaryScreen)
        words.extend(str(part.render()) for part in summary.query(".part"))

    visited(desk, None, course)
    assert ("Ended by itself  after a minute of rest." in " ".join(words)) is told


def test_before_the_first_live_session_stands_the_notice_and_only_there(tmp_path: Path) -> None:
    desk = PretendDesk()
    desk.read_notice = False
    desk.shows = [ScriptedShow(picture()), ScriptedShow(picture())]

    async def course(pilot: Pilot[Any]) -> None:
        await pilot.press("1")
        await shown(pilot, SafetyNotice)
        await pilot.press("escape")
        await shown(pilot, StartScreen)
        assert not desk.read_notice
        for _ in range(2):
            await pilot.press("1")
            if isinstance(pilot.app.screen, SafetyNotice):
                await pilot.press("enter")
                assert desk.read_notice
            session = await shown(pilot, SessionScreen)
            session.dismiss(SessionEnd(None))
            await shown(pilot, StartScreen)

    visited(desk, None, course)
    assert desk.shows == []


def test_a_demo_needs_no_notice_and_leaves_the_program() -> None:
    desk = PretendDesk()
    desk.read_notice = False
    desk.shows = [ScriptedShow(picture())]

    async def course(pilot: Pilot[Any]) -> None:
        session = await shown(pilot, SessionScreen)
        session.dismiss(SessionEnd(None))
        await pilot.pause()

    visit = visited(desk, OpenDemo(), course)
    assert [done.opening for done in visit.done] == [OpenDemo()]


def test_what_cannot_be_opened_ends_the_visit_with_its_reason() -> None:
    desk = PretendDesk()
    desk.trouble = BluetoothError("Bluetooth is off.", "Switch it on.")

    async def course(pilot: Pilot[Any]) -> None:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    (done,) = visited(desk, OpenLive(), course).done
    assert done.failure is desk.trouble


def test_trying_again_opens_the_same_session() -> None:
    desk = PretendDesk()
    desk.shows = [ScriptedShow(picture()), ScriptedShow(picture())]

    async def course(pilot: Pilot[Any]) -> None:
        session = await shown(pilot, SessionScreen)
        session.dismiss(SessionEnd(None, desk.trouble, again=True))
        again = await shown(pilot, SessionScreen)
        assert again is not session

    visited(desk, OpenLive(), course)
    assert desk.shows == []
    assert len(set(map(id, desk.closed))) == 2, "each session is let go once"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals here")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_session_and_screen(name: str, tmp_path: Path) -> None:
    desk = PretendDesk()
    show = ScriptedShow(picture())
    desk.shows, desk.files = [show], (tmp_path / "s.jsonl",)

    async def course(pilot: Pilot[Any]) -> None:
        await shown(pilot, SessionScreen)
        os.kill(os.getpid(), getattr(signal, name))
        await pilot.pause()

    visit = visited(desk, OpenLive(), course)
    assert show.stops
    assert desk.closed == [show]
    assert [done.files for done in visit.done] == [desk.files]


def test_a_mistake_in_the_screen_does_not_cost_the_session(tmp_path: Path) -> None:
    desk = PretendDesk()
    show = ScriptedShow(picture())
    desk.shows, desk.files = [show], (tmp_path / "s.jsonl",)

    async def course(pilot: Pilot[Any]) -> None:
        session = await shown(pilot, SessionScreen)
        session.call_later(lambda: 1 // 0)
        await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        visited(desk, OpenLive(), course)
    assert desk.closed == [show]


def titles(visit: Visit, pilot: Pilot[Any]) -> set[str]:
    return {command.title for command in visit.commands(pilot.app.screen)}


def test_the_palette_offers_what_lies_beside_the_page(result: Result, tmp_path: Path) -> None:
    desk = PretendDesk()
    desk.shows, desk.files = [ScriptedShow(picture())], (tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    made: list[object] = []
    desk.report = lambda files, choices: made.append(files) or "made"  # type: ignore[method-assign,func-returns-value]
    visit = Visit(desk)

    async def course(pilot: Pilot[Any]) -> None:
        assert titles(visit, pilot) == {"Settings", "Log"}
        await pilot.press("1")
        session = await shown(pilot, SessionScreen)
        assert titles(visit, pilot) == {"Settings"}, "a session of the log would open over this one"
        session.dismiss(SessionEnd(result))
        summary = await shown(pilot, SummaryScreen)
        assert titles(visit, pilot) == {"Settings", "Log", "Report"}
        assert "a.jsonl, " in summary._saved() or result.sensor.get("simulated")
        for command in visit.commands(summary):
            if command.title == "Report":
                command.callback()
        await pilot.app.workers.wait_for_complete()
        assert made == [desk.files]

    visited(desk, None, course, visit)


def test_what_was_opened_from_the_log_leads_back_there(result: Result) -> None:
    desk = PretendDesk()
    desk.shows = [ScriptedShow(picture()), ScriptedPlayer(picture(), kind="demo")]
    visit = Visit(desk, OpenLive())

    async def course(pilot: Pilot[Any]) -> None:
        (await shown(pilot, SessionScreen)).dismiss(SessionEnd(result))
        await shown(pilot, SummaryScreen)
        visit.open(OpenDemo())
        (await shown(pilot, SessionScreen)).dismiss(SessionEnd(None))
        await shown(pilot, SummaryScreen)
        assert pilot.app.is_running
        assert len(desk.closed) == 2

    visited(desk, OpenLive(), course, visit)
