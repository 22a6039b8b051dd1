"""Untrusted bytes, for sensors whose packets need others before them: samples or a `DecodeError`, and little kept."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import from_note

from sensorcoach.devices import PROFILES
from sensorcoach.errors import DecodeError
from sensorcoach.model import Packet

FLOATS = np.linspace(-9, 9, 24).astype("<f4").tobytes()
POLAR_HEAD = struct.pack("<BQB", 2, 3 * 10**17, 0x80)
TRUE = {
    "movesense": [
        ("answer", b"\x02\x34" + from_note("movesense", "G1")),
        ("answer", b"\x02\x68" + b"\xff\xff\xff\xff" + FLOATS * 2),
        ("answer", b"\x02\x34" + from_note("movesense", "G1")[:60]),
        ("answer", b"\x03\x34" + from_note("movesense", "G1")[60:]),
        ("answer", bytes.fromhex("0102c80008")),
    ],
    "metamotion": [("answer", from_note("metamotion", name)) for name in ("M1", "M2", "M3", "M4", "M5", "M6")]
    + [("answer", bytes.fromhex("0383a802"))],
    "polar": [
        *(("data", from_note("polar", name)) for name in ("P2", "P3", "P4", "P5", "P7")),
        ("data", POLAR_HEAD + bytes(6) + b"\x01\x47" + bytes(range(27))),
        ("control", from_note("polar", "S3")),
    ],
}
SETTINGS = {"polar": {"acc_g_per_lsb": 0.000244, "gyr_dps_per_lsb": 0.061}}


@st.composite
def spoilt(draw, name):
    channel, payload = draw(st.sampled_from(TRUE[name]))
    changed = bytearray(payload)
    for at, value in draw(st.lists(st.tuples(st.integers(0, len(payload) - 1), st.integers(0, 255)), max_size=4)):
        changed[at] = value
    return channel, bytes(changed)[: draw(st.one_of(st.none(), st.integers(0, len(payload))))]


@pytest.mark.parametrize("name", TRUE)
@settings(max_examples=100)
@given(data=st.data())
def test_spoilt_packets_give_samples_or_a_decode_error(name, data):
    profile = PROFILES[name]
    state = profile.initial(SETTINGS.get(name, {}))
    arrival_s, newest_s = 0.0, -np.inf
    for (channel, payload), wait_s in data.draw(st.lists(st.tuples(spoilt(name), st.floats(0, 500)), max_size=25)):
        arrival_s += wait_s
        before = state
        try:
            state, decoded = profile.decode(state, Packet("knee", channel, arrival_s, payload))
        except DecodeError:
            assert state == before
            continue
        if decoded is not None:
            for values in (decoded.t_s, decoded.acc, decoded.gyr):
                assert np.isfinite(values).all()
            assert len(decoded.t_s) == len(decoded.acc) == len(decoded.gyr) == len(decoded.clipped) > 0
            if name != "movesense":  # there the timeline looks after it
                assert decoded.t_s[0] > newest_s
                assert (np.diff(decoded.t_s) > 0).all()
            newest_s = max(newest_s, decoded.t_s[-1])
        waiting = getattr(state, "waiting", None)
        assert waiting is None or len(waiting.acc) + len(waiting.gyr) < 1_000_000
