"""The one rule of writing: whole or not at all, for the owner's eyes, never in the place of another file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sensorcoach.cli import app
from sensorcoach.errors import RecordingError
from sensorcoach.outfile import free_name, unfinished

MIXED = str(Path(__file__).resolve().parents[2] / "recordings" / "mixed.jsonl.gz")


def put(path: Path, text: str, **told: bool) -> None:
    with unfinished(path, **told) as place:
        place.write_text(text)


def test_another_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    with pytest.raises(RecordingError, match=r"exists already\. .*--force"):
        put(path, "yours")
    assert path.read_text() == "mine"
    put(path, "yours", replace=True)
    put(path, "again: it was made in this run")
    assert path.read_text().startswith("again")
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    path.write_text("somebody's, of the same name")
    with pytest.raises(RecordingError):
        put(path, "once more")


def test_a_file_that_comes_while_the_work_is_done_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine"

    def work() -> None:
        with unfinished(path) as place:
            place.write_text("ours")
            path.write_text("theirs")

    with pytest.raises(RecordingError, match="exists already"):
        work()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("mine", "theirs")]


def test_work_that_fails_leaves_nothing_and_replaces_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")

    def work() -> None:
        with unfinished(path, replace=True) as place:
            place.write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("mine", "mine")]


def test_links_folders_and_devices(tmp_path: Path) -> None:
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for path in (tmp_path / "dangling", tmp_path):
        with pytest.raises(RecordingError):
            put(path, "x")
    put(Path(os.devnull), "x")
    assert Path(os.devnull).is_char_device()
    (tmp_path / "a.html").touch()
    assert free_name(tmp_path / "a.html") == tmp_path / "a_2.html"


@pytest.mark.parametrize(
    "words",
    [
        ("report", MIXED, "-o", "FILE"),
        ("report", MIXED, "--json", "-o", "FILE"),
        ("analyze", MIXED, "--out", "FILE.csv"),
        ("analyze", MIXED, "--out", "FILE.jsonl"),
        ("simulate", "--out", "new.jsonl", "--truth", "FILE"),
        ("simulate", "--out", "FILE"),
        ("import", MIXED, "--out", "FILE"),
        ("replay", MIXED, "--plain", "--speed", "max", "--voice-to", "FILE"),
    ],
)
def test_no_command_replaces_a_file_unasked(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (name,) = (word for word in words if word.startswith("FILE"))
    Path(name).write_text("somebody's")
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 3, done.output
    assert f"{name} exists already." in done.stderr
    assert {path.name: path.read_text() for path in tmp_path.iterdir() if path.name != "new.jsonl"} == {
        name: "somebody's"
    }
    if words[0] in ("report", "analyze") or "--truth" in words:
        assert CliRunner().invoke(app, [*words, "--force"]).exit_code == 0
        assert Path(name).read_text() != "somebody's"


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 3)])
def test_on_a_terminal_it_is_asked(answer: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "report.md"
    out.write_text("mine")
    monkeypatch.setattr("sensorcoach.cli.root._on_a_terminal", lambda: True)
    done = CliRunner().invoke(app, ["report", MIXED, "--md", "-o", str(out)], input=f"{answer}\n")
    assert done.exit_code == code
    assert "exists already. Replace it?" in done.stderr
    assert (out.read_text() == "mine") == (answer == "n")
