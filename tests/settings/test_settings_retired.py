"""Settings change from version to version: an old file and an old recording stay usable, and say what no longer counts.

``settings_0_1_0.json``: every setting of version 0.1.0 with its default, as `Personal` was then.
"""

import gzip
import json
from pathlib import Path

import msgspec
import pytest
from setting_walk import just_outside, put, settings_of
from typer.testing import CliRunner

from sensorcoach import analyze, app
from sensorcoach.app import live_plan
from sensorcoach.choices import Choices
from sensorcoach.cli import app as cli
from sensorcoach.errors import LogbookError, RecordingError, SettingsError
from sensorcoach.folders import Folders
from sensorcoach.preferences import Personal
from sensorcoach.settings import RETIRED, Settings
from sensorcoach.settings_check import checked, load_settings, recorded

RECORDING = Path(__file__).parents[2] / "recordings" / "mixed.jsonl.gz"
OF_0_1_0 = json.loads((Path(__file__).parent / "settings_0_1_0.json").read_text())
NUMBERS = [one for one in settings_of(Settings, Settings()) if one.kind in (float, int)]
NAMES = {one.name for one in settings_of()}


@pytest.fixture
def retired(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two settings, a group, and one of a group that is gone, as if they had been removed after 0.1.0."""
    gone = {
        "limits.old_s": "the landing is told by its loss of speed",
        "limits.older_g": "the landing is told by its loss of speed",
        "guide.tap.loud": "taps are told by their shape",
        "posture.least_deg": "the calibration knows the posture",
        "station": "the calibration finds the rests",
    }
    for name, why in gone.items():
        monkeypatch.setitem(RETIRED, name, why)
    return gone


OLD = {
    "limits": {"old_s": 3, "older_g": {"note": 1.0}, "hold_target_s": 9.0},
    "guide": {"tap": {"loud": "yes"}},
    "posture": {"least_deg": -4.0},
    "station": {"rest_s": 0},
}
TOLD = (
    "settings of an earlier version, which change nothing: guide.tap.loud (taps are told by their shape); "
    "station (the calibration finds the rests); posture.least_deg (the calibration knows the posture); "
    "limits.old_s, limits.older_g (the landing is told by its loss of speed)."
)


def names_in(table: dict, before: str = "") -> set[str]:
    """Of settings; the levels of a limit, and keys of the screen, are values."""
    names = set[str]()
    for key, value in table.items():
        inside = isinstance(value, dict) and value and not {"note", "warn", "severe"} <= set(value)
        names |= names_in(value, f"{before}{key}.") if inside else {before + key}
    return names


def recording_with(settings: dict, folder: Path, name: str = "old") -> Path:
    header, *lines = gzip.decompress(RECORDING.read_bytes()).splitlines(keepends=True)
    path = folder / f"{name}.jsonl"
    path.write_bytes(json.dumps({**json.loads(header), "settings": settings}).encode() + b"\n" + b"".join(lines))
    return path


def same_but_for_notices(one, other) -> bool:
    differing = {"file": None, "notices": ()}
    return msgspec.structs.replace(one, **differing) == msgspec.structs.replace(other, **differing)


# --- what 0.1.0 had ---------------------------------------------------------------------------------------------------


def test_each_setting_of_0_1_0_is_still_one_or_retired():
    """Who removes a setting writes a line into `RETIRED`."""
    lost = {name for name in names_in(OF_0_1_0) - NAMES if not _retired(name)}
    assert lost == set()


def test_no_setting_has_the_name_of_a_retired_one():
    assert {name for name in NAMES if _retired(name)} == set()
    assert all(why and not why.endswith(".") for why in RETIRED.values())


def _retired(name: str) -> bool:
    parts = name.split(".")
    return any(".".join(parts[:count]) in RETIRED for count in range(1, len(parts) + 1))


def test_all_defaults_of_0_1_0_are_accepted():
    checked(OF_0_1_0, Personal(), "settings.toml")
    own = {group: table for group, table in OF_0_1_0.items() if group in Settings.__struct_fields__ or group in RETIRED}
    _, notices = recorded(own, "recording")
    assert not any("The default is used" in notice for notice in notices)
    assert len(notices) <= 1


# --- retired ----------------------------------------------------------------------------------------------------------


def test_a_settings_file_may_name_them(retired, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_bytes(msgspec.toml.encode(OLD))
    own, notices = load_settings(file)
    assert own == checked({"limits": {"hold_target_s": 9.0}}, Settings(), "")[0]
    assert notices == (f"{file}: {TOLD}",)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"limits": {"never_s": 3}}, "limits.never_s is no setting"),
        ({"posture": {"most_deg": 3}}, "posture.most_deg is no setting; its group is of an earlier version"),
        ({"postures": {"least_deg": 3}}, "postures is no setting; allowed here: signal,"),
        ({"posture": 3}, "posture is no setting; allowed here: signal,"),
        ({"limits": {"old": 3}}, "limits.old is no setting"),
    ],
)
def test_what_was_never_a_setting_stays_an_error(table: dict, told: str, retired):
    with pytest.raises(SettingsError, match=told):
        checked(table, Settings(), "mine.toml")
    with pytest.raises(RecordingError, match=told):
        recorded(table, "recording")


def test_the_command_and_the_recording_say_so_once(retired, tmp_path: Path):
    file = tmp_path / "mine.toml"
    file.write_bytes(msgspec.toml.encode(OLD))
    said = CliRunner().invoke(cli, ["analyze", str(RECORDING), "--settings", str(file), "--json"])
    notices = json.loads(said.stdout)["notices"]
    assert [one for one in notices if "earlier version" in one] == [load_settings(file)[1][0]]

    old, plain = recording_with(OLD, tmp_path), recording_with({"limits": {"hold_target_s": 9.0}}, tmp_path, "plain")
    result = analyze(old)
    assert [one for one in result.notices if "earlier version" in one] == [
        f"The settings in the recording's first line: {TOLD}"
    ]
    assert same_but_for_notices(result, analyze(plain))
    assert "old_s" not in result.settings["limits"]


def test_of_many_that_went_together_only_some_are_named(monkeypatch: pytest.MonkeyPatch):
    for number in range(30):
        monkeypatch.setitem(RETIRED, f"phases.old_{number:02}", "the calibration does that")
    _, (notice,) = recorded({"phases": {f"old_{number:02}": 1 for number in range(30)}}, "recording")
    assert notice.endswith("phases.old_05 and 24 more (the calibration does that).")


# --- recorded with values that are not allowed any more ---------------------------------------------------------------


@pytest.mark.parametrize("setting", NUMBERS, ids=lambda one: one.name)
def test_a_recording_with_a_value_out_of_bounds_is_read_with_the_default(setting):
    for value in (*just_outside(setting), "x", None):
        if value is None and (setting.default is None or setting.shape == "levels"):
            continue
        table: dict = {}
        put(table, setting.path, setting.told(value))
        own, notices = recorded(table, "recording")
        assert own == Settings()
        assert any(setting.name in one and one.endswith("The default is used.") for one in notices)


def test_values_that_do_not_go_together_are_both_replaced():
    told = {"limits": {"stop_min_s": 3.0, "stop_max_s": 2.0, "residual_s": 2.0}}
    own, (notice,) = recorded(told, "recording")
    assert own == checked({"limits": {"residual_s": 2.0}}, Settings(), "")[0]
    assert "limits.stop_min_s is 3.0; allowed is at most limits.stop_max_s, which is 2.0." in notice


def test_such_a_recording_is_analysed_as_with_the_defaults(tmp_path: Path):
    """JSON has no nan: a session of 0.1.0 with ``r_min_deg = nan`` holds null."""
    result = analyze(recording_with({"phases": {"r_min_deg": None}, "limits": {"pendulum_length_m": 0}}, tmp_path))
    plain = analyze(recording_with({}, tmp_path, "plain"))
    assert same_but_for_notices(result, plain)
    first_line = "The settings in the recording's first line"
    assert [one for one in result.notices if one not in plain.notices] == [
        f"{first_line}: phases.r_min_deg is nothing; allowed is a number from 1 to 90. The default is used.",
        f"{first_line}: limits.pendulum_length_m is 0; allowed is a number from 0.05 to 2. The default is used.",
    ]


# --- the personal file, the logbook, a live session -------------------------------------------------------------------


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    here = Folders(tmp_path / "recordings", tmp_path / "config", tmp_path / "log")
    here.config.mkdir()
    here.recordings.mkdir()
    for room in ("log", "personal_file", "health", "live"):
        monkeypatch.setattr(f"sensorcoach.app.{room}.folders", lambda: here)
    return here


def test_a_personal_file_may_name_them(retired, places: Folders):
    file = app.personal_file_of(None, places)
    file.write_bytes(msgspec.toml.encode(OLD))
    assert app.personal(None, places).limits.hold_target_s == 9.0
    shown = CliRunner().invoke(cli, ["settings", "show"])
    assert shown.stderr.count("earlier version") == 1
    assert "old_s" not in shown.stdout
    plan = live_plan(Choices(), record=False)
    assert sum("earlier version" in trouble for trouble in plan.troubles) == 1
    assert plan.choices.settings.limits.hold_target_s == 9.0


def test_what_could_not_be_read_again_is_not_saved(places: Folders):
    own = checked({}, Personal(), "")[0]
    wrong = msgspec.structs.replace(own, goal=msgspec.structs.replace(own.goal, reps_a_side=-1))
    with pytest.raises(SettingsError, match="goal.reps_a_side is -1; "):
        app.save_personal(wrong, places=places)
    assert not app.personal_file_of(None, places).exists()


def test_the_logbook_keeps_old_settings_readable(retired, places: Folders):
    old = recording_with({"phases": {"r_min_deg": None}, **OLD}, places.recordings)
    assert app.rebuild_log(lambda _: None, lambda _: None, places=places) == []
    assert app.settings_logged(1, places)[0].limits.hold_target_s == 9.0, "as it was graded"
    _logged_with(places, {"limits": {"old_s": 1.0, "hold_target_s": -1.0}})
    own, notices = app.settings_logged(1, places)
    assert own == Settings()
    assert [one.partition(": ")[0] for one in notices] == ["The settings of session 1 in the logbook"] * 2
    shown = CliRunner().invoke(cli, ["log", "show", "1", "--json"])
    assert sum("in the logbook" in one for one in json.loads(shown.stdout)["notices"]) == 2
    assert old.exists()
    _logged_with(places, {"limits": {"of_tomorrow": 1.0}})
    with pytest.raises(LogbookError, match="limits.of_tomorrow is no setting"):
        app.settings_logged(1, places)


def _logged_with(places: Folders, settings: dict) -> None:
    from sensorcoach.logbook.database import opened, writing

    with opened(places.logbook) as book, writing(book):
        book.execute("UPDATE sessions SET settings = ?", (json.dumps(settings),))


def test_grading_anew_keeps_the_target_that_was_recorded_if_it_can_be_one(places: Folders):
    for told, target in ((7, 7), (-5, 5), ("many", 5)):
        recording_with({"goal": {"reps_a_side": told}}, places.recordings)
        assert app.rebuild_log(lambda _: None, lambda _: None, regrade=True, places=places) == []
        assert app.logged_session(1, places).target_a_side == target
    recording_with({"goal": {"reps": 3}}, places.recordings)
    (refused,) = app.rebuild_log(lambda _: None, lambda _: None, regrade=True, places=places)
    assert "goal.reps is no setting" in refused.reason
