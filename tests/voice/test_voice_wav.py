"""The WAV file, listened to: what sounds when, at which pitch, what is silent, and that the file is whole."""

import json
import wave
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sensorcoach.coach.phrases import phrases
from sensorcoach.errors import RecordingError
from sensorcoach.model import Cue, PhaseChanged, StageChanged, Told, Trace
from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice.background import BackgroundVoice
from sensorcoach.voice.espeak import SpeechFailed
from sensorcoach.voice.tones import Sound
from sensorcoach.voice.wav import Renderer, WavFile
from tests.voice.listening import heard, onsets_s, pitch_hz, quiet, sharpest_step
from tests.voice.pretend import WORDS_HZ, Whistle, count, cue

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """The WAV of what is told."""

    def written(
        *told: Told,
        renderer: Renderer | None = None,
        until_s: float = 0.0,
        language: str = "en",
        complain: Callable[[str], None] = pytest.fail,
        **preferences: object,
    ) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.wav"
        liked = VoiceSettings(**preferences)  # type: ignore[arg-type]
        output = WavFile(path, phrases(language), renderer, volume=liked.volume, complain=complain)
        voice = BackgroundVoice(output, liked, patient=True)
        for one in told:
            voice.tell(one)
        voice.advance(until_s)
        voice.close()
        return path

    return written


