"""Arming after the sensor was knocked: what a filter believes still settles then, though the leg lies still."""

from dataclasses import replace

import numpy as np
import pytest
from guided import NO_TARGET, TOLD, UNTOLD, go, other, rep, simulated

from sensorcoach.model import Control
from sensorcoach.simulator.plan import ImuPlan, RestPlan
from sensorcoach.sources.simulated import session_time_s

GYROSCOPE = pytest.mark.parametrize("gyroscope", [True, False], ids=["gyroscope", "accelerometer"])


def knocked(simulation, at_s, by_deg=15.0):
    """A knock at ``at_s`` has turned the sensor on the leg, faster than its gyroscope tells."""
    angle = np.radians(by_deg)
    turned = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    before = simulation.t_s < at_s
    acc, gyr = simulation.acc.copy(), None if simulation.gyr is None else simulation.gyr.copy()
    acc[before] = acc[before] @ turned.T
    if gyr is not None:
        gyr[before] = gyr[before] @ turned.T
    return replace(simulation, acc=acc, gyr=gyr)


def after_walking(rest_s, mount, gyroscope, sides, **more):
    """Walks, lies down, is knocked, rests for so long, and does knee drops."""
    reps = [rep(side, **more) for side in sides]
    imu = ImuPlan(gyroscope=gyroscope)
    done = simulated(other("walking"), RestPlan(duration_s=rest_s), *reps, mount=mount, imu=imu, samples_each=32)
    return knocked(done, done.truth[0].drop_start_s - rest_s)


def true_sides(simulation, reps):
    """Of each repetition found, the side of the true one it lies in."""
    truth = [(session_time_s(simulation, one.drop_end_s), one.side) for one in simulation.truth]
    return [side for one in reps for t_s, side in truth if one.drop_start_s < t_s < one.return_end_s]


def asked_s(guided):
    return [one.t_s for one in guided.told if isinstance(one, Control) and one.action == "calibrate"]


@GYROSCOPE
@pytest.mark.parametrize("rest_s", [4.0, 6.0])
def test_a_told_leg_arms_while_it_rests(rest_s, gyroscope):
    sides = ["left", "right", "left", "right"]
    simulation = after_walking(rest_s, TOLD, gyroscope, sides)
    guided = go(simulation, settings=NO_TARGET)
    assert guided.stage("armed").t_s < session_time_s(simulation, simulation.truth[0].drop_start_s)
    assert [one.side for one in guided.result.reps] == sides
    assert not any(one.dated_back for one in guided.result.reps)


@GYROSCOPE
@pytest.mark.parametrize("rest_s", [4.0, 6.0])
def test_the_side_is_asked_for_while_it_rests(rest_s, gyroscope):
    simulation = after_walking(rest_s, UNTOLD, gyroscope, ["left", "right", "left", "right"])
    guided = go(simulation, settings=NO_TARGET)
    assert [one < session_time_s(simulation, simulation.truth[0].drop_start_s) for one in asked_s(guided)] == [True]
    assert [one.side for one in guided.result.reps] == ["right", "left", "right"]


@GYROSCOPE
@pytest.mark.parametrize("sides", [["left", "left", "right", "right", "left"], ["right", "left", "right", "left"]])
def test_who_begins_before_being_asked_never_has_the_sides_swapped(sides, gyroscope):
    """The first stay long enough is a hold: going home from it is no answer, nor is what comes after it."""
    simulation = after_walking(2.0, UNTOLD, gyroscope, sides, hold_s=5.0)
    guided = go(simulation, settings=NO_TARGET)
    assert guided.path.count("side") == 1, "in later holds nobody is asked again"
    assert guided.result.reps == ()


@pytest.mark.parametrize("sides", [["left", "left"], ["right", "left"]])
@pytest.mark.parametrize("hold_s", [5.0, 14.0])
def test_who_began_too_early_is_asked_again_in_the_next_long_rest(sides, hold_s):
    early = [rep(side, hold_s=hold_s) for side in sides]
    plan = [other("heel_slide"), *early, RestPlan(duration_s=12.0), rep("left"), rep("right"), rep("left")]
    simulation = simulated(*plan, mount=UNTOLD)
    guided = go(simulation, settings=NO_TARGET)
    assert [one.side for one in guided.result.reps] == ["right", "left"]
    assert true_sides(simulation, guided.result.reps) == ["right", "left"]
