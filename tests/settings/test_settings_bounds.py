"""A setting out of its bounds is one sentence, by whatever door it comes; one within them never fails.

What must be refused in any case stands in issue 12; the rest is found by walking the structs.
"""

import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
import tomli_w
from setting_walk import Setting, just_outside, put, settings_of, table_of
from typer.testing import CliRunner

from sensorcoach import analyze, app
from sensorcoach.cli import app as cli
from sensorcoach.errors import SettingsError
from sensorcoach.preferences import Personal
from sensorcoach.settings import CalibrationSettings, Limit, LimitSettings, PhaseSettings, Settings
from sensorcoach.settings_check import checked, load_settings
from sensorcoach.tui.session.limits import TUNABLES, turned

RECORDING = Path(__file__).parents[2] / "recordings" / "mixed.jsonl.gz"
ALL = settings_of()
NUMBERS = [one for one in ALL if one.kind in (float, int)]
OF_A_SESSION = [one for one in ALL if one.path[0] in Settings.__struct_fields__]
WRONG_KINDS = ["x", [[]], {"x": {}}, None]

each = pytest.mark.parametrize("setting", ALL, ids=lambda one: one.name)
each_number = pytest.mark.parametrize("setting", NUMBERS, ids=lambda one: one.name)


def refused(table, *words):
    with pytest.raises(SettingsError) as error:
        checked(table, Personal(), "mine.toml")
    sentence = error.value.message
    assert sentence.startswith("mine.toml: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence
    return sentence


# --- what there is ----------------------------------------------------------------------------------------------------


def test_the_walk_finds_what_a_file_may_hold():
    assert {one.path[0] for one in ALL} == set(Personal.__struct_fields__)
    whole = app.as_toml(Personal(), whole=True)
    assert all(one.path[-1] in whole for one in ALL if one.default not in (None, {}))


@each_number
def test_every_number_has_two_bounds_and_they_hold_its_default(setting: Setting):
    assert setting.least is not None
    assert setting.most is not None
    levels = msgspec.to_builtins(setting.default)
    values = levels.values() if isinstance(levels, dict) else levels if isinstance(levels, tuple) else [levels]
    assert all(setting.least <= value <= setting.most for value in values if value is not None)


@each
def test_a_rule_about_another_setting_names_one_of_the_same_group(setting: Setting):
    beside = {one.path[-1] for one in ALL if one.path[:-1] == setting.path[:-1]}
    assert set(setting.rules) <= {"at_most", "worse", "rising", "as_many_as"}
    assert {setting.rules[rule] for rule in ("at_most", "as_many_as") if rule in setting.rules} <= beside


def test_limits_of_which_less_is_worse_are_known_as_such():
    """By definitions.md C, "below": the time of a drop, SPARC, the share of free fall of a carried leg."""
    lower = {one.name for one in ALL if one.rules.get("worse") == "lower"}
    assert lower == {"limits.too_fast_time_s", "limits.jerky_sparc", "limits.carried_fraction"}


# --- refused ----------------------------------------------------------------------------------------------------------


@each_number
def test_just_outside_is_one_sentence(setting: Setting):
    for value in (*just_outside(setting), math.nan, math.inf, -math.inf, 10**400, -(10**400)):
        if isinstance(value, float) or setting.kind is int:
            refused(table_of(setting, value, ALL), setting.name, repr(value)[:40], f"{setting.most:g}")


@each
def test_another_kind_of_value_is_one_sentence(setting: Setting):
    wrong = [value for value in WRONG_KINDS if not (value is None and _optional(setting))]
    if setting.kind is str:
        wrong.remove("x")
    if setting.kind is not bool:
        wrong.append(True)
    if setting.kind is int:
        wrong.append(1.5)
    for value in wrong:
        table: dict = {}
        put(table, setting.path, value)
        refused(table, setting.name)
        put(table, setting.path, setting.told(value))
        refused(table, setting.name)


def _optional(setting):
    return setting.default is None or setting.shape == "levels"


@pytest.mark.parametrize(
    ("group", "key", "value"),
    [
        ("calibration", "rest_s", 0),
        ("calibration", "rest_s", math.nan),
        ("calibration", "most_places", 0),
        ("limits", "pendulum_length_m", 0),
        ("signal", "speed_cutoff_hz", 0),
        ("signal", "factor_rates_hz", []),
        ("phases", "r_min_deg", math.nan),
        ("phases", "r_min_deg", -5),
    ],
)
def test_what_ended_in_a_traceback_or_in_nothing_found(group: str, key: str, value: object, tmp_path: Path):
    """Issue 12. Lines go when the setting goes; that it is refused then is shown in ``test_settings_retired``."""
    if key not in {one.path[-1] for one in ALL if one.path[0] == group}:
        pytest.skip(f"{group}.{key} is no setting any more")
    file = tmp_path / "mine.toml"
    file.write_text(tomli_w.dumps({group: {key: value}}))
    with pytest.raises(SettingsError, match=rf"mine\.toml: {group}\.{key} is .*; allowed is .* from .* to ") as error:
        load_settings(file)
    said = CliRunner().invoke(cli, ["analyze", str(RECORDING), "--settings", str(file)])
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.split() == f"sensorcoach: {error.value}".split()


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"limits": {"too_fast_fraction": {"note": 0.5, "warn": 0.4}}}, "limits.too_fast_fraction is .* rise"),
        ({"limits": {"too_fast_time_s": {"note": 0.4, "severe": 0.5}}}, "limits.too_fast_time_s is .* fall"),
        ({"limits": {"jerky_sparc": {"warn": -2.5, "severe": -2.0}}}, "limits.jerky_sparc is .* fall"),
        ({"limits": {"carried_fraction": {"note": 0.05, "warn": 0.07}}}, "limits.carried_fraction is .* fall"),
        ({"limits": {"stop_min_s": 2.0}}, "limits.stop_min_s is 2.0; .* at most limits.stop_max_s, which is 1.0"),
        (
            {"guide": {"tap": {"apart_max_s": 0.05}}},
            "apart_min_s is 0.1; .* at most .*apart_max_s, which is 0.05",
        ),
        ({"progress": {"start_reps": 20}}, "progress.start_reps is 20; .* progress.most_reps, which is 15"),
        ({"signal": {"factor_rates_hz": [50, 200, 100]}}, "signal.factor_rates_hz is .* rise"),
        ({"signal": {"factor_rates_hz": [50, 100]}}, "signal.impact_factors is .* as many .* 2"),
        ({"limits": 3}, "limits is 3; allowed is a group of settings"),
        (3, "this is 3; allowed is a group of settings"),
    ],
)
def test_values_that_do_not_go_together(table: object, told: str):
    with pytest.raises(SettingsError, match=told):
        checked(table, Personal(), "mine.toml")


