"""Which axis of a sensor points up: the last two seconds' mean acceleration of any recording, in g."""

import sys
from pathlib import Path

import numpy as np

from sensorcoach.devices import profile_named
from sensorcoach.errors import DecodeError
from sensorcoach.importers import open_recording
from sensorcoach.model import STANDARD_GRAVITY, Packet

recording = open_recording(Path(sys.argv[1]))
profile = profile_named(recording.profile)
state = profile.initial(recording.device_settings)
decoded = []
for item in recording.items:
    if not isinstance(item, Packet):
        continue
    try:
        state, samples = profile.decode(state, item)
    except DecodeError:  # left out, as in an analysis
        continue
    if samples is not None:
        decoded.append(samples)
t_s = np.concatenate([samples.t_s for samples in decoded])
acc = np.concatenate([samples.acc for samples in decoded])
sys.stdout.write(f"{(acc[t_s > t_s[-1] - 2].mean(axis=0) / STANDARD_GRAVITY).round(2)}\n")
