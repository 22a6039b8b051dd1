"""A path, several paths or arrays -> one `Result`: the library's front door.

Batch analysis is the live path without waiting: the recording's packets go through the same `Pipeline`, one batch after
the other, so a file of any size needs the memory of one batch and of its reps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from sensorcoach.alternatives import another_way
from sensorcoach.choices import Choices, mounting_in_force, settings_in_force
from sensorcoach.devices import profile_named
from sensorcoach.errors import InputError, RecordingError, SensorcoachError
from sensorcoach.failures import refuse_pipes
from sensorcoach.importers import Item, Recording, open_recordings
from sensorcoach.joining import joined
from sensorcoach.kneedrop.calibration.calibration import Calibration
from sensorcoach.kneedrop.counter import WindowListener
from sensorcoach.model import Control, Event, LinkEvent, Packet, Result, Trace
from sensorcoach.outcome import outcome
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings

Listener = Callable[[Event], None]
Opened = Callable[[], tuple[str | None, Recording]]
"""Opens the recording from its beginning each time it is called: name and recording."""
ItemListener = Callable[[Control | LinkEvent], None]

BATCH_BYTES = 64 * 1024
"""Packets are pushed together up to this size: enough that the work per batch vanishes, little enough for memory."""


def analyze_files(paths: Sequence[Path], choices: Choices, on_event: Listener | None = None) -> Result:
    """One session from one or more files; see `analyze`."""
    name, recording = open_session(paths, choices)
    result = analyze_recording(recording, name, choices, on_event)
    hint = another_way(result, choices, lambda other: analyze_recording(open_session(paths, other)[1], name, other))
    return result if hint is None else msgspec.structs.replace(result, notices=(*result.notices, hint))


def open_session(paths: Sequence[Path], choices: Choices) -> tuple[str, Recording]:
    """The one session that some files hold, and its name. Files an app wrote together are one recording of it.

    Raises:
        InputError: see `analyze`.
        RecordingError: likewise.
    """
    if not paths:
        raise InputError("No file was given.", "Name at least one recording.")
    refuse_pipes(tuple(paths))
    opened = open_recordings(
        paths,
        unit=choices.unit,
        columns=choices.columns,
        sensor=choices.sensor,
        acc_sign=choices.acc_sign,
        dates=choices.dates,
    )
    names = [" + ".join(str(path) for path in files) for files, _ in opened]
    if len(opened) == 1:
        return names[0], opened[0][1]
    order, recording = joined([recording for _, recording in opened])
    return " + ".join(names[index] for index in order), recording


def analyze_recording(
    recording: Recording,
    name: str | None,
    choices: Choices,
    on_event: Listener | None = None,
    *,
    on_item: ItemListener | None = None,
    on_trace: Callable[[Trace], None] | None = None,
    on_window: WindowListener | None = None,
    batch_bytes: int = BATCH_BYTES,
) -> Result:
    """Walk through an opened recording once; see `analyze` and `Pipeline` for the rest.

    ``on_item`` is told what the person did and what befell the link, in its place among the events. ``batch_bytes`` of
    1: packet by packet.
    """
    walk = Walk(recording, name, choices, on_trace=on_trace, on_window=on_window, landings=on_event is not None)
    for told in _told(walk, _batches(recording.items, batch_bytes)):
        if isinstance(told, Control | LinkEvent):
            if on_item is not None:
                on_item(told)
        elif on_event is not None:
            on_event(told)
    return walk.result()


def calibrations_of(
    opened: Opened, choices: Choices, wanted: Callable[[], bool] = lambda: True
) -> list[tuple[float, Calibration]] | None:
    """What a recording is counted with, for who walks through it again and wants to be told all in its place.

    None if it is no longer ``wanted``. Of a damaged one, from what comes before the damage: who walks there meets it.

    Raises:
        InputError: it cannot be opened.
        RecordingError: likewise, or its settings cannot be used.
    """
    name, recording = opened()
    walk = Walk(recording, name, choices, landings=False)
    with contextlib.suppress(InputError, RecordingError):
        for batch in _batches(recording.items, BATCH_BYTES):
            if not wanted():
                return None
            walk.push(batch)
    with contextlib.suppress(InputError):
        walk.finish()
    return walk.pipeline.calibrations


class Walk:
    """An opened recording on its way through the pipeline: ``push`` its items in order, ``finish``, ask the result."""

    def __init__(
        self,
        recording: Recording,
        name: str | None,
        choices: Choices,
        *,
        on_trace: Callable[[Trace], None] | None = None,
        on_window: WindowListener | None = None,
        landings: bool = True,
        calibrations: Sequence[tuple[float, Calibration]] | None = None,
    ) -> None:
        """See `analyze_recording` and `Pipeline`. Without ``calibrations`` all events come at the end.

        Raises:
            RecordingError: the settings of the recording cannot be used.
            SettingsError: the mounting or the settings given cannot be used.
        """
        self._recording, self._name = recording, name
        self._mounting = mounting_in_force(recording.mounting, choices)
        self.settings, notices = settings_in_force(recording.settings, choices)
        recording.notices.extend(notices)
        profile, device = profile_named(recording.profile), recording.device_settings
        self.pipeline = Pipeline(
            profile,
            device,
            self._mounting,
            self.settings,
            on_window=on_window,
            on_trace=on_trace,
            landings=landings,
            calibrations=calibrations,
            recalibrate=choices.recalibrate,
        )

    def push(self, items: Iterable[Item]) -> list[Event]:
        """What became known by these.

        Raises:
            InputError: they cannot be analysed.
        """
        return self.pipeline.push_all(items)

    def finish(self) -> list[Event]:
        """What is known at the end.

        Raises:
            InputError: it cannot be analysed.
        """
        return self.pipeline.flush()

    def regrade(self, settings: Settings) -> None:
        """After `finish`: judge by other limits; see `Pipeline.regrade`."""
        self.settings = settings
        self.pipeline.regrade(settings)

    def result(self) -> Result:
        """What it all came to.

        Raises:
            InputError: there were too few samples to say anything.
        """
        return outcome(self._recording, self._name, self.pipeline, self._mounting, self.settings)


def _told(walk: Walk, batches: Iterable[list[Item]]) -> Iterator[Event | Control | LinkEvent]:
    for batch in batches:
        yield from walk.push(batch)
        yield from (item for item in batch[-1:] if not isinstance(item, Packet))
    yield from walk.finish()


def _batches(items: Iterable[Item], batch_bytes: int) -> Iterator[list[Item]]:
    """Packets up to so many bytes; what is no packet ends its batch, and so does damage behind it."""
    batch: list[Item] = []
    size = 0
    try:
        for item in items:
            batch.append(item)
            size += len(item.payload) if isinstance(item, Packet) else 0
            if size >= batch_bytes or not isinstance(item, Packet):
                yield batch
                batch, size = [], 0
    except SensorcoachError:
        yield batch
        raise
    yield batch
