"""Which page follows which: from what was asked for, over the safety notice and the session, to the summary."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace
from textual.app import SystemCommand
from textual.screen import Screen

from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result
from sensorcoach.output.printable import printable
from sensorcoach.preferences import ScreenSettings
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.start.desk import Begun, Desk
from sensorcoach.tui.start.leaving import leave_even_if_stuck
from sensorcoach.tui.start.opening_page import OpeningPage
from sensorcoach.tui.start.openings import Opening, OpenLive, OpenReplay
from sensorcoach.tui.start.safety_notice import SafetyNotice
from sensorcoach.tui.start.start_screen import StartScreen
from sensorcoach.tui.start.summary_screen import SummaryScreen

if TYPE_CHECKING:
    from sensorcoach.app import Found
    from sensorcoach.tui.session.screen import SessionEnd

SIGNALS: Final = ("SIGTERM", "SIGHUP", "SIGINT", "SIGBREAK")
"""The system ends, the terminal was closed, somebody sent Ctrl-C from elsewhere, Ctrl-Break on Windows."""


@dataclass(frozen=True, slots=True)
class Done:
    """A session that was left. ``files``: its recording. ``failure``: why it could not be."""

    opening: Opening
    result: Result | None
    files: tuple[Path, ...]
    failure: SensorcoachError | None = None


class Visit:
    """A person's visit, from the first page to the last. ``done``: the sessions of it, in order.

    ``opening``: straight into this session, and out of the program after it; None: the start screen.
    """

    def __init__(self, desk: Desk, opening: Opening | None = None) -> None:
        self._desk, self._direct = desk, opening
        self._begun: Begun | None = None
        self._shown: Opening | None = None
        """What ``_begun`` was opened by."""
        self._question: Future[Found | None] | None = None
        self.done: list[Done] = []
        self._app: SensorcoachApp | None = None
        self._left: threading.Event | None = None
        """Set when the terminal is as it was; None: the screen is not run by `run`."""

    # --- from outside ------------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Show it in this terminal until the person leaves; the exit code. A session under way ends well, always."""
        app = SensorcoachApp(self.begin, self._preferences(), self.remember, self.commands)
        self._left = threading.Event()
        try:
            app.run()
        finally:
            self.close()
            self._left.set()
        return app.return_code or 0

    def begin(self, app: SensorcoachApp) -> None:
        """The first page."""
        self._app = app
        self._stop_at_signals(app)
        if self._direct is None:
            app.push_screen(StartScreen(self._desk, self))
        else:
            self.open(self._direct)

    def remember(self, preferences: ScreenSettings) -> None:
        """The person chose other colours."""
        try:
            self._desk.save_personal(replace(self._desk.personal(), screen=preferences))
        except SensorcoachError as error:
            self._the_app.notify(str(error), severity="warning", markup=False)

    def close(self) -> None:
        """End what goes on: the recording is closed when this returns."""
        if self._question is not None:
            self._question.cancel()
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.close()
            if begun.kind == "live" and not any(one.files == begun.files for one in self.done):
                self.done.append(Done(OpenLive(), begun.show.result(), begun.files))

    # --- pages -------------------------------------------------------------------------------------------------------

    def open(self, opening: Opening) -> None:
        """A session; before the first live one the safety notice."""
        if isinstance(opening, OpenLive) and not self._desk.notice_read():
            self._the_app.push_screen(SafetyNotice(), partial(self._notice_read, opening))
            return
        self._the_app.push_screen(OpeningPage())
        self._the_app.run_worker(partial(self._load, opening), thread=True, exclusive=True, group="opening")

    def _notice_read(self, opening: Opening, accepted: bool | None) -> None:
        if not accepted:
            self._back()
            return
        try:
            self._desk.note_notice_read()
        except SensorcoachError as error:
            self._the_app.notify(str(error), severity="warning", markup=False)
        self.open(opening)

    def _load(self, opening: Opening) -> None:
        """In a thread: the filters and the radio take a second to load."""
        app = self._the_app
        try:
            from sensorcoach.tui.session import screen as _screen  # noqa: F401  loads numpy

            begun = self._desk.begin(opening, self._choose, self._complain, app.bell)
        except SensorcoachError as error:
            app.call_from_thread(self._failed, opening, error)
            return
        try:
            app.call_from_thread(self._opened, opening, begun)
        except RuntimeError:  # the person left meanwhile
            begun.close()

    def _opened(self, opening: Opening, begun: Begun) -> None:
        from sensorcoach.tui.session.screen import SessionScreen

        self._begun, self._shown = begun, opening
        app = self._the_app
        session = SessionScreen(begun.show, begun.voice, app.preferences, language=self._desk.language())
        app.pop_screen()  # the opening page
        app.push_screen(session, partial(self._ended, opening))

    def _failed(self, opening: Opening, error: SensorcoachError) -> None:
        self._the_app.pop_screen()
        self.done.append(Done(opening, None, (), error))
        if self._direct is None:
            self._the_app.notify(str(error), severity="error", markup=False, timeout=12.0)
        self._back()

    def _ended(self, opening: Opening, end: SessionEnd | None) -> None:
        begun, self._begun = self._begun, None
        result: Result | None = None
        files: tuple[Path, ...] = ()
        why: str | None = None
        if begun is not None:
            result, files, why = begun.show.result(), begun.files, begun.show.picture().ended
            self._the_app.run_worker(begun.close, thread=True)
        if end is None:
            self._back()
            return
        if end.again:
            self.open(opening)
            return
        self.done.append(Done(opening, end.result or result, files, end.failure))
        if end.result is None:
            self._back()
            return
        self._the_app.clear_notifications()  # they were about the session that is over
        live = isinstance(opening, OpenLive)
        past = self._desk.logged() if live else ()
        report = partial(self._report, files, opening) if files else None
        self._the_app.push_screen(SummaryScreen(end.result, files, past, report, why), lambda _: self._back())

    def _back(self) -> None:
        """To the page it came from; or out, where the session was all that was asked for."""
        if self._direct is not None and len(self._the_app.screen_stack) == 1:
            self._the_app.exit()

    # --- what the palette offers, too ---------------------------------------------------------------------------------

    def commands(self, screen: Screen[object]) -> Iterator[SystemCommand]:
        """Pages that lie beside the one shown, and the report of the session that is shown."""
        from sensorcoach.tui.start.log_screen import LogScreen
        from sensorcoach.tui.start.settings_screen import SettingsScreen

        app, begun = self._the_app, self._begun
        if isinstance(screen, SummaryScreen) and screen.check_action("report", ()):
            yield SystemCommand("Report", "Make the report of this session, as a page", screen.action_report)
        if begun is not None and begun.kind == "replay" and begun.show.result() is not None:
            make = partial(self._report, begun.files, self._shown)
            yield SystemCommand("Report", "Make the report of this session, as a page", make)
        if isinstance(screen, OpeningPage):
            return
        if not isinstance(screen, SettingsScreen):
            yield SystemCommand(
                "Settings",
                "How far, how many, how long, voice, colours",
                lambda: app.push_screen(SettingsScreen(self._desk)),
            )
        if begun is None and not isinstance(screen, LogScreen):  # a session of the log would open over this one
            yield SystemCommand(
                "Log",
                "Past sessions, and how they change over the weeks",
                lambda: app.push_screen(LogScreen(self._desk, self)),
            )

    def _report(self, files: Sequence[Path], opening: Opening | None) -> None:
        """Make it, and say where it is."""
        choices = opening.choices if isinstance(opening, OpenReplay) else Choices()
        self._the_app.notify("The report is being made …", timeout=3.0)
        self._the_app.run_worker(
            partial(self._make_report, files, choices), thread=True, exclusive=True, group="report"
        )

    def _make_report(self, files: Sequence[Path], choices: Choices) -> None:
        try:
            self._the_app.notify(printable(self._desk.report(files, choices)), markup=False, timeout=15.0)
        except SensorcoachError as error:
            self._the_app.notify(printable(str(error)), severity="warning", markup=False, timeout=15.0)

    # --- what is asked in between ------------------------------------------------------------------------------------

    def _choose(self, found: Sequence[Found]) -> Found | None:
        """In the session's thread, which may wait."""
        from sensorcoach.tui.start.sensor_question import SensorQuestion

        question: Future[Found | None] = Future()
        self._question = question

        def answered(one: Found | None) -> None:
            if not question.cancelled():
                question.set_result(one)

        self._the_app.call_from_thread(self._the_app.push_screen, SensorQuestion(found), answered)
        try:
            return question.result()
        except CancelledError:
            return None

    def _complain(self, sentence: str) -> None:
        self._the_app.notify(sentence, severity="warning", markup=False)

    def _stop_at_signals(self, app: SensorcoachApp) -> None:
        loop = asyncio.get_running_loop()

        def handle(_number: int, _frame: FrameType | None) -> None:
            begun = self._begun
            if begun is not None:
                begun.show.stop()
            if self._left is not None:
                leave_even_if_stuck(lambda: begun is None or begun.kind != "live" or begun.show.over, self._left)
            loop.call_soon_threadsafe(app.exit)

        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number is not None:
                signal.signal(number, handle)

    def _preferences(self) -> ScreenSettings:
        try:
            return self._desk.personal().screen
        except SensorcoachError:
            return ScreenSettings()  # the settings page tells what is wrong

    @property
    def _the_app(self) -> SensorcoachApp:
        assert self._app is not None
        return self._app
