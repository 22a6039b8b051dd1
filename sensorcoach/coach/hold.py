"""The pace of a hold: breaths from the landing on, and a tick when it has lasted long enough."""

from __future__ import annotations

from collections.abc import Iterator

from sensorcoach.model import Cue
from sensorcoach.settings import Settings

_CUT_S = 0.5
"""Less than this of a breath is not worth its tone."""


def hold_cues(landing_s: float, known_s: float, settings: Settings) -> Iterator[Cue]:
    """What is due in a hold since ``landing_s`` (s), known at ``known_s``, in order of time.

    Whole breaths only; one that has begun by ``known_s`` is shorter by what is over, so that the breaths end with the
    hold that is graded.
    """
    target_s = settings.limits.hold_target_s
    for phrase, begin_s, length_s in _breaths(settings):
        end_s = landing_s + begin_s + length_s
        due_s = max(landing_s + begin_s, known_s)
        if end_s - due_s >= _CUT_S:
            values = (("duration_s", round(end_s - due_s, 3)),)
            yield Cue(due_s, known_s, "breath", phrase, values=values)
    if target_s > 0.0 and landing_s + target_s >= known_s:
        yield Cue(landing_s + target_s, known_s, "tick", "hold_reached", "good")


def _breaths(settings: Settings) -> Iterator[tuple[str, float, float]]:
    """Phrase, begin after the landing and length of each half breath, s."""
    in_s, out_s = settings.coach.breath_in_s, settings.coach.breath_out_s
    if in_s <= 0.0 or out_s <= 0.0:
        return
    whole = int(settings.limits.hold_target_s / (in_s + out_s) + 1e-9)
    for number in range(whole):
        begin_s = number * (in_s + out_s)
        yield "breath_in", begin_s, in_s
        yield "breath_out", begin_s + in_s, out_s
