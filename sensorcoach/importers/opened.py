"""What every importer gives: an opened recording, ready to be streamed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sensorcoach.model import Mounting, ReadAs
from sensorcoach.recording import Item


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording from any file, as the packets its device profile decodes.

    ``items`` can be walked through once, in the order of arrival, with the memory of one block of the file; what is
    wrong further down the file is raised there. ``notices`` says what was assumed, left out or repaired, and grows
    while ``items`` is walked through. ``start``: the instant of time 0 (ISO 8601), where the file tells it; in a table
    with wall-clock stamps that is its first sample.
    ``counts``: of rows that an importer put in order, by the names of `model.StreamCounts`; it grows likewise.
    ``settings``: those in force when it was recorded, for `sensorcoach.settings`; ``sensor``: what is known of it.
    ``person``: the label under which the session is kept. ``read_as``: see `model.ReadAs`.
    """

    profile: str
    device_settings: Mapping[str, object]
    mounting: Mounting | None
    start: str | None
    items: Iterator[Item]
    notices: list[str]
    sensor: dict[str, object]
    settings: Mapping[str, object] | None = None
    simulated: bool = False
    person: str | None = None
    read_as: ReadAs | None = None
    counts: dict[str, int] = field(default_factory=dict)
