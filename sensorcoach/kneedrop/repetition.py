"""A finished movement -> the final `Rep`: its window of the history, measured and graded once (design.md rule 4)."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from sensorcoach.dsp.gaussian import slope_kernel
from sensorcoach.kneedrop.frame import Centre, angle_between_deg
from sensorcoach.kneedrop.grading import SensorAbility, grade
from sensorcoach.kneedrop.history import History
from sensorcoach.kneedrop.measures import Borders, Window, measure
from sensorcoach.kneedrop.movement import Movement
from sensorcoach.kneedrop.phases import JOLT_S
from sensorcoach.model import STANDARD_GRAVITY, Direction, Floats, Rep, Side
from sensorcoach.settings import PhaseSettings, Settings

_SETTLED_HOLD_S = 0.4
MARGIN_S = 1.0
"""The window reaches this far beyond the movement: the residual after the return is the last thing looked at."""


def build_rep(
    history: History,
    moving: Movement,
    settings: Settings,
    *,
    index: int,
    direction: Direction,
    side: Side | None,
    dated_back: bool,
) -> tuple[Rep, Window]:
    """Measure and grade ``moving``; it is dated, and `MARGIN_S` after it (or the stream's end) is in the history.

    With the window it was measured on, whose arrays may be views of the history.
    """
    end = min(history.end, history.index_at(history.time(moving.return_end) + MARGIN_S) + 1)
    window = window_until(end, history, moving)
    smooth_dps = _smooth_speed(window.roll_deg, history.rate_hz, settings.signal.smoothness_cutoff_hz)
    window = replace(window, smooth_dps=smooth_dps)
    start = _window_start(history, moving)
    hold_deg = window.angle_deg[moving.rested - start : moving.return_start - start]
    borders = borders_of(history, moving, settings.phases)
    measures = measure(window, borders, settings.signal, settings.limits)
    rep = Rep(
        index=index,
        side=side,
        direction=direction,
        drop_start_s=borders.drop_start_s,
        drop_end_s=borders.drop_end_s,
        return_start_s=borders.return_start_s,
        return_end_s=borders.return_end_s,
        hold_s=borders.return_start_s - borders.drop_end_s,
        range_deg=borders.range_deg,
        drop_time_s=borders.landing_s - borders.drop_start_s,
        return_time_s=borders.return_end_s - borders.return_start_s,
        staged=moving.staged,
        hold_drift_deg=max(0.0, float(hold_deg.max(initial=borders.range_deg)) - borders.range_deg),
        centre_source=moving.centre.source,
        swung_through=moving.swung_in or moving.swung_out,
        dated_back=dated_back,
        cut=moving.ending == "cut",
        drop_time_10_90_s=measures.drop_time_10_90_s,
        peak_drop_dps=measures.peak_drop_dps,
        free_fall_fraction=measures.free_fall_fraction,
        landing_loss_dps=measures.landing_loss_dps,
        landing_decel_dps2=measures.landing_decel_dps2,
        landing_jolt_g=measures.landing_jolt_g,
        landing_confidence=measures.landing_confidence,
        sparc=measures.sparc,
        return_sparc=measures.return_sparc,
        velocity_peaks=measures.velocity_peaks,
        return_velocity_peaks=measures.return_velocity_peaks,
        catch_dps2=measures.catch_dps2,
        stops=measures.stops,
        peak_to_mean_speed=measures.peak_to_mean_speed,
        peak_return_dps=measures.peak_return_dps,
        residual_deg=measures.residual_deg,
        hold_sway_deg=measures.hold_sway_deg,
        hold_peak_dps=measures.hold_peak_dps,
        graded=measures.graded,
        not_graded_reason=measures.not_graded_reason,
    )
    ability = SensorAbility(history.rate_hz, window.gyro_dps is not None)
    return msgspec.structs.replace(rep, warnings=grade(rep, ability, settings.limits, settings.signal)), window


def borders_of(history: History, moving: Movement, settings: PhaseSettings) -> Borders:
    """Of a movement that is dated, as times."""
    return Borders(
        drop_start_s=history.time(moving.drop_start),
        drop_end_s=history.time(moving.rested),
        landing_s=history.time(moving.landing),
        return_start_s=history.time(moving.return_start),
        return_end_s=history.time(moving.return_end),
        swung_in=moving.swung_in,
        swung_out=moving.swung_out,
        turn_before_deg=moving.turn_before_deg,
        range_deg=_range_deg(history, moving, settings),
        cut=moving.ending == "cut",
    )


def _range_deg(history: History, moving: Movement, settings: PhaseSettings) -> float:
    """Angle where the leg came to rest; without a gyroscope that of the settled hold, where there is one.

    A landing shakes the tilt that an accelerometer shows, and the upper leg swings past its level.
    """
    start = history.index_at(history.time(moving.rested) + JOLT_S)
    end = min(history.index_at(history.time(start - 1) + MARGIN_S), moving.return_start)
    shaken = np.isnan(history.turn_rate(moving.landing, moving.landing + 1)[0])
    if not shaken or end - start < _SETTLED_HOLD_S * history.rate_hz:
        return float(_origin(history, moving, settings).angle_deg(history.up(moving.rested, moving.rested + 1))[0])
    return float(np.median(moving.centre.angle_deg(history.up(start, end))))


def _origin(history: History, moving: Movement, settings: PhaseSettings) -> Centre:
    """Where the drop began; the centre, where it swung in or began so far out that the leg was not home."""
    if moving.swung_in or moving.unseen or moving.centre.source == "midpoint":
        return moving.centre
    begun = history.up_at(moving.drop_start)
    near = angle_between_deg(moving.centre.up0, begun) <= settings.begun_fraction * moving.landing_deg
    return moving.centre.moved_to(begun) if near else moving.centre


def _window_start(history: History, moving: Movement) -> int:
    begin_s = history.time(moving.drop_start) - MARGIN_S
    if moving.swung_in and moving.turn >= 0:
        begin_s = min(begin_s, history.time(max(moving.turn, history.start)))
    # With the sample before the drop, also where that is long ago: a hole before it is seen.
    return max(history.start, min(history.index_at(begin_s), moving.drop_start - 1))


def window_until(end: int, history: History, moving: Movement) -> Window:
    """Its signals from samples before ``end``, but for the speed smoothness is judged by (NaN)."""
    start = _window_start(history, moving)
    up, up_rate = history.up(start, end), history.up_rate(start, end)
    roll_deg = moving.way.roll_deg(up)
    turn_rate = history.turn_rate(start, end)
    gyro_dps = None if np.isnan(turn_rate[0]) else np.degrees(turn_rate)
    return Window(
        t_s=history.t_s(start, end),
        rate_hz=history.rate_hz,
        angle_deg=moving.centre.angle_deg(up),
        roll_deg=roll_deg,
        speed_dps=moving.way.speed_dps(up, up_rate),
        smooth_dps=np.full(end - start, np.nan),
        gyro_dps=gyro_dps,
        dynamic_g=history.dynamic(start, end) / STANDARD_GRAVITY,
        filled=history.filled(start, end),
        clipped=history.clipped(start, end),
    )


def _smooth_speed(roll_deg: Floats, rate_hz: float, cutoff_hz: float) -> Floats:
    """|d roll/dt| (n,) °/s, low-passed without delay; the ends of the window lie outside the movement."""
    kernel = slope_kernel(cutoff_hz, rate_hz)
    half = len(kernel) // 2
    padded = np.concatenate([np.full(half, roll_deg[0]), roll_deg, np.full(half, roll_deg[-1])])
    return np.abs(np.convolve(padded, kernel, mode="valid"))
