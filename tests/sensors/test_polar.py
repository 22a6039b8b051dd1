"""Truth: P1-P9 of the firmware note (the maker's document and tests, captures), and frames packed here, bit by bit."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import from_note

from sensorcoach.devices.polar import POLAR, frame_counts, settings_of
from sensorcoach.errors import CutPacket, DecodeError
from sensorcoach.model import Packet

G = 9.80665
SCALES = {"acc_g_per_lsb": 0.000244, "gyr_dps_per_lsb": 1.0}
ACC, GYR = 2, 5


def data(t_s, payload):
    return Packet("knee", "data", t_s, payload)


def decode(packets, **told):
    return POLAR.decode_all(POLAR.initial({**SCALES, **told}), list(packets))


def signed_bits(value, width):
    return [value >> n & 1 for n in range(width)]


def packed(differences, width):
    """Blocks of at most 255 differences of three numbers each."""
    out = b""
    for start in range(0, len(differences), 255):
        part = differences[start : start + 255]
        bits = [bit for three in part for number in three for bit in signed_bits(int(number), width)]
        bits += [0] * (-len(bits) % 8)
        octets = [sum(bit << n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8)]
        out += bytes([width, len(part)]) + bytes(octets)
    return out


def frame(kind, stamp_ns, values, width=None, measurement=ACC, size=2):
    """A frame of delta-coded whole numbers (n, 3)."""
    values = np.asarray(values, dtype=np.int64)
    differences = np.diff(values, axis=0)
    if width is None:
        width = max(int(np.abs(differences).max(initial=0)).bit_length() + 1, 1)
    reference = b"".join(int(one).to_bytes(size, "little", signed=True) for one in values[0])
    return struct.pack("<BQB", measurement, stamp_ns, kind) + reference + packed(differences, width)


# --- the published vectors --------------------------------------------------------------------------------------------


def cut_to(payload, samples, width):
    """A frame printed in part: its one block is told to hold only so many differences."""
    used = (3 * samples * width + 7) // 8
    assert payload[16] == width
    assert payload[17] > samples
    return payload[:17] + bytes([samples]) + payload[18 : 18 + used]


def test_p1_real_as_far_as_it_is_printed():
    payload = from_note("polar", "P1")
    assert payload[17] == 29
    measurement, stamp_ns, kind, counts = frame_counts(cut_to(payload, 2, 8))
    assert (measurement, stamp_ns, kind) == (ACC, 540368444604181604, 0x80)
    assert counts.tolist() == [[-48, 357, 4068], [-52, 364, 4067], [-40, 383, 4053]]


def test_p2_real():
    _, stamp_ns, kind, counts = frame_counts(from_note("polar", "P2"))
    assert (stamp_ns, kind) == (599618164814402794, 0x01)
    assert counts.tolist() == [[-187, -28, 949], [-187, -28, 952]]


def test_p3_vendor_test():
    measurement, stamp_ns, _, counts = frame_counts(from_note("polar", "P3"))
    assert (measurement, stamp_ns) == (GYR, 2**63 - 1)
    assert counts.tolist() == [[-22, 8, 13], [-23, 11, 16]]


def test_p4_vendor_test_turning_rates_as_floats():
    measurement, stamp_ns, kind, counts = frame_counts(from_note("polar", "P4"))
    assert (measurement, stamp_ns, kind) == (GYR, 2_000_000_000, 0x81)
    np.testing.assert_allclose(counts, [(1, 10, 20), (10, 20, 1.1)], rtol=1e-6)


def test_p5_vendor_test():
    _, stamp_ns, kind, counts = frame_counts(from_note("polar", "P5"))
    assert (stamp_ns, kind) == (101, 0x81)
    assert counts.tolist() == [[-15, 20, 1008], [-20, 17, 1008]]


def test_p6_vendor_test_as_far_as_it_is_printed():
    payload = from_note("polar", "P6")
    assert payload[17] == 56
    _, _, _, counts = frame_counts(cut_to(payload, 2, 10))
    assert counts[:2].tolist() == [[1905, 27376, -29282], [2095, 27271, -29367]]
    np.testing.assert_allclose(counts[0] * 2.44e-4, (0.4648, 6.6797, -7.1448), atol=5.1e-5)


def test_p7_vendor_test_as_far_as_it_is_printed():
    assert frame_counts(from_note("polar", "P7"))[3].tolist() == [[-9, -1, 999], [-8, -2, 997]]


def test_p8_vendor_test_as_far_as_it_is_printed():
    body = from_note("polar", "P8")
    assert body[6:8] == b"\x03\x09"
    head = struct.pack("<BQB", ACC, 1, 0x80)
    counts = frame_counts(head + body[:7] + bytes([2]) + body[8:11])[3]
    assert counts[:2].tolist() == [[-55, 18, 17], [-54, 18, 18]]


def test_p9_real_head_only():
    """Its values are by the layout (own), its bytes are real."""
    payload = from_note("polar", "P9")
    assert payload[16:18] == bytes([6, 59])
    assert frame_counts(payload[:17] + b"\x00")[3].tolist() == [[-6, 33, 1012]]


def test_settings_of_the_maker_s_tests():
    assert settings_of(from_note("polar", "S1")[5:]) == {0: (52,), 1: (16,), 2: (8,), 4: (3,)}
    assert settings_of(from_note("polar", "S4")[5:])[2] == (245, 500, 1000, 2000)
    (factor,) = settings_of(from_note("polar", "S3")[5:])[5]
    assert factor == pytest.approx(0.000244, rel=1e-3)


# --- frames packed here -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", range(1, 33))
def test_differences_of_every_width(width):
    """own."""
    rng = np.random.default_rng(width)
    most = 2 ** (width - 1)
    differences = rng.integers(-most, most, (13, 3))
    differences[0], differences[1] = -most, most - 1
    values = np.concatenate(([[7, -9, 3]], differences)).cumsum(axis=0)
    counts = frame_counts(struct.pack("<BQB3h", ACC, 1, 0x80, 7, -9, 3) + packed(differences, width))[3]
    assert counts.astype(np.int64).tolist() == values.tolist()


def test_several_blocks_and_a_block_of_no_bits():
    values = np.cumsum(np.random.default_rng(0).integers(-3, 4, (300, 3)), axis=0)
    body = struct.pack("<3h", *values[0].tolist()) + packed(np.diff(values, axis=0)[:140], 3) + bytes([0, 2])
    body += packed(np.diff(values, axis=0)[140:], 4)
    counts = frame_counts(struct.pack("<BQB", ACC, 1, 0x80) + body)[3]
    expected = np.insert(values, [141, 141], values[140], axis=0)
    assert counts.astype(int).tolist() == expected.tolist()


def ns(seconds):
    return round(seconds * 1e9)


def sensor(seconds, true_hz=52.0, acc_each=36, gyr_each=41, late_s=0.05, start_ns=3 * 10**17, lost=()):
    """Both streams; a sample's number is in x, times 1 in counts. Arrival is ``late_s`` after the last sample."""
    packets = []
    for measurement, each, kind in ((ACC, acc_each, 0x80), (GYR, gyr_each, 0x80)):
        for number, first in enumerate(range(0, int(seconds * true_hz) - each, each)):
            at = np.arange(first, first + each)
            last_s = at[-1] / true_hz
            values = np.column_stack((at % 30000, -(at % 30000), at * 0))
            if (measurement, number) not in lost:
                packets.append((last_s + late_s, frame(kind, start_ns + ns(last_s), values, None, measurement)))
    packets.sort(key=lambda one: one[0])
    return [data(t_s, payload) for t_s, payload in packets]


