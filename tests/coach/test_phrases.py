"""The phrase files: each language whole, numbers and sides spoken by its own rules."""

import tomllib
from importlib.resources import files
from typing import get_args

import pytest

from sensorcoach.coach.phrases import languages, phrases
from sensorcoach.errors import SettingsError
from sensorcoach.kneedrop.advice import ADVICE
from sensorcoach.kneedrop.grading import ORDER_OF_SPEECH
from sensorcoach.model import Cue, StageName
from sensorcoach.output.words import LINK

LANGUAGES = ("de", "en")


def cue(phrase, **values):
    return Cue(1.0, 1.0, "session", phrase, values=tuple(values.items()))


def raw(language):
    return tomllib.loads(files("sensorcoach.coach.phrases").joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def test_the_files_are_the_languages():
    assert languages() == LANGUAGES
    assert [phrases(code).language for code in LANGUAGES] == list(LANGUAGES)


def test_every_language_has_the_same_phrases_and_placeholders():
    english, german = phrases("en"), phrases("de")
    assert english.keys == german.keys
    assert {key: english.placeholders(key) for key in english.keys} == {
        key: german.placeholders(key) for key in german.keys
    }
    assert raw("en")["forms"].keys() == raw("de")["forms"].keys()
    assert raw("en")["sides"].keys() == raw("de")["sides"].keys() == {"left", "right"}
    assert len(raw("en")["numbers"]) == len(raw("de")["numbers"]) == 21


def test_every_warning_stage_and_state_of_the_link_has_its_phrase():
    keys = phrases("en").keys
    warned = [code for code in ORDER_OF_SPEECH if code != "not_graded"]
    assert set(ORDER_OF_SPEECH) <= keys
    assert {f"next_{code}" for code in warned} <= keys
    assert {f"stage_{stage}" for stage in get_args(StageName)} <= keys
    assert {f"link_{state}" for state in LINK} <= keys


def test_the_words_of_a_line_come_in_the_order_of_speech():
    """`output.words` looks the order up in the advice, which costs no filters."""
    assert tuple(ADVICE) == ORDER_OF_SPEECH


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_can_be_said_and_shown(language):
    said = phrases(language)
    values = {"number": 3, "side": "left", "reps": 8, "well": "well_done", "next": "next_same"}
    for key in said.keys:
        spoken, shown = said.spoken(cue(key, **values)), said.shown(cue(key, **values))
        assert spoken.strip() == spoken != ""
        assert shown.strip() == shown != ""
        assert not set("{}_") & set(spoken + shown)
        assert key.startswith("session_") or len(shown) <= 60


@pytest.mark.parametrize(
    ("language", "spoken", "shown"), [("en", "three, left", "3 left"), ("de", "drei, links", "3 links")]
)
def test_a_count(language, spoken, shown):
    counted = cue("count", number=3, side="left")
    assert (phrases(language).spoken(counted), phrases(language).shown(counted)) == (spoken, shown)


@pytest.mark.parametrize(
    ("language", "reps", "words"),
    [
        ("en", 1, "one repetition,"),
        ("en", 12, "twelve repetitions,"),
        ("en", 40, "40 repetitions,"),
        ("de", 1, "eine Wiederholung,"),
        ("de", 12, "zwölf Wiederholungen,"),
    ],
)
def test_a_number_agrees_with_its_noun(language, reps, words):
    done = cue("session_done", well="well_landings", next="next_same", reps=reps)
    assert words in phrases(language).spoken(done)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_summary_is_two_sentences(language):
    for well in (key for key in phrases(language).keys if key.startswith("well_")):
        for following in (key for key in phrases(language).keys if key.startswith("next_")):
            spoken = phrases(language).spoken(cue("session_done", well=well, next=following, reps=8))
            assert spoken.count(". ") == 1
            assert spoken.endswith(".")


@pytest.mark.parametrize("language", ["fr", "", "../en", "EN"])
def test_an_unknown_language_names_those_there_are(language):
    with pytest.raises(SettingsError, match="de, en"):
        phrases(language)


def test_a_phrase_that_is_none():
    with pytest.raises(KeyError):
        phrases("en").spoken(cue("unheard_of"))
