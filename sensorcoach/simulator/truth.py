"""The exact repetition: what the definitions (B and C) say about the noise-free rigid leg at the sensor's place.

Computed here on its own, at 1 kHz, knowing from the plan which movement is which: no detector is involved, so it can
judge one. The roll is the angle of gravity in the plane (centre, sideways): ``atan2(u·e, u·u0)``, as for a sensor, but
with the true centre and the true sideways direction.

Low-pass, zero-phase: speeds for borders, peaks and stops at 6 Hz (definitions A6); impact figures at 90 Hz, so that a
level means what a 200 Hz sensor on a rigid leg would show (domain 4). Levels are those of section C, on purpose
repeated as plain numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from scipy.signal import butter, sosfiltfilt

from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats, Side
from sensorcoach.simulator.courses import STEP_HZ, STEP_S, steps
from sensorcoach.simulator.exercise import Performed
from sensorcoach.simulator.pose import RigidMotion

PENDULUM_M = 0.29
"""The reference pendulum of the free-fall fraction (A8), not the simulated person's own."""
R_MIN_DEG = 15.0
IMPACT_CUTOFF_HZ = 90.0
SPEED_CUTOFF_HZ = 6.0


@dataclass(frozen=True, slots=True)
class TrueRep:
    """One repetition as it really was. Times in true seconds since the recording's start.

    ``complete``: the whole repetition lies inside the recording. ``levels``: code -> "note" | "warn" | "severe", for
    the rules of section C that truth can settle (too_fast, jarring, abrupt_landing, short_hold, fast_return,
    stop_and_go).
    ``margins``: code -> smallest relative distance of its metric to any of its limits (0.1 = within 10 %).
    """

    side: Side
    direction: int
    drop_start_s: float
    drop_end_s: float
    return_start_s: float
    return_end_s: float
    hold_s: float
    range_deg: float
    drop_time_s: float
    drop_time_10_90_s: float
    peak_drop_dps: float
    free_fall_fraction: float | None
    landing_loss_dps: float
    landing_decel_dps2: float
    landing_jolt_g: float
    return_time_s: float
    peak_return_dps: float
    residual_deg: float
    stops: int
    staged: bool
    swung_through: bool
    complete: bool = True
    levels: dict[str, str] = field(default_factory=dict)
    margins: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Stops:
    """Short stops (0.25-1 s) on the way down, whether one was longer, and how near any length came to these limits."""

    short: int = 0
    staged: bool = False
    margin: float = math.inf


@dataclass(frozen=True, slots=True)
class TrueMotion:
    """Roll by definition, its speed below 6 Hz and below 90 Hz, dynamic acceleration: all (n,), at 1 kHz."""

    roll_deg: Floats
    speed_dps: Floats
    quick_dps: Floats
    dynamic_g: Floats


def true_motion(rigid: RigidMotion, centre_pitch_rad: float) -> TrueMotion:
    """Roll, speeds and jolts of the rigid leg, from gravity in leg axes."""
    u = rigid.up_leg
    along_centre = -math.sin(centre_pitch_rad) * u[:, 0] + math.cos(centre_pitch_rad) * u[:, 2]
    roll = np.degrees(np.unwrap(np.arctan2(u[:, 1], along_centre)))
    raw = np.gradient(roll, STEP_S)
    dynamic = (rigid.acc_leg - STANDARD_GRAVITY * u) / STANDARD_GRAVITY
    return TrueMotion(
        roll_deg=roll,
        speed_dps=_lowpass(raw, SPEED_CUTOFF_HZ),
        quick_dps=_lowpass(raw, IMPACT_CUTOFF_HZ),
        dynamic_g=np.linalg.norm(_lowpass(dynamic, IMPACT_CUTOFF_HZ), axis=1),
    )


def true_reps(motion: TrueMotion, performed: list[Performed], first_s: float, last_s: float) -> tuple[TrueRep, ...]:
    """The repetitions of a session recorded from ``first_s`` to ``last_s`` (s since the person began).

    A repetition whose movement lies wholly outside is left out.
    """
    reps: list[TrueRep] = []
    home = 0
    for number, one in enumerate(performed):
        before = performed[number - 1] if number else None
        after = performed[number + 1] if number + 1 < len(performed) else None
        rep = _true_rep(motion, one, before, after, home)
        if rep is None:
            continue
        home = round(rep.return_end_s * STEP_HZ)
        if rep.return_end_s > first_s and rep.drop_start_s < last_s:
            reps.append(_as_recorded(rep, first_s, last_s))
    return tuple(reps)


