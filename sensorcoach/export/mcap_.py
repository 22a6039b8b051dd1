"""MCAP: one file with samples, motion, phases, repetitions and warnings on a common clock, as JSON with schemas.

Foxglove and other players of robots' logs plot every number of such messages. The clock is the wall clock of the
session where the recording tells it, else session time from 1970 on.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from sensorcoach.errors import RecordingError
from sensorcoach.export.session import ExportedSession
from sensorcoach.model import Rep, Result
from sensorcoach.signals import Signals

LAST_S: Final = 2**64 / 1e9 - 1.0
"""s since 1970. Times are nanoseconds in 64 bits."""
_NUMBER: Final = {"type": "number"}
_VECTOR: Final = {"type": "object", "properties": {axis: _NUMBER for axis in "xyz"}}
SCHEMAS: Final[dict[str, dict[str, object]]] = {
    "imu": {
        "t_s": {"type": "number", "description": "s since the start of the session"},
        "acceleration_mps2": {**_VECTOR, "description": "m/s², sensor axes, gravity included"},
        "angular_velocity_radps": {**_VECTOR, "description": "rad/s, sensor axes"},
        "clipped": {"type": "boolean"},
    },
    "motion": {
        "t_s": {"type": "number", "description": "s since the start of the session"},
        "roll_deg": {"type": "number", "description": "degrees from the centre, signed"},
        "roll_speed_dps": {"type": "number", "description": "degrees a second"},
    },
    "phase": {
        "rep": {"type": "integer"},
        "phase": {"enum": ["drop", "hold", "return", "centre"]},
        "side": {"type": ["string", "null"]},
    },
    "rep": {
        "index": {"type": "integer"},
        "side": {"type": ["string", "null"]},
        **{name: {"type": ["number", "null"]} for name in ("range_deg", "hold_s", "drop_time_s", "peak_drop_dps")},
    },
    "warning": {
        "rep": {"type": "integer"},
        "code": {"type": "string"},
        "severity": {"enum": ["note", "warn", "severe"]},
        "value": {"type": ["number", "null"]},
        "limit": {"type": ["number", "null"]},
        "unit": {"type": "string"},
    },
}
"""Properties of the messages by topic; a `rep` message holds all fields of `model.Rep`."""

_Message = tuple[float, str, object]
"""Session time (s), topic, content."""


def write_mcap(session: ExportedSession, folder: Path) -> list[Path]:
    """``STEM.mcap`` in ``folder``; the file made."""
    from mcap.writer import Writer

    path = folder / f"{session.stem}.mcap"
    began_s = _began_s(session.result)
    if began_s + float(session.signals.t_s[-1]) > LAST_S:
        raise RecordingError(
            "The session ends later than a time in MCAP can be (the year 2554).", "Export it as csv or parquet."
        )
    with path.open("xb") as file:
        writer = Writer(file)
        writer.start(profile="", library="sensorcoach")
        writer.add_metadata("sensorcoach", _about(session.result))
        channels = {topic: _channel(writer, topic, properties) for topic, properties in SCHEMAS.items()}
        for number, (t_s, topic, content) in enumerate(_messages(session)):
            instant_ns = max(round((began_s + t_s) * 1e9), 0)
            data = msgspec.json.encode(content)
            writer.add_message(channels[topic], instant_ns, data, instant_ns, sequence=number)
        writer.finish()  # type: ignore[no-untyped-call]
    return [path]


def _began_s(result: Result) -> float:
    """Wall clock of session time 0, s since 1970; 0 where nobody knows it."""
    return 0.0 if result.start is None else datetime.fromisoformat(result.start).timestamp()


def _about(result: Result) -> dict[str, str]:
    told = {"file": result.file, "version": result.version, "start": result.start, "rate_hz": result.rate_hz}
    words = {name: str(value) for name, value in told.items() if value is not None}
    return words | {"simulated": str(bool(result.sensor.get("simulated"))).lower()}


def _channel(writer: Any, topic: str, properties: dict[str, object]) -> int:
    schema = {"title": f"sensorcoach.{topic}", "type": "object", "properties": properties}
    number = writer.register_schema(f"sensorcoach.{topic}", "jsonschema", msgspec.json.encode(schema))
    channel: int = writer.register_channel(f"/{topic}", "json", number)
    return channel


def _messages(session: ExportedSession) -> Iterator[_Message]:
    """In the order of their instants."""
    streams = (_samples(session.signals), _motion(session.signals), _reps(session.result))
    yield from heapq.merge(*streams, key=lambda message: message[0])


def _samples(signals: Signals) -> Iterator[_Message]:
    gyrs = signals.gyr_sensor
    rows = zip(signals.t_s.tolist(), signals.acc_sensor.tolist(), signals.clipped.tolist(), strict=True)
    for number, (t_s, acc, clipped) in enumerate(rows):
        content: dict[str, object] = {"t_s": t_s, "acceleration_mps2": _vector(acc), "clipped": clipped}
        if gyrs is not None:
            content["angular_velocity_radps"] = _vector(gyrs[number].tolist())
        yield t_s, "imu", content


def _motion(signals: Signals) -> Iterator[_Message]:
    trace = signals.trace
    known = np.isfinite(trace.roll_deg)
    rows = zip(*(values[known].tolist() for values in (trace.t_s, trace.roll_deg, trace.speed_dps)), strict=True)
    for t_s, roll_deg, speed_dps in rows:
        yield t_s, "motion", {"t_s": t_s, "roll_deg": roll_deg, "roll_speed_dps": speed_dps}


def _reps(result: Result) -> Iterator[_Message]:
    """A rep's messages lie within it, so those of one rep are sorted before the next begins."""
    for rep in result.reps:
        yield rep.drop_start_s, "phase", _phase(rep, "drop")
        yield rep.drop_end_s, "phase", _phase(rep, "hold")
        yield rep.return_start_s, "phase", _phase(rep, "return")
        yield rep.return_end_s, "phase", _phase(rep, "centre")
        yield rep.return_end_s, "rep", rep
        for warning in rep.warnings:
            yield rep.return_end_s, "warning", {"rep": rep.index, **msgspec.structs.asdict(warning)}


def _phase(rep: Rep, phase: str) -> dict[str, object]:
    return {"rep": rep.index, "phase": phase, "side": rep.side}


def _vector(values: list[float]) -> dict[str, float]:
    return dict(zip("xyz", values, strict=True))
