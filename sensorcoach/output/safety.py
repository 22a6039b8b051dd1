"""Who should not do this exercise and when to stop (domain.md 5.3), in words that fit a screen and plain lines."""

from __future__ import annotations

from typing import Final

ASK_FIRST: Final = (
    "a hip replacement, above all a recent one",
    'spinal surgery, or you were told "no twisting"',
    "a slipped disc or another back problem you were warned about",
    "a pregnancy, osteoporosis, a fracture",
)
"""With one of these: ask a doctor or physiotherapist before the first session."""
STOP_AT: Final = ("sharp pain", "new pain in a leg", "numbness or tingling")
"""Stop at once at any of these."""
LIMITS: Final = (
    "This program feels no pain and is not a medical device. Go as far as is comfortable; further is not better."
)


def safety_line() -> str:
    """All of it in a paragraph, for plain lines."""
    first, stop = "; ".join(ASK_FIRST), "; ".join(STOP_AT)
    return f"Ask a doctor or physiotherapist first, if you have: {first}. Stop at once at: {stop}. {LIMITS}"
