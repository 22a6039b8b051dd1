"""The figures of one repetition, from its own window: raw values, nothing judged here (`kneedrop.grading` does).

Works on the final window (design.md rule 4), so a figure depends on the movement and never on how the stream was cut.
Definitions: `definitions.md` A6-A8 (signals), B (swinging through), C (landing window, catch, stops, hold, residual).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sensorcoach.dsp.impact import deceleration, largest_loss
from sensorcoach.dsp.smoothness import sparc, velocity_peaks
from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats
from sensorcoach.settings import LimitSettings, SignalSettings

_UNSEEN_S = 0.25
"""How fast a drop went is not known where so much of it was not seen."""
_ELSEWHERE_DEG = 6.0
"""A leg that is so far from where it was before a hole moved in it: a hold that sways by more is noted as restless."""


@dataclass(frozen=True, slots=True)
class Borders:
    """Where the phases of one repetition meet (seconds, half-open), as the phase machine found them.

    ``landing_s``: the first touch or stop; ``drop_end_s``: the leg has come to rest, after an overshoot or a rebound.
    ``swung_in``: the drop began without a pause at the centre (its border is the zero crossing); ``swung_out``: so did
    the next one. ``turn_before_deg``: signed roll, in the direction of this rep, at the turning point before a swing.
    """

    drop_start_s: float
    drop_end_s: float
    landing_s: float
    return_start_s: float
    return_end_s: float
    swung_in: bool
    swung_out: bool
    turn_before_deg: float | None
    range_deg: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Signals from 1 s before the drop (or the turning point before a swing) to 1 s after the return; arrays (n,).

    ``angle_deg`` theta, outward positive; ``roll_deg`` signed roll in the direction of this rep; ``speed_dps`` its
    rate, low-passed at 6 Hz (2 Hz without a gyroscope); ``smooth_dps`` magnitude of angular rate low-passed at 10 Hz;
    ``gyro_dps`` unfiltered magnitude, bias removed, or None; ``dynamic_g`` |a - g up| in g, unfiltered.
    """

    t_s: Floats
    rate_hz: float
    angle_deg: Floats
    roll_deg: Floats
    speed_dps: Floats
    smooth_dps: Floats
    gyro_dps: Floats | None
    dynamic_g: Floats
    filled: Bools
    clipped: Bools


@dataclass(frozen=True, slots=True)
class Measures:
    """The fields of `model.Rep` that come from the window, by the same names. None: could not be computed."""

    drop_time_10_90_s: float | None
    peak_drop_dps: float | None
    free_fall_fraction: float | None
    landing_loss_dps: float | None
    landing_decel_dps2: float | None
    landing_jolt_g: float | None
    landing_confidence: Literal["high", "low"] | None
    sparc: float | None
    return_sparc: float | None
    velocity_peaks: int | None
    return_velocity_peaks: int | None
    catch_dps2: float | None
    stops: int | None
    peak_to_mean_speed: float | None
    peak_return_dps: float | None
    residual_deg: float | None
    hold_sway_deg: float | None
    hold_peak_dps: float | None
    graded: bool
    not_graded_reason: str | None


@dataclass(frozen=True, slots=True)
class DropMeasures:
    """Those of the drop and its landing, by the same names: they need nothing of what follows."""

    drop_time_10_90_s: float | None
    peak_drop_dps: float | None
    free_fall_fraction: float | None
    landing_loss_dps: float | None
    landing_decel_dps2: float | None
    landing_jolt_g: float | None
    landing_confidence: Literal["high", "low"] | None
    catch_dps2: float | None
    stops: int | None
    peak_to_mean_speed: float | None
    graded: bool
    not_graded_reason: str | None


@dataclass(frozen=True, slots=True)
class _Cuts:
    """Sample indices of the borders in the window, searched once."""

    drop_start: int
    drop_end: int
    return_start: int
    return_end: int
    landing_start: int
    landing_end: int
    settled: int
    residual_end: int


