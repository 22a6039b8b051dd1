"""Simulated sessions through the whole path (the project's own packets, lost and late) against their exact truth."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
import numpy as np

from sensorcoach.devices.open_format import OPEN
from sensorcoach.model import Counted, Event, Floats, Mounting, PhaseChanged, Rep, RepDone, Summary
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from sensorcoach.simulator import SCENARIOS, SessionPlan, Simulation, TrueRep, random_plan, simulate
from sensorcoach.sources.simulated import session_header, session_time_s, simulated_packets

NEAR_A_LIMIT = 0.15
"""Truth nearer than this to the limit of a spoken warning (as a share of it) does not judge the warning."""
TOO_FAST_FRACTION, TOO_FAST_TIME_S = 0.40, 0.42
JARRING_G, JARRING_DPS2, JARRING_LOSS_DPS = 2.0, 2500.0, 15.0
"""Levels *warn* of definitions C, on purpose repeated here."""
IMPACT_RATE_HZ = 100.0
SPOKEN = ("warn", "severe")
SAME_LANDING_S = 0.3
PROMPT_S = 0.081
"""Figures of latency are promised for packets of at most 80 ms (definitions B)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A repetition found and the true one it is; ``t`` of a true one laid on the recording's time base (s)."""

    found: Rep
    true: TrueRep
    true_borders_s: tuple[float, float, float, float]

    @property
    def border_errors_s(self) -> Floats:
        rep = self.found
        return np.abs(
            np.array((rep.drop_start_s, rep.drop_end_s, rep.return_start_s, rep.return_end_s)) - self.true_borders_s
        )


@dataclass(frozen=True, slots=True)
class Session:
    """One session analysed. ``extra``: found, but not true; ``missed``: complete, but not found."""

    seed: int
    plan: SessionPlan
    mounting: Mounting
    summary: Summary
    pairs: tuple[Pair, ...]
    extra: tuple[Rep, ...]
    missed: tuple[TrueRep, ...]
    fewest: int
    most: int
    latencies: "Latencies"
    hours: float

    @property
    def exact(self) -> bool:
        """A repetition cut by the edge of the recording may count or not."""
        return self.fewest <= self.summary.reps <= self.most

    @property
    def side_given(self) -> bool:
        worn = self.mounting
        axis = worn.front if worn.segment == "shank" else worn.up_leg
        return axis is not None or worn.first_side is not None


@dataclass(slots=True)
class Latencies:
    """From the event itself to the arrival of the packet that told it (s), where packets come every 80 ms or sooner.

    Left out: what is dated back; landings of swings; counts of returns that end by staying out for a second.
    """

    landing_s: list[float] = field(default_factory=list)
    count_s: list[float] = field(default_factory=list)
    final_s: list[float] = field(default_factory=list)


def judged(seed: int, plan: SessionPlan) -> Session:
    """With what the plan's wearer tells."""
    simulation = simulate(plan)
    return judged_with(seed, plan, simulation, simulation.mounting)


def judged_with(seed: int, plan: SessionPlan, simulation: Simulation, worn: Mounting) -> Session:
    """``worn``: what is told of the mounting."""
    header = session_header(simulation)
    pipeline = Pipeline(OPEN, header.device, worn, Settings())
    for packet in simulated_packets(simulation):
        pipeline.push(packet)
    pipeline.flush()
    latencies = _latencies(Pipeline(OPEN, header.device, worn, Settings(), live=True), simulation)
    pairs, extra, missed = _matched(simulation, pipeline.reps)
    return Session(
        seed=seed,
        plan=plan,
        mounting=worn,
        summary=pipeline.summary(),
        pairs=pairs,
        extra=extra,
        missed=missed,
        fewest=sum(rep.complete for rep in simulation.truth),
        most=len(simulation.truth),
        latencies=latencies,
        hours=float(simulation.t_s[-1]) / 3600.0,
    )


def random_sessions(seeds: Iterable[int]) -> Iterator[Session]:
    """Every rate, mounting, body and fault."""
    for seed in seeds:
        yield judged(seed, random_plan(seed))


def other_activity(seeds: Iterable[int]) -> Iterator[tuple[Session, Session]]:
    """Everything but the exercise, with the thigh axis told and with nothing told. Each fourth without gyroscope."""
    for seed in seeds:
        plan = SCENARIOS["distractors_only"](seed)
        plan = msgspec.structs.replace(plan, imu=msgspec.structs.replace(plan.imu, gyroscope=seed % 4 != 3))
        simulation = simulate(plan)
        assert simulation.mounting.segment == "thigh"
        assert simulation.mounting.up_leg is not None
        yield judged_with(seed, plan, simulation, simulation.mounting), judged_with(seed, plan, simulation, Mounting())


def _latencies(pipeline: Pipeline, simulation: Simulation) -> Latencies:
    latencies = Latencies()
    landings: list[tuple[float, float]] = []
    now_s = 0.0
    for packet in simulated_packets(simulation):
        now_s = packet.t_s
        for event in pipeline.push(packet):
            if isinstance(event, PhaseChanged) and event.phase == "hold":
                landings.append((event.t_s, now_s))
            _note(latencies, event, now_s, landings)
    pipeline.flush()
    return latencies


def _note(latencies: Latencies, event: Event, now_s: float, landings: list[tuple[float, float]]) -> None:
    if isinstance(event, Counted) and not event.dated_back:
        latencies.count_s.append(now_s - event.t_s)
    elif isinstance(event, RepDone) and not event.rep.dated_back:
        rep = event.rep
        latencies.final_s.append(now_s - rep.return_end_s)
        told = [at_s for t_s, at_s in landings if abs(t_s - rep.drop_end_s) < SAME_LANDING_S]
        if told and not rep.swung_through:
            latencies.landing_s.append(min(told) - rep.drop_end_s)