@pytest.mark.parametrize("true_hz", [52.0, 50.7, 53.1])
def test_a_stamp_is_of_the_last_sample_and_streams_meet_by_device_time(true_hz):
    _, got = decode(sensor(60, true_hz), gyr_dps_per_lsb=0.5)
    number = np.rint(got.acc[:, 0] / (0.000244 * G))
    assert (np.diff(number) == 1).all()
    learnt = number > 80
    np.testing.assert_allclose((got.t_s - number / true_hz - 0.05)[learnt], 0, atol=0.01)
    np.testing.assert_allclose(np.rad2deg(got.gyr[:, 0])[learnt], 0.5 * number[learnt], atol=0.05)
    assert number[0] <= 1  # the first frame's spacing is as told
    assert number[-1] > 60 * true_hz - 85


def test_a_lost_frame_is_a_hole_of_its_length_and_nothing_is_made_up():
    _, got = decode(sensor(60, lost={(ACC, 20), (GYR, 40)}))
    number = np.rint(got.acc[:, 0] / (0.000244 * G)).astype(int)
    missing = sorted(set(range(number[0], number[-1])) - set(number))
    assert missing[:36] == list(range(720, 756))
    # No turning rate from sample 1639 (the last of frame 39) to 1681 (the first of frame 41).
    assert set(range(1640, 1681)) <= set(missing[36:]) <= set(range(1639, 1682))  # its ends by a rounding
    assert np.abs(got.t_s - number / 52 - 0.05).max() < 0.01


