"""Sensors that answer from a script, without a radio; streams of known delays."""

import numpy as np

from sensorcoach.devices.conversation import Ask, Read, Subscribe, Wait, Write
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.model import Packet
from sensorcoach.settings import SignalSettings


class Scripted:
    """``values``: what reads give, changed by ``obey(channel, payload)``; ``missing``: channels it has not.

    ``says(channel, payload)``: what it notifies on a request, in order: (channel, payload).
    """

    def __init__(self, values=None, *, missing=(), obey=None, says=None):
        self.values = dict(values or {})
        self.missing, self.obey, self.says = missing, obey, says
        self.log = []
        self.subscribed = []

    def answer(self, step):
        name = type(step).__name__.lower()
        if isinstance(step, Wait):
            assert 0 < step.duration_s <= 2
            return None
        if isinstance(step, Read | Subscribe) and (step.channel in self.missing):
            assert step.optional, f"{step.channel} must be there"
            return None
        if isinstance(step, Subscribe):
            self.subscribed.append(step.channel)
            self.log.append(f"subscribe {step.channel}")
            return b""
        if isinstance(step, Read):
            self.log.append(f"{name} {step.channel}")
            return self.values.get(step.channel)
        assert isinstance(step, Write | Ask)
        assert step.channel not in self.missing
        self.log.append(f"write {step.channel} {step.payload.hex()}")
        if self.obey is not None:
            self.obey(self, step.channel, step.payload)
        if isinstance(step, Ask):
            assert step.reply_channel in self.subscribed
            for channel, said in self.says(step.channel, step.payload) if self.says else ():
                if channel == step.reply_channel and step.is_reply(said):
                    return said
        return None

    @property
    def writes(self):
        return [line.removeprefix("write ") for line in self.log if line.startswith("write ")]


def on_air(channel, bodies, ready_s, seed=0, jitter_s=0.02, interval_s=0.0):
    """Packets that are ready at these times, and arrive later: exponential delays, in order, in connection events."""
    late = np.asarray(ready_s) + np.random.default_rng(seed).exponential(jitter_s, len(bodies))
    if interval_s:
        late = np.ceil(late / interval_s) * interval_s
    return [
        Packet("knee", channel, float(t_s), body) for t_s, body in zip(np.maximum.accumulate(late), bodies, strict=True)
    ]


def decoded(profile, packets, settings=None, group=None):
    """State and samples (columns t, acc, gyr) of these packets, in groups."""
    state = profile.initial(settings or {})
    parts = []
    for start in range(0, len(packets), group or max(len(packets), 1)):
        state, out = profile.decode_all(state, packets[start : start + (group or len(packets))])
        if out is not None:
            gyr = np.zeros_like(out.acc) if out.gyr is None else out.gyr
            parts.append(np.column_stack((out.t_s, out.acc, gyr, out.clipped)))
    return state, np.concatenate(parts) if parts else np.empty((0, 8))


def counts(profile, packets, settings=None):
    """What the timeline makes of them."""
    timeline = Timeline(SignalSettings())
    _, out = profile.decode_all(profile.initial(settings or {}), packets)
    timeline.push(out)
    timeline.flush()
    return timeline.counts, timeline.rate_hz
