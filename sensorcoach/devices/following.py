"""`ClockFit.followed` for many packets at once: the same numbers, at a cost for each second instead of each packet."""

from __future__ import annotations

import numpy as np

from sensorcoach.devices.clock import BLOCK_S, ClockFit
from sensorcoach.model import Floats


def block_end(clock: ClockFit, sensor_s: Floats) -> int:
    """How many of these packets belong to the block under way; the last of them ends it, if there are enough.

    Args:
        clock: after the packet before them.
        sensor_s: (n,) of each packet's last sample, increasing.
    """
    end = int(np.searchsorted(sensor_s, clock.block_began_s + BLOCK_S))
    # The sum above and the difference that decides are rounded differently.
    while end > 0 and sensor_s[end - 1] - clock.block_began_s >= BLOCK_S:
        end -= 1
    while end < len(sensor_s) and sensor_s[end] - clock.block_began_s < BLOCK_S:
        end += 1
    return min(end + 1, len(sensor_s))


def followed_all(clock: ClockFit, sensor_s: Floats, arrival_s: Floats) -> tuple[ClockFit, Floats, Floats]:
    """The clock after these packets; session time of the last sample of each, and the clock's slope there.

    Args:
        clock: after the packet before them.
        sensor_s: (n,) of each packet's last sample, increasing, later than all before.
        arrival_s: (n,) when they came.
    """
    session_s, slope = np.empty(len(sensor_s)), np.empty(len(sensor_s))
    start = 0
    while start < len(sensor_s):
        end = start + block_end(clock, sensor_s[start:])
        # All but the last one change nothing but what the least late of them was.
        within = slice(start, end - 1)
        if end - 1 > start:
            session_s[within] = clock.knot_session_s + clock.slope * (sensor_s[within] - clock.knot_sensor_s)
            slope[within] = clock.slope
            clock = _within_block(clock, sensor_s[within], arrival_s[within])
        clock = clock.followed(float(sensor_s[end - 1]), float(arrival_s[end - 1]))
        session_s[end - 1] = clock.session_s(float(sensor_s[end - 1]))
        slope[end - 1] = clock.slope
        start = end
    return clock, session_s, slope


def _within_block(clock: ClockFit, sensor_s: Floats, arrival_s: Floats) -> ClockFit:
    line = clock.line
    late_s = arrival_s - (line.session_s + line.slope * (sensor_s - line.sensor_s))
    least = int(np.argmin(late_s))
    if late_s[least] < clock.least_late_s:
        clock = clock._replace(least_late_s=float(late_s[least]), least_late_at_s=float(sensor_s[least]))
    return clock._replace(last_sensor_s=float(sensor_s[-1]))
