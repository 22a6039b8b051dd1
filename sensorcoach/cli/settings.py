"""The personal settings: `settings show`, `settings edit`, `settings reset`."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from sensorcoach.cli.options import Person
from sensorcoach.cli.root import EXIT_CODES, EXIT_USAGE, app, complain, remark, say
from sensorcoach.errors import SettingsError
from sensorcoach.output.printable import printable

settings = typer.Typer(rich_markup_mode=None, add_completion=False, help="Show, change or reset your own settings.")
app.add_typer(settings, name="settings")

EDITORS = ("editor", "nano", "vi", "notepad")
"""Tried in this order where neither VISUAL nor EDITOR names one."""


@settings.command(epilog=EXIT_CODES)
def show(
    person: Person = None,
    all_: Annotated[bool, typer.Option("--all", help="Every key with its value, not only what you changed.")] = False,
) -> None:
    """Show what differs from the defaults, as TOML."""
    from sensorcoach import app as ask

    own, notices = ask.read_personal(person)
    text = ask.as_toml(own, whole=all_)
    say(printable(f"# {ask.personal_file_of(person)}"))
    say(text.rstrip() or "# Every default is in force; `sensorcoach settings show --all` lists them.")
    for notice in notices:
        remark(notice)


@settings.command(epilog=EXIT_CODES)
def edit(person: Person = None) -> None:
    """Open your settings in your editor; what cannot be used does not replace them."""
    from sensorcoach import app as ask

    path = ask.personal_file_of(person)
    before = ask.settings_text(person)
    text = _edited(before)
    while True:
        try:
            notices = ask.check_settings(text, path)
            break
        except SettingsError as error:
            complain(str(error))
            if not sys.stdin.isatty() or not typer.confirm("Edit again?", default=True, err=True):
                remark("The settings stay as they were.")
                raise typer.Exit(EXIT_USAGE) from error
        text = _edited(text)
    if text == before:
        say("Nothing was changed.")
        return
    ask.write_settings(path, text)
    say(printable(f"Saved: {path}"))
    for notice in notices:
        remark(notice)


@settings.command(epilog=EXIT_CODES)
def reset(person: Person = None, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Go back to the defaults; the old file is kept beside."""
    from sensorcoach import app as ask

    path = ask.personal_file_of(person)
    if not path.exists():
        say("Every default is in force already.")
        return
    if not yes and not typer.confirm(f"Back to the defaults, without {printable(str(path))}?", err=True):
        remark("Nothing was changed.")
        return
    say(printable(f"The defaults are in force; the old settings were kept as {ask.reset_personal(person)}"))


def _edited(text: str) -> str:
    """``text`` as the person left it in their editor.

    Raises:
        SettingsError: there is no editor, or it failed.
    """
    command = _editor()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "settings.toml"
        file.write_text(text, encoding="utf-8")
        try:
            subprocess.run([*command, str(file)], check=True)
            return file.read_text(encoding="utf-8")
        except subprocess.CalledProcessError as error:
            why = f"it ended with status {error.returncode}"
        except OSError as error:
            why = error.strerror or "it cannot be started"
        except UnicodeDecodeError:
            why = "what it wrote is not UTF-8"
        raise SettingsError(f"The editor {command[0]} failed: {why}.", "Name another one in the variable EDITOR.")


def _editor() -> list[str]:
    named = (os.environ.get("VISUAL") or "").strip() or (os.environ.get("EDITOR") or "").strip()
    if named:
        try:
            return shlex.split(named, posix=os.name != "nt")
        except ValueError as error:
            advice = "Close the quotation marks in the variable EDITOR (or VISUAL)."
            raise SettingsError(f"The editor {named!r} cannot be started: {error}.", advice) from error
    found = next(filter(None, map(shutil.which, EDITORS)), None)
    if found is None:
        raise SettingsError("No editor was found.", "Name one in the variable EDITOR.")
    return [found]
