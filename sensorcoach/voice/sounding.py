"""What a cue sounds like, and whether it is still worth hearing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sensorcoach.model import Control, Cue, LinkEvent, Notice, StageChanged, Told, Trace
from sensorcoach.voice import tones

if TYPE_CHECKING:
    from sensorcoach.voice.mixer import Lane
    from sensorcoach.voice.tones import Sound

LATEST_S: Final = 1.5
"""A cue that is older, beyond what the sensor is late anyhow, is not heard: it would be taken for the next movement."""
_TONES: Final = frozenset({"landing", "breath", "tick", "guide"})


def is_tone(cue: Cue) -> bool:
    """Everything else is spoken."""
    return cue.kind in _TONES


def tone_of(cue: Cue) -> tuple[Sound, Lane]:
    """The tone of a cue that is none of words."""
    match cue.kind:
        case "landing":
            return tones.landing(cue.phrase), "tone"
        case "breath":
            return tones.breath(cue.phrase == "breath_in", _duration_s(cue)), "breath"
        case "guide":
            return tones.guide(_duration_s(cue)), "guide"
    return tones.tick(), "tone"


def too_late(cue: Cue, now_s: float) -> bool:
    """Whether nobody should hear it any more, at session time ``now_s``. The last words are never too late."""
    return not cue.phrase.startswith("session_") and now_s - cue.t_s > LATEST_S + cue.delay_s


def session_time_s(told: Told) -> float:
    """The session time at which it was told: nothing earlier can be told after it."""
    if isinstance(told, Trace):
        return float(told.t_s[-1]) if len(told.t_s) else 0.0
    return told.t_s if isinstance(told, LinkEvent | Notice | Control | StageChanged) else told.known_s


def _duration_s(cue: Cue) -> float:
    return float(dict(cue.values)["duration_s"])
