"""The simple counter: the peer in about a hundred lines that every figure is printed beside. Nothing of ours is in it.

Gravity by VQF; the centre is where the leg lies still most; the line of movement is the main direction of gravity away
from it; hysteresis counts. It knows neither side nor posture, and needs the whole recording.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, filtfilt
from vqf import VQF

Floats = NDArray[np.float64]

STILL_DPS, STILL_CUTOFF_HZ = 8.0, 2.0
SAME_PLACE_DEG = 8.0
AWAY_DEG = 15.0
LEAVES_DEG, PASSES_DEG, BELOW_DEG, OFF_PLANE_DEG = 12.0, 20.0, 130.0, 35.0
SHORTEST_S, LONGEST_S = 0.6, 120.0
PLACES_EACH_S = 0.1
LANDED_SHARE = 0.9
"""Of the peak: where the drop ends and the return starts."""
G = 9.80665


@dataclass(frozen=True, slots=True)
class Excursion:
    """One repetition: out past 12° at ``leave_s``, back at ``back_s``; within a tenth of its peak from ``out_s`` to
    ``return_s``. ``direction`` is +1 or -1, which is left is unknown. ``knock_g``: largest |acceleration - gravity|
    within 0.3 s of ``out_s``. ``drop_10_90_s``: time from a tenth to nine tenths of the peak.
    """

    leave_s: float
    out_s: float
    return_s: float
    back_s: float
    direction: int
    peak_deg: float
    knock_g: float
    drop_10_90_s: float
    residual_deg: float
    return_90_10_s: float


def read_rows(path: Path) -> Floats:
    """Rows ``t, ax, ay, az[, gx, gy, gz]`` (s, m/s², rad/s), in time, exact repeats dropped."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return in_time(np.loadtxt(file, delimiter=",", skiprows=1))


def in_time(rows: Floats) -> Floats:
    """Exact repeats dropped, the others by their times."""
    rows = rows[np.sort(np.unique(rows, axis=0, return_index=True)[1])]
    return rows[np.argsort(rows[:, 0], kind="stable")]


def count(rows: Floats) -> list[Excursion]:
    """The repetitions of rows as `read_rows` gives them."""
    period_s = (rows[-1, 0] - rows[0, 0]) / (len(rows) - 1)
    t_s = rows[0, 0] + period_s * np.arange(len(rows))
    grid = np.column_stack([np.interp(t_s, rows[:, 0], column) for column in rows[:, 1:].T])
    acc, low_pass = grid[:, :3], butter(2, min(2.0 * STILL_CUTOFF_HZ * period_s, 0.99))
    if grid.shape[1] > 3:
        up = _up_of_vqf(acc, grid[:, 3:6], period_s)
        turning_dps = filtfilt(*low_pass, np.degrees(np.linalg.norm(grid[:, 3:6], axis=1)))
    else:
        smooth = filtfilt(*low_pass, acc, axis=0)
        up = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
        turning_dps = np.degrees(np.linalg.norm(np.gradient(up, axis=0), axis=1)) / period_s
    frame = _frame(up, turning_dps < STILL_DPS, max(1, round(PLACES_EACH_S / period_s)))
    if frame is None:
        return []
    x, y, z = (up @ frame.T).T
    return _excursions(t_s, np.degrees(np.arctan2(y, x)), np.degrees(np.arcsin(np.clip(z, -1, 1))), acc - G * up)


def _up_of_vqf(acc: Floats, gyr: Floats, period_s: float) -> Floats:
    w, x, y, z = VQF(period_s).updateBatch(np.ascontiguousarray(gyr), np.ascontiguousarray(acc))["quat6D"].T
    return np.column_stack([2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z])


def _frame(up: Floats, still: NDArray[np.bool_], stride: int) -> Floats | None:
    """Rows: the centre, the direction of movement, the normal of their plane. None where the leg never rests, or never
    leaves.
    """
    places = up[still][::stride]
    if not len(places):
        return None
    near = np.cos(np.radians(SAME_PLACE_DEG))
    most = places[int(np.argmax([np.count_nonzero(places @ place > near) for place in places]))]
    centre = places[places @ most > near].mean(axis=0)
    centre /= np.linalg.norm(centre)
    away = up[up @ centre < np.cos(np.radians(AWAY_DEG))]
    if len(away) < 3:
        return None
    across = away - np.outer(away @ centre, centre)
    lateral = np.linalg.svd(across, full_matrices=False)[2][0]
    return np.array([centre, lateral, np.cross(centre, lateral)])


def _excursions(t_s: Floats, angle_deg: Floats, off_plane_deg: Floats, dynamic: Floats) -> list[Excursion]:
    outside = np.where(np.abs(angle_deg) >= LEAVES_DEG, np.sign(angle_deg), 0.0)
    borders = [0, *(np.flatnonzero(np.diff(outside)) + 1), len(t_s)]
    found = []
    for begin, end in zip(borders[:-1], borders[1:], strict=True):
        if outside[begin] == 0.0 or end == len(t_s):
            continue
        size_deg = np.abs(angle_deg[begin:end])
        peak_deg = float(size_deg.max())
        on_plane = np.median(np.abs(off_plane_deg[begin:end])) < OFF_PLANE_DEG
        lasts = SHORTEST_S <= t_s[end] - t_s[begin] <= LONGEST_S
        if PASSES_DEG < peak_deg < BELOW_DEG and on_plane and lasts:
            found.append(_measured(t_s, np.abs(angle_deg), dynamic, begin, end, int(outside[begin])))
    return found


def _measured(t_s: Floats, size_deg: Floats, dynamic: Floats, begin: int, end: int, direction: int) -> Excursion:
    peak_deg = float(size_deg[begin:end].max())
    landed = begin + np.flatnonzero(size_deg[begin:end] >= LANDED_SHARE * peak_deg)
    out, back = landed[0], landed[-1]
    low_deg = (1.0 - LANDED_SHARE) * peak_deg
    before, after = np.flatnonzero(size_deg[:out] < low_deg), np.flatnonzero(size_deg[back:] < low_deg)
    knock = np.linalg.norm(dynamic[np.abs(t_s - t_s[out]) <= 0.3], axis=1).max()
    return Excursion(
        leave_s=float(t_s[begin]),
        out_s=float(t_s[out]),
        return_s=float(t_s[back]),
        back_s=float(t_s[end]),
        direction=direction,
        peak_deg=peak_deg,
        knock_g=float(knock / G),
        drop_10_90_s=float(t_s[out] - t_s[before[-1] if len(before) else 0]),
        residual_deg=float(size_deg[end : end + max(1, round(1.0 / (t_s[1] - t_s[0])))].min()),
        return_90_10_s=float(t_s[back + after[0]] - t_s[back]) if len(after) else float("inf"),
    )
