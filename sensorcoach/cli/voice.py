"""What is heard: the voice of the sessions here, and the command `voice-test`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sensorcoach.cli.options import Language, NoVoice, VoiceTo
from sensorcoach.cli.root import EXIT_CODES, app, remark, say, say_events

if TYPE_CHECKING:
    from sensorcoach.app import Voice
    from sensorcoach.model import Told
    from sensorcoach.preferences import VoiceSettings


def voice_preferences(language: str | None, person: str | None = None) -> VoiceSettings:
    """Those of the personal settings, in another language if one is wanted.

    Raises:
        SettingsError: the settings file cannot be used, or there are no phrases in this language.
    """
    import msgspec

    from sensorcoach.app import personal

    preferences = personal(person).voice
    if language is None or language == preferences.language:
        return preferences
    return msgspec.structs.replace(preferences, language=language, voice=None)  # a voice speaks one language


@contextmanager
def heard(
    *,
    aloud: bool,
    file: Path | None,
    language: str | None,
    now_s: Callable[[], float] | None = None,
    person: str | None = None,
) -> Iterator[Voice]:
    """A voice for one session; what is said at its end is waited for, unless the person leaves or presses Ctrl-C."""
    from sensorcoach.app import voice_for

    voice = voice_for(voice_preferences(language, person), remark, aloud=aloud, file=file, now_s=now_s)
    try:
        yield voice
    except BaseException:
        voice.mute(True)
        raise
    finally:
        try:
            voice.close()
        except KeyboardInterrupt:
            voice.mute(True)


def said_and_heard(voice: Voice) -> Callable[[Told], None]:
    """What is told as lines, and by a voice."""
    say_event = say_events()

    def tell(told: Told) -> None:
        voice.tell(told)
        say_event(told)

    return tell


@app.command("voice-test", epilog=EXIT_CODES)
def voice_test(no_voice: NoVoice = False, voice_to: VoiceTo = None, language: Language = None) -> None:
    """Let every kind of cue be heard once, and say what sounds and speaks here or what is missing."""
    from sensorcoach.app import play_samples, sound_and_speech

    preferences = voice_preferences(language)
    say(sound_and_speech(preferences))
    with heard(aloud=not no_voice, file=voice_to, language=language) as voice:
        play_samples(preferences, voice, lambda cue, words: say(f"{cue.kind:<10}  {words}"))
