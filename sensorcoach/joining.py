"""Several recordings of one session -> one recording with gaps, on one time base."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

import numpy as np

from sensorcoach.devices.rows import CHANNEL_COLUMNS, ROWS
from sensorcoach.errors import InputError
from sensorcoach.importers import Item, Recording
from sensorcoach.model import Packet


@dataclass(frozen=True, slots=True)
class _Part:
    """One recording of the session. ``offset_s`` is added to its times; ``begins_s`` is its first time after that."""

    recording: Recording
    items: Iterator[Item]
    offset_s: float
    begins_s: float


def joined(recordings: Sequence[Recording]) -> tuple[list[int], Recording]:
    """The order of ``recordings`` in time, and the one recording they make.

    With wall-clock stamps the time base is that of the earliest one; without, every file's own numbers are kept.

    Raises:
        InputError: different sensors, wall-clock stamps in some files only, or (while the items are walked through)
            files that overlap in time.
    """
    if any(one.profile != recordings[0].profile for one in recordings):
        raise InputError("The files come from different kinds of sensor.", "Join only files of one sensor.")
    parts = [_part(recording, offset_s) for recording, offset_s in zip(recordings, _offsets_s(recordings), strict=True)]
    order = sorted(range(len(parts)), key=lambda index: parts[index].begins_s)
    in_time = [parts[index] for index in order]
    notices: list[str] = []
    counts: Counter[str] = Counter()
    items = _items(in_time, notices, counts)
    return order, replace(in_time[0].recording, items=items, notices=notices, counts=counts)


def _offsets_s(recordings: Sequence[Recording]) -> list[float]:
    instants = [_instant_s(one.start) for one in recordings if one.start is not None]
    if not instants:
        return [0.0] * len(recordings)
    if len(instants) < len(recordings):
        raise InputError(
            "Only some of the files have wall-clock time stamps, so their order is unknown.",
            "Join files of one kind, or analyse them one by one.",
        )
    return [instant - min(instants) for instant in instants]


def _instant_s(iso: str) -> float:
    instant = datetime.fromisoformat(iso)
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()


def _part(recording: Recording, offset_s: float) -> _Part:
    first = next(recording.items, None)
    if first is None:
        return _Part(recording, iter(()), offset_s, offset_s)
    return _Part(recording, chain([first], recording.items), offset_s, _first_time_s(first, recording) + offset_s)


def _first_time_s(item: Item, recording: Recording) -> float:
    if isinstance(item, Packet) and recording.profile == ROWS.name:
        return float(np.frombuffer(item.payload, dtype="<f8", count=1)[0])
    return item.t_s


def _items(parts: Sequence[_Part], notices: list[str], counts: Counter[str]) -> Iterator[Item]:
    """All items one after the other; ``notices`` and ``counts`` get those of each part when it is over."""
    next_begins_s = [*(part.begins_s for part in parts[1:]), math.inf]
    for part, end_s in zip(parts, next_begins_s, strict=True):
        for item in part.items:
            moved = _moved(item, part)
            if moved.t_s > end_s:
                raise InputError("The files overlap in time.", "Join only files of one sensor, each with its own time.")
            yield moved
        notices += [notice for notice in part.recording.notices if notice not in notices]
        counts.update(part.recording.counts)


def _moved(item: Item, part: _Part) -> Item:
    if part.offset_s == 0.0:
        return item
    if isinstance(item, Packet) and part.recording.profile == ROWS.name:
        rows = np.frombuffer(item.payload, dtype="<f8").reshape(-1, CHANNEL_COLUMNS[item.channel]).copy()
        rows[:, 0] += part.offset_s
        item = replace(item, payload=rows.tobytes())
    return replace(item, t_s=item.t_s + part.offset_s)
