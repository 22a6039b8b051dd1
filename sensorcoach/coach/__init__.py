"""What to tell the person while they move: graded repetitions -> cues, and cues -> words of a language.

`Coach` is loaded when it is first asked for, so that a screen has its words before there are filters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.coach.coach import Coach

__all__ = ["Coach"]


def __getattr__(name: str) -> object:
    if name == "Coach":
        from sensorcoach.coach.coach import Coach

        return Coach
    raise AttributeError(name)
