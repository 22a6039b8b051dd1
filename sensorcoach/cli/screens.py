"""The way from a command into the screen, and what is said after it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sensorcoach.cli.root import fitted, kept, remark, say
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from sensorcoach.tui.start.openings import Opening
    from sensorcoach.tui.start.visit import Done


def screen_possible() -> bool:
    """Whether somebody sits at a terminal that can show a screen. Textual draws on stderr, where there is one."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)) and os.environ.get("TERM") != "dumb"


def show_screen(
    opening: Opening | None = None,
    *,
    person: str | None = None,
    aloud: bool = True,
    voice_to: Path | None = None,
    language: str | None = None,
) -> None:
    """Show a session, or the start screen, until the person leaves; then say what came of it.

    Raises:
        SensorcoachError: the session that was asked for could not be opened.
    """
    from sensorcoach.tui.start.desk import Desk, Sound
    from sensorcoach.tui.start.visit import Visit

    visit = Visit(Desk(person, Sound(aloud, voice_to, language)), opening)
    code = visit.run()
    for done in visit.done:
        _tell(done)
    if opening is not None and visit.done and visit.done[-1].failure is not None:
        raise visit.done[-1].failure
    if code:
        raise typer.Exit(code)


def _tell(done: Done) -> None:
    """The session in a line, and where it is kept."""
    from sensorcoach.output.words import summary_line
    from sensorcoach.tui.start.openings import OpenLive

    if done.result is not None:
        say(fitted(printable(summary_line(done.result)), sys.stdout))
    if isinstance(done.opening, OpenLive):
        for file in done.files:
            if file.exists():
                remark(kept(file, "Recorded"))
