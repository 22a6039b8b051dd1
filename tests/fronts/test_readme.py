"""The README is true: its commands run, its output is today's, its options exist, and CI runs its test command."""

import re
import shlex
from pathlib import Path
from typing import Any

import platformdirs
import pytest
import typer
from legs import rows, write_csv
from typer.testing import CliRunner

from sensorcoach.cli import app
from sensorcoach.devices import radio_profiles
from sensorcoach.devices.profile import RadioProfile
from sensorcoach.errors import BluetoothError

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (sensorcoach .*)$", README, re.MULTILINE)
LIVE = {"scan", "live", "doctor"}
"""Commands that need Bluetooth: run up to the point where that turns out to be off."""
SHOWN = re.findall(r"^```\n\$ (sensorcoach .*)\n([^`]*)```$", README, re.MULTILINE)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the recordings and a CSV of one's own, to run the README's commands in."""
    (tmp_path / "recordings").symlink_to(ROOT / "recordings")
    write_csv(tmp_path / "mine.csv", rows("lr"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


class SwitchedOff:
    """A radio that is off."""

    def __init__(self, *_: object) -> None: ...

    async def adapters(self) -> list[object]:
        raise BluetoothError("Bluetooth is off.", "Switch it on.")

    async def held(self, services: object) -> list[object]:
        raise BluetoothError("Bluetooth is off.", "Switch it on.")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("line", COMMANDS)
def test_each_command_runs(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensorcoach.app.bluetooth", SwitchedOff)
    for kind in ("data", "config", "log"):
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", lambda *_name, **_options: tmp_path)
    words = shlex.split(line)[1:]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == (4 if words[0] in LIVE else 0), done.stderr
    if words[0] in LIVE:
        assert "Bluetooth is off." in done.output


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(("line", "output"), SHOWN)
def test_the_output_shown_is_todays(line: str, output: str) -> None:
    said = CliRunner().invoke(app, shlex.split(line)[1:]).stdout
    assert said == output, "run python -m recordings.picture"


@pytest.mark.usefixtures("desk")
def test_the_library_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(example, "README.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) >= 8


def commands_of(group: Any, *words: str) -> list[list[str]]:
    """The words of every command, also of those within a group of commands."""
    inside = [found for name, one in getattr(group, "commands", {}).items() for found in commands_of(one, *words, name)]
    return [list(words), *inside] if words else inside


def test_every_option_named_exists_and_every_option_is_named() -> None:
    runner = CliRunner()
    helps = "".join(runner.invoke(app, [*words, "--help"]).stdout for words in commands_of(typer.main.get_command(app)))
    real = set(re.findall(r"--[a-z][a-z-]+", helps)) - {"--help"}
    ours = "\n".join(line for line in README.splitlines() if "python -m tests." not in line)
    named = set(re.findall(r"--[a-z][a-z-]+", ours)) - {"--extra", "--help", "--snapshot-update"}
    assert named == real


@pytest.mark.parametrize("profile", radio_profiles(), ids=lambda profile: profile.name)
def test_every_sensor_is_listed_with_what_its_profile_says(profile: RadioProfile[Any]) -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in README.splitlines() if line.startswith("| ")]
    (row,) = [row for row in rows if len(row) == 6 and row[1] == f"`{profile.name}`"]
    lost = "counted" if profile.counts_loss else "estimated"
    rate = "its own" if profile.about.rate_hz is None else f"{profile.about.rate_hz:.0f}"
    assert row[2:5] == [rate, lost, profile.about.evidence]
    assert row[5] or not profile.about.needs
    worn = (ROOT / "firmware_notes" / "wearing.md").read_text(encoding="utf-8")
    assert worn.count(f"| `{profile.name}` |") == 1


@pytest.mark.parametrize("page", ["README.md", "firmware_notes/wearing.md"])
def test_what_is_linked_is_there(page: str) -> None:
    links = re.findall(r"\]\(([^):]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    assert len(links) >= 10
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_ci_finds_the_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (pattern,) = re.findall(r"sed -n 's/\^ \*\\\((.*)\\\) \*\$/", script)
    found = [line.strip() for line in README.splitlines() if re.fullmatch(" *" + pattern + " *", line)]
    assert found == ['python3 -m venv .venv && .venv/bin/pip install ".[test]" && .venv/bin/pytest']


def test_the_first_screen_holds_picture_and_commands() -> None:
    first = "\n".join(README.splitlines()[:30])
    for part in ("recordings/screen.svg", "sensorcoach demo", "pytest", "uv run", "Windows"):
        assert part in first


def test_there_is_something_to_test() -> None:
    assert len(COMMANDS) >= 8
    assert {line.split()[1] for line in COMMANDS} >= LIVE
    assert len(SHOWN) == 1
