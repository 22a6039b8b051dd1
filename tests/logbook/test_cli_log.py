"""`log` and `settings` as typed."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from made_up import record
from typer.testing import CliRunner, Result

from sensorcoach import app as ask
from sensorcoach.cli import app as commands
from sensorcoach.folders import Folders
from sensorcoach.output.sparkline import ASCII, BLOCKS, sparkline

Run = Callable[..., Result]


@pytest.fixture
def run(home: Folders) -> Run:
    def invoke(*words: str, **how: str) -> Result:
        return CliRunner().invoke(commands, words, **how)  # type: ignore[arg-type]

    return invoke


@pytest.fixture
def two(home: Folders) -> Folders:
    """Yesterday's session and today's; one of anna's."""
    now = datetime.now().astimezone()
    record(home.recordings / "a.jsonl", start=now - timedelta(days=1), source="good")
    record(home.recordings / "b.jsonl", (5.0, "pain", ""), start=now)
    record(home.recordings / "c.jsonl", start=now, person="anna")
    return home


def test_an_empty_logbook_says_how_to_begin(run: Run) -> None:
    done = run("log")
    assert done.exit_code == 0
    assert "sensorcoach live" in done.stdout
    assert "Next target: 5 a side" in done.stdout


@pytest.mark.usefixtures("two")
def test_the_list_fits_80_columns_and_tells_everything(run: Run) -> None:
    done = run("log")
    assert done.exit_code == 0
    assert done.stderr.count("Logging ") == 3
    rows = done.stdout.splitlines()
    assert max(map(len, rows)) <= 80
    today = next(row for row in rows if f"{date.today()}" in row)
    assert today.split()[4] == "2/2"
    assert "severe" in today
    assert "it hurt" in today
    assert [row.split("  ")[0] for row in rows[4:10]] == [
        "reps left",
        "reps right",
        "range left",
        "range right",
        "drop time",
        "warnings a rep",
    ]
    assert "2 days in a row" in done.stdout
    assert "3 recordings" in done.stdout
    assert "anna (1)" in done.stdout
    assert run("log").stderr == "", "nothing is logged twice"


@pytest.mark.usefixtures("two")
def test_for_programs(run: Run) -> None:
    told = json.loads(run("log", "--json").stdout)
    assert [one["detected"] for one in told["sessions"]] == [8, 4]
    assert (told["person"], told["target_a_side"], told["streak"]["days"]) == (None, 5, 2)
    rows = list(csv.DictReader(io.StringIO(run("log", "--csv", "--person", "anna").stdout)))
    assert [(row["person"], row["left"]) for row in rows] == [("anna", "2")]
    assert run("log", "--json", "--csv").exit_code == 2
    assert run("log", "--person", "../x").exit_code == 2
    assert run("log", "--person", "anna", "delete", "1", "--yes").exit_code == 2
    assert len(json.loads(run("log", "--json").stdout)["sessions"]) == 2
    assert "live --person zoe" in run("log", "--person", "zoe").stdout


@pytest.mark.usefixtures("two")
def test_since_a_day(run: Run) -> None:
    for since, number in ((f"{date.today()}", 1), ("1d", 2), ("1w", 2)):
        assert len(json.loads(run("log", "--json", "--since", since).stdout)["sessions"]) == number
    assert f"last one was on {date.today()}" in run("log", "--since", f"{date.today() + timedelta(days=1)}").stdout
    wrong = run("log", "--since", "yesterday")
    assert (wrong.exit_code, "14d" in wrong.stderr) == (2, True)


@pytest.mark.usefixtures("two")
def test_show_is_the_analysis_again(run: Run) -> None:
    run("log")
    done = run("log", "show", "2")
    assert done.exit_code == 0
    assert done.stdout.startswith("Session 2, ")
    again = json.loads(run("log", "show", "2", "--json").stdout)
    assert again["reps"] == json.loads(run("analyze", again["file"], "--json").stdout)["reps"]
    assert len(run("log", "show", "2", "--csv").stdout.splitlines()) == 5
    assert run("log", "show", "9").exit_code == 3


