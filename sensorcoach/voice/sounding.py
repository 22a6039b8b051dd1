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
SHORTEST_S: Final = 0.3
"""Of a tone that is followed: less is a blip."""
_TONES: Final = frozenset({"landing", "breath", "tick", "guide"})


def is_tone(cue: Cue) -> bool:
    """Everything else is spoken."""
    return cue.kind in _TONES


def tone_of(cue: Cue, late_s: float) -> tuple[Sound, Lane]:
    """The tone of a cue that is none of words, begun ``late_s`` after it was due: a breath ends when it should."""
    match cue.kind:
        case "landing":
            return tones.landing(cue.phrase), "tone"
        case "breath":
            return tones.breath(cue.phrase == "breath_in", _left_s(cue, late_s)), "breath"
        case "guide":
            return tones.guide(_left_s(cue, late_s)), "guide"
    return tones.tick(), "tone"


def too_late(cue: Cue, now_s: float) -> bool:
    """Whether nobody should hear it any more, at session time ``now_s``. The last words are never too late."""
    return not cue.phrase.startswith("session_") and now_s - cue.t_s > LATEST_S + cue.delay_s


def interrupts(cue: Cue) -> bool:
    """Whether it cuts off what is being said: something severe; or what to do now, which the next stage replaces."""
    return cue.level == "severe" or cue.phrase.startswith("stage_")


def session_time_s(told: Told) -> float:
    """The session time at which it was told: nothing earlier can be told after it."""
    if isinstance(told, Trace):
        return float(told.t_s[-1]) if len(told.t_s) else 0.0
    return told.t_s if isinstance(told, LinkEvent | Notice | Control | StageChanged) else told.known_s


def _left_s(cue: Cue, late_s: float) -> float:
    return max(float(dict(cue.values)["duration_s"]) - late_s, SHORTEST_S)
