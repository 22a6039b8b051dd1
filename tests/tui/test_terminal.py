"""The command in a real terminal (tmux draws it; ``pytest -m slow``), and without one."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sensorcoach import analyze

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 40.0
"""A busy machine takes long to load the filters; what is waited for is looked for all the time."""
COMMAND = (sys.executable, "-m", "sensorcoach")


class Terminal:
    """A program in a window of 80 x 24 of a tmux of its own."""

    def __init__(self, home: Path) -> None:
        self._socket = home / "tmux"
        self._home = home

    def _tmux(self, *words: str) -> str:
        # no settings of the person's, no server of theirs
        asked = ["tmux", "-f", os.devnull, "-S", str(self._socket), *words]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout

    def run(self, *words: str, command: tuple[str, ...] = COMMAND) -> None:
        where = {"HOME": self._home, "XDG_DATA_HOME": self._home, "XDG_CONFIG_HOME": self._home}
        settings = [part for name, value in where.items() for part in ("-e", f"{name}={value}")]
        line = " ".join([*command, *words, "; echo LEFT WITH $?; cat"])
        self._tmux("new-session", "-d", "-x", "80", "-y", "24", "-c", str(ROOT), *settings, line)

    def resize(self, width: int, height: int) -> None:
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def shown(self) -> str:
        return self._tmux("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def see(self, *parts: str) -> str:
        """The window as soon as it shows all of this."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            shown = self.shown()
            if all(part in shown for part in parts):
                return shown
            time.sleep(0.05)
        raise AssertionError(f"{parts} not seen in\n{self.shown()}")

    @property
    def program(self) -> int:
        """Process of the command itself: the shell's child."""
        shell = self._tmux("display-message", "-p", "#{pane_pid}").strip()
        children = subprocess.run(["pgrep", "-P", shell], capture_output=True, text=True, check=True).stdout
        return int(children.split()[0])

    def close(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not here")
    window = Terminal(tmp_path)
    yield window
    window.close()


@pytest.mark.slow
def test_a_replay_counts_on_the_screen_and_q_leaves(terminal: Terminal) -> None:
    terminal.run("replay", "recordings/good.jsonl.gz", "--speed", "max", "--no-voice")
    terminal.see("REPLAY", "LEFT of 5", "THE END", "8 repetitions")  # recordings/README.md: eight good ones
    terminal.press("q")
    left = terminal.see("LEFT WITH 0")
    assert "REPLAY" not in left  # the terminal is as it was
    assert "8 reps: 4 left, 4 right" in left


@pytest.mark.slow
def test_the_start_screen_leads_to_the_demo_and_back(terminal: Terminal) -> None:
    terminal.run()
    terminal.see("1  Start", "6  Settings")
    terminal.press("4")
    terminal.see("DEMO", "LEFT of 5", "simulated")
    terminal.press("q")
    terminal.see("1  Start")
    terminal.press("q")
    terminal.see("LEFT WITH 0")


LIVE = (str(ROOT / "tests" / "live" / "child.py"),)
NOTICE, READING = "Before your first session", "I have read this"


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def recorded(home: Path) -> Path:
    (file,) = home.rglob("*.jsonl")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("how", ["SIGTERM", "the terminal is closed"])
def test_a_live_session_that_is_told_to_end_is_kept(terminal: Terminal, tmp_path: Path, how: str) -> None:
    script = json.dumps({"speed": 1.0})
    live = [*LIVE, shlex.quote(script), str(tmp_path), "live", "--no-voice"]
    terminal.run(*live, command=(sys.executable,))
    terminal.see(NOTICE, READING)
    terminal.press("Enter")
    terminal.see("REC", "Hz", "loss", "RIGHT of 5")
    program = terminal.program
    if how == "SIGTERM":
        os.kill(program, signal.SIGTERM)
        assert "Recorded" in terminal.see("LEFT WITH 0")
    else:
        terminal.close()
    until_s = time.monotonic() + PATIENCE_S
    while runs(program) and time.monotonic() < until_s:
        time.sleep(0.05)
    assert not runs(program)
    assert analyze(recorded(tmp_path)).samples > 100


def plain(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *words],
        cwd=ROOT,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.slow
def test_without_a_terminal_there_are_plain_lines() -> None:
    told = plain("replay", "recordings/good.jsonl.gz", "--speed", "max", "--no-voice")
    assert told.stdout.count("landing at") == 8
    assert "8 reps: 4 left, 4 right" in told.stdout.splitlines()[-1]
    assert "\x1b" not in told.stdout + told.stderr


def test_without_terminal_and_command_there_is_help(tmp_path: Path) -> None:
    told = plain(HOME=str(tmp_path))
    assert "Usage: sensorcoach" in told.stdout
    assert "\x1b" not in told.stdout


@pytest.fixture
def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def of_kind(kind: str) -> None:
        monkeypatch.setenv("TERM", kind)
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True)

    return of_kind


@pytest.mark.parametrize(("kind", "possible"), [("xterm-256color", True), ("dumb", False)])
def test_a_terminal_too_dumb_for_a_screen(a_terminal: Callable[[str], None], kind: str, possible: bool) -> None:
    from sensorcoach.cli.screens import screen_possible

    a_terminal(kind)
    assert screen_possible() == possible
