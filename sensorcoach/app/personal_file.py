"""The personal settings file: TOML in the configuration folder, ``settings.toml``; ``settings-LABEL.toml`` of each
person with a label. Nothing is shared: how far is comfortable, and how often, is a person's own.

A file names only what differs from the default; what was named by hand stays named.
"""

from __future__ import annotations

import os
import re
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from sensorcoach.errors import SettingsError
from sensorcoach.folders import Folders, folders
from sensorcoach.outfile import free_name
from sensorcoach.preferences import Personal
from sensorcoach.settings_check import Notices, checked, toml_table

_LABEL: Final = re.compile(r"[\w-]{1,40}")
_HINT: Final = "# Your settings: take the # away where you want another value; what is left out has its default.\n"

Table = dict[str, Any]


def label_checked(label: str) -> str:
    """A person's label as it is kept, and as it stands in the name of a file.

    Raises:
        SettingsError: it cannot be one.
    """
    label = unicodedata.normalize("NFC", label)
    if not is_label(label):
        raise SettingsError(f"{label!r} cannot label a person.", "Use up to 40 letters, digits, - and _.")
    return label


def is_label(text: str) -> bool:
    """Whether it can label a person here; a header that another program wrote may hold any words."""
    return _LABEL.fullmatch(text) is not None


def personal_file_of(person: str | None = None, places: Folders | None = None) -> Path:
    """Where the settings of ``person`` are; None: of the one person of this computer. It need not exist."""
    name = "settings.toml" if person is None else f"settings-{label_checked(person)}.toml"
    return (places or folders()).config / name


def personal(person: str | None = None, places: Folders | None = None) -> Personal:
    """The settings and preferences of ``person``; defaults for what their file does not name.

    Raises:
        SettingsError: it is not TOML, or has an unknown key or a value that is not allowed.
    """
    return read_personal(person, places)[0]


def read_personal(person: str | None = None, places: Folders | None = None) -> tuple[Personal, Notices]:
    """As `personal`, and what the person should be told about their file.

    Raises:
        SettingsError: as `personal`.
    """
    path = personal_file_of(person, places)
    return checked(_table(path), Personal(), str(path))


def save_personal(
    personal: Personal,
    person: str | None = None,
    places: Folders | None = None,
    *,
    target_grows: bool | None = None,
) -> None:
    """Write the file of ``person``, whole at any moment, for this user's eyes only.

    Args:
        personal: what is wanted.
        person: whose.
        places: where files are kept.
        target_grows: the file names no target of a session, so that it grows by itself, or names that of ``personal``;
            None: as before.

    Raises:
        SettingsError: it cannot be written; or it cannot be read, and so nobody knows what would be lost; or it could
            not be read afterwards.
    """
    path = personal_file_of(person, places)
    named = _table(path)
    if target_grows is not None:
        goal = {key: value for key, value in named.get("goal", {}).items() if key != "reps_a_side"}
        named["goal"] = goal if target_grows else {**goal, "reps_a_side": personal.goal.reps_a_side}
    if target_grows:
        usual = Personal().goal.reps_a_side
        personal = msgspec.structs.replace(personal, goal=msgspec.structs.replace(personal.goal, reps_a_side=usual))
    table = _differing(_plain(personal), _plain(Personal()), named)
    checked(table, Personal(), "settings")
    write_settings(path, msgspec.toml.encode(table).decode())


def names_target(person: str | None = None, places: Folders | None = None) -> bool:
    """Whether their file names the target of a session, so that it does not grow by itself.

    Raises:
        SettingsError: the file cannot be used.
    """
    return "reps_a_side" in _table(personal_file_of(person, places)).get("goal", {})


def as_toml(personal: Personal, *, whole: bool) -> str:
    """As a file would hold it: all keys, or only what differs from the defaults."""
    table = _plain(personal)
    return msgspec.toml.encode(table if whole else _differing(table, _plain(Personal()), {})).decode()


def check_settings(text: str, path: Path) -> Notices:
    """Whether ``text`` may stand in ``path``; what the person should be told about it.

    Raises:
        SettingsError: it may not; names key, value and what is allowed.
    """
    return checked(toml_table(text, path), Personal(), str(path))[1]


def write_settings(path: Path, text: str) -> None:
    """Replace a settings file; it is whole at any moment and readable by its owner only.

    Raises:
        SettingsError: it cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written: {error.strerror}.", "Check the folder.") from error


def settings_text(person: str | None = None, places: Folders | None = None) -> str:
    """The file of ``person`` as it is, also if it cannot be used; where there is none, all defaults as comments.

    Raises:
        SettingsError: it cannot be read.
    """
    path = personal_file_of(person, places)
    return (
        _read(path)
        if path.exists()
        else _HINT + "".join(f"# {line}\n" if line else "\n" for line in as_toml(Personal(), whole=True).splitlines())
    )


def reset_personal(person: str | None = None, places: Folders | None = None) -> Path:
    """Put the file of ``person`` aside, so that every default is in force; where it is now.

    Raises:
        SettingsError: it cannot be renamed.
    """
    path = personal_file_of(person, places)
    aside = free_name(path.with_suffix(".toml.old"))
    try:
        path.replace(aside)
    except OSError as error:
        raise SettingsError(f"{path} cannot be renamed: {error.strerror}.", "Check the folder.") from error
    return aside


def labels(places: Folders) -> list[str]:
    """Of the people who have a settings file of their own."""
    found = (path.stem.removeprefix("settings-") for path in places.config.glob("settings-*.toml"))
    return sorted(label for label in found if _LABEL.fullmatch(label))


def _table(path: Path) -> Table:
    """What a file names that can be used."""
    if not path.exists():
        return {}
    table = toml_table(_read(path), path)
    checked(table, Personal(), str(path))
    return table


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SettingsError(f"{path} cannot be read: {why}.", "Repair it, or: sensorcoach settings reset.") from error


def _plain(personal: Personal) -> Table:
    """As TOML can hold it: there is no null, a key left out is None."""
    told = msgspec.to_builtins(personal, builtin_types=())
    assert isinstance(told, dict)
    return _without_none(told)


def _without_none(table: Table) -> Table:
    return {
        key: _without_none(value) if isinstance(value, dict) else value
        for key, value in table.items()
        if value is not None
    }


def _differing(table: Table, default: Table, named: Table) -> Table:
    """What of ``table`` is not as in ``default``, or is in ``named``; a limit with its three levels is one value."""
    differing: Table = {}
    for key, value in table.items():
        if _is_section(key, value, default):
            inside = _differing(value, default[key], named.get(key, {}))
            if inside:
                differing[key] = inside
        elif value != default.get(key) or key in named:
            differing[key] = value
    return differing


def _is_section(key: str, value: object, default: Table) -> bool:
    return isinstance(value, dict) and isinstance(default.get(key), dict) and key in Personal.__struct_fields__
