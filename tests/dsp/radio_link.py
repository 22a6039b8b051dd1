"""A sensor's samples on their way over a radio into a file, with exact truth. Nothing here is under test.

Packets are ready with their last sample, leave at the radio's next connection event, are sent again at a later one with
some probability, and are stamped by the receiver when they come.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Delivered:
    """Stamps (n,) s of the rows that came, the times (n,) s their samples were taken at, and what was lost."""

    stamps_s: np.ndarray
    taken_s: np.ndarray
    kept: np.ndarray
    rate_hz: float

    @property
    def lost(self):
        return int((~self.kept).sum())


def delivered(
    seed, nominal_hz, packet, interval_s, loss=0.0, seconds=90.0, outages=0, stamped="back", clock=0.0, resent=0.1
):
    """``stamped``: ``back`` counts back from the arrival at the nominal rate and never goes back, ``burst`` counts
    1 µs a sample on from it, ``same`` gives all samples of a packet its arrival."""
    rng = np.random.default_rng(seed)
    period_s = (1.0 + clock) / nominal_hz
    number = int(seconds / period_s) // packet * packet
    taken_s = 0.2 + np.arange(number) * period_s
    ready_s = taken_s[packet - 1 :: packet] + 0.0005
    lost = rng.random(len(ready_s)) < loss
    for begin_s in rng.uniform(5, max(seconds - 15, 5), outages):
        lost |= (ready_s > begin_s) & (ready_s < begin_s + rng.uniform(1, 10))
    lost[[0, -1]] = False
    arrived_s = np.repeat(_arrivals_s(rng, ready_s, interval_s, resent, packet * period_s), packet)
    place = np.tile(np.arange(packet), len(ready_s))
    beside_s = {"back": -(packet - 1 - place) / nominal_hz, "burst": place * 1e-6, "same": 0.0 * place}[stamped]
    kept = ~np.repeat(lost, packet)
    stamps_s = np.maximum.accumulate((arrived_s + beside_s)[kept])
    return Delivered(np.round(stamps_s - stamps_s[0], 5), taken_s[kept], kept, 1 / period_s)


def _arrivals_s(rng, ready_s, interval_s, resent, packet_s):
    most = int(np.ceil(2 * interval_s / packet_s)) + 2  # packets in an event
    phase_s = rng.uniform(0, interval_s)
    newest, in_it = -1, 0
    events = []
    for at_s in ready_s:
        event = int(np.ceil((at_s - phase_s) / interval_s)) + int(rng.geometric(1 - resent)) - 1
        in_it = in_it + 1 if event <= newest else 0
        newest = max(event, newest) + (in_it >= most)
        in_it = in_it % most
        events.append(newest)
    arrived_s = phase_s + np.array(events) * interval_s + rng.exponential(0.001, len(ready_s))
    return np.maximum.accumulate(arrived_s)
