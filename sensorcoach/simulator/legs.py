"""Both bent legs as a driven, damped, inverted pendulum about the body's long axis.

State: roll angle φ (rad, + = the person's left) and its speed. Per unit of inertia:

    φ'' = g/L·sin φ - k/I·φ - c/I·φ' + muscle + contact + tremor

The muscle follows a course by inverse dynamics plus spring-like feedback, with a limit; or it lets go and only resists
with a viscous brake (0 = free fall). Integrated at 1 kHz by velocity Verlet, which keeps the energy of a frictionless
fall. What comes out, not what was wanted, is the truth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import lfilter

from sensorcoach.model import STANDARD_GRAVITY, Floats
from sensorcoach.simulator.contact import EXPONENT, Contact
from sensorcoach.simulator.courses import STEP_S, Course, stay, steps
from sensorcoach.simulator.person import Person

FEEDBACK_HZ = 2.2
"""Bandwidth of the muscle's feedback: voluntary tracking lies at 1-3 Hz."""
FEEDBACK_DAMPING = 0.9
MOVING_NOISE_PER_RADPS = 1.5
"""Muscle noise grows with what the muscle does (Harris and Wolpert 1998): 2-3 % of the speed of a controlled drop."""
FELT_RADPS = 0.2
"""Slower legs are taken for still when the next course is planned."""
STRONGEST_NM = 160.0
"""Hip and trunk rotators together; only pushed or suddenly caught movements come near."""


@dataclass(slots=True)
class Legs:
    """The moving legs: ``angle`` rad, ``speed`` rad/s, ``acceleration`` rad/s² now, and all angles so far."""

    person: Person
    rng: np.random.Generator
    angle: float = 0.0
    speed: float = 0.0
    acceleration: float = 0.0
    angles: list[float] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)

    def now(self) -> int:
        """Steps integrated so far."""
        return len(self.angles)

    def state(self) -> tuple[float, float, float]:
        """Angle, speed and acceleration."""
        return self.angle, self.speed, self.acceleration

    def intent(self) -> tuple[float, float, float]:
        """The state a new course is planned from: a person feels where the legs are and go, but not their tremor."""
        return self.angle, self.speed if abs(self.speed) > FELT_RADPS else 0.0, 0.0

    def follow(self, course: Course, contact: Contact | None = None, effort: float = 1.0) -> None:
        """Let the muscle follow a course; ``effort`` < 1 scales the whole muscle torque (a relaxed hold)."""
        person = self.person
        gravity = STANDARD_GRAVITY / person.pendulum_m
        stiffness = person.trunk_stiffness_nm_per_rad / person.inertia_kgm2
        damping = person.trunk_damping_nms_per_rad / person.inertia_kgm2
        feedforward = (
            course.acceleration - gravity * np.sin(course.angle) + stiffness * course.angle + damping * course.speed
        )
        if contact is not None:
            # The muscle knows the surface: it gives the weight over to it, and takes it back, without a jump.
            depth = np.maximum(np.abs(course.angle) - contact.angle_rad, 0.0)
            feedforward += np.sign(course.angle) * contact.stiffness * depth**EXPONENT
        self._integrate(course, feedforward, contact, effort, 0.0, math.inf)

    def let_go(self, brake: float, longest_s: float, until_rad: float, contact: Contact | None = None) -> None:
        """The muscle only resists like syrup (``brake`` 1/s, 0 = free fall), until |angle| passes ``until_rad``."""
        course = stay(0.0, longest_s)
        self._integrate(course, np.zeros(len(course.angle)), contact, 0.0, brake, until_rad)

    def stay(self, duration_s: float, contact: Contact | None = None, effort: float = 1.0) -> None:
        """Keep the present angle."""
        self.follow(stay(self.angle, duration_s), contact, effort)

    def _tremor(self, n: int) -> Floats:
        """Torque noise per inertia (n,) rad/s²: slow unrest and an 8-10 Hz tremor.

        Scaled so that legs kept still roll with `Person.tremor_dps` root mean square.
        """
        white = self.rng.standard_normal((2, n + 600))
        slow = lfilter([1.0], [1.0, -math.exp(-2 * math.pi * 1.5 * STEP_S)], white[0])[600:]
        pole = math.exp(-2 * math.pi * 1.5 * STEP_S)
        fast = lfilter([1.0], [1.0, -2 * pole * math.cos(2 * math.pi * 9.0 * STEP_S), pole**2], white[1])[600:]
        level = self.person.tremor_dps
        return np.asarray(level * (0.062 * slow + 0.0062 * fast))

    def _integrate(
        self,
        course: Course,
        feedforward: Floats,
        contact: Contact | None,
        effort: float,
        brake: float,
        until_rad: float,
    ) -> None:
        """The 1 kHz loop. Plain floats in local names: 90 s take about 0.1 s."""
        person = self.person
        gravity = STANDARD_GRAVITY / person.pendulum_m
        stiffness = person.trunk_stiffness_nm_per_rad / person.inertia_kgm2
        damping = person.trunk_damping_nms_per_rad / person.inertia_kgm2 + brake
        limit = STRONGEST_NM / person.inertia_kgm2
        pull = (2 * math.pi * FEEDBACK_HZ) ** 2 + gravity
        resist = 2 * FEEDBACK_DAMPING * 2 * math.pi * FEEDBACK_HZ
        touch, spring, loss = (
            (contact.angle_rad, contact.stiffness, contact.dissipation) if contact else (math.inf, 0.0, 0.0)
        )
        border = min(touch, until_rad)
        sin, half, step = math.sin, 0.5 * STEP_S, STEP_S
        angle, speed, acceleration = self.angle, self.speed, self.acceleration
        angles, speeds = [], []
        tremor = (self._tremor(len(feedforward)) * (1.0 + MOVING_NOISE_PER_RADPS * np.abs(course.speed))).tolist()
        wanted = zip(course.angle.tolist(), course.speed.tolist(), feedforward.tolist(), tremor, strict=True)
        for angle_wanted, speed_wanted, forward, noise in wanted:
            between = speed + half * acceleration
            angle += step * between
            # Velocity-dependent forces see the speed extrapolated to the full step: keeps the scheme second order.
            fast = between + half * acceleration
            muscle = forward + pull * (angle_wanted - angle) + resist * (speed_wanted - fast)
            muscle = limit if muscle > limit else -limit if muscle < -limit else muscle
            acceleration = gravity * sin(angle) - stiffness * angle - damping * fast + effort * muscle + noise
            if not -border < angle < border:
                side = 1.0 if angle > 0.0 else -1.0
                if side * angle >= until_rad:
                    speed = between + half * acceleration
                    angles.append(angle)
                    speeds.append(speed)
                    break
                depth = side * angle - touch
                force = spring * depth**EXPONENT * (1.0 + loss * side * fast)
                if force > 0.0:
                    acceleration -= side * force
            speed = between + half * acceleration
            angles.append(angle)
            speeds.append(speed)
        self.angle, self.speed, self.acceleration = angle, speed, acceleration
        self.angles += angles
        self.speeds += speeds


def free_fall(person: Person, start_deg: float, end_deg: float) -> Legs:
    """Legs let go at rest at ``start_deg`` without any muscle, until they pass ``end_deg``."""
    legs = Legs(person=person, rng=np.random.default_rng(0), angle=math.radians(start_deg))
    legs.acceleration = STANDARD_GRAVITY / person.pendulum_m * math.sin(legs.angle)
    legs.let_go(0.0, 5.0, math.radians(end_deg))
    return legs


__all__ = ["Legs", "free_fall", "steps"]