def test_the_start_screen_is_somebodys(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str | None] = []
    monkeypatch.setattr("sensorcoach.cli.screens.screen_possible", lambda: True)
    monkeypatch.setattr("sensorcoach.cli.screens.show_screen", lambda person: shown.append(person))
    assert run("--person", "anna").exit_code == 0
    assert run("--person", "anna", "log").exit_code == 2
    assert shown == ["anna"]


def test_delete_asks(two: Folders, run: Run) -> None:
    run("log")
    kept = run("log", "delete", "1", input="n\n")
    assert "a.jsonl (" in kept.stdout
    assert "Nothing was deleted." in kept.stderr
    assert (two.recordings / "a.jsonl").exists()
    assert run("log", "delete", "1", input="").exit_code == 1, "nobody there to answer"
    assert (two.recordings / "a.jsonl").exists()
    assert run("log", "delete", "1", input="y\n").exit_code == 0
    assert run("log", "delete", "2", "--yes").exit_code == 0
    assert [path.name for path in two.recordings.iterdir()] == ["c.jsonl"]


def test_what_is_imported_into_the_folder_is_logged_for_its_person(two: Folders, run: Run) -> None:
    file = two.recordings / "d.jsonl.gz"
    assert run("import", str(two.recordings / "a.jsonl"), "--person", "ben", "--out", str(file)).exit_code == 0
    assert run("log", "rebuild").exit_code == 0
    assert [one.detected for one in ask.sessions_logged("ben")] == [8]


def test_rebuild_tells_what_it_leaves_out(two: Folders, run: Run) -> None:
    (two.recordings / "junk.jsonl").write_text("\x1b[31mjunk\n")
    done = run("log", "rebuild")
    assert done.exit_code == 0
    assert done.stdout == "3 sessions in the logbook.\n"
    assert "Left out: " in done.stderr
    record(two.recordings / "d.jsonl", person="Anna, again")  # no label of ours
    assert run("log", "rebuild", "--regrade").stdout == "4 sessions in the logbook.\n"


def test_a_damaged_logbook_is_one_sentence(two: Folders, run: Run) -> None:
    two.logbook.write_bytes(b"junk" * 5000)
    for words in (["log"], ["log", "show", "1"], ["log", "delete", "1", "--yes"]):
        done = run(*words)
        assert done.exit_code == 3
        assert "sensorcoach log rebuild" in done.stderr
    assert two.logbook.read_bytes() == b"junk" * 5000
    assert "was kept as" in run("log", "rebuild", "--regrade").stderr
    assert run("log").exit_code == 0


def test_bars_stand_on_zero() -> None:
    assert sparkline([0.0, 4.0, None, 8.0]) == "▁▅ █"
    assert sparkline([8.0, 4.0, 0.0], bars=ASCII) == "#+_"
    assert sparkline([0.0, 0.0]) == "▁▁"
    assert len(ASCII) == len(BLOCKS)
    ASCII.encode("ascii")


