"""Which of the devices heard is the sensor that is meant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import SensorError
from sensorcoach.sources.bounded import set_within
from sensorcoach.sources.radio import Found, Radio
from sensorcoach.sources.remembered import RememberedSensor
from sensorcoach.sources.timing import LinkTiming

NAMED: Final = 4
"""So many devices are named in an error."""
LONGEST_NAME: Final = 40
MOST_DEVICES: Final = 1000
"""A crowded hall has hundreds; more are somebody's joke, and memory is bounded."""
_NOT_HEARD_DBM: Final = -1000


class SearchFailed(SensorError):
    """Which sensor is meant cannot be told; asking again is no use."""


class NotFound(SearchFailed):
    """Nothing that is meant was heard in time."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``device``: name, beginning of a name, or address, as typed. ``profile``: forced, by name. ``remembered``: the
    unit used last. ``choose``: asked, in a thread of its own, when several match (best first); None means none of them.
    """

    device: str | None = None
    profile: str | None = None
    remembered: RememberedSensor | None = None
    choose: Callable[[Sequence[Found]], Found | None] | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A device and the profile it seems to be of; None: unknown."""

    found: Found
    profile: RadioProfile[Any] | None

    @property
    def is_sure(self) -> bool:
        """Whether more speaks for its profile than a name that other makers' devices have, too."""
        found = self.found
        return self.profile is not None and self.profile.advertised.surely_matches(found.name, found.services)


@dataclass(frozen=True, slots=True)
class Candidate:
    """To be connected to. ``unit``: which one it should be, to be verified; None: whichever it is."""

    found: Found
    profile: RadioProfile[Any]
    unit: RememberedSensor | None = None

    @property
    def is_certain(self) -> bool:
        """Whether it needs no proof: any will do, or it is the address, which no two units share.

        (An identity may be read wrongly.)
        """
        return self.unit is None or self.found.address.casefold() == self.unit.address.casefold()

    def is_other_than_meant(self, identity: str | None) -> bool:
        """Whether a device that calls itself so is another unit than the one that is meant."""
        if self.unit is None or self.is_certain:
            return False
        if identity is None or self.unit.identity is None:
            return self.found.name is None or self.found.name != self.unit.name
        return identity != self.unit.identity


class Neighbourhood:
    """Everything heard during one search; what came in an earlier advertisement is kept (a name comes apart).

    A device that falls silent while another of its name and kind begins is one that changed its address.
    """

    def __init__(self, profiles: Sequence[RadioProfile[Any]]) -> None:
        self._profiles = profiles
        self._found: dict[str, Found] = {}
        self._first_s: dict[str, float] = {}
        self._last_s: dict[str, float] = {}

    def add(self, found: Found, t_s: float = 0.0) -> bool:
        """Whether that told anything new besides the signal's strength. ``t_s``: when it was heard, on any clock."""
        known = self._found.get(found.address)
        if known is None and len(self._found) >= MOST_DEVICES:
            return False
        self._first_s.setdefault(found.address, t_s)
        self._last_s[found.address] = t_s
        if known is not None:
            services = tuple(dict.fromkeys(known.services + found.services))
            found = replace(found, name=found.name or known.name, services=services)
        self._found[found.address] = found
        return known is None or (known.name, known.services) != (found.name, found.services)

    def best_first(self) -> list[Match]:
        """Known kinds before unknown ones, the strongest signal first; held ones, without a signal, lead."""
        return sorted((Match(found, self._profile_of(found)) for found in self._found.values()), key=_rank)

    def renamed(self, matches: Sequence[Match]) -> dict[str, float]:
        """Of these, the addresses that another one seems to have replaced, and when each was heard last."""
        return {
            old.found.address: self._last_s[old.found.address]
            for old in matches
            if any(self._replaced(old, new) for new in matches)
        }

    def _replaced(self, old: Match, new: Match) -> bool:
        if old.found.connected:  # it does not advertise
            return False
        alike = old.found.name is not None and (old.found.name, old.profile) == (new.found.name, new.profile)
        return alike and self._last_s[old.found.address] < self._first_s[new.found.address]

    def _profile_of(self, found: Found) -> RadioProfile[Any] | None:
        told = (found.name, found.services)
        sure = (each for each in self._profiles if each.advertised.surely_matches(*told))
        perhaps = (each for each in self._profiles if each.advertised.matches(*told))
        return next(sure, None) or next(perhaps, None)


def the_unit(matches: Sequence[Match], unit: RememberedSensor, aside: Collection[str], heard_all: bool) -> Match | None:
    """The device that is ``unit``, or may be: same address, else same name, else (to be asked) the same kind.

    ``aside``: addresses of devices that turned out to be other units. ``heard_all``: no better one is to be expected.
    """
    near = [match for match in matches if match.found.address not in aside]
    same_address = [match for match in near if match.found.address.casefold() == unit.address.casefold()]
    if same_address or not heard_all:
        return same_address[0] if same_address else None
    kind = [match for match in near if match.profile is not None and match.profile.name == unit.profile]
    same_name = [match for match in kind if match.found.name is not None and match.found.name == unit.name]
    if same_name:
        return same_name[0]
    sure = [match for match in kind if match.is_sure]
    return sure[0] if sure and unit.identity is not None else None


