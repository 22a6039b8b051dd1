"""Starting is quick: nothing heavy is imported before it is needed (looked up in sys.modules, not timed)."""

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "scipy", "vqf", "matplotlib", "textual", "bleak", "rich"}
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


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"], ["analyze", "--help"], ["replay", "--help"]])
def test_help_is_light(words: list[str]) -> None:
    assert loaded_by(HELP.format(words=words)) & HEAVY == set()


def test_the_probe_sees_what_is_heavy() -> None:
    assert "numpy" in loaded_by("import numpy")