@pytest.mark.usefixtures("two")
def test_a_list_loads_no_filters(home: Folders, tmp_path: Path, run: Run) -> None:
    run("log")
    told = (
        "import sys; from pathlib import Path; from sensorcoach import app; from sensorcoach.folders import Folders\n"
        f"places = Folders(Path({str(home.recordings)!r}), Path({str(home.config)!r}), Path({str(home.log)!r}))\n"
        "assert app.log_unlogged(print, places) == [] and len(app.sessions_logged(places=places)) == 2\n"
        "app.target_for(places=places), app.comfort_for(places=places), app.disk_use(places), app.people(places)\n"
        "assert not {'numpy', 'scipy', 'vqf', 'rich'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", told], check=True)


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What the person writes with their editor; of what they found there is a copy in ``found``."""

    def writes(text: str) -> None:
        (tmp_path / "text").write_text(text)
        script = tmp_path / "editor.py"
        script.write_text(
            "import sys, pathlib\n"
            f"file, home = pathlib.Path(sys.argv[1]), pathlib.Path({str(tmp_path)!r})\n"
            "(home / 'found').write_text(file.read_text())\n"
            "file.write_text((home / 'text').read_text())\n"
        )
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")

    return writes


def test_edited_settings_are_in_force(run: Run, editor: Callable[[str], None], tmp_path: Path) -> None:
    editor("# mine\n[goal]\nreps_a_side = 4\n")
    assert run("settings", "edit").exit_code == 0
    assert "# reps_a_side = 5" in (tmp_path / "found").read_text(), "a new file shows what there is"
    assert ask.personal().goal.reps_a_side == 4
    shown = run("settings", "show").stdout
    assert "[goal]\nreps_a_side = 4" in shown
    assert "[limits]" not in shown
    assert "[limits]" in run("settings", "show", "--all").stdout
    editor("")
    run("settings", "edit")
    assert (tmp_path / "found").read_text().startswith("# mine\n"), "one's own words stay"


def test_settings_that_cannot_be_used_replace_nothing(run: Run, editor: Callable[[str], None]) -> None:
    editor("[goal]\nreps_a_side = 4\n")
    run("settings", "edit", "--person", "anna")
    for wrong in ("[goal]\nreps = 4\n", "[goal\n"):
        editor(wrong)
        done = run("settings", "edit", "--person", "anna")
        assert done.exit_code == 2
        assert "stay as they were" in done.stderr
    assert ask.personal("anna").goal.reps_a_side == 4
    assert ask.personal().goal.reps_a_side == 5


def test_an_editor_that_fails_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = f"{sys.executable} -c raise(SystemExit(7))"
    for editor, why in (("/nonexistent/editor --wait", "No such file or directory."), (failing, "status 7.")):
        monkeypatch.setenv("VISUAL", editor)
        done = run("settings", "edit")
        assert (done.exit_code, f"{why} Name another one in the variable EDITOR" in done.stderr) == (2, True)


def test_an_editor_named_wrongly_or_not_at_all_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", 'vi "x')
    done = run("settings", "edit")
    assert done.exit_code == 2
    assert "No closing quotation. Close the quotation marks in the variable EDITOR" in done.stderr
    for blank in ("", "  "):
        monkeypatch.setenv("EDITOR", blank)
        monkeypatch.setattr("shutil.which", lambda name: None)
        assert "No editor was found." in run("settings", "edit").stderr


def test_old_settings_put_aside_before_stay(home: Folders, run: Run, editor: Callable[[str], None]) -> None:
    for reps in (4, 6):
        editor(f"[goal]\nreps_a_side = {reps}\n")
        run("settings", "edit")
        assert run("settings", "reset", "--yes").exit_code == 0
    kept = sorted(home.config.glob("settings*.old"))
    assert [path.read_text().strip()[-1] for path in kept] == ["4", "6"]


def test_reset_keeps_the_old_file_beside(home: Folders, run: Run, editor: Callable[[str], None]) -> None:
    editor("[goal]\nreps_a_side = 4\n")
    run("settings", "edit")
    assert run("settings", "reset", input="n\n").exit_code == 0
    assert ask.personal().goal.reps_a_side == 4
    assert run("settings", "reset", "--yes").exit_code == 0
    assert ask.personal().goal.reps_a_side == 5
    assert (home.config / "settings.toml.old").exists()
    assert "already" in run("settings", "reset", "--yes").stdout


def test_a_wrong_file_is_shown_to_be_edited(home: Folders, run: Run, editor: Callable[[str], None]) -> None:
    home.config.mkdir()
    (home.config / "settings.toml").write_text("[goal\n")
    assert run("settings", "show").exit_code == 2
    assert run("log").exit_code == 2
    editor("")
    assert run("settings", "edit").exit_code == 0
    assert run("settings", "show").exit_code == 0
