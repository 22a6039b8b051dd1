"""What was put on the air comes out of the decoder: the simulator's own arrays are the truth."""

import msgspec
import numpy as np
import pytest

from sensorcoach.devices import PROFILES
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.importers import open_recording
from sensorcoach.settings import SignalSettings
from sensorcoach.simulator import SCENARIOS, simulate
from sensorcoach.simulator.plan import RadioPlan
from sensorcoach.sources.simulated import session_time_s, simulated_packets, write_simulated


def plan(gyroscope=True, **radio):
    base = SCENARIOS["good"](3)
    imu = msgspec.structs.replace(base.imu, gyroscope=gyroscope, clock_error=0.01)
    return msgspec.structs.replace(base, items=base.items[:4], imu=imu, radio=RadioPlan(**radio))


def decoded(simulation):
    profile = PROFILES["open"]
    return profile.decode_all(profile.initial({}), list(simulated_packets(simulation)))


@pytest.mark.parametrize("gyroscope", [True, False])
def test_all_samples_come_through_a_clean_link(gyroscope):
    simulation = simulate(plan(gyroscope))
    _, got = decoded(simulation)
    np.testing.assert_allclose(got.acc, simulation.acc, atol=1e-9)
    np.testing.assert_array_equal(got.clipped, simulation.clipped)
    if gyroscope:
        np.testing.assert_allclose(got.gyr, simulation.gyr, atol=1e-9)
    else:
        assert got.gyr is None
    # At first on the sensor's clock, to the microsecond of its stamps and the rounding of its period.
    first = simulation.t_device_s < 3.5
    np.testing.assert_allclose((got.t_s - got.t_s[0])[first], simulation.t_device_s[first], atol=5e-6)


def test_lost_notifications_are_holes_repeated_ones_dropped_late_ones_in_place():
    simulation = simulate(plan(samples_each=5, lost=(40, 41), repeated=(10, 60), late=(80,)))
    state, got = decoded(simulation)
    timeline = Timeline(SignalSettings())
    blocks = [timeline.push(got), timeline.flush()]
    t_s = np.concatenate([block.t_s for block in blocks if block is not None])
    filled = np.concatenate([block.filled for block in blocks if block is not None])
    assert state.duplicated == 10
    assert np.flatnonzero(filled).tolist() == list(range(200, 210))
    assert timeline.counts.lost == 10
    assert len(t_s) == len(simulation.t_s)
    # Losses and lateness move no sample: all steps stay those of the sensor, but for the slow steering of its clock.
    np.testing.assert_allclose(np.diff(t_s), 1 / simulation.rate_hz, rtol=0.04)


def test_true_times_are_found_again_in_the_session():
    """The sensor's clock is 1 % wrong: 0.45 s by the end of this session, were it believed."""
    simulation = simulate(plan(delay_s=0.05, jitter_s=0.02))
    _, got = decoded(simulation)
    error_s = got.t_s - [session_time_s(simulation, float(t)) for t in simulation.t_s]
    assert abs(error_s).max() < 0.1
    assert abs(error_s[simulation.t_s > 20]).max() < 0.02


def test_the_file_says_that_it_is_simulated(tmp_path):
    simulation = simulate(plan())
    path = tmp_path / "s.jsonl"
    write_simulated(path, simulation)
    recording = open_recording(path)
    assert recording.simulated
    assert recording.start is None
    assert recording.mounting == simulation.mounting
    assert list(recording.items) == list(simulated_packets(simulation))
