"""One notion of a sensor: acceleration and turning rate of one name belong together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sensorcoach.errors import InputError
from sensorcoach.importers.header import KINDS, PLAIN_KIND, Meaning, compact

AT_THE_LEG: Final = (
    "knee", "thigh", "leg", "shank", "shin", "calf", "femur", "tibia", "knie", "oberschenkel", "unterschenkel", "bein",
    "schienbein", "genou", "cuisse", "jambe", "rodilla", "muslo", "pierna",
)  # fmt: skip
"""A sensor with such a name is the one that is worn for the exercise."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its place from 0, its name for messages, its unit where known."""

    index: int
    name: str
    unit: str | None


Axes = tuple[Column, ...]
"""The columns x, y and z, or none."""


@dataclass(frozen=True, slots=True)
class SensorColumns:
    """The columns of one sensor: acceleration, turning rate, acceleration without gravity, and gravity."""

    name: str
    acc: Axes = ()
    gyr: Axes = ()
    linear: Axes = ()
    gravity: Axes = ()

    @property
    def label(self) -> str:
        """Its name, or that of its first column."""
        return self.name or (self.acc or self.linear or self.gyr)[0].name


def sensors_in(names: Sequence[str], meanings: Mapping[int, Meaning]) -> list[SensorColumns]:
    """The sensors that whole triples of columns name, in the order of their first columns."""
    triples: dict[str, dict[str, list[tuple[int, Axes]]]] = {}
    for (quantity, sensor, kind), axes in _axes(names, meanings).items():
        if len(axes) == 3:
            rank = KINDS.get(kind, PLAIN_KIND)
            triples.setdefault(sensor, {}).setdefault(quantity, []).append((rank, tuple(axes[axis] for axis in "xyz")))
    found = []
    for sensor, quantities in triples.items():
        best = {quantity: min(ranked, key=lambda one: one[0])[1] for quantity, ranked in quantities.items()}
        acc = best.get("acc", ()) or (() if "linear" in best else best.get("bare", ()))
        found.append(SensorColumns(sensor, acc, best.get("gyr", ()), best.get("linear", ()), best.get("gravity", ())))
    return _paired(found)


def incomplete(names: Sequence[str], meanings: Mapping[int, Meaning], quantity: str) -> bool:
    """Whether some axes of a quantity are there, and no sensor has all three."""
    found = [axes for (one, _, _), axes in _axes(names, meanings).items() if one == quantity]
    return bool(found) and not any(len(axes) == 3 for axes in found)


def _axes(names: Sequence[str], meanings: Mapping[int, Meaning]) -> dict[tuple[str, str, str], dict[str, Column]]:
    found: dict[tuple[str, str, str], dict[str, Column]] = {}
    for index, meaning in sorted(meanings.items()):
        if meaning.axis:
            key = (meaning.quantity, meaning.sensor, meaning.kind)
            found.setdefault(key, {}).setdefault(meaning.axis, Column(index, names[index], meaning.unit))
    return found


def _paired(found: list[SensorColumns]) -> list[SensorColumns]:
    """A turning rate, gravity or acceleration that has no partner of its name is the one other's that has none either,
    unless both have names.
    """
    whole = [one for one in found if one.acc or one.linear]
    loose = [one for one in found if one.gyr and not (one.acc or one.linear)]
    if len(whole) == 1 and len(loose) == 1 and not whole[0].gyr and "" in (whole[0].name, loose[0].name):
        acc, gyr = whole[0], loose[0]
        return [SensorColumns(acc.name or gyr.name, acc.acc, gyr.gyr, acc.linear, acc.gravity or gyr.gravity)]
    return found


def usable(one: SensorColumns) -> bool:
    """Whether its columns show gravity."""
    return bool(one.acc or (one.linear and one.gravity))


def chosen_name(
    path: object, names: Sequence[str], wanted: str | None, notices: list[str], what: str = "sensors"
) -> str:
    """Which of a recording's sensors to use: the one that is wanted, else the one whose name says that it is worn at
    the leg.

    Raises:
        InputError: there is no such sensor, or nothing tells which of several it is.
    """
    if wanted is not None:
        return _wanted(path, names, wanted)
    if len(names) == 1:
        return names[0]
    at_the_leg = [name for name in names if any(word in compact(name) for word in AT_THE_LEG)]
    told = ", ".join(names)
    if len(at_the_leg) != 1:
        raise InputError(
            f"{path} holds several {what} ({told[:200]}).",
            f"Say which one is worn at the knee: --sensor {quoted((at_the_leg or names)[0])}.",
        )
    notices.append(f"Several sensors ({told[:200]}): {at_the_leg[0]} is used, by its name; --sensor takes another.")
    return at_the_leg[0]


def _wanted(path: object, names: Sequence[str], wanted: str) -> str:
    exact = [name for name in names if compact(name) == compact(wanted)]
    fitting = exact or [name for name in names if compact(wanted) and compact(wanted) in compact(name)]
    if len(fitting) != 1:
        what = "no sensor" if not fitting else "several sensors"
        raise InputError(
            f"{path} has {what} {wanted!r}; there is {', '.join(names)[:200]}.",
            f"Name one of them: --sensor {quoted((fitting or names)[0])}.",
        )
    return fitting[0]


def quoted(name: str) -> str:
    """A name as it is typed in a command."""
    return name if name.replace("_", "").replace("-", "").replace(".", "").isalnum() and name.isascii() else f'"{name}"'
