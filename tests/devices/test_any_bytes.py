"""Untrusted bytes: whatever comes, a decoder gives samples or a `DecodeError`, soon, and remembers little."""

import dataclasses
import inspect
import re
import struct
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wit_frames import answer, frame, numbered

from sensorcoach.devices import PROFILES, radio_profiles
from sensorcoach.devices.decoding import Decoding
from sensorcoach.dsp.timeline import RATE_WINDOW_SAMPLES
from sensorcoach.errors import DecodeError, InputError, SensorError
from sensorcoach.model import Mounting, Packet
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings

SCALES = {"acc_g_per_lsb": 16 / 32768, "gyr_dps_per_lsb": 1000 / 32768}
OPEN_DATA = struct.pack("<BBHIHBB", 0x11, 0, 7, 2**32 - 9000, 10_000, 3, 0) + bytes(range(36))
OPEN_INFO = struct.pack("<BBHff", 1, 0, 100, 0.0005, 0.03)
ROWS = np.arange(14, dtype="<f8").tobytes()
VALID = {
    "open": [("imu", OPEN_DATA), ("imu", b"\x12" + OPEN_DATA[1:30]), ("info", OPEN_INFO), ("control", b"\x81\x00")],
    "witmotion": [
        ("data", numbered(0, 4)),
        ("data", frame()),
        ("data", answer(0x03, 9)),
        ("data", answer(0x96, 1) + frame()),
    ],
    "samples": [("acc+gyr", ROWS), ("acc", ROWS[:64])],
}
NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"


def payloads_of_its_note(profile):
    """On any of its channels."""
    (name,) = re.findall(r"firmware_notes/([a-z_-]+\.md)", inspect.getmodule(type(profile)).__doc__)
    blocks = re.findall(r"```\n(.*?)```", (NOTES / name).read_text(encoding="utf-8"), re.DOTALL)
    lines = re.findall(r"(?:^\w+)? +((?:[0-9A-Fa-f]{2} *)+)$", "\n".join(blocks), re.MULTILINE)
    return [(channel, bytes.fromhex(line)) for line in lines for channel in profile.channels]


@cache
def truly_sent(name):
    """(channel, payload) as this sensor sends them: packed above, or printed in its note."""
    return VALID.get(name) or payloads_of_its_note(PROFILES[name])


ARRIVALS = st.floats(0, 1e6, allow_nan=False)


@st.composite
def spoilt(draw, name):
    """A payload, true, mutated, cut or made up, on one of the profile's channels or another."""
    channel, payload = draw(st.sampled_from(truly_sent(name)))
    channel = draw(st.sampled_from([channel] * 6 + ["", "?"]))
    kind = draw(st.sampled_from(["true", "random", "mutated", "cut", "doubled"]))
    if kind == "random":
        return channel, draw(st.binary(max_size=260))
    if kind == "mutated":
        spoilt_bytes = bytearray(payload)
        for at, value in draw(st.lists(st.tuples(st.integers(0, len(payload) - 1), st.integers(0, 255)), max_size=6)):
            spoilt_bytes[at] = value
        return channel, bytes(spoilt_bytes)
    if kind == "cut":
        return channel, payload[draw(st.integers(0, 8)) : draw(st.integers(0, len(payload)))]
    return channel, payload * (2 if kind == "doubled" else 1)


def streams(name):
    return st.lists(st.tuples(spoilt(name), ARRIVALS, st.booleans()), max_size=25)


def settings_of(name):
    return SCALES if name == "open" else {}


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=80)
@given(data=st.data())
def test_any_bytes_give_samples_or_a_decode_error(name, data):
    profile = PROFILES[name]
    state = profile.initial(settings_of(name))
    for (channel, payload), arrival_s, again in data.draw(streams(name)):
        before = dataclasses.replace(state)
        try:
            state, decoded = profile.decode(state, Packet("knee", channel, arrival_s, payload))
        except DecodeError:
            assert state == before
            continue
        if decoded is not None:
            n = len(decoded.t_s)
            assert n > 0
            assert decoded.acc.shape == (n, 3)
            assert decoded.gyr is None or decoded.gyr.shape == (n, 3)
            assert decoded.clipped.shape == (n,)
            if name != "samples":  # rows of a file may hold anything; the timeline looks at them
                assert np.isfinite(decoded.t_s).all()
                assert np.isfinite(decoded.acc).all()
        if again:
            state = profile.reconnected(state)


@pytest.mark.parametrize("name", ["open", "witmotion"])
@settings(max_examples=60)
@given(data=st.data())
def test_the_pipeline_counts_what_it_cannot_read_alike_in_any_groups(name, data):
    packets = [
        Packet("knee", channel, arrival_s, payload) for (channel, payload), arrival_s, _ in data.draw(streams(name))
    ]
    together, apart = (Pipeline(PROFILES[name], settings_of(name), Mounting(), Settings()) for _ in range(2))
    with suppress(InputError):  # too few samples a second
        together.push_all(packets)
    with suppress(InputError):
        for packet in packets:
            apart.push(packet)
    if together.rate_hz is None and together.counts.received >= RATE_WINDOW_SAMPLES:
        return
    assert together.undecodable == apart.undecodable
    assert together.first_undecodable == apart.first_undecodable
    assert together.counts == apart.counts


def test_the_state_stays_small_on_junk():
    """A sensor that sends half frames, or a hold that never ends, must not fill the memory."""
    wit = PROFILES["witmotion"]
    state, _ = wit.decode(wit.initial({}), Packet("knee", "data", 0.0, numbered(0, 4)))
    rng = np.random.default_rng(0)
    most = 0
    for n in range(3000):
        junk = bytes(rng.choice([0x55, 0x61, 0x71, 0x00], 37).astype("u1"))
        state, _ = wit.decode(state, Packet("knee", "data", 10.0 + 1e-9 * n, junk + frame() * 3))
        held = 0 if state.clock.held is None else sum(len(one.body) for one in state.clock.held.packets)
        most = max(most, held + len(state.pending))
    assert 0 < most < 200_000


@given(value=st.binary(max_size=64))
@example(b"\x55\x71\x64\x00")
def test_conversations_survive_any_answer(value):
    """Whatever is answered to each step, a conversation ends in what it promises or in a `SensorError`."""
    for profile in radio_profiles():
        for talk in (profile.start, profile.battery, profile.stop):
            conversation = talk()
            answer_, steps = None, 0
            try:
                while True:
                    step = conversation.send(answer_)
                    steps += 1
                    answer_ = value
                    if hasattr(step, "is_reply") and not step.is_reply(value):
                        answer_ = None
                    assert steps < 60
            except (StopIteration, SensorError):
                pass


def test_a_signalling_nan_is_judged_like_any_other_and_no_library_warns():
    """Of a sensor that sends floats. (Warnings are errors here.)"""
    decoding = Decoding(PROFILES["dot"], {})
    signalling = b"\x01\x00\xa0\x7f"
    packets = [Packet("knee", "medium", 0.1 * n, bytes([n, 0, 0, 0]) + signalling * 6) for n in range(3)]
    assert list(decoding.decode(packets)) == []
    assert decoding.undecodable == 3
