"""`export`: a session's samples and repetitions for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sensorcoach.cli.options import (
    AccSign,
    Columns,
    Dates,
    FirstSide,
    Front,
    Gentle,
    Leg,
    Rocking,
    Segment,
    Sensor,
    SettingsFile,
    Unit,
    UpLeg,
    choices_of,
)
from sensorcoach.cli.root import EXIT_CODES, app, say
from sensorcoach.output.printable import printable

Format = Literal["csv", "parquet", "motion-bids", "mcap"]


@app.command("export", epilog=EXIT_CODES)
def export_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="One session, as `analyze` takes it.")],
    to: Annotated[Format, typer.Option("--to", help="What to write.")],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where to; made if need be.")] = Path(),
    leg: Leg = None,
    segment: Segment = None,
    up_leg: UpLeg = None,
    front: Front = None,
    first_side: FirstSide = None,
    settings: SettingsFile = None,
    gentle: Gentle = False,
    rocking: Rocking = False,
    unit: Unit = None,
    columns: Columns = None,
    sensor: Sensor = None,
    acc_sign: AccSign = "auto",
    dates: Dates = None,
) -> None:
    """Write the decoded samples and the repetitions of a session, with units, for other tools."""
    from sensorcoach.app import export_session

    choices = choices_of(
        leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns, sensor, acc_sign, dates
    )
    for made in export_session(files, choices, to, out):
        say(printable(f"Written: {made}"))
