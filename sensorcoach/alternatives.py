"""Nothing counted, and what was told, or not told, of the sensor is why: what would give repetitions?

Where nothing was told, small movements to one side alone are not taken for drops: a bridge looks the same. A told axis
that the legs' posture contradicts leaves no centre to count about. Such an axis was told wrongly, or the acceleration
has the opposite sign. That is said, with the options to give, and never assumed: they differ in the sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from sensorcoach.axes import AXES
from sensorcoach.choices import Choices
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result

_TELLING: Final = {"thigh": "up_leg", "shank": "front"}
"""The axis that tells the posture of a segment, by its name in `model.Mounting`."""


def another_way(result: Result, choices: Choices, analysed: Callable[[Choices], Result]) -> str | None:
    """What to say of a file in which nothing was counted because of what was told; None where that is not why.

    Args:
        result: of the file as it was read.
        choices: with which it was read.
        analysed: reads it again with other ones.
    """
    mounting = result.sensor["mounting"]
    assert isinstance(mounting, Mapping)
    name = _TELLING[mounting["segment"]]
    told = mounting[name]
    option = f"--{name.replace('_', '-')}"
    if result.reps or mounting["first_side"] is not None:
        return None
    if told is None:
        return _one_sided(choices, option, analysed)
    if not _counts(_with_axis(choices, name, None), analysed):
        return None
    ways = [words for other, words in _ways(result, choices, name, told) if _counts(other, analysed)]
    found = f"Repetitions are found with {' or '.join(ways) or f'{option}=none, whose sides are not known'}"
    differ = "; they differ in which side is which" if len(ways) > 1 else ""
    return f"No movement fits the axis told, {option}={told}. {found}{differ}."


def _one_sided(choices: Choices, option: str, analysed: Callable[[Choices], Result]) -> str | None:
    """Nothing was told: with a bit of side, would movements to one side alone be repetitions?"""
    sided = msgspec.structs.replace(choices, mounting={**choices.mounting, "first_side": "left"})
    found = _reps(sided, analysed)
    if not found:
        return None
    those = f"{found} movement{'s' if found > 1 else ''} to one side {'look' if found > 1 else 'looks'}"
    return (
        f"{those} like small knee drops, or like bridges: without a word on how the sensor sits these cannot be told "
        f"apart. If they were knee drops, give --first-side=left or right, or {option}."
    )


def _ways(result: Result, choices: Choices, name: str, told: str) -> Iterator[tuple[Choices, str]]:
    """Other choices, and what they are in words."""
    if result.read_as is not None:
        turned = result.read_as.acc_sign == "turned round"
        sign: Literal["keep", "flip"] = "keep" if turned else "flip"
        why = "acceleration as written" if turned else "acceleration reversed: right where an app gives Apple's sign"
        yield msgspec.structs.replace(choices, acc_sign=sign), f"--acc-sign {sign} ({why})"
    # The reverse of the axis first: an end taken for the other is the likelier mistake.
    for axis in sorted(AXES, key=lambda axis: axis[-1] != told[-1]):
        if axis != told:
            yield _with_axis(choices, name, axis), f"--{name.replace('_', '-')}={axis}"


def _with_axis(choices: Choices, name: str, axis: str | None) -> Choices:
    return msgspec.structs.replace(choices, mounting={**choices.mounting, name: axis})


def _counts(choices: Choices, analysed: Callable[[Choices], Result]) -> bool:
    return _reps(choices, analysed) > 0


def _reps(choices: Choices, analysed: Callable[[Choices], Result]) -> int:
    try:
        return len(analysed(choices).reps)
    except SensorcoachError:
        return 0
