"""A person doing the exercise: turns the repetitions of a plan into muscle work on the legs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec
import numpy as np

from sensorcoach.simulator.contact import Contact, contact_at_rest
from sensorcoach.simulator.courses import STEP_S, Course, gravity_led, joined, reach, shaken, stay
from sensorcoach.simulator.legs import Legs
from sensorcoach.simulator.plan import RepPlan

TIP_DEG = 3.0
"""A let-go drop is tipped over by this much: upright legs stand, however shakily."""
CATCH_SHARE = 0.72
"""Relaxed legs without a surface are caught by muscle and tissue from this share of the range on."""
RELAXED = 0.12
"""Share of the muscle torque left while the knee rests on something."""
BREATH_S = 4.2
BREATH_DEG = 0.8
"""Breathing rocks the held legs by about this much, peak to peak."""


@dataclass(frozen=True, slots=True)
class Performed:
    """When (steps) a repetition was meant to start, to have landed, to leave and to be back; the truth looks there."""

    rep: RepPlan
    start: int
    landed: int
    leave: int
    back: int


def perform(legs: Legs, rep: RepPlan, following: RepPlan | None) -> tuple[Performed, RepPlan | None]:
    """Drop, hold, return and pause.

    With ``through`` the return swings on toward the ``following`` repetition, which comes back with the time that is
    left for its drop.
    """
    side = 1.0 if rep.side == "left" else -1.0
    start = legs.now()
    contact = _surface(legs, rep)
    _drop(legs, rep, side, contact)
    landed = legs.now()
    _hold(legs, rep, contact)
    leave = legs.now()
    residual = math.radians(rep.residual_deg) * side
    if rep.through and following is not None and following.side != rep.side:
        left_s = _swing_to_centre(legs, rep, following, contact)
        following = msgspec.structs.replace(following, drop_s=left_s)
    else:
        legs.follow(reach(legs.intent(), (residual, 0.0, 0.0), rep.return_s), contact)
    back = legs.now()
    if rep.pause_s > 0 and not rep.through:
        legs.follow(stay(residual, rep.pause_s))
    return Performed(rep=rep, start=start, landed=landed, leave=leave, back=back), following


def _surface(legs: Legs, rep: RepPlan) -> Contact | None:
    return None if rep.surface is None else contact_at_rest(legs.person, rep.surface, rep.range_deg)


def _drop(legs: Legs, rep: RepPlan, side: float, contact: Contact | None) -> None:
    end = side * math.radians(rep.range_deg)
    if rep.style == "let_go":
        _fall(legs, rep, side, contact)
    elif rep.style == "thump":
        _thump(legs, rep, side, contact)
    else:
        legs.follow(_course(legs, rep, end), contact)


def _course(legs: Legs, rep: RepPlan, end: float) -> Course:
    """The wanted course of a drop that is steered all the way."""
    now, there = legs.intent(), (end, 0.0, 0.0)
    if rep.style == "gravity_led":
        return gravity_led(now, end, rep.drop_s, 0.66)
    if rep.style == "jerky":
        return shaken(reach(now, there, rep.drop_s), 0.75, 3.2)
    if rep.style == "carried":
        ramp = 0.3
        speed = (end - now[0]) / (rep.drop_s - ramp)
        going, slowing = (now[0] + speed * ramp / 2, speed, 0.0), (end - speed * ramp / 2, speed, 0.0)
        return joined(
            reach(now, going, ramp), reach(going, slowing, rep.drop_s - 2 * ramp), reach(slowing, there, ramp)
        )
    if rep.style in ("stop_and_go", "staged"):
        parts = rep.stops + 1
        here, courses = now, []
        for part in range(1, parts + 1):
            stop = (now[0] + (end - now[0]) * part / parts, 0.0, 0.0)
            courses.append(reach(here, stop, rep.drop_s / parts))
            if part < parts:
                courses.append(stay(stop[0], rep.stop_s))
            here = stop
        return joined(*courses)
    return reach(now, there, rep.drop_s)


def _fall(legs: Legs, rep: RepPlan, side: float, contact: Contact | None) -> None:
    """Tipped over, let go; then the surface stops the legs, or muscle and tissue catch them."""
    tip = side * math.radians(TIP_DEG)
    legs.follow(reach(legs.intent(), (tip, side * 0.25, side * 1.2), 0.35))
    if contact is not None:
        legs.let_go(rep.brake_per_s, 6.0, contact.angle_rad, contact)
        legs.follow(stay(side * math.radians(rep.range_deg), 0.6), contact, RELAXED)
        return
    legs.let_go(rep.brake_per_s, 6.0, math.radians(rep.range_deg) * CATCH_SHARE)
    remaining = abs(side * math.radians(rep.range_deg) - legs.angle)
    legs.follow(
        reach(legs.state(), (side * math.radians(rep.range_deg), 0.0, 0.0), 2.2 * remaining / max(abs(legs.speed), 0.2))
    )


def _thump(legs: Legs, rep: RepPlan, side: float, contact: Contact | None) -> None:
    """Steered onto the surface at a speed, then let go. Without a surface: a sudden stop by muscle."""
    touch = contact.angle_rad if contact is not None else math.radians(rep.range_deg)
    landing = math.radians(rep.landing_dps)
    # Not slower than a course whose speed only grows towards the end, or the legs would swing back first.
    longest = 2.2 * touch / landing
    legs.follow(reach(legs.intent(), (side * touch, side * landing, 0.0), min(rep.drop_s, longest)), contact)
    legs.follow(stay(side * math.radians(rep.range_deg), 0.6), contact, RELAXED if contact is not None else 1.0)


def _hold(legs: Legs, rep: RepPlan, contact: Contact | None) -> None:
    """Breathe and stay: a slow sway with the breath, less on a surface."""
    if rep.hold_s <= 0:
        return
    if contact is not None:
        legs.stay(rep.hold_s, contact, RELAXED)
        return
    still = stay(legs.angle, rep.hold_s)
    phase = 2 * np.pi / BREATH_S * STEP_S * np.arange(len(still.angle))
    sway = math.radians(BREATH_DEG) / 2 * (1 - np.cos(phase))
    legs.follow(Course(still.angle - math.copysign(1.0, legs.angle) * sway, still.speed, still.acceleration))


def _swing_to_centre(legs: Legs, rep: RepPlan, following: RepPlan, contact: Contact | None) -> float:
    """The first half of one smooth swing to the other side: through the centre at speed. Seconds left for the rest."""
    after = 1.0 if following.side == "left" else -1.0
    end = after * math.radians(following.range_deg)
    whole = reach(legs.intent(), (end, 0.0, 0.0), rep.return_s + following.drop_s)
    crossed = int((whole.angle * after >= 0.0).argmax())
    half = Course(whole.angle[:crossed], whole.speed[:crossed], whole.acceleration[:crossed])
    legs.follow(half, contact)
    return (len(whole.angle) - crossed) * STEP_S