def measure(window: Window, borders: Borders, signal: SignalSettings, limits: LimitSettings) -> Measures:
    """Compute every figure of one repetition that its sensor permits."""
    cuts = _cut(window, borders, limits)
    drop = _drop(window, borders, cuts, signal, limits)
    drop_from = _smooth_start(window, borders, cuts, drop.peak_drop_dps, limits)
    # A return that swings through the centre is judged with the next drop, as one swing.
    return_from = None if borders.swung_out else cuts.return_start
    drop_smoothness = _smoothness(window, drop_from, cuts.drop_end, signal, limits)
    return_smoothness = _smoothness(window, return_from, cuts.return_end, signal, limits)
    sway, hold_peak = _hold(window, cuts)
    return Measures(
        drop_time_10_90_s=drop.drop_time_10_90_s,
        peak_drop_dps=drop.peak_drop_dps,
        free_fall_fraction=drop.free_fall_fraction,
        landing_loss_dps=drop.landing_loss_dps,
        landing_decel_dps2=drop.landing_decel_dps2,
        landing_jolt_g=drop.landing_jolt_g,
        landing_confidence=drop.landing_confidence,
        sparc=drop_smoothness[0],
        return_sparc=return_smoothness[0],
        velocity_peaks=drop_smoothness[1],
        return_velocity_peaks=return_smoothness[1],
        catch_dps2=drop.catch_dps2,
        stops=drop.stops,
        peak_to_mean_speed=drop.peak_to_mean_speed,
        peak_return_dps=_largest(-window.speed_dps[cuts.return_start : cuts.return_end]),
        residual_deg=_residual(window, borders, cuts),
        hold_sway_deg=sway,
        hold_peak_dps=hold_peak,
        graded=drop.graded,
        not_graded_reason=drop.not_graded_reason,
    )


def measure_drop(window: Window, borders: Borders, signal: SignalSettings, limits: LimitSettings) -> DropMeasures:
    """Only what the drop and its landing show; of ``window`` the ``smooth_dps`` are not looked at."""
    return _drop(window, borders, _cut(window, borders, limits), signal, limits)


def _drop(window: Window, borders: Borders, cuts: _Cuts, signal: SignalSettings, limits: LimitSettings) -> DropMeasures:
    speed = window.speed_dps[cuts.drop_start : cuts.drop_end]
    peak = _largest(speed)
    time_10_90, stops = _travel(window, cuts, peak, limits)
    reason = _why_not_graded(window, borders, cuts, signal)
    landing = _landing(window, cuts, signal, limits)
    return DropMeasures(
        drop_time_10_90_s=time_10_90,
        peak_drop_dps=peak,
        free_fall_fraction=None if _unseen(window, cuts) else _free_fall_fraction(window, borders, peak, limits),
        landing_loss_dps=landing.loss_dps,
        landing_decel_dps2=landing.decel_dps2,
        landing_jolt_g=landing.jolt_g,
        landing_confidence=landing.confidence,
        catch_dps2=_catch(window, cuts, signal),
        stops=stops,
        peak_to_mean_speed=_peak_to_mean(speed, peak),
        graded=reason is None,
        not_graded_reason=reason,
    )


def free_fall_dps(from_deg: float, to_deg: float, length_m: float) -> float | None:
    """Speed (°/s) two relaxed legs reach falling from roll `from_deg` to `to_deg`; None where the fall frees no energy.

    ``sqrt(2 g/L (cos a - cos b))``, definitions.md A8.
    """
    gain = math.cos(math.radians(from_deg)) - math.cos(math.radians(to_deg))
    if gain <= 0.0:
        return None
    return math.degrees(math.sqrt(2.0 * STANDARD_GRAVITY / length_m * gain))


def _cut(window: Window, borders: Borders, limits: LimitSettings) -> _Cuts:
    edges = (
        borders.drop_start_s,
        borders.landing_s,
        borders.return_start_s,
        borders.return_end_s,
        borders.landing_s - limits.landing_before_s,
        borders.landing_s + limits.landing_after_s,
        borders.drop_end_s + limits.hold_settle_s,
        borders.return_end_s + limits.residual_s,
    )
    # A border dated on the sample grid must not move by a sample through rounding of the time base.
    return _Cuts(*np.searchsorted(window.t_s, np.array(edges) - 1e-6).tolist())


def _largest(values: Floats) -> float | None:
    return float(values.max()) if values.size else None


def _peak_to_mean(speed_dps: Floats, peak_dps: float | None) -> float | None:
    if peak_dps is None:
        return None
    mean = float(speed_dps.sum()) / speed_dps.size
    return peak_dps / mean if mean > 0.0 else None


def _free_fall_fraction(
    window: Window, borders: Borders, peak_dps: float | None, limits: LimitSettings
) -> float | None:
    """F (A8). After a swing in: from turning point to turning point, where the fall is deep enough to tell.

    None without a gyroscope: the peak speed of tilt is rounded off in a smooth drop and exaggerated by a landing.
    """
    if peak_dps is None or window.gyro_dps is None:
        return None
    start_deg = 0.0
    if borders.swung_in:
        if borders.turn_before_deg is None:
            return None
        start_deg = abs(borders.turn_before_deg)
        # A centre that is wrong by 2° changes F by 15 % here and without bound where the two turning points are alike.
        if borders.range_deg - start_deg < limits.swing_gain_min_deg:
            return None
    free = free_fall_dps(start_deg, borders.range_deg, limits.pendulum_length_m)
    return None if free is None else peak_dps / free


