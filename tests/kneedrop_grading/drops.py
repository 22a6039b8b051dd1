"""Repetitions from physics for the tests of measures and grading: known roll, known landing, ideal sensor at the knee.

Truth is written on a fine time axis and sampled, so a rate hides here what it hides in a sensor. Nothing of the package
computes the truth.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sensorcoach.kneedrop.grading import SensorAbility, grade
from sensorcoach.kneedrop.measures import Borders, Measures, Window, measure
from sensorcoach.model import Rep
from sensorcoach.settings import LimitSettings, SignalSettings

FINE_HZ = 4000.0
KNEE_RADIUS_M = 0.45
GRAVITY = 9.80665


def minimum_jerk(time_s, start_s, duration_s):
    """Share of the way, 0..1, of a minimum-jerk movement (Flash & Hogan 1985)."""
    x = np.clip((time_s - start_s) / duration_s, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def smooth_rep(range_deg=60.0, drop_s=2.0, hold_s=5.0, return_s=2.0, start_s=1.0):
    """Fine time (s), roll (°) and the borders of a minimum-jerk drop, hold and return."""
    end_s = start_s + drop_s + hold_s + return_s
    time_s = np.arange(0.0, end_s + 2.0, 1.0 / FINE_HZ)
    back_s = start_s + drop_s + hold_s
    roll_deg = range_deg * (minimum_jerk(time_s, start_s, drop_s) - minimum_jerk(time_s, back_s, return_s))
    # speed passes 5 % of its peak after 6.1 % of the time, and falls below 10 % of it 9.0 % before the end
    borders = {
        "drop_start_s": start_s + 0.061 * drop_s,
        "drop_end_s": start_s + 0.910 * drop_s,
        "return_start_s": back_s + 0.061 * return_s,
        "return_end_s": end_s - 0.090 * return_s,
        "range_deg": range_deg,
    }
    return time_s, roll_deg, borders


def stopping_rep(pauses=2, pause_s=0.4, piece_s=1.0, range_deg=60.0):
    """A drop in equal pieces with pauses between them, hold and return as ever."""
    drop_s = (pauses + 1) * piece_s + pauses * pause_s
    time_s, roll_deg, borders = smooth_rep(range_deg, drop_s)
    before_hold = time_s < 1.0 + drop_s + 2.5
    pieces = sum(minimum_jerk(time_s, 1.0 + i * (piece_s + pause_s), piece_s) for i in range(pauses + 1))
    roll_deg = np.where(before_hold, range_deg / (pauses + 1) * pieces, roll_deg)
    borders |= {"drop_start_s": 1.0 + 0.061 * piece_s, "drop_end_s": 1.0 + drop_s - 0.09 * piece_s}
    return time_s, roll_deg, borders


def mat_landing(speed_dps=60.0, range_deg=60.0, indentation_m=0.020):
    """A drop that ends in contact: both legs as a rigid body, dissipative non-linear contact (domain.md 4).

    Inertia 1.94 kg m², knee radius 0.45 m; the contact yields `indentation_m` at 1 m/s. The muscle carries the weight,
    so the knee arrives at constant speed. Returns fine time, roll, borders, and the true impact figures.
    """
    inertia = 1.94
    mass = inertia / KNEE_RADIUS_M**2
    stiffness = 0.5 * mass / (0.4 * indentation_m**2.5)
    step = 1.0 / 20_000.0
    omega, angle = np.radians(speed_dps), 0.0
    omegas, alphas = [omega], [0.0]
    for _ in range(int(0.4 / step)):
        depth, speed = KNEE_RADIUS_M * angle, KNEE_RADIUS_M * omega
        force = stiffness * depth**1.5 * max(0.0, 1.0 + 1.0 * speed) if depth > 0.0 else 0.0
        friction = 6.0 * omega if depth <= 0.0 and omega < 0.0 else 0.0  # tissue ends the rebound
        alpha = -(force * KNEE_RADIUS_M + friction) / inertia
        omega += alpha * step
        angle += omega * step
        omegas.append(omega)
        alphas.append(alpha)
    every = int(1.0 / step / FINE_HZ)
    landing_omega = np.degrees(np.array(omegas[::every]))
    # speed builds up over half a second, as smoothly as a minimum-jerk movement's first half, then stays
    rise_s = 0.5
    cruise_s = (range_deg - speed_dps * rise_s / 2.0) / speed_dps
    approach_s = np.arange(0.0, rise_s + cruise_s, 1.0 / FINE_HZ)
    approach = speed_dps * minimum_jerk(approach_s, 0.0, rise_s)
    contact_s = 1.0 + approach_s.size / FINE_HZ
    speed = np.concatenate([np.zeros(int(FINE_HZ)), approach, landing_omega])
    settle = np.linspace(speed[-1], 0.0, int(0.1 * FINE_HZ))
    hold_s, return_s = 5.0, 2.0
    still = np.zeros(int(hold_s * FINE_HZ))
    top_deg = (speed.sum() + settle.sum()) / FINE_HZ
    back_s = np.arange(0.0, return_s + 1.5, 1.0 / FINE_HZ)
    back = -np.gradient(minimum_jerk(back_s, 0.0, return_s), 1.0 / FINE_HZ) * top_deg
    start_of_return_s = (speed.size + settle.size + still.size) / FINE_HZ
    speed = np.concatenate([speed, settle, still, back])
    roll_deg = np.cumsum(speed) / FINE_HZ
    truth_alpha = np.degrees(-min(alphas))
    borders = {
        "drop_start_s": 1.05,
        "drop_end_s": contact_s + 0.03,
        "return_start_s": start_of_return_s + 0.12,
        "return_end_s": start_of_return_s + 0.91 * return_s,
        "range_deg": float(roll_deg[int((contact_s + 0.03) * FINE_HZ)]),
    }
    truth = {
        "decel_dps2": truth_alpha,
        "jolt_g": np.radians(truth_alpha) * KNEE_RADIUS_M / GRAVITY,
        "loss_dps": _loss(np.abs(landing_omega), int(0.1 * FINE_HZ)),
    }
    return np.arange(speed.size) / FINE_HZ, roll_deg, borders, truth


def _loss(speed, back):
    return max(float(speed[max(0, i - back) : i + 1].max() - speed[i]) for i in range(0, speed.size, 4))


def window(time_s, roll_deg, rate_hz=100.0, gyroscope=True, phase_s=0.0013):
    """What an ideal sensor at the knee yields: sampled every 1/rate, filters as definitions.md A6 says."""
    speed = np.gradient(roll_deg, time_s)
    alpha = np.radians(np.gradient(speed, time_s))
    omega = np.radians(speed)
    dynamic = KNEE_RADIUS_M * np.hypot(alpha, omega**2) / GRAVITY
    t_s = np.arange(time_s[0] + phase_s, time_s[-1], 1.0 / rate_hz)

    def at_samples(values):
        return np.interp(t_s, time_s, values)

    cutoff_hz = 6.0 if gyroscope else 2.0
    roll = at_samples(roll_deg)
    none = np.zeros(t_s.size, bool)
    return Window(
        t_s=t_s,
        rate_hz=rate_hz,
        angle_deg=np.abs(roll),
        roll_deg=roll,
        speed_dps=at_samples(low_pass(speed, cutoff_hz)),
        smooth_dps=at_samples(low_pass(np.abs(speed), 10.0)),
        gyro_dps=np.abs(at_samples(speed)) if gyroscope else None,
        dynamic_g=at_samples(dynamic),
        filled=none,
        clipped=none.copy(),
    )


def low_pass(values, cutoff_hz):
    """Zero-phase Gaussian with -3 dB at the cut-off."""
    return gaussian_filter1d(values, np.sqrt(np.log(2.0)) / (2.0 * np.pi * cutoff_hz) * FINE_HZ, truncate=3.5)


def borders(**changed) -> Borders:
    defaults = {"swung_in": False, "swung_out": False, "turn_before_deg": None, "cut": False}
    told = defaults | changed
    return Borders(landing_s=told["drop_end_s"], **told)


def measured(time_s, roll_deg, where, rate_hz=100.0, gyroscope=True, limits=None, **changed) -> Measures:
    signals = window(time_s, roll_deg, rate_hz, gyroscope)
    return measure(signals, borders(**(where | changed)), SignalSettings(), limits or LimitSettings())


def rep_of(where: dict, figures: Measures, **changed) -> Rep:
    fields = {
        "index": 1,
        "side": "left",
        "direction": 1,
        **where,
        "hold_s": where["return_start_s"] - where["drop_end_s"],
        "drop_time_s": where["drop_end_s"] - where["drop_start_s"],
        "return_time_s": where["return_end_s"] - where["return_start_s"],
        **asdict(figures),
    }
    return Rep(**(fields | changed))


def graded(time_s, roll_deg, where, rate_hz=100.0, gyroscope=True, **changed):
    figures = measured(time_s, roll_deg, where, rate_hz, gyroscope)
    return grade(rep_of(where, figures, **changed), SensorAbility(rate_hz, gyroscope), LimitSettings())


def clean_rep(**changed) -> Rep:
    """A rep nothing can be said against, as plain figures."""
    fields = {
        "index": 1,
        "side": "left",
        "direction": 1,
        "drop_start_s": 0.0,
        "drop_end_s": 2.0,
        "return_start_s": 7.0,
        "return_end_s": 9.0,
        "hold_s": 5.0,
        "range_deg": 50.0,
        "drop_time_s": 2.0,
        "drop_time_10_90_s": 1.0,
        "peak_drop_dps": 50.0,
        "free_fall_fraction": 0.2,
        "landing_loss_dps": 8.0,
        "landing_decel_dps2": 90.0,
        "landing_jolt_g": 0.1,
        "landing_confidence": "high",
        "sparc": -1.42,
        "return_sparc": -1.42,
        "velocity_peaks": 1,
        "return_velocity_peaks": 1,
        "catch_dps2": 90.0,
        "stops": 0,
        "peak_to_mean_speed": 1.7,
        "return_time_s": 2.0,
        "peak_return_dps": 50.0,
        "residual_deg": 2.0,
        "hold_drift_deg": 0.5,
        "hold_sway_deg": 1.0,
        "hold_peak_dps": 2.0,
        "centre_source": "rest",
    }
    return Rep(**(fields | changed))
