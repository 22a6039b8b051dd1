"""The commands: what is heard where, and what is said of it."""

import json
from pathlib import Path

import platformdirs
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sensorcoach import app as ask
from sensorcoach.cli import app
from sensorcoach.voice.espeak import is_there
from sensorcoach.voice.hearing import Several
from tests.voice.listening import heard, onsets_s
from tests.voice.pretend import Hand


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("data", "config", "log"):
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", lambda *_name, **_options: tmp_path)
    return tmp_path


def run(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == code, done.output
    return done


def phrases_of(wav: Path) -> list[str]:
    lines = Path(f"{wav}.cues.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_the_demo_is_heard_in_a_file_as_fast_as_it_goes(tmp_path: Path) -> None:
    wav = tmp_path / "demo.wav"
    done = run("demo", "--speed", "max", "--voice-to", str(wav), "--lang", "de")
    assert "No tones" not in done.stderr  # nothing is heard aloud, so nothing is missing
    sound, rate_hz = heard(wav)
    assert 55.0 < len(sound) / rate_hz < 90.0
    assert len(onsets_s(sound, rate_hz, 280.0)) >= 1
    assert len(onsets_s(sound, rate_hz, 660.0)) >= 3
    said = phrases_of(wav)
    assert "drei, rechts" in said
    again = run("demo", "--speed", "max", "--voice-to", str(wav), code=3)
    assert "exists already" in again.stderr


@pytest.mark.parametrize(
    ("words", "aloud"), [([], True), (["--no-voice"], False), (["--speed", "2"], False), (["--speed", "max"], False)]
)
def test_it_is_heard_at_its_own_pace_unless_it_should_not_be(
    words: list[str], aloud: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def voice_for(*_what: object, **how: object) -> Several:
        asked.append(how["aloud"])
        return Several([])

    monkeypatch.setattr(ask, "voice_for", voice_for, raising=False)
    monkeypatch.setattr(ask, "replay_demo", lambda *_what: None, raising=False)
    monkeypatch.setattr("sensorcoach.output.words.summary_line", lambda _result: "done")
    run("demo", "--plain", *words)
    assert asked == [aloud]


def test_an_unknown_language_is_told_before_anything(tmp_path: Path) -> None:
    done = run("demo", "--voice-to", str(tmp_path / "a.wav"), "--lang", "xx", code=2)
    assert "'xx'" in done.stderr
    assert "de, en" in done.stderr
    assert not (tmp_path / "a.wav").exists()


def test_voice_test_plays_one_of_each_and_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sensorcoach.app.hearing.MonotonicClock", Hand)
    wav = tmp_path / "t.wav"
    done = run("voice-test", "--voice-to", str(wav))
    assert "the terminal's bell, miniaudio is not installed" in done.stdout
    assert done.stderr.count('pip install "sensorcoach[voice]"') == 1
    kinds = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    every = {"guide", "landing", "breath", "tick", "count", "correction", "progress", "link", "battery", "session"}
    assert set(kinds) == every
    heard_as = [json.loads(line)["heard"] for line in Path(f"{wav}.cues.jsonl").read_text().splitlines()]
    assert heard_as.count("tone") == 7
    assert heard_as.count("speech" if is_there() else "marker") == 6


class LastWords(Several):
    """A voice with much to say at the end."""

    def __init__(self) -> None:
        self.muted: list[bool] = []

    def mute(self, muted: bool) -> None:
        self.muted.append(muted)

    def close(self) -> None:
        raise KeyboardInterrupt


def test_ctrl_c_ends_the_last_words_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    voice = LastWords()
    monkeypatch.setattr(ask, "voice_for", lambda *_what, **_how: voice, raising=False)
    monkeypatch.setattr(ask, "replay_demo", lambda *_what: None, raising=False)
    monkeypatch.setattr("sensorcoach.output.words.summary_line", lambda _result: "the summary")
    done = run("demo", "--plain", "--speed", "max")
    assert "the summary" in done.stdout
    assert voice.muted == [True]
