"""Rows stamped when they arrived -> rows dated when they were sampled, from the row counts.

A radio hands samples over late, never early, in packets and in bursts; so a stamp says little and the row count says
much. Against a line through the row counts stamps lie late by the age of a sample and the way of its packet, and
the least late ones of half a second lie on the line. A row that is missing moves all that follow up by its period, for
good; a packet that came late moves only itself. So the least lateness *from here on* never falls, and rises by whole
periods exactly where rows were lost. Packets are lost whole: where packets can be seen, it rises by whole packets.

Everything depends on the rows and never on how they were cut into pushes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensorcoach.dsp.rows import Rows
from sensorcoach.model import Bools, Floats

Ints = NDArray[np.intp]

IRREGULAR_S: Final = 0.002
"""A stamp beside the sensor's beat by more came by radio: a sensor's own stamps are rounded to 1 ms at the worst ..."""
IRREGULAR_PERIODS: Final = 0.1
"""... and by more than this much of a period: less moves the rate that is measured over 2 s by less than 0.1 %."""
IRREGULAR_SHARE: Final = 0.02
"""... in more than this share of the steps: of packets of 10, one step in 10 can be."""
FEWEST_IRREGULAR: Final = 4
"""... and in so many at least: a hole or two at the beginning of a recording are no radio."""
BUNCH_STEPS: Final = 4.0
"""Or stamps lie in bunches: half of the time passes between them, in steps of typically more than so many within."""
FIT_S: Final = 60.0
"""The period is found from this much: least lateness varies by ms, which is 0.01 % of it."""
AHEAD_S: Final = 16.0
"""So far ahead the least lateness is looked for. Shorter: where packets and the radio's own interval are nearly
commensurable, lateness grows and falls by a packet over seconds, and looks like loss."""
BLOCK_S: Final = 0.5
"""Lateness is looked at so often; with 20 handings-over a second, the least of them is within a ms of the line."""
FEWEST_BLOCK_ROWS: Final = 8
PACKET_GAP_PERIODS: Final = 1.25
"""Within a packet no step is longer than a period."""
LAG_S: Final = 6.0
"""The first idea of the period is the median over pairs of arrivals so far apart: a hole spoils few of them."""
SEARCHED: Final = np.arange(-0.04, 0.0101, 0.001)
"""About the first idea, which losses of up to 4 % make too long."""
SEARCH_STEP: Final = 0.001
PHASES: Final = 12
"""Where the line may lie within one packet's time."""
DRIFT_PACKETS: Final = 0.12
"""The periods tried differ by this much of a packet's time at the end of the fit."""
LOSS_COST: Final = 4.0
"""A loss must explain as much as halving the lateness of 6 blocks would."""
FIT_BLOCK_S: Final = 0.1
"""Blocks of the fit. Where 4 % of small packets are lost there is a loss every 0.7 s, and most blocks show the line."""
OUTAGE_S: Final = 0.5
"""A longer step is an outage, which also cuts packets."""
NOMINAL_WITHIN: Final = 0.1
NOMINAL_SLACK_S: Final = 2e-5
NOMINAL_SHARE: Final = 0.3
"""If so many steps are alike within the rounding of stamps, and this near to elapsed time by rows, they are what
somebody counted back from the packet's arrival with: the nominal period ..."""
NOMINAL_SEARCHED: Final = np.arange(-0.03, 0.0301, 0.001)
"""... from which real sensors are up to 3 % away (design.md, Time)."""
NEAR_S: Final = 3e-4
"""Lateness below this is all the same; stamps are rounded."""
BEATS: Final = 5
"""Losses by chance lie by chance: so many times or more between them are seldom even."""
EVEN_BLOCKS: Final = 1.0
EVEN_SHARE: Final = 0.15
"""Two of them are even if they differ by no more blocks, or share."""
EVEN_MOSTLY: Final = 0.7
"""Of the times between losses by chance at most a quarter are as even."""
FIRST_WEIGHT: Final = 40
LONGEST_MEMORY: Final = 240
"""Blocks. The line's slope is known from the fit; a crystal keeps its rate for minutes."""
STEEPEST: Final = 0.2
"""The line never moves by more of a block within a block: steps stay steps of one period for the grid."""
FORGOTTEN_S: Final = 10.0
"""After a longer hole the sensor's clock may have drifted by a period: the line starts from there."""
LOCATED_PACKETS: Final = 0.3
"""A loss lies before the first row from which on nothing is earlier than the new line but for this much."""


