"""Simulated people, coached: what they hear against what they really did, packet by packet."""

from functools import cache
from statistics import median

import pytest

from sensorcoach.coach import Coach
from sensorcoach.devices import profile_named
from sensorcoach.model import Control, Cue
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from sensorcoach.simulator import SessionPlan, simulate
from sensorcoach.simulator.plan import ImuPlan, RadioPlan, RepPlan, RestPlan
from sensorcoach.sources.simulated import session_header, simulated_packets

LANDING_S, LANDING_MEDIAN_S, COUNT_S = 0.45, 0.35, 0.5
"""From the event itself to the cue (issue 6), with packets of at most 80 ms."""
ARMED_S = 2.5
SIDES = ("left", "right", "left", "right")


def rep(side, **more):
    return RepPlan(**{"side": side, "range_deg": 45.0, "drop_s": 1.8, "hold_s": 4.6, "pause_s": 2.0, **more})


PLANS = {
    "good": [
        *(rep(side) for side in SIDES[:2]),
        *(rep(side, range_deg=52.0, style="gravity_led", drop_s=2.2) for side in SIDES[2:]),
    ],
    "dropped": [rep(side, range_deg=60.0, style="let_go", surface="mat") for side in SIDES],
    "thumps": [rep(side, style="thump", surface="mat", landing_dps=80.0) for side in SIDES],
    "one_thump": [rep("left"), rep("right", style="thump", surface="mat", landing_dps=70.0), rep("left"), rep("right")],
}


@cache
def coached(kind) -> tuple[tuple, tuple[tuple[float, Cue], ...]]:
    """The truth, and each cue with the arrival of the packet that gave it."""
    simulation = simulate(
        SessionPlan(
            name="coached",
            seed=3,
            items=(RestPlan(duration_s=3.0), *PLANS[kind]),
            imu=ImuPlan(rate_hz=104.0),
            radio=RadioPlan(samples_each=8),
        )
    )
    header = session_header(simulation)
    pipeline = Pipeline(profile_named(header.profile), header.device, simulation.mounting, Settings(), live=True)
    coach = Coach(Settings())
    heard = []
    for item in guided(simulated_packets(simulation)):
        cues = coach.push(pipeline.push(item)) + coach.advance(item.t_s)
        heard += [(item.t_s, cue) for cue in cues]
    return simulation.truth, tuple(heard)


def guided(packets):
    """With what a guide says of who lies still at first."""
    yield Control(0.0, "pause", "guide")
    armed = False
    for packet in packets:
        if not armed and packet.t_s > ARMED_S:
            armed = True
            yield Control(packet.t_s, "arm", "still")
        yield packet


def of_kind(kind, cue_kind):
    return [(now_s, cue) for now_s, cue in coached(kind)[1] if cue.kind == cue_kind]


@pytest.mark.parametrize("kind", PLANS)
def test_each_landing_sounds_once_and_in_time(kind):
    truth = coached(kind)[0]
    late_s = [now_s - true.drop_end_s for (now_s, _), true in zip(of_kind(kind, "landing"), truth, strict=True)]
    assert max(late_s) <= LANDING_S
    assert median(late_s) <= LANDING_MEDIAN_S + 0.05
    assert min(late_s) > 0.0


@pytest.mark.parametrize("kind", PLANS)
def test_the_pitch_is_that_of_the_landing(kind):
    hard = [
        any(true.levels.get(code) in ("warn", "severe") for code in ("jarring", "abrupt_landing"))
        for true in coached(kind)[0]
    ]
    assert [cue.phrase == "landing_hard" for _, cue in of_kind(kind, "landing")] == hard


@pytest.mark.parametrize("kind", PLANS)
def test_each_repetition_is_counted_in_time(kind):
    truth = coached(kind)[0]
    said = of_kind(kind, "count")
    assert [dict(cue.values)["side"] for _, cue in said] == [true.side for true in truth]
    assert [dict(cue.values)["number"] for _, cue in said] == [1, 1, 2, 2]
    assert max(now_s - cue.t_s for now_s, cue in said) <= COUNT_S


@pytest.mark.parametrize("kind", ["good", "one_thump"])
def test_nothing_is_corrected_where_nothing_keeps_showing(kind):
    assert of_kind(kind, "correction") == []


def test_a_severe_drop_is_told_within_the_time_of_a_landing_tone():
    truth, _ = coached("dropped")
    assert all(true.levels["too_fast"] == "severe" for true in truth)
    said = of_kind("dropped", "correction")
    assert [cue.level for _, cue in said] == ["severe"] * 4
    assert all(now_s - true.drop_end_s <= LANDING_S for (now_s, _), true in zip(said, truth, strict=True))


def test_a_thump_that_is_not_severe_is_told_from_the_second_on():
    truth, _ = coached("thumps")
    assert all(true.levels["jarring"] == "warn" for true in truth)
    assert [(cue.phrase, cue.rep) for _, cue in of_kind("thumps", "correction")] == [
        ("jarring", 2),
        ("jarring", 3),
        ("jarring", 4),
    ]


def test_the_hold_ends_with_a_tick():
    truth, _ = coached("good")
    ticks = [cue.t_s - true.drop_end_s for (_, cue), true in zip(of_kind("good", "tick"), truth, strict=True)]
    assert ticks == pytest.approx([4.0] * 4, abs=0.1)
