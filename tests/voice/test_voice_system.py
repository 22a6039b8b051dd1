"""Speech in a process of its own: the real process, with a pretend pyttsx3 in it that writes down what it was told."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice.espeak import Espeak, SpeechFailed, is_there
from sensorcoach.voice.system_speech import SystemSpeech, _voice_of

ENGINE = """
import os, time
from types import SimpleNamespace as Voice

LOG = os.environ["PRETEND_LOG"]


class Engine:
    def getProperty(self, name):
        return [Voice(id="anna", name="Anna", languages=["de_DE"]), Voice(id="emma", name="Emma", languages=["en-GB"])]

    def setProperty(self, name, value):
        self.write(f"{name}={value}")

    def say(self, text):
        self.text = text

    def runAndWait(self):
        print("drivers print")
        if "broken" in self.text:
            raise RuntimeError("no audio")
        self.write(self.text)
        while "endless" in self.text:
            time.sleep(0.01)

    def write(self, line):
        with open(LOG, "a") as log:
            log.write(line + "\\n")


init = Engine
"""


class Said:
    def __init__(self, log: Path) -> None:
        self._log = log

    def __call__(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    def wait_for(self, line: str) -> None:
        end_s = time.monotonic() + 20.0
        while line not in self():
            assert time.monotonic() < end_s, self()
            time.sleep(0.01)


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    (tmp_path / "pyttsx3.py").write_text(ENGINE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.setenv("PRETEND_LOG", str(tmp_path / "log"))
    return Said(tmp_path / "log")


@pytest.fixture
def mouth(said: Said) -> Iterator[SystemSpeech]:
    speech = SystemSpeech(VoiceSettings(words_a_minute=150, volume=0.5))
    yield speech
    speech.close()


def test_it_says_one_text_after_the_other_with_what_was_chosen(mouth: SystemSpeech, said: Said) -> None:
    for text in ("three, left", "sieben – “rechts”"):
        mouth.speak(text, threading.Event())
    chosen = ["voice=emma", "rate=150", "volume=0.5"]
    assert said() == [*chosen, "three, left", *chosen, "sieben – “rechts”"]


def test_what_is_hushed_ends_with_its_process_and_another_goes_on(mouth: SystemSpeech, said: Said) -> None:
    hushed = threading.Event()
    speaking = threading.Thread(target=mouth.speak, args=("endless", hushed))
    speaking.start()
    said.wait_for("endless")
    hushed.set()
    speaking.join(10.0)
    assert not speaking.is_alive()
    mouth.speak("severe", threading.Event())
    assert said()[-1] == "severe"


def test_what_an_engine_complains_of_is_told(mouth: SystemSpeech) -> None:
    with pytest.raises(SpeechFailed, match="RuntimeError: no audio"):
        mouth.speak("broken", threading.Event())


def test_a_process_that_ends_is_told() -> None:
    mouth = SystemSpeech(VoiceSettings(), [sys.executable, "-c", "pass"])
    with pytest.raises(SpeechFailed, match="it ended"):
        mouth.speak("one", threading.Event())


class Voice:
    def __init__(self, id_: str, name: str, languages: list[object]) -> None:
        self.id, self.name, self.languages = id_, name, languages


@pytest.mark.parametrize(
    ("preferences", "chosen"),
    [
        (VoiceSettings(), "b"),
        (VoiceSettings(language="de"), "a"),
        (VoiceSettings(language="fr"), None),
        (VoiceSettings(voice="petra"), "c"),
    ],
)
def test_the_voice_is_that_of_the_name_or_of_the_language(preferences: VoiceSettings, chosen: str | None) -> None:
    voices = [Voice("a", "Anna", ["de_DE"]), Voice("b", "Emma", ["en-GB"]), Voice("c", "Petra (Premium)", ["de_DE"])]
    assert _voice_of(voices, preferences) == chosen


# --- espeak-ng ---


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Espeak]:
    """A pretend espeak-ng."""

    def made(script: str) -> Espeak:
        path = tmp_path / "espeak"
        path.write_text(f"#!{sys.executable}\n{script}\n")
        path.chmod(0o755)
        return Espeak(VoiceSettings(), str(path))

    return made


@pytest.mark.skipif(os.name == "nt", reason="no scripts that run by themselves")
@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import sys; sys.exit('no such voice')", "no such voice"),
        ("print('hello')", "gave no sound"),
        ("import time; time.sleep(60)", "does not answer"),
    ],
)
def test_what_espeak_cannot_do_is_told(
    program: Callable[[str], Espeak], script: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sensorcoach.voice.espeak.LONGEST_S", 0.3 if "sleep" in script else 10.0)
    with pytest.raises(SpeechFailed, match=why):
        program(script).render("one")


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(SpeechFailed, match="cannot be run: No such file"):
        Espeak(VoiceSettings(), "espeak-nowhere").render("one")


@pytest.mark.skipif(not is_there(), reason="espeak-ng is not installed")
def test_real_speech_begins_at_once_and_follows_the_settings() -> None:
    usual = Espeak(VoiceSettings()).render("three, left")
    assert 0.4 < len(usual) / 22050 < 2.0
    assert abs(usual[:220]).max() > 0.002
    assert 0.1 < abs(usual).max() <= 1.0
    assert len(Espeak(VoiceSettings(words_a_minute=300)).render("three, left")) < 0.8 * len(usual)
    german = Espeak(VoiceSettings(language="de")).render("three, left")
    assert len(german) != len(usual)
    assert len(Espeak(VoiceSettings()).render("-v --help, <three>")) > 22050 * 0.5
