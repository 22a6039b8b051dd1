"""Settings told from outside -> settings that hold: every name is known and every value within its bounds.

There are two ways. What a person wrote (a file, an argument) is refused with one sentence. What a recording or the
logbook holds was in force once and cannot be changed any more: it stays readable, and what is out of bounds today is
replaced by its default, which is said. Names of `RETIRED` change nothing in both, which is said as well.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from sensorcoach.errors import RecordingError, SettingsError
from sensorcoach.settings import RETIRED, Levels, Settings

Notices = tuple[str, ...]
S = TypeVar("S", bound=msgspec.Struct)

ADVICE: Final = "sensorcoach settings show --all lists the keys; leave one out for its default."
_LONGEST: Final = 60
"""Characters of a wrong value that are shown."""
_MOST_NAMED: Final = 6
"""So many retired settings are named that went for the same reason; a recording of an earlier version holds all."""


def load_settings(path: Path) -> tuple[Settings, Notices]:
    """Read a TOML file of settings; keys left out keep their default. What is to be told about it is given, too.

    Raises:
        SettingsError: not TOML, or something in it is wrong; names file, key, value and what is allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}.", "Check the path given to --settings.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 text.", "Check the path given to --settings.") from error
    return checked(toml_table(text, path), Settings(), str(path))


