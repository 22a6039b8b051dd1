"""Whatever is wrong with one file, the others are none the worse: as whole commands, in processes of their own."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

RECORDINGS = Path(__file__).parents[2] / "recordings"
HEADER = '{"sensorcoach":1,"profile":"open"}\n'
DEEP = "[" * 1500

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes and /proc are Unix's")


def told(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    places = {f"XDG_{kind}_HOME": str(folder / "home" / kind) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
    return subprocess.run(
        [sys.executable, "-m", "sensorcoach", *words],
        cwd=folder,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=50,
        stdin=subprocess.DEVNULL,
    )


def bad_files(folder: Path) -> list[str]:
    """Each broken in its own way."""
    (folder / "deep.jsonl").write_text(HEADER + DEEP + "\n")
    (folder / "deeper.jsonl").write_text(DEEP + "\n")
    (folder / "deep.json").write_text('{"sensorcoach":' + DEEP)
    (folder / "torn.jsonl").symlink_to("/proc/self/mem")  # opens, and cannot be read: input/output error
    (folder / "empty.csv").touch()
    return ["deep.jsonl", "deeper.jsonl", "torn.jsonl", "empty.csv"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    for name in ("good", "mixed"):
        (tmp_path / "in" / f"{name}.jsonl.gz").write_bytes((RECORDINGS / f"{name}.jsonl.gz").read_bytes())
    return tmp_path


def test_a_batch_ends_with_a_table_of_the_good_and_a_reason_for_each_bad_one(place: Path) -> None:
    bad = bad_files(place / "in")
    for words in (("in", "--recursive"), sorted(f"in/{path.name}" for path in (place / "in").iterdir())):
        done = told(place, "analyze", *words, "--out", "out.csv", "--force")
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        rows = list(csv.DictReader((place / "out.sessions.csv").read_text().splitlines()))
        errors = {Path(row["file"]).name: row["error"] for row in rows}
        assert errors["good.jsonl.gz"] == errors["mixed.jsonl.gz"] == ""
        assert all(errors[name] for name in bad), errors
    assert "nput/output error" in errors["torn.jsonl"]


def test_a_named_pipe_is_not_waited_for(place: Path) -> None:
    os.mkfifo(place / "in" / "pipe.csv")
    done = told(place, "analyze", "in/pipe.csv", "in/good.jsonl.gz", "--json")
    assert done.returncode == 3
    assert "in/pipe.csv is a named pipe." in done.stderr
    assert '"reps"' in done.stdout
    for words in (("analyze", "in", "--recursive", "--csv"), ("replay", "in/pipe.csv", "--plain", "--speed", "max")):
        assert told(place, *words).returncode in (0, 3)


def test_the_logbook_takes_the_good_and_says_what_is_wrong_with_the_others(place: Path) -> None:
    recordings = place / "home" / "DATA" / "sensorcoach" / "recordings"
    recordings.parent.mkdir(parents=True)
    (place / "in").rename(recordings)
    bad = [name for name in bad_files(recordings) if name.startswith("deep")]
    os.mkfifo(recordings / "pipe.jsonl")
    for path in recordings.iterdir():
        if path.is_file() and not path.is_symlink():
            os.utime(path, (1.7e9, 1.7e9))
    for words in (("log",), ("log", "rebuild")):
        done = told(place, *words)
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 3)
    assert all(name in done.stdout + done.stderr for name in bad)
    assert told(place, "log", "--csv").stdout.count("\n") == 3


@pytest.mark.parametrize("name", ["deep.jsonl", "deeper.jsonl", "torn.jsonl", "deep.json"])
@pytest.mark.parametrize("words", [("replay", "--plain", "--speed", "max"), ("report", "--md")])
def test_alone_it_is_one_sentence(name: str, words: tuple[str, ...], place: Path) -> None:
    bad_files(place / "in")
    done = told(place, words[0], f"in/{name}", *words[1:])
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("sensorcoach: ")]) == 1, done.stderr
