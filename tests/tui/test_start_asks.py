"""What the real desk asks of `sensorcoach.app`: the notice, the sensors in the air, a session."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import platformdirs
import pytest

from sensorcoach import app
from sensorcoach.app import note_safety_notice_read, remembered_sensor, safety_notice_read, sensors_in_the_air
from sensorcoach.choices import Choices
from sensorcoach.errors import SettingsError
from sensorcoach.sources.radio import Found
from sensorcoach.sources.remembered import RememberedSensor, save_remembered
from sensorcoach.tui.start.desk import Desk, Sound, Unreadable
from sensorcoach.tui.start.openings import OpenReplay

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("data", "config", "log"):
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", lambda *_name, _kind=kind, **_more: tmp_path / _kind)
    return tmp_path


def test_the_notice_is_read_once(home: Path) -> None:
    assert not safety_notice_read()
    note_safety_notice_read()
    assert safety_notice_read()
    next((home / "config").iterdir()).write_bytes(b"\xff")
    assert not safety_notice_read()


def test_a_notice_that_cannot_be_remembered_says_so(home: Path) -> None:
    (home / "config").touch()
    with pytest.raises(SettingsError, match="cannot be written"):
        note_safety_notice_read()


def test_the_sensor_used_last(home: Path) -> None:
    assert remembered_sensor() is None
    sensor = RememberedSensor(profile="open", name="sc-1", identity=None, address="C0:00:00:00:00:00")
    save_remembered(home / "config", sensor)
    assert remembered_sensor() == sensor


class Air:
    """Two devices, one after the other."""

    async def held(self, services: Collection[str]) -> list[Found]:
        return []

    @asynccontextmanager
    async def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AsyncIterator[None]:
        self.heard = heard
        heard(Found("C0:00:00:00:00:09", "kettle", -40, (), handle=None))
        yield


def test_sensors_are_told_while_they_are_heard() -> None:
    async def listen() -> list[list[str | None]]:
        air = Air()
        async with sensors_in_the_air(air) as heard:  # type: ignore[arg-type]
            before = [one.name for one in heard()]
            air.heard(Found("C0:00:00:00:00:01", "Movesense 2033", -60, (), handle=None))
            return [before, [one.name for one in heard()]]

    assert asyncio.run(listen()) == [["kettle"], ["Movesense 2033", "kettle"]]  # what is known leads


def test_what_is_in_a_recording(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("no session\n")
    desk = Desk()
    unreadable, mixed = desk.read(broken), desk.read(RECORDINGS / "mixed.jsonl.gz")
    assert isinstance(unreadable, Unreadable)
    assert "broken.jsonl" in unreadable.reason
    assert not isinstance(mixed, Unreadable)
    assert (mixed.left, mixed.right, mixed.simulated) == (3, 3, True)  # three each: simulator's plan of the demo


def test_a_replay_is_opened_and_closed() -> None:
    desk = Desk(sound=Sound(on=False))
    opening = OpenReplay((RECORDINGS / "mixed.jsonl.gz",), speed=16.0)
    begun = desk.begin(opening, lambda _found: None, lambda _told: None, lambda: None)
    try:
        assert (begun.kind, begun.files) == ("replay", opening.files)
        assert begun.show.speed == 16.0  # type: ignore[attr-defined]
        assert begun.show.playing  # type: ignore[attr-defined]
    finally:
        begun.close()


def test_the_report_lies_beside_the_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[list[Path], Path]] = []
    monkeypatch.setattr(app, "write_report", lambda files, out, _choices: written.append((files, out)) or out)
    files = [tmp_path / "2026-03-02.jsonl.gz", tmp_path / "gyroscope.csv"]
    said = Desk().report(files, Choices())
    assert written == [(files, tmp_path / "2026-03-02.html")]
    assert str(tmp_path / "2026-03-02.html") in said


FIRST_FRAME = """
import asyncio, json, pathlib, platformdirs, sys
for kind in ("data", "config", "log"):
    setattr(platformdirs, f"user_{kind}_path", lambda *_n, **_m: pathlib.Path(sys.argv[1]))
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.start.desk import Desk
from sensorcoach.tui.start.visit import Visit
async def first_frame():
    visit = Visit(Desk())
    async with SensorcoachApp(visit.begin).run_test() as pilot:
        await pilot.pause()
        assert "Settings" in str(pilot.app.screen.query_one("#menu").options[-1].prompt)
asyncio.run(first_frame())
json.dump(sorted({name.split(".")[0] for name in sys.modules}), sys.__stdout__)
"""


def test_the_first_frame_waits_for_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME, str(tmp_path)], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert "textual" in loaded
    assert loaded & {"scipy", "vqf", "bleak", "matplotlib", "jinja2", "miniaudio", "pyttsx3", "pandas"} == set()


TO_THE_SCREEN = """
import json, sys
from sensorcoach.cli import root, sessions
sessions.screen_possible = lambda: True
sessions.show_screen = lambda opening, **_: json.dump([str(opening.files[0]), *sys.modules], sys.stdout)
root.app(["replay", "a.jsonl"], standalone_mode=False)
"""


def test_a_replay_shows_its_first_frame_before_it_loads_the_analysis() -> None:
    done = subprocess.run([sys.executable, "-c", TO_THE_SCREEN], capture_output=True, text=True, check=True)
    file, *loaded = json.loads(done.stdout)
    assert file == "a.jsonl"
    assert not {name.split(".")[0] for name in loaded} & {"scipy", "vqf"}