def the_named(matches: Sequence[Match], device: str, heard_all: bool) -> list[Match]:
    """Devices that ``device`` may mean: one of this address, else all of this name, else all whose name begins so."""
    typed = device.casefold()
    by_address = [match for match in matches if match.found.address.casefold() == typed]
    if by_address or not heard_all:
        return by_address
    names = [(match, (match.found.name or "").casefold()) for match in matches]
    exact = [match for match, name in names if name == typed]
    return exact or [match for match, name in names if name.startswith(typed)]


class Search:
    """One search for one sensor.

    ``unit``: the one to find, if it is known which; ``insists``: no other will do, however long it takes.
    ``aside``: addresses of devices that turned out to be other units; ``not_held``: those that are held by this
    computer, but could not be used so.
    """

    def __init__(
        self,
        radio: Radio,
        wanted: Wanted,
        profiles: Sequence[RadioProfile[Any]],
        timing: LinkTiming,
        *,
        unit: RememberedSensor | None,
        insists: bool,
        aside: Collection[str],
        not_held: Collection[str] = (),
    ) -> None:
        self._radio = radio
        self._wanted = wanted
        self._timing = timing
        self._unit = unit
        self._insists = insists
        self._aside = aside
        self._not_held = not_held
        self._profiles = profiles
        self._room = Neighbourhood(profiles)
        self._forced = _profile_named(wanted.profile, profiles)

    async def result(self) -> Candidate:
        """The sensor that is meant. The scan has ended when this returns.

        Raises:
            BluetoothError: Bluetooth cannot be used.
            NotFound: it was not heard within the search time.
            SearchFailed: several match and none was chosen, or nobody knows its kind.
        """
        services = _services(self._profiles)
        for held in await self._radio.held(services):
            if held.address not in self._not_held:
                self._room.add(held)
        matches = self._decided(0.0) or await self._heard(services)
        if isinstance(matches, Candidate):
            return matches
        if len(matches) == 1 and (matches[0].is_sure or self._wanted.device is not None or self._forced is not None):
            return self._candidate(matches[0])
        return self._candidate(await self._chosen(matches))

    async def _heard(self, services: Collection[str]) -> Candidate | list[Match]:
        news = asyncio.Event()
        now = asyncio.get_running_loop().time
        began_s = now()

        def heard(found: Found) -> None:
            if self._room.add(found, now() - began_s):
                news.set()

        async with self._radio.scan(heard, services):
            began_s = now()
            while True:
                elapsed_s = now() - began_s
                decided = self._decided(elapsed_s)
                if decided:
                    return decided
                if elapsed_s >= self._timing.search_s:
                    raise self._not_found()
                news.clear()
                await set_within(news, self._next_moment_s(elapsed_s) - elapsed_s)

    def _next_moment_s(self, elapsed_s: float) -> float:
        """When the passing of time alone may decide."""
        timing = self._timing
        silent_s = [last_s + timing.silent_s for last_s in self._room.renamed(self._room.best_first()).values()]
        moments = (timing.competitors_s, timing.remembered_s, timing.search_s, *silent_s)
        return min((moment_s for moment_s in moments if moment_s > elapsed_s), default=elapsed_s)

    def _decided(self, elapsed_s: float) -> Candidate | list[Match]:
        """The candidate, or several to choose from; nothing (an empty list) if it is too early to say."""
        matches = self._room.best_first()
        heard_all = elapsed_s >= self._timing.competitors_s
        if self._unit is not None:
            match = the_unit(matches, self._unit, self._aside, heard_all)
            if match is not None:
                profile = self._forced or match.profile or _profile_named(self._unit.profile, self._profiles)
                return Candidate(match.found, _known(profile, match.found), self._unit)
            if self._insists or elapsed_s < self._timing.remembered_s:
                return []
        if self._wanted.device is not None:
            named = the_named(matches, self._wanted.device, heard_all)
            if not heard_all and self._forced is None and any(match.profile is None for match in named):
                return []  # its name, which tells the kind, may come in the scan response
            return self._settled(named, elapsed_s)
        meant = [match for match in matches if self._is_meant(match)] if heard_all else []
        sure = [match for match in meant if match.is_sure or self._forced is not None]
        return self._settled(sure or meant, elapsed_s)

    def _settled(self, matches: list[Match], elapsed_s: float) -> list[Match]:
        """Without those that changed their address; nothing while it is too early to say whether one did."""
        renamed = self._room.renamed(matches)
        if any(elapsed_s - last_s < self._timing.silent_s for last_s in renamed.values()):
            return []
        return [match for match in matches if match.found.address not in renamed]

    def _is_meant(self, match: Match) -> bool:
        if self._forced is not None:
            return self._forced.advertised.matches(match.found.name, match.found.services)
        return match.profile is not None

    def _candidate(self, match: Match) -> Candidate:
        return Candidate(match.found, _known(self._forced or match.profile, match.found))

    async def _chosen(self, matches: Sequence[Match]) -> Match:
        if self._wanted.choose is None and len(matches) == 1:
            assert matches[0].profile is not None
            raise SearchFailed(
                f"Heard was {_named(matches)}, which may be a {matches[0].profile.label}, or something else.",
                "If it is yours, say so with --device and its name or address.",
            )
        if self._wanted.choose is None:
            raise SearchFailed(
                f"{len(matches)} sensors match: {_named(matches)}.",
                "Say which with --device and its name or address, or switch the others off.",
            )
        chosen = await asyncio.to_thread(self._wanted.choose, [match.found for match in matches])
        for match in matches:
            if chosen is not None and match.found.address == chosen.address:
                return match
        raise SearchFailed("No sensor was chosen.", "Choose one, or name it with --device.")

    def _not_found(self) -> NotFound:
        if self._insists:  # goes into a recording, which need not tell what else is in the room
            return NotFound("The sensor is not heard any more.", "Is it near, switched on and charged?")
        who = f"No device called {_shown(self._wanted.device)}" if self._wanted.device is not None else "No sensor"
        heard = self._room.best_first()
        nearest = f"; heard were {_named(heard)}" if heard else "; no device at all was heard"
        return NotFound(
            f"{who} was found in {self._timing.search_s:.0f} s{nearest}.",
            "Is it switched on, charged and near? A sensor that is connected to a phone or another computer does not "
            "show itself: disconnect it there. `sensorcoach scan --all` lists everything.",
        )


