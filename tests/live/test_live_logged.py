"""A live session over a scripted radio is in the logbook when it ends, as the recording tells it."""

import asyncio
from pathlib import Path

import pytest
from scripted_radio import Script, ScriptedRadio

from sensorcoach import app
from sensorcoach.choices import Choices
from sensorcoach.folders import Folders
from sensorcoach.model import LinkEvent, Notice, Result
from sensorcoach.session import Told


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    found = Folders(tmp_path / "data" / "recordings", tmp_path / "config", tmp_path / "log")
    monkeypatch.setattr("sensorcoach.app.live.folders", lambda: found)
    return found


def for_a_while(**how: object) -> tuple[Result | None, list[Told]]:
    """A session as `sensorcoach live` plans it, thirty times as fast: too fast to count in, fast enough to log."""
    choices = Choices(mounting={"up_leg": "y"})
    plan = app.live_plan(choices, device="C0:00:00:00:00:00", **how)  # type: ignore[arg-type]
    told: list[Told] = []

    async def whole() -> Result | None:
        loop = asyncio.get_running_loop()

        def listen(one: Told) -> None:
            told.append(one)
            if isinstance(one, LinkEvent) and one.state == "streaming":
                loop.call_later(1.0, live.stop)

        live = app.Live(ScriptedRadio(Script(speed=30.0)), plan, listen)
        return await asyncio.wait_for(live.run(), 20.0)

    return asyncio.run(whole()), told


def test_it_is_logged_for_its_person_and_rebuilt_the_same(places: Folders) -> None:
    result, _ = for_a_while(person="anna")
    assert result is not None
    (session,) = app.sessions_logged("anna", places=places)
    assert (session.target_a_side, session.sensor) == (5, "sc-pretend")
    assert session.duration_s == result.duration_s > 0.0
    assert app.sessions_logged(places=places) == []
    app.rebuild_log(print, print, places=places)
    assert app.sessions_logged("anna", places=places) == [session]


def test_without_a_recording_nothing_is_logged(places: Folders) -> None:
    result, _ = for_a_while(record=False)
    assert result is not None
    assert not places.logbook.exists()


def test_a_damaged_logbook_is_told_and_spoils_no_session(places: Folders) -> None:
    places.recordings.mkdir(parents=True)
    places.logbook.write_bytes(b"junk" * 5000)
    result, told = for_a_while()
    assert result is not None
    (notice,) = [one for one in told if isinstance(one, Notice) and one.code == "not_logged"]
    assert "sensorcoach log rebuild" in notice.text
    assert places.logbook.read_bytes() == b"junk" * 5000

    app.rebuild_log(print, print, places=places)
    assert len(app.sessions_logged(places=places)) == 1
