"""What is heard in the room: on a pretend device, by a pretend engine; bells where neither is there."""

import sys
import threading
import time
import types
from collections.abc import Callable

import numpy as np
import pytest

from sensorcoach.coach.phrases import phrases
from sensorcoach.model import Cue, PhaseChanged
from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice import device as device_module
from sensorcoach.voice import parts as parts_module
from sensorcoach.voice.aloud import Aloud
from sensorcoach.voice.background import BackgroundVoice, FollowedTime
from sensorcoach.voice.bell import HINT
from sensorcoach.voice.device import Device, NoDevice, open_speaker
from sensorcoach.voice.espeak import SpeechFailed
from sensorcoach.voice.parts import Parts, find_parts
from sensorcoach.voice.speech import HANGS_S, MOST_WAITING, RenderedMouth, SpeechQueue
from sensorcoach.voice.tones import RATE_HZ
from tests.voice.listening import pitch_hz, quiet
from tests.voice.pretend import Hand, Mouth, Speaker, Whistle, count, cue


def until(true: Callable[[], bool]) -> None:
    """Wait for another thread."""
    end_s = time.monotonic() + 10.0
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.001)


def aloud(parts: Parts, clock: Hand, rung: list[str] | None = None) -> Aloud:
    rings = [] if rung is None else rung
    return Aloud(phrases("en"), lambda worth_saying: parts, now_s=clock.now_s, ring=lambda: rings.append("ring"))


# --- tones on a device ---


def opened(speaker: Speaker, volume: float = 0.8) -> Device:
    device = Device(volume, lambda: speaker)
    device.open()
    return device


def test_a_tone_is_played_at_once_and_a_planned_one_when_it_is_due() -> None:
    speaker, clock = Speaker(), Hand()
    voice = aloud(Parts(opened(speaker), None, ""), clock)
    clock.t_s = 1.0
    voice.say(cue(1.0, "landing", "landing_good"))
    voice.say(cue(2.0, "tick", "hold_reached", known_s=1.0))
    sound = speaker.played(2.0)
    assert pitch_hz(sound, RATE_HZ, 0.0, 0.2) == pytest.approx(660, abs=3)
    assert quiet(sound, RATE_HZ, 0.5, 1.0)
    assert not quiet(sound, RATE_HZ, 1.0, 1.1)


def test_what_comes_too_late_is_not_played() -> None:
    speaker, clock = Speaker(), Hand()
    voice = aloud(Parts(opened(speaker), None, ""), clock)
    clock.t_s = 2.6
    voice.say(cue(1.0, "landing", "landing_good"))
    assert quiet(speaker.played(1.0), RATE_HZ, 0.0, 1.0)


def test_a_return_ends_the_breath_and_muting_ends_everything() -> None:
    for end in (lambda voice: voice.end("breath"), lambda voice: voice.mute(True), lambda voice: voice.hush()):
        speaker, clock = Speaker(), Hand()
        voice = aloud(Parts(opened(speaker), None, ""), clock)
        voice.say(cue(0.0, "breath", "breath_in", duration_s=1.5))
        assert not quiet(speaker.played(0.5), RATE_HZ, 0.3, 0.5)
        end(voice)
        assert quiet(speaker.played(1.5), RATE_HZ, 0.02, 1.5)


def test_what_comes_while_muted_is_never_heard() -> None:
    speaker = Speaker()
    voice = aloud(Parts(opened(speaker), None, ""), Hand())
    for muted in (True, False):
        voice.mute(muted)
        voice.say(cue(0.0, "landing", "landing_good"))
        assert quiet(speaker.played(0.5), RATE_HZ, 0.0, 0.5) is muted


def test_closing_lets_the_last_tone_end() -> None:
    speaker = Speaker()
    device = opened(speaker)
    end = device.play(np.ones(1000, np.float32), "tone")
    closing = threading.Thread(target=device.close)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    assert not speaker.closed
    speaker.played(end / RATE_HZ)
    closing.join(10.0)
    assert speaker.closed


class PlaybackDevice:
    """As miniaudio's: takes a generator that was started, and sends it how many frames it wants."""

    made: list["PlaybackDevice"] = []

    def __init__(self, **how: object) -> None:
        if how["sample_rate"] == 0:
            raise FakeMiniaudio.MiniaudioError("no")
        self.how, self.backend, self.closed = how, "Pretend", False
        self.made.append(self)

    def start(self, generator) -> None:  # type: ignore[no-untyped-def]
        self.generator = generator

    def close(self) -> None:
        self.closed = True