def test_frames_that_come_twice_are_dropped_and_counted():
    packets = [one for packet in sensor(20) for one in (packet, packet)]
    state, got = decode(packets)
    _, once = decode(sensor(20))
    np.testing.assert_array_equal(got.acc, once.acc)
    assert state.duplicated == sum(len(frame_counts(packet.payload)[3]) for packet in sensor(20))


def test_a_backlog_moves_no_sample():
    packets = [data(max(one.t_s, 33.0) if 30 < one.t_s < 33 else one.t_s, one.payload) for one in sensor(60)]
    _, got = decode(packets)
    _, smooth = decode(sensor(60))
    assert len(got.t_s) == len(smooth.t_s)
    assert np.abs(got.t_s - smooth.t_s).max() < 0.03


@pytest.mark.parametrize("start_ns", [0, ns(8e8)])
@pytest.mark.parametrize("acc_each", [36, 45])
def test_a_clock_that_began_anew_goes_on_later(start_ns, acc_each):
    """Whichever stream tells of it first."""
    later = [data(50 + one.t_s, one.payload) for one in sensor(20, start_ns=start_ns, acc_each=acc_each)]
    state, got = decode([*sensor(30), *later])
    assert state.restarts == 1
    assert (np.diff(got.t_s) > 0).all()
    number = np.rint(got.acc[:, 0] / (0.000244 * G))
    second = np.flatnonzero(np.diff(number) < 0)[0] + 1
    assert got.t_s[second] == pytest.approx(50, abs=1.0)


def test_one_stream_alone_gives_nothing_and_fills_no_memory():
    state, got = decode([one for one in sensor(600) if one.payload[0] == ACC])
    assert got is None
    assert len(state.waiting.acc) <= 40 * 52 * 6


def test_scales_come_from_the_start_replies():
    replies = [
        bytes.fromhex("F0020200000501") + struct.pack("<f", 0.000122),
        bytes.fromhex("F0020500000501") + struct.pack("<f", 0.061),
    ]
    packets = [Packet("knee", "control", 0.0, reply) for reply in replies]
    state, _ = POLAR.decode_all(POLAR.initial({}), packets)
    assert state.acc_factor == pytest.approx(0.000122 * G)
    assert state.gyr_factor == pytest.approx(np.deg2rad(0.061))
    with pytest.raises(DecodeError, match="scale"):
        POLAR.decode(POLAR.initial({}), sensor(3)[0])
    with pytest.raises(DecodeError, match="factor"):
        POLAR.decode(
            POLAR.initial({}), Packet("knee", "control", 0.0, bytes.fromhex("F0020200000501") + struct.pack("<f", -1))
        )


