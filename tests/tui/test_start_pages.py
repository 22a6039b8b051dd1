"""The pages around a session, with a desk out of memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable, Input, OptionList, Static

from sensorcoach.app import HeardSensor, stored_recordings
from sensorcoach.errors import BluetoothError, SettingsError
from sensorcoach.output.safety import ASK_FIRST, STOP_AT
from sensorcoach.preferences import Personal
from sensorcoach.settings import LimitSettings
from sensorcoach.tui.app import SensorcoachApp
from sensorcoach.tui.start.bars import bars, signal_bars, signal_words
from sensorcoach.tui.start.guide_panel import GuidedStage, GuidePanel
from sensorcoach.tui.start.log_screen import LogScreen
from sensorcoach.tui.start.openings import OpenDemo, OpenLive, OpenReplay
from sensorcoach.tui.start.past import past_session
from sensorcoach.tui.start.recordings_browser import RecordingsBrowser
from sensorcoach.tui.start.safety_notice import SafetyNotice
from sensorcoach.tui.start.sensor_picker import SensorPicker
from sensorcoach.tui.start.settings_screen import SettingsScreen
from sensorcoach.tui.start.start_screen import StartScreen

from .pretend_desk import PretendDesk, Way, lived_in

Pages = Callable[..., AbstractAsyncContextManager[Pilot[Any]]]


@pytest.fixture
def page() -> Pages:
    """``async with page(screen) as pilot``: that page alone."""

    @asynccontextmanager
    async def opened(screen: Screen[Any], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Any]]:
        app = SensorcoachApp(lambda app: app.push_screen(screen))
        app.animation_level = "none"
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot

    return opened


def words(pilot: Pilot[Any], selector: str = "Static") -> str:
    """What can be read, in the order of the page."""
    return "\n".join(str(part.render()) for part in pilot.app.screen.query(selector).results(Static) if part.display)


def rows(pilot: Pilot[Any]) -> list[list[str]]:
    table: DataTable[Any] = pilot.app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row(key)] for key in table.rows]


def run(test: Any) -> None:
    asyncio.run(test)


# --- the start screen -------------------------------------------------------------------------------------------------


def test_one_key_opens_a_session_or_a_page_and_escape_comes_back(page: Pages) -> None:
    way = Way()

    async def test() -> None:
        async with page(StartScreen(PretendDesk(), way)) as pilot:
            await pilot.press("enter", "1", "4", "down", "down", "down", "enter")
            assert way.opened == [OpenLive(), OpenLive(), OpenDemo(), OpenDemo()]
            for key, kind in (("2", SensorPicker), ("3", RecordingsBrowser), ("5", LogScreen), ("6", SettingsScreen)):
                await pilot.press(key)
                await pilot.pause()
                assert isinstance(pilot.app.screen, kind)
                await pilot.press("escape")
                await pilot.pause()
                assert isinstance(pilot.app.screen, StartScreen)
            await pilot.press("escape")
            assert isinstance(pilot.app.screen, StartScreen)  # there is nothing behind it

    run(test())


def test_the_menu_tells_what_there_is_and_more_where_there_is_room(page: Pages) -> None:
    async def test() -> None:
        async with page(StartScreen(lived_in(), Way())) as pilot:
            menu = pilot.app.screen.query_one(OptionList)
            told = "\n".join(str(option.prompt) for option in menu.options)
            for part in ("Start with WT901BLE67", "10 are here", "6 left, 6 right; warnings: none"):
                assert part in told
            assert not pilot.app.screen.query_one("#beside").display
            await pilot.resize_terminal(120, 36)
            await pilot.pause()
            assert pilot.app.screen.query_one("#beside").display

    run(test())


# --- picking a sensor -------------------------------------------------------------------------------------------------

NEAR = HeardSensor("[red]WT901", "C0:00:00:00:00:01", -50, "witmotion", False)
HELD = HeardSensor(None, "C0:00:00:00:00:02", None, "movesense", True)
KETTLE = HeardSensor("kettle", "C0:00:00:00:00:03", -80, None, False)


def test_sensors_come_as_they_are_heard_and_keep_their_place(page: Pages) -> None:
    desk, way = PretendDesk(), Way()

    async def test() -> None:
        async with page(SensorPicker(desk, way)) as pilot:
            picker = pilot.app.screen
            assert isinstance(picker, SensorPicker)
            assert "Switch the sensor on" in words(pilot)
            picker.show([NEAR])
            picker.show([HELD, KETTLE, HeardSensor("[red]WT901", NEAR.address, -80, "witmotion", False)])
            assert rows(pilot) == [
                ["[red]WT901", "witmotion", "▂··· weak", NEAR.address],
                ["(no name)", "movesense", "connected", HELD.address],
            ]
            picker.show([])  # silent for a moment
            await pilot.press("a")
            assert ["kettle", "not known", "▂··· weak", KETTLE.address] in rows(pilot)
            await pilot.press("enter")
            await pilot.pause()

    run(test())
    assert [opening.device for opening in way.opened if isinstance(opening, OpenLive)] == [NEAR.address]


def test_bluetooth_off_is_an_instruction_and_r_tries_again(page: Pages) -> None:
    desk = PretendDesk()
    desk.trouble = BluetoothError("Bluetooth is off.", "Switch it on in the settings.")

    async def test() -> None:
        async with page(SensorPicker(desk, Way())) as pilot:
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert "Bluetooth is off.\nSwitch it on in the settings.\nThen press r." in words(pilot)
            desk.trouble = None
            desk.heard = [NEAR]
            await pilot.press("r")
            await pilot.pause()
            assert "Bluetooth is off" not in words(pilot)
            assert len(rows(pilot)) == 1

    run(test())


@pytest.mark.parametrize(
    ("rssi_dbm", "shown"), [(-40, "▂▄▆█ strong"), (-60, "▂▄▆· good"), (-95, "···· very weak"), (None, "···· not known")]
)
def test_signal_bars_are_said_in_words_too(rssi_dbm: int | None, shown: str) -> None:
    assert f"{signal_bars(rssi_dbm)} {signal_words(rssi_dbm)}" == shown


# --- recordings and log -----------------------------------------------------------------------------------------------


def test_a_recording_is_read_lazily_and_a_bad_one_says_why(page: Pages) -> None:
    desk, way = lived_in(), Way()

    async def test() -> None:
        async with page(RecordingsBrowser(desk, way)) as pilot:
            assert len(rows(pilot)) == 10
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert rows(pilot)[0] == ["Fri 20 Mar 2026 07:12", "3:28", "6 left, 6 right", "none"]
            assert rows(pilot)[3][1:] == ["–", "cannot be read", "–"]
            assert rows(pilot)[8][3] == "4, severe"
            await pilot.press("down", "down", "down")
            assert "line 7 is no JSON" in words(pilot, "#detail")
            await pilot.press("enter")
            await pilot.pause()
            assert way.opened == []
            await pilot.press("up", "enter")
            await pilot.pause()

    run(test())
    assert way.opened == [OpenReplay((desk.stored[2].path,))]


@pytest.mark.parametrize("kind", [RecordingsBrowser, LogScreen])
def test_none_yet_is_an_instruction(page: Pages, kind: type[RecordingsBrowser] | type[LogScreen]) -> None:
    async def test() -> None:
        async with page(kind(PretendDesk(), Way())) as pilot:
            assert "yet" in words(pilot, "#none")
            assert not pilot.app.screen.query_one(DataTable).display

    run(test())


def test_a_file_from_elsewhere(page: Pages, tmp_path: Any) -> None:
    way = Way()
    mine = tmp_path / "mine.csv"
    mine.touch()

    async def test() -> None:
        async with page(RecordingsBrowser(PretendDesk(), way)) as pilot:
            await pilot.press("o")
            box = pilot.app.screen.query_one(Input)
            for typed in (str(tmp_path / "none.csv"), str(mine)):
                box.value = typed
                await pilot.press("enter")
                await pilot.pause()

    run(test())
    assert way.opened == [OpenReplay((mine,))]


def test_the_log_shows_progress_and_pain(page: Pages) -> None:
    async def test() -> None:
        async with page(LogScreen(lived_in(), Way())) as pilot:
            assert "pain in 1 of 10" in words(pilot, "#trend")
            assert [row[4] for row in rows(pilot)][7] == "pain"
            assert rows(pilot)[0][3] == "47° 44°"

    run(test())


def test_bars_stand_for_their_numbers() -> None:
    assert bars([0, 1, 2, None, 7]) == "▁▂▃ █"
    assert bars([]) == ""
    assert bars([5, 5], most=10) == "▅▅"


def test_a_recording_of_ours_becomes_the_row_that_its_maker_knows() -> None:
    from pathlib import Path

    from sensorcoach import analyze

    root = Path(__file__).resolve().parents[2] / "recordings"
    row = past_session(analyze(root / "one_sided.jsonl.gz"), None)
    assert (row.left, row.right, row.simulated, row.pain) == (0, 6, True, False)  # recordings/README.md


def test_the_folder_is_listed_the_newest_first(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from sensorcoach.folders import Folders

    monkeypatch.setattr("sensorcoach.app.recordings.folders", lambda: Folders(tmp_path, tmp_path, tmp_path))
    assert stored_recordings() == []
    for age, name in enumerate(("b.jsonl", "a.jsonl.gz", "notes.txt", "c.jsonl")):
        (tmp_path / name).write_text("{}\n")
        os.utime(tmp_path / name, (1e9 - age, 1e9 - age))
    (tmp_path / "reserved.jsonl").touch()  # for a session that has not begun yet
    assert [one.path.name for one in stored_recordings()] == ["b.jsonl", "a.jsonl.gz", "c.jsonl"]


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_recording_is_dated_by_what_it_says_not_by_when_the_file_was_copied(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    import gzip
    import os
    from datetime import UTC, datetime

    from sensorcoach.folders import Folders

    monkeypatch.setattr("sensorcoach.app.recordings.folders", lambda: Folders(tmp_path, tmp_path, tmp_path))
    for name, start in (("old", "2026-03-01T12:00:00Z"), ("new", "2026-03-02T12:00:00+00:00"), ("odd", "yesterday")):
        line = f'{{"sensorcoach":1,"profile":"open","start":"{start}"}}\n'.encode()
        path = tmp_path / f"{name}.jsonl{ending}"
        path.write_bytes(gzip.compress(line) if ending else line)
        os.utime(path, (1e9, 2e9 if name == "old" else 1e9))
    found = stored_recordings()
    assert [one.path.name.split(".")[0] for one in found] == ["new", "old", "odd"]
    assert found[0].begun.astimezone(UTC) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert found[2].begun == datetime.fromtimestamp(1e9)


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_saved_as_they_were_typed(page: Pages) -> None:
    desk = PretendDesk()
    desk.own = Personal(limits=LimitSettings(comfort_right_deg=40.0, jarring_min_loss_dps=16.0))

    async def test() -> None:
        async with page(SettingsScreen(desk)) as pilot:
            told = {box.id: box.value for box in pilot.app.screen.query(Input)}
            assert told == {"comfort-left": "", "comfort-right": "40", "target": "5", "hold": "4", "volume": "80"}
            for key, value in (("comfort-left", "45.5"), ("comfort-right", ""), ("target", "7"), ("hold", "2.5")):
                pilot.app.screen.query_one(f"#{key}", Input).value = value
            await pilot.click("#save")
            await pilot.pause()

    run(test())
    limits = desk.own.limits
    assert (limits.comfort_left_deg, limits.comfort_right_deg, limits.hold_target_s) == (45.5, None, 2.5)
    assert (desk.own.goal.reps_a_side, limits.hold_target_chosen) == (7, True)
    assert limits.jarring_min_loss_dps == 16.0  # what the page does not show stays
    assert desk.target_grows is False


def test_an_empty_target_is_left_to_grow(page: Pages) -> None:
    desk = PretendDesk()
    desk.target_grows = True

    async def test() -> None:
        async with page(SettingsScreen(desk)) as pilot:
            box = pilot.app.screen.query_one("#target", Input)
            assert (box.value, box.placeholder) == ("", "now 6")
            await pilot.click("#save")

    run(test())
    assert desk.target_grows is True


def test_what_cannot_be_is_not_saved_and_what_cannot_be_written_is_told(page: Pages) -> None:
    class Full(PretendDesk):
        def save_personal(self, personal: Personal, *, target_grows: bool | None = None) -> None:
            raise SettingsError("The disk is full.", "Make room.")

    async def test() -> None:
        async with page(SettingsScreen(Full())) as pilot:
            for key, value, good in (
                ("target", "-1", "5"),
                ("volume", "101", "80"),
                ("hold", "", "4"),
                ("comfort-left", "400", "40"),
            ):
                box = pilot.app.screen.query_one(f"#{key}", Input)
                box.value = value
                await pilot.click("#save")
                assert "please" in words(pilot, "#trouble")
                box.value = good
            await pilot.click("#save")
            await pilot.pause()
            assert "The disk is full. Make room." in words(pilot, "#trouble")
            assert isinstance(pilot.app.screen, SettingsScreen)

    run(test())


# --- the notice and the guide -----------------------------------------------------------------------------------------


def test_the_safety_notice_says_all_of_it(page: Pages) -> None:
    async def test() -> None:
        async with page(SafetyNotice(), (60, 20)) as pilot:
            told = words(pilot)
            for part in (*ASK_FIRST, *STOP_AT, "not a medical device"):
                assert part in told

    run(test())


class Guided(Screen[None]):
    def compose(self) -> Any:
        yield GuidePanel()


STAGES: tuple[tuple[GuidedStage, str, str], ...] = (
    ("wear", "", "Put the sensor on"),
    ("still", "", "Lie still"),
    ("side", "left", "Knees to the LEFT, once"),
    ("side", "right", "Knees to the RIGHT, once"),
)


def test_the_guide_tells_each_stage(page: Pages) -> None:
    async def test() -> None:
        async with page(Guided()) as pilot:
            guide = pilot.app.screen.query_one(GuidePanel)
            for stage, reason, title in STAGES:
                guide.stage, guide.reason = stage, reason
                await pilot.pause()
                assert title in words(pilot)
                assert guide.query_one("#guide-progress").display == (stage == "still")
            for reason, advice in (
                ("upside_down", "Turn it round"),
                ("wrong_segment", "just above the knee"),
                ("not_in_posture", "Lie on your back"),
            ):
                guide.stage, guide.reason = "wear", reason
                await pilot.pause()
                assert advice in words(pilot)

    run(test())
