"""The turning rate of a recording, checked by gravity: its unit is corrected where it is clear, else it is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from sensorcoach.dsp.rows import are_repeated
from sensorcoach.dsp.timeline import sample_period_s
from sensorcoach.dsp.turning import Turning, gravity_turning
from sensorcoach.errors import InputError
from sensorcoach.importers.units import FASTEST_RADPS, GYR_SCALE, IN_WORDS
from sensorcoach.model import Floats

LOOKED_AT_ROWS: Final = 60_000
"""So many rows are held back until there is movement enough: ten minutes at 100 a second, 3 MB."""
ENOUGH_RAD: Final = 3.0
"""When gravity has turned so far, two drops or more, no further rows are waited for."""
DISAGREES: Final = ((1.0, 0.3), (2.0, 0.55))
"""(gravity turned, rad; agreement): from so much turning on, less agreement is another sensor's, another axis's or a
reversed turning rate. Right ones have 0.99 in the exercise, 0.78 and more in lying therapy and 0.6 in daily life;
swapped axes have 0.5 and less (measured)."""
SURELY_RAD: Final = 1.0
"""Gravity must have turned so far for a unit to be corrected."""
AGREES: Final = 0.6
"""Least agreement for a factor to be believed."""
MAY_BE_OFF: Final = 3.0
"""A factor up to this, or its inverse, is movement and a poor gyroscope; units are at least 17 apart. Right ones have
0.4 to 1.25 (measured on walking, squats and therapy)."""
NEAR_A_UNIT: Final = 1.6
"""A factor this near to that of a unit is the unit's."""
WORTH_TELLING: Final = 1.35
STEADY: Final = 0.35
"""Most spread of a factor between pieces of a recording that still is one factor."""


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """Blocks (n, 7), or (n, 4) where the turning rate is left out, in SI; ``unit`` is that of the turning rate."""

    rows: Iterator[Floats]
    unit: str | None


def checked_turning(rows: Iterator[Floats], named: str | None, name: str, notices: list[str]) -> CheckedRows:
    """Rows whose turning rate agrees with how gravity turns.

    Args:
        rows: blocks (n, 7) of t_s, acceleration in SI and turning rate in the unit ``named``, in SI; else raw.
        named: the unit that the file tells, see `units.GYR_SCALE`.
        name: of the file, for messages.
        notices: what was corrected, or left out, is added here.

    Raises:
        InputError: the rate disagrees, where this turns out only after rows were handed out.
    """
    ahead, turning = _looked_at(rows)
    if not ahead:
        return CheckedRows(rows, IN_WORDS.get(named or ""))
    if turning is None or (turning.turned_rad < SURELY_RAD and turning.agreement < AGREES):
        seen = named or _unit_by_size(ahead, notices)
        scale = 1.0 if named else GYR_SCALE[seen]
        watched = _watched(_scaled(rows, scale), name)
        return CheckedRows(chain(_scaled(iter(ahead), scale), watched), IN_WORDS[seen])
    factor, unit = _judged(turning, named, notices)
    if factor is None:
        return CheckedRows((one[:, :4] for one in chain(ahead, rows)), None)
    return CheckedRows(_scaled(chain(ahead, rows), factor), unit)


def _looked_at(rows: Iterator[Floats]) -> tuple[list[Floats], Turning | None]:
    """The first rows, until they show enough movement, and what they show."""
    ahead: list[Floats] = []
    turning: Turning | None = None
    while sum(map(len, ahead)) < LOOKED_AT_ROWS and (turning is None or turning.turned_rad < ENOUGH_RAD):
        block = next(rows, None)
        if block is None:
            break
        ahead.append(block)
        turning = _turning(np.concatenate(ahead))
    return ahead, turning


def _turning(rows: Floats) -> Turning | None:
    known = rows[np.isfinite(rows).all(axis=1) & (np.abs(rows) < _GARBAGE).all(axis=1)]
    known = known[known[:, 0] >= np.maximum.accumulate(known[:, 0])]
    known = known[~are_repeated(known[:, 0], known[:, 1:])]
    if not len(known) or known[0, 0] == known[-1, 0]:
        return None
    return gravity_turning(known[:, 1:4], known[:, 4:], 1 / sample_period_s(known[:, 0]))


_GARBAGE: Final = 1e12


