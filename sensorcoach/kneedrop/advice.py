"""What to do about each warning: one plain sentence a code, in the order of speech (definitions.md C).

Says what is right, not only what was wrong.
"""

from __future__ import annotations

ADVICE: dict[str, str] = {
    "jarring": "Brake earlier, so the knees arrive without a thump.",
    "abrupt_landing": "Slow down over the last part, so the drop fades out.",
    "catch": "Brake evenly all the way down; do not grab half way.",
    "too_fast": "Let them down slower.",
    "over_range": "Stop a little earlier; comfortable is far enough.",
    "fast_return": "Come back slower, the pelvis leading.",
    "short_hold": "Stay down for a full breath before you come back.",
    "restless_hold": "Let the legs rest heavily while you hold.",
    "stop_and_go": "Lower in one flowing movement, without stops.",
    "carried": "Let gravity take the knees over; do not place them.",
    "jerky": "Move evenly; less effort makes it smoother.",
    "incomplete_return": "Come all the way back to the middle before the next side.",
    "asymmetric": "One side differs from the other: let the easier side match the harder one.",
    "sensor_slipped": "The sensor moved: tighten the strap and check where it sits.",
    "not_graded": "The signal is too slow, clipped or has holes here: it counts, but its quality is not judged.",
}


def advice(code: str) -> str:
    """The sentence for a warning's code; raises KeyError for a code that is none."""
    return ADVICE[code]
