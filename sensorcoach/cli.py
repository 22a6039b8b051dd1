"""The command line: parses, asks `app`, prints. Heavy imports happen inside the commands."""

from __future__ import annotations

import io
import itertools
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.core import TyperGroup

from sensorcoach import __version__
from sensorcoach.axes import axis_named
from sensorcoach.errors import SensorcoachError, SettingsError
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensorcoach.analysis import Listener
    from sensorcoach.choices import Choices
    from sensorcoach.model import Event

EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_CODES = (
    "Exit codes: 0 all is well; 1 an unexpected error; 2 wrong usage, or a settings file that cannot be used; "
    "3 a file that is missing or cannot be analysed (of several files the good ones are still shown)."
)



class _Group(TyperGroup):
    """Turns the errors meant for people into one sentence and an exit code."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except SensorcoachError as error:
            _complain(str(error))
            raise typer.Exit(EXIT_USAGE if isinstance(error, SettingsError) else EXIT_BAD_INPUT) from error
        except BrokenPipeError as error:  # the reader, `head` for one, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from error
        return result


app = typer.Typer(
    cls=_Group,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _checked_axis(text: str) -> str:
    try:
        axis_named(text)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    return text


def _axis(flag: str, help_text: str) -> object:
    return typer.Option(flag, metavar="AXIS", parser=_checked_axis, help=help_text)


Side = Literal["left", "right"]
Leg = Annotated[Side | None, typer.Option("--leg", help="The leg that wears the sensor.")]
Segment = Annotated[
    Literal["thigh", "shank"] | None, typer.Option("--segment", help="Where it sits on that leg; thigh if not told.")
]
UpLeg = Annotated[
    str | None, _axis("--up-leg", "Sensor axis that points up the leg to the hip: x, -y, ... or none for unknown.")
]
Front = Annotated[str | None, _axis("--front", "With --segment shank: sensor axis that points out of the shin.")]
FirstSide = Annotated[Side | None, typer.Option("--first-side", help="Side of the first complete drop.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", metavar="FILE", help="TOML file of limits.")]
Gentle = Annotated[bool, typer.Option("--gentle", help="Count small ranges too, from 6 degrees.")]
Rocking = Annotated[bool, typer.Option("--rocking", help="No hold wanted at the side.")]
Unit = Annotated[
    Literal["g", "mg", "mps2"] | None, typer.Option("--unit", help="Unit of acceleration where a CSV hides it.")
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="NAMES", help="Names of a CSV's columns in order: t_s,ax_g,ay_g,az_g")
]
Scenario = Literal[
    "good",
    "too_fast",
    "thumps",
    "stop_and_go",
    "short_holds",
    "one_sided",
    "pillow_small",
    "accelerometer_only",
    "rocking",
    "slip",
    "mid_start",
    "distractors_only",
]
Speed = Annotated[Literal["1", "2", "max"], typer.Option("--speed", help="Times real time; max does not wait.")]


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    """Count and grade knee drops (the supine spinal twist) from one motion sensor at the knee."""
    if version:
        typer.echo(f"sensorcoach {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(epilog=EXIT_CODES)
def analyze(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Session files (.jsonl, .jsonl.gz) or CSV.")],
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout; a list for several files.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV on stdout, one line a rep.")] = False,
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
) -> None:
    """Show every repetition of a recording: side, phases, range, speed, landing, warnings."""
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    from sensorcoach.app import Failure, analyze_sessions
    from sensorcoach.output.csv_ import as_csv
    from sensorcoach.output.json_ import as_json
    from sensorcoach.output.table import as_table

    choices = _choices(leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns)
    sessions = [files] if join else [[file] for file in files]
    outcomes = []
    for outcome in analyze_sessions(sessions, choices, _progress(len(sessions))):
        outcomes.append(outcome)
        if isinstance(outcome, Failure):
            _complain(outcome.error)
        elif not (json or csv):
            _say(as_table(outcome, sys.stdout))
    failed = any(isinstance(outcome, Failure) for outcome in outcomes)
    if json and not (failed and len(sessions) == 1):
        _say(as_json(outcomes if len(sessions) > 1 else outcomes[0]))
    if csv:
        _say(as_csv(outcome for outcome in outcomes if not isinstance(outcome, Failure)))
    if failed:
        raise typer.Exit(EXIT_BAD_INPUT)


@app.command(epilog=EXIT_CODES)
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A session file or CSV.")],
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text instead of a screen.")] = False,
    speed: Speed = "1",
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
) -> None:
    """Play a recording as if it happened now: drop, landing, hold, return, and what there is to say."""
    from sensorcoach.app import replay_file
    from sensorcoach.output.words import summary_line

    if not plain:
        typer.echo("There is no screen for replays yet; this is the plain view.", err=True)
    choices = _choices(leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns)
    _say(summary_line(replay_file(file, choices, _SPEEDS[speed], _say_events())))


@app.command(epilog=EXIT_CODES)
def demo(speed: Speed = "1") -> None:
    """Play a simulated session, no sensor needed."""
    from sensorcoach.app import replay_demo
    from sensorcoach.output.words import summary_line

    _say("A simulated session: nobody moved for these numbers. A sensor on the left thigh, 104 samples a second.")
    _say(summary_line(replay_demo(_SPEEDS[speed], _say_events())))


@app.command(epilog=EXIT_CODES)
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Session file to write; .gz compresses it.")],
    scenario: Annotated[Scenario, typer.Option("--scenario", help="What the simulated person does.")] = "good",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another number, another person.")] = 1,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Also write the true repetitions, as JSON.")
    ] = None,
) -> None:
    """Write a simulated session, marked as such."""
    from sensorcoach.app import write_simulation
    from sensorcoach.simulator import SCENARIOS

    write_simulation(SCENARIOS[scenario](seed), out, truth)


_SPEEDS = {"1": 1.0, "2": 2.0, "max": math.inf}


def _choices(
    leg: str | None,
    segment: str | None,
    up_leg: str | None,
    front: str | None,
    first_side: str | None,
    settings: Path | None,
    gentle: bool,
    rocking: bool,
    unit: str | None,
    columns: str | None,
) -> Choices:
    from sensorcoach.choices import Choices
    from sensorcoach.settings import load_settings

    told = {"leg": leg, "segment": segment, "up_leg": up_leg, "front": front, "first_side": first_side}
    return Choices(
        mounting={name: value for name, value in told.items() if value is not None},
        settings=None if settings is None else load_settings(settings),
        presets=("gentle",) * gentle + ("rocking",) * rocking,
        unit=unit,
        columns=columns,
    )


def _progress(sessions: int) -> Callable[[str], None]:
    """Tells the name of each session on stderr as its turn comes, where there are several."""
    numbers = itertools.count(1)

    def tell(name: str) -> None:
        if sessions > 1:
            typer.echo(f"[{next(numbers)}/{sessions}] {printable(name)}", err=True)

    return tell


def _say_events() -> Listener:
    """Prints events as they come; a landing that is only confirmed is not said again."""
    from sensorcoach.output.plain import line

    said: str | None = None

    def say(event: Event) -> None:
        nonlocal said
        text = line(event)
        if text is not None and text != said:
            _say(text)
            sys.stdout.flush()
            said = text

    return say


def _say(text: str) -> None:
    typer.echo(text.rstrip("\n"))


def _complain(sentence: str) -> None:
    typer.echo(f"sensorcoach: {printable(sentence)}", err=True)


def main() -> None:
    """Entry point of the ``sensorcoach`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="sensorcoach")


if __name__ == "__main__":
    main()
