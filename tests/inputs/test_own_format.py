"""Truth: the worked example of the firmware note, and packets packed here from its tables."""

import re
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorcoach.devices import PROFILES
from sensorcoach.errors import DecodeError
from sensorcoach.model import Packet

NOTE = Path(__file__).resolve().parents[2] / "firmware_notes" / "own-format.md"
OPEN = PROFILES["open"]
SCALES = {"acc_g_per_lsb": 16 / 32768, "gyr_dps_per_lsb": 1000 / 32768}
WRAP_S = 2**32 / 1e6


def from_note(channel):
    (text,) = re.findall(rf"```\n{channel} ([0-9A-F\s]+)```", NOTE.read_text(encoding="utf-8"))
    return bytes.fromhex(text)


def packet(sequence, time_s, arrival_s, counts=(1, 2), flags=0, kind=0x11, period_us=10_000):
    axes = 6 if kind == 0x11 else 3
    samples = b"".join(struct.pack(f"<{axes}h", *[count] * axes) for count in counts)
    time_us = round(time_s * 1e6) % 2**32
    head = struct.pack("<BBHIHBB", kind, flags, sequence % 65536, time_us, period_us, len(counts), 0)
    return Packet("knee", "imu", arrival_s, head + samples)


def decode(packets, settings=SCALES):
    state, decoded = OPEN.decode_all(OPEN.initial(settings), packets)
    return state, decoded


def test_the_example_of_the_note_decodes_as_written_there():
    state, nothing = OPEN.decode(OPEN.initial({}), Packet("knee", "info", 6.9, from_note("info")))
    assert nothing is None
    _, decoded = OPEN.decode(state, Packet("knee", "imu", 7.0, from_note("imu ")))
    np.testing.assert_allclose(decoded.t_s, [6.99, 7.0], atol=1e-9)
    np.testing.assert_allclose(
        decoded.acc / 9.80665, [[1, 0, -0.5], [-16, 15.99951171875, 0.0078125]], rtol=1e-12, atol=1e-12
    )
    np.testing.assert_allclose(
        np.rad2deg(decoded.gyr),
        [[10.009765625, -10.009765625, 0], [0, 0.030517578125, -0.030517578125]],
        rtol=1e-12,
        atol=1e-12,
    )
    assert decoded.clipped.tolist() == [False, True]


def test_time_goes_on_over_the_wrap_of_the_device_clock():
    times = WRAP_S - 0.05 + np.arange(10) * 0.02
    _, decoded = decode([packet(n, time, 100 + n * 0.02) for n, time in enumerate(times)])
    np.testing.assert_allclose(np.diff(decoded.t_s), 0.01, atol=1e-9)
    assert decoded.t_s[1] == pytest.approx(100)


@pytest.mark.parametrize("silence_s", [30 * 60, 50 * 60, 3 * WRAP_S + 7])
def test_a_silence_of_any_length_is_counted_by_the_device_clock(silence_s):
    first = packet(0, 12.0, 0.0)
    second = packet(1, 12.0 + silence_s, silence_s + 0.3)  # 0.3 s late
    _, decoded = decode([first, second])
    assert decoded.t_s[2] - decoded.t_s[0] == pytest.approx(silence_s, abs=1e-6)


def test_late_radio_moves_no_sample():
    arrivals = np.arange(50) * 0.02
    arrivals[20:30] = arrivals[30]  # a burst after 0.2 s of nothing
    _, decoded = decode([packet(n, n * 0.02, arrival) for n, arrival in enumerate(arrivals)])
    np.testing.assert_allclose(np.diff(decoded.t_s), 0.01, atol=1e-9)


def test_packets_that_come_again_are_dropped_and_counted():
    sent = [packet(n + 65530, n * 0.02, n * 0.02) for n in range(20)]
    again = [*sent[:5], sent[4], sent[3], *sent[5:], sent[19]]
    state, decoded = decode(again)
    _, once = decode(sent)
    np.testing.assert_array_equal(decoded.t_s, once.t_s)
    assert state.duplicated == 3 * 2


@pytest.mark.parametrize("ran_s", [10.0, 40 * 60.0])
def test_a_restarted_device_is_laid_on_arrival_anew(ran_s):
    before = packet(900, ran_s, ran_s)
    after = [packet(n, 0.5 + n * 0.02, ran_s + 4 + n * 0.02) for n in range(3)]
    state, decoded = decode([before, *after])
    assert state.restarts == 1
    assert decoded.t_s[3] == pytest.approx(ran_s + 4)
    assert (np.diff(decoded.t_s) > 0).all()


def test_an_accelerometer_alone_needs_no_gyroscope_scale():
    _, decoded = decode([packet(0, 0, 1.0, kind=0x12)], {"acc_g_per_lsb": 0.001})
    assert decoded.gyr is None
    np.testing.assert_allclose(decoded.acc[:, 2], np.array([1, 2]) * 0.001 * 9.80665)


def test_a_clip_flag_without_a_full_count_marks_the_whole_packet():
    _, decoded = decode([packet(0, 0, 1, flags=1), packet(1, 0.02, 1.02), packet(2, 0.04, 1.04, (0, 32767), flags=2)])
    assert decoded.clipped.tolist() == [True, True, False, False, False, True]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"\x11\x00", "2 bytes"),
        (packet(0, 0, 0).payload[:-1], "35 bytes, expected 36"),
        (b"\x21" + packet(0, 0, 0).payload[1:], "0x21"),
        (b"\x13" + packet(0, 0, 0).payload[1:], "0x13"),
        (packet(0, 0, 0, counts=()).payload, "0 samples"),
    ],
)
def test_other_bytes_are_refused(payload, words):
    with pytest.raises(DecodeError, match=words):
        decode([Packet("knee", "imu", 2.0, payload)])


def test_samples_before_their_scales_are_refused():
    with pytest.raises(DecodeError, match="scales"):
        decode([packet(0, 0, 0)], {})
    with pytest.raises(DecodeError, match="acc_g_per_lsb"):
        OPEN.initial({"acc_g_per_lsb": "16 g"})
    with pytest.raises(DecodeError, match="info"):
        decode([Packet("knee", "info", 0, struct.pack("<BBHff", 1, 0, 100, 0.0, 0.03))])


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0, 0.3), st.integers(1, 9), st.sampled_from([0, 1, 4])), max_size=30
    )
)
def test_decoding_one_by_one_or_all_at_once_is_the_same(steps):
    packets, sequence, time_s = [], 65500, WRAP_S - 1
    for step, late_s, count, flags in steps:
        sequence, time_s = sequence + step, time_s + 0.09 * step
        packets.append(packet(sequence, time_s, time_s - WRAP_S + late_s, range(count), flags))
    state_all, at_once = decode(packets)
    state, blocks = OPEN.initial(SCALES), []
    for one in packets:
        state, block = OPEN.decode(state, one)
        blocks += [block] if block is not None else []
    assert state == state_all
    assert (at_once is None) == (not blocks)
    for name in ("t_s", "acc", "gyr", "clipped") if blocks else ():
        np.testing.assert_array_equal(
            np.concatenate([getattr(block, name) for block in blocks]), getattr(at_once, name)
        )


def test_decoding_leaves_the_state_it_was_given_alone():
    state = OPEN.initial(SCALES)
    kept = replace(state)
    OPEN.decode(state, packet(0, 0, 0))
    assert state == kept
