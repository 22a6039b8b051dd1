"""A person with a sensor, from physics, with exact truth: for the demo and for tests.

``simulate(SCENARIOS["good"](1))`` gives a `Simulation`; ``random_plan(seed)`` anything people and radios do.
"""

from __future__ import annotations

from sensorcoach.simulator.plan import SessionPlan, mirrored
from sensorcoach.simulator.radio import Notification
from sensorcoach.simulator.scenarios import SCENARIOS, random_plan
from sensorcoach.simulator.session import LegMotion, Simulation, simulate
from sensorcoach.simulator.truth import TrueRep

__all__ = [
    "SCENARIOS",
    "LegMotion",
    "Notification",
    "SessionPlan",
    "Simulation",
    "TrueRep",
    "mirrored",
    "random_plan",
    "simulate",
]
