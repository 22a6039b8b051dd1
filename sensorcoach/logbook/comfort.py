"""The comfortable maximum of a side, learnt from calibration reps.

A calibration rep is the repetition that answers a ``calibrate`` control: the first one that begins after it, if it
went to the side that was asked for. The person goes there as far as is comfortable, so its range is what comfort was on
that day. Not taken: a session in which it hurt, a simulated one; a range without a true centre (``midpoint``), a rep
that was cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.model import Control, Rep


def calibration_reps(reps: Iterable[Rep], controls: Iterable[Control]) -> Iterator[Rep]:
    """Those of ``reps`` that answer a ``calibrate`` control, as `sensorcoach.kneedrop.tracker` takes them."""
    asked = [control for control in controls if control.action == "calibrate"]
    for rep in reps:
        due = [control for control in asked if control.t_s <= rep.drop_start_s]
        asked = asked[len(due) :]
        if due and due[-1].value == rep.side and rep.centre_source != "midpoint" and not rep.cut:
            yield rep


def comfortable_deg(ranges_deg: Sequence[float], reps: int) -> float | None:
    """Median of the last ``reps`` calibration ranges of one side, the newest last; None: nothing is known yet."""
    return round(median(ranges_deg[-reps:]), 1) if ranges_deg and reps > 0 else None
