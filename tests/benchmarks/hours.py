"""Hours of a simulated session, cheap enough to make: one exercise session, repeated end to end."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import msgspec
import numpy as np

from sensorcoach.devices.rows import rows_packet
from sensorcoach.model import Floats, Packet
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.simulator.plan import OtherPlan, RestPlan

RATE_HZ = 100.0
PACKET_ROWS = 16384
_KINDS = ("good", "too_fast", "distractors_only", "stop_and_go", "pillow_small", "thumps", "short_holds")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples at `RATE_HZ`: ``acc`` (n, 3) m/s², ``gyr`` (n, 3) rad/s, and the repetitions done in them."""

    acc: Floats
    gyr: Floats
    reps: int


@cache
def one_session() -> Stretch:
    """About ten minutes: good and bad drops, rests, and everything that is not the exercise."""
    first = SCENARIOS["good"](1)
    items = []
    for kind in _KINDS:
        items += [RestPlan(duration_s=3.0), *SCENARIOS[kind](1).items]
    items = [item for item in items if not isinstance(item, OtherPlan) or item.what != "strap_tug"]
    imu = msgspec.structs.replace(first.imu, rate_hz=RATE_HZ, clock_error=0.0)
    simulation = simulate(msgspec.structs.replace(first, name="hour", items=tuple(items), imu=imu))
    assert simulation.gyr is not None
    return Stretch(simulation.acc, simulation.gyr, sum(rep.complete for rep in simulation.truth))


def hours(number: float) -> tuple[Floats, Floats, Floats]:
    """``t_s`` (n,), ``acc`` (n, 3), ``gyr`` (n, 3) of so many hours."""
    stretch = one_session()
    n = round(number * 3600.0 * RATE_HZ)
    at = np.arange(n) % len(stretch.acc)
    return np.arange(n) / RATE_HZ, stretch.acc[at], stretch.gyr[at]


def packets(number: float, rows: int = PACKET_ROWS) -> Iterator[Packet]:
    """The same, made while it is read: never more than one packet in memory."""
    stretch = one_session()
    n = round(number * 3600.0 * RATE_HZ)
    for start in range(0, n, rows):
        index = np.arange(start, min(n, start + rows))
        at = index % len(stretch.acc)
        yield rows_packet("hour", np.column_stack((index / RATE_HZ, stretch.acc[at], stretch.gyr[at])))


def csv_of(number: float) -> str:
    """The same as a CSV with units in its header."""
    t_s, acc, gyr = hours(number)
    text = io.StringIO()
    text.write("t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps\n")
    np.savetxt(text, np.column_stack((t_s, acc, gyr)), delimiter=",", fmt=["%.3f"] + ["%.6f"] * 6)
    return text.getvalue()
