"""`scan`, `live`, `doctor` and `where` as typed, over a scripted radio in this process."""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from scripted_radio import Script, ScriptedRadio
from typer.testing import CliRunner, Result

from sensorcoach import app, folders
from sensorcoach.app.stopping import stopped_by_signals
from sensorcoach.cli import app as commands
from sensorcoach.cli.root import BESIDE_TIME, fitted
from sensorcoach.cli.sensors import _PlainView
from sensorcoach.devices import PluginProblem
from sensorcoach.model import LinkEvent, Notice
from sensorcoach.output.plain import line
from sensorcoach.sources.radio import Found
from sensorcoach.sources.timing import LinkTiming

Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All folders of the product lie in here."""
    places = folders.Folders(tmp_path / "data" / "recordings", tmp_path / "config", tmp_path / "log")
    monkeypatch.setattr("sensorcoach.app.live.folders", lambda: places)
    monkeypatch.setattr("sensorcoach.app.health.folders", lambda: places)
    monkeypatch.setattr("sensorcoach.doctor.LISTEN_S", 0.0)
    return tmp_path


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def invoke(*words: str, **script: object) -> Result:
        monkeypatch.setattr(app, "bluetooth", lambda *_: ScriptedRadio(Script(**script)))  # type: ignore[arg-type]
        silent = ("--no-voice",) if words[0] == "live" else ()
        return CliRunner().invoke(commands, [*words, *silent])

    return invoke


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns", [20, 60, 80, 200])
def test_a_long_line_is_broken_between_words_for_a_person_only(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    told = line(Notice(3.0, "x", "The computer could not be kept awake. Set its energy settings so that it does not."))
    assert told is not None
    assert fitted(told, io.StringIO(), BESIDE_TIME) == told
    rows = fitted(told, Terminal(), BESIDE_TIME).splitlines()
    assert max(map(len, rows)) <= columns
    assert rows[0].startswith("  0:03.0  ! The")
    assert all(row.startswith(" " * BESIDE_TIME) and row[BESIDE_TIME] != " " for row in rows[1:])
    assert " ".join(" ".join(rows).split()) == " ".join(told.split())


# --- scan -------------------------------------------------------------------------------------------------------------


def test_scan_lists_sensors_the_strongest_first(run: Run) -> None:
    done = run("scan", "--seconds", "0.5", names=["sc-one", "sc-two"])
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 70  # the longest profile's name is 6 characters longer
    assert [row.split() for row in done.stdout.splitlines()] == [
        ["sc-one", "C0:00:00:00:00:00", "-50", "dBm", "open"],
        ["sc-two", "C0:00:00:00:00:01", "-51", "dBm", "open"],
    ]


def test_scan_as_json(run: Run) -> None:
    (sensor,) = json.loads(run("scan", "--seconds", "0.5", "--json").stdout)
    assert sensor == {
        "name": "sc-pretend",
        "address": "C0:00:00:00:00:00",
        "rssi_dbm": -50,
        "profile": "open",
        "connected": False,
    }


def test_devices_nobody_knows_are_shown_on_request(run: Run) -> None:
    strangers = {"names": ["kettle"], "services": []}
    few, all_ = run("scan", "--seconds", "0.5", **strangers), run("scan", "--seconds", "0.5", "--all", **strangers)
    assert (few.exit_code, few.stdout) == (4, "")
    assert "1 other device" in few.stderr
    assert "unknown" in all_.stdout
    assert json.loads(run("scan", "--seconds", "0.5", "--json", **strangers).stdout) == []


def test_a_name_from_the_air_commands_no_terminal(run: Run) -> None:
    done = run("scan", "--seconds", "0.5", names=["sc-\x1b[31m\nfake line\x07"])
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.rstrip("\n").isprintable()


@pytest.mark.parametrize("words", [["scan", "--seconds", "0.5"], ["live"]])
def test_bluetooth_off_is_one_sentence_and_exit_4(words: list[str], run: Run, home: Path) -> None:
    done = run(*words, off=True)
    assert done.exit_code == 4
    assert done.stderr.splitlines()[-1] == "sensorcoach: Bluetooth is off. Switch it on."
    assert list(home.rglob("*.jsonl")) == []


# --- live -------------------------------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_is_told_before_any_search(run: Run, home: Path) -> None:
    (home / "file").touch()
    done = run("live", "--out", str(home / "file" / "s.jsonl"))
    assert (done.exit_code, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1


def test_an_existing_recording_is_never_overwritten(run: Run, home: Path) -> None:
    file = home / "s.jsonl"
    file.write_text("mine")
    done = run("live", "--out", str(file))
    assert done.exit_code == 3
    assert "exists already" in done.stderr
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "words", [["--out", "a.jsonl", "--no-record"], ["--profile", "kettle"], ["--up-leg", "w"], ["--leg", "middle"]]
)
def test_wrong_usage_exits_2(words: list[str], run: Run) -> None:
    done = run("live", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_without_a_terminal_several_sensors_are_named_not_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty = partial(replace, timing=LinkTiming(competitors_s=0.1))
    monkeypatch.setattr(app, "live_plan", lambda *told, _plan=app.live_plan, **more: hasty(_plan(*told, **more)))
    done = run("live", "--no-record", names=["sc-one", "sc-two"])
    assert done.exit_code == 4
    for word in ("sc-one", "sc-two", "--device"):
        assert word in done.stderr
    assert "Nothing is recorded." in done.stdout


def found(*names: str) -> list[Found]:
    return [Found(f"C0:{number}", name, -50, (), handle=None) for number, name in enumerate(names)]


def test_on_a_terminal_the_person_chooses(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    inner, outer = os.pipe()
    with os.fdopen(inner) as typed, os.fdopen(outer, "wb", buffering=0) as keyboard:
        monkeypatch.setattr(sys, "stdin", typed)
        choices = found("sc-one", "sc-\x1b[2Jtwo")
        monkeypatch.setattr(os, "read", _typing(os.read, keyboard, [b"seven\n", b"3\n", b"2\n"]))
        assert _PlainView().choose(choices) is choices[1]
    asked = capsys.readouterr().err
    assert asked.count("Which sensor, 1-2?") == 3
    assert "\x1b" not in asked


def _typing(read: Callable[[int, int], bytes], keyboard: object, lines: list[bytes]) -> Callable[[int, int], bytes]:
    """A person who types the next line when asked."""

    def read_after_typing(descriptor: int, length: int) -> bytes:
        keyboard.write(lines.pop(0))  # type: ignore[attr-defined]
        return read(descriptor, length)

    return read_after_typing


def test_ctrl_c_ends_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    inner, outer = os.pipe()
    with os.fdopen(inner) as typed, os.fdopen(outer, "wb", buffering=0) as keyboard:
        monkeypatch.setattr(sys, "stdin", typed)
        view = _PlainView()
        view.tell(Notice(0.0, "stopping", "Stopping."))
        assert view.choose(found("sc-one", "sc-two")) is None
        keyboard.write(b"\n")
        assert view._typed.get() == "\n"  # the thread that reads is done


def test_the_details_of_the_link_command_no_terminal() -> None:
    said = line(LinkEvent(61.0, "lost", "\x1b]0;owned\x07\nfake"))
    assert said == r"  1:01.0  connection lost: \x1b]0;owned\x07\nfake"


@pytest.mark.skipif(os.name == "nt", reason="no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_stop_once_and_then_leave(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    before = signal.getsignal(getattr(signal, name))

    async def under_way() -> None:
        loop = asyncio.get_running_loop()
        start_s = loop.time()
        with stopped_by_signals(lambda: called.append("stop"), lambda: called.append("leave")):
            for at_s in (0.0, 0.1, 5.0):
                monkeypatch.setattr(loop, "time", lambda at_s=at_s: start_s + at_s)
                os.kill(os.getpid(), getattr(signal, name))
                await asyncio.sleep(0)
            await asyncio.sleep(0)

    asyncio.run(under_way())
    assert called == ["stop", "leave"]
    assert signal.getsignal(getattr(signal, name)) is before


# --- doctor, where ----------------------------------------------------------------------------------------------------


def test_doctor_finds_all_well(run: Run, home: Path) -> None:
    done = run("doctor")
    assert done.exit_code == 0, done.stdout
    assert "ok       bluetooth: works, 1 device heard" in done.stdout
    for word in ("Python", "bleak", "numpy", str(home / "data" / "recordings"), "sound", "disk"):
        assert word in done.stdout
    assert "problem" not in done.stdout


def test_doctor_says_what_to_do(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "data").touch()  # no folder can be made in a file
    broken = PluginProblem("kettle", "kettle-pack 1.0", "ImportError: \x1b[31mno steam")
    monkeypatch.setattr("sensorcoach.doctor.plugin_problems", lambda: (broken,))
    (home / "config" / "sensors").mkdir(parents=True)
    (home / "config" / "sensors" / "wrong.toml").write_text("rate_hz = 50")
    done = run("doctor", off=True)
    assert done.exit_code == 4
    rows = done.stdout.splitlines()
    assert rows[rows.index("problem  bluetooth: Bluetooth is off.") + 1] == "         -> Switch it on."
    assert any(row.startswith("problem  recordings: ") for row in rows)
    assert any(row.startswith("note     plug-in: the sensor profile kettle of kettle-pack 1.0") for row in rows)
    assert any(row.startswith("note     description: ") and "wrong.toml" in row for row in rows)
    assert "\x1b" not in done.stdout


def test_doctor_hearing_nothing_is_no_problem(run: Run) -> None:
    done = run("doctor", names=[])
    assert done.exit_code == 0
    assert "note     bluetooth: is on, but heard nothing at all in 0 s" in done.stdout


def test_where_names_folders_and_makes_none(run: Run, home: Path) -> None:
    done = run("where")
    assert str(home / "config") in done.stdout
    assert list(home.iterdir()) == []
