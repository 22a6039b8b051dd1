"""A home of its own for each test of the logbook."""

from pathlib import Path

import pytest

from sensorcoach.folders import Folders


@pytest.fixture
def places(tmp_path: Path) -> Folders:
    found = Folders(tmp_path / "data" / "recordings", tmp_path / "config", tmp_path / "log")
    found.recordings.mkdir(parents=True)
    return found


@pytest.fixture
def home(places: Folders, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """The same, for whoever asks `folders` of the front room."""
    for room in ("log", "personal_file", "health", "live"):
        monkeypatch.setattr(f"sensorcoach.app.{room}.folders", lambda: places)
    return places
