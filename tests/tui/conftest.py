"""A screen that looks when told to: no timers, no cursor that blinks, nothing that moves by itself."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from sensorcoach.model import Cue
from sensorcoach.preferences import ScreenSettings
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.session.screen import SessionEnd, SessionScreen

from .scripted import ScriptedShow

Stage = Callable[..., AbstractAsyncContextManager[Pilot[Any]]]


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """An async test runs in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}))
    return True


@pytest.fixture(autouse=True)
def _coloured_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)


class StageApp(SensorcoachApp):
    """The application with one session on it; ``ends`` holds with what it was left."""

    def __init__(self, show: ScriptedShow, preferences: ScreenSettings, **wiring: Any) -> None:
        self.ends: list[SessionEnd | None] = []
        self.session = SessionScreen(show, preferences=preferences, pace=None, **wiring)
        super().__init__(lambda app: app.push_screen(self.session, self.ends.append), preferences)
        self.animation_level = "none"


def plainly(cue: Cue) -> str:
    """A cue in words that no phrase file can change."""
    return cue.phrase.replace("_", " ")


def staged(show: ScriptedShow, theme: str = "dark", big: bool = False, **wiring: Any) -> StageApp:
    keys = wiring.pop("keys", {})
    app = StageApp(show, ScreenSettings(theme=theme, big=big, keys=keys), **wiring)  # type: ignore[arg-type]
    app.session._spelling = plainly
    return app


async def settle(pilot: Pilot[Any]) -> None:
    """Show all of the picture as it is now."""
    screen = pilot.app.session  # type: ignore[attr-defined]
    await pilot.pause()
    for look in (screen.look, screen.numbers, screen.curves):
        look()
    await pilot.pause()


@pytest.fixture
def session() -> Stage:
    """``async with session(show) as pilot``: the screen of ``show``, looked at once."""

    @asynccontextmanager
    async def opened(show: ScriptedShow, size: tuple[int, int] = (80, 24), **wiring: Any) -> AsyncIterator[Pilot[Any]]:
        app = staged(show, **wiring)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            yield pilot

    return opened
