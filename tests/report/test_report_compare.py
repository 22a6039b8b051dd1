"""Agreement with labels: of our simulated recordings with the simulated leg, of real people with those who counted."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from sensorcoach import analyze
from sensorcoach.errors import InputError
from sensorcoach.report.agreement import Agreement, agreement
from sensorcoach.report.agreement_words import agreement_lines
from sensorcoach.report.truth import BORDERS, read_truth
from tests.benchmarks.real_files import MEX_SUBJECTS, ROLLING, mex, mex_references

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
NAMES = sorted(file.name.removesuffix(".expected.json") for file in RECORDINGS.glob("*.expected.json"))
BORDER_S = 0.1
"""definitions.md E: borders within 0.1 s (median)."""


def truth_of(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((RECORDINGS / f"{name}.expected.json").read_text())
    return told


def compared(name: str, truth: Path) -> Agreement:
    return agreement(analyze(RECORDINGS / f"{name}.jsonl.gz"), read_truth(truth))


def changed(tmp_path: Path, **changes: Any) -> Agreement:
    """``mixed`` against its truth with other repetitions."""
    told = truth_of("mixed")
    told["reps"] = changes["reps"](told["reps"])
    file = tmp_path / "truth.json"
    file.write_text(json.dumps(told))
    return compared("mixed", file)


@pytest.mark.parametrize("name", NAMES)
def test_our_recordings_agree_with_the_simulated_leg(name: str) -> None:
    found = compared(name, RECORDINGS / f"{name}.expected.json")
    assert found.count_agrees
    assert (found.missed, found.added) == ((), ())
    assert found.sides_right == found.sides_known == found.counted
    assert len(found.borders) == 4
    # Tilt low-passed at 2 Hz sees a start late; after a thump the drop ends when the leg rests, not when it touches.
    median_s = {"accelerometer_only": 0.25, "thumps": 0.2, "too_fast": 0.2}.get(name, BORDER_S)
    assert all(border.n == found.counted and border.median_s <= median_s for border in found.borders)
    assert all(border.median_s <= border.p95_s for border in found.borders)


def test_what_is_missed_and_what_is_added(tmp_path: Path) -> None:
    one_less = changed(tmp_path, reps=lambda reps: reps[:2] + reps[3:])
    assert (one_less.count_agrees, one_less.missed, one_less.added) == (False, (), (3,))
    ghost = {"drop_start_s": 55.0, "drop_end_s": 56.0, "return_start_s": 60.0, "return_end_s": 61.0}
    one_more = changed(tmp_path, reps=lambda reps: [*reps, reps[0] | {name: t + 5.0 for name, t in ghost.items()}])
    assert (one_more.count_agrees, one_more.missed, one_more.added) == (False, (63.0,), ())


def test_late_borders_are_seen_as_late(tmp_path: Path) -> None:
    found = changed(tmp_path, reps=lambda reps: [rep | {"drop_end_s": rep["drop_end_s"] - 0.2} for rep in reps])
    landing = next(border for border in found.borders if border.border == "drop_end_s")
    assert landing.bias_s == pytest.approx(0.2, abs=0.03)
    assert landing.median_s == pytest.approx(0.2, abs=0.03)


def test_warnings_the_labels_lack_or_have_alone(tmp_path: Path) -> None:
    def other(reps: list[dict[str, Any]]) -> list[dict[str, Any]]:
        reps[1]["levels"] = {"jarring": "note"}  # labelled: neither too fast nor abrupt
        reps[0]["levels"] = {"fast_return": "warn"}
        return reps

    found = {one.code: one for one in changed(tmp_path, reps=other).warnings}
    assert (found["too_fast"].precision, found["too_fast"].recall) == (0.0, None)
    assert (found["abrupt_landing"].both, found["abrupt_landing"].only_program) == (1, 1)
    assert found["abrupt_landing"].precision == 0.5
    assert (found["fast_return"].precision, found["fast_return"].recall) == (None, 0.0)


def test_a_wrong_side_is_counted_as_wrong(tmp_path: Path) -> None:
    found = changed(tmp_path, reps=lambda reps: [reps[0] | {"side": "right"}, *reps[1:]])
    assert (found.sides_right, found.sides_known) == (5, 6)
    assert (found.left, found.right) == ((3, 2), (3, 4))


def test_a_table_says_the_same_as_the_json(tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow([*BORDERS, "side", "warnings"])
        for rep in truth_of("mixed")["reps"]:
            levels = " ".join(f"{code}:{level}" for code, level in rep["levels"].items())
            rows.writerow([*(rep[name] for name in BORDERS), rep["side"], levels])
    assert compared("mixed", file) == compared("mixed", RECORDINGS / "mixed.expected.json")


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("left,right\n3,3\n", (6, 6, 3, 3)),
        ("count\n6\n", (6, 6, None, None)),
        ("least,most\n5,7\n", (5, 7, None, None)),
    ],
)
def test_counts_alone_do(tmp_path: Path, text: str, counts: tuple[int | None, ...]) -> None:
    file = tmp_path / "counts.csv"
    file.write_text(text)
    found = compared("mixed", file)
    assert (found.labelled_least, found.labelled_most, found.left[1], found.right[1]) == counts
    assert found.count_agrees
    assert found.pairs is None
    assert len(list(agreement_lines(found))) <= 4


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b\n1,2\n", "columns a, b"),
        ("time_s,side\n3.2,left\nsoon,right\n", "line 3: time_s is 'soon'"),
        ("time_s,warnings\n3.2,too_quick\n", "'too_quick' is no warning"),
        ("time_s,warnings\n3.2,too_fast:bad\n", "'too_fast:bad' is no warning"),
        ("drop_start_s,return_end_s\n3.2,\n", "line 2: the time"),
        ("time_s\nnan\n", "not a number"),
        ("count\nsix\n", "count is 'six'"),
        ("least,most\n7,5\n", "counts"),
        ("", "(none)"),
        ('{"reps": [{"side": "up"}]}', "simulate --truth"),
    ],
)
def test_labels_that_cannot_be_understood_are_refused_with_their_place(tmp_path: Path, text: str, names: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_truth(file)
    assert names in str(caught.value)
    assert str(file) in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_truth(tmp_path / "nothing.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError):
        read_truth(tmp_path / "bytes.csv")


@pytest.mark.skipif(not mex("01", ROLLING).exists(), reason="../shared/data/mex are not here")
@pytest.mark.parametrize("subject", MEX_SUBJECTS[:3])
def test_people_counted_by_hand(tmp_path: Path, subject: str) -> None:
    """Turning points marked by hand, an instant each (real people; sides unknown)."""
    reference = mex_references()[subject]
    file = tmp_path / "turns.csv"
    file.write_text("time_s\n" + "".join(f"{turn_s}\n" for turn_s in reference.turning_s))
    found = agreement(analyze(mex(subject, ROLLING)), read_truth(file))
    assert found.missed == ()
    assert found.pairs is not None
    assert len(found.pairs) == len(reference.turning_s)
    assert found.sides_known == 0
    file.write_text(f"least,most\n{reference.full_total},{reference.max_total}\n")
    assert agreement(analyze(mex(subject, ROLLING)), read_truth(file)).count_agrees
