"""A column that tells the rows of several sensors apart, and which of them to use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sensorcoach.importers.choice import ColumnChoice
from sensorcoach.importers.header import Meaning, compact
from sensorcoach.importers.interleaved import are_kinds
from sensorcoach.importers.numerals import number_in
from sensorcoach.importers.sensors import chosen_name
from sensorcoach.importers.stamps import is_date, is_stamp

MOST_SENSORS: Final = 32
FEWEST_ROWS: Final = 5
"""A value that stands in fewer of the first thousand rows is no sensor."""
LONGEST_RUN: Final = 40
"""Rows of several sensors come in turns; an activity or a label lasts longer."""
_NAMES: Final = frozenset({
    "id", "sensor", "sensorid", "sensorname", "sensortype", "device", "deviceid", "devicename", "mac", "macaddress",
    "address", "node", "nodeid", "imu", "imuid", "serial", "serialnumber", "deviceaddress", "bluetoothaddress",
    "moduleid", "sensorlocation",
})  # fmt: skip
"""A column of such a name tells sensors apart. Of another name it does if its words come in turns."""


_MAY_NUMBER: Final = frozenset(
    {"tag", "position", "segment", "side", "source", "location", "placement", "unit", "module"}
)


@dataclass(frozen=True, slots=True)
class RowSet:
    """Rows in which the column at ``index`` holds ``value``. ``values``: all that stand there in the first rows.

    ``asked``: the value was asked for, by the person or by a reader that takes the others elsewhere.
    """

    index: int
    name: str
    value: str
    values: tuple[str, ...]
    asked: bool = False


def row_set_of(
    path: object,
    names: Sequence[str],
    meanings: Mapping[int, Meaning],
    rows: Sequence[Sequence[str]],
    choice: ColumnChoice,
    notices: list[str],
) -> RowSet | None:
    """The rows of the sensor to use; None where there is no such column.

    Raises:
        InputError: nothing tells which of several sensors it is.
    """
    if choice.only is not None:
        index, value = choice.only
        return RowSet(index, names[index], value, (value,), asked=True)
    for index, name in enumerate(names):
        if index in meanings:
            continue
        cells = [row[index] for row in rows if len(row) > index]
        values = _values(cells)
        if not values or not _tells_sensors(name, cells, values):
            continue
        if len(values) == 1:
            asked = choice.sensor is not None and compact(choice.sensor) == compact(values[0])
            return RowSet(index, name, values[0], values, asked=asked)
        if are_kinds(values):
            return RowSet(index, name, values[0], values)
        chosen = chosen_name(path, values, choice.sensor, notices)
        return RowSet(index, name, chosen, values)
    return None


def _values(cells: Sequence[str]) -> tuple[str, ...]:
    counted = Counter(cell for cell in cells if cell)
    if not counted or len(counted) > MOST_SENSORS or "" in cells:
        return ()
    often = tuple(value for value, number in counted.items() if number >= min(FEWEST_ROWS, len(cells)))
    return often if len(often) == len(counted) else ()


def _tells_sensors(name: str, cells: Sequence[str], values: Sequence[str]) -> bool:
    if any(is_stamp(value) or is_date(value) for value in values):
        return False
    numbers = all(number_in(value.encode()) is not None for value in values)
    if numbers and not all(value.isdigit() for value in values):
        return False
    if compact(name) in _NAMES:
        return True
    if len(values) == 1 or (numbers and compact(name) not in _MAY_NUMBER):
        return False
    changes = sum(one != other for one, other in pairwise(cells))
    return changes * LONGEST_RUN > len(cells)
