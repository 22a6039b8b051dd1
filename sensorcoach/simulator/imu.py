"""The sensor chip: its own clock, low-pass, offsets, noise, range and steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi

from sensorcoach.model import STANDARD_GRAVITY, Bools, Floats
from sensorcoach.simulator.courses import STEP_HZ
from sensorcoach.simulator.plan import ImuPlan

CLIP_SHARE = 0.98
"""Of the range: from there on a sample counts as clipped."""


@dataclass(frozen=True, slots=True)
class Sensed:
    """``t_s`` (n,) true times; ``t_device_s`` (n,) the sensor's clock; ``acc`` (n, 3) m/s²; ``gyr`` rad/s or None."""

    t_s: Floats
    t_device_s: Floats
    acc: Floats
    gyr: Floats | None
    clipped: Bools


def sense(acc: Floats, gyr: Floats, first_s: float, last_s: float, imu: ImuPlan, rng: np.random.Generator) -> Sensed:
    """Sample 1 kHz motion, (m, 3) m/s² and (m, 3) rad/s in sensor axes, between two times (s since its first row)."""
    true_rate = imu.rate_hz * (1.0 + imu.clock_error)
    t = np.arange(first_s + rng.uniform(0.0, 1.0 / true_rate), last_s, 1.0 / true_rate)
    acc_noise, gyr_noise = rng.standard_normal((len(t), 3)), rng.standard_normal((len(t), 3))
    acc_true = _sampled(acc, t, imu) + STANDARD_GRAVITY * (np.array(imu.acc_offset_g) + imu.acc_noise_g * acc_noise)
    acc_out, acc_clipped = _digitised(acc_true, STANDARD_GRAVITY * imu.acc_range_g, imu.bits)
    gyr_out, clipped = None, acc_clipped
    if imu.gyroscope:
        gyr_true = _sampled(gyr, t, imu) + np.radians(np.array(imu.gyr_bias_dps) + imu.gyr_noise_dps * gyr_noise)
        gyr_out, gyr_clipped = _digitised(gyr_true, float(np.radians(imu.gyr_range_dps)), imu.bits)
        clipped = acc_clipped | gyr_clipped
    device = np.arange(len(t)) / imu.rate_hz
    return Sensed(t_s=t - first_s, t_device_s=device, acc=acc_out, gyr=gyr_out, clipped=clipped)


def _sampled(signal: Floats, t_s: Floats, imu: ImuPlan) -> Floats:
    """Low-passed as on the chip and read at the chip's own times."""
    sos = butter(2, min(imu.lowpass_of_rate * imu.rate_hz, 0.45 * STEP_HZ), fs=STEP_HZ, output="sos")
    start = sosfilt_zi(sos)[:, :, None] * signal[0]
    smooth, _ = sosfilt(sos, signal, axis=0, zi=start)
    at = t_s * STEP_HZ
    whole = np.minimum(at.astype(np.int64), len(smooth) - 2)
    part = (at - whole)[:, None]
    return np.asarray((1.0 - part) * smooth[whole] + part * smooth[whole + 1])


def _digitised(signal: Floats, full_scale: float, bits: int) -> tuple[Floats, Bools]:
    """Clipped to the range and rounded to the chip's steps; and which rows touch the range."""
    step = full_scale / 2 ** (bits - 1)
    out = np.clip(np.round(signal / step), -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) * step
    return out, (np.abs(out) >= CLIP_SHARE * full_scale).any(axis=1)
