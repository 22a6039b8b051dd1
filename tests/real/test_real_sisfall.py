"""Lying on the back, rolling to the side and back (SisFall D14), and falls: a waist sensor, no axis told."""

import pytest

from sensorcoach import Arrays, analyze
from tests.benchmarks.real_files import sisfall, sisfall_arrays

pytestmark = pytest.mark.skipif(not sisfall("*"), reason="../shared/data/sisfall are not here")


@pytest.mark.parametrize("path", sisfall("D14_*"), ids=lambda path: path.stem)
def test_one_roll_to_the_side_and_back_is_one_unconfirmed_repetition(path):
    summary = analyze(Arrays(*sisfall_arrays(path))).summary
    assert (summary.reps, summary.unknown, summary.axis_confirmed) == (1, 1, False)


@pytest.mark.parametrize("path", sisfall("F*"), ids=lambda path: path.stem)
def test_a_fall_is_none(path):
    assert analyze(Arrays(*sisfall_arrays(path))).summary.reps == 0


@pytest.mark.parametrize("path", sisfall("*"), ids=lambda path: path.stem)
def test_the_accelerometer_alone_confirms_nothing(path):
    """What it counts of a fall or of fidgeting (2 of 35 files) is at least said to be uncertain."""
    t_s, acc, _ = sisfall_arrays(path)
    summary = analyze(Arrays(t_s, acc)).summary
    assert not summary.axis_confirmed
    assert summary.reps <= 2
