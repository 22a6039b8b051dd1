"""Commands about this computer: `doctor`, `where`."""

from __future__ import annotations

import typer

from sensorcoach.cli.root import EXIT_CODES, EXIT_NO_SENSOR, app, say
from sensorcoach.output.printable import printable


@app.command(epilog=EXIT_CODES)
def doctor() -> None:
    """Check Bluetooth, permissions, folders, sound and versions, and say what to do."""
    import asyncio

    from sensorcoach import app as ask

    checks = asyncio.run(ask.doctor(ask.bluetooth()))
    for check in checks:
        say(printable(f"{check.state:<8} {check.name}: {check.text}"))
        if check.advice:
            say(printable(f"{'':<8} -> {check.advice}"))
    if any(check.state == "problem" for check in checks):
        raise typer.Exit(EXIT_NO_SENSOR)


@app.command(epilog=EXIT_CODES)
def where() -> None:
    """Name the folders used on this computer."""
    from sensorcoach import app as ask

    for place in ask.where():
        say(f"{place.holds + ':':<24} {printable(str(place.path))}")
