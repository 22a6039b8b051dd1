"""Lying leg raises with a sensor at the knee (UCI physical therapy, 25 Hz): none is a knee drop."""

import numpy as np
import pytest

from sensorcoach import Arrays, analyze
from sensorcoach.model import Mounting
from tests.benchmarks.real_files import DATA

RATE_HZ = 25.0
KNEE = "u3"
EXERCISES = {"e3": "straight leg raise", "e4": "side-lying", "e5": "prone"}

pytestmark = pytest.mark.skipif(not (DATA / "uci-pt").exists(), reason="../shared/data/uci-pt are not here")


def recording(exercise):
    table = np.genfromtxt(DATA / "uci-pt" / "s1" / exercise / KNEE / "test.txt", delimiter=";", skip_header=1)
    return np.arange(len(table)) / RATE_HZ, table[:, 1:4], table[:, 4:7]


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("up_leg", ["x", "-x"])
def test_with_the_axis_told_no_leg_raise_counts(exercise, up_leg):
    """The sensor's x axis lies along the leg; which way up does not matter, the leg is straight."""
    assert analyze(Arrays(*recording(exercise)), mounting=Mounting(up_leg=up_leg)).summary.reps == 0


@pytest.mark.parametrize("exercise", EXERCISES)
def test_without_it_nothing_is_confirmed(exercise):
    summary = analyze(Arrays(*recording(exercise))).summary
    assert not summary.axis_confirmed
    assert summary.left == summary.right == 0
