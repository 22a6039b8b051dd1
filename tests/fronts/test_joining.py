"""Several files as one session: order, time base, refusals."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from legs import G, rows, write_csv

from sensorcoach import analyze
from sensorcoach.errors import InputError

NOON = datetime(2026, 3, 1, 12, 0, 0)


def write_log(path: Path, table: np.ndarray, begins: datetime) -> Path:
    """The header-less form of accelerometer loggers: wall-clock stamp, then g."""
    lines = [
        f"{begins + timedelta(seconds=t_s)!s:.23},{','.join(f'{a / G:.5f}' for a in acc)}"
        for t_s, *acc in table[:, :4]
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_wall_clock_files_share_the_time_base_of_the_earliest(tmp_path: Path) -> None:
    late = write_log(tmp_path / "a.csv", rows("lr"), NOON + timedelta(minutes=5))
    early = write_log(tmp_path / "b.csv", rows("lr"), NOON)
    alone, together = analyze(early), analyze([late, early])
    assert together.start == alone.start
    assert [rep.direction for rep in together.reps] == [1, -1, 1, -1]
    expected_s = [rep.drop_start_s + 300.0 for rep in alone.reps]
    assert [rep.drop_start_s for rep in together.reps[2:]] == pytest.approx(expected_s, abs=0.1)
    assert [round(gap.end_s - gap.start_s) for gap in together.gaps] == [round(300 - alone.duration_s)]


def test_a_file_with_and_one_without_wall_clock_have_no_order(tmp_path: Path) -> None:
    stamped = write_log(tmp_path / "a.csv", rows("lr"), NOON)
    numbered = write_csv(tmp_path / "b.csv", rows("lr"))
    with pytest.raises(InputError, match="order is unknown"):
        analyze([stamped, numbered])


def test_files_of_different_sensors_are_not_joined(tmp_path: Path) -> None:
    recording = Path(__file__).resolve().parents[2] / "recordings" / "good.jsonl.gz"
    with pytest.raises(InputError, match="different kinds of sensor"):
        analyze([recording, write_csv(tmp_path / "b.csv", rows("lr"))])


def test_no_file_is_no_session() -> None:
    with pytest.raises(InputError, match="No file"):
        analyze([])
