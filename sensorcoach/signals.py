"""The samples and curves behind a result, as arrays: for exports and for people who go on with NumPy or pandas.

The recording is walked through once, by the path that every analysis takes; its packets are decoded a second time as
they pass, so that what is kept is what the sensor measured and not what the timeline made of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sensorcoach.analysis import Listener, analyze_recording
from sensorcoach.choices import Choices
from sensorcoach.devices import profile_named
from sensorcoach.devices.decoding import Decoding
from sensorcoach.importers import Item, Recording
from sensorcoach.model import Bools, Decoded, Floats, LinkEvent, Packet, Result, Trace

_PACKETS_AT_ONCE = 1024
"""Decoding in batches costs a tenth of decoding one by one."""


@dataclass(frozen=True, slots=True)
class Signals:
    """One row a sample as the sensor sent it; lost samples are not there.

    ``t_s`` (n,) s since the start of the session, by the sensor's own clock; ``acc_sensor`` (n, 3) m/s², gravity
    included; ``gyr_sensor`` (n, 3) rad/s or None; ``clipped`` (n,) bool: at or beyond 98 % of the range. ``trace``: the
    roll of the leg and its speed, on the grid of the analysis (m,), where short holes are filled.
    """

    t_s: Floats
    acc_sensor: Floats
    gyr_sensor: Floats | None
    clipped: Bools
    trace: Trace


def analyze_with_signals(
    recording: Recording, name: str | None, choices: Choices, on_event: Listener | None = None
) -> tuple[Result, Signals]:
    """`analyze_recording`, and the samples it saw.

    Raises:
        InputError: the recording cannot be analysed.
    """
    decoded: list[Decoded] = []
    traces: list[Trace] = []
    listened = replace(recording, items=_overheard(recording, decoded))
    result = analyze_recording(listened, name, choices, on_event, on_trace=traces.append)
    return result, _joined(decoded, traces)


def _overheard(recording: Recording, decoded: list[Decoded]) -> Iterator[Item]:
    """The same items; what their packets hold is added to ``decoded``."""
    decoding = Decoding(profile_named(recording.profile), recording.device_settings)
    items = iter(recording.items)
    while batch := list(itertools.islice(items, _PACKETS_AT_ONCE)):
        for is_packet, run in itertools.groupby(batch, key=lambda item: isinstance(item, Packet)):
            if is_packet:
                decoded += decoding.decode([item for item in run if isinstance(item, Packet)])
            else:
                for item in run:
                    if isinstance(item, LinkEvent):
                        decoding.link_changed(item)
        yield from batch


def _joined(decoded: list[Decoded], traces: list[Trace]) -> Signals:
    gyrs = [block.gyr for block in decoded if block.gyr is not None]
    return Signals(
        t_s=np.concatenate([block.t_s for block in decoded]),
        acc_sensor=np.concatenate([block.acc for block in decoded]),
        gyr_sensor=np.concatenate(gyrs) if gyrs else None,
        clipped=np.concatenate([block.clipped for block in decoded]),
        trace=Trace(
            np.concatenate([np.empty(0), *(trace.t_s for trace in traces)]),
            np.concatenate([np.empty(0), *(trace.roll_deg for trace in traces)]),
            np.concatenate([np.empty(0), *(trace.speed_dps for trace in traces)]),
        ),
    )
