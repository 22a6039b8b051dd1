"""A sensor's clock on session time: the sensor says when samples were taken, arrival only how its clock runs.

Radio delivers late, by 0 to some hundred ms, and in bursts; never early. So what is known of the sensor's clock is the
lower envelope of the delays: of each second only the packet that was least late counts, a line is fitted to these, and
the time given to samples is steered towards that line so gently that no filter behind notices.

All this depends on the packets one after the other, never on how they were grouped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

BLOCK_S: Final = 1.0
"""Of each block only the least late packet counts. Shorter: too few packets to find one that was not late; longer: a
clock wrong by 3 % is found out too late."""
FIRST_WEIGHT: Final = 3
"""Blocks that the clock's own word (its rate is as told) is worth at the start. Less: the first seconds wobble with the
radio's jitter. More: a clock wrong by 3 % leads astray by more than 0.2 s."""
LONGEST_MEMORY: Final = 300
"""Blocks. A crystal keeps its rate for minutes, and warms up over tens of minutes."""
WORST_CLOCK: Final = 0.03
"""The rates of real sensors are up to 3 % beside what they say (design.md, Time)."""
USUAL_SPREAD_S: Final = 0.005
"""The least of a second's delays varies by some ms (60 ms of jitter, 12 packets a second: 5 ms); more is learnt."""
SPREAD_BLOCKS: Final = 20
LARGEST_STEP: Final = 2.0
"""Spreads. A stall does not make the radio look worse than it is."""
SPREADS: Final = 4.0
"""A whole block later than so many spreads says nothing about the clock: a stall, or lost samples."""
LATE_FOR_GOOD: Final = 30
"""After so many late blocks one after the other the way here has become longer, and the line is moved."""
SETTLE_S: Final = 4.0
"""At first the clock is taken at its word: the timeline measures the rate of its grid there (`RATE_WINDOW_S`)."""
STEER_S: Final = 4.0
LONGEST_STEER_S: Final = 30.0
"""Within about this time the map goes over to the line; the longer, the surer the line is."""
STEEPEST: Final = 0.2
"""More steering would make every step a hole for the timeline (`HOLE_STEPS`)."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the arrivals say of the clock, block by block: a straight line from sensor time to session time (s)."""

    sensor_s: float
    session_s: float
    slope: float = 1.0
    weight: int = 0
    """Blocks it rests on; 0 before the first."""
    spread_s: float = USUAL_SPREAD_S
    """How far blocks lie from it, on average."""
    late_blocks: int = 0
    late_by_s: float = math.inf
    """How many blocks up to now have all been late, too late to tell of the clock, and by how much at least."""

    @property
    def usual_late_s(self) -> float:
        """A block this late, or less, is no surprise."""
        return SPREADS * self.spread_s

    def at(self, sensor_s: float) -> float:
        """Session time on the line."""
        return self.session_s + self.slope * (sensor_s - self.sensor_s)

    def with_block(self, sensor_s: float, late_s: float) -> Line:
        """The line after a block whose least late packet was ``late_s`` above it at ``sensor_s``."""
        told_s = min(abs(late_s), LARGEST_STEP * self.spread_s)
        spread_s = max(self.spread_s + (told_s - self.spread_s) / SPREAD_BLOCKS, USUAL_SPREAD_S)
        return replace(self._moved(sensor_s, late_s), spread_s=spread_s)

    def _moved(self, sensor_s: float, late_s: float) -> Line:
        elapsed_s = max(sensor_s - self.sensor_s, 0.5 * BLOCK_S)
        # With little behind the line, its slope may still be wrong.
        doubt = WORST_CLOCK * (FIRST_WEIGHT + 1) / max(self.weight, FIRST_WEIGHT)
        believable_s = self.usual_late_s + doubt * elapsed_s
        if self.weight == 0 or late_s < -believable_s:  # everything before was late
            return self._through(sensor_s, self.at(sensor_s) + late_s, self.slope, max(self.weight, FIRST_WEIGHT))
        if late_s > believable_s:
            late_by_s = min(late_s, self.late_by_s)
            if self.late_blocks + 1 >= LATE_FOR_GOOD:
                return self._through(sensor_s, self.at(sensor_s) + late_by_s, self.slope, FIRST_WEIGHT)
            return replace(self, late_blocks=self.late_blocks + 1, late_by_s=late_by_s)
        # The line of least squares over `weight` blocks, from the one before: gains of the growing-memory filter.
        n = self.weight
        level = 2.0 * (2 * n + 1) / ((n + 1) * (n + 2))
        turn = 6.0 / ((n + 1) * (n + 2))
        slope = self.slope + turn * late_s / elapsed_s
        slope = min(max(slope, 1.0 - 2 * WORST_CLOCK), 1.0 + 2 * WORST_CLOCK)
        return self._through(sensor_s, self.at(sensor_s) + level * late_s, slope, min(n + 1, LONGEST_MEMORY))

    def _through(self, sensor_s: float, session_s: float, slope: float, weight: int) -> Line:
        return Line(sensor_s, session_s, slope, weight, self.spread_s)


