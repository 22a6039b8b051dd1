"""A leg that rolls exactly as told, as sensor rows: rigid-body geometry alone, no simulator, nothing under test.

Sensor axes: x points up the leg to the hip, y to the person's right, z out of the front of the thigh. The knee is up,
so x points below the horizontal by `SLOPE`; the leg rolls about the body's long axis, which points to the head.
"""

from pathlib import Path

import numpy as np

G = 9.80665
SLOPE = np.radians(52.0)
TO_HEAD = np.array([np.cos(SLOPE), 0.0, np.sin(SLOPE)])
UP = np.array([-np.sin(SLOPE), 0.0, np.cos(SLOPE)])
LEFT = np.cross(TO_HEAD, UP)


def roll(sides: str, range_deg: float = 45.0, move_s: float = 2.0, hold_s: float = 4.5, rate_hz: float = 100.0):
    """Times (n,) s and roll (n,) rad, positive to the left: rest, then per letter out, hold, back, rest."""
    knots, angles, t_s = [0.0, 4.0], [0.0, 0.0], 4.0
    for side in sides:
        out = np.radians(range_deg) * (1 if side == "l" else -1)
        for duration_s, angle in ((move_s, out), (hold_s, out), (move_s, 0.0), (3.0, 0.0)):
            t_s += duration_s
            knots.append(t_s)
            angles.append(angle)
    times = np.arange(0.0, t_s, 1.0 / rate_hz)
    piece = np.clip(np.searchsorted(knots, times, side="right") - 1, 0, len(knots) - 2)
    share = (times - np.take(knots, piece)) / np.take(np.diff(knots), piece)
    smooth = share**3 * (10.0 - 15.0 * share + 6.0 * share**2)  # minimum jerk
    return times, np.take(angles, piece) + np.take(np.diff(angles), piece) * smooth


def rows(sides: str, **how: float) -> np.ndarray:
    """Columns t_s, ax, ay, az in m/s², gx, gy, gz in rad/s, with a little noise so that nothing is constant."""
    times, angle = roll(sides, **how)
    up = np.cos(angle)[:, None] * UP - np.sin(angle)[:, None] * LEFT
    rate = np.gradient(angle, times)[:, None] * TO_HEAD
    small = np.random.default_rng(1).normal(size=(len(times), 6)) * np.repeat([0.02, 0.002], 3)
    return np.column_stack([times, np.hstack([G * up, rate]) + small])


def write_csv(path: Path, table: np.ndarray) -> Path:
    header = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"
    np.savetxt(path, table, delimiter=",", fmt="%.6f", header=header, comments="")
    return path
