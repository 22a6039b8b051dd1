"""Calibration reps: how far the person goes when asked to go as far as is comfortable.

A calibration rep answers a ``calibrate`` control: it is the first movement to begin after it, as the tracker takes it.
It counts; or, in a guided session before counting begins, it is only shown (`Aborted`, ``calibration``). The person
goes there as far as is comfortable, so its range is what comfort was on that day.

Not taken: a session in which it hurt, a simulated one; a rep that counted and went to the other side, was cut off, or
whose range has no true centre (``midpoint``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sensorcoach.model import Aborted, Control, Rep


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far the person went at ``t_s`` when asked to go to ``side``. ``rep``: its index, where it counted."""

    t_s: float
    side: str
    range_deg: float
    rep: int | None


def calibrations(reps: Iterable[Rep], others: Iterable[Aborted], controls: Iterable[Control]) -> Iterator[Calibration]:
    """The calibration reps of a session, in order of time.

    Args:
        reps: that counted.
        others: movements that did not.
        controls: of the person, or of the guide, in order.
    """
    asked = [control for control in controls if control.action == "calibrate"]
    shown = (one for one in others if one.reason == "calibration")
    moved: list[tuple[float, Rep | Aborted]] = [*((one.drop_start_s, one) for one in reps)]
    moved += ((one.start_s, one) for one in shown)
    for t_s, movement in sorted(moved, key=lambda each: each[0]):
        due = [control for control in asked if control.t_s <= t_s]
        asked = asked[len(due) :]
        if due:
            yield from _answered(t_s, movement, due[-1].value)


def _answered(t_s: float, movement: Rep | Aborted, side: str) -> Iterator[Calibration]:
    if movement.range_deg is None:
        return
    if isinstance(movement, Aborted):
        yield Calibration(t_s, side, movement.range_deg, None)
    elif movement.side == side and movement.centre_source != "midpoint" and not movement.cut:
        yield Calibration(t_s, side, movement.range_deg, movement.index)
