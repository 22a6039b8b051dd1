"""Rules that need several reps: `asymmetric`, and one note for a person who rocks. Source: definitions.md C."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median

import msgspec

from sensorcoach.kneedrop.grading.levels import worst
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Limit, LimitSettings


def asymmetric(reps: Sequence[Rep], limits: LimitSettings) -> Warning | None:
    """The sides differ: difference of the sides' medians over their mean (1), of range, drop, hold or return time.

    Reason: one side moving less is what a therapist asks about. Needs three reps a side with a true centre; `warn`
    also needs 8° or 0.7 s, so that small or quick movements do not warn for nothing. Impacts are never compared: the
    strapped leg is the lower one on one side and cushioned on the other.
    """
    usable = [rep for rep in reps if rep.graded and not rep.cut and rep.centre_source != "midpoint"]
    sides = tuple([rep for rep in usable if rep.direction == direction] for direction in (1, -1))
    if min(len(side) for side in sides) < limits.asymmetric_min_reps:
        return None
    ranges = _compared(sides, _range_deg, limits.asymmetric_range, limits.asymmetric_range_deg, 0.0)
    # A share of next to nothing says nothing: holds of 0.1 and 0.2 s differ by 67 %. Half the floor, then, for a note.
    floor_s = limits.asymmetric_time_s
    times = [
        _compared(sides, time_s, limits.asymmetric_time, floor_s, floor_s / 2.0)
        for time_s in (_drop_time_s, _return_time_s, _hold_s)
    ]
    return worst(ranges, *times)


def rocking(reps: Sequence[Rep], limits: LimitSettings) -> Warning | None:
    """Nobody chose a hold and hardly any is made: one note a session in place of a `short_hold` a rep.

    Value: how many holds (1) were shorter than half a second; four of them say that this person rocks.
    """
    if limits.hold_target_chosen or limits.hold_target_s <= 0.0:
        return None
    quick = sum(rep.hold_s < limits.rocking_hold_s for rep in reps)
    if quick < limits.rocking_reps:
        return None
    return Warning(code="short_hold", severity="note", value=float(quick), limit=float(limits.rocking_reps), unit="1")


def without_short_hold(rep: Rep) -> Rep:
    """The rep as it stands in the result of a session that got the one note of `rocking` instead."""
    kept = tuple(warning for warning in rep.warnings if warning.code != "short_hold")
    return rep if len(kept) == len(rep.warnings) else msgspec.structs.replace(rep, warnings=kept)


def _range_deg(rep: Rep) -> float:
    return rep.range_deg


def _drop_time_s(rep: Rep) -> float:
    return rep.drop_time_s


def _return_time_s(rep: Rep) -> float:
    return rep.return_time_s


def _hold_s(rep: Rep) -> float:
    return rep.hold_s


def _compared(
    sides: tuple[list[Rep], ...],
    figure: Callable[[Rep], float],
    limit: Limit,
    warn_floor: float,
    note_floor: float,
) -> Warning | None:
    one, other = (median(figure(rep) for rep in side) for side in sides)
    mean = (one + other) / 2.0
    if mean <= 0.0:
        return None
    difference = abs(one - other)
    share = difference / mean
    if limit.warn is not None and share >= limit.warn and difference >= warn_floor:
        return Warning(code="asymmetric", severity="warn", value=share, limit=limit.warn, unit="1")
    if limit.note is not None and share >= limit.note and difference >= note_floor:
        return Warning(code="asymmetric", severity="note", value=share, limit=limit.note, unit="1")
    return None