def _judged(turning: Turning, named: str | None, notices: list[str]) -> tuple[float | None, str | None]:
    """What to multiply the rate by, and its unit in words; None: it cannot be used."""
    base = 1.0 if named is None else GYR_SCALE[named]
    if _disagrees(turning):
        how = "turns the other way round" if turning.agreement < -AGREES else "does not turn as gravity does"
        notices.append(f"The gyroscope {how} (agreement {turning.agreement:.2f}, where 1 is full); it is left out.")
        return None, None
    if named is not None and 1 / MAY_BE_OFF <= turning.factor <= MAY_BE_OFF:
        if not 1 / WORTH_TELLING <= turning.factor <= WORTH_TELLING and _is_steady(turning):
            notices.append(
                f"Gravity turns {turning.factor:.2f} times as fast as the gyroscope says; it is used as it is written."
            )
        return 1.0, IN_WORDS[named]
    if turning.agreement < AGREES or turning.factor <= 0:
        notices.append(
            f"Which unit the gyroscope's numbers have cannot be told (agreement with gravity's turning "
            f"{turning.agreement:.2f}, where 1 is full); it is left out."
        )
        return None, None
    seen = min(GYR_SCALE, key=lambda unit: abs(np.log(GYR_SCALE[unit] / (base * turning.factor))))
    if 1 / NEAR_A_UNIT <= base * turning.factor / GYR_SCALE[seen] <= NEAR_A_UNIT:
        if named is None:
            notices.append(
                f"Turning rate is taken to be in {IN_WORDS[seen]}, by comparison with the turning of gravity; "
                "a header like gx_dps or gx_radps would tell."
            )
        else:
            notices.append(
                f"Turning rate is taken to be in {IN_WORDS[seen]}, although the header says {IN_WORDS[named]}: gravity "
                f"turns {turning.factor:.3g} times as fast as that would say."
            )
        return GYR_SCALE[seen] / base, IN_WORDS[seen]
    return _by_its_own_factor(turning, named, notices)


def _disagrees(turning: Turning) -> bool:
    return any(turning.turned_rad >= turned_rad and turning.agreement < least for turned_rad, least in DISAGREES)


def _is_steady(turning: Turning) -> bool:
    return turning.agreement >= AGREES and turning.spread <= STEADY and turning.turned_rad >= SURELY_RAD


def _by_its_own_factor(turning: Turning, named: str | None, notices: list[str]) -> tuple[float | None, str | None]:
    """A factor that no unit explains: counts of a scale that nobody told."""
    if not _is_steady(turning):
        notices.append(
            f"Gravity turns {turning.factor:.3g} times as fast as the gyroscope says, and not steadily so: "
            "it is left out."
        )
        return None, None
    one_dps = float(np.rad2deg(turning.factor * (1.0 if named is None else GYR_SCALE[named])))
    said = f", although the header says {IN_WORDS[named]}" if named else ""
    notices.append(f"Turning rate is scaled by gravity's turning: 1 of its numbers is {one_dps:.3g} °/s{said}.")
    return turning.factor, "counts"


def _unit_by_size(ahead: list[Floats], notices: list[str]) -> str:
    """The likely unit of a rate that hardly turned gravity."""
    fastest = max(float(np.nanmax(np.abs(rows[:, 4:]), initial=0.0)) for rows in ahead)
    seen = "dps" if fastest > FASTEST_RADPS else "radps"
    notices.append(
        f"Turning rate is taken to be in {IN_WORDS[seen]}, by its size (up to {fastest:.3g}): too little turned that "
        "it could be compared with; a header like gx_dps or gx_radps would tell."
    )
    return seen


def _scaled(rows: Iterator[Floats], factor: float) -> Iterator[Floats]:
    if factor == 1.0:
        return rows
    return (np.column_stack((one[:, :4], one[:, 4:] * factor)) for one in rows)


def _watched(rows: Iterator[Floats], name: str) -> Iterator[Floats]:
    """Rows after a long rest: the first movement must agree, for what went before cannot be taken back."""
    judged = False
    before = np.empty((0, 7))
    for block in rows:
        if not judged:
            before = np.concatenate((before, block))[-LOOKED_AT_ROWS:]
            turning = _turning(before)
            judged = turning is not None and turning.turned_rad >= ENOUGH_RAD
            if turning is not None and judged:
                _refuse_disagreement(turning, name)
                before = np.empty((0, 7))
        yield block


def _refuse_disagreement(turning: Turning, name: str) -> None:
    if not _disagrees(turning) and 1 / MAY_BE_OFF <= turning.factor <= MAY_BE_OFF:
        return
    raise InputError(
        f"{name}: after a long rest gravity turns {turning.factor:.3g} times as fast as the gyroscope says "
        f"(agreement {turning.agreement:.2f} of 1).",
        "Cut the rest off, name the gyroscope's unit in the header, or name only the accelerometer with --columns.",
    )