def toml_table(text: str, path: Path) -> dict[str, Any]:
    """The content of a settings file, unchecked.

    Raises:
        SettingsError: it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except ValueError as error:
        hint = "A section looks like [limits], a value like a = 1.5."
        raise SettingsError(f"{path} is not TOML: {error}.", hint) from error


def checked(told: object, usual: S, where: str) -> tuple[S, Notices]:
    """What a person told, and what they are to be told about it.

    Args:
        told: the values that differ from ``usual``, as a table of plain values or as structs of settings.
        usual: the defaults.
        where: it was told, for the messages.

    Raises:
        SettingsError: a name is unknown or a value not allowed; names key, value and what is allowed.
    """
    reading, settings = _read(told, usual)
    for wrong in (*reading.unknown, *reading.wrong):
        raise SettingsError(f"{where}: {wrong}.", ADVICE)
    return settings, tuple(_retired_notice(reading.retired, where))


def recorded(told: Mapping[str, object], where: str) -> tuple[Settings, Notices]:
    """What was in force once, and what is to be told about it. Values not allowed are replaced by their default.

    Raises:
        RecordingError: a name is unknown: a later version wrote it, and nobody knows what it meant.
    """
    reading, settings = _read(told, Settings())
    for unknown in reading.unknown:
        raise RecordingError(f"{where}: {unknown}.", "Give others with --settings.")
    replaced = (f"{where}: {wrong}. The default is used." for wrong in reading.wrong)
    return settings, (*_retired_notice(reading.retired, where), *replaced)


@dataclass(slots=True)
class _Reading:
    """What was found in a table besides good values, each as a sentence without its end; ``retired``: names."""

    unknown: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)


def _read(told: object, usual: S) -> tuple[_Reading, S]:
    reading = _Reading()
    return reading, _group(msgspec.to_builtins(told, enc_hook=_plain), usual, "", reading)


def _plain(value: object) -> object:
    """Numbers of NumPy are numbers; anything else is wrong, and shown as it is."""
    return float(value) if isinstance(value, float) else repr(value)


def _group(told: object, usual: S, name: str, reading: _Reading) -> S:
    """The settings of one group, its own groups included; of what is wrong the usual value."""
    if not isinstance(told, Mapping):
        reading.wrong.append(f"{name or 'this'} is {_shown(told)}; allowed is a group of settings")
        return usual
    types, values = _types(type(usual)), dict[str, object]()
    for key, value in told.items():
        full = f"{name}.{key}" if name else str(key)
        if key not in types:
            _no_setting(full, value, types, reading)
        elif isinstance(types[key], type) and issubclass(types[key], msgspec.Struct):
            values[key] = _group(value, getattr(usual, key), full, reading)
        else:
            try:
                values[key] = msgspec.convert(value, types[key])
            except msgspec.ValidationError as error:
                reading.wrong.append(_not_allowed(full, value, types[key], str(error)))
    return _in_order(values, usual, name, reading)


def _in_order(values: dict[str, object], usual: S, name: str, reading: _Reading) -> S:
    """``usual`` with these values; those that do not go together are left out."""
    group = msgspec.structs.replace(usual, **values)
    for names, wrong in _out_of_order(group, f"{name}." if name else ""):
        reading.wrong.append(wrong)
        kept = {key: value for key, value in values.items() if key not in names}
        return _in_order(kept, usual, name, reading)
    return group


def _out_of_order(group: msgspec.Struct, prefix: str) -> Iterator[tuple[set[str], str]]:
    """The names of values that do not go together, and a sentence about them."""
    for name, kind in _types(type(group)).items():
        value, rules = getattr(group, name), _rules(kind)
        is_ = f"{prefix}{name} is {_shown(value)}"
        if isinstance(value, Levels):
            lower = rules.get("worse") == "lower"
            levels = [level for level in (value.note, value.warn, value.severe) if level is not None]
            if levels != sorted(levels, reverse=lower):
                way = "fall" if lower else "rise"
                yield {name}, f"{is_}; allowed are levels that {way} from note to warn to severe"
        elif "at_most" in rules:
            other = rules["at_most"]
            most = getattr(group, other)
            if value > most:
                yield {name, other}, f"{is_}; allowed is at most {prefix}{other}, which is {_shown(most)}"
        elif "rising" in rules and any(late <= early for early, late in pairwise(value)):
            yield {name}, f"{is_}; allowed are numbers that rise"
        elif "as_many_as" in rules:
            other = rules["as_many_as"]
            if len(value) != (many := len(getattr(group, other))):
                yield {name, other}, f"{is_}; allowed are as many numbers as {prefix}{other} has, {many}"


def _no_setting(name: str, value: object, siblings: Mapping[str, Any], reading: _Reading) -> None:
    if name in RETIRED:
        reading.retired.append(name)
    elif isinstance(value, Mapping) and any(one.startswith(f"{name}.") for one in RETIRED):  # its group is gone
        for key, inner in value.items():
            _no_setting(f"{name}.{key}", inner, {}, reading)
    else:
        allowed = f"allowed here: {', '.join(siblings)}" if siblings else "its group is of an earlier version"
        reading.unknown.append(f"{name} is no setting; {allowed}")


def _retired_notice(retired: list[str], where: str) -> Iterator[str]:
    if retired:
        gone = groupby(sorted(retired, key=lambda name: RETIRED[name]), key=lambda name: RETIRED[name])
        told = "; ".join(f"{_some(list(names))} ({why})" for why, names in gone)
        yield f"{where}: settings of an earlier version, which change nothing: {told}."


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_MOST_NAMED])} and {more} more"


def _not_allowed(name: str, value: Any, kind: Any, error: str) -> str:
    """A sentence about a value that ``error`` of msgspec refuses, or about the one within it that is meant."""
    info = inspect.type_info(kind)
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", error.partition(" - at `$")[2]):
        info = _bare(info)
        if isinstance(info, inspect.StructType):
            info, value, name = next(one.type for one in info.fields if one.name == key), value[key], f"{name}.{key}"
        elif isinstance(info, inspect.VarTupleType):
            info, value, name = info.item_type, value[int(index)], f"{name}[{index}]"
    return f"{name} is {_shown(value)}; allowed is {_allowed(info)}"


def _allowed(info: inspect.Type) -> str:
    match _bare(info):
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number from {least} to {most}"
        case inspect.FloatType(ge=least, le=most):
            return f"a number from {least:g} to {most:g}"
        case inspect.LiteralType(values=values):
            return " or ".join(repr(value) for value in values)
        case inspect.VarTupleType(item_type=item, min_length=least, max_length=most):
            many = "" if least is None else f" of {least} to {most} values"
            return f"a list{many}, each {_allowed(item)}"
        case inspect.DictType(value_type=item):
            return f"a table, each value of it {_allowed(item)}"
        case inspect.StructType(fields=fields):
            return f"a table with {', '.join(one.name for one in fields)}, each {_allowed(fields[0].type)}"
        case inspect.UnionType(types=kinds):
            return " or ".join(_allowed(one) for one in kinds if not isinstance(one, inspect.NoneType))
        case _:
            return "text"


def _bare(info: inspect.Type) -> inspect.Type:
    return _bare(info.type) if isinstance(info, inspect.Metadata) else info


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    told = msgspec.to_builtins(value) if isinstance(value, msgspec.Struct) else value
    text = repr(told)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


@cache
def _types(group: type[msgspec.Struct]) -> dict[str, Any]:
    return {one.name: one.type for one in msgspec.structs.fields(group)}


def _rules(kind: Any) -> dict[str, str]:
    """What `Meta` says of a field beyond its own bounds."""
    rules: dict[str, str] = {}
    for meta in getattr(kind, "__metadata__", ()):
        rules |= meta.extra or {}
    return rules
