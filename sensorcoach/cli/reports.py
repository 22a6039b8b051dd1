"""Commands that look back at recordings: `report`, `compare`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sensorcoach.cli.log import log_what_is_not
from sensorcoach.cli.options import (
    AccSign,
    Columns,
    Dates,
    FirstSide,
    Force,
    Front,
    Gentle,
    Leg,
    Person,
    Rocking,
    Segment,
    Sensor,
    SettingsFile,
    Unit,
    UpLeg,
    choices_of,
)
from sensorcoach.cli.root import EXIT_BAD_INPUT, EXIT_CODES, app, complain, kept, may_replace, remark, say
from sensorcoach.outfile import refuse_taken
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sensorcoach.app import Failure, LoggedSession, Observed
    from sensorcoach.choices import Choices

Form = Literal["page", "json", "csv", "md"]


@app.command(epilog=EXIT_CODES)
def report(
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SESSION|FILE",
            help="Numbers of the logbook, or recordings as `analyze` takes them. Nothing: the last session logged.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to; else stdout.")] = None,
    force: Force = False,
    json: Annotated[bool, typer.Option("--json", help="JSON, as `analyze --json`.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV, one line a rep.")] = False,
    md: Annotated[bool, typer.Option("--md", help="Markdown, without pictures.")] = False,
    person: Person = None,
    leg: Leg = None,
    segment: Segment = None,
    up_leg: UpLeg = None,
    front: Front = None,
    first_side: FirstSide = None,
    settings: SettingsFile = None,
    gentle: Gentle = False,
    rocking: Rocking = False,
    join: Annotated[bool, typer.Option("--join", help="Treat the files as one session, ordered by time.")] = False,
    unit: Unit = None,
    columns: Columns = None,
    sensor: Sensor = None,
    acc_sign: AccSign = "auto",
    dates: Dates = None,
) -> None:
    """Make a page of a session, or of several, to read and to print: needs no network and no other file."""
    form = _form(json, csv, md)
    if form == "page" and out is None and sys.stdout.isatty():
        raise typer.BadParameter("Name the page to write: -o report.html")
    if person is not None and sources:
        raise typer.BadParameter("--person asks for somebody's last session: name no other.")
    from sensorcoach import app as ask

    choices = choices_of(
        leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns, sensor, acc_sign, dates
    )
    numbers = [int(source) for source in sources or () if _is_number(source)]
    files = [Path(source) for source in sources or () if not _is_number(source)]
    if not sources:
        log_what_is_not()
        numbers = [ask.last_session(person)]
    if out is not None:
        ask.refuse_over_recordings(out, files)
    replace = out is not None and may_replace(out, force)
    if out is not None:
        refuse_taken(out, replace=replace)
    outcomes = _observed(numbers, [files] if join else ask.sessions_in(files, choices), choices)
    over_time = ask.sessions_before(max(numbers)) if numbers and not files else []
    failures = [outcome for outcome in outcomes if isinstance(outcome, ask.Failure)]
    if len(failures) < len(outcomes):
        _hand_over(_written(outcomes, form, over_time), out, replace)
    if failures:
        raise typer.Exit(EXIT_BAD_INPUT)


def _form(json: bool, csv: bool, md: bool) -> Form:
    chosen: list[Form] = [form for form, on in (("json", json), ("csv", csv), ("md", md)) if on]  # type: ignore[misc]
    if len(chosen) > 1:
        raise typer.BadParameter("--json, --csv and --md exclude each other.")
    return chosen[0] if chosen else "page"


def _is_number(source: str) -> bool:
    return source.isascii() and source.isdecimal() and not Path(source).exists()


def _observed(numbers: Sequence[int], sessions: Sequence[Sequence[Path]], choices: Choices) -> list[Observed | Failure]:
    """Everything asked for, analysed; what could not be is complained of."""
    from sensorcoach import app as ask

    asked = [ask.session_files(number, choices) for number in numbers]
    asked += [(list(files), choices) for files in sessions if files]
    outcomes: list[Observed | Failure] = []
    for number, (files, chosen) in enumerate(asked, start=1):
        if len(asked) > 1:
            remark(f"[{number}/{len(asked)}] {' + '.join(str(file) for file in files)}")
        outcome = ask.observe_session(files, chosen)
        if isinstance(outcome, ask.Failure):
            complain(outcome.error)
        outcomes.append(outcome)
    return outcomes


def _written(outcomes: Sequence[Observed | Failure], form: Form, over_time: Sequence[LoggedSession]) -> str:
    from sensorcoach import app as ask
    from sensorcoach.output.csv_ import as_csv
    from sensorcoach.output.json_ import as_json

    observed = [one for one in outcomes if not isinstance(one, ask.Failure)]
    if form == "json":
        told = [one if isinstance(one, ask.Failure) else one.result for one in outcomes]
        return as_json(told if len(told) > 1 else told[0]) + "\n"
    if form == "csv":
        return as_csv(one.result for one in observed)
    write = ask.report_markdown if form == "md" else ask.report_page
    return write(observed, over_time)


def _hand_over(text: str, out: Path | None, replace: bool) -> None:
    from sensorcoach import app as ask

    if out is None:
        say(text)
        return
    ask.save_report(out, text, replace=replace)
    remark(kept(out, "Written"))


@app.command(epilog=EXIT_CODES)
def compare(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="One session, as `analyze` takes it.")],
    truth: Annotated[
        Path,
        typer.Option(
            "--truth",
            metavar="LABELS",
            help="CSV, one row a repetition: drop_start_s,drop_end_s,return_start_s,return_end_s (or time_s, an "
            "instant inside), side (left, right), warnings (codes, as in too_fast:severe jarring); or one row of "
            "counts: left,right or count or least,most; or the JSON of `simulate --truth`.",
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
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
    """Tell how well the count agrees with labels made by hand: repetitions, sides, borders, warnings."""
    from sensorcoach import app as ask
    from sensorcoach.output.json_ import as_json

    choices = choices_of(
        leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns, sensor, acc_sign, dates
    )
    found = ask.agreement_with(files, truth, choices)
    if json:
        say(as_json(found))
        return
    for line in ask.agreement_lines(found):
        say(printable(line))
