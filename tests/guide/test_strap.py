"""What the guide says of how the sensor sits: when it is wrong, and not when it is right."""

import msgspec
import pytest
from guided import LIE, NO_TARGET, go, rep, simulated

from sensorcoach.model import Mounting, StageChanged
from sensorcoach.settings import Settings
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.simulator.plan import MountPlan, RestPlan, StrapPlan

SOON = Settings(guide=msgspec.structs.replace(Settings().guide, posture_s=5.0))
LONG = RestPlan(duration_s=8.0)


def test_a_sensor_upside_down_is_told_and_does_not_arm():
    simulation = simulated(LONG)
    assert simulation.mounting.up_leg == "-y"
    guided = go(simulation, settings=SOON, mounting=Mounting(up_leg="y"))
    assert guided.notices == ["upside_down"]
    assert guided.path == ["wear"]
    last = [one for one in guided.told if isinstance(one, StageChanged)][-1]
    assert (last.stage, last.reason) == ("wear", "upside_down"), "it stands as long as it is so"


def test_a_sensor_on_the_shank_is_told_where_the_thigh_was_meant():
    """In crook lying the told axis points up to the knee."""
    simulation = simulated(LONG, mount=MountPlan(segment="shank", up_leg="x"))
    guided = go(simulation, settings=SOON, mounting=Mounting(segment="thigh", up_leg="x"))
    assert guided.notices in (["wrong_segment"], ["upside_down"])
    assert guided.path == ["wear"]


def test_a_sensor_on_the_thigh_is_told_where_the_shank_was_meant():
    simulation = simulated(RestPlan(duration_s=13.0), mount=MountPlan(up_leg="x"))
    guided = go(simulation, settings=SOON, mounting=Mounting(segment="shank", up_leg="x", front="z"))
    assert guided.notices == ["wrong_segment"]


def test_who_lies_with_straight_legs_is_told_how_to_lie():
    """The thigh is level then: the told axis turned by a right angle."""
    guided = go(simulated(LONG), settings=SOON, mounting=Mounting(up_leg=across()))
    assert guided.notices == ["not_in_posture"]


def across():
    """An axis of the simulated sensor that lies level in crook lying."""
    simulation = simulated(LONG)
    rest = simulation.acc[:200].mean(axis=0)
    level = min(range(3), key=lambda axis: abs(rest[axis]))
    return "xyz"[level]


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ({"acc_range_g": 2, "gyr_range_dps": 250}, ["range", "range"]),
        ({"acc_range_g": 4, "gyr_range_dps": 500.0}, []),
        ({"acc_range_g": 8, "gyr_range_dps": 245}, ["range"]),
        ({"acc_range_g": None, "gyr_range_dps": "wide"}, []),
    ],
)
def test_ranges_that_clip_are_told_on_arming(device, told):
    assert go(simulated(LIE, LONG), device=device).notices == told


@pytest.mark.parametrize("name", ["thumps", "rocking", "accelerometer_only", "distractors_only"])
def test_a_sensor_worn_as_told_is_never_complained_of(name):
    """Straps up to 6° off the leg's axis; the harder ones of all `SCENARIOS`."""
    guided = go(simulate(short(SCENARIOS[name](3))), settings=NO_TARGET)
    assert guided.notices == []


def test_a_loose_strap_is_told_after_two_landings():
    plan = short(SCENARIOS["thumps"](2))
    loose = msgspec.structs.replace(plan, strap=StrapPlan(ringing_hz=6.0, ringing_damping=0.08, ringing_share=0.5))
    assert go(simulate(loose), settings=NO_TARGET).notices == ["loose"]
    assert go(simulate(plan), settings=NO_TARGET).notices == []


def short(plan):
    return msgspec.structs.replace(plan, items=plan.items[:6])


def test_the_check_can_fail():
    assert go(simulated(LIE, rep("left")), device={"acc_range_g": 1}).notices == ["range"]
