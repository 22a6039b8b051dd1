"""The clock of a sensor that stamps its packets: unwrapped, over restarts, on session time; many packets at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.following import followed_all
from sensorcoach.model import Bools, Floats

Ints = NDArray[np.int64]

RESTART_S: Final = 60.0
"""Sensor clock and arrival disagree by more than this: it was switched off and on. Late radio stays well below."""
BACKWARDS_S: Final = 5.0
"""The sensor's clock fell back by more than this: the same. A packet told twice is younger."""


class Laid(NamedTuple):
    """Where packets lie on session time. ``kept`` (n,): not told before; the others are of those kept, in order."""

    kept: Bools
    last_s: Floats
    """Session time of each packet's last sample."""
    slope: Floats
    """Session seconds in a sensor second, there."""


@dataclass(frozen=True, slots=True)
class StampedClock:
    """What is known after the packets so far. ``wrap`` in ticks: the stamp after ``wrap - 1`` is 0; 0: it never is."""

    tick_s: float
    wrap: int
    ticks: int = 0
    """Of the last packet's stamp, unwrapped since the clock was laid."""
    stamp: int = 0
    arrival_s: float = 0.0
    clock: ClockFit | None = None
    repeated: int = 0
    """Packets that were not newer than the one before."""
    restarts: int = 0

    def laid(self, stamps: Ints, spans_s: Floats, arrivals_s: Floats) -> tuple[StampedClock, Laid]:
        """The state after these packets, and where they lie.

        Args:
            stamps: (n,) ticks, of each packet's first sample.
            spans_s: (n,) from there to its last sample.
            arrivals_s: (n,) when they came.
        """
        state, start = self, 0
        kept = np.ones(len(stamps), dtype=np.bool_)
        last_s: list[Floats] = []
        slopes: list[Floats] = []
        while start < len(stamps):
            if state.clock is None:
                state, end = (
                    state._begun(int(stamps[start]), float(spans_s[start]), float(arrivals_s[start])),
                    start + 1,
                )
                assert state.clock is not None
                last_s.append(np.array([state.clock.session_s(state.clock.last_sensor_s)]))
                slopes.append(np.array([state.clock.slope]))
            else:
                state, end, session_s, slope = state._run(stamps, spans_s, arrivals_s, start)
                last_s.append(session_s)
                slopes.append(slope)
                if end == start:
                    state, is_new = state._odd(int(stamps[start]), float(spans_s[start]), float(arrivals_s[start]))
                    end = start + 1
                    kept[start] = is_new
                    if is_new:
                        assert state.clock is not None
                        last_s.append(np.array([state.clock.session_s(state.clock.last_sensor_s)]))
                        slopes.append(np.array([state.clock.slope]))
            start = end
        none = np.empty(0)
        return state, Laid(kept, np.concatenate((none, *last_s)), np.concatenate((none, *slopes)))

    def _begun(self, stamp: int, span_s: float, arrival_s: float) -> StampedClock:
        clock = ClockFit.laid(span_s, arrival_s)
        return replace(self, ticks=0, stamp=stamp, arrival_s=arrival_s, clock=clock)

    def _run(
        self, stamps: Ints, spans_s: Floats, arrivals_s: Floats, start: int
    ) -> tuple[StampedClock, int, Floats, Floats]:
        """As many packets from ``start`` on as are each newer than the one before, without a restart."""
        assert self.clock is not None
        steps, sane = self._steps(
            np.concatenate(([self.stamp], stamps[start:])), np.concatenate(([self.arrival_s], arrivals_s[start:]))
        )
        ticks = self.ticks + np.cumsum(steps)
        sensor_s = ticks * self.tick_s + spans_s[start:]
        newest_s = np.concatenate(([self.clock.last_sensor_s], sensor_s))
        good = sane & (steps > 0) & (np.diff(newest_s) > 0)
        number = len(good) if good.all() else int(np.argmin(good))
        end = start + number
        if not number:
            return self, start, np.empty(0), np.empty(0)
        clock, session_s, slope = followed_all(self.clock, sensor_s[:number], arrivals_s[start:end])
        state = replace(
            self,
            ticks=int(ticks[number - 1]),
            stamp=int(stamps[end - 1]),
            arrival_s=float(arrivals_s[end - 1]),
            clock=clock,
        )
        return state, end, session_s, slope

    def _steps(self, stamps: Ints, arrivals_s: Floats) -> tuple[Ints, Bools]:
        """Ticks from each packet to the next, and whether arrival allows them: else the sensor began to count anew."""
        arrived = np.diff(arrivals_s) / self.tick_s
        steps = np.diff(stamps)
        if self.wrap:
            steps = (steps + self.wrap // 2) % self.wrap - self.wrap // 2
            steps += np.rint((arrived - steps) / self.wrap).astype(np.int64) * self.wrap
        off_s = np.abs(steps - arrived) * self.tick_s
        return steps, (off_s <= RESTART_S) & (steps * self.tick_s >= -BACKWARDS_S)

    def _odd(self, stamp: int, span_s: float, arrival_s: float) -> tuple[StampedClock, bool]:
        """After a packet that came before, or the first one after a restart; whether it is new."""
        assert self.clock is not None
        _, sane = self._steps(np.array([self.stamp, stamp]), np.array([self.arrival_s, arrival_s]))
        if sane[0]:
            return replace(self, repeated=self.repeated + 1), False
        newest_s = self.clock.session_s(self.clock.last_sensor_s)
        # Nothing may come to lie before what was there already.
        laid_s = max(arrival_s, newest_s + max(span_s, self.tick_s) + self.tick_s)
        clock = self.clock.laid_anew(span_s, laid_s)
        restarts = self.restarts + 1
        return replace(self, ticks=0, stamp=stamp, arrival_s=arrival_s, clock=clock, restarts=restarts), True
