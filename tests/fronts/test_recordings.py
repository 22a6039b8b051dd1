"""The recordings of the repository, analysed, against the truth of the simulated leg."""

import json
from pathlib import Path
from statistics import median

import pytest

from sensorcoach import analyze
from sensorcoach.model import Rep

FOLDER = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(path.name.removesuffix(".jsonl.gz") for path in FOLDER.glob("*.jsonl.gz"))
BORDERS = ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s")
CLEAR = 0.15
"""Truth nearer than this to a limit settles nothing."""


def both(name: str) -> list[tuple[Rep, dict]]:
    truth = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))["reps"]
    reps = analyze(FOLDER / f"{name}.jsonl.gz").reps
    assert len(reps) == len(truth)
    return list(zip(reps, truth, strict=True))


def test_there_are_the_promised_ones() -> None:
    assert set(NAMES) >= {
        "good",
        "too_fast",
        "thumps",
        "stop_and_go",
        "short_holds",
        "one_sided",
        "pillow_small",
        "accelerometer_only",
    }
    assert all(path.stat().st_size < 150_000 for path in FOLDER.glob("*.jsonl.gz"))


@pytest.mark.parametrize("name", NAMES)
def test_count_sides_range_hold_and_borders(name: str) -> None:
    pairs = both(name)
    assert [rep.side for rep, _ in pairs] == [true["side"] for _, true in pairs]
    assert [rep.range_deg for rep, _ in pairs] == pytest.approx([true["range_deg"] for _, true in pairs], abs=2.0)
    assert [rep.hold_s for rep, _ in pairs] == pytest.approx([true["hold_s"] for _, true in pairs], abs=0.3)
    # An accelerometer alone sees tilt minus r/g times angular acceleration: a drop shows about sqrt(r/g) = 0.2 s late.
    # After a thump the drop ends when the leg has come to rest, the truth says when it touched.
    allowed_s = {"accelerometer_only": 0.3, "thumps": 0.2, "too_fast": 0.2}.get(name, 0.1)
    for border in BORDERS:
        assert median(abs(getattr(rep, border) - true[border]) for rep, true in pairs) <= allowed_s


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ["too_fast", "jarring", "short_hold", "fast_return", "stop_and_go"])
def test_warnings_where_truth_is_clear(name: str, code: str) -> None:
    if code == "jarring" and name == "accelerometer_only":
        pytest.skip("jolts are only a note without a gyroscope")
    for rep, true in both(name):
        margin = true["margins"].get(code)
        if margin is None or margin >= CLEAR:
            told = {warning.severity for warning in rep.warnings if warning.code == code}
            assert told == {true["levels"][code]} if code in true["levels"] else not told, f"rep {rep.index}"