class ClockFit(NamedTuple):
    """A map from sensor time to session time (s), continuous and increasing: made by `laid`, renewed by `followed`."""

    knot_sensor_s: float
    knot_session_s: float
    slope: float
    """The map from the knot on, session seconds in a sensor second."""
    last_sensor_s: float
    """Of the newest sample."""
    steered_from_s: float
    line: Line
    block_began_s: float
    least_late_s: float
    least_late_at_s: float
    """Smallest delay against the line in the block under way, and where it was."""

    @classmethod
    def laid(cls, sensor_s: float, session_s: float) -> ClockFit:
        """The clock laid on the arrival of one sample."""
        line = Line(sensor_s, session_s)
        return cls(sensor_s, session_s, 1.0, sensor_s, sensor_s + SETTLE_S, line, sensor_s, 0.0, sensor_s)

    def laid_anew(self, sensor_s: float, session_s: float) -> ClockFit:
        """The clock of the same sensor, after it began to count anew: its rate is known already."""
        line = Line(sensor_s, session_s, self.line.slope, min(self.line.weight, FIRST_WEIGHT), self.line.spread_s)
        return ClockFit(sensor_s, session_s, line.slope, sensor_s, sensor_s, line, sensor_s, 0.0, sensor_s)

    def session_s(self, sensor_s: float) -> float:
        """Session time of a sensor time after all packets but the last one followed."""
        return self.knot_session_s + self.slope * (sensor_s - self.knot_sensor_s)

    def late_s(self, sensor_s: float, arrival_s: float) -> float:
        """How late an arrival is against what earlier ones say; negative: they had all been later."""
        return arrival_s - self.line.at(sensor_s)

    def followed(self, sensor_s: float, arrival_s: float) -> ClockFit:
        """The map for the samples of a packet whose last one was taken at ``sensor_s``, later than any before."""
        late_s, at_s = self.late_s(sensor_s, arrival_s), sensor_s
        if late_s >= self.least_late_s:
            late_s, at_s = self.least_late_s, self.least_late_at_s
        knot_s, session_s, slope, last_s, steered_from_s, line, began_s, _, _ = self
        if sensor_s - began_s >= BLOCK_S:
            line = line.with_block(at_s, late_s)
            if last_s >= steered_from_s:
                knot_s, session_s = last_s, self.session_s(last_s)
                slope = _towards(line, knot_s, session_s)
            began_s, late_s = sensor_s, math.inf
        return ClockFit(knot_s, session_s, slope, sensor_s, steered_from_s, line, began_s, late_s, at_s)

    def passed(self, sensor_s: float) -> ClockFit:
        """The same map after a packet whose arrival says nothing, its last sample at ``sensor_s``."""
        return self._replace(last_sensor_s=sensor_s)

    def skipped(self, missing_s: float) -> ClockFit:
        """The same map for a sensor clock that is ``missing_s`` ahead from now on: samples were lost uncounted."""
        last_s = self.last_sensor_s + missing_s
        line = replace(self.line, late_blocks=0, late_by_s=math.inf)
        return self._replace(last_sensor_s=last_s, line=line, block_began_s=last_s, least_late_s=math.inf)


def _towards(line: Line, sensor_s: float, session_s: float) -> float:
    """The slope that leads from a point to the line."""
    steer = (line.at(sensor_s) - session_s) / min(max(line.weight / 3.0, STEER_S), LONGEST_STEER_S)
    return line.slope + min(max(steer, -STEEPEST), STEEPEST)