def are_of_arrival(t_s: Floats, period_s: float) -> bool:
    """Whether stamps (n,) s, never falling, are those of a radio's deliveries and not of a sensor's clock.

    Stamps are irregular, or lie in bunches, or are the same for several rows: a sensor takes one sample at a time.

    ``period_s``: the sensor's, if they were its own.
    """
    steps = np.diff(t_s) / period_s
    beside = np.abs(steps - np.maximum(np.rint(steps), 1.0))
    irregular = beside > max(IRREGULAR_PERIODS, IRREGULAR_S / period_s)
    return _are_many(irregular) or _lie_between_bunches(steps, steps > 1.5)


def _are_many(marked: Bools) -> bool:
    number = int(marked.sum())
    return number >= FEWEST_IRREGULAR and number > IRREGULAR_SHARE * len(marked)


def _lie_between_bunches(steps: Floats, long: Bools) -> bool:
    return (
        _are_many(long) and bool(np.median(steps[long]) > BUNCH_STEPS) and bool(steps[long].sum() > 0.5 * steps.sum())
    )


def rough_period_s(t_s: Floats) -> float:
    """The sensor's period from stamps of arrival (n,) s, n ≥ 2: elapsed time by rows, holes left out; within 1 %."""
    count = len(t_s)
    mean_s = float(t_s[-1] - t_s[0]) / (count - 1)
    last = np.append(np.flatnonzero(np.diff(t_s) > 0.25 * mean_s), count - 1)
    lag = int(LAG_S * len(last) / ((count - 1) * mean_s)) if mean_s > 0 else 0
    lag = max(min(lag, len(last) // 3), 1)
    if len(last) <= lag:
        return mean_s
    return float(np.median((t_s[last[lag:]] - t_s[last[:-lag]]) / (last[lag:] - last[:-lag])))


@dataclass(slots=True)
class _Line:
    """Lateness of the line at the block reached, its change a block, and the rows lost so far."""

    level_s: float
    slope_s: float = 0.0
    weight: int = FIRST_WEIGHT
    lost: int = 0

    def reach(self, least_s: float, packet: int, period_s: float) -> int:
        """Go on to the next block, whose least lateness from there on is ``least_s``; rows lost before it.

        ``packet``: so many are lost together.
        """
        self.level_s += self.slope_s
        late_s = least_s - self.level_s - self.lost * period_s
        if late_s > OUTAGE_S:
            packet = 1
        lost = packet * max(int(np.rint(late_s / (packet * period_s))), 0)
        self.lost += lost
        late_s -= lost * period_s
        if lost * period_s > FORGOTTEN_S:
            self.level_s += late_s
            return lost
        # The line of least squares over `weight` blocks, from the one before: gains of the growing-memory filter.
        n = self.weight
        self.level_s += 2.0 * (2 * n + 1) / ((n + 1) * (n + 2)) * late_s
        self.slope_s += 6.0 / ((n + 1) * (n + 2)) * late_s
        self.weight = min(n + 1, LONGEST_MEMORY)
        return lost


class Arrivals:
    """Dates rows: ``push`` them in their order, take dated ones, ``flush`` once at the end.

    Holds the last `AHEAD_S` of rows, and at the beginning `FIT_S`.
    """

    def __init__(self, roughly_s: float) -> None:
        """``roughly_s``: the period, within some percent."""
        self._rows = Rows.none()
        self._first = 0
        """Number of the first row held."""
        self._fit_rows = round(FIT_S / roughly_s)
        self._block = max(round(BLOCK_S / roughly_s), FEWEST_BLOCK_ROWS)
        self._ahead = round(AHEAD_S / BLOCK_S)
        self._packet = 0
        """Rows in a packet; 0: none seen yet."""
        self._line: _Line | None = None
        self._dated_s: float = 0.0
        """Lateness of the line where dating has come to, without what was lost."""
        self.period_s: float | None = None
        """The sensor's; None until the fit."""

    def push(self, rows: Rows) -> Rows:
        """The rows dated as far as that is certain: times (n,) s, rising by a period, or by several over a loss."""
        self._rows = self._rows.followed_by(rows)
        if self._line is None:
            if len(self._rows) < self._fit_rows:
                return Rows.none()
            self._fit(self._rows.t_s[: self._fit_rows])
        return self._advance(len(self._rows) // self._block - 1 - self._ahead)

    def flush(self) -> Rows:
        """The rest."""
        if len(self._rows) < 2:
            return self._rows
        if self._line is None:
            self._fit(self._rows.t_s)
        # Of less than half a block the least lateness says too little of what was lost before it.
        dated = self._advance((len(self._rows) + self._block // 2) // self._block - 1)
        assert self.period_s is not None
        assert self._line is not None
        number = self._first + self._line.lost + np.arange(len(self._rows), dtype=np.float64)
        return dated.followed_by(self._rows.dated(self._dated_s + number * self.period_s))

    def _fit(self, t_s: Floats) -> None:
        self.period_s, level_s = _fitted(t_s)
        self._packet = _rows_of_packets(t_s, self.period_s)
        self._line, self._dated_s = _Line(level_s), level_s

    def _advance(self, blocks: int) -> Rows:
        """Date the first so many blocks held; one more, and what is looked at ahead of it, is there."""
        if blocks <= 0:
            return Rows.none()
        assert self.period_s is not None
        size, rows = self._block, self._rows
        late_s = rows.t_s - (self._first + np.arange(len(rows))) * self.period_s
        least_s = np.minimum.reduceat(late_s, np.arange(0, len(late_s), size))
        dated_s: Floats = np.empty(blocks * size)
        for block in range(blocks):
            here = slice(block * size, (block + 1) * size)
            near_s = rows.t_s[here.start : here.stop + size]
            self._packet = int(np.gcd(self._packet, _rows_of_packets(near_s, self.period_s)))
            dated_s[here] = self._block_dated_s(late_s[here], least_s[block + 1 : block + 2 + self._ahead])
        self._rows = rows.part(len(dated_s), len(rows))
        return rows.part(0, len(dated_s)).dated(dated_s)

    def _block_dated_s(self, late_s: Floats, ahead_s: Floats) -> Floats:
        """Times of the rows of one block, from their lateness and the least of each block ahead."""
        assert self.period_s is not None
        assert self._line is not None
        line, packet, size = self._line, max(self._packet, 1), len(late_s)
        lost_before = line.lost
        lost = line.reach(float((ahead_s - line.slope_s * np.arange(len(ahead_s))).min()), packet, self.period_s)
        lost_rows = np.full(size, lost_before)
        if lost:
            from_here_s = np.minimum.accumulate(late_s[::-1])[::-1]
            packets = (from_here_s - line.level_s - lost_before * self.period_s) / (packet * self.period_s)
            lost_rows += np.clip(packet * np.floor(packets + LOCATED_PACKETS).astype(np.intp), 0, lost)
        most_s = STEEPEST * size * self.period_s
        moved_s = float(np.clip(line.level_s - self._dated_s, -most_s, most_s))
        number = self._first + np.arange(size) + lost_rows
        dated_s: Floats = number * self.period_s + self._dated_s + moved_s * np.arange(size) / size
        self._first += size
        self._dated_s += moved_s
        return dated_s


def _rows_of_packets(t_s: Floats, period_s: float) -> int:
    """Rows of a packet, or of several: what divides all distances between its visible beginnings; 0: none seen.

    Where the link failed for long, packets are cut: there distances tell nothing.
    """
    steps_s = np.diff(t_s)
    begins = np.flatnonzero(steps_s > PACKET_GAP_PERIODS * period_s)
    whole = steps_s[begins] < OUTAGE_S
    distances = np.diff(begins)[whole[1:] & whole[:-1]]
    return int(np.gcd.reduce(distances)) if len(distances) else 0


def _fitted(t_s: Floats) -> tuple[float, float]:
    """The sensor's period and the lateness of its line at row 0.

    Periods are tried, and for each of them lines that lie differently within a packet's time. A line loses packets
    wherever least lateness passes whole ones; the best one leaves little lateness with few losses. After an outage
    another line begins.
    """
    number = np.arange(len(t_s))
    fits: list[_Fit] = []
    for coarse_s in _periods_tried_s(t_s):
        packet = max(_rows_of_packets(t_s, coarse_s), 1)
        block = max(round(FIT_BLOCK_S / coarse_s), packet)
        late_s = t_s - number * coarse_s
        least = _least_of_blocks(late_s, block)
        step = max(DRIFT_PACKETS * packet * coarse_s / max(t_s[-1] - t_s[0], coarse_s), 2e-6)
        near = np.arange(-0.5 * SEARCH_STEP, 0.5 * SEARCH_STEP, step)
        fits.append(_best_of(coarse_s * (1.0 + near), packet, least, t_s[least]))
    best = min(fits, key=lambda fit: fit.cost).without_beat()
    return best.period_s, float(np.quantile(best.late_s, 0.1))


def _periods_tried_s(t_s: Floats) -> Floats:
    """Those about the step within packets, where it shows; else about elapsed time by rows."""
    roughly_s = rough_period_s(t_s)
    steps_s = np.diff(t_s)
    within_s = steps_s[np.abs(steps_s / roughly_s - 1.0) < NOMINAL_WITHIN]
    if len(within_s):
        step_s = np.median(within_s)
        if np.mean(np.abs(steps_s - step_s) < NOMINAL_SLACK_S) > NOMINAL_SHARE:
            tried_s: Floats = step_s * (1.0 + NOMINAL_SEARCHED)
            return tried_s
    return roughly_s * (1.0 + SEARCHED)


def _least_of_blocks(late_s: Floats, block: int) -> Ints:
    """Number of the least late row of each whole block; of all rows if there is no whole block."""
    blocks = len(late_s) // block
    if not blocks:
        return np.array([late_s.argmin()])
    least: Ints = late_s[: blocks * block].reshape(blocks, block).argmin(axis=1) + np.arange(blocks) * block
    return least


@dataclass(frozen=True, slots=True)
class _Fit:
    """A line through the least late ``rows`` (b,) of the blocks, at ``t_s`` (b,), with the ``packets`` (b,) lost.

    After an outage, ``packets`` and ``cost`` go on with another line.
    """

    cost: float
    period_s: float
    packet: int
    rows: Ints
    t_s: Floats
    packets: Floats
    first: int
    """So many of the blocks come before the first outage."""

    @property
    def late_s(self) -> Floats:
        """(first,) s after the line of lateness 0."""
        here = slice(0, self.first)
        late_s: Floats = self.t_s[here] - (self.rows[here] + self.packets[here] * self.packet) * self.period_s
        return late_s

    def without_beat(self) -> _Fit:
        """The same, or, where packets seem lost at an even pace, the best line of the longer period that explains it.

        If packet and radio interval are nearly commensurable, packets ride on a row of the radio's instants, until one
        misses its own: all are on time against the radio's beat, and one in so many seems lost.
        """
        losses = np.flatnonzero(np.diff(self.packets) == 1.0)
        between = np.diff(losses)
        if len(between) < BEATS:
            return self
        usual = float(np.median(between))
        even = np.abs(between - usual) <= max(EVEN_BLOCKS, EVEN_SHARE * usual)
        if even.mean() < EVEN_MOSTLY:
            return self
        block = float(np.median(np.diff(self.rows)))
        longer_s = self.period_s * (1.0 + self.packet / (between[even].mean() * block))
        near = np.arange(-SEARCH_STEP, SEARCH_STEP, 0.02 * SEARCH_STEP)
        return _best_of(longer_s * (1.0 + near), self.packet, self.rows, self.t_s)


def _best_of(periods_s: Floats, packet: int, rows: Ints, t_s: Floats) -> _Fit:
    """The best line of some periods (p,) through the blocks' least late rows."""
    outages = np.flatnonzero(np.diff(t_s) - np.diff(rows) * periods_s.mean() > OUTAGE_S) + 1
    costs = np.zeros(len(periods_s))
    lost: list[Floats] = []
    for begin, end in zip([0, *outages], [*outages, len(rows)], strict=True):
        part_costs, part_lost = _of_lines(periods_s, packet, rows[begin:end], t_s[begin:end])
        phase = part_costs.argmin(axis=1)
        costs += part_costs[np.arange(len(phase)), phase]
        lost.append(part_lost[np.arange(len(phase)), phase])
    which = int(costs.argmin())
    packets = np.concatenate([part[which] for part in lost])
    first = int(outages[0]) if len(outages) else len(rows)
    return _Fit(float(costs[which]), float(periods_s[which]), packet, rows, t_s, packets, first)


def _of_lines(periods_s: Floats, packet: int, rows: Ints, t_s: Floats) -> tuple[Floats, Floats]:
    """Costs (p, `PHASES`) of lines without outages, and the packets lost (p, `PHASES`, b) by each block."""
    packets_s = packet * periods_s[:, np.newaxis]
    late = (t_s - rows * periods_s[:, np.newaxis]) / packets_s
    from_here = np.minimum.accumulate(late[:, ::-1], axis=1)[:, ::-1]
    phases = np.arange(PHASES)[:, np.newaxis] / PHASES
    above = (from_here - from_here[:, :1])[:, np.newaxis] + phases
    lost = np.floor(above)
    beside = (late - from_here)[:, np.newaxis] + above - lost
    cost = np.minimum(beside, 1.0) * packets_s[:, np.newaxis]
    losses = np.count_nonzero(np.diff(lost, axis=2), axis=2)
    return len(rows) * np.log(cost.mean(axis=2) + NEAR_S) + LOSS_COST * losses, lost
