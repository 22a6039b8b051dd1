"""Other things people do between repetitions: posture by posture, joined by minimum-jerk movements.

Each function gives what it adds to lying with bent knees; it begins and ends there. They are not solved from muscle
torques: what matters is where gravity goes, how fast, and which knocks come with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sensorcoach.model import Floats
from sensorcoach.simulator.courses import STEP_S, steps
from sensorcoach.simulator.person import Person
from sensorcoach.simulator.plan import OtherPlan

THIGH_M = 0.42
KNOCK_MPS2 = 15.0
"""What a heel strike gives to the knee, first and largest: 1-2 g in walking."""


@dataclass(slots=True)
class Added:
    """What a distractor adds to the posture.

    Angles (n,) rad, ``place`` (n, 3) m; ``tug`` turns only the sensor round the leg.
    """

    yaw: Floats
    roll: Floats
    thigh: Floats
    shank: Floats
    twist: Floats
    place: Floats
    tug: Floats


def nothing(n: int) -> Added:
    """No addition for ``n`` steps."""
    yaw, roll, thigh, shank, twist, tug = np.zeros((6, n))
    return Added(yaw=yaw, roll=roll, thigh=thigh, shank=shank, twist=twist, place=np.zeros((n, 3)), tug=tug)


def act(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Perform one distractor by name."""
    return ACTS[plan.what](plan, person, rng)


def _times(plan: OtherPlan) -> Floats:
    """Seconds since the distractor began (n,)."""
    return np.asarray(np.arange(steps(plan.duration_s)) * STEP_S)


def _moves(t: Floats, *stations: tuple[float, float, float]) -> Floats:
    """A value that starts at 0 and goes to ``value`` between ``from_s`` and ``to_s``, station by station."""
    out, now = np.zeros(len(t)), 0.0
    for from_s, to_s, value in stations:
        s = np.clip((t - from_s) / (to_s - from_s), 0.0, 1.0)
        out += (value - now) * s**3 * (10 - 15 * s + 6 * s**2)
        now = value
    return out


def _wave(t: Floats, from_s: float, to_s: float, frequency_hz: float, phase: float = 0.0) -> Floats:
    """A sine that fades in and out."""
    fade = _moves(t, (from_s, from_s + 0.4, 1.0), (to_s - 0.4, to_s, 0.0))
    return np.asarray(fade * np.sin(2 * np.pi * frequency_hz * (t - from_s) + phase))


def _sign(plan: OtherPlan) -> float:
    return 1.0 if plan.side == "left" else -1.0


def _deg(value: float) -> float:
    return math.radians(value)


