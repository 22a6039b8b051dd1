"""The command as a process of its own, ended in every way a process can end. Nothing sleeps: lines are waited for."""

import contextlib
import json
import os
import queue
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sensorcoach import analyze
from sensorcoach.app.stopping import SAME_S
from sensorcoach.model import Packet
from sensorcoach.recording import read_session

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ADDRESS = "C0:00:00:00:00:00"
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has neither these signals nor these limits")


class Command:
    """`sensorcoach live` over a scripted radio. ``home``: where its folders lie."""

    def __init__(self, home: Path, *words: str, script: dict[str, object], **how: object) -> None:
        line = [sys.executable, str(HERE / "child.py"), json.dumps(script), str(home), "live", "--no-voice", *words]
        self.process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
        )
        self.sent: list[tuple[int, float]] = []
        """Number and time (s since the first) of each notification."""
        self.said: list[str] = []
        self._news: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read, args=(stream,), daemon=True)
            for stream in (self.process.stdout, self.process.stderr)
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, stream: Iterator[str]) -> None:
        for line in stream:
            self._news.put(line.rstrip("\n"))
        self._news.put(None)

    def until(self, wanted: Callable[[str], bool]) -> str:
        """The next line that is wanted."""
        while True:
            line = self._news.get(timeout=30)
            assert line is not None or self.process.poll() is None, "\n".join(self.said)
            if line is not None and self._note(line) and wanted(line):
                return line

    def until_sent(self, t_s: float) -> None:
        self.until(lambda line: line.startswith("sent") and self.sent[-1][1] >= t_s)

    def ends(self) -> int:
        """Its exit code; all it said is noted."""
        code = self.process.wait(timeout=30)
        for thread in self._threads:
            thread.join()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()
        while not self._news.empty():
            line = self._news.get()
            if line is not None:
                self._note(line)
        return code

    def _note(self, line: str) -> bool:
        if line.startswith("sent "):
            number, t_s = line.split()[1:]
            self.sent.append((int(number), float(t_s)))
        else:
            self.said.append(line)
        return True


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Callable[..., Command]]:
    begun: list[Command] = []

    def begin(*words: str, speed: float = 1.0, how: dict[str, object] | None = None, **script: object) -> Command:
        begun.append(Command(tmp_path / "home", *words, script={"speed": speed, **script}, **(how or {})))
        return begun[-1]

    yield begin
    for one in begun:
        with contextlib.suppress(ProcessLookupError):
            one.process.kill()
        one.process.wait()


def recorded(file: Path) -> list[Packet]:
    session = read_session(file)
    return [item for item in session.items if isinstance(item, Packet) and item.channel == "imu"]


@POSIX
def test_two_begun_at_once_record_and_log_each_its_own(command: Callable[..., Command], tmp_path: Path) -> None:
    """Before: both announced one path; the second recorded nothing, said "Recorded", and logged under the other's."""
    both = [command("--device", ADDRESS) for _ in range(3)]
    announced = []
    for one in both:
        announced.append(one.until(lambda line: line.startswith("Recording into ")).removeprefix("Recording into "))
    for one in both:
        one.until_sent(8.0)
        one.process.send_signal(signal.SIGINT)
    for one, file in zip(both, announced, strict=True):
        assert one.ends() == 0, one.said
        assert any(line.startswith(f"Recorded: {file} (") for line in one.said)
        assert len(recorded(Path(file))) == pytest.approx(len(one.sent), abs=10)
    assert len(set(announced)) == 3
    book = sqlite3.connect(tmp_path / "home" / "data" / "logbook.sqlite")
    with contextlib.closing(book):
        logged = {name for (name,) in book.execute("SELECT recording FROM sessions")}
    assert logged == {Path(file).name for file in announced}


