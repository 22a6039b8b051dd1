"""Truth: G1-G3 of the firmware note (captures), and packets packed here from its tables."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import from_note

from sensorcoach.devices.movesense import MOVESENSE, read_blocks
from sensorcoach.errors import CutPacket, DecodeError
from sensorcoach.model import Packet

G1 = (
    [
        (-0.97152, 4.26895, 8.85615),
        (-0.98827, 4.26177, 8.79872),
        (-0.98588, 4.27852, 8.78915),
        (-0.94520, 4.28570, 8.78437),
    ],
    [(-0.98, -1.33, -0.35), (-0.91, -1.33, -0.42), (-0.63, -1.47, -0.42), (-0.63, -1.40, -0.42)],
)
G2 = [
    (-1.09117, 4.43645, 8.67908),
    (-1.05527, 4.41731, 8.71976),
    (-1.12945, 4.45081, 8.68386),
    (-1.05527, 4.41970, 8.71258),
]
G3 = [(1.12, -2.10, -0.21), (1.26, -2.03, -0.28), (1.26, -1.82, -0.28), (1.12, -1.89, -0.21)]


def answer(t_s, payload):
    return Packet("knee", "answer", t_s, payload)


def block(stamp_ms, values, rate_hz=52):
    """A packet of samples whose six numbers all are a value."""
    values = np.asarray(values, dtype="<f4")
    return bytes([2, rate_hz]) + struct.pack("<I", stamp_ms % 2**32) + np.repeat(values, 3).tobytes() * 2


def stream(number, rate_hz=52.0, asked=52, start_ms=5000, late_s=lambda n: 0.0):
    """Packets of a sensor whose true rate is ``rate_hz``; values count samples."""
    each = 4 if asked == 52 else 8
    for n in range(number):
        stamp_ms = int(start_ms + 1000 * n * each / rate_hz)
        arrival_s = (n * each + each - 1) / rate_hz + 0.02 + late_s(n)
        yield answer(arrival_s, block(stamp_ms, np.arange(n * each, (n + 1) * each) % 300, asked))


def decode(packets):
    return MOVESENSE.decode_all(MOVESENSE.initial({}), list(packets))


def test_g1_real():
    _, got = decode([answer(1.0, b"\x02\x34" + from_note("movesense", "G1"))])
    np.testing.assert_allclose(got.acc, G1[0], atol=5.1e-6)
    np.testing.assert_allclose(np.rad2deg(got.gyr), G1[1], atol=5.1e-3)
    np.testing.assert_allclose(got.t_s, 1.0 - np.arange(3, -1, -1) / 52, atol=1e-9)
    assert np.linalg.norm(got.acc[0]) == pytest.approx(9.88, abs=0.005)
    assert read_blocks([from_note("movesense", "G1")], 2)[0] == [172460]


@pytest.mark.parametrize(("name", "expected", "digits"), [("G2", G2, 5.1e-6), ("G3", G3, 5.1e-3)])
def test_g2_g3_real(name, expected, digits):
    stamps_ms, count, values = read_blocks([from_note("movesense", name)], 1)
    assert (stamps_ms, count) == ([122371], [4])
    np.testing.assert_allclose(values[0], expected, atol=digits)


@pytest.mark.parametrize("cut", [2, 3, 5, 30, 50, 54, 78, 101])
def test_a_packet_in_two_parts_is_one(cut):
    """Wherever the link cuts: also where the first part holds whole samples by chance."""
    whole = list(stream(20))
    parts = []
    for packet in whole:
        parts.append(answer(packet.t_s, packet.payload[:cut]))
        parts.append(answer(packet.t_s + 0.005, b"\x03\x34" + packet.payload[cut:]))
    _, once = decode(whole)
    state, got = decode(parts)
    np.testing.assert_array_equal(got.acc, once.acc)
    np.testing.assert_allclose(got.t_s, once.t_s, atol=1e-9)
    assert state.begun is None


def test_three_parts_too():
    packets = []
    for packet in stream(5):
        body = packet.payload[2:]
        packets += [answer(packet.t_s, b"\x02\x34" + body[:40]), answer(packet.t_s, b"\x03\x34" + body[40:80])]
        packets.append(answer(packet.t_s, b"\x03\x34" + body[80:]))
    _, got = decode(packets)
    _, once = decode(stream(5))
    np.testing.assert_array_equal(got.acc, once.acc)


def test_a_part_whose_other_never_comes_costs_only_itself():
    packets = []
    for n, packet in enumerate(stream(10)):
        packets.append(answer(packet.t_s, packet.payload[:50]))
        if n != 4:
            packets.append(answer(packet.t_s + 0.005, b"\x03\x34" + packet.payload[50:]))
    _, got = decode(packets)
    _, once = decode(stream(10))
    assert got.acc[:, 0].tolist() == [value for n, value in enumerate(once.acc[:, 0]) if n // 4 != 4]


def test_packets_cut_by_the_link_say_so():
    packets = [answer(packet.t_s, packet.payload[:20]) for packet in stream(2)]
    state, nothing = decode(packets[:1])
    assert nothing is None
    with pytest.raises(CutPacket) as error:
        MOVESENSE.decode(state, packets[1])
    assert "MTU 23" in error.value.advice


def test_packets_of_another_number_of_samples_are_understood():
    """8 at 104 Hz is assumed; this sensor sends 4."""
    packets = [answer(n / 26, block(1000 + int(n * 1000 / 26), [n] * 4, 104)) for n in range(20)]
    _, got = decode(packets)
    assert got.acc[:, 0].tolist() == [value for n in range(19) for value in [n] * 4] + [19] * 4


@pytest.mark.parametrize(("true_hz", "asked"), [(52.0, 52), (50.6, 52), (106.5, 104)])
def test_times_follow_the_sensor_s_own_clock(true_hz, asked):
    rng = np.random.default_rng(1)
    late_s = rng.exponential(0.03, 2000)
    _, got = decode(stream(2000, true_hz, asked, late_s=lambda n: float(late_s[n])))
    true_s = np.arange(len(got.t_s)) / true_hz
    error_s = got.t_s - true_s
    assert np.ptp(error_s[400:]) < 0.035
    steps_s = np.diff(got.t_s[400:]) * true_hz
    assert (steps_s > 0.6).all()
    assert (steps_s < 1.4).all()
    within = np.arange(1, len(got.t_s)) % (4 if asked == 52 else 8) != 0
    assert np.diff(got.t_s)[within][-4000:].mean() * true_hz == pytest.approx(1, abs=0.003)
    assert np.diff(got.t_s)[within][-4000:].std() * true_hz < 0.004


def test_lost_packets_leave_their_time_open():
    packets = [packet for n, packet in enumerate(stream(100)) if n not in (40, 41, 70)]
    _, got = decode(packets)
    gaps_s = np.diff(got.t_s)
    assert sorted(np.rint(gaps_s * 52)[gaps_s > 1.5 / 52]) == [5, 9]


def test_the_stamp_wraps_after_49_days_and_packets_come_twice():
    whole = list(stream(50, start_ms=2**32 - 1000))
    state, got = decode([one for packet in whole for one in (packet, packet)])
    assert np.diff(got.t_s) == pytest.approx(1 / 52, abs=1.1e-3)
    assert state.duplicated == 200


def test_a_restarted_sensor_goes_on_later():
    first = list(stream(50))
    second = [answer(60 + packet.t_s, packet.payload) for packet in stream(50, start_ms=10)]
    state, got = decode([*first, *second])
    assert (np.diff(got.t_s) > 0).all()
    assert got.t_s[200] == pytest.approx(60, abs=0.3)


def test_ranges_told_mark_what_is_clipped():
    ranges = [answer(0, bytes.fromhex("0102c80008")), answer(0, bytes.fromhex("0103c800f500"))]
    values = np.array([0, 9.80665 * 8, 244, 2], dtype="<f4")
    _, got = decode([*ranges, answer(1, block(1000, values))])
    assert got.clipped.tolist() == [False, True, True, False]
    _, got = decode([answer(1, block(1000, [0, 78, 0, 0]))])
    assert not got.clipped.any()
    refused = [answer(0, bytes.fromhex("0102940108"))]
    assert decode(refused)[0].acc_limit == np.inf


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x02",
        b"\x02\x35" + bytes(100),
        b"\x09\x34",
        b"\x03\x34" + bytes(100),
        block(1, [np.nan] * 4),
        block(1, [1e9] * 4),
    ],
)
def test_other_bytes_are_refused(payload):
    with pytest.raises(DecodeError):
        decode([answer(1.0, payload)])


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(0, 0.4), st.sampled_from(["whole", "cut", "first", "again"])),
        max_size=30,
    )
)
def test_decoding_one_by_one_or_all_at_once_is_the_same(steps):
    packets, number = [], 0
    for step, late_s, kind in steps:
        number += step
        payload = block(2**32 - 2000 + number * 77, np.arange(4.0) + number)
        arrival_s = number * 0.077 + late_s
        if kind == "whole":
            packets.append(answer(arrival_s, payload))
        else:
            packets.append(answer(arrival_s, payload[:54]))
        if kind == "cut":
            packets.append(answer(arrival_s + 0.001, b"\x03\x34" + payload[54:]))
    state, blocks, good = MOVESENSE.initial({}), [], []
    for packet in packets:
        try:
            state, got = MOVESENSE.decode(state, packet)
        except DecodeError:
            continue
        good.append(packet)
        blocks += [got] if got is not None else []
    state_all, at_once = decode(good)
    assert state == state_all
    assert (at_once is None) == (not blocks)
    if blocks:
        np.testing.assert_allclose(np.concatenate([one.t_s for one in blocks]), at_once.t_s, atol=1e-9)
        np.testing.assert_array_equal(np.concatenate([one.acc for one in blocks]), at_once.acc)