def _true_rep(
    motion: TrueMotion, one: Performed, before: Performed | None, after: Performed | None, home: int
) -> TrueRep | None:
    """Measure one repetition; None where it is none. ``home``: the index at which the one before ended."""
    sign = 1 if one.rep.side == "left" else -1
    out, speed = sign * motion.roll_deg, sign * motion.speed_dps
    earliest = before.leave if before else 0
    latest = after.landed if after else min(one.back + steps(one.rep.pause_s), len(out) - 1)

    pause = before.rep.pause_s if before and not before.rep.through else 0.0
    from_centre = max(one.start - steps(min(0.3, 0.5 * pause)), earliest)
    base = max(0.0, float(out[from_centre : one.landed + 1].min()))
    risen = _first(out[from_centre : one.leave] >= base + R_MIN_DEG / 2)
    if risen is None:
        return None
    sure = from_centre + risen
    peak = float(speed[sure : one.leave].max(initial=speed[sure]))
    turned_deg = -0.5 * before.rep.range_deg if before else -90.0
    start, entered = _border_before(out, speed, sure, max(2.0, 0.05 * peak), earliest, turned_deg)
    start = max(start, home)
    landed, stops = _landing(out, speed, sure, one.leave, peak)
    range_deg = float(out[landed])
    if range_deg < R_MIN_DEG:
        return None

    fallen = _first(out[one.leave : latest] <= out[one.leave] - max(5.0, 0.15 * range_deg))
    if fallen is None:
        return None
    left = one.leave + fallen
    slowest = float(speed[left : one.back + 1].min(initial=speed[left]))
    gate = max(2.0, 0.05 * -slowest)
    leave = landed + _surely_last(-speed[landed : left + 1] < gate) + 1
    turned_deg = -0.5 * after.rep.range_deg if after else -90.0
    back, through = _return_end(out, speed, left, gate, latest, range_deg, turned_deg)

    moving = slice(start, landed + 1)
    peak = float(speed[moving].max())
    near = slice(max(landed - steps(0.15), 0), landed + steps(0.30))
    quick = np.abs(motion.quick_dps[near])
    window = steps(0.1)
    loss = max(float(quick[i] - quick[i : i + window + 1].min()) for i in range(0, len(quick), 2))
    decel = float(-np.gradient(quick, STEP_S).min())
    drop_from = float(out[start])
    ideal = 2 * STANDARD_GRAVITY / PENDULUM_M * (math.cos(math.radians(drop_from)) - math.cos(math.radians(range_deg)))
    if not entered:
        turn = float(out[earliest:sure].min())
        ideal = 2 * STANDARD_GRAVITY / PENDULUM_M * (math.cos(math.radians(turn)) - math.cos(math.radians(range_deg)))
    fraction = peak / math.degrees(math.sqrt(ideal)) if ideal > 0 else None
    tenth, ninety = (
        start + _surely_first(out[moving] >= drop_from + share * (range_deg - drop_from)) for share in (0.1, 0.9)
    )
    rest_until = min(back + steps(1.0), latest) + 1
    rep = TrueRep(
        side=one.rep.side,
        direction=sign,
        drop_start_s=start * STEP_S,
        drop_end_s=landed * STEP_S,
        return_start_s=leave * STEP_S,
        return_end_s=back * STEP_S,
        hold_s=(leave - landed) * STEP_S,
        range_deg=range_deg,
        drop_time_s=(landed - start) * STEP_S,
        drop_time_10_90_s=(ninety - tenth) * STEP_S,
        peak_drop_dps=peak,
        free_fall_fraction=fraction,
        landing_loss_dps=loss,
        landing_decel_dps2=decel,
        landing_jolt_g=float(motion.dynamic_g[near].max()),
        return_time_s=(back - leave) * STEP_S,
        peak_return_dps=-float(speed[leave : back + 1].min()),
        residual_deg=float(np.abs(out[back:rest_until]).min()),
        stops=stops.short,
        staged=stops.staged,
        swung_through=through or not entered,
    )
    _grade(rep)
    rep.margins["stop_and_go"] = stops.margin
    if not entered:
        # From turning point to turning point the ideal speed vanishes for equal ranges: no fair case for a test.
        rep.margins["too_fast"] = 0.0
    return rep


def _border_before(
    out: Floats, speed: Floats, sure: int, gate_dps: float, earliest: int, turned_deg: float
) -> tuple[int, bool]:
    """Where an outward movement, sure at ``sure``, passed the gate speed.

    Where it was slow for the last time beyond ``turned_deg``, on the other side, it swung through: where the angle
    crossed 0, and False.
    """
    slow = np.flatnonzero(speed[earliest : sure + 1] < gate_dps)
    crossed = np.flatnonzero(out[earliest : sure + 1] < 0.0)
    if len(slow) and not (len(crossed) and crossed[-1] > slow[-1] and out[earliest + slow[-1]] < turned_deg):
        return earliest + int(slow[-1]) + 1, True
    return earliest + (int(crossed[-1]) + 1 if len(crossed) else 0), False