@POSIX
def test_a_recording_deleted_under_the_program_is_not_lost(command: Callable[..., Command], tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl"
    live = command("--device", ADDRESS, "--out", str(file))
    live.until_sent(3.0)
    file.unlink()
    live.until(lambda line: "The recording" in line and "is not where it was. It goes on in" in line)
    live.until_sent(live.sent[-1][1] + 2.0)
    live.process.send_signal(signal.SIGINT)
    assert live.ends() == 0
    new = tmp_path / "s_2.jsonl"
    assert any(line.startswith(f"Recorded: {new} (") for line in live.said)
    assert len(recorded(new)) == pytest.approx(len(live.sent), abs=10), "from the first on"


@POSIX
def test_a_killed_process_loses_at_most_the_last_second(command: Callable[..., Command], tmp_path: Path) -> None:
    files = [tmp_path / "s.jsonl", tmp_path / "s.jsonl.gz"]
    both = [command("--device", ADDRESS, "--out", str(file)) for file in files]
    for live, file in zip(both, files, strict=True):
        live.until_sent(1.7)
        live.process.kill()
        assert live.ends() == -signal.SIGKILL
        packets = recorded(file)
        assert live.sent[-1][1] - live.sent[len(packets) - 1][1] <= 1.0
        assert len(packets) > 10


@POSIX
def test_ctrl_c_keeps_everything_and_sums_up(command: Callable[..., Command], tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl.gz"
    wav = tmp_path / "heard.wav"
    live = command("--device", ADDRESS, "--out", str(file), "--plain", "--voice-to", str(wav), speed=20.0)
    live.until(lambda line: "hold 1." in line)  # the third repetition
    live.process.send_signal(signal.SIGINT)
    assert live.ends() == 0, live.said
    session = read_session(file)
    assert len([item for item in session.items if isinstance(item, Packet)]) == 1 + len(live.sent)
    assert session.notices == []
    assert f"Recorded: {file} ({file.stat().st_size / 1000:.0f} kB)." in live.said
    summary = next(line for line in live.said if " reps" in line)
    assert summary.startswith(f"{analyze(file).summary.reps} reps")
    assert not any("Traceback" in line for line in live.said)
    cues = [json.loads(line) for line in Path(f"{wav}.cues.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [cue["kind"] for cue in cues].count("count") == 3
    assert cues[-1]["phrase"] == "session_done"  # the last words are waited for
    with wave.open(str(wav)) as sound:
        assert sound.getnframes() / sound.getframerate() > cues[-1]["at_s"] + 0.3


@POSIX
def test_sigterm_leaves_files_that_are_the_persons_own(command: Callable[..., Command], tmp_path: Path) -> None:
    live = command("--device", ADDRESS, names=["sc-\x1b]0;owned\x07"], how={"umask": 0})
    live.until_sent(0.2)
    live.process.send_signal(signal.SIGTERM)
    assert live.ends() == 0
    home = tmp_path / "home"
    files = {path.parent.name: path for path in home.rglob("*") if path.is_file()}
    assert set(files) == {"recordings", "config", "log", "data"}, "the last holds the logbook"
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert {stat.S_IMODE(files[kind].parent.stat().st_mode) for kind in ("recordings", "log", "data")} == {0o700}
    assert len(recorded(files["recordings"])) == len(live.sent)
    # What the sensor calls itself reaches neither the terminal, nor the log in any form, nor the recording as it is.
    assert not any("\x1b" in line for line in live.said)
    log = files["log"].read_text()
    assert "state=streaming" in log
    for secret in ("owned", ADDRESS, str(tmp_path), "recordings"):
        assert secret not in log
    assert read_session(files["recordings"]).header.device["name"] == r"sc-\x1b]0;owned\x07"


@POSIX
def test_a_second_ctrl_c_leaves_at_once_with_the_file_closed(command: Callable[..., Command], tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl.gz"
    live = command("--device", ADDRESS, "--out", str(file), hangs_on_close=True, speed=10.0)
    live.until_sent(0.5)
    live.process.send_signal(signal.SIGINT)
    live.until(lambda line: line == "hangs")
    with contextlib.suppress(subprocess.TimeoutExpired):
        live.process.wait(SAME_S + 0.05)  # sooner it would count as the first one
    live.process.send_signal(signal.SIGINT)
    assert live.ends() == 130
    assert "Left at once." in live.said
    assert read_session(file).notices == []
    assert len(recorded(file)) == len(live.sent)


@POSIX
def test_a_full_disk_is_said_at_once_and_counting_goes_on(command: Callable[..., Command], tmp_path: Path) -> None:
    import resource

    file = tmp_path / "s.jsonl"
    limit = 30_000
    live = command(
        *("--device", ADDRESS, "--out", str(file)),
        speed=20.0,
        how={"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))},
    )
    live.until(lambda line: "The recording stopped: File too large" in line)
    assert file.stat().st_size == limit
    live.until(lambda line: "hold 4." in line or "hold 3." in line)
    live.process.send_signal(signal.SIGINT)
    assert live.ends() == 0
    assert sum("The recording stopped" in line for line in live.said) == 1
    session = read_session(file)
    assert len(list(session.items)) > 50
    assert len(session.notices) == 1  # the torn last line


@POSIX
def test_a_reader_that_has_seen_enough_ends_it_well(tmp_path: Path) -> None:
    file = tmp_path / "s.jsonl.gz"
    line = [sys.executable, str(HERE / "child.py"), json.dumps({"speed": 20.0}), str(tmp_path / "home"), "live"]
    words = ["--no-voice", "--device", ADDRESS, "--out", str(file)]
    with subprocess.Popen([*line, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as live:
        while "centre found" not in live.stdout.readline():
            pass
        live.stdout.close()  # like `| head`
        assert live.wait(timeout=30) == 0
    assert read_session(file).notices == []
    assert len(recorded(file)) > 20
