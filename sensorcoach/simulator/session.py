"""From a plan to a simulated recording with its truth: the one place that orders the simulator's parts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from sensorcoach.model import Bools, Floats, Mounting
from sensorcoach.simulator.courses import STEP_S, stay, steps
from sensorcoach.simulator.distractors import Added, act, nothing
from sensorcoach.simulator.exercise import Performed, perform
from sensorcoach.simulator.imu import sense
from sensorcoach.simulator.legs import Legs
from sensorcoach.simulator.plan import OtherPlan, RepPlan, SessionPlan
from sensorcoach.simulator.pose import HIP_HEIGHT_M, Posture, rigid_motion
from sensorcoach.simulator.radio import Notification, notifications
from sensorcoach.simulator.strap import rung, sensor_from_leg, slip_angle, slipped, told_mounting
from sensorcoach.simulator.truth import TrueRep, true_motion, true_reps

TAIL_S = 1.5
"""The person lies still for so long after the last movement."""


@dataclass(frozen=True, slots=True)
class LegMotion:
    """The strapped segment as it really moved, at 1 kHz: ``t_s``, roll (+ left), its speed, pitch: all (m,)."""

    t_s: Floats
    roll_rad: Floats
    roll_rate_radps: Floats
    pitch_rad: Floats


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulated recording.

    ``t_s`` (n,) true sample times, s since the recording's start; ``t_device_s`` (n,) the same on the sensor's clock,
    which starts at 0 with the first sample; ``rate_hz`` what the sensor says; ``acc`` (n, 3) m/s² and ``gyr`` (n, 3)
    rad/s or None in sensor axes; ``clipped`` (n,); ``notifications`` in order of arrival; ``truth`` in order of time;
    ``mounting`` as the wearer would tell it; ``leg`` the motion behind; ``plan`` all that was asked for, JSON-able.
    """

    t_s: Floats
    t_device_s: Floats
    rate_hz: float
    acc: Floats
    gyr: Floats | None
    clipped: Bools
    notifications: tuple[Notification, ...]
    truth: tuple[TrueRep, ...]
    mounting: Mounting
    leg: LegMotion
    plan: dict[str, object]

    def device_time(self, t_s: float) -> float:
        """A true time (s since the recording's start) on the sensor's clock."""
        rate = (len(self.t_s) - 1) / (self.t_s[-1] - self.t_s[0])
        return float((t_s - self.t_s[0]) * rate / self.rate_hz)


def simulate(plan: SessionPlan) -> Simulation:
    """Let a simulated person do a session. Deterministic: the same plan gives the same arrays, bit for bit.

    Muscle, mounting, chip and radio draw from separate random streams: another rate or mounting sees the same movement.
    """
    muscle, whim, mount, chip, air = (np.random.default_rng([plan.seed, stream]) for stream in range(5))
    legs, performed, added = _live_through(plan, muscle, whim)
    posture, centre_pitch = _posture(plan, legs, added, whim)
    shank = plan.mount.segment == "shank"
    arm = (plan.mount.along_m - 0.42 if shank else -plan.mount.along_m, 0.0, plan.mount.out_m)
    base = 0.09 if shank else HIP_HEIGHT_M
    rigid = rigid_motion(posture, arm, base)
    first_s = plan.skip_s
    last_s = len(posture.roll) * STEP_S - plan.stop_early_s - 2 * STEP_S
    truth = true_reps(true_motion(rigid, centre_pitch), performed, first_s, last_s)

    turn = slip_angle(plan.strap, len(posture.roll)) + added.tug
    from_leg = sensor_from_leg(plan.mount, mount)
    gyr_strap = slipped(rigid.gyr_leg, turn)
    gyr_strap[:, 0] += np.gradient(turn, STEP_S)
    gyr = rung(gyr_strap, plan.strap) @ from_leg.T
    acc = rung(slipped(rigid.acc_leg, turn), plan.strap) @ from_leg.T
    sensed = sense(acc, gyr, first_s, last_s, plan.imu, chip)
    kept = slice(round(first_s / STEP_S), round(last_s / STEP_S))
    return Simulation(
        t_s=sensed.t_s,
        t_device_s=sensed.t_device_s,
        rate_hz=plan.imu.rate_hz,
        acc=sensed.acc,
        gyr=sensed.gyr,
        clipped=sensed.clipped,
        notifications=notifications(sensed.t_s, plan.radio, air),
        truth=truth,
        mounting=told_mounting(plan.mount, from_leg, next((rep.side for rep in truth if rep.complete), None)),
        leg=LegMotion(
            t_s=np.asarray(np.arange(kept.stop - kept.start) * STEP_S),
            roll_rad=posture.roll[kept],
            roll_rate_radps=np.gradient(posture.roll, STEP_S)[kept],
            pitch_rad=posture.pitch[kept],
        ),
        plan=msgspec.to_builtins(plan),
    )


def _live_through(
    plan: SessionPlan, muscle: np.random.Generator, whim: np.random.Generator
) -> tuple[Legs, list[Performed], Added]:
    """Do one item after the other; what distractors add is laid over the legs, which keep to the centre meanwhile."""
    legs = Legs(person=plan.person, rng=muscle)
    performed: list[Performed] = []
    pieces: list[Added] = []
    following: RepPlan | None = None
    for number, item in enumerate(plan.items):
        before = legs.now()
        if not isinstance(item, RepPlan):
            legs.follow(stay(0.0, item.duration_s))
        else:
            nxt = plan.items[number + 1] if number + 1 < len(plan.items) else None
            now = following if following is not None else item
            done, following = perform(legs, now, nxt if isinstance(nxt, RepPlan) else None)
            performed.append(done)
            following = following if now.through else None
        n = legs.now() - before
        pieces.append(act(item, plan.person, whim) if isinstance(item, OtherPlan) else nothing(n))
    legs.follow(stay(0.0, TAIL_S))
    pieces.append(nothing(steps(TAIL_S)))
    added = Added(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in Added.__slots__))
    return legs, performed, added


def _posture(plan: SessionPlan, legs: Legs, added: Added, whim: np.random.Generator) -> tuple[Posture, float]:
    """Posture of the strapped segment, and its pitch at the centre (rad)."""
    person = plan.person
    roll = np.asarray(legs.angles)
    n = len(roll)
    t = np.arange(n) * STEP_S
    thigh = plan.mount.segment == "thigh"
    centre = math.radians(person.thigh_pitch_deg if thigh else -person.shank_pitch_deg)
    depth = 1 - np.cos(roll)
    flexion = math.radians(person.flexion_deg) * 2.0 * depth * (1.0 if thigh else -0.7)
    phase = whim.uniform(0, 2 * math.pi, 3)
    # Feet and hips settle a little over a session: half a degree, over minutes.
    wander = math.radians(0.5) * (np.sin(2 * np.pi * t / 97.0 + phase[0]) - math.sin(phase[0]))
    breath = math.radians(0.15) * np.sin(2 * np.pi * t / 4.2 + phase[1])
    twist = math.radians(person.twist_deg) * np.sin(roll) / math.sin(math.radians(60.0))
    posture = Posture(
        yaw=added.yaw,
        roll=roll + added.roll,
        pitch=centre + flexion + wander + breath + (added.thigh if thigh else added.shank),
        twist=twist + added.twist,
        place=added.place,
    )
    return posture, centre
