"""Heard later: a WAV file in which second n is second n of the session, and beside it every cue in words.

A session that begins more than `LATEST_BEGIN_S` after its zero (a file that keeps its device's clock) is written from
its beginning on; ``at_s`` of a cue is the second of the WAV.

The coach's delay is in it, that of sound devices and engines is not: a tone begins when it was known, a sentence with
its first sound. The file is valid at every flush, also after a killed process.
"""

from __future__ import annotations

import contextlib
import os
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, Protocol

import msgspec
import numpy as np

from sensorcoach.coach.phrases import Phrases
from sensorcoach.errors import RecordingError
from sensorcoach.model import Cue
from sensorcoach.outfile import new_file
from sensorcoach.voice import tones
from sensorcoach.voice.espeak import SpeechFailed
from sensorcoach.voice.mixer import Lane, Mixer
from sensorcoach.voice.sounding import interrupts, is_tone, tone_of, too_late
from sensorcoach.voice.tones import RATE_HZ, Sound

FLUSHED_S: Final = 1.0
"""A killed process loses at most so much."""
LATEST_BEGIN_S: Final = 60.0
LONGEST_S: Final = 12 * 3600.0
"""2 GB; a WAV cannot hold more than 4."""
CUES_SUFFIX: Final = ".cues.jsonl"
_Heard = Literal["tone", "speech", "marker", "dropped", "muted"]


class Renderer(Protocol):
    """Speech as samples."""

    def render(self, text: str) -> Sound:
        """The spoken text. SpeechFailed: it cannot be."""


@dataclass(slots=True)
class _Line:
    """What became of a cue; ``at`` the sample at which it begins."""

    cue: Cue
    heard: _Heard
    at: int
    text: str


