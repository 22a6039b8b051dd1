"""What all commands share: the group, the exit codes, how something is said."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from shutil import get_terminal_size
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from typer.core import TyperGroup

from sensorcoach import __version__
from sensorcoach.cli.options import Person
from sensorcoach.errors import BluetoothError, SensorcoachError, SensorError, SettingsError
from sensorcoach.failures import failure_words
from sensorcoach.output.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sensorcoach.model import Told

EXIT_USAGE = 2
EXIT_BAD_INPUT = 3
EXIT_NO_SENSOR = 4
EXIT_LEFT = 130
BESIDE_TIME = 10
"""Column at which the words of a line begin that is led by a time (`output.plain.line`)."""
EXIT_CODES = (
    "Exit codes: 0 all is well; 1 an unexpected error; 2 wrong usage, or a settings file that cannot be used; "
    "3 a file that is missing, cannot be analysed or cannot be written (of several files the good ones are still "
    "shown); 4 no sensor, or Bluetooth cannot be used, or doctor found a problem; 130 a live session left at once by a "
    "second Ctrl-C."
)


_ORDER = ("live", "replay", "demo", "analyze", "report", "log", "settings", "scan", "devices", "doctor", "where")
"""Commands of every day come first in the help; the others follow as they are registered."""


class _Group(TyperGroup):
    """Turns the errors meant for people into one sentence and an exit code."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Their names, in the order of the help."""
        return sorted(
            super().list_commands(ctx), key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)
        )

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            result: object = super().invoke(ctx)
            sys.stdout.flush()
        except SensorcoachError as error:
            complain(str(error))
            raise typer.Exit(_exit_code(error)) from error
        except BrokenPipeError as error:  # the reader, `head` for one, has seen enough
            say_nothing_more()
            raise typer.Exit from error
        except (OSError, RecursionError, MemoryError) as error:
            complain(failure_words(error))
            raise typer.Exit(EXIT_BAD_INPUT) from error
        return result


def say_nothing_more() -> None:
    """Whoever read standard output has gone; what is written goes nowhere from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _exit_code(error: SensorcoachError) -> int:
    if isinstance(error, SettingsError):
        return EXIT_USAGE
    return EXIT_NO_SENSOR if isinstance(error, BluetoothError | SensorError) else EXIT_BAD_INPUT


app = typer.Typer(
    cls=_Group,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    person: Person = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version and leave.")] = False,
) -> None:
    """Count and grade knee drops (the supine spinal twist) from one motion sensor at the knee. In a terminal, without a
    command: the start screen.
    """
    if version:
        typer.echo(f"sensorcoach {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is not None:
        if person is not None:
            raise typer.BadParameter(f"Name the person behind the command: {context.invoked_subcommand} … --person.")
        return
    from sensorcoach.cli.screens import screen_possible, show_screen

    if screen_possible():
        show_screen(person=person)
    else:
        typer.echo(context.get_help())


def say_events() -> Callable[[Told], None]:
    """Prints events as they come; a landing that is only confirmed is not said again."""
    from sensorcoach.output.plain import line

    said: str | None = None

    def tell(event: Told) -> None:
        nonlocal said
        text = line(event)
        if text is not None and text != said:
            say(fitted(text, sys.stdout, BESIDE_TIME))
            said = text

    return tell


def say(text: str) -> None:
    """A line of the answer, seen at once also by a program that reads along."""
    typer.echo(text.rstrip("\n"))
    sys.stdout.flush()


def fitted(line: str, stream: TextIO, indent: int = 2) -> str:
    """``line``, broken between words for a terminal that is narrower; for programs it stays one line."""
    if not stream.isatty():
        return line
    width = max(get_terminal_size().columns, 2 * indent)
    wrapper = TextWrapper(width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapper.wrap(line))


def complain(sentence: str) -> None:
    """What went wrong, beside the answer."""
    typer.echo(fitted(f"sensorcoach: {printable(sentence)}", sys.stderr), err=True)


def remark(sentence: str) -> None:
    """What a person should know, beside the answer."""
    typer.echo(fitted(printable(sentence), sys.stderr), err=True)


def may_replace(file: Path, force: bool) -> bool:
    """Whether ``file`` may be replaced: on a terminal the person is asked. What may not is refused by whoever writes.

    Raises:
        typer.Exit: the person said no.
    """
    if force or not file.is_file() or not _on_a_terminal():
        return force
    if not typer.confirm(printable(f"{file} exists already. Replace it?"), err=True):
        remark("Nothing was written.")
        raise typer.Exit(EXIT_BAD_INPUT)
    return True


def _on_a_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def kept(file: Path, how: str) -> str:
    """``Recorded: session.jsonl (1.2 MB).``"""
    size = file.stat().st_size
    return f"{how}: {file} ({size / 1e6:.1f} MB)." if size >= 1e6 else f"{how}: {file} ({size / 1e3:.0f} kB)."


def main() -> None:
    """Entry point of the ``sensorcoach`` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="sensorcoach")
