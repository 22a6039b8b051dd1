"""Lying leg raises with a sensor at the knee (UCI physical therapy, 25 Hz): none is a knee drop."""

import pytest

from sensorcoach import Arrays, analyze
from sensorcoach.model import Mounting
from tests.benchmarks.real_files import DATA, LEG_RAISES, leg_raises

pytestmark = pytest.mark.skipif(not (DATA / "uci-pt").exists(), reason="../shared/data/uci-pt are not here")


@pytest.mark.parametrize("exercise", LEG_RAISES)
@pytest.mark.parametrize("up_leg", ["x", "-x"])
def test_with_the_axis_told_no_leg_raise_counts(exercise, up_leg):
    """The sensor's x axis lies along the leg; which way up does not matter, the leg is straight."""
    assert analyze(Arrays(*leg_raises(exercise)), mounting=Mounting(up_leg=up_leg)).summary.reps == 0


@pytest.mark.parametrize("exercise", LEG_RAISES)
def test_without_it_nothing_is_confirmed(exercise):
    summary = analyze(Arrays(*leg_raises(exercise))).summary
    assert not summary.axis_confirmed
    assert summary.left == summary.right == 0
