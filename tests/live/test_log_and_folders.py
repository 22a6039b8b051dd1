"""The log tells nobody's secrets, the folders are private, the computer stays awake or says why not."""

import logging
import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from sensorcoach import logfile
from sensorcoach.app.keeping import reserved_recording
from sensorcoach.awake import MAY_SLEEP, kept_awake
from sensorcoach.errors import RecordingError
from sensorcoach.folders import folders, made
from sensorcoach.logfile import Version, log_into, note, note_error, stop_logging

EVIL = "Anna's knee \x1b[31m C0:FF:EE:00:00:01 /home/anna"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    assert log_into(tmp_path / "log")
    yield tmp_path / "log" / "sensorcoach.log"
    stop_logging()


def test_only_words_numbers_and_versions_are_written(log: Path) -> None:
    note("link", state="lost", at_s=12.5, count=3, version=Version("1.2.0"), missing=None)
    note("link", state=EVIL, version=Version(EVIL), text="Anna")
    first, second = (row.split(" ", 2)[2] for row in log.read_text().splitlines())
    assert first == "link state=lost at_s=12.5 count=3 version=1.2.0"
    assert second == "link state=? version=? text=?"


def test_an_error_is_written_by_kind_and_place_only(log: Path) -> None:
    try:
        made(Path(os.devnull) / EVIL)
    except RecordingError as error:
        note_error(error)
        logging.getLogger("sensorcoach.link").exception("a conversation failed")
    text = log.read_text()
    assert text.count("kind=RecordingError at=folders.py:") == 2
    for secret in ("Anna", "anna", "C0:FF", "home", "Error:"):
        assert secret not in text


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_the_log_is_private_and_bounded(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(logfile.LOG_BYTES // 20):
        note("link", state="streaming")
    files = sorted(log.parent.iterdir())
    assert [file.name for file in files] == ["sensorcoach.log", "sensorcoach.log.1"]
    assert all(file.stat().st_size <= logfile.LOG_BYTES for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_no_log_is_no_reason_to_stop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").touch()
    assert not log_into(tmp_path / "log")
    note("link", state="lost")
    logging.getLogger("sensorcoach.link").error("not onto the screen")
    assert capsys.readouterr().err == ""


def test_folders_are_this_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    places = folders()
    assert all(path.is_relative_to(Path.home()) for path in (places.recordings, places.config, places.log))


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = made(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}
    assert made(folder) == folder


def test_two_sessions_in_one_second_have_two_files(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 1, 12, 0, 5)
    names = []
    for _ in range(3):
        names.append(reserved_recording(tmp_path, noon))
    assert [path.name for path in names] == [f"2026-03-01_12-00-05{more}.jsonl" for more in ("", "_2", "_3")]


def test_awake_or_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    with kept_awake() as trouble:
        assert trouble is None
    monkeypatch.delenv("WAKEPY_FAKE_SUCCESS")
    monkeypatch.setattr("wakepy.core.mode.Mode._activate", lambda mode: None)
    with kept_awake() as trouble:
        assert trouble == MAY_SLEEP


def test_a_desktop_that_is_gone_at_the_end_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise RuntimeError("no bus")

    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "1")
    with kept_awake():
        monkeypatch.setattr("wakepy.core.mode.deactivate_method", gone)
