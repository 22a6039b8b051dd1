"""phyphox: a zip or folder with a table a sensor (``Accelerometer.csv``) and notes in ``meta/``.

Columns name sensor, axis and unit: ``"Time (s)";"Acceleration x (m/s^2)"``; in the "simple experiments" of iOS only
axis and unit (``"X (m/s^2)"``), and the name of the file tells the sensor. Separators are comma, semicolon or tab,
decimals points or commas. ``meta/time.csv`` tells when the experiment ran: its own clock stands still during a pause.
Sources: the app's own exporter (phyphox/phyphox-android: DataExport.java) and the exports at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sensorcoach.importers.choice import NO_CHOICE
from sensorcoach.importers.export import Export, HeadedFile, Part, Sensor, table_part
from sensorcoach.importers.header import meaning_of
from sensorcoach.importers.instants import instant
from sensorcoach.importers.layout import SEPARATORS, head_lines, split_cells

LONGEST_PAUSE_S: Final = 86400.0
"""A longer one is a clock that was set."""
_SENSOR_UNIT: Final = re.compile(
    r"(?:.+[(\[](?:m/s(?:\^?2|²)|rad/s)[)\]]|(?:acceleration|gyroscope|angular) .*\((?:g|°/s|deg/s)\))\Z", re.IGNORECASE
)
_CLOCK_NAMES: Final = ("event", "experiment time", "system time")
_SYSTEM_TEXT: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+) UTC([+-]\d\d:?\d\d)")


def export_of(files: Sequence[HeadedFile]) -> Export | None:
    """The export among the files; None if no table is phyphox's."""
    parts = [part for one in files if (part := _part(one)) is not None]
    if not parts:
        return None
    clock, events = next(((str(one.file), found) for one in files if (found := list(_events(one.head)))), ("", []))
    return Export("phyphox", parts, start=_start(events), pauses=_pauses(events), consulted=(clock,))


def _part(one: HeadedFile) -> Part | None:
    header = one.header
    if header is None:
        return None
    times = header.names_of("time")
    found = {sensor: header.names_of(sensor) for sensor in ("acc", "gyr", "linear")}
    named = [name for names in found.values() for name in names]
    begins_s = header.first_value(times[0]) if times else None
    if begins_s is None or not all(_SENSOR_UNIT.match(name) for name in named):
        return None
    sensor: Sensor
    if header.names_of("acc")[:1] and _BARE.match(header.names_of("acc")[0]) and _says_linear(one.file.name):
        sensor = "linear"
    elif len(found["acc"]) >= 3:
        sensor = "acc+gyr" if len(found["gyr"]) >= 3 else "acc"
    elif len(found["gyr"]) >= 3:
        sensor = "gyr"
    elif len(found["linear"]) >= 3:
        sensor = "linear"
    else:
        return None
    return table_part(sensor, one.file, NO_CHOICE, begins_s)


_BARE: Final = re.compile(r"x\b", re.IGNORECASE)


def _says_linear(name: str) -> bool:
    """Whether a file is named for acceleration without gravity."""
    meaning = meaning_of(f"{name.removesuffix('.csv')} x")
    return meaning is not None and meaning.quantity == "linear"


@dataclass(frozen=True, slots=True)
class _Event:
    """``START`` or ``PAUSE``, on the experiment's clock and the wall's (s since 1970), and the latter as text."""

    name: str
    experiment_s: float
    system_s: float
    system_text: str


def _events(head: bytes) -> Iterator[_Event]:
    lines = head_lines(head)
    for separator in SEPARATORS:
        if lines and [cell.lower() for cell in split_cells(lines[0], separator)][:3] == list(_CLOCK_NAMES):
            for line in lines[1:]:
                name, experiment, system, text = (*split_cells(line, separator), "", "", "", "")[:4]
                try:
                    yield _Event(name, float(experiment.replace(",", ".")), float(system.replace(",", ".")), text)
                except ValueError:
                    return


def _start(events: Sequence[_Event]) -> str | None:
    """The instant at which the experiment's clock began; with the phone's time zone where that is told."""
    if not events:
        return None
    told = _SYSTEM_TEXT.match(events[0].system_text)
    if told is not None and events[0].experiment_s == 0:
        return "{}T{}{}".format(*told.groups())
    return instant(events[0].system_s - events[0].experiment_s)


def _pauses(events: Sequence[_Event]) -> list[tuple[float, float]]:
    pauses = [
        (paused.experiment_s, resumed.system_s - paused.system_s)
        for paused, resumed in zip(events, events[1:], strict=False)
        if (paused.name, resumed.name) == ("PAUSE", "START")
    ]
    return [(paused_s, length_s) for paused_s, length_s in pauses if 0 < length_s < LONGEST_PAUSE_S]