def _unseen(window: Window, cuts: _Cuts) -> bool:
    """Whether there is a hole in the drop: its speed is not known then."""
    return bool(np.diff(window.t_s[cuts.drop_start : cuts.drop_end + 1]).max(initial=0.0) > _UNSEEN_S)


def _travel(
    window: Window, cuts: _Cuts, peak_dps: float | None, limits: LimitSettings
) -> tuple[float | None, int | None]:
    """Time from 10 to 90 % of the drop's travel, and the stops between them."""
    roll = window.roll_deg[cuts.drop_start : cuts.drop_end + 1]
    if roll.size < 3 or peak_dps is None or peak_dps <= 0.0:
        return None, None
    if _unseen(window, cuts):
        return None, None
    start, travel = float(roll[0]), float(roll[-1] - roll[0])
    if travel <= 0.0:
        return None, None
    at_90 = int((roll >= start + 0.9 * travel).argmax())
    below_10 = np.flatnonzero(roll[:at_90] < start + 0.1 * travel)
    if below_10.size == 0:
        return None, None
    at_10 = int(below_10[-1]) + 1
    times = window.t_s[cuts.drop_start : cuts.drop_end + 1]
    time_10 = _crossing(times, roll, at_10, start + 0.1 * travel)
    time_90 = _crossing(times, roll, at_90, start + 0.9 * travel)
    speed = window.speed_dps[cuts.drop_start + at_10 : cuts.drop_start + at_90]
    slow = np.abs(speed) < limits.stop_fraction * peak_dps
    shortest, longest = limits.stop_min_s * window.rate_hz, limits.stop_max_s * window.rate_hz
    return time_90 - time_10, _runs_between(slow, shortest, longest)


def _crossing(times: Floats, roll: Floats, after: int, level: float) -> float:
    """Instant of a rise through `level` just before sample `after`, by a straight line between samples."""
    before = after - 1
    share = (level - float(roll[before])) / float(roll[after] - roll[before])
    return float(times[before]) + share * float(times[after] - times[before])


def _runs_between(flags: Bools, shortest: float, longest: float) -> int:
    """Number of runs of True of `shortest` to `longest` samples."""
    if not flags.any():
        return 0
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    lengths = edges[1::2] - edges[::2]
    # One sample of grace: a pause of exactly the shortest length may fall between the samples.
    return int(np.count_nonzero((lengths >= shortest - 1.0) & (lengths <= longest + 1.0)))


def _why_not_graded(window: Window, borders: Borders, cuts: _Cuts, signal: SignalSettings) -> str | None:
    if window.rate_hz < signal.grading_rate_hz * (1.0 - signal.rate_tolerance):
        return "rate"
    # What was cut may have been cut by a hole, which lies behind its last sample.
    return_end = cuts.return_end + borders.cut
    for start, end in ((cuts.drop_start, max(cuts.drop_end, cuts.landing_end)), (cuts.return_start, return_end)):
        if window.clipped[start:end].any():
            return "clipped"
        if _has_gap(window, start, end, signal):
            return "gap"
    return "gap" if _left_unseen(window, cuts, signal) else None


def _left_unseen(window: Window, cuts: _Cuts, signal: SignalSettings) -> bool:
    """Whether the leg may have been away from the hold in a hole: it is elsewhere after it, or had the time."""
    here = slice(cuts.drop_end, cuts.return_start + 1)
    real = ~window.filled[here]
    times, roll_deg = window.t_s[here][real], window.roll_deg[here][real]
    elsewhere = np.abs(np.diff(roll_deg)) > _ELSEWHERE_DEG
    apart_s = np.diff(times)
    return bool(((apart_s > signal.longest_fill_s) | (elsewhere & (apart_s > signal.gap_s))).any())


def _real_times(window: Window, start: int, end: int) -> Floats:
    """Times of the samples that were not made up, from one before ``[start, end)`` to one behind it.

    A gap that reaches in from outside is looked at whole: a movement may begin or end in the middle of it.
    """
    real = np.flatnonzero(~window.filled)
    first, stop = np.searchsorted(real, (start - 1, end + 1))
    if window.filled[start]:
        first = max(first - 1, 0)
    if window.filled[end - 1]:
        stop += 1
    return window.t_s[real[first:stop]]


