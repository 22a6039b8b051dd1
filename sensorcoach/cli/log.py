"""The logbook: `log`, `log show`, `log rebuild`, `log delete`."""

from __future__ import annotations

import re
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sensorcoach.cli.options import Person, Recalibrate
from sensorcoach.cli.root import EXIT_BAD_INPUT, EXIT_CODES, app, complain, fitted, remark, say
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from sensorcoach.app import LoggedSession

log = typer.Typer(rich_markup_mode=None, add_completion=False)
app.add_typer(log, name="log")


def _day(text: str) -> date:
    """``2026-11-01``, or ``14d`` and ``4w`` before today."""
    ago = re.fullmatch(r"(\d{1,4})([dw])", text)
    try:
        if ago:
            return date.today() - timedelta(days=int(ago[1]) * (7 if ago[2] == "w" else 1))
        return date.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(f"{text!r} is no date: 2026-11-01, 14d or 4w.") from error


@log.callback(invoke_without_command=True, epilog=EXIT_CODES)
def list_(
    context: typer.Context,
    since: Annotated[
        date | None, typer.Option("--since", metavar="DATE", parser=_day, help="From this day on: 2026-11-01, 14d, 4w.")
    ] = None,
    person: Person = None,
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout, one line a session.")] = False,
    ascii_: Annotated[bool, typer.Option("--ascii", help="Plots of plain letters.")] = False,
) -> None:
    """List the sessions of the last weeks, how they develop, and the next target."""
    if context.invoked_subcommand is not None:
        if since or person or json or csv or ascii_:
            raise typer.BadParameter(f"Leave the options of the list out before {context.invoked_subcommand}.")
        return
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    from sensorcoach import app as ask
    from sensorcoach.cli import log_page

    log_what_is_not()
    sessions = ask.sessions_logged(person, since)
    if csv:
        say(log_page.as_csv(sessions, ask.LoggedSession))
    elif json:
        say(_as_json(sessions, person))
    else:
        _say_page(sessions, person, ascii_)


@log.command(epilog=EXIT_CODES)
def show(
    number: Annotated[int, typer.Argument(metavar="N", help="Its number in the list.")],
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout, as of `analyze`.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout, one line a rep.")] = False,
) -> None:
    """Show every repetition of a session again, graded as it is in the logbook."""
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    from sensorcoach import app as ask
    from sensorcoach.choices import Choices
    from sensorcoach.output.csv_ import as_csv
    from sensorcoach.output.json_ import as_json
    from sensorcoach.output.table import as_table

    session = ask.logged_session(number)
    settings, notices = ask.settings_logged(number)
    choices = Choices(settings=settings, notices=notices)
    (outcome,) = ask.analyze_sessions([[session.recording]], choices, lambda _name: None)
    if isinstance(outcome, ask.Failure):
        complain(outcome.error)
        raise typer.Exit(EXIT_BAD_INPUT)
    if json:
        say(as_json(outcome))
    elif csv:
        say(as_csv([outcome]))
    else:
        say(fitted(printable(_heading(session)), sys.stdout))
        say(as_table(outcome, sys.stdout))


@log.command(epilog=EXIT_CODES)
def rebuild(
    others: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="Recordings outside your folder, to be logged too.")
    ] = None,
    regrade: Annotated[
        bool, typer.Option("--regrade", help="Grade with today's settings, not with those of each recording.")
    ] = False,
    recalibrate: Recalibrate = False,
) -> None:
    """Make the logbook again from the recordings."""
    from sensorcoach import app as ask

    refused = ask.rebuild_log(
        lambda recording: remark(f"Reading {recording}"),
        lambda aside: remark(f"The damaged logbook was kept as {aside}."),
        others=others or (),
        regrade=regrade,
        recalibrate=recalibrate,
        on_recount=lambda one: remark(f"{one.recording}: {one.now} repetitions, {one.before} before: {one.why}."),
    )
    for one in refused:
        remark(f"Left out: {one.recording}: {one.reason}")
    kept = sum(ask.people().values())
    say(f"{kept} {'session' if kept == 1 else 'sessions'} in the logbook.")


@log.command(epilog=EXIT_CODES)
def delete(
    number: Annotated[int, typer.Argument(metavar="N", help="Its number in the list.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a session and its recording for good."""
    from sensorcoach import app as ask
    from sensorcoach.cli.log_page import megabytes

    session = ask.logged_session(number)
    size = f" ({megabytes(session.size_bytes)})" if session.size_bytes else ", which is gone already"
    say(fitted(printable(f"{_heading(session)} Recording: {session.recording}{size}."), sys.stdout))
    if not yes and not typer.confirm("Delete the session and its recording for good?", err=True):
        remark("Nothing was deleted.")
        return
    ask.delete_session(number)
    say(f"Session {number} was deleted.")


def log_what_is_not() -> None:
    """Recordings that no program logged, in their place before the answer."""
    from sensorcoach import app as ask

    for one in ask.log_unlogged(lambda recording: remark(f"Logging {recording}")):
        remark(f"Left out: {one.recording}: {one.reason}")


def _say_page(sessions: list[LoggedSession], person: str | None, ascii_: bool) -> None:
    from sensorcoach import app as ask
    from sensorcoach.cli import log_page
    from sensorcoach.output.sparkline import ASCII, bars_for

    every = ask.sessions_logged(person)
    if sessions:
        for line in log_page.table(sessions):
            say(fitted(line, sys.stdout, log_page.BESIDE))
        say("")
        for line in log_page.trend_lines(ask.trends(sessions), ASCII if ascii_ else bars_for(sys.stdout)):
            say(line)
        say("")
    elif every:
        say(f"No session since then; the last one was on {every[-1].day}.")
    else:
        whose, as_typed = ("", "") if person is None else (f" of {person}", f" --person {person}")
        say(f"No session{whose} is in the logbook. `sensorcoach live{as_typed}` begins one.")
    next_ = log_page.next_line(ask.streak(every, date.today()), ask.target_for(person), ask.comfort_for(person))
    for told in (next_, log_page.disk_line(ask.disk_use()), log_page.others_line(ask.people(), person)):
        if told is not None:
            say(fitted(printable(told), sys.stdout))


def _as_json(sessions: list[LoggedSession], person: str | None) -> str:
    from dataclasses import asdict

    from sensorcoach import app as ask
    from sensorcoach.cli.log_page import as_dict
    from sensorcoach.output.json_ import as_json

    left, right = ask.comfort_for(person)
    return as_json(
        {
            "person": person,
            "sessions": [as_dict(one) for one in sessions],
            "streak": asdict(ask.streak(ask.sessions_logged(person), date.today())),
            "target_a_side": ask.target_for(person),
            "comfort_left_deg": left,
            "comfort_right_deg": right,
            "disk": asdict(ask.disk_use()),
        }
    )


def _heading(session: LoggedSession) -> str:
    """``Session 3, 2026-11-20 18:03, of anna: target 5 a side, comfortable to 48° left.``"""
    from sensorcoach.cli.log_page import begun
    from sensorcoach.output.words import figure

    whose = "" if session.person is None else f", of {session.person}"
    aims = [f"target {session.target_a_side} a side"] if session.target_a_side else []
    for side, deg in (("left", session.comfort_left_deg), ("right", session.comfort_right_deg)):
        aims += [] if deg is None else [f"comfortable to {figure(deg)}° {side}"]
    return f"Session {session.number}, {begun(session)}{whose}{': ' if aims else ''}{', '.join(aims)}."