def _landing(out: Floats, speed: Floats, sure: int, leave: int, peak_dps: float) -> tuple[int, Stops]:
    """Landing index, and the stops on the way."""
    gate = max(5.0, 0.10 * peak_dps)
    slow = speed[sure:leave] < gate
    edges = np.flatnonzero(np.diff(np.concatenate([[False], slow, [True]]).astype(int)))
    final = float(out[sure:leave].max(initial=out[sure]))
    stops = Stops()
    for first, after in zip(edges[0::2], [*edges[1::2], len(slow)], strict=False):
        here, further = sure + int(first), sure + int(after)
        length_s = (further - here) * STEP_S
        still_to_go = final - float(out[here])
        if still_to_go > 0.10 * final and further < leave:
            stops.margin = min(stops.margin, abs(length_s / 0.25 - 1.0), abs(length_s / 1.0 - 1.0))
        if length_s < 0.25 and not (speed[here:further] < 0).any():
            continue
        if length_s <= 1.0 and still_to_go > 0.10 * final:
            stops.short += length_s >= 0.25
        elif still_to_go >= 0.20 * final:
            stops.staged = True
        else:
            return here, stops
    return sure + int(np.argmax(out[sure:leave])), stops


def _return_end(
    out: Floats, speed: Floats, left: int, gate_dps: float, latest: int, range_deg: float, turned_deg: float
) -> tuple[int, bool]:
    """Where the angle comes back to the centre, or rests or turns on the way; and whether it swung through (at 0)."""
    angle, slow = out[left:latest], speed[left:latest] > -gate_dps
    slowed, crossed = _first(slow), _first(angle <= 0.0)
    if crossed is not None and (slowed is None or (crossed < slowed and angle[slowed] < turned_deg)):
        return left + crossed, True
    home = _first(angle <= max(R_MIN_DEG / 2, 0.20 * range_deg))
    if home is not None:
        return left + home, False
    resting = (np.abs(speed[left:latest]) < 5.0) & (angle <= 0.5 * range_deg)
    second = steps(1.0)
    rested = _first(np.convolve(resting, np.ones(second), mode="valid") > second - 0.5) if len(angle) > second else None
    return left + (int(np.argmin(angle)) if rested is None else rested), False


def _grade(rep: TrueRep) -> None:
    """Levels of section C from the true figures."""
    loss_enough = rep.landing_loss_dps >= 15.0
    pairs: dict[str, list[tuple[float | None, tuple[float, ...], bool]]] = {
        "too_fast": [
            (rep.free_fall_fraction, (0.33, 0.40, 0.60), True),
            (rep.drop_time_10_90_s, (0.50, 0.42, 0.30), False),
        ],
        "jarring": [
            (rep.landing_jolt_g if loss_enough else None, (1.0, 2.0, 4.0), True),
            (rep.landing_decel_dps2 if loss_enough else None, (1200.0, 2500.0, 5000.0), True),
        ],
        "abrupt_landing": [(rep.landing_loss_dps, (35.0, 50.0, 90.0), True)],
        "fast_return": [(rep.peak_return_dps / rep.range_deg, (1.5, 1.9, 3.0), True)],
        "short_hold": [(rep.hold_s, (4.0, 2.0), False)],
        "stop_and_go": [(float(rep.stops), (1.0, 2.0), True)],
    }
    for code, metrics in pairs.items():
        level, margin = -1, math.inf
        for value, limits, above in metrics:
            if value is None:
                continue
            broken = [value >= limit if above else value < limit for limit in limits]
            level = max(level, sum(broken) - 1)
            margin = min(margin, *(abs(value / limit - 1.0) for limit in limits))
        rep.margins[code] = margin
        if level >= 0:
            rep.levels[code] = ("note", "warn", "severe")[level]
    if rep.staged:
        rep.levels["stop_and_go"] = "warn"


def _as_recorded(rep: TrueRep, first_s: float, last_s: float) -> TrueRep:
    """The same repetition on the recording's time base."""
    complete = rep.drop_start_s >= first_s and rep.return_end_s <= last_s
    moved = {name: getattr(rep, name) for name in TrueRep.__slots__}
    for name in ("drop_start_s", "drop_end_s", "return_start_s", "return_end_s"):
        moved[name] -= first_s
    return TrueRep(**{**moved, "complete": complete})


def _lowpass(signal: Floats, cutoff_hz: float) -> Floats:
    return np.asarray(sosfiltfilt(butter(2, cutoff_hz, fs=STEP_HZ, output="sos"), signal, axis=0))


def _first(mask: Bools) -> int | None:
    """Index of the first true value, or None."""
    found = np.flatnonzero(mask)
    return int(found[0]) if len(found) else None


def _surely_last(mask: Bools) -> int:
    """Index of the last true value; -1 where there is none."""
    found = np.flatnonzero(mask)
    return int(found[-1]) if len(found) else -1


def _surely_first(mask: Bools) -> int:
    """Index of the first true value; the last index where there is none."""
    found = _first(mask)
    return len(mask) - 1 if found is None else found
