"""The personal settings file: what is saved is loaded, by a person's label; what is wrong is told and kept."""

import stat
import tomllib

import msgspec
import pytest

from sensorcoach import app
from sensorcoach.errors import SettingsError
from sensorcoach.folders import Folders
from sensorcoach.preferences import Personal, ScreenSettings, VoiceSettings
from sensorcoach.settings import GoalSettings, Limit, LimitSettings, SignalSettings

CHANGED = Personal(
    voice=VoiceSettings(on=False, volume=0.25, voice='Ärger "x" \\ \'', language="de"),
    screen=ScreenSettings(theme="light", keys={"pause": "space", "a.b": "ctrl+p"}),
    signal=SignalSettings(factor_rates_hz=(25.0, 100.0, 200.0)),
    limits=LimitSettings(too_fast_fraction=Limit(None, 0.5, None), comfort_left_deg=48.5, carried=False),
    goal=GoalSettings(reps_a_side=7),
)


def test_without_a_file_all_defaults_hold(places: Folders) -> None:
    assert app.personal(places=places) == Personal()
    assert not app.personal_file_of(None, places).exists()


def test_what_is_saved_is_loaded(places: Folders) -> None:
    app.save_personal(CHANGED, places=places)
    assert app.personal(places=places) == CHANGED
    file = app.personal_file_of(None, places)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_names_only_what_differs(places: Folders) -> None:
    app.save_personal(CHANGED, places=places)
    named = tomllib.loads(app.personal_file_of(None, places).read_text(encoding="utf-8"))
    assert named["limits"] == {"too_fast_fraction": {"warn": 0.5}, "comfort_left_deg": 48.5, "carried": False}
    assert named["goal"] == {"reps_a_side": 7}
    assert "phases" not in named


def test_what_was_named_by_hand_stays_named(places: Folders) -> None:
    places.config.mkdir()
    file = app.personal_file_of(None, places)
    file.write_text("[goal]\nreps_a_side = 5\n")
    quiet = msgspec.structs.replace(app.personal(places=places), voice=VoiceSettings(on=False))
    app.save_personal(quiet, places=places)
    assert tomllib.loads(file.read_text()) == {"goal": {"reps_a_side": 5}, "voice": {"on": False}}


def test_a_target_is_chosen_and_handed_back_to_the_rule(places: Folders) -> None:
    own = msgspec.structs.replace(CHANGED, goal=GoalSettings(reps_a_side=5))
    app.save_personal(own, places=places, target_grows=False)
    assert app.names_target(None, places), "5 is the default; chosen it is named all the same"
    app.save_personal(CHANGED, places=places, target_grows=True)
    assert not app.names_target(None, places)
    assert app.personal(None, places) == own, "nothing else is lost"


def test_everybody_has_a_file_of_their_own(places: Folders) -> None:
    app.save_personal(CHANGED, places=places)
    assert app.personal("anna", places) == Personal(), "nobody else's comfort"
    anna = Personal(goal=GoalSettings(reps_a_side=3))
    app.save_personal(anna, "anna", places)
    assert app.personal("anna", places) == anna
    assert app.personal(None, places) == CHANGED
    assert sorted(path.name for path in places.config.iterdir()) == ["settings-anna.toml", "settings.toml"]


def test_every_default_can_be_written_and_read() -> None:
    whole = app.as_toml(Personal(), whole=True)
    assert msgspec.toml.decode(whole, type=Personal) == Personal()
    app.check_settings(whole, app.personal_file_of())
    assert app.as_toml(Personal(), whole=False) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[limits\n", "not TOML"),
        ("[limits]\nhold_target = 3\n", "hold_target"),
        ("[voice]\nvolume = 'loud'\n", "voice.volume is 'loud'.*a number from 0 to 1"),
        ("[voice]\nvolume = 80\n", "voice.volume is 80.*a number from 0 to 1"),
        ("[voice]\nwords_a_minute = -5\n", "voice.words_a_minute is -5.*from 80 to 450"),
        ("[voice]\ntempo_s = -1.0\n", "voice.tempo_s is -1.0.*from 0 to 30"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(text: str, told: str, places: Folders) -> None:
    places.config.mkdir()
    file = app.personal_file_of("anna", places)
    file.write_text(text)
    for ask in (lambda: app.personal("anna", places), lambda: app.save_personal(CHANGED, "anna", places)):
        with pytest.raises(SettingsError, match=told) as error:
            ask()
        assert str(file) in error.value.message
    assert file.read_text() == text
    assert app.personal(None, places) == Personal()


@pytest.mark.parametrize("label", ["", "../x", "a b", "a/b", "x" * 41, "a\n", "ä\x1b"])
def test_a_label_that_could_name_another_file_is_refused(label: str) -> None:
    with pytest.raises(SettingsError):
        app.personal_file_of(label)


def test_labels_look_alike_only_if_they_are() -> None:
    assert app.label_checked("Zoe\u0308") == "Zo\u00eb"
