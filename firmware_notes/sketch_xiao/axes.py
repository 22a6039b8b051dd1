"""Which axis of the sensor points up: the last two seconds' mean acceleration of a recording, in g."""

import sys
from pathlib import Path

from sensorcoach.devices import PROFILES
from sensorcoach.model import STANDARD_GRAVITY, Packet
from sensorcoach.recording import read_session

session = read_session(Path(sys.argv[1]))
profile = PROFILES[session.header.profile]
packets = [item for item in session.items if isinstance(item, Packet)]
_, samples = profile.decode_all(profile.initial(session.header.device), packets)
still = samples.acc[samples.t_s > samples.t_s[-1] - 2]
sys.stdout.write(f"{(still.mean(axis=0) / STANDARD_GRAVITY).round(2)}\n")
