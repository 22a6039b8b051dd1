"""Some minutes of the hour that ``python -m tests.ble.hour`` streams in full: nothing lost, the count exact."""

from pathlib import Path

import pytest

from tests.ble.hour import hour


@pytest.mark.parametrize(("kind", "minutes"), [("open", 8.0), ("witmotion", 3.0)])
def test_r01_a_long_session_loses_nothing_and_counts_exactly(tmp_path: Path, kind: str, minutes: float) -> None:
    """R1, R13, R15: the own format across a wrap of clock and number; for WitMotion the loss is an estimate, of 0.

    The session looks into its mailbox once a second only: it gets what waits, and all of it.
    """
    figures = hour(kind, minutes, tmp_path, take_every_s=1.0)
    assert (figures.lost, figures.duplicated, figures.undecodable, figures.gaps, figures.interruptions) == (0,) * 5
    assert figures.reps == figures.true_reps
    assert figures.differs_when_analysed == []
    assert figures.notifications >= minutes * 60 * 20
    assert figures.grown_mb < 20