def _has_gap(window: Window, start: int, end: int, signal: SignalSettings) -> bool:
    """Whether real samples in or at the ends of ``[start, end)`` lie further apart than a gap may be."""
    around = slice(max(start - 1, 0), end + 1)
    times = window.t_s[around]
    if window.filled[around].any():
        times = _real_times(window, start, end)
    if times.size < 2:
        return True
    # A slow sensor's own step is no gap; a tenth of a step is what clock drift may add to 50 ms.
    step = 1.0 / window.rate_hz
    return float(np.diff(times).max()) > max(signal.gap_s + 0.1 * step, 1.5 * step)


@dataclass(frozen=True, slots=True)
class _Landing:
    loss_dps: float | None = None
    decel_dps2: float | None = None
    jolt_g: float | None = None
    confidence: Literal["high", "low"] | None = None


def _landing(window: Window, cuts: _Cuts, signal: SignalSettings, limits: LimitSettings) -> _Landing:
    """Impact figures of the landing: raw, from unfiltered signals."""
    here = slice(cuts.landing_start, cuts.landing_end)
    if not _shows_impacts(window, here, signal):
        return _Landing()
    jolt_g = float(window.dynamic_g[here].max())
    if window.gyro_dps is None:
        return _Landing(jolt_g=jolt_g, confidence="low")
    sure = window.rate_hz >= signal.impact_rate_hz * (1.0 - signal.rate_tolerance)
    return _Landing(
        loss_dps=largest_loss(window.gyro_dps[here], window.rate_hz, limits.landing_loss_s),
        decel_dps2=_hardest(window.gyro_dps[here], window.rate_hz),
        jolt_g=jolt_g,
        confidence="high" if sure else "low",
    )


def _catch(window: Window, cuts: _Cuts, signal: SignalSettings) -> float | None:
    """Largest deceleration of the drop before its landing window."""
    here = slice(min(cuts.drop_start, cuts.landing_start), cuts.landing_start + 1)
    if window.gyro_dps is None or not _shows_impacts(window, here, signal):
        return None
    return _hardest(window.gyro_dps[here], window.rate_hz)


def _shows_impacts(window: Window, here: slice, signal: SignalSettings) -> bool:
    """Enough samples a second, enough of them here, and none clipped or made up."""
    enough = window.rate_hz >= signal.grading_rate_hz * (1.0 - signal.rate_tolerance)
    return (
        enough
        and here.stop - here.start >= 2
        and not bool(window.clipped[here].any())
        and not bool(window.filled[here].any())
    )


def _hardest(gyro_dps: Floats, rate_hz: float) -> float | None:
    values = deceleration(gyro_dps, rate_hz)
    return max(0.0, float(values.max())) if values.size else None


def _smooth_start(
    window: Window, borders: Borders, cuts: _Cuts, peak_dps: float | None, limits: LimitSettings
) -> int | None:
    """First sample of the movement whose smoothness is judged: the drop, or after a swing in the whole swing."""
    if not borders.swung_in or peak_dps is None:
        return cuts.drop_start
    resting = np.flatnonzero(window.speed_dps[: cuts.drop_start] <= limits.swing_border_fraction * peak_dps)
    return int(resting[-1]) + 1 if resting.size else None


def _smoothness(
    window: Window, start: int | None, end: int, signal: SignalSettings, limits: LimitSettings
) -> tuple[float | None, int | None]:
    """SPARC and velocity peaks; None without a gyroscope, at a low rate, or where the movement is not in the window."""
    enough = window.rate_hz >= signal.grading_rate_hz * (1.0 - signal.rate_tolerance)
    if start is None or window.gyro_dps is None or not enough or end - start < 4:
        return None, None
    speed = window.smooth_dps[start:end]
    peaks = velocity_peaks(speed, limits.peak_prominence_fraction, limits.peak_prominence_dps)
    return sparc(speed, window.rate_hz), peaks


def _hold(window: Window, cuts: _Cuts) -> tuple[float | None, float | None]:
    """Range of the angle and largest speed in the hold once it has settled; None in a shorter hold."""
    here = slice(cuts.settled, cuts.return_start)
    if cuts.return_start - cuts.settled < 2:
        return None, None
    return float(np.ptp(window.angle_deg[here])), float(np.abs(window.speed_dps[here]).max())


def _residual(window: Window, borders: Borders, cuts: _Cuts) -> float | None:
    """Smallest angle within the second after the return's end; a stream that ended in mid-return cannot tell."""
    here = window.angle_deg[cuts.return_end : cuts.residual_end]
    return None if borders.cut or not here.size else float(here.min())