def test_an_unknown_key_is_told_with_those_that_are_known():
    assert "no setting" in refused({"goal": {"reps": 3}}, "goal.reps", "reps_a_side")
    refused({"limit": {}}, "limit ", "signal, phases", "limits", "screen")


def test_part_of_a_group_leaves_the_rest_as_it_was():
    """A knock of a finger is not one of a heel: naming one of its figures changes no other."""
    tap = checked({"guide": {"tap": {"knock": {"rise_g": 1.0}}}}, Settings(), "mine.toml")[0].guide.tap
    assert tap.knock == msgspec.structs.replace(Settings().guide.tap.knock, rise_g=1.0)


# --- the library ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Settings(phases=PhaseSettings(r_min_deg=math.nan)), "settings: phases.r_min_deg is nan; "),
        (Settings(calibration=None), "settings: calibration is nothing; "),  # type: ignore[arg-type]
        (Settings(limits=LimitSettings(jarring_g=object())), "settings: limits.jarring_g is '<object"),  # type: ignore[arg-type]
        (Settings(limits=LimitSettings(too_fast_fraction=Limit(3, 2, 1))), "settings: limits.too_fast_fraction is "),
        (Settings().holding(-1.0), "settings: limits.hold_target_s is -1.0; "),
        (7, "settings: this is 7; "),
    ],
)
def test_the_library_refuses_alike(settings, told: str):
    with pytest.raises(SettingsError) as error:
        analyze(RECORDING, settings=settings)
    assert error.value.message.startswith(told)


def test_numbers_of_numpy_are_numbers():
    own = Settings(phases=PhaseSettings(r_min_deg=np.float64(20.0)), calibration=CalibrationSettings())
    assert analyze(RECORDING, settings=own).settings["phases"]["r_min_deg"] == 20.0


def test_a_preset_that_does_not_exist():
    with pytest.raises(SettingsError, match="'gentel' is no preset. Presets are gentle, rocking"):
        analyze(RECORDING, presets=["gentel"])


def test_presets_and_holds_are_within_the_bounds():
    for own in (Settings().gentle(), Settings().rocking(), Settings().holding("slow_breath")):
        assert checked(own, Settings(), "settings") == (own, ())


def test_what_is_turned_in_a_replay_stays_within_the_bounds():
    odd = Settings(limits=LimitSettings(too_fast_fraction=Limit(0.001, 0.1, 10.0)))
    for tunable in TUNABLES:
        for begun in (Settings(), odd):
            own = begun
            for steps in (200, 1, -200, -1):
                own = turned(own, tunable, steps)
                assert checked(own, Settings(), "settings") == (own, ())


# --- what is allowed works --------------------------------------------------------------------------------------------


@each_number
def test_a_bound_itself_is_allowed(setting: Setting, tmp_path: Path):
    for value in setting.bounds:
        table = table_of(setting, value, ALL)
        own, notices = checked(table, Personal(), "mine.toml")
        assert notices == ()
        path = tmp_path / "mine.toml"
        path.write_text(tomli_w.dumps(table))
        assert app.check_settings(path.read_text(), path) == ()
        assert checked(json.loads(msgspec.json.encode(own)), Personal(), "again") == (own, ())
