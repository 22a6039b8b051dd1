"""The clock of a sensor without clock or counter: its number of samples over their rate, laid slowly on arrival.

Arrival alone jumps: radios deliver in bursts. So the time of a sample is its number, and arrival tells only how fast
the sensor really is (`sensorcoach.devices.clock`) and, by staying away, that samples were lost: after a silence packets
are held for a moment, until it shows whether what is missing is still on its way. Losses are estimates.

A rate that cannot be known beforehand is measured first: nothing is given out for `MEASURED_S`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sensorcoach.devices.clock import ClockFit
from sensorcoach.devices.following import block_end, followed_all
from sensorcoach.model import Floats, Packet

Ints = NDArray[np.int64]

SILENCE_S: Final = 0.5
"""After it samples may be lost, or come in a burst. Packets come every 100 ms at most; 239 ms have been captured."""
HOLD_S: Final = 0.3
"""A burst is over when for this time nothing came quicker than it was measured."""
LONGEST_HOLD_S: Final = 2.0
MOST_HELD: Final = 4096
"""Samples: bounded on any bytes. 2 s are 400 at 200 Hz, and a burst of 10 s is 2000."""
LOSS_BLOCKS: Final = 3
"""So many seconds later than before, all of them: then samples were lost."""
MEASURED_S: Final = 4.0
"""Bursts of 45 ms (a micro:bit) make the rate measured over it wrong by 1 %; the clock finds that out later."""

_AHEAD: Final = 512


class Came(NamedTuple):
    """A packet of so many ``samples``; ``body``: their bytes."""

    arrival_s: float
    body: bytes
    samples: int


@dataclass(frozen=True, slots=True)
class Held:
    """Packets after a silence. ``least_late_s``: against the samples there should be if none were lost; ``fell_s``:
    when that last shrank by a sample or more.
    """

    packets: tuple[Came, ...]
    samples: int
    least_late_s: float
    fell_s: float

    def is_over(self, t_s: float) -> bool:
        """Whether what has not come by now is lost."""
        return t_s - self.fell_s > HOLD_S or t_s - self.packets[0].arrival_s > LONGEST_HOLD_S


@dataclass(frozen=True, slots=True)
class CountedClock:
    """What is known after the packets so far. ``rate_hz`` None: still being measured, from ``measured``."""

    rate_hz: float | None
    number: int = 0
    """Samples up to now, those that were lost as well."""
    arrival_s: float = 0.0
    clock: ClockFit | None = None
    resumed: bool = False
    """A connection ended since the last sample."""
    held: Held | None = None
    measured: tuple[Came, ...] = ()

    def reconnected(self) -> CountedClock:
        """When a new connection begins."""
        return replace(self, resumed=True, measured=())

    def at_rate(self, rate_hz: float) -> CountedClock:
        """From now on samples come at another rate: what came before keeps its place."""
        number = 0 if self.clock is None else round(self.clock.last_sensor_s * rate_hz)
        return replace(self, rate_hz=rate_hz, number=number, resumed=True)


class Laid:
    """Samples of one batch with their times, in order."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._samples: list[Ints] = []
        self._last_s: list[Floats] = []
        self._step_s: list[Floats] = []
        self._with: list[Ints] = []
        self._known = 0

    def add(self, packets: Batch, last_s: Floats, step_s: Floats) -> None:
        """``last_s``: session time of each one's last sample; ``step_s``: between its samples."""
        self._bodies += packets.bodies
        self._samples.append(packets.samples)
        self._last_s.append(last_s)
        self._step_s.append(step_s)

    def came_with(self, first: int, end: int) -> None:
        """What was added since the last call became known with these packets of the batch, one by one, or with one."""
        new, self._known = len(self._bodies) - self._known, len(self._bodies)
        self._with.append(np.arange(first, end) if end - first > 1 else np.full(new, first))

    @property
    def body(self) -> bytes:
        """All of them."""
        return b"".join(self._bodies)

    @property
    def number(self) -> Ints:
        """Of the packet of the batch with which each sample's time became known."""
        if not self._samples:
            return np.empty(0, dtype=np.int64)
        return np.repeat(np.concatenate(self._with), np.concatenate(self._samples))

    @property
    def t_s(self) -> Floats:
        """Session time of each sample."""
        if not self._samples:
            return np.empty(0)
        samples = np.concatenate(self._samples)
        back = np.repeat(np.cumsum(samples), samples) - 1 - np.arange(samples.sum())
        steps_s = np.repeat(np.concatenate(self._step_s), samples)
        t_s: Floats = np.repeat(np.concatenate(self._last_s), samples) - back * steps_s
        return t_s


class Batch(NamedTuple):
    """Packets in the order of their arrival. ``samples``: in each one; ``bodies``: the bytes of these."""

    arrivals_s: Floats
    samples: Ints
    bodies: list[bytes]

    @classmethod
    def of(cls, packets: Sequence[Packet], sample_bytes: int) -> Batch:
        """Packets that hold samples of this length and nothing else."""
        bodies = [packet.payload for packet in packets]
        samples = np.fromiter(map(len, bodies), dtype=np.int64, count=len(bodies)) // sample_bytes
        arrivals_s = np.fromiter((packet.t_s for packet in packets), dtype=np.float64, count=len(bodies))
        return cls(arrivals_s, samples, bodies)

    @classmethod
    def from_packets(cls, came: Sequence[Came]) -> Batch:
        """The same."""
        return cls(
            np.array([one.arrival_s for one in came], dtype=np.float64),
            np.array([one.samples for one in came], dtype=np.int64),
            [one.body for one in came],
        )

    def part(self, start: int, end: int) -> Batch:
        """Some of them."""
        return Batch(self.arrivals_s[start:end], self.samples[start:end], self.bodies[start:end])

    def came(self, number: int) -> Came:
        """One of them."""
        return Came(float(self.arrivals_s[number]), self.bodies[number], int(self.samples[number]))