def fates(path: Path) -> list[tuple[str, str]]:
    lines = Path(f"{path}.cues.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["phrase"], line["heard"]) for line in map(json.loads, lines)]


def phase(t_s: float, name: str) -> PhaseChanged:
    return PhaseChanged(t_s, t_s, name, 1, "left", 40.0)  # type: ignore[arg-type]


LANDING = cue(1.0, "landing", "landing_good", "good")


@pytest.mark.parametrize("t_s", [0.5, 1.0, 1.23456])
def test_a_landing_sounds_at_its_sample(write: Write, t_s: float) -> None:
    sound, rate_hz = heard(write(cue(t_s, "landing", "landing_good")))
    first = int(np.flatnonzero(sound)[0])
    # The attack is half a cosine: its first samples are below one step of 16 bits.
    assert 0 <= first - round(t_s * rate_hz) <= 10
    assert len(sound) / rate_hz == pytest.approx(t_s + 0.45, abs=0.01)


def test_what_became_known_later_sounds_then(write: Write) -> None:
    sound, rate_hz = heard(write(cue(1.0, "landing", "landing_good", known_s=1.2)))
    assert quiet(sound, rate_hz, 0.0, 1.199)
    assert not quiet(sound, rate_hz, 1.2, 1.22)


def test_hard_and_soft_landings_are_more_than_an_octave_apart(write: Write) -> None:
    pitches = []
    for name in ("landing_good", "landing_plain", "landing_hard"):
        sound, rate_hz = heard(write(cue(1.0, "landing", name)))
        pitches.append(pitch_hz(sound, rate_hz, 1.0, 1.2))
    good, unjudged, hard = pitches
    assert good / hard > 2.1
    assert good / unjudged > 1.3
    assert unjudged / hard > 1.3


def test_a_breath_rises_and_falls_for_as_long_as_it_lasts(write: Write) -> None:
    sound, rate_hz = heard(
        write(
            cue(1.0, "breath", "breath_in", duration_s=1.5),
            cue(2.5, "breath", "breath_out", duration_s=2.5, known_s=1.0),
        )
    )
    pitches = [pitch_hz(sound, rate_hz, t_s, t_s + 0.2) for t_s in (1.15, 1.6, 2.1, 2.8, 3.5, 4.5)]
    assert pitches[0] < pitches[1] < pitches[2]
    assert pitches[3] > pitches[4] > pitches[5]
    assert quiet(sound, rate_hz, 0.0, 1.0)
    assert len(sound) / rate_hz == pytest.approx(5.0, abs=0.01)


def test_a_breath_that_begins_late_ends_in_time(write: Write) -> None:
    sound, rate_hz = heard(write(cue(1.0, "breath", "breath_in", known_s=1.4, duration_s=1.5), until_s=4.0))
    assert not quiet(sound, rate_hz, 2.2, 2.4)
    assert quiet(sound, rate_hz, 2.5, 4.0)


def test_a_breath_stops_when_the_return_starts(write: Write) -> None:
    told = (
        cue(1.0, "breath", "breath_in", duration_s=1.5),
        cue(2.5, "breath", "breath_out", known_s=1.0, duration_s=2.5),
        phase(2.0, "return"),
    )
    path = write(*told, until_s=6.0)
    sound, rate_hz = heard(path)
    assert not quiet(sound, rate_hz, 1.9, 2.0)
    assert quiet(sound, rate_hz, 2.02, 6.0)
    assert fates(path) == [("breath_in", "tone"), ("breath_out", "dropped")]


def test_a_hold_that_is_confirmed_does_not_stop_its_breath(write: Write) -> None:
    sound, rate_hz = heard(write(cue(1.0, "breath", "breath_in", duration_s=1.5), phase(2.0, "hold")))
    assert not quiet(sound, rate_hz, 2.1, 2.2)


def test_what_is_said_behind_a_jump_does_not_wait_for_what_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "j.wav"
    output = WavFile(path, phrases("en"), Whistle(3.0), volume=0.8, complain=pytest.fail)
    output.say(count(0.0, 1))
    output.advance(1.0)
    output.hush()
    output.say(count(1.0, 2))
    output.close()
    sound, rate_hz = heard(path)
    assert len(sound) / rate_hz == pytest.approx(4.0, abs=0.01)
    lines = [json.loads(line) for line in Path(f"{path}.cues.jsonl").read_text().splitlines()]
    assert [line["at_s"] for line in lines] == [0.0, 1.0]


@pytest.mark.parametrize("kind", ["landing", "breath", "tick", "guide", "cut", "words"])
def test_nothing_clicks(write: Write, kind: str) -> None:
    told: list[Told] = {
        "landing": [cue(1.0, "landing", name) for name in ("landing_good", "landing_hard")],
        "breath": [cue(1.0, "breath", "breath_in", duration_s=0.3)],
        "tick": [cue(1.0, "tick", "hold_reached")],
        "guide": [cue(1.0, "guide", "tempo", duration_s=1.0)],
        "cut": [cue(1.0, "breath", "breath_in", duration_s=1.5), phase(1.777, "return")],
        "words": [count(1.0, 3)],
    }[kind]
    sound, _ = heard(write(*told, until_s=3.0))
    # A sine of 1 kHz and amplitude 0.5 moves by 0.14 a sample at this rate.
    assert 0.0 < sharpest_step(sound) < 0.2


def test_words_begin_when_they_are_known_and_the_engine_says_the_phrase(write: Write) -> None:
    engine = Whistle()
    sound, rate_hz = heard(write(count(1.0, 3, known_s=1.25), renderer=engine))
    assert engine.said == ["three, left"]
    assert onsets_s(sound, rate_hz, WORDS_HZ) == [pytest.approx(1.25, abs=0.01)]


def test_another_language(write: Write) -> None:
    engine = Whistle()
    write(count(1.0, 3), renderer=engine, language="de")
    assert engine.said == ["drei, links"]


def test_words_do_not_overlap(write: Write) -> None:
    engine = Whistle(1.0)
    path = write(count(1.0, 1), cue(1.1, "progress", "halfway"), renderer=engine)
    sound, rate_hz = heard(path)
    assert len(sound) / rate_hz == pytest.approx(3.0, abs=0.01)
    lines = [json.loads(line) for line in Path(f"{path}.cues.jsonl").read_text().splitlines()]
    assert [line["at_s"] for line in lines] == pytest.approx([1.0, 2.0], abs=1e-3)


def test_what_waited_too_long_is_dropped(write: Write) -> None:
    engine = Whistle(1.6)
    path = write(count(1.0, 1), cue(1.0, "progress", "halfway"), renderer=engine)
    assert fates(path) == [("count", "speech"), ("halfway", "dropped")]
    assert engine.said == ["one, left"]


@pytest.mark.parametrize(
    ("known_s", "delay_s", "is_heard"), [(2.4, 0.0, True), (2.6, 0.0, False), (4.4, 2.0, True), (4.6, 2.0, False)]
)
def test_older_than_a_second_and_a_half_beyond_the_sensors_delay(
    write: Write, known_s: float, delay_s: float, is_heard: bool
) -> None:
    engine = Whistle()
    write(count(1.0, 7, known_s=known_s, delay_s=delay_s), renderer=engine)
    assert engine.said == (["seven, left"] if is_heard else [])


def test_the_last_words_are_never_too_late(write: Write) -> None:
    engine = Whistle(2.0)
    values = {"well": "well_done", "next": "next_same", "reps": 6}
    write(count(1.0, 6), cue(1.0, "session", "session_done", **values), renderer=engine)
    assert len(engine.said) == 2


def test_a_severe_correction_interrupts(write: Write) -> None:
    path = write(
        count(1.0, 1),
        cue(1.2, "progress", "halfway"),
        cue(1.5, "correction", "jarring", "severe"),
        renderer=Whistle(1.0),
    )
    sound, rate_hz = heard(path)
    assert len(sound) / rate_hz == pytest.approx(2.5, abs=0.01)
    assert fates(path) == [("count", "speech"), ("halfway", "dropped"), ("jarring", "speech")]


def test_the_next_thing_to_do_interrupts_the_one_before(write: Write) -> None:
    """Somebody who lies still already is told so, and a moment later which side to go to: that must be heard."""
    path = write(
        cue(1.0, "session", "stage_still"),
        cue(1.1, "session", "stage_side", side="left"),
        renderer=Whistle(2.0),
    )
    sound, rate_hz = heard(path)
    assert len(sound) / rate_hz == pytest.approx(3.1, abs=0.01)
    assert fates(path) == [("stage_still", "speech"), ("stage_side", "speech")]


def test_a_severe_correction_leaves_the_tones(write: Write) -> None:
    path = write(cue(1.5, "landing", "landing_hard"), cue(1.5, "correction", "jarring", "severe"), renderer=Whistle())
    sound, rate_hz = heard(path)
    assert onsets_s(sound, rate_hz, 280.0) == [pytest.approx(1.5, abs=0.02)]


def lowest_band(sound: np.ndarray, rate_hz: int, start_s: float) -> float:
    """How much there is of breaths (below 400 Hz) in 0.4 s, of no unit."""
    piece = sound[round(start_s * rate_hz) : round((start_s + 0.4) * rate_hz)]
    return float(np.abs(np.fft.rfft(piece * np.hanning(len(piece))))[: round(400 * 0.4)].max())


def test_words_wait_for_the_tone_before_them_and_stand_out_of_the_breath(write: Write) -> None:
    told = (
        cue(1.0, "landing", "landing_hard"),
        cue(1.0, "breath", "breath_out", duration_s=4.0),
        cue(1.0, "correction", "jarring", "severe"),
    )
    path = write(*told, renderer=Whistle(1.0))
    sound, rate_hz = heard(path)
    assert onsets_s(sound, rate_hz, WORDS_HZ) == [pytest.approx(1.25, abs=0.01)]
    lines = [json.loads(line) for line in Path(f"{path}.cues.jsonl").read_text().splitlines()]
    assert [line["at_s"] for line in lines] == pytest.approx([1.0, 1.0, 1.25], abs=1e-3)
    assert lowest_band(sound, rate_hz, 1.7) < 0.4 * lowest_band(sound, rate_hz, 2.6)
    assert sharpest_step(sound) < 0.35  # words of 1.5 kHz move by 0.17 a sample


def test_without_an_engine_two_notes_stand_for_words(write: Write) -> None:
    path = write(count(1.0, 3))
    sound, rate_hz = heard(path)
    assert pitch_hz(sound, rate_hz, 1.2, 1.4) > 1.2 * pitch_hz(sound, rate_hz, 1.0, 1.15)
    assert fates(path) == [("count", "marker")]


class Broken:
    def render(self, text: str) -> Sound:
        raise SpeechFailed("it does not answer")


def test_an_engine_that_fails_is_told_once_and_marked(write: Write) -> None:
    told: list[str] = []
    path = write(count(1.0, 1), count(4.0, 2), renderer=Broken(), complain=told.append)
    assert fates(path) == [("count", "marker"), ("count", "marker")]
    assert len(told) == 1
    assert "does not answer" in told[0]


def test_volume(write: Write) -> None:
    loud, soft = (np.max(np.abs(heard(write(LANDING, volume=volume))[0])) for volume in (1.0, 0.25))
    assert loud == pytest.approx(4 * soft, rel=0.01)


def test_muted_is_silent_and_unmuted_says_nothing_late(tmp_path: Path) -> None:
    path = tmp_path / "m.wav"
    voice = BackgroundVoice(
        WavFile(path, phrases("en"), None, volume=0.8, complain=print), VoiceSettings(), patient=True
    )
    voice.tell(cue(1.0, "breath", "breath_in", duration_s=1.5))
    voice.advance(1.5)
    voice.mute(True)
    voice.tell(cue(2.0, "landing", "landing_good"))
    voice.advance(3.0)
    voice.mute(False)
    voice.tell(cue(4.0, "landing", "landing_good"))
    voice.close()
    voice.close()
    sound, rate_hz = heard(path)
    assert not quiet(sound, rate_hz, 1.3, 1.5)
    assert quiet(sound, rate_hz, 1.52, 4.0)
    assert not quiet(sound, rate_hz, 4.0, 4.1)


def test_the_tempo_guide_falls_for_as_long_as_it_was_chosen(write: Write) -> None:
    drop = PhaseChanged(2.0, 2.25, "drop", 1, "left", 5.0)
    sound, rate_hz = heard(write(drop, until_s=6.0, tempo_s=2.0))
    assert quiet(sound, rate_hz, 0.0, 2.25)
    pitches = [pitch_hz(sound, rate_hz, t_s, t_s + 0.2) for t_s in (2.4, 2.9, 3.4, 3.7)]
    assert all(earlier > later for earlier, later in pairwise(pitches))
    assert quiet(sound, rate_hz, 4.0, 6.0)


@pytest.mark.parametrize("told", [[phase(3.0, "hold")], [phase(3.0, "return")]])
def test_the_tempo_guide_ends_with_the_drop(write: Write, told: list[Told]) -> None:
    sound, rate_hz = heard(write(phase(2.0, "drop"), *told, until_s=6.0, tempo_s=3.0))
    assert quiet(sound, rate_hz, 3.02, 6.0)


def test_no_guide_unless_chosen_or_while_paused(write: Write) -> None:
    paused = [StageChanged(0.0, "paused"), *traces([60.0])]
    assert quiet(*heard(write(*paused, until_s=2.0, speed_tone=True)), 0.0, 2.0)
    for told, tempo_s in (([phase(2.0, "drop")], 0.0), ([StageChanged(1.0, "paused"), phase(2.0, "drop")], 2.0)):
        sound, rate_hz = heard(write(*told, until_s=6.0, tempo_s=tempo_s))
        assert quiet(sound, rate_hz, 0.0, 6.0)


def traces(speeds_dps: list[float]) -> list[Told]:
    """A speed for a second each, in pieces of 40 ms."""
    pieces = []
    for second, speed_dps in enumerate(speeds_dps):
        for piece in range(25):
            t_s = second + 0.04 * (piece + 1)
            pieces.append(Trace(np.array([t_s]), np.zeros(1), np.array([speed_dps])))
    return pieces  # type: ignore[return-value]


def test_the_speed_tone_follows_the_speed_and_ends_without_news(write: Write) -> None:
    sound, rate_hz = heard(write(*traces([0.0, 20.0, -60.0, 60.0]), until_s=6.0, speed_tone=True))
    assert quiet(sound, rate_hz, 0.0, 1.0)
    slow, fast, same = (pitch_hz(sound, rate_hz, t_s, t_s + 0.5) for t_s in (1.3, 2.3, 3.3))
    assert fast > 1.3 * slow
    assert fast == pytest.approx(same, abs=2.0)
    assert quiet(sound, rate_hz, 5.0, 6.0)
    assert sharpest_step(sound) < 0.05
    assert quiet(*heard(write(*traces([20.0, 60.0]), until_s=3.0)), 0.0, 3.0)


def test_it_is_valid_before_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "k.wav"
    output = WavFile(path, phrases("en"), None, volume=0.8, complain=print)
    output.say(LANDING)
    for tenth in range(1, 31):
        output.advance(tenth / 10)
    copied = tmp_path / "killed.wav"
    copied.write_bytes(path.read_bytes())
    sound, rate_hz = heard(copied)
    assert len(sound) / rate_hz >= 2.0
    assert onsets_s(sound, rate_hz, 660.0) == [pytest.approx(1.0, abs=0.02)]
    assert fates(path) == [("landing_good", "tone")]
    output.close()


def test_however_time_is_cut_the_sound_is_the_same(tmp_path: Path) -> None:
    sounds = []
    for steps in (40, 120, 4000):
        path = tmp_path / f"{steps}.wav"
        output = WavFile(path, phrases("en"), Whistle(), volume=0.8, complain=print)
        told: list[Cue] = [LANDING, cue(1.0, "breath", "breath_in", duration_s=1.5), count(3.0, 1)]
        for step in range(steps + 1):
            t_s = 4.0 * step / steps
            while told and told[0].t_s <= t_s + 1e-9:
                output.say(told.pop(0))
            output.advance(t_s)
        output.close()
        sounds.append(heard(path)[0])
    assert np.array_equal(sounds[0], sounds[1])
    assert np.array_equal(sounds[0], sounds[2])


def test_what_exists_is_kept(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav.cues.jsonl"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(RecordingError, match="exists already"):
            WavFile(tmp_path / name[:5], phrases("en"), None, volume=1.0, complain=print)
        assert (tmp_path / name).read_text() == "mine"
    with pytest.raises(RecordingError, match="cannot be written"):
        WavFile(tmp_path / "no" / "c.wav", phrases("en"), None, volume=1.0, complain=print)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav.cues.jsonl"]


def test_a_session_that_never_began_leaves_no_files(tmp_path: Path, write: Write) -> None:
    write()
    assert list(tmp_path.iterdir()) == []


def test_an_hour_is_written_in_pieces(tmp_path: Path) -> None:
    import tracemalloc

    output = WavFile(tmp_path / "h.wav", phrases("en"), None, volume=0.8, complain=print)
    tracemalloc.start()
    for minute in range(60):
        output.say(count(60.0 * minute, 1))
        output.advance(60.0 * (minute + 1))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    output.close()
    assert most < 2_000_000
    with wave.open(str(tmp_path / "h.wav")) as file:
        assert file.getnframes() == 3600 * file.getframerate()


def test_a_file_that_keeps_its_devices_clock_is_written_from_its_beginning_on(tmp_path: Path) -> None:
    path = tmp_path / "o.wav"
    output = WavFile(path, phrases("en"), None, volume=0.8, complain=pytest.fail)
    output.advance(1.7e9)
    output.say(cue(1.7e9 + 2.0, "landing", "landing_good"))
    output.close()
    sound, rate_hz = heard(path)
    assert onsets_s(sound, rate_hz, 660.0) == [pytest.approx(2.0, abs=0.02)]
    (line,) = Path(f"{path}.cues.jsonl").read_text().splitlines()
    assert (json.loads(line)["t_s"], json.loads(line)["at_s"]) == pytest.approx((1.7e9 + 2.0, 2.0))


def test_a_gap_of_days_and_a_full_disk_end_the_file_with_one_sentence(tmp_path: Path) -> None:
    def full(data: bytes) -> None:
        raise OSError(28, "No space left on device")

    for name in ("gap", "disk"):
        told: list[str] = []
        path = tmp_path / f"{name}.wav"
        output = WavFile(path, phrases("en"), None, volume=0.8, complain=told.append)
        output.say(LANDING)
        output.advance(5.0)
        if name == "disk":
            output._wav.writeframesraw = full  # type: ignore[method-assign,assignment]
        for day in (1, 2):
            output.say(count(5.0, 1))
            output.advance(day * 86400.0 if name == "gap" else 5.0 + day)
        output.close()
        assert len(told) == 1
        assert ("12 hours" if name == "gap" else "No space left") in told[0]
        sound, rate_hz = heard(path)
        assert onsets_s(sound, rate_hz, 660.0) == [pytest.approx(1.0, abs=0.02)]
        assert len(sound) / rate_hz == pytest.approx(5.0)
