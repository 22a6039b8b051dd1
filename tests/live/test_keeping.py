"""What is recorded is kept: names are taken at once, the disk has it soon, and a file that vanishes is noticed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sensorcoach import analyze
from sensorcoach.app import let_go, live_plan
from sensorcoach.app.keeping import LOOK_S, SYNC_S, KeptRecording, reserved_recording
from sensorcoach.choices import Choices
from sensorcoach.errors import RecordingError
from sensorcoach.folders import Folders
from sensorcoach.model import Notice, Packet
from sensorcoach.recording import Header, SessionWriter, read_session
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.product import Product, worn

HEADER = Header(profile="open")


def packets(count: int, first: int = 0) -> list[Packet]:
    return [Packet("sensor", "imu", number / 10, bytes([number % 256])) for number in range(first, first + count)]


def read(path: Path) -> list[Packet]:
    return [item for item in read_session(path).items if isinstance(item, Packet)]


def test_two_sessions_of_one_second_have_a_file_each_from_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before: both announced one path; the second recorded nothing, said "Recorded", and logged under the other's."""
    places = Folders(tmp_path / "recordings", tmp_path / "config", tmp_path / "log")
    monkeypatch.setattr("sensorcoach.app.live.folders", lambda: places)
    noon = datetime(2026, 3, 1, 12, 0, 5)
    assert len({reserved_recording(tmp_path, noon) for _ in range(3)}) == 3
    plans = [live_plan(Choices()) for _ in range(2)]
    first, second = (plan.file for plan in plans)
    assert first is not None
    assert second is not None
    assert first != second
    assert first.exists()
    assert second.stat().st_mode & 0o077 == 0
    for plan in plans:
        let_go(plan)
    assert list(places.recordings.iterdir()) == [], "nothing was written"


def test_a_reserved_name_is_not_taken_twice_and_what_was_written_is_not_let_go(tmp_path: Path) -> None:
    out = tmp_path / "mine.jsonl"
    plan = live_plan(Choices(), out=out)
    with pytest.raises(RecordingError, match="exists already"):
        live_plan(Choices(), out=out)
    SessionWriter(out, HEADER, reserved=True).close()
    let_go(plan)
    assert out.exists()
    with pytest.raises(RecordingError, match="exists already"):
        SessionWriter(out, HEADER, reserved=True)


def taken_away(path: Path) -> None:
    path.unlink()


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.jsonl"))


def replaced(path: Path) -> None:
    path.unlink()
    path.write_text("somebody else's")


@pytest.mark.parametrize("fate", [taken_away, moved, replaced])
@in_virtual_time
async def test_a_recording_that_vanishes_in_mid_session_goes_on_in_a_new_file(
    lab: Lab, tmp_path: Path, fate: Callable[[Path], None]
) -> None:
    """Nothing of it is lost: what was written can still be read through the open file."""
    session = worn()
    await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        await asyncio.sleep(20)
        fate(product.file)
        at_s = product.live.now_s
        await asyncio.sleep(session.duration_s - 20)
    (notice,) = (one for one in product.all(Notice) if one.code == "recording_moved")
    assert notice.t_s - at_s < LOOK_S + 1.0
    new = product.live.recorded
    assert new is not None
    assert new != product.file
    assert str(new) in notice.text
    again = analyze(new)
    assert again.samples == product.done.samples
    assert again.summary.reps == product.done.summary.reps == session.reps
    assert new.stat().st_mode & 0o077 == 0
    if fate is replaced:
        assert product.file.read_text() == "somebody else's"


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
@pytest.mark.parametrize("folder_goes", [False, True])
def test_a_disk_that_goes_away_costs_what_was_on_it_only(name: str, folder_goes: bool, tmp_path: Path) -> None:
    old, elsewhere = tmp_path / "stick" / name, tmp_path / "home"
    old.parent.mkdir()
    told: list[str] = []
    kept = KeptRecording(old, HEADER, elsewhere, told.append)
    for item in packets(50):
        kept.append(item)
    # A disk that neither takes nor gives anything any more: a pipe nobody reads.
    reading, writing = os.pipe()
    os.close(reading)
    os.dup2(writing, kept._writer._raw.fileno())
    os.close(writing)
    if folder_goes:
        shutil.rmtree(old.parent)
    for item in packets(100, first=50):
        kept.append(item)
    kept.close()
    assert kept.file.parent == (elsewhere if folder_goes else old.parent)
    assert len(told) == 1
    numbers = [item.payload[0] for item in read(kept.file)]
    assert numbers == list(range(numbers[0], 150))
    assert numbers[0] <= 50 + 10 * (LOOK_S + SYNC_S)
    if not folder_goes and name.endswith("jsonl"):
        assert len(read(old)) >= 40


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.gz"])
def test_all_that_was_written_is_in_the_new_file(name: str, tmp_path: Path) -> None:
    writer = SessionWriter(tmp_path / name, HEADER)
    for item in packets(30):
        writer.append(item)
    (tmp_path / name).unlink()
    assert not writer.in_place
    new = tmp_path / f"new-{name}"
    new.touch()
    writer.go_on_in(new)
    assert writer.in_place
    for item in packets(30, first=30):
        writer.append(item)
    writer.close()
    session = read_session(new)
    assert list(session.items) == packets(60)
    assert session.notices == []


def test_a_disk_without_room_anywhere_stops_the_recording_as_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = KeptRecording(tmp_path / "s.jsonl", HEADER, tmp_path / "home", lambda text: None)
    monkeypatch.setattr("sensorcoach.app.keeping.SessionWriter.append", full)
    monkeypatch.setattr("sensorcoach.app.keeping.SessionWriter.go_on_in", full)
    with pytest.raises(OSError, match="No space"):
        kept.append(packets(1)[0])
    monkeypatch.undo()
    kept.close()
    assert [path.name for path in tmp_path.glob("*.jsonl")] == ["s.jsonl"]
    assert list((tmp_path / "home").glob("*")) == []


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@in_virtual_time
async def test_the_disk_has_it_every_few_seconds_at_each_change_of_the_link_and_at_the_end(
    lab: Lab, tmp_path: Path
) -> None:
    """So that a power cut costs seconds."""
    synced: list[tuple[float, int]] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        real(descriptor)
        synced.append((product.live.now_s, os.fstat(descriptor).st_size))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", noted)
        sensor = await lab.open(worn().movement)
        async with Product(lab, tmp_path) as product:
            await product.streaming()
            await asyncio.sleep(20)
            before = len(synced)
            await sensor.drop()
            await product.until("lost")
            await asyncio.sleep(0.05)
            assert len(synced) > before
            await product.streaming(times=2)
            await asyncio.sleep(10)
    times_s = [t_s for t_s, _ in synced]
    assert max(later - earlier for earlier, later in zip(times_s, times_s[1:], strict=False)) <= SYNC_S + 1.0
    assert synced[-1][1] == product.file.stat().st_size
