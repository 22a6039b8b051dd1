"""A table in which acceleration and turning rate have rows of their own: told by blanks, or by a word in each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.header import Meaning, meaning_of
from sensorcoach.importers.numerals import MISSING
from sensorcoach.importers.sensors import Axes

if TYPE_CHECKING:
    from sensorcoach.importers.rowsets import RowSet

SHORTEST_WORD: Final = 3
WHOLE_SHARE: Final = 0.5
"""Where fewer of the rows with any value have all, each sensor has rows of its own."""
_ANDROID: Final = {"1": "acc", "4": "gyr", "9": "gravity", "10": "linear", "2": "", "3": "", "11": ""}
"""Types of sensors as Android numbers them."""
Kind = Literal["acc", "gyr", "linear", "gravity"]


@dataclass(frozen=True, slots=True)
class Interleaved:
    """One sensor's rows: what they hold, and how to read them. ``value``: the word that tells them, if one does."""

    kind: Kind
    value: str
    choice: ColumnChoice


def are_kinds(values: Sequence[str]) -> bool:
    """Whether words tell acceleration from turning rate, not one sensor from another."""
    kinds = _kinds(values)
    both = {"acc", "gyr"} <= set(kinds.values()) or {"linear", "gravity"} <= set(kinds.values())
    # A and G tell each other; A alone may be anybody's name.
    return both or any(kind == "acc" and len(word) >= SHORTEST_WORD for word, kind in kinds.items())


def interleaved_by_kind(
    only: RowSet, names: Sequence[str], meanings: Mapping[int, Meaning], choice: ColumnChoice
) -> tuple[Interleaved, ...]:
    """The streams of a table whose rows each name their sensor (``ACC``, ``Gyroscope``); none if this is no such."""
    if choice.only is not None or not are_kinds(only.values):
        return ()
    axes = {index: meaning for index, meaning in meanings.items() if meaning.axis}
    first = {axis: min(i for i, m in axes.items() if m.axis == axis) for axis in {m.axis for m in axes.values()}}
    if len(first) != 3:
        return ()
    times = {index: meaning for index, meaning in meanings.items() if meaning.quantity == "time"}
    streams = []
    for value, kind in _kinds(only.values).items():
        quantity: Literal["acc", "gyr"] = "gyr" if kind == "gyr" else "acc"
        columns = {index: Meaning(quantity, axis, meanings[index].unit) for axis, index in first.items()}
        named = {str(index + 1): meaning for index, meaning in {**times, **columns}.items()}
        streams.append(Interleaved(kind, value, replace(choice, named=named, only=(only.index, value))))
    return tuple(streams)


def interleaved_by_blanks(
    acc: Axes, gyr: Axes, rows: Sequence[Sequence[str]], meanings: Mapping[int, Meaning], choice: ColumnChoice
) -> tuple[Interleaved, ...]:
    """The streams of a table whose rows hold one sensor's values and blanks for the other's; none if they hold both."""
    if not acc or not gyr or choice.sparse:
        return ()
    held = [(_filled(row, acc), _filled(row, gyr)) for row in rows]
    both = sum(one and other for one, other in held)
    accs, gyrs = sum(one for one, _ in held), sum(other for _, other in held)
    if both >= WHOLE_SHARE * max(accs, gyrs) or not min(accs, gyrs):
        return ()
    times = {str(index + 1): meaning for index, meaning in meanings.items() if meaning.quantity == "time"}
    streams = []
    pairs: tuple[tuple[Kind, Axes], ...] = (("acc", acc), ("gyr", gyr))
    for kind, columns in pairs:
        named = {str(column.index + 1): meanings[column.index] for column in columns}
        streams.append(Interleaved(kind, "", replace(choice, named={**times, **named}, sparse=True)))
    return tuple(streams)


def _filled(row: Sequence[str], axes: Axes) -> bool:
    return all(row[axis.index].lower().encode() not in MISSING for axis in axes)


def _kinds(values: Sequence[str]) -> dict[str, Kind]:
    """What each word names: ``ACC``, ``Gyroscope``, ``linear acceleration``, or a type of Android's."""
    if all(value in _ANDROID for value in values) and {"1", "4"} <= set(values):
        return {value: kind for value in values if (kind := _ANDROID[value])}  # type: ignore[misc]
    found: dict[str, Kind] = {}
    for value in values:
        meaning = meaning_of(f"{value} x")
        if meaning is not None and meaning.quantity in ("acc", "gyr", "linear", "gravity") and not meaning.sensor:
            found.setdefault(value, meaning.quantity)
    return found
