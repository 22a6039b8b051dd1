"""A clock that was set, or a recording taken up again much later: a break is drawn as one, and takes no time."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sensorcoach.app import export_session
from sensorcoach.choices import Choices
from sensorcoach.cli import app
from sensorcoach.errors import RecordingError

GOOD = Path(__file__).resolve().parents[2] / "recordings" / "good.jsonl.gz"
DAY_S = 86_400.0


def torn_apart(folder: Path, gap_s: float, at: float = 0.5) -> Path:
    """The good recording, its second half so much later."""
    lines = gzip.decompress(GOOD.read_bytes()).decode().splitlines()
    for number in range(int(at * len(lines)), len(lines)):
        item = json.loads(lines[number])
        lines[number] = json.dumps(item | {"t": item["t"] + gap_s})
    file = folder / "far.jsonl"
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.mark.parametrize("days", [0.1, 100, 4000, 9e6])
def test_a_report_over_a_break_of_any_length_is_made_at_once_and_says_so(days: float, tmp_path: Path) -> None:
    """Before: 100 days took 20 s, years never ended."""
    file, out = torn_apart(tmp_path, days * DAY_S), tmp_path / "report.html"
    began_s = time.monotonic()
    assert CliRunner().invoke(app, ["report", str(file), "-o", str(out)]).exit_code == 0
    assert time.monotonic() - began_s < 20.0
    titles = re.findall(r"Roll of the leg and its speed from [^<]*", out.read_text(encoding="utf-8"))
    (after,) = {re.sub(".*after a break of ", "", title) for title in titles if "break" in title}
    hours, minutes, _ = map(int, after.split(":"))
    assert hours + minutes / 60 == pytest.approx(days * 24, abs=0.1)
    assert len(set(titles)) <= 4, "strips are for what happened, not for the break"


@pytest.mark.parametrize("days", [4000, 9e6])
def test_an_export_over_such_a_break(days: float, tmp_path: Path) -> None:
    file = torn_apart(tmp_path, days * DAY_S)
    if days > 1e6:
        with pytest.raises(RecordingError, match="later than a time in MCAP can be"):
            export_session([file], Choices(), "mcap", tmp_path / "out")
        assert not list((tmp_path / "out").iterdir())
    else:
        (made,) = export_session([file], Choices(), "mcap", tmp_path / "out")
        assert made.stat().st_size > 100_000
    export_session([file], Choices(), "csv", tmp_path / "out")
