"""A double tap on the sensor pauses and goes on; nothing else does. Real taps from BROAD, real falls from SisFall."""

import numpy as np
import pytest
from guided import LIE, NO_TARGET, go, rep, simulated, tapped
from scipy.signal import butter, sosfiltfilt

from sensorcoach.devices import profile_named
from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.dsp.tilt import GyroscopeTilt
from sensorcoach.guide.looks import Looks
from sensorcoach.guide.taps import DoubleTap
from sensorcoach.importers import recording_of_arrays
from sensorcoach.model import STANDARD_GRAVITY, Mounting
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings, TapSettings
from sensorcoach.simulator.plan import RestPlan
from sensorcoach.sources.simulated import session_time_s
from tests.benchmarks.real_files import DATA, broad, sisfall, sisfall_arrays

FINE_HZ = 2000.0


def double_taps_s(t_s, acc, gyr=None):
    motion = []
    recording = recording_of_arrays(t_s, acc, gyr)
    profile = profile_named(recording.profile)
    pipeline = Pipeline(profile, {}, Mounting(), Settings(), on_motion=motion.append)
    pipeline.push_all(recording.items)
    pipeline.flush()
    looks, taps = Looks(pipeline.rate_hz), DoubleTap(pipeline.rate_hz, TapSettings())
    return [look.t_s for block in motion for look in looks.push(block) if taps.see(look)]


# --- in a session -----------------------------------------------------------------------------------------------------

LONG = RestPlan(duration_s=8.0)


def test_two_taps_pause_and_two_go_on():
    simulation = simulated(LIE, rep("left"), LONG, rep("right"), LONG, rep("left"))
    between_s = [one.return_end_s + 3.0 for one in simulation.truth]
    touched = tapped(simulation, between_s[0], between_s[0] + 0.25, between_s[1], between_s[1] + 0.3)
    guided = go(touched, settings=NO_TARGET)
    assert guided.path[-3:] == ["armed", "paused", "armed"]
    assert [one.reason for one in guided.stages[-2:]] == ["double_tap", "double_tap"]
    assert [rep.side for rep in guided.result.reps] == ["left", "left"]
    told_s = guided.stages[-2].t_s - session_time_s(simulation, between_s[0])
    assert 0.25 < told_s < 1.0


@pytest.mark.parametrize(
    "after_s", [(0.0,), (0.0, 0.8), (0.0, 0.2, 0.4), (0.0, 0.05)], ids=["one", "two slow", "three", "ringing"]
)
def test_other_knocks_pause_nothing(after_s):
    simulation = simulated(LIE, LONG)
    guided = go(tapped(simulation, *(6.0 + one for one in after_s)), settings=NO_TARGET)
    assert guided.path[-1] == "armed"


def test_a_tap_on_a_moving_leg_pauses_nothing():
    simulation = simulated(LIE, rep("left", drop_s=3.0))
    middle_s = simulation.truth[0].drop_start_s + 1.4
    guided = go(tapped(simulation, middle_s, middle_s + 0.25), settings=NO_TARGET)
    assert guided.path[-1] == "armed"


def test_hard_landings_never_pause():
    """Each with a second thump 0.25 s later, as of the other leg."""
    reps = [
        rep(side, style="thump", surface=on, landing_dps=90.0) for on in ("mat", "floor") for side in ("left", "right")
    ]
    simulation = simulated(LIE, *reps)
    landings_s = [one.drop_end_s for one in simulation.truth]
    again = tapped(simulation, *(one + 0.25 for one in landings_s))
    for session in (simulation, again):
        guided = go(session, settings=NO_TARGET)
        assert guided.path[-1] == "armed"
        assert guided.result.summary.reps == 4
    assert max(rep.landing_jolt_g for rep in guided.result.reps) > 3.0


# --- real knocks ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_taps():
    """Dynamic acceleration (n, 3) m/s² at `FINE_HZ` about each of the 22 taps on BROAD's board, 0.02 s in."""
    if not (DATA / "broad" / "24_disturbed_tapping_A.mat").exists():
        pytest.skip("real recordings (../shared/data/broad) are not beside this checkout")
    board = broad("24_disturbed_tapping_A")
    up, _ = GyroscopeTilt(board.rate_hz).push(board.acc, board.gyr)
    dynamic = board.acc - STANDARD_GRAVITY * up
    t_s = np.arange(len(dynamic)) / board.rate_hz
    size = np.linalg.norm(dynamic, axis=1)
    knocks = [one for one in KnockDetector(board.rate_hz).push(t_s, size, np.zeros(len(t_s), bool)) if one.peak > 30.0]
    grid_s = np.arange(-0.02, 0.06, 1.0 / FINE_HZ)
    return [np.column_stack([np.interp(one.t_s + grid_s, t_s, axis) for axis in dynamic.T]) for one in knocks]


def lying(taps, at_s, rate_hz, duration_s=6.0):
    """A leg at rest with real taps on it, as a chip of this rate shows them."""
    fine = np.zeros((round(duration_s * FINE_HZ), 3))
    for tap, one_s in zip(taps, at_s, strict=True):
        start = round(one_s * FINE_HZ)
        fine[start : start + len(tap)] += tap
    chip = butter(2, 0.45 * rate_hz, fs=FINE_HZ, output="sos")
    seen = sosfiltfilt(chip, fine, axis=0)[:: round(FINE_HZ / rate_hz)]
    noise = np.random.default_rng(1).normal(scale=0.03, size=seen.shape)
    tilted = STANDARD_GRAVITY * np.array([-0.79, 0.0, 0.61])
    return np.arange(len(seen)) / rate_hz, tilted + seen + noise


@pytest.mark.parametrize(("rate_hz", "least"), [(200.0, 21), (100.0, 16)])
def test_pairs_of_real_taps_are_double_taps(real_taps, rate_hz, least):
    """Each of the 22 with the next one; at 100 Hz the lightest hardly show."""
    found = 0
    for one, other in zip(real_taps, real_taps[1:] + real_taps[:1], strict=True):
        t_s, acc = lying([one, other], [3.0, 3.24], rate_hz)
        found += len(double_taps_s(t_s, acc, np.zeros_like(acc))) == 1
    assert found >= least


def test_single_real_taps_are_none(real_taps):
    for tap in real_taps[::3]:
        t_s, acc = lying([tap], [3.0], 100.0)
        assert double_taps_s(t_s, acc, np.zeros_like(acc)) == []


@pytest.mark.parametrize("path", sisfall("F*")[::6], ids=lambda path: path.stem)
def test_a_fall_is_none(path):
    """All 35 files and the 30 of MEx, with and without gyroscope, hold none; a few of the worst here."""
    assert double_taps_s(*sisfall_arrays(path)) == []