def wobble(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """The knees wander a little from side to side: below 10°."""
    t = _times(plan)
    added = nothing(len(t))
    stations, now, side = [], 0.3, _sign(plan)
    while now + 3.4 < plan.duration_s:
        takes, size = rng.uniform(0.6, 1.5), _deg(min(rng.uniform(3.0, 8.0) * plan.size, 9.0))
        stations += [(now, now + takes, side * size), (now + takes + 0.1, now + 2 * takes, 0.0)]
        now += 2 * takes + rng.uniform(0.1, 1.0)
        side = -side if rng.random() < 0.6 else side
    added.roll = _moves(t, *stations)
    return added


def _bridged(person: Person, thigh: Floats) -> Floats:
    """Place (n, 3) that keeps the knee where it was while the thigh pitches by ``thigh``."""
    base = _deg(person.thigh_pitch_deg)
    up = THIGH_M * (math.sin(base) - np.sin(base + thigh))
    headward = THIGH_M * (np.cos(base + thigh) - math.cos(base))
    return np.column_stack([headward, np.zeros(len(thigh)), up])


def bridging(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """The pelvis goes up and down again, a few times."""
    t = _times(plan)
    added = nothing(len(t))
    stations, now = [], 0.4
    while now + 6.0 < plan.duration_s:
        up, keep = rng.uniform(0.9, 1.8), rng.uniform(0.3, 2.0)
        high = -_deg(rng.uniform(25.0, 42.0) * min(plan.size, 1.1))
        stations += [(now, now + up, high), (now + up + keep, now + 2 * up + keep, 0.0)]
        now += 2 * up + keep + rng.uniform(0.3, 1.0)
    added.thigh = _moves(t, *stations)
    added.shank = 0.25 * added.thigh
    added.place = _bridged(person, added.thigh)
    added.roll = 0.05 * added.thigh * rng.uniform(-1, 1)
    return added


def heel_slide(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """The heel slides out until the leg is nearly straight, and back."""
    t = _times(plan)
    added = nothing(len(t))
    out = _deg(person.thigh_pitch_deg - rng.uniform(8.0, 15.0)) * min(plan.size, 1.0)
    takes = 0.28 * plan.duration_s
    course = _moves(t, (0.3, 0.3 + takes, 1.0), (0.5 * plan.duration_s, 0.5 * plan.duration_s + takes, 0.0))
    added.thigh = -out * course
    added.shank = _deg(person.shank_pitch_deg - 10.0) * course
    added.roll = _deg(rng.uniform(-6.0, 6.0)) * course
    return added


def hugging_knee(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """One knee is pulled to the chest, rocked a little and put down."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    course = _moves(t, (0.3, 2.0, 1.0), (end - 2.2, end - 0.4, 0.0))
    added.thigh = _deg(rng.uniform(45.0, 65.0)) * course
    added.shank = _deg(rng.uniform(30.0, 60.0)) * course
    rocked = _deg(3.0) * plan.size * _wave(t, 2.0, end - 2.2, 0.4)
    added.roll = _sign(plan) * _deg(rng.uniform(2.0, 10.0)) * course + rocked
    return added


def straightening(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """The leg is stretched and lies flat for a while, then is drawn up again."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    course = _moves(t, (0.3, 2.1, 1.0), (end - 2.3, end - 0.4, 0.0))
    added.thigh = -_deg(person.thigh_pitch_deg - 2.0) * course
    added.shank = _deg(person.shank_pitch_deg - 2.0) * course
    added.roll = _sign(plan) * _deg(rng.uniform(5.0, 25.0)) * course
    return added


def scratching(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """A hand scratches near the sensor: quick little shakes."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s - 0.3
    rate = rng.uniform(3.0, 5.0)
    added.roll = _deg(1.5 * plan.size) * _wave(t, 0.3, end, rate)
    added.tug = _deg(2.0 * plan.size) * _wave(t, 0.3, end, rate, 1.0)
    added.thigh = _deg(1.0 * plan.size) * _wave(t, 0.3, end, rate, 2.0)
    return added


def strap_tug(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """The strap is pulled round the leg and springs back nearly where it was."""
    t = _times(plan)
    added = nothing(len(t))
    turn = _sign(plan) * _deg(rng.uniform(12.0, 30.0) * plan.size)
    added.tug = _moves(t, (0.3, 0.3 + rng.uniform(0.2, 0.6), turn), (1.1, 1.6, 0.6 * turn), (1.9, 2.3, 0.0))
    added.roll = 0.1 * added.tug
    return added


def turning_over(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Onto the side with outstretched legs, a while there, and back; then the knees are bent again."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    straight = _moves(t, (0.2, 1.8, 1.0), (end - 2.0, end - 0.4, 0.0))
    over = _sign(plan) * _deg(rng.uniform(75.0, 100.0) * plan.size)
    added.thigh = -_deg(person.thigh_pitch_deg - rng.uniform(0.0, 12.0)) * straight
    added.shank = _deg(person.shank_pitch_deg - rng.uniform(0.0, 12.0)) * straight
    added.roll = _moves(t, (1.8, 1.8 + rng.uniform(1.0, 2.0), over), (end - 4.2, end - 2.2, 0.0))
    return added


def turning_prone(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Right over toward the belly, knees slack, and back."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    slack = _moves(t, (0.2, 1.8, 1.0), (end - 2.0, end - 0.4, 0.0))
    over = _sign(plan) * _deg(rng.uniform(120.0, 170.0))
    added.thigh = -_deg(person.thigh_pitch_deg - rng.uniform(5.0, 25.0)) * slack
    added.shank = _deg(person.shank_pitch_deg - rng.uniform(5.0, 25.0)) * slack
    added.roll = _moves(t, (1.0, 1.0 + rng.uniform(1.5, 2.5), over), (end - 4.2, end - 2.0, 0.0))
    return added


def _upright(plan: OtherPlan, person: Person) -> tuple[Floats, Floats, Added, float]:
    """Sits up, stands up, and at the end lies down again; shares of sitting and standing, and when standing ends."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    sits = _moves(t, (0.3, 2.3, 1.0), (end - 2.8, end - 0.6, 0.0))
    stands = _moves(t, (3.0, 4.6, 1.0), (end - 5.2, end - 3.6, 0.0))
    added.thigh = -_deg(person.thigh_pitch_deg) * sits - _deg(90.0) * stands
    added.shank = -_deg(90.0 - person.shank_pitch_deg) * sits
    added.yaw = _deg(80.0) * sits
    added.place = np.column_stack([np.zeros(len(t)), np.zeros(len(t)), 0.4 * sits + 0.4 * stands])
    return t, stands, added, end - 5.4


def walking(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Gets up, walks about, lies down again."""
    t, _, added, until = _upright(plan, person)
    stride = rng.uniform(0.8, 1.0)
    _stride(added, t, 5.0, until, stride, _deg(22.0 * plan.size), _deg(4.0))
    added.yaw += _moves(t, (6.0, until - 0.5, _deg(180.0)), (until + 0.2, plan.duration_s, 0.0))
    return added


def stairs(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Gets up, climbs stairs, lies down again."""
    t, _, added, until = _upright(plan, person)
    step = rng.uniform(0.55, 0.75)
    lift = 0.5 * (1 - np.cos(2 * np.pi * step * np.maximum(t - 5.0, 0.0)))
    fade = _moves(t, (5.0, 5.4, 1.0), (until - 0.5, until, 0.0))
    _stride(added, t, 5.0, until, step, 0.0, _deg(5.0))
    added.thigh += _deg(60.0 * plan.size) * lift * fade
    added.shank += _deg(25.0) * lift * fade
    return added


def sitting(plan: OtherPlan, person: Person, rng: np.random.Generator) -> Added:
    """Sits up, gets up from sitting and sits down again several times, lies down."""
    t = _times(plan)
    added = nothing(len(t))
    end = plan.duration_s
    sits = _moves(t, (0.3, 2.3, 1.0), (end - 2.8, end - 0.6, 0.0))
    stations, now = [], 3.2
    while now + 9.8 < end:
        up, keep = rng.uniform(0.9, 1.8), rng.uniform(0.8, 3.0)
        stations += [(now, now + up, 1.0), (now + up + keep, now + 2 * up + keep, 0.0)]
        now += 2 * up + keep + rng.uniform(0.8, 2.5)
    stands = _moves(t, *stations)
    added.thigh = -_deg(person.thigh_pitch_deg) * sits - _deg(88.0) * stands
    added.shank = -_deg(90.0 - person.shank_pitch_deg) * sits + _deg(8.0) * stands
    added.yaw = _deg(80.0) * sits
    added.place = np.column_stack([np.zeros(len(t)), np.zeros(len(t)), 0.4 * sits + 0.35 * stands])
    added.roll = _deg(rng.uniform(-8.0, 8.0)) * stands
    return added


def _stride(added: Added, t: Floats, from_s: float, to_s: float, stride_hz: float, swing: float, sway: float) -> None:
    """Steps: the thigh swings, the body bobs, each own foot gives a knock (a damped 15 Hz ring of some mm)."""
    added.thigh += swing * _wave(t, from_s, to_s, stride_hz)
    added.shank += 1.2 * swing * _wave(t, from_s, to_s, stride_hz, -0.9)
    added.roll += sway * _wave(t, from_s, to_s, stride_hz, 0.7)
    added.place[:, 2] += 0.02 * _wave(t, from_s, to_s, 2 * stride_hz)
    for knock in np.arange(from_s + 0.6, to_s - 0.5, 1.0 / stride_hz):
        after = np.clip(t - knock, 0.0, 0.5)
        # t² start: the knock's acceleration begins at a finite value, its speed at 0.
        ring = np.exp(-60.0 * after) * np.cos(2 * np.pi * 15.0 * after)
        added.place[:, 2] += KNOCK_MPS2 / 2 * after**2 * ring


ACTS: dict[str, Callable[[OtherPlan, Person, np.random.Generator], Added]] = {
    "wobble": wobble,
    "bridging": bridging,
    "heel_slide": heel_slide,
    "hugging_knee": hugging_knee,
    "straightening": straightening,
    "scratching": scratching,
    "strap_tug": strap_tug,
    "turning_over": turning_over,
    "turning_prone": turning_prone,
    "walking": walking,
    "stairs": stairs,
    "sitting": sitting,
}

SHORTEST_S = {
    "wobble": 5.0,
    "bridging": 8.0,
    "heel_slide": 5.0,
    "hugging_knee": 7.0,
    "straightening": 7.0,
    "scratching": 2.0,
    "strap_tug": 3.0,
    "turning_over": 10.0,
    "turning_prone": 10.0,
    "walking": 20.0,
    "stairs": 20.0,
    "sitting": 22.0,
}
"""Each distractor needs at least so long."""
