"""Recordings written as tables, and their way through importer, decoder and timeline. Nothing here is under test."""

import numpy as np

from sensorcoach.devices import PROFILES
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.importers import open_recording
from sensorcoach.settings import SignalSettings

G = 9.80665


def rolling(seconds=20.0, rate_hz=100.0, first_s=0.0):
    """(n, 7) t_s, acc m/s², gyr rad/s: a leg that rolls 40° to either side every 6 s, rounded to 4 digits."""
    rng = np.random.default_rng(5)
    t_s = np.arange(round(seconds * rate_hz)) / rate_hz
    angle = np.deg2rad(40) * np.sin(2 * np.pi * t_s / 6)
    acc = G * np.stack([np.sin(angle), 0.1 * np.ones_like(angle), np.cos(angle)], axis=1)
    gyr = np.stack([0 * angle, -np.gradient(angle, t_s), 0 * angle], axis=1)
    values = np.concatenate([acc + rng.normal(0, 0.03, acc.shape), gyr + rng.normal(0, 0.01, gyr.shape)], axis=1)
    return np.round(np.column_stack([first_s + t_s, values]), 4)


def csv_text(table, header, separator=",", decimal=".", end="\n", digits=4):
    lines = [header] if header else []
    lines += [separator.join(f"{value:.{digits}f}".replace(".", decimal) for value in row) for row in table]
    return end.join(lines) + end


HEADER = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


def write(path, text, encoding="utf-8"):
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def read(path, **how):
    """All rows of a file (n, 4) or (n, 7) as decoded, and the recording."""
    recording = open_recording(path, **how)
    profile = PROFILES[recording.profile]
    state = profile.initial(recording.device_settings)
    rows = []
    for item in recording.items:
        state, decoded = profile.decode(state, item)
        columns = [decoded.t_s, decoded.acc] + ([] if decoded.gyr is None else [decoded.gyr])
        rows.append(np.column_stack(columns))
    return np.concatenate(rows), recording


def on_grid(path, **how):
    """All samples of a file on the grid, and the timeline they went through."""
    recording = open_recording(path, **how)
    profile, timeline = PROFILES[recording.profile], Timeline(SignalSettings())
    state, blocks = profile.initial(recording.device_settings), []
    for item in recording.items:
        state, decoded = profile.decode(state, item)
        blocks.append(timeline.push(decoded))
    blocks = [block for block in [*blocks, timeline.flush()] if block is not None]
    return np.concatenate([block.t_s for block in blocks]), timeline