class FakeMiniaudio(types.ModuleType):
    class MiniaudioError(Exception):
        pass

    class SampleFormat:
        FLOAT32 = "f32"

    PlaybackDevice = PlaybackDevice


def test_miniaudio_is_fed_as_it_wants_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", FakeMiniaudio("miniaudio"))
    device = Device(1.0)
    assert device.open() == "Pretend"
    (made,) = PlaybackDevice.made
    assert (made.how["nchannels"], made.how["output_format"], made.how["sample_rate"]) == (1, "f32", RATE_HZ)
    device.play(np.full(100, 0.5, np.float32), "tone")
    first = np.frombuffer(made.generator.send(64), np.float32)
    second = np.frombuffer(made.generator.send(64), np.float32)
    assert np.array_equal(np.concatenate((first, second)), [0.5] * 100 + [0.0] * 28)
    device.close()
    assert made.closed


def test_what_cannot_be_opened_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoDevice, match="miniaudio is not installed"):
        open_speaker()
    monkeypatch.setitem(sys.modules, "miniaudio", FakeMiniaudio("miniaudio"))
    monkeypatch.setattr(device_module, "RATE_HZ", 0)
    with pytest.raises(NoDevice, match="no sound device can be opened"):
        open_speaker()


# --- what there is ---


def none() -> Speaker:
    raise NoDevice("no sound device was found", installed=True)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A computer without engines."""
    monkeypatch.setattr(parts_module.espeak, "is_there", lambda: False)
    monkeypatch.setattr(parts_module.system_speech, "is_there", lambda: False)
    return monkeypatch


@pytest.mark.usefixtures("bare")
def test_without_the_extra_the_bell_rings_and_the_hint_is_said_once() -> None:
    told: list[str] = []
    rung: list[str] = []
    preferences = VoiceSettings()
    voice = BackgroundVoice(
        Aloud(
            phrases("en"),
            lambda worth_saying: find_parts(preferences, worth_saying, told.append),
            now_s=lambda: 1.0,
            ring=lambda: rung.append("ring"),
        ),
        preferences,
    )
    for one in (
        cue(1.0, "landing", "landing_good"),
        cue(1.0, "breath", "breath_in", duration_s=1.5),
        cue(1.0, "tick", "hold_reached"),
        count(1.0, 1),
        cue(1.0, "correction", "too_fast"),
        cue(1.0, "landing", "landing_good"),
    ):
        voice.tell(one)
    voice.close()
    assert rung == ["ring"] * 4
    assert len(told) == 1
    assert "miniaudio is not installed" in told[0]
    assert HINT in told[0]


@pytest.mark.usefixtures("bare")
def test_a_computer_without_a_device_is_told_to_connect_one() -> None:
    told: list[str] = []
    parts = find_parts(VoiceSettings(), lambda cue: True, told.append, none)
    assert (parts.device, parts.speech) == (None, None)
    assert len(told) == 1
    assert "connect" in told[0]
    assert "pip" not in told[0]


@pytest.mark.usefixtures("bare")
def test_without_an_engine_two_notes_stand_for_words() -> None:
    told: list[str] = []
    speaker = Speaker()
    parts = find_parts(VoiceSettings(), lambda cue: True, told.append, lambda: speaker)
    assert len(told) == 1
    assert "No speech" in told[0]
    aloud(parts, Hand()).say(count(0.0, 1))
    assert not quiet(speaker.played(0.5), RATE_HZ, 0.0, 0.3)


@pytest.mark.parametrize(
    ("system", "has", "used"),
    [
        ("linux", {"espeak", "system_speech"}, "espeak-ng"),
        ("darwin", {"espeak", "system_speech"}, "pyttsx3"),
        ("win32", {"system_speech"}, "pyttsx3"),
        ("darwin", {"espeak"}, "espeak-ng"),
        ("linux", {"system_speech"}, "pyttsx3"),
    ],
)
def test_which_engine_speaks(bare: pytest.MonkeyPatch, system: str, has: set[str], used: str) -> None:
    for name in has:
        bare.setattr(getattr(parts_module, name), "is_there", lambda: True)
    bare.setattr(parts_module, "SystemSpeech", lambda preferences: Mouth())
    bare.setattr(parts_module.sys, "platform", system)
    parts = find_parts(VoiceSettings(), lambda cue: True, pytest.fail, Speaker)
    assert parts.told.endswith(f"Speech: {used}.")
    parts.close(0.0)


# --- speech ---


def queue_of(*mouths: Mouth, worth_saying: Callable[[Cue], bool] = lambda cue: True, **how: object) -> SpeechQueue:
    ready = iter(mouths)
    return SpeechQueue(lambda: next(ready), worth_saying, how.pop("given_up", pytest.fail), **how)  # type: ignore[arg-type]


def test_sentences_are_said_one_after_the_other() -> None:
    mouth = Mouth()
    speech = queue_of(mouth)
    for number in (1, 2):
        speech.say(count(0.0, number), f"{number}")
    until(lambda: mouth.said == ["1"])
    mouth.go.set()
    until(lambda: mouth.said == ["1", "2"])
    speech.finish(5.0)


def test_a_severe_one_interrupts_and_takes_the_turn_of_all() -> None:
    mouth = Mouth()
    speech = queue_of(mouth)
    speech.say(count(0.0, 1), "first")
    until(mouth.begun.is_set)
    speech.say(count(0.0, 2), "second")
    speech.say(cue(0.0, "correction", "jarring", "severe"), "severe")
    until(lambda: mouth.said == ["first", "severe"])
    assert mouth.hushed == ["first"]
    mouth.go.set()
    speech.finish(5.0)
    assert mouth.said == ["first", "severe"]


def test_the_next_thing_to_do_interrupts_the_one_before() -> None:
    mouth = Mouth()
    speech = queue_of(mouth)
    speech.say(cue(0.0, "session", "stage_wear"), "wear")
    until(mouth.begun.is_set)
    speech.say(cue(0.0, "session", "stage_still"), "still")
    speech.say(cue(0.0, "session", "stage_side"), "side")
    until(lambda: mouth.said == ["wear", "side"])
    assert mouth.hushed == ["wear"]
    mouth.go.set()
    speech.finish(5.0)


def test_the_queue_is_bounded_and_the_oldest_give_way() -> None:
    mouth = Mouth()
    speech = queue_of(mouth)
    speech.say(count(0.0, 0), "now")
    until(mouth.begun.is_set)
    for number in range(10):
        speech.say(count(0.0, number), f"{number}")
    mouth.go.set()
    speech.finish(5.0)
    assert mouth.said == ["now", *(f"{number}" for number in range(10 - MOST_WAITING, 10))]


def test_a_sentence_that_waited_too_long_is_not_said() -> None:
    mouth, clock = Mouth(), Hand()
    voice = aloud(Parts(None, queue_of(mouth, worth_saying=lambda cue: clock.t_s - cue.t_s <= 1.5), ""), clock)
    voice.say(count(0.0, 1))
    until(mouth.begun.is_set)
    voice.say(count(0.0, 2))
    clock.t_s = 2.0
    voice.say(count(2.0, 3))
    mouth.go.set()
    voice.close()
    assert mouth.said == ["one, left", "three, left"]


def test_an_engine_that_hangs_delays_nobody_is_replaced_and_given_up_with_one_sentence() -> None:
    clock, told = Hand(), []
    mouths = [Mouth(deaf=True) for _ in range(3)]
    speech = queue_of(*mouths, given_up=told.append, monotonic_s=clock.now_s)
    speaker = Speaker()
    voice = BackgroundVoice(aloud(Parts(opened(speaker), speech, ""), clock), VoiceSettings())
    for number, mouth in enumerate(mouths):
        clock.t_s += HANGS_S + 1.0
        begin_s = time.monotonic()
        voice.tell(count(clock.t_s, number))
        voice.tell(PhaseChanged(clock.t_s, clock.t_s, "hold", 1, "left", 40.0))
        assert time.monotonic() - begin_s < 0.1
        until(mouth.begun.is_set)
    assert told == []
    clock.t_s += HANGS_S + 1.0
    voice.tell(count(clock.t_s, 4))
    until(lambda: bool(told))
    assert len(told) == 1
    assert "hangs" in told[0]
    voice.tell(count(clock.t_s, 5))  # two notes now
    voice.advance(clock.t_s)
    until(lambda: not quiet(speaker.played(0.3), RATE_HZ, 0.0, 0.3))
    for mouth in mouths:
        mouth.go.set()
    speech.finish(0.0)


def test_an_engine_that_fails_is_begun_anew_and_given_up() -> None:
    told: list[str] = []

    def broken() -> Mouth:
        raise SpeechFailed("no voice of this name")

    speech = SpeechQueue(broken, lambda cue: True, told.append)
    until(lambda: not speech.alive)
    until(lambda: bool(told))
    assert len(told) == 1
    assert "no voice of this name" in told[0]
    assert "--no-voice" in told[0]
    speech.finish(5.0)


def test_rendered_speech_plays_on_the_device_and_is_cut_when_hushed() -> None:
    speaker = Speaker()
    mouth = RenderedMouth(Whistle(5.0), opened(speaker))  # type: ignore[arg-type]
    hushed = threading.Event()
    speaking = threading.Thread(target=mouth.speak, args=("a long sentence", hushed))
    speaking.start()
    until(lambda: not quiet(speaker.played(0.05), RATE_HZ, 0.0, 0.05))
    hushed.set()
    speaking.join(10.0)
    assert not speaking.is_alive()
    assert quiet(speaker.played(0.5), RATE_HZ, 0.02, 0.5)


def test_a_breath_planned_at_the_landing_is_heard_when_it_is_told() -> None:
    """The coach tells it when it is due, seconds after it knew."""
    clock, speaker = Hand(), Speaker()
    followed = FollowedTime(clock.now_s)
    output = Aloud(
        phrases("en"), lambda worth_saying: Parts(opened(speaker), None, ""), now_s=followed.now_s, ring=pytest.fail
    )
    voice = BackgroundVoice(output, VoiceSettings(), came=followed.came)
    voice.advance(12.5)
    voice.tell(cue(12.5, "breath", "breath_out", known_s=10.0, duration_s=2.5))
    until(lambda: not quiet(speaker.played(0.1) if speaker.block else np.zeros(1), RATE_HZ, 0.0, 0.1))
    assert followed.now_s() == pytest.approx(12.5)
    speaker.played(3.0)
    voice.close()


class Noted:
    """An output that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_of: self.asked.append(name)