def laid(state: CountedClock, packets: Batch) -> tuple[CountedClock, Laid]:
    """The state after ``packets``, and the samples whose time is known by then, also those held before."""
    out = Laid()
    start, number = 0, len(packets.bodies)
    silences = np.flatnonzero(np.diff(packets.arrivals_s) > SILENCE_S) + 1
    while start < number:
        if state.rate_hz is None:
            state = _measuring(state, packets.came(start), out)
            end = start + 1
        elif state.held is not None or _is_silence(state, float(packets.arrivals_s[start])):
            state = _after_silence(state, packets.came(start), out)
            end = start + 1
        else:
            next_silence = int(np.searchsorted(silences, start, side="right"))
            end = int(silences[next_silence]) if next_silence < len(silences) else number
            state = _smoothly(state, packets.part(start, end), out)
        out.came_with(start, end)
        start = end
    return state, out


def _is_silence(state: CountedClock, t_s: float) -> bool:
    return state.clock is not None and (state.resumed or t_s - state.arrival_s > SILENCE_S)


def _smoothly(state: CountedClock, packets: Batch, out: Laid) -> CountedClock:
    """Packets without a silence between them, or before the first."""
    assert state.rate_hz is not None
    clock, number, start = state.clock, state.number, 0
    arrivals_s, samples, bodies = packets
    if clock is None:
        number = int(samples[0])
        clock, start = ClockFit.laid(number / state.rate_hz, float(arrivals_s[0])), 1
        out.add(packets.part(0, 1), np.array([clock.session_s(clock.last_sensor_s)]), np.array([1.0 / state.rate_hz]))
    numbers = number + np.cumsum(samples[start:])
    first, lost = start, 0
    while start < len(bodies):
        if clock.line.late_blocks >= LOSS_BLOCKS:
            missing = round(clock.line.late_by_s * state.rate_hz)
            lost += missing
            clock = clock.skipped(missing / state.rate_hz)
        # Looked at in pieces: a block has a second's packets, at most some hundred.
        ahead = (numbers[start - first : start - first + _AHEAD] + lost) / state.rate_hz
        end = start + block_end(clock, ahead)
        clock, last_s, slope = followed_all(clock, ahead[: end - start], arrivals_s[start:end])
        out.add(packets.part(start, end), last_s, slope / state.rate_hz)
        start = end
    number = int(numbers[-1]) + lost if len(numbers) else number
    return replace(state, clock=clock, number=number, arrival_s=float(arrivals_s[-1]), resumed=False)


def _after_silence(state: CountedClock, packet: Came, out: Laid) -> CountedClock:
    if state.held is not None and state.held.is_over(packet.arrival_s):
        state = _released(state, out)
        if not _is_silence(state, packet.arrival_s):
            return _smoothly(state, Batch.from_packets((packet,)), out)
    state = _holding(state, packet)
    assert state.held is not None
    assert state.clock is not None
    all_here = state.held.least_late_s <= state.clock.line.usual_late_s
    return _released(state, out) if all_here or state.held.samples >= MOST_HELD else state


def _holding(state: CountedClock, packet: Came) -> CountedClock:
    assert state.clock is not None
    assert state.rate_hz is not None
    held = state.held or Held((), 0, math.inf, packet.arrival_s)
    samples = held.samples + packet.samples
    late_s = state.clock.late_s((state.number + samples) / state.rate_hz, packet.arrival_s)
    fell = late_s < held.least_late_s - 1.0 / state.rate_hz
    held = Held(
        (*held.packets, packet),
        samples,
        min(late_s, held.least_late_s),
        packet.arrival_s if fell else held.fell_s,
    )
    return replace(state, held=held, arrival_s=packet.arrival_s, resumed=False)


def _released(state: CountedClock, out: Laid) -> CountedClock:
    """What has not come by now is lost, and was measured before what has."""
    held, clock, number, rate_hz = state.held, state.clock, state.number, state.rate_hz
    assert held is not None
    assert clock is not None
    assert rate_hz is not None
    if held.least_late_s > clock.line.usual_late_s:
        missing = round(held.least_late_s * rate_hz)
        number += missing
        clock = clock.skipped(missing / rate_hz)
    for packet in held.packets:
        number += packet.samples
        last_s = number / rate_hz
        # A backlog says nothing about the clock; its last packets, that are in time, do.
        in_time = clock.late_s(last_s, packet.arrival_s) <= clock.line.usual_late_s
        clock = clock.followed(last_s, packet.arrival_s) if in_time else clock.passed(last_s)
        out.add(Batch.from_packets((packet,)), np.array([clock.session_s(last_s)]), np.array([clock.slope / rate_hz]))
    return replace(state, held=None, clock=clock, number=number)


def _measuring(state: CountedClock, packet: Came, out: Laid) -> CountedClock:
    """After a silence the measuring begins anew; what came before it is given up."""
    before = state.measured
    if before and packet.arrival_s - before[-1].arrival_s > SILENCE_S:
        before = ()
    packets = (*before, packet)
    span_s = packet.arrival_s - packets[0].arrival_s
    if span_s < MEASURED_S:
        return replace(state, measured=packets if len(packets) < MOST_HELD else ())
    rate_hz = sum(one.samples for one in packets[1:]) / span_s
    started = replace(state, rate_hz=rate_hz, measured=(), resumed=False)
    return _smoothly(started, Batch.from_packets(packets), out)
