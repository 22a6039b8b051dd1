"""Short simulated sessions as rows, ways to cut them, and what it means that two streams of events are the same."""

from functools import cache

import msgspec
import numpy as np

from sensorcoach.devices.rows import ROWS, rows_packet
from sensorcoach.model import Calibrated, Mounting
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from sensorcoach.simulator import SessionPlan, simulate
from sensorcoach.simulator.plan import ImuPlan, MountPlan, OtherPlan, RadioPlan, RepPlan, RestPlan, StrapPlan

SAME = 1e-9
RATE_HZ = 100.0


def rep(side, range_deg=45.0, **more):
    return RepPlan(
        side=side, range_deg=range_deg, **{"drop_s": 1.6, "hold_s": 2.5, "return_s": 1.8, "pause_s": 1.2, **more}
    )


def plan_of(*items, **more):
    """A session of ``items`` at `RATE_HZ`; thigh, nothing told about the mounting."""
    fixed = {"mount": MountPlan(told=False), "imu": ImuPlan(rate_hz=RATE_HZ)}
    return SessionPlan(name="test", seed=7, items=items, **{**fixed, **more})


REST = RestPlan(duration_s=3.0)
FOUR = (rep("left"), rep("right", 52.0, style="gravity_led"), rep("left", 40.0), rep("right"))
SWINGS = tuple(rep(side, 38.0, hold_s=0.1, through=True) for side in ("left", "right") * 4)
KINDS = {
    "rest_start": plan_of(REST, *FOUR),
    "mid_start": plan_of(REST, *FOUR, rep("left"), skip_s=4.2, stop_early_s=3.0),
    "swinging": plan_of(REST, *SWINGS, rep("left", 38.0), skip_s=3.6),
    "slip": plan_of(REST, *FOUR, rep("left"), strap=StrapPlan(slip_deg=14.0, slip_at_s=18.0)),
    "accelerometer": plan_of(REST, *FOUR, imu=ImuPlan(rate_hz=RATE_HZ, gyroscope=False)),
    "accelerometer_swinging": plan_of(REST, *SWINGS, skip_s=3.6, imu=ImuPlan(rate_hz=RATE_HZ, gyroscope=False)),
    "thumps": plan_of(REST, *(rep(side, style="thump", surface="mat", landing_dps=75.0) for side in ("left", "right"))),
    "stops": plan_of(REST, rep("left", style="stop_and_go", drop_s=2.6), rep("right", style="staged", stop_s=1.8)),
    "lost": plan_of(REST, *FOUR, radio=RadioPlan(lost_share=0.03)),
    "others": plan_of(
        REST, rep("left"), OtherPlan(what="bridging", duration_s=8.0), RestPlan(duration_s=2.5), rep("right")
    ),
    "told": plan_of(REST, *FOUR, mount=MountPlan(up_leg="-y", told=True)),
}
LONG_HOLE_S = (17.0, 19.5)


@cache
def simulated(kind):
    return simulate(KINDS[kind])


@cache
def rows(kind):
    """(n, 4) or (n, 7): what arrived of the session; ``hole``: of ``rest_start``, with 2.5 s missing."""
    if kind == "hole":
        whole = rows("rest_start")
        return whole[(whole[:, 0] < LONG_HOLE_S[0]) | (whole[:, 0] >= LONG_HOLE_S[1])]
    return rows_of(simulated(kind))


def rows_of(simulation):
    arrived = np.ones(len(simulation.t_s), dtype=bool)
    for sent in simulation.notifications:
        if sent.lost:
            arrived[sent.first : sent.stop] = False
    parts = [simulation.t_device_s[:, None], simulation.acc]
    if simulation.gyr is not None:
        parts.append(simulation.gyr)
    return np.hstack(parts)[arrived]


def mounting(kind):
    return Mounting(up_leg="-y") if kind == "told" else Mounting()


def packets(samples, sizes):
    """``samples`` in packets of these sizes, over and over."""
    out, start, number = [], 0, 0
    while start < len(samples):
        stop = start + sizes[number % len(sizes)]
        out.append(rows_packet("test", samples[start:stop]))
        start, number = stop, number + 1
    return out


def new_pipeline(worn=None, **mode):
    """``mode``: ``live`` or ``calibrations``; else the whole recording is calibrated at its end."""
    return Pipeline(ROWS, {}, worn or Mounting(), Settings(), **mode)


def events_of(items, worn=None, **mode):
    """All events of items pushed one by one."""
    pipeline = new_pipeline(worn, **mode)
    return [event for item in items for event in pipeline.push(item)] + pipeline.flush()


@cache
def in_one_piece(kind, *, live=False):
    return events_of(packets(rows(kind), [len(rows(kind))]), mounting(kind), live=live)


def flat(value, path=""):
    """Every leaf of an event, by its path."""
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in flat(part, f"{path}.{key}")]
    if isinstance(value, list):
        return [leaf for number, part in enumerate(value) for leaf in flat(part, f"{path}[{number}]")]
    return [(path, value)]


def leaves(event):
    if isinstance(event, Calibrated):  # what floats of 1e-9 make of its score shows in the events behind it
        return [("Calibrated", event.known_s), ("drops", event.calibration.drops), ("sided", event.calibration.sided)]
    return flat(msgspec.to_builtins(event, enc_hook=lambda array: array.tolist()), type(event).__name__)


def difference(events, others):
    """The first thing in which two streams of events differ, in words; None if they are the same to `SAME`."""
    for number, (event, other) in enumerate(zip(events, others, strict=False)):
        mine, theirs = leaves(event), leaves(other)
        if [path for path, _ in mine] != [path for path, _ in theirs]:
            return f"event {number}: {event} / {other}"
        for (path, value), (_, wanted) in zip(mine, theirs, strict=True):
            near = isinstance(value, float) and isinstance(wanted, float) and abs(value - wanted) <= SAME
            if not near and value != wanted:
                return f"event {number}, {path}: {value} / {wanted}"
    return None if len(events) == len(others) else f"{len(events)} / {len(others)} events"
