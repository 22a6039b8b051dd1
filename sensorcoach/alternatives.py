"""Nothing counted, or less than was left out, and what was told of the sensor, or not told, is why: what would count?

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
_ACROSS: Final = ("other_direction", "other_posture")
_FEWEST_ACROSS: Final = 3
"""So many movements that do not fit, and as many as do, are not what stands around an exercise."""


def another_way(result: Result, choices: Choices, analysed: Callable[[Choices], Result]) -> str | None:
    """What to say of a file in which little was counted because of what was told; None where that is not why.

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
    if told is None:
        nothing = not result.reps and mounting["first_side"] is None
        return _one_sided(choices, option, analysed) if nothing else None
    across = sum(one.reason in _ACROSS for one in result.aborted)
    if result.reps and across < max(_FEWEST_ACROSS, len(result.reps)):
        return None
    untold = _reps(_with_axis(choices, name, None), analysed)
    if untold <= len(result.reps):
        return None
    ways = [words for other, words in _ways(result, choices, name, told) if 2 * _reps(other, analysed) > untold]
    differ = "; they differ in which side is which" if len(ways) > 1 else ""
    way = f"{' or '.join(ways) or f'{option}=none, whose sides are not known'}{differ}"
    if not result.reps:
        return f"No movement fits the axis told, {option}={told}. Repetitions are found with {way}."
    return f"{across} movements do not fit the axis told, {option}={told}. {untold} repetitions are found with {way}."


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


def _reps(choices: Choices, analysed: Callable[[Choices], Result]) -> int:
    try:
        return len(analysed(choices).reps)
    except SensorcoachError:
        return 0
