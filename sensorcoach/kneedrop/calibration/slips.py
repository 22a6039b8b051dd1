"""Centres over time: the place the leg comes home to steps where the strap slips, or where the person lies anew.

Each place explains some excursions; the best succession of places explains most, where a step to another place within
reach of a slip costs as much as `CalibrationSettings.step_cost` excursions. A slip stays: no gain pays for going back
and forth between home and hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sensorcoach.kneedrop.calibration.calibration import turned
from sensorcoach.kneedrop.calibration.evidence import Explained
from sensorcoach.kneedrop.calibration.excursions import Excursion
from sensorcoach.kneedrop.frame import angle_between_deg
from sensorcoach.settings import CalibrationSettings


@dataclass(frozen=True, slots=True)
class Succession:
    """Which explanation is in force from which of its ``drops`` (excursion, the way it goes) on."""

    steps: tuple[tuple[Explained, tuple[tuple[Excursion, int], ...]], ...]
    score: float

    @property
    def drops(self) -> tuple[tuple[Excursion, int], ...]:
        """All of them, in order of time."""
        return tuple(drop for _, drops in self.steps for drop in drops)


@dataclass(frozen=True, slots=True)
class _State:
    weight: float
    end_s: float
    drop: int
    """Number of the place's drop that ended here."""
    before: _State | None
    place: int


def successions(places: Sequence[Explained], settings: CalibrationSettings) -> list[Succession]:
    """For each place that explains anything, the best succession that ends there."""
    arrivals: list[list[_State]] = [[] for _ in places]
    costs = [[_cost(places, other, place, settings) for other in range(len(places))] for place in range(len(places))]
    for start_s, place, number in sorted(
        (drop.start_s, place, number) for place, one in enumerate(places) for number, drop in enumerate(one.drops)
    ):
        drop = places[place].drops[number]
        best: _State | None = None
        best_weight = 0.0
        for other, states in enumerate(arrivals):
            cost = costs[place][other]
            if cost is None:
                continue
            for state in reversed(states):
                if state.end_s <= start_s + 1e-9 and state.weight - cost > best_weight:
                    best, best_weight = state, state.weight - cost
                if state.end_s <= start_s - 200.0:
                    break
        arrivals[place].append(_State(best_weight + drop.weight, drop.end_s, number, best, place))
    ends = [max(states, key=lambda state: state.weight) for states in arrivals if states]
    return [_succession(end, places) for end in ends]


def _cost(places: Sequence[Explained], one: int, other: int, settings: CalibrationSettings) -> float | None:
    if one == other:
        return 0.0
    a, b = places[one].centre, places[other].centre
    if "midpoint" in (a.source, b.source):
        return None
    apart_deg = angle_between_deg(a.up0, b.up0)
    return settings.step_cost if apart_deg <= settings.step_most_deg else None


def _same_way(first: Explained, other: Explained) -> bool:
    """Whether both call the same side plus."""
    if first.line is None or other.line is None:
        return True
    plus = turned(first.centre.up0, other.centre.up0) @ first.line.plus_heading
    return float(plus @ other.line.plus_heading) >= 0.0


def _succession(end: _State, places: Sequence[Explained]) -> Succession:
    chain: list[_State] = []
    state: _State | None = end
    while state is not None:
        chain.append(state)
        state = state.before
    chain.reverse()
    steps: list[tuple[Explained, list[tuple[Excursion, int]]]] = []
    same = 1
    for one in chain:
        explained = places[one.place]
        if not steps or steps[-1][0] is not explained:
            steps.append((explained, []))
            same = 1 if _same_way(steps[0][0], explained) else -1
        steps[-1][1].append((explained.drops[one.drop], same * explained.signs[one.drop]))
    most = max(steps, key=lambda step: len(step[1]))[0]
    used = {one.place for one in chain}
    rest = sum(places[index].rest_score for index in used) / len(used)
    score = end.weight + rest + most.other_score - most.posture_cost
    return Succession(tuple((one, tuple(drops)) for one, drops in steps), score)