def unit_preferred(wanted: Wanted) -> RememberedSensor | None:
    """The remembered unit, unless another device or kind is asked for."""
    unit = wanted.remembered
    if unit is None or wanted.profile not in (None, unit.profile):
        return None
    if wanted.device is None:
        return unit
    typed = wanted.device.casefold()
    return unit if typed == unit.address.casefold() or (unit.name or "").casefold().startswith(typed) else None


@asynccontextmanager
async def listening(radio: Radio, profiles: Sequence[RadioProfile[Any]]) -> AsyncIterator[Neighbourhood]:
    """While the context lasts, what is given fills with every device heard, or held by this computer.

    Raises:
        BluetoothError: Bluetooth cannot be used.
    """
    services = _services(profiles)
    room = Neighbourhood(profiles)
    for held in await radio.held(services):
        room.add(held)

    def heard(found: Found) -> None:
        room.add(found)

    async with radio.scan(heard, services):
        yield room


async def listen(radio: Radio, profiles: Sequence[RadioProfile[Any]], duration_s: float) -> list[Match]:
    """Every device heard in this time or held by this computer, best first.

    Raises:
        BluetoothError: Bluetooth cannot be used.
    """
    async with listening(radio, profiles) as room:
        await asyncio.sleep(duration_s)
    return room.best_first()


def _rank(match: Match) -> tuple[bool, bool, int, str]:
    found = match.found
    rssi_dbm = _NOT_HEARD_DBM if found.rssi_dbm is None else found.rssi_dbm
    return match.profile is None, not found.connected, -rssi_dbm, found.address


def _services(profiles: Iterable[RadioProfile[Any]]) -> list[str]:
    return list(dict.fromkeys(service for profile in profiles for service in profile.advertised.own_services))


def _profile_named(name: str | None, profiles: Sequence[RadioProfile[Any]]) -> RadioProfile[Any] | None:
    if name is None:
        return None
    for profile in profiles:
        if profile.name == name:
            return profile
    raise SearchFailed(
        f"No kind of sensor is called {_shown(name)}.",
        f"Known are {', '.join(profile.name for profile in profiles)}.",
    )


def _known(profile: RadioProfile[Any] | None, found: Found) -> RadioProfile[Any]:
    if profile is None:
        raise SearchFailed(
            f"{_shown(found.name)} ({found.address}) does not say what kind of sensor it is.",
            "Name its kind with --profile.",
        )
    return profile


def _named(matches: Sequence[Match]) -> str:
    told = [f"{_shown(match.found.name)} ({match.found.address}{_strength(match.found)})" for match in matches[:NAMED]]
    more = f" and {len(matches) - NAMED} more" if len(matches) > NAMED else ""
    return ", ".join(told) + more


def _strength(found: Found) -> str:
    if found.rssi_dbm is None:
        return ", connected to this computer" if found.connected else ""
    return f", {found.rssi_dbm} dBm"


def _shown(name: str | None) -> str:
    """A name from the air: in quotes, cut, and without a character that a terminal could obey."""
    return "a device without a name" if name is None else repr(name[:LONGEST_NAME])
