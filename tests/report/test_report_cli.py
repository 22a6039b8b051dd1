"""`report` and `compare` as they are typed."""

import csv
import gzip
import io
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sensorcoach.app import log_session
from sensorcoach.cli import app
from sensorcoach.folders import Folders
from sensorcoach.report.agreement import Agreement
from tests.report.hostile import RECORDINGS
from tests.report.reading import read

MIXED, THUMPS = str(RECORDINGS / "mixed.jsonl.gz"), str(RECORDINGS / "thumps.jsonl.gz")


def said(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_the_same_numbers_as_analyze(form: str) -> None:
    assert said("report", MIXED, THUMPS, form) == said("analyze", MIXED, THUMPS, form)
    assert said("report", MIXED, form, "--rocking") == said("analyze", MIXED, form, "--rocking")


def test_a_bad_file_stops_nothing_and_is_told(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    told = json.loads(said("report", MIXED, str(bad), "--json", code=3))
    assert len(told) == 2
    assert "error" in told[1]
    assert said("report", str(bad), "--md", code=3) == ""
    page = tmp_path / "page.html"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "nothing.jsonl"), "-o", str(page)])
    assert done.exit_code == 3
    assert not page.exists()


def test_markdown_and_page_name_each_repetition_alike(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert said("report", MIXED, "-o", str(page)) == ""
    html, markdown = read(page.read_text(encoding="utf-8")).text, said("report", MIXED, "--md")
    rows = list(csv.DictReader(io.StringIO(said("report", MIXED, "--csv"))))
    assert len(rows) == 6
    for row in rows:
        figures = f"{float(row['range_deg']):.0f}", f"{float(row['drop_time_s']):.1f}", f"{float(row['hold_s']):.1f}"
        assert " ".join((row["side"], *figures)) in html
        assert " | ".join((row["side"], *figures)) in markdown
    assert list(tmp_path.iterdir()) == [page]


def test_a_report_replaces_nothing_without_being_asked_and_never_its_own_recording(tmp_path: Path) -> None:
    recording = tmp_path / "mine.jsonl.gz"
    recording.write_bytes(Path(MIXED).read_bytes())
    (tmp_path / "link").symlink_to(recording)
    for out in (recording, tmp_path / "link"):
        done = CliRunner().invoke(app, ["report", str(recording), "--md", "--force", "-o", str(out)])
        assert done.exit_code == 3
        assert "is the recording itself" in done.stderr
    assert recording.read_bytes() == Path(MIXED).read_bytes()
    out = tmp_path / "report.md"
    out.write_text("old")
    refused = CliRunner().invoke(app, ["report", str(recording), "--md", "-o", str(out)])
    assert refused.exit_code == 3
    assert "exists already. Name another file, or replace it with --force." in refused.stderr
    assert out.read_text() == "old"
    said("report", str(recording), "--md", "-o", str(out), "--force")
    assert "6 repetitions" in out.read_text(encoding="utf-8")
    for nowhere in (tmp_path / "no" / "where.md", tmp_path, Path()):
        assert CliRunner().invoke(app, ["report", MIXED, "--md", "-o", str(nowhere)]).exit_code == 3


def test_only_one_form_at_a_time() -> None:
    assert CliRunner().invoke(app, ["report", MIXED, "--md", "--json"]).exit_code == 2
    assert CliRunner().invoke(app, ["compare", MIXED]).exit_code == 2


def test_compare_tells_people_and_programs_the_same() -> None:
    truth = str(RECORDINGS / "mixed.expected.json")
    told = json.loads(said("compare", MIXED, "--truth", truth, "--json"))
    assert set(told) == set(Agreement.__struct_fields__)
    words = said("compare", MIXED, "--truth", truth)
    assert "repetitions: 6 counted, 6 labelled: the same" in words
    assert "matched 6, missed 0, added 0" in words
    assert words.count(" s\n") == len(told["borders"]) == 4
    assert CliRunner().invoke(app, ["compare", MIXED, "--truth", MIXED]).exit_code == 3


# --- sessions of the logbook -----------------------------------------------------------------------------------------


@pytest.fixture
def logged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """Two sessions in a logbook of this test's own."""
    from sensorcoach import analyze

    places = Folders(tmp_path / "data" / "recordings", tmp_path / "config", tmp_path / "log")
    places.recordings.mkdir(parents=True)
    for room in ("log", "personal_file"):
        monkeypatch.setattr(f"sensorcoach.app.{room}.folders", lambda: places)
    for day, name in enumerate(("mixed", "thumps")):
        recording = places.recordings / f"{name}.jsonl.gz"
        recording.write_bytes((RECORDINGS / recording.name).read_bytes())
        os.utime(recording, (1.6e9, 1.6e9 + 86400 * day))
        log_session(analyze(recording), recording, places)
    return places


def test_a_number_is_a_session_of_the_logbook(logged: Folders) -> None:
    told = json.loads(said("report", "1", "--json"))
    assert told["file"] == str(logged.recordings / "mixed.jsonl.gz")
    assert told["reps"] == json.loads(said("analyze", MIXED, "--json"))["reps"]
    killed = logged.recordings / "killed.jsonl.gz"  # a session whose program was killed before it could log it
    killed.write_bytes((RECORDINGS / "thumps.jsonl.gz").read_bytes())
    os.utime(killed, (1.7e9, 1.7e9))
    assert said("report", "--json") == said("report", "3", "--json")
    assert said("log", "delete", "3", "--yes")
    real = killed.with_name("real.jsonl")
    real.write_text(
        gzip.decompress(Path(THUMPS).read_bytes()).decode().replace('"simulated":true', '"simulated":false', 1)
    )
    os.utime(real, (1.7e9, 1.7e9))
    assert "Over the sessions" not in said("report", "--md"), "what happened stands beside what happened"
    trend = said("report", "2", "--md").partition("# Knee drops")[0]
    assert "## Over the sessions" in trend
    assert trend.count("\n| ") == 4  # head, rule, both sessions
    assert "Over the sessions" not in said("report", "1", "--md")


def test_a_session_that_is_not_there_or_whose_recording_is_gone_is_said_to_be(logged: Folders) -> None:
    done = CliRunner().invoke(app, ["report", "7", "--md"])
    assert done.exit_code == 3
    assert "no session 7" in done.stderr
    done = CliRunner().invoke(app, ["report", "--person", "zoe", "--md"])
    assert done.exit_code == 3
    assert "no session of zoe" in done.stderr
    assert CliRunner().invoke(app, ["report", "1", "--person", "zoe", "--md"]).exit_code == 2
    (logged.recordings / "mixed.jsonl.gz").unlink()
    done = CliRunner().invoke(app, ["report", "1", "--md"])
    assert done.exit_code == 3
    assert "is gone" in done.stderr


def test_a_file_that_is_called_like_a_number_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("12").write_bytes(Path(MIXED).read_bytes())
    assert json.loads(said("report", "12", "--json"))["file"] == "12"


def test_a_shell_pattern_costs_no_recording(tmp_path: Path) -> None:
    """`report -o *.gz`: the first name is where to, the others are what of. Before: HTML instead of a recording."""
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        (tmp_path / name).write_bytes(Path(MIXED).read_bytes())
    done = CliRunner().invoke(app, ["report", "-o", *map(str, sorted(tmp_path.iterdir()))])
    assert done.exit_code == 3
    assert (tmp_path / "a.jsonl.gz").read_bytes() == Path(MIXED).read_bytes()


def test_what_is_made_is_for_its_owner_only_and_leaves_nothing_beside(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    said("report", MIXED, "-o", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [out]
    said("report", MIXED, "--md", "-o", "/dev/null")
