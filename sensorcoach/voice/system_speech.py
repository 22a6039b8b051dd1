"""Speech by the voice of the operating system: pyttsx3, in a process of its own.

pyttsx3's loop blocks, on macOS it wants a main thread, and interrupting it or running it twice is unreliable
(nateshmbhat/pyttsx3#126, #440). So a process says one text after the other, each with a new engine; what must be silent
is ended with its process, and a second one stands ready for what is said instead. Nothing of it was heard on macOS or
Windows yet.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from sensorcoach.preferences import VoiceSettings
from sensorcoach.voice.espeak import SpeechFailed

_COMMAND: Final = (sys.executable, "-m", "sensorcoach.voice.system_speech")


def is_there() -> bool:
    """Whether pyttsx3 is installed; it is not loaded."""
    return importlib.util.find_spec("pyttsx3") is not None


class SystemSpeech:
    """A `speech.Mouth`."""

    name = "pyttsx3"

    def __init__(self, preferences: VoiceSettings, command: Sequence[str] = _COMMAND) -> None:
        self._command = [*command, msgspec.json.encode(preferences).decode()]
        self._speaking = self._begun()
        self._spare = self._begun()

    def speak(self, text: str, hushed: threading.Event) -> None:
        """See `speech.Mouth`."""
        answers: list[bytes] = []
        asking = threading.Thread(target=lambda: answers.append(_asked(self._speaking, text)), daemon=True)
        asking.start()
        while asking.is_alive():
            asking.join(0.02)
            if hushed.is_set():
                self._replace()
                return
        trouble = json.loads(answers[0]) if answers and answers[0] else "it ended"
        if trouble:
            self.close()
            raise SpeechFailed(f"the voice of this computer failed: {trouble}")

    def close(self) -> None:
        """End the processes."""
        _end(self._speaking)
        _end(self._spare)

    def _replace(self) -> None:
        ended, self._speaking = self._speaking, self._spare
        self._spare = self._begun()
        _end(ended)

    def _begun(self) -> subprocess.Popen[bytes]:
        # A session of its own: on Linux what plays the sound is a child of the process, and must end with it.
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _asked(process: subprocess.Popen[bytes], text: str) -> bytes:
    """The answer, in JSON; nothing if the process ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(text).encode() + b"\n")
        process.stdin.flush()
        return process.stdout.readline()
    except (OSError, ValueError):
        return b""


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


# --- in the process --------------------------------------------------------------------------------------------------


def _speak_lines(preferences: VoiceSettings) -> None:
    """Say each line of stdin (a text in JSON); answer each with what went wrong (JSON; empty: nothing)."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # drivers print
    for line in sys.stdin:
        trouble = ""
        try:
            _said(json.loads(line), preferences)
        except Exception as error:  # whatever a driver of some system raises: the other process must know
            trouble = f"{type(error).__name__}: {error}"
        answers.write(json.dumps(trouble) + "\n")
        answers.flush()


def _said(text: str, preferences: VoiceSettings) -> None:
    import pyttsx3

    engine = pyttsx3.init()
    voice = _voice_of(engine.getProperty("voices") or [], preferences)
    if voice is not None:
        engine.setProperty("voice", voice)
    engine.setProperty("rate", preferences.words_a_minute)
    engine.setProperty("volume", preferences.volume)
    engine.say(text)
    engine.runAndWait()


def _voice_of(voices: Sequence[object], preferences: VoiceSettings) -> str | None:
    """The first voice of that name, or else of the language."""

    def named(voice: object) -> bool:
        told = f"{getattr(voice, 'id', '')} {getattr(voice, 'name', '')}".lower()
        return preferences.voice is not None and preferences.voice.lower() in told

    def speaks(voice: object) -> bool:
        languages = [str(language).lower() for language in getattr(voice, "languages", None) or ()]
        return any(language.replace("_", "-").split("-")[0] == preferences.language for language in languages)

    wanted: Callable[[object], bool] = named if preferences.voice is not None else speaks
    return next((str(getattr(voice, "id", "")) for voice in voices if wanted(voice)), None)


if __name__ == "__main__":
    _speak_lines(msgspec.json.decode(sys.argv[1], type=VoiceSettings))