def test_frames_without_factor_are_in_mg_and_dps():
    floats = np.array([[1.5, -2.5, 100.25]] * 36, dtype="<f4").view("<i4").astype(np.int64)
    packets = []
    for n in range(3):
        stamp = ns(10 + n * 36 / 52)
        packets.append(data(n * 0.7, frame(0x81, stamp, [[1000, -500, 20]] * 36)))
        packets.append(data(n * 0.7, frame(0x81, stamp, floats, None, GYR, 4)))
    _, got = POLAR.decode_all(POLAR.initial({}), packets)
    np.testing.assert_allclose(got.acc / G, [[1.0, -0.5, 0.02]] * 108)
    np.testing.assert_allclose(np.rad2deg(got.gyr), [[1.5, -2.5, 100.25]] * 108)


def test_clipping_is_by_the_range():
    packets = [
        data(0.7, frame(0x81, ns(1), [[7900, 0, 0], [7000, 0, 0]])),
        data(0.7, frame(0x80, ns(1), [[0, 0, 0]] * 2, None, GYR)),
    ]
    assert decode(packets)[1].clipped.tolist() == [True, False]


def test_a_frame_cut_by_the_link_names_the_mtu():
    whole = sensor(3)[0].payload
    with pytest.raises(CutPacket) as error:
        decode([data(0, whole[:20])])
    assert "MTU 23" in error.value.advice


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\x02" * 9,
        struct.pack("<BQB", 6, 1, 0x80) + bytes(6),
        struct.pack("<BQB", 2, 1, 0x82) + bytes(6),
        struct.pack("<BQB", 2, 1, 0x01),
        struct.pack("<BQB", 2, 1, 0x80) + bytes(5),
        struct.pack("<BQB", 2, 1, 0x80) + bytes(7),
        struct.pack("<BQB", 2, 1, 0x80) + bytes(6) + bytes([33, 1]) + bytes(99),
        struct.pack("<BQB", 2, 1, 0x80) + bytes(6) + bytes([0, 255]) * 9,
        struct.pack("<BQB3I", 5, 1, 0x81, 0x7FC00000, 0, 0),
        struct.pack("<BQB3I", 5, 1, 0x81, 0x7F800000, 0, 0),
        struct.pack("<BQB3f", 5, 1, 0x81, 1e9, 0, 0),
    ],
)
def test_other_bytes_are_refused(payload):
    with pytest.raises(DecodeError):
        decode([data(0, payload)])


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(1, 60), st.floats(-1, 9), st.floats(0, 4), st.booleans()), max_size=25
    )
)
def test_decoding_one_by_one_or_all_at_once_is_the_same(steps):
    packets, arrival_s, device_s = [], 0.0, {ACC: 0.0, GYR: 0.0}
    for is_gyr, count, jump_s, wait_s, regular in steps:
        measurement = GYR if is_gyr else ACC
        device_s[measurement] += count / 52 + (0 if regular else jump_s)
        arrival_s += 0.3 * wait_s if regular else wait_s
        values = np.column_stack((np.arange(count), np.zeros(count), np.zeros(count)))
        packets.append(data(arrival_s, frame(0x80, ns(100 + device_s[measurement]), values, None, measurement)))
    state, blocks = POLAR.initial(SCALES), []
    for packet in packets:
        state, got = POLAR.decode(state, packet)
        blocks += [got] if got is not None else []
    state_all, at_once = decode(packets)
    assert state == state_all
    assert (at_once is None) == (not blocks)
    if blocks:
        for name in ("t_s", "acc", "gyr", "clipped"):
            np.testing.assert_array_equal(
                np.concatenate([getattr(one, name) for one in blocks]), getattr(at_once, name)
            )
        assert (np.diff(at_once.t_s) > 0).all()
