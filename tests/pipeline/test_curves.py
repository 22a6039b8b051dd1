"""The curves of the live plots against the true roll of the simulated leg."""

import numpy as np
import pytest
from streams import KINDS, REST, mounting, new_pipeline, packets, plan_of, rep, rows_of, simulated

from sensorcoach.devices.rows import ROWS
from sensorcoach.kneedrop.tracker import KEPT_S
from sensorcoach.model import Control, Mounting, RepDone
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings
from sensorcoach.simulator import simulate

NEAR_DEG = 3.0
"""Tilt of the strap (4°) shows the cosine of it, and the filter some tenths."""


def walked(simulation, worn, said=(), size=40, *, live=False):
    """All curves block by block, with the pipeline and the repetitions."""
    traces = []
    pipeline = Pipeline(ROWS, {}, worn or Mounting(), Settings(), on_trace=traces.append, live=live)
    items = [*said, *packets(rows_of(simulation), [size])]
    events = [event for item in items for event in pipeline.push(item)] + pipeline.flush()
    return traces, pipeline, [event.rep for event in events if isinstance(event, RepDone)]


def joined(traces):
    return tuple(np.concatenate([getattr(one, name) for one in traces]) for name in ("t_s", "roll_deg", "speed_dps"))


def true_roll_deg(simulation, t_s):
    """Positive to the left; ``t_s`` on the device's clock."""
    leg = simulation.leg
    return np.interp(t_s + (simulation.t_s[0] - simulation.t_device_s[0]), leg.t_s, np.degrees(leg.roll_rad))


def test_where_left_is_told_the_curve_is_the_true_roll():
    traces, _, _ = walked(simulated("told"), mounting("told"))
    t_s, roll_deg, speed_dps = joined(traces)
    known = ~np.isnan(roll_deg)
    assert known[t_s > 3.0].all()
    truth_deg = true_roll_deg(simulated("told"), t_s)
    assert np.abs(roll_deg - truth_deg)[known].max() < NEAR_DEG
    assert np.corrcoef(speed_dps[known], np.gradient(truth_deg, t_s)[known])[0, 1] > 0.99


def test_every_sample_comes_once_and_nothing_is_known_before_a_centre_is():
    """Live; the recording begins in mid-movement."""
    traces, pipeline, _ = walked(simulated("swinging"), mounting("swinging"), size=4, live=True)
    t_s, roll_deg, speed_dps = joined(traces)
    assert len(t_s) == pipeline.counts.received
    assert (np.diff(t_s) > 0.0).all()
    known = int(np.isfinite(roll_deg).argmax())
    assert 2.0 < t_s[known] - t_s[0] < 15.0
    assert np.isfinite(roll_deg[known:]).all()
    assert (np.isnan(roll_deg) == np.isnan(speed_dps)).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_direction_one_is_the_left_where_a_drop_told_it_else_the_side_first_seen(side):
    simulation = simulate(plan_of(REST, rep(side), rep("left"), rep("right")))
    for said, sign in ([], 1.0 if side == "left" else -1.0), ([Control(0.0, "calibrate", side)], 1.0):
        traces, _, reps = walked(simulation, None, said)
        t_s, roll_deg, _ = joined(traces)
        learnt = t_s > reps[0].return_end_s + 1.5
        assert np.abs(sign * roll_deg - true_roll_deg(simulation, t_s))[learnt].max() < NEAR_DEG


def test_before_any_side_was_seen_the_curve_goes_up():
    traces, _, reps = walked(simulate(plan_of(REST, rep("right"), rep("left"))), None)
    t_s, roll_deg, _ = joined(traces)
    first = (t_s > reps[0].drop_start_s) & (t_s < reps[0].return_end_s)
    assert roll_deg[first].max() == pytest.approx(reps[0].range_deg, abs=1.0)


def test_what_is_asked_for_later_is_seen_as_it_is_known_then():
    _, pipeline, reps = walked(simulated("rest_start"), None)
    trace = pipeline.trace_since(reps[0].drop_start_s)
    assert trace.t_s[0] > reps[0].drop_start_s
    assert np.isfinite(trace.roll_deg).all()
    assert len(pipeline.trace_since(1e9).t_s) == 0
    assert len(new_pipeline().trace_since(0.0).t_s) == 0


def test_a_whole_file_at_once_forgets_no_curve():
    """Nearly ten minutes in one packet: more than the tracker remembers."""
    many = [rep(side, hold_s=10.0, pause_s=6.0) for side in ("left", "right") * 15]
    simulation = simulate(plan_of(REST, *many, imu=KINDS["rest_start"].imu.__class__(rate_hz=25.0)))
    traces, pipeline, _ = walked(simulation, None, size=10**6)
    assert sum(len(one.t_s) for one in traces) == pipeline.counts.received
    assert pipeline.last_t_s > 2.0 * KEPT_S
