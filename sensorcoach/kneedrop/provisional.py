"""What a landing shows at once: figures of the drop and of the first instants after it, before the final ones."""

from __future__ import annotations

from typing import Final

from sensorcoach.kneedrop.grading import SensorAbility, grade_drop
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.measures import DropMeasures, measure_drop
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.repetition import borders_of, window_until
from sensorcoach.model import Direction, Landing, Rep, Side, Warning
from sensorcoach.settings import Settings

_NOT_SOFT: Final = frozenset({"jarring", "abrupt_landing"})


def provisional_landing(
    history: History, moving: Movement, end: int, settings: Settings, direction: Direction, side: Side | None
) -> Landing:
    """Grade ``moving`` (`Candidate.landed`) by samples before ``end``, as far as its drop and landing go."""
    window, borders = window_until(end, history, moving), borders_of(history, moving, settings.phases)
    drop = measure_drop(window, borders, settings.signal, settings.limits)
    so_far = Rep(
        index=0,
        side=side,
        direction=direction,
        drop_start_s=borders.drop_start_s,
        drop_end_s=borders.drop_end_s,
        return_start_s=borders.return_start_s,
        return_end_s=borders.return_end_s,
        hold_s=0.0,
        range_deg=borders.range_deg,
        drop_time_s=borders.landing_s - borders.drop_start_s,
        staged=moving.staged,
        centre_source=moving.centre.source,
        swung_through=moving.swung_in,
        **{name: getattr(drop, name) for name in DropMeasures.__slots__},
    )
    return judged(so_far, SensorAbility(history.rate_hz, window.gyro_dps is not None), settings)


def judged(drop: Rep, sensor: SensorAbility, settings: Settings) -> Landing:
    """What the figures of a repetition that has only just landed say of its landing."""
    warnings = grade_drop(drop, sensor, settings.limits, settings.signal)
    return Landing(drop.range_deg, _hard(drop, warnings), warnings, drop)


def _hard(rep: Rep, warnings: tuple[Warning, ...]) -> bool | None:
    """Not so sure a sensor is believed when it shows a severe landing, but not when it shows a soft one (A7)."""
    if any(warning.code in _NOT_SOFT and warning.severity != "note" for warning in warnings):
        return True
    return False if rep.graded and rep.landing_confidence == "high" else None