def _matched(
    simulation: Simulation, found: tuple[Rep, ...]
) -> tuple[tuple[Pair, ...], tuple[Rep, ...], tuple[TrueRep, ...]]:
    pairs, extra = [], []
    left = [(true, _borders_s(simulation, true)) for true in simulation.truth]
    for rep in found:
        hit = next((one for one in left if one[1][0] < rep.drop_end_s < one[1][3]), None)
        if hit is None:
            extra.append(rep)
        else:
            left.remove(hit)
            pairs.append(Pair(rep, *hit))
    return tuple(pairs), tuple(extra), tuple(true for true, _ in left if true.complete)


def _borders_s(simulation: Simulation, true: TrueRep) -> tuple[float, float, float, float]:
    a, b, c, d = (
        session_time_s(simulation, t_s)
        for t_s in (true.drop_start_s, true.drop_end_s, true.return_start_s, true.return_end_s)
    )
    return a, b, c, d


@dataclass(slots=True)
class Verdicts:
    """How often a spoken warning (warn or severe) was right."""

    hits: int = 0
    false: int = 0
    missed: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str, told: bool, true: bool) -> None:
        self.hits += told and true
        self.false += told and not true
        self.missed += true and not told
        if told != true:
            self.names.append(f"{name}{'+' if told else '-'}")

    @property
    def f1(self) -> float:
        wrong = self.false + self.missed
        return 1.0 if not self.hits + wrong else 2 * self.hits / (2 * self.hits + wrong)


@dataclass(slots=True)
class Figures:
    """What `definitions.md` E speaks of, over many sessions. Lists hold absolute errors."""

    sessions: int = 0
    exact: int = 0
    wrong_counts: list[str] = field(default_factory=list)
    repetitions: int = 0
    sided: int = 0
    side_wrong: int = 0
    range_deg: list[float] = field(default_factory=list)
    range_accelerometer_held_deg: list[float] = field(default_factory=list)
    range_accelerometer_swung_deg: list[float] = field(default_factory=list)
    hold_s: list[float] = field(default_factory=list)
    hold_accelerometer_s: list[float] = field(default_factory=list)
    borders_s: list[Floats] = field(default_factory=list)
    ungraded: int = 0
    too_fast: Verdicts = field(default_factory=Verdicts)
    too_fast_swinging: Verdicts = field(default_factory=Verdicts)
    """Where the drop swung in from the other side: F has no bound when both turning points are equally far."""
    jarring: Verdicts = field(default_factory=Verdicts)
    latencies: Latencies = field(default_factory=Latencies)

    def add(self, session: Session) -> None:
        self.sessions += 1
        self.exact += session.exact
        if not session.exact:
            self.wrong_counts.append(f"{session.seed}: {session.summary.reps} of {session.fewest}-{session.most}")
        plan = session.plan
        prompt = plan.radio.samples_each <= PROMPT_S * plan.imu.rate_hz and plan.radio.late_share == 0.0
        for name in Latencies.__slots__ if prompt and plan.imu.gyroscope else ():
            getattr(self.latencies, name).extend(getattr(session.latencies, name))
        for pair in session.pairs:
            self._add_pair(session, pair)

    def _add_pair(self, session: Session, pair: Pair) -> None:
        found, true = pair.found, pair.true
        self.repetitions += 1
        if session.side_given:
            self.sided += 1
            self.side_wrong += found.side != true.side
        if not true.complete:
            return
        gyroscope = session.plan.imu.gyroscope
        if found.centre_source != "midpoint":
            self._ranges(gyroscope, found).append(abs(found.range_deg - true.range_deg))
        (self.hold_s if gyroscope else self.hold_accelerometer_s).append(abs(found.hold_s - true.hold_s))
        self.borders_s.append(pair.border_errors_s)
        self.ungraded += not found.graded
        if found.graded:
            self._add_warnings(session, pair)

    def _ranges(self, gyroscope: bool, found: Rep) -> list[float]:
        if gyroscope:
            return self.range_deg
        return self.range_accelerometer_held_deg if found.hold_s >= 1.0 else self.range_accelerometer_swung_deg

    def _add_warnings(self, session: Session, pair: Pair) -> None:
        told = {warning.code for warning in pair.found.warnings if warning.severity in SPOKEN}
        name = f"{session.seed}#{pair.found.index}"
        impact = session.plan.imu.gyroscope and session.plan.imu.rate_hz >= IMPACT_RATE_HZ
        if _is_clear(_too_fast_share(pair.true)):
            verdicts = self.too_fast_swinging if pair.true.swung_through else self.too_fast
            verdicts.add(name, "too_fast" in told, pair.true.levels.get("too_fast") in SPOKEN)
        if impact and _is_clear(_jarring_share(pair.true)):
            self.jarring.add(name, "jarring" in told, pair.true.levels.get("jarring") in SPOKEN)


def _is_clear(share: float) -> bool:
    return abs(share - 1.0) >= NEAR_A_LIMIT


def _too_fast_share(true: TrueRep) -> float:
    """Of the limit that is nearest or farthest exceeded."""
    by_time = TOO_FAST_TIME_S / true.drop_time_10_90_s
    return by_time if true.free_fall_fraction is None else max(by_time, true.free_fall_fraction / TOO_FAST_FRACTION)


def _jarring_share(true: TrueRep) -> float:
    jolt = max(true.landing_jolt_g / JARRING_G, true.landing_decel_dps2 / JARRING_DPS2)
    return min(jolt, true.landing_loss_dps / JARRING_LOSS_DPS)


def figures(sessions: Iterable[Session]) -> Figures:
    total = Figures()
    for session in sessions:
        total.add(session)
    return total
