"""Starting is quick: nothing heavy is imported before it is needed (looked up in sys.modules, not timed)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "numpy",
    "scipy",
    "vqf",
    "matplotlib",
    "textual",
    "bleak",
    "rich",
    "asyncio",
    "wakepy",
    "platformdirs",
    "miniaudio",
    "pyttsx3",
}
REPORT = "import sys, json; json.dump(sorted({m.split('.')[0] for m in sys.modules}), sys.__stderr__)"


def loaded_by(statement: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", f"{statement}\n{REPORT}"], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr))


HELP = """
import sys
sys.argv = ["sensorcoach", *{words!r}]
from sensorcoach.cli import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end.code
"""


@pytest.mark.parametrize("statement", ["import sensorcoach", "import sensorcoach.cli"])
def test_importing_is_light(statement: str) -> None:
    assert loaded_by(statement) & HEAVY == set()


COMMANDS = [
    "analyze",
    "voice-test",
    "replay",
    "demo",
    "simulate",
    "scan",
    "live",
    "devices",
    "import",
    "doctor",
    "where",
]
WEEKS = ["log", "settings", "report", "compare"]


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"], *([name, "--help"] for name in COMMANDS + WEEKS)])
def test_help_is_light(words: list[str]) -> None:
    assert loaded_by(HELP.format(words=words)) & HEAVY == set()


def test_without_a_sensor_the_radio_is_not_loaded(tmp_path: Path) -> None:
    table = Path(__file__).resolve().parents[2] / "recordings" / "good.jsonl.gz"
    statement = HELP.format(words=["analyze", str(table), "--csv"])
    loaded = loaded_by(statement)
    assert "numpy" in loaded
    assert loaded & {"bleak", "dbus_fast", "wakepy", "textual", "matplotlib", "jinja2"} == set()


def test_looking_for_folders_loads_no_radio() -> None:
    assert loaded_by(HELP.format(words=["where"])) & {"bleak", "dbus_fast", "wakepy", "textual"} == set()


def test_the_probe_sees_what_is_heavy() -> None:
    assert "numpy" in loaded_by("import numpy")
