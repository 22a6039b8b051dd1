"""Section C of `definitions.md`: each rule a small pure function of a finished rep and the settings.

Nothing here looks at signals or time, so changed limits grade a kept session again at once (`grade` it is).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sensorcoach.kneedrop.grading.ability import Reach, SensorAbility, reach
from sensorcoach.kneedrop.grading.hold import restless_hold, short_hold
from sensorcoach.kneedrop.grading.landing import abrupt_landing, catch, jarring
from sensorcoach.kneedrop.grading.range_ import over_range
from sensorcoach.kneedrop.grading.return_ import fast_return, incomplete_return
from sensorcoach.kneedrop.grading.session import asymmetric, rocking, without_short_hold
from sensorcoach.kneedrop.grading.slip import sensor_slipped
from sensorcoach.kneedrop.grading.smoothness import jerky, stop_and_go
from sensorcoach.kneedrop.grading.speed import carried, too_fast
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import LimitSettings, SignalSettings

__all__ = ["ORDER_OF_SPEECH", "SensorAbility", "grade", "grade_drop", "grade_session", "sensor_slipped", "settle"]

Rule = Callable[[Rep, Reach, LimitSettings], Warning | None]

RULES: tuple[Rule, ...] = (
    jarring,
    abrupt_landing,
    catch,
    too_fast,
    over_range,
    fast_return,
    short_hold,
    restless_hold,
    stop_and_go,
    carried,
    jerky,
    incomplete_return,
)
"""In the order of speech: what protects comes first."""

DROP_RULES: tuple[Rule, ...] = (jarring, abrupt_landing, catch, too_fast, over_range, stop_and_go, carried)
"""Those that need nothing but the drop and its landing."""

ORDER_OF_SPEECH: tuple[str, ...] = (*(rule.__name__ for rule in RULES), "asymmetric", "sensor_slipped", "not_graded")


def grade(
    rep: Rep, sensor: SensorAbility, limits: LimitSettings, signal: SignalSettings | None = None
) -> tuple[Warning, ...]:
    """All warnings of one rep, in the order of speech. Pure: the rep's own `warnings` are not looked at."""
    ability = reach(sensor, SignalSettings() if signal is None else signal)
    if not rep.graded or not ability.graded:
        return (_not_graded(ability, signal),)
    found = (rule(rep, ability, limits) for rule in RULES)
    return tuple(warning for warning in found if warning is not None)


def grade_drop(rep: Rep, sensor: SensorAbility, limits: LimitSettings, signal: SignalSettings) -> tuple[Warning, ...]:
    """Warnings of a repetition that has only just landed; nothing where nothing is graded."""
    ability = reach(sensor, signal)
    if not rep.graded or not ability.graded:
        return ()
    found = (rule(rep, ability, limits) for rule in DROP_RULES)
    return tuple(warning for warning in found if warning is not None)


def grade_session(reps: Sequence[Rep], limits: LimitSettings) -> tuple[Warning, ...]:
    """Warnings of the session as a whole, in the order of speech."""
    found = (rocking(reps, limits), asymmetric(reps, limits))
    return tuple(warning for warning in found if warning is not None)


def settle(reps: Sequence[Rep], limits: LimitSettings) -> tuple[Rep, ...]:
    """The reps as a result shows them: without a `short_hold` each where the session's one note stands for all."""
    if rocking(reps, limits) is None:
        return tuple(reps)
    return tuple(without_short_hold(rep) for rep in reps)


def _not_graded(ability: Reach, signal: SignalSettings | None) -> Warning:
    if ability.graded:
        return Warning(code="not_graded", severity="note", value=None, limit=None, unit="")
    limit = (SignalSettings() if signal is None else signal).grading_rate_hz
    return Warning(code="not_graded", severity="note", value=ability.rate_hz, limit=limit, unit="Hz")
