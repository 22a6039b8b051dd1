"""What this computer has to sound and to speak with."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

from sensorcoach.model import Cue
from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice import espeak, system_speech
from sensorcoach.voice.bell import HINT
from sensorcoach.voice.device import Device, NoDevice, Speaker, open_speaker
from sensorcoach.voice.espeak import Espeak
from sensorcoach.voice.speech import Mouth, RenderedMouth, SpeechQueue
from sensorcoach.voice.system_speech import SystemSpeech

NO_SOUND = "No tones and no speech: {why}. The terminal's bell rings instead. For tones and speech: {hint}."
NO_TONES = "No tones: {why}. The terminal's bell rings instead; speech goes on. For tones: {hint}."
NO_SPEECH = "No speech: no engine is installed. Two notes stand for words. For speech: {hint}."


@dataclass(frozen=True, slots=True)
class Parts:
    """``device`` None: the terminal's bell. ``speech`` None: no words. ``told``: what is used or missing, in words."""

    device: Device | None
    speech: SpeechQueue | None
    told: str

    def close(self, longest_s: float) -> None:
        """Let what is said and what sounds end, speech within ``longest_s``."""
        if self.speech is not None:
            self.speech.finish(longest_s)
        if self.device is not None:
            self.device.close()


def find_parts(
    preferences: VoiceSettings,
    worth_saying: Callable[[Cue], bool],
    complain: Callable[[str], None],
    opened: Callable[[], Speaker] = open_speaker,
) -> Parts:
    """Open the sound device and begin the speech engine; ``complain`` is told in one sentence what is missing."""
    device = Device(preferences.volume, opened)
    try:
        name = device.open()
    except NoDevice as error:
        return _without_device(preferences, worth_saying, complain, error)
    engine = _engine(preferences, device)
    if engine is None:
        complain(NO_SPEECH.format(hint=f"install espeak-ng, or {HINT}" if sys.platform == "linux" else HINT))
        return Parts(device, None, f"Sound: {name}, by miniaudio. Speech: none.")
    spoken_by, begun = engine
    told = f"Sound: {name}, by miniaudio. Speech: {spoken_by}."
    return Parts(device, SpeechQueue(begun, worth_saying, complain), told)


def renderer(preferences: VoiceSettings) -> Espeak | None:
    """What can speak into a file; None where there is no such engine."""
    return Espeak(preferences) if espeak.is_there() else None


def _without_device(
    preferences: VoiceSettings,
    worth_saying: Callable[[Cue], bool],
    complain: Callable[[str], None],
    error: NoDevice,
) -> Parts:
    if error.installed:
        complain(NO_SOUND.format(why=error, hint="connect a loudspeaker or headphones"))
    elif not system_speech.is_there():
        complain(NO_SOUND.format(why=error, hint=HINT))
    else:
        complain(NO_TONES.format(why=error, hint=HINT))
        speech = SpeechQueue(lambda: SystemSpeech(preferences), worth_saying, complain)
        return Parts(None, speech, f"Sound: the terminal's bell, {error}. Speech: pyttsx3.")
    return Parts(None, None, f"Sound: the terminal's bell, {error}. Speech: none.")


def _engine(preferences: VoiceSettings, device: Device) -> tuple[str, Callable[[], Mouth]] | None:
    """By name, and what begins it. The system's own voice is the nicer one where it has one."""
    rendered = espeak.is_there()
    if system_speech.is_there() and not (rendered and sys.platform == "linux"):
        return "pyttsx3", lambda: SystemSpeech(preferences)
    if rendered:
        return "espeak-ng", lambda: RenderedMouth(Espeak(preferences), device)
    return None
