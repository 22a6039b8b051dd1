"""A program whose screen is stuck ends all the same, once its recording is closed."""

import subprocess
import sys

STUCK = """
import threading
from sensorcoach.tui.start.leaving import leave_even_if_stuck
recording, left = iter([False, True]), threading.Event()
leave_even_if_stuck(lambda: next(recording), left, 0.1)
{then}
print("left by itself")
"""


def run(then: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-c", STUCK.format(then=then)]
    return subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)


def test_a_screen_that_never_leaves() -> None:
    stuck = run("threading.Event().wait()")
    assert (stuck.returncode, stuck.stdout) == (1, "")


def test_a_screen_that_leaves_is_left_alone() -> None:
    well = run("left.set(); threading.Event().wait(1.0)")
    assert (well.returncode, well.stdout) == (0, "left by itself\n")
