"""A recorded session as the link would hand it over, read with a few lines of its own."""

import gzip
import json
from pathlib import Path

from sensorcoach.devices.conversation import Started
from sensorcoach.model import LinkEvent, Packet
from sensorcoach.sources.mailbox import LinkItem, SensorReady

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


def packets(name: str) -> list[Packet]:
    with gzip.open(RECORDINGS / f"{name}.jsonl.gz", "rt") as lines:
        next(lines)
        return [Packet("knee", line["ch"], line["t"], bytes.fromhex(line["hex"])) for line in map(json.loads, lines)]


def up_leg(name: str) -> str:
    with gzip.open(RECORDINGS / f"{name}.jsonl.gz", "rt") as lines:
        axis: str = json.loads(next(lines))["mounting"]["up_leg"]
        return axis


def ready(t_s: float = 0.0, *, name: str = "sc-pretend", doubts: tuple[str, ...] = ()) -> SensorReady:
    started = Started(104.0, "0001", {"firmware": "1.0.0"}, doubts)
    return SensorReady(t_s, "open", name, "0001", started, -55)


def session(recording: str, **told: object) -> list[LinkItem]:
    """Search, connection, what the sensor said of itself, then its stream."""
    info, *stream = packets(recording)
    begin = [LinkEvent(0.0, "searching"), LinkEvent(0.0, "connecting"), info, ready(**told)]  # type: ignore[arg-type]
    return [*begin, LinkEvent(stream[0].t_s, "streaming"), *stream]
