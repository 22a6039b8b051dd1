"""Commands about this computer: `doctor`, `where`."""

from __future__ import annotations

import sys

import typer

from sensorcoach.cli.options import Adapter
from sensorcoach.cli.root import EXIT_CODES, EXIT_NO_SENSOR, app, fitted, say
from sensorcoach.output.printable import printable

INDENT = 9
"""Behind a finding's state."""


@app.command(epilog=EXIT_CODES)
def doctor(adapter: Adapter = None) -> None:
    """Check Bluetooth, permissions, folders, sound and versions, and say what to do."""
    import asyncio

    from sensorcoach import app as ask

    checks = asyncio.run(ask.doctor(ask.bluetooth(adapter)))
    for check in checks:
        say(fitted(printable(f"{check.state:<8} {check.name}: {check.text}"), sys.stdout, INDENT))
        if check.advice:
            say(fitted(printable(f"{'':<8} -> {check.advice}"), sys.stdout, INDENT + len("-> ")))
    if any(check.state == "problem" for check in checks):
        raise typer.Exit(EXIT_NO_SENSOR)


@app.command(epilog=EXIT_CODES)
def where() -> None:
    """Name the folders used on this computer, and the room that sessions take."""
    from sensorcoach import app as ask
    from sensorcoach.cli.log_page import megabytes

    for place in ask.where():
        size = f" ({megabytes(place.size_bytes)})" if place.size_bytes else ""
        say(f"{place.holds + ':':<24} {printable(str(place.path))}{size}")