class WavFile:
    """A `background.Output`. ``renderer`` None: two notes stand where words would be."""

    def __init__(
        self,
        path: Path,
        phrases: Phrases,
        renderer: Renderer | None,
        *,
        volume: float,
        complain: Callable[[str], None],
    ) -> None:
        """Both files are made at once.

        Raises:
            RecordingError: one exists already or cannot be written.
        """
        self._phrases, self._renderer = phrases, renderer
        self._complain = complain
        self._mixer = Mixer(volume)
        self._speaking_until = 0
        self._lines: list[_Line] = []
        self._flushed = 0
        self._muted = False
        self._broken = False
        self._zero_s: float | None = None
        self._paths = path, path.with_name(path.name + CUES_SUFFIX)
        self._file = os.fdopen(new_file(self._paths[0]), "wb")
        try:
            self._cues = os.fdopen(new_file(self._paths[1]), "wb")
        except RecordingError:
            self._file.close()
            path.unlink()
            raise
        self._wav = wave.open(self._file, "wb")  # noqa: SIM115  open until `close`
        self._wav.setnchannels(1)
        self._wav.setsampwidth(2)
        self._wav.setframerate(RATE_HZ)

    def say(self, cue: Cue) -> None:
        """See `Output`."""
        due = max(self._sample(cue.t_s), self._mixer.at)
        if self._muted:
            self._note(cue, "muted", due)
        elif too_late(cue, self._session_s(due)):
            self._note(cue, "dropped", due)
        elif is_tone(cue):
            sound, lane = tone_of(cue, max(self._session_s(due) - cue.t_s, 0.0))
            self._mixer.place(sound, due, lane)
            self._note(cue, "tone", due)
        else:
            self._speak(cue, due)

    def end(self, lane: Lane) -> None:
        """See `Output`."""
        self._mixer.cut(lane, self._mixer.at)
        self._never(self._mixer.at, ("tone",), lane)

    def hum(self, speed_dps: float) -> None:
        """See `Output`."""
        if not self._muted:
            self._mixer.hum(speed_dps)

    def advance(self, t_s: float) -> None:
        """See `Output`."""
        self._write(self._sample(t_s))
        if self._mixer.at - self._flushed >= FLUSHED_S * RATE_HZ:
            self._flush()

    def mute(self, muted: bool) -> None:
        """See `Output`."""
        self._muted = muted
        if muted:
            self.hush()

    def hush(self) -> None:
        """See `Output`."""
        self._mixer.cut(None, self._mixer.at)
        self._speaking_until = self._mixer.at
        self._never(self._mixer.at, ("tone", "speech", "marker"))

    def close(self) -> None:
        """See `Output`."""
        self._write(max(self._mixer.end, max((line.at + 1 for line in self._lines), default=0)))
        self._flush()
        for close in (self._wav.close, self._file.close, self._cues.close):
            with contextlib.suppress(OSError):  # told already
                close()
        if self._mixer.at == 0:  # nothing ever began
            for path in self._paths:
                path.unlink(missing_ok=True)

    # --- speech ------------------------------------------------------------------------------------------------------

    def _speak(self, cue: Cue, due: int) -> None:
        if interrupts(cue):
            self._mixer.cut("speech", due)
            self._speaking_until = due
            self._never(due, ("speech", "marker"))
        begin = max(due, self._speaking_until)
        if too_late(cue, self._session_s(begin)):
            self._note(cue, "dropped", due)
            return
        words = self._rendered(cue)
        sound = tones.mark(cue.kind) if words is None else words
        self._speaking_until = self._mixer.place(sound, begin, "speech")
        self._note(cue, "marker" if words is None else "speech", self._speaking_until - len(sound))

    def _rendered(self, cue: Cue) -> Sound | None:
        if self._renderer is None:
            return None
        try:
            return self._renderer.render(self._phrases.spoken(cue))
        except SpeechFailed as error:
            self._renderer = None
            self._complain(f"No speech in the file from here on, two notes stand for it: {error}.")
            return None

    def _never(self, at: int, heard: Sequence[_Heard], kind: str | None = None) -> None:
        """What was to begin at sample ``at`` or later, never does."""
        for line in self._lines:
            if line.at >= at and line.heard in heard and kind in (None, line.cue.kind):
                line.heard = "dropped"

    # --- the files ---------------------------------------------------------------------------------------------------

    def _note(self, cue: Cue, heard: _Heard, at: int) -> None:
        self._lines.append(_Line(cue, heard, at, self._phrases.spoken(cue)))

    def _sample(self, t_s: float) -> int:
        """The first time asked about is the session's beginning."""
        if self._zero_s is None:
            self._zero_s = t_s if t_s > LATEST_BEGIN_S else 0.0
        return round((t_s - self._zero_s) * RATE_HZ)

    def _session_s(self, sample: int) -> float:
        return sample / RATE_HZ + (self._zero_s or 0.0)

    def _write(self, until: int) -> None:
        if until > LONGEST_S * RATE_HZ and not self._broken:
            self._break("it would be longer than 12 hours", "Replay the parts of the session one by one.")
        if self._broken:
            self._mixer.skip(until)
            return
        while self._mixer.at < until:
            block = self._mixer.render(min(until - self._mixer.at, RATE_HZ))
            samples = np.rint(block * 32767).astype("<i2").tobytes()
            self._on_disk(partial(self._wav.writeframesraw, samples))

    def _flush(self) -> None:
        self._flushed = self._mixer.at
        settled = [line for line in self._lines if line.at < self._mixer.at]
        self._lines = [line for line in self._lines if line.at >= self._mixer.at]
        self._on_disk(lambda: self._cues.write(b"".join(_json(line) for line in settled)))
        self._on_disk(self._cues.flush)
        self._on_disk(lambda: self._wav.writeframes(b""))  # writes the length into the header
        self._on_disk(self._file.flush)

    def _on_disk(self, action: Callable[[], object]) -> None:
        if self._broken:
            return
        try:
            action()
        except OSError as error:
            self._break(error.strerror or str(error), "Free some space.")

    def _break(self, why: str, advice: str) -> None:
        self._broken = True
        self._complain(f"The sound is no longer written into the file: {why}. The session goes on. {advice}")


def _json(line: _Line) -> bytes:
    cue = line.cue
    told = {
        "t_s": cue.t_s,
        "known_s": cue.known_s,
        "at_s": line.at / RATE_HZ,
        "heard": line.heard,
        "kind": cue.kind,
        "level": cue.level,
        "phrase": cue.phrase,
        "values": dict(cue.values),
        "rep": cue.rep,
        "text": line.text,
    }
    return msgspec.json.encode(told) + b"\n"