@pytest.mark.parametrize(("to_s", "hushes"), [(5.0, 1), (29.8, 0), (60.0, 0)])
def test_jumping_back_in_a_replay_stops_what_sounds(to_s: float, hushes: int) -> None:
    clock, output = Hand(), Noted()
    voice = BackgroundVoice(output, VoiceSettings(), now_s=clock.now_s)
    for clock.t_s in (30.0, to_s):
        voice.tell(PhaseChanged(clock.t_s, clock.t_s, "hold", 1, "left", 40.0))
    voice.close()
    assert output.asked.count("hush") == hushes


# --- threads ---


class Stuck:
    """An output whose device never opens."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.said = 0

    def say(self, cue: Cue) -> None:
        self.said += 1
        self.go.wait()

    end = hum = mute = hush = close = advance = lambda self, *of: None


def test_an_output_that_is_stuck_delays_nobody() -> None:
    output = Stuck()
    voice = BackgroundVoice(output, VoiceSettings())  # type: ignore[arg-type]
    begin_s = time.monotonic()
    for number in range(6000):
        voice.tell(count(0.0, number))
    assert time.monotonic() - begin_s < 2.0
    output.go.set()
    voice.close()


def test_a_patient_one_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a replay that does not wait."""
    monkeypatch.setattr("sensorcoach.voice.background.MOST_WAITING", 2)
    output = Stuck()
    voice = BackgroundVoice(output, VoiceSettings(), patient=True)  # type: ignore[arg-type]
    telling = threading.Thread(target=lambda: [voice.tell(count(0.0, number)) for number in range(9)])
    telling.start()
    until(lambda: output.said == 1)
    output.go.set()
    telling.join(10.0)
    voice.close()
    assert output.said == 9


def test_session_time_goes_on_between_what_is_told() -> None:
    clock = Hand()
    followed = FollowedTime(clock.now_s)
    followed.came(10.0)
    clock.t_s = 0.7
    assert followed.now_s() == pytest.approx(10.7)
    followed.came(10.2)
    assert followed.now_s() == pytest.approx(10.2)
