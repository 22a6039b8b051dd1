"""When every movement is another posture: would the reversed sign, or another axis, make them the exercise?

A leg that seems to hang upside down is as a rule a sensor whose acceleration has the opposite sign, or an axis told
wrongly. That is said, with the option to give, and never assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from sensorcoach.axes import AXES
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result

_POSTURE: Final = "other_posture"
_Way = tuple[Choices, str]
"""Other choices, and what they are in words."""
_CUT: Final = ("cut", "begun_before", "unseen")
"""Reasons that say nothing of the posture."""


def another_way(result: Result, choices: Choices, analysed: Callable[[Choices], Result]) -> str | None:
    """What to say of a file in which nothing was counted because of its posture; None where there is nothing to say.

    Args:
        result: of the file as it was read.
        choices: with which it was read.
        analysed: reads it again with other ones.
    """
    reasons = {aborted.reason for aborted in result.aborted} - set(_CUT)
    if result.reps or result.read_as is None or reasons != {_POSTURE}:
        return None
    told = [words for ways in (_signs(result, choices), _axes(choices)) for words in _first_that_counts(ways, analysed)]
    if not told:
        return None
    return f"Every movement is another posture; they would be repetitions with {', or with '.join(told)}."


def _first_that_counts(ways: Iterator[_Way], analysed: Callable[[Choices], Result]) -> Iterator[str]:
    for other, words in ways:
        try:
            found = bool(analysed(other).reps)
        except SensorcoachError:
            continue
        if found:
            yield words
            return


def _signs(result: Result, choices: Choices) -> Iterator[_Way]:
    turned = result.read_as is not None and result.read_as.acc_sign == "turned round"
    sign: Literal["keep", "flip"] = "keep" if turned else "flip"
    other = msgspec.structs.replace(choices, acc_sign=sign)
    yield other, f"the acceleration's sign reversed (--acc-sign {sign}: right where an app gives Apple's sign)"


def _axes(choices: Choices) -> Iterator[_Way]:
    told = choices.mounting.get("up_leg")
    if told is None:
        return
    # The reverse of the axis first: an end taken for the other is the likelier mistake.
    for axis in sorted(AXES, key=lambda axis: axis[-1:] != told.strip()[-1:].lower()):
        if axis != told.strip().lower().removeprefix("+"):
            mounting = {**choices.mounting, "up_leg": axis}
            yield msgspec.structs.replace(choices, mounting=mounting), f"another axis up the leg (--up-leg={axis})"
