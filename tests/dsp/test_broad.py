"""Tilt while moving and knocks, on real recordings with optical truth (BROAD, Laidig et al. 2021)."""

from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from sensorcoach.dsp.knocks import KnockDetector
from sensorcoach.dsp.tilt import GyroscopeTilt
from sensorcoach.model import STANDARD_GRAVITY

BROAD = Path(__file__).resolve().parents[3] / "shared" / "data" / "broad"


def trial(name):
    path = BROAD / f"{name}.mat"
    if not path.exists():
        pytest.skip("real recordings (../shared/data/broad) are not beside this checkout")
    return loadmat(path)


def tilt(recording):
    rate_hz = float(recording["sampling_rate"].item())
    up, _ = GyroscopeTilt(rate_hz).push(recording["imu_acc"], recording["imu_gyr"])
    return rate_hz, up


def optical_up(recording):
    """Third row of the rotation matrix sensor -> earth (ENU): earth's up in sensor axes."""
    w, x, y, z = recording["opt_quat"].T
    return np.column_stack([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z])


@pytest.mark.parametrize(
    ("name", "limit_deg"), [("02_undisturbed_slow_rotation_B", 0.6), ("21_undisturbed_fast_combined", 2.0)]
)
def test_inclination_while_moving(name, limit_deg):
    recording = trial(name)
    _, up = tilt(recording)
    cosine = np.clip(np.einsum("ij,ij->i", up, optical_up(recording)), -1.0, 1.0)
    moving = (recording["movement"][:, 0] > 0) & np.isfinite(cosine)
    assert moving.sum() > 30_000
    error_deg = np.degrees(np.arccos(cosine[moving]))
    assert np.sqrt(np.mean(error_deg**2)) <= limit_deg


def test_taps_on_the_board_are_found():
    recording = trial("24_disturbed_tapping_A")
    rate_hz, up = tilt(recording)
    dynamic = np.linalg.norm(recording["imu_acc"] - STANDARD_GRAVITY * up, axis=1)
    detector = KnockDetector(rate_hz)
    knocks = detector.push(np.arange(dynamic.size) / rate_hz, dynamic, np.zeros(dynamic.size, bool))
    knocks += detector.flush()
    assert abs(len(knocks) - 22) <= 1
    assert sum(knock.peak > 30.0 for knock in knocks) == 22


def test_fast_movement_without_contact_holds_no_knock():
    recording = trial("21_undisturbed_fast_combined")
    rate_hz, up = tilt(recording)
    dynamic = np.linalg.norm(recording["imu_acc"] - STANDARD_GRAVITY * up, axis=1)
    detector = KnockDetector(rate_hz)
    assert detector.push(np.arange(dynamic.size) / rate_hz, dynamic, np.zeros(dynamic.size, bool)) == []
