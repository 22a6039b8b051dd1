"""Commands that need no sensor: `analyze`, `replay`, `import`, `demo`, `simulate`."""

from __future__ import annotations

import itertools
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sensorcoach.cli.many import analyze_into_table
from sensorcoach.cli.options import (
    AccSign,
    Columns,
    Dates,
    FirstSide,
    Force,
    Front,
    Gentle,
    Language,
    Leg,
    NoVoice,
    Person,
    Recalibrate,
    Rocking,
    Segment,
    Sensor,
    SettingsFile,
    Unit,
    UpLeg,
    VoiceTo,
    choices_of,
)
from sensorcoach.cli.root import EXIT_BAD_INPUT, EXIT_CODES, app, complain, kept, may_replace, remark, say
from sensorcoach.cli.screens import screen_possible, show_screen
from sensorcoach.cli.voice import heard, said_and_heard
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

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
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE", help="One session: a file, a folder, a zip, or the files that belong together."),
]
Speed = Annotated[
    Literal["0.25", "0.5", "1", "2", "4", "8", "16", "max"],
    typer.Option("--speed", help="Times real time; max does not wait."),
]
Plain = Annotated[bool, typer.Option("--plain", help="Lines of text instead of a screen.")]


@app.command(epilog=EXIT_CODES)
def analyze(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Sessions: our own files (.jsonl, .jsonl.gz), CSV, or an app's export as it is: file, folder or zip.",
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout; a list for several sessions.")] = False,
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
    sensor: Sensor = None,
    acc_sign: AccSign = "auto",
    dates: Dates = None,
    recalibrate: Recalibrate = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Every recording in the folders, however deep.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="All results into a .parquet, .csv or .jsonl; can be stopped."),
    ] = None,
    force: Force = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="With --out: processes at once.")] = 1,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="With --out: a Dask cluster, tcp://...")
    ] = None,
) -> None:
    """Show every repetition of a recording: side, phases, range, speed, landing, warnings."""
    if json and csv:
        raise typer.BadParameter("--json and --csv exclude each other.")
    if join and recursive:
        raise typer.BadParameter("--join and --recursive exclude each other.")
    if out is None and (jobs > 1 or scheduler is not None):
        raise typer.BadParameter("--jobs and --scheduler need --out.")
    from sensorcoach.app import Failure, analyze_sessions, sessions_in, sessions_under
    from sensorcoach.output.csv_ import as_csv
    from sensorcoach.output.json_ import as_json
    from sensorcoach.output.table import as_table

    choices = choices_of(
        leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns, sensor, acc_sign, dates,
        recalibrate
    )
    sessions = [files] if join else sessions_under(files) if recursive else sessions_in(files, choices)
    if out is not None:
        analyze_into_table(sessions, choices, out, jobs, scheduler, force=force)
        return
    outcomes = []
    for outcome in analyze_sessions(sessions, choices, _progress(len(sessions))):
        outcomes.append(outcome)
        if isinstance(outcome, Failure):
            complain(outcome.error)
        elif not (json or csv):
            say(as_table(outcome, sys.stdout))
    failed = any(isinstance(outcome, Failure) for outcome in outcomes)
    if json and not (failed and len(sessions) == 1):
        say(as_json(outcomes if len(sessions) > 1 else outcomes[0]))
    if csv:
        say(as_csv(outcome for outcome in outcomes if not isinstance(outcome, Failure)))
    if failed:
        raise typer.Exit(EXIT_BAD_INPUT)


@app.command(epilog=EXIT_CODES)
def replay(
    files: Files,
    plain: Plain = False,
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
    sensor: Sensor = None,
    acc_sign: AccSign = "auto",
    dates: Dates = None,
    recalibrate: Recalibrate = False,
    no_voice: NoVoice = False,
    voice_to: VoiceTo = None,
    language: Language = None,
) -> None:
    """Play a recording as if it happened now: drop, landing, hold, return, and what there is to say."""
    choices = choices_of(
        leg, segment, up_leg, front, first_side, settings, gentle, rocking, unit, columns, sensor, acc_sign, dates,
        recalibrate
    )
    if not plain and screen_possible():
        from sensorcoach.tui.start.openings import OpenReplay

        opening = OpenReplay(tuple(files), choices, _SPEEDS[speed])
        show_screen(opening, aloud=not no_voice, voice_to=voice_to, language=language)
        return
    from sensorcoach.app import replay_files
    from sensorcoach.output.words import summary_line

    with heard(aloud=speed == "1" and not no_voice, file=voice_to, language=language) as voice:
        result = replay_files(files, choices, _SPEEDS[speed], said_and_heard(voice), voice.advance)
        say(summary_line(result))


@app.command("import", epilog=EXIT_CODES)
def import_(
    files: Files,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Session file to write; .gz compresses it.")],
    leg: Leg = None,
    segment: Segment = None,
    up_leg: UpLeg = None,
    front: Front = None,
    first_side: FirstSide = None,
    unit: Unit = None,
    columns: Columns = None,
    sensor: Sensor = None,
    acc_sign: AccSign = "auto",
    dates: Dates = None,
    person: Person = None,
) -> None:
    """Convert another program's recording to a session file, with what is told of leg and axes."""
    from sensorcoach.app import import_session
    from sensorcoach.output.words import read_as_line, recording_line

    choices = choices_of(
        leg, segment, up_leg, front, first_side, None, False, False, unit, columns, sensor, acc_sign, dates
    )
    result = import_session(files, out, choices, person)
    say(printable(recording_line(result)))
    if (read := read_as_line(result)) is not None:
        say(printable(read))
    for notice in result.notices:
        say(printable(notice))
    say(printable(kept(out, "Written")))


@app.command(epilog=EXIT_CODES)
def demo(
    plain: Plain = False,
    speed: Speed = "1",
    no_voice: NoVoice = False,
    voice_to: VoiceTo = None,
    language: Language = None,
) -> None:
    """Play a simulated session, no sensor needed."""
    if not plain and screen_possible():
        from sensorcoach.tui.start.openings import OpenDemo

        show_screen(OpenDemo(_SPEEDS[speed]), aloud=not no_voice, voice_to=voice_to, language=language)
        return
    from sensorcoach.app import replay_demo
    from sensorcoach.output.words import summary_line

    say("A simulated session: nobody moved for these numbers. A sensor on the left thigh, 104 samples a second.")
    with heard(aloud=speed == "1" and not no_voice, file=voice_to, language=language) as voice:
        result = replay_demo(_SPEEDS[speed], said_and_heard(voice), voice.advance)
        say(summary_line(result))


@app.command(epilog=EXIT_CODES)
def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Session file to write; .gz compresses it.")],
    scenario: Annotated[Scenario, typer.Option("--scenario", help="What the simulated person does.")] = "good",
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another number, another person.")] = 1,
    truth: Annotated[
        Path | None, typer.Option("--truth", metavar="FILE", help="Also write the true repetitions, as JSON.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a simulated session, marked as such."""
    from sensorcoach.app import write_simulation
    from sensorcoach.simulator import SCENARIOS

    replace = truth is not None and may_replace(truth, force)
    write_simulation(SCENARIOS[scenario](seed), out, truth, replace=replace)


_SPEEDS = {"0.25": 0.25, "0.5": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0, "16": 16.0, "max": math.inf}


def _progress(sessions: int) -> Callable[[str], None]:
    """Tells the name of each session on stderr as its turn comes, where there are several."""
    numbers = itertools.count(1)

    def tell(name: str) -> None:
        if sessions > 1:
            remark(f"[{next(numbers)}/{sessions}] {name}")

    return tell
