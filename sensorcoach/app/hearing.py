"""The voice of a session, as the person likes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sensorcoach.app.show import Show
from sensorcoach.coach.phrases import phrases
from sensorcoach.model import Cue
from sensorcoach.preferences import VoiceSettings
from sensorcoach.sources.clock import Clock, MonotonicClock
from sensorcoach.voice import Voice
from sensorcoach.voice.aloud import Aloud
from sensorcoach.voice.background import BackgroundVoice, FollowedTime
from sensorcoach.voice.bell import ring_terminal
from sensorcoach.voice.hearing import Several
from sensorcoach.voice.parts import Parts, find_parts, renderer
from sensorcoach.voice.samples import sample_cues
from sensorcoach.voice.wav import WavFile


def voice_for(
    preferences: VoiceSettings,
    complain: Callable[[str], None],
    *,
    aloud: bool = True,
    file: Path | None = None,
    now_s: Callable[[], float] | None = None,
    ring: Callable[[], None] = ring_terminal,
) -> Voice:
    """A voice that listens to one session: give it all that is told (`Voice.tell`), and close it at the end.

    Args:
        preferences: what is heard and how; with ``on`` False nothing is heard aloud.
        complain: told once, in a sentence that ends in advice, what cannot be heard and why. From any thread.
        aloud: on the computer's sound device (or as terminal bells); not where a replay does not wait.
        file: a new WAV file to write as well; ``FILE.cues.jsonl`` beside it.
        now_s: session time at this moment; without it, that of what was told last, and the time since.
        ring: rings the terminal's bell.

    Raises:
        RecordingError: a file exists already or cannot be written.
        SettingsError: there are no phrases in this language.
    """
    words = phrases(preferences.language)
    voices: list[Voice] = []
    if file is not None:
        written = WavFile(file, words, renderer(preferences), volume=preferences.volume, complain=complain)
        voices.append(BackgroundVoice(written, preferences, patient=True, now_s=now_s))
    if aloud and preferences.on:
        followed = FollowedTime()

        def find(worth_saying: Callable[[Cue], bool]) -> Parts:
            return find_parts(preferences, worth_saying, complain)

        heard = Aloud(words, find, now_s=now_s or followed.now_s, ring=ring)
        voices.append(BackgroundVoice(heard, preferences, came=followed.came, now_s=now_s))
    return Several(voices)


def voice_of(
    show: Show,
    preferences: VoiceSettings,
    complain: Callable[[str], None],
    *,
    file: Path | None = None,
    ring: Callable[[], None] = ring_terminal,
) -> Voice:
    """A voice for what a show tells, by the show's own time; see `voice_for`. Close it when the show is over."""
    voice = voice_for(preferences, complain, file=file, now_s=lambda: show.now_s, ring=ring)
    show.subscribe(voice.tell)
    return voice


def sound_and_speech(preferences: VoiceSettings, complain: Callable[[str], None] = lambda sentence: None) -> str:
    """What sounds and speaks on this computer, in words; it is tried. ``complain``: told what is missing."""
    parts = find_parts(preferences, lambda cue: True, complain)
    parts.close(0.0)
    return parts.told


def play_samples(
    preferences: VoiceSettings, voice: Voice, on_cue: Callable[[Cue, str], None], clock: Clock | None = None
) -> None:
    """Tell ``voice`` one cue of each kind when it is due; ``on_cue`` is told it with its words. Takes half a minute.

    Raises:
        SettingsError: there are no phrases in this language.
    """
    words = phrases(preferences.language)
    clock = MonotonicClock() if clock is None else clock
    voice.advance(0.0)
    for cue in sample_cues():
        clock.sleep_until_s(cue.t_s)
        on_cue(cue, words.spoken(cue))
        voice.tell(cue)
