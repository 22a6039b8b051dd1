"""Every setting there is, found by walking the structs; a table that names a value for one of them."""

import math
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from sensorcoach.preferences import Personal
from sensorcoach.settings import Levels


@dataclass(frozen=True)
class Setting:
    """``kind``: float, int, bool, str, Literal or dict, of each of its values; ``shape``: what holds them."""

    path: tuple[str, ...]
    kind: Any
    shape: str
    least: float | None
    most: float | None
    rules: dict[str, str]
    default: Any

    @property
    def name(self) -> str:
        return ".".join(self.path)

    @property
    def bounds(self) -> list[float]:
        return [bound for bound in (self.least, self.most) if bound is not None]

    def told(self, value: object) -> object:
        """As a file would hold ``value``."""
        if self.shape == "levels":
            return {"note": value, "warn": value, "severe": value}
        return [value] if self.shape == "list" else value


def settings_of(group: type[msgspec.Struct] = Personal, base: Any = None, path: tuple[str, ...] = ()) -> list[Setting]:
    return list(_walked(group, Personal() if base is None else base, path))


def _walked(group: type[msgspec.Struct], base: Any, path: tuple[str, ...]) -> Iterator[Setting]:
    for field in msgspec.structs.fields(group):
        default = getattr(base, field.name)
        if isinstance(default, msgspec.Struct) and not isinstance(default, Levels):
            yield from _walked(type(default), default, (*path, field.name))
        else:
            yield _setting(field.type, default, (*path, field.name))


def _setting(told: Any, default: Any, path: tuple[str, ...]) -> Setting:
    shape, bounds, rules = "one", {}, {}
    while True:
        for meta in getattr(told, "__metadata__", ()):
            bounds |= {name: getattr(meta, name) for name in ("ge", "le") if getattr(meta, name) is not None}
            rules |= meta.extra or {}
        origin = typing.get_origin(told)
        if hasattr(told, "__metadata__"):
            told = told.__origin__
        elif origin is Levels:
            told, shape = typing.get_args(told)[0], "levels"
        elif origin is tuple:
            told, shape = typing.get_args(told)[0], "list"
        elif origin in (typing.Union, types.UnionType):
            told = next(one for one in typing.get_args(told) if one is not type(None))
        else:
            kind = origin or told
            return Setting(path, kind, shape, bounds.get("ge"), bounds.get("le"), rules, default)


def just_outside(setting: Setting) -> list[float]:
    step = {setting.least: -1, setting.most: 1}
    if setting.kind is int:
        return [int(bound) + way for bound, way in step.items() if bound is not None]
    return [math.nextafter(bound, way * math.inf) for bound, way in step.items() if bound is not None]


def table_of(setting: Setting, value: object, everything: list[Setting]) -> dict[str, Any]:
    """A table that names this value, and of the settings that must go with it the least they must be."""
    table: dict[str, Any] = {}
    put(table, setting.path, setting.told(value))
    group = {one.path[-1]: one for one in everything if one.path[:-1] == setting.path[:-1]}
    for one in group.values():
        below = one.rules.get("at_most") == setting.path[-1] and one.default > value
        above = setting.rules.get("at_most") == one.path[-1] and one.default < value
        if below or above:
            put(table, one.path, value)
        if "list" == setting.shape == one.shape and one is not setting:
            put(table, one.path, list(one.default[:1]))
    return table


def put(table: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        table = table.setdefault(key, {})
    table[path[-1]] = value
