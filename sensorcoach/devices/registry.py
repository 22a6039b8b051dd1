"""All known sensors: our own, and those that other installed packages bring along.

A package offers a profile through an entry point of the group `GROUP`, named as the profile is::

    [project.entry-points."sensorcoach.profiles"]
    mysensor = "my_package.my_sensor:MY_SENSOR"

It is loaded only when it is asked for. One that cannot be loaded is left out and told by `plugin_problems`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from sensorcoach.devices.arduino import ARDUINO
from sensorcoach.devices.bluest import BLUEST
from sensorcoach.devices.dot import DOT
from sensorcoach.devices.foreign import ForeignProfile
from sensorcoach.devices.generic import GENERIC, PREFIX
from sensorcoach.devices.metamotion import METAMOTION
from sensorcoach.devices.microbit import MICROBIT
from sensorcoach.devices.movesense import MOVESENSE
from sensorcoach.devices.open_format import OPEN
from sensorcoach.devices.polar import POLAR
from sensorcoach.devices.profile import About, Profile, RadioProfile
from sensorcoach.devices.rows import ROWS
from sensorcoach.devices.thingy import THINGY
from sensorcoach.devices.witmotion import WITMOTION
from sensorcoach.errors import DecodeError

GROUP: Final = "sensorcoach.profiles"
RADIO_PROFILES: Final[tuple[RadioProfile[Any], ...]] = (
    OPEN,
    WITMOTION,
    MOVESENSE,
    METAMOTION,
    POLAR,
    DOT,
    ARDUINO,
    THINGY,
    BLUEST,
    MICROBIT,
)
"""Our own that can be streamed."""
_BUILT_IN: Final[tuple[Profile[Any], ...]] = (ROWS, *RADIO_PROFILES, GENERIC)
PROFILES: Final[Mapping[str, Profile[Any]]] = MappingProxyType({profile.name: profile for profile in _BUILT_IN})
"""All our own, by the name their recordings carry."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NEEDED: Final = ("name", "label", "counts_loss", "initial", "decode", "decode_all", "reconnected")
_NEEDED_FOR_RADIO: Final = ("about", "advertised", "channels", "data_channel", "start", "stop", "battery")


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """A profile of another package that cannot be used. ``package``: name and version; ``reason``: in words."""

    name: str
    package: str
    reason: str


def profile_names() -> tuple[str, ...]:
    """Names of all profiles, our own first. Those of other packages are named, not loaded."""
    return (*PROFILES, *_offered()[0])


def profile_named(name: str) -> Profile[Any]:
    """The profile of this name.

    Raises:
        DecodeError: there is none, or its package cannot be loaded; says which there are.
    """
    if name in PROFILES:
        return PROFILES[name]
    if name.startswith(PREFIX):  # described by its owner: the description stands in the recording's header
        return GENERIC
    offered = _offered()[0].get(name)
    loaded = None if offered is None else _loaded(offered)
    if isinstance(loaded, PluginProblem):
        raise DecodeError(f"The sensor profile {name!r} cannot be used: {loaded.reason}.", f"See {loaded.package}.")
    if loaded is None:
        raise DecodeError(
            f"No sensor profile is called {name!r}; known are {', '.join(profile_names())}.",
            "A newer sensorcoach, or a package that brings the profile, may know it.",
        )
    return loaded


def radio_profiles() -> tuple[RadioProfile[Any], ...]:
    """All profiles that can be streamed, our own first. What cannot be loaded is left out, see `plugin_problems`."""
    others = [_loaded(offered) for offered in _offered()[0].values()]
    return (*RADIO_PROFILES, *(one for one in others if _is_radio(one)))


def plugin_problems() -> tuple[PluginProblem, ...]:
    """Profiles of other packages that cannot be used, for `sensorcoach doctor`."""
    names, problems = _offered()
    loaded = [_loaded(offered) for offered in names.values()]
    return (*problems, *(one for one in loaded if isinstance(one, PluginProblem)))


def _offered() -> tuple[Mapping[str, EntryPoint], tuple[PluginProblem, ...]]:
    """Entry points of usable names, in the order of their names; and the others."""
    usable: dict[str, EntryPoint] = {}
    problems: list[PluginProblem] = []
    for offered in sorted(entry_points(group=GROUP), key=lambda one: (one.name, one.value)):
        if offered.name in PROFILES or offered.name.startswith(PREFIX):
            problems.append(_problem(offered, "a profile of this name is built in, and is not replaced"))
        elif not _NAME.fullmatch(offered.name):
            problems.append(_problem(offered, "a name has small letters a-z, digits, - and _ only, 40 at most"))
        elif offered.name in usable and usable[offered.name].value != offered.value:
            problems.append(_problem(offered, f"{_package(usable[offered.name])} brings one of this name already"))
        else:
            usable.setdefault(offered.name, offered)
    return usable, tuple(problems)


@cache
def _loaded(offered: EntryPoint) -> Profile[Any] | PluginProblem:
    try:
        profile = offered.load()
        missing = [word for word in _NEEDED if not hasattr(profile, word)]
        if _is_radio(profile):
            missing += [word for word in _NEEDED_FOR_RADIO if not hasattr(profile, word)]
        if missing:
            return _problem(offered, f"it lacks {', '.join(missing)}")
        if _is_radio(profile) and not isinstance(profile.about, About):
            return _problem(offered, "its about is no sensorcoach.devices.profile.About")
        if profile.name != offered.name:
            return _problem(offered, f"it calls itself {profile.name!r}")
    except Exception as error:  # Foreign code, run while being imported: whatever it raises must not stop the others.
        return _problem(offered, f"{type(error).__name__}: {error}")
    return ForeignProfile(profile, _package(offered))


def _is_radio(loaded: Profile[Any] | PluginProblem) -> TypeGuard[RadioProfile[Any]]:
    return hasattr(loaded, "advertised")


def _problem(offered: EntryPoint, reason: str) -> PluginProblem:
    return PluginProblem(offered.name, _package(offered), reason)


def _package(offered: EntryPoint) -> str:
    return "an unknown package" if offered.dist is None else f"{offered.dist.name} {offered.dist.version}"
