"""Truth: M1-M7 of the firmware note (the maker's unit tests), and packets packed here from its tables."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vectors import from_note

from sensorcoach.devices.metamotion import METAMOTION, battery_level
from sensorcoach.errors import DecodeError
from sensorcoach.model import Packet

G = 9.80665
ACC_3, GYR_3, ACC_1, GYR_1 = b"\x03\x1c", b"\x13\x07", b"\x03\x04", b"\x13\x05"


def answer(t_s, payload):
    return Packet("knee", "answer", t_s, payload)


def decode(packets, **settings):
    return METAMOTION.decode_all(METAMOTION.initial(settings), list(packets))


def samples(head, values):
    return head + struct.pack(f"<{3 * len(values)}h", *np.repeat(np.asarray(values, dtype=int), 3).tolist())


def paired_with(payload, other, number):
    """Packets of both streams at the same times, so that each sample of one lies on one of the other."""
    packets = [answer(n, other + bytes(18 if number == 3 else 6)) for n in range(1)]
    return [*packets, answer(0, payload), answer(0.06, other + bytes(18 if number == 3 else 6))]


ACC = {
    "M1": (1, 4, [(-1.872, -2.919, -1.495)]),
    "M2": (3, 8, [(-4.539, 0.833, -0.131), (-2.995, 0.894, 0.146), (-0.029, 0.352, 0.065)]),
}
GYR = {
    "M3": (1, 500, [(262.409, 499.497, -499.512)]),
    "M4": (3, 1000, [(164.177, 301.860, -265.122), (207.134, 296.982, -215.457), (254.055, 309.634, -152.591)]),
}


@pytest.mark.parametrize("name", ACC)
def test_acceleration_of_the_maker_s_tests(name):
    number, range_g, expected = ACC[name]
    other = GYR_3 if number == 3 else GYR_1
    _, got = decode(paired_with(from_note("metamotion", name), other, number), acc_range_g=range_g)
    np.testing.assert_allclose(got.acc / G, expected, atol=5.1e-4)
    assert (got.gyr == 0).all()


@pytest.mark.parametrize("name", GYR)
def test_turning_rate_of_the_maker_s_tests(name):
    number, range_dps, expected = GYR[name]
    other = ACC_3 if number == 3 else ACC_1
    _, got = decode(paired_with(from_note("metamotion", name), other, number), gyr_range_dps=range_dps)
    np.testing.assert_allclose(np.rad2deg(got.gyr), expected, atol=5.1e-4)
    assert got.clipped.any() == (name == "M3")


def test_m5_an_accounter_s_acceleration():
    packets = [answer(0, GYR_1 + bytes(6)), answer(0, from_note("metamotion", "M5")), answer(0.1, GYR_1 + bytes(6))]
    _, got = decode(packets, acc_range_g=2)
    np.testing.assert_allclose(got.acc / G * 16384, [(193, 9393, -13031)], rtol=1e-12)
    np.testing.assert_allclose(got.acc / G, [(0.0118, 0.5733, -0.7953)], atol=5.1e-5)


def test_m6_the_battery_and_m7_the_connection():
    assert battery_level(from_note("metamotion", "M6")) == (99, 4.148)
    request = from_note("metamotion", "M7")
    shortest, longest, latency, timeout = struct.unpack("<4H", request[2:])
    assert (shortest * 1.25, longest * 1.25, latency, timeout * 10) == (750, 1000, 128, 16380)


@pytest.mark.parametrize(
    ("reply", "range_g", "rate_hz"),
    [
        ("0383280c", 16, 100),
        ("03832903", 2, 200),
        ("03832708", 8, 50),
        ("0383a803", 16, 100),
        ("0383a902", 8, 200),
        ("0383a600", 2, 25),
        ("0383a807", 4, 100),  # unknown: as before
    ],
)
def test_an_acceleration_configuration_read_back_rules(reply, range_g, rate_hz):
    state, nothing = decode([answer(0, bytes.fromhex(reply))], acc_range_g=4)
    assert nothing is None
    assert (state.acc_range_g, state.acc_rate_hz) == (range_g, rate_hz)


@pytest.mark.parametrize(
    ("reply", "range_dps"), [("13832704", 125), ("13832803", 250), ("13832900", 2000), ("13832807", 1000)]
)
def test_a_turning_rate_configuration_read_back_rules(reply, range_dps):
    state, _ = decode([answer(0, bytes.fromhex(reply))])
    assert state.gyr_range_dps == range_dps


def test_13_05_is_one_sample_or_three_by_its_length():
    one = decode(
        [answer(0, ACC_1 + bytes(6)), answer(0, samples(b"\x13\x05", [100])), answer(0.1, samples(b"\x13\x05", [100]))]
    )
    three = decode([answer(0, b"\x03\x05" + bytes(18)), answer(0, samples(b"\x13\x05", [100] * 3))])
    assert len(one[1].t_s) == 1
    assert len(three[1].t_s) == 3
    assert one[1].gyr[0, 0] == pytest.approx(three[1].gyr[0, 0]) == pytest.approx(np.deg2rad(100 / 32.8))


def streams(seconds, true_hz=100.0, late_s=lambda n: 0.0, gyr_late_s=0.004, lost=()):
    """Both streams in packets of three; each sample holds the tenth of a second it was taken in, in 1 ms."""
    packets, came_s = [], 0.0
    for n in range(int(seconds * true_hz / 3)):
        at_s = (3 * n + np.arange(3)) / true_hz
        counts = np.rint(1000 * (at_s % 10)).astype(int)
        came_s = max(came_s, at_s[-1] + 0.01 + late_s(n))  # radio is late, and keeps the order
        if n not in lost:
            packets += [(came_s, samples(ACC_3, counts)), (came_s + gyr_late_s, samples(GYR_3, counts))]
    packets.sort(key=lambda one: one[0])
    return [answer(t_s, payload) for t_s, payload in packets]


def taken_s(got, near_s):
    """When samples were taken, by what they hold."""
    within = got.acc[:, 0] / (16 * G / 32768) / 1000
    return within + 10 * np.rint((near_s - within) / 10)


@pytest.mark.parametrize("true_hz", [100.0, 98.3, 101.9])
def test_two_streams_become_one_on_the_sensor_s_own_time(true_hz):
    rng = np.random.default_rng(3)
    late_s = rng.exponential(0.01, 9000)
    _, got = decode(streams(240, true_hz, late_s=lambda n: float(late_s[n])))
    assert len(got.t_s) == pytest.approx(240 * true_hz, abs=8)
    error_s = got.t_s - taken_s(got, got.t_s)
    assert np.ptp(error_s[int(60 * true_hz) :]) < 0.03
    gyr_s = np.rad2deg(got.gyr[:, 0]) * 32.8 / 1000
    apart_s = gyr_s - got.acc[:, 0] / (16 * G / 32768) / 1000
    # What interpolation makes of the jump back to 0 every 10 s is left out.
    settled = apart_s[int(20 * true_hz) :]
    assert np.quantile(np.abs(settled), 0.99) < 0.012


def test_samples_that_go_missing_are_found_out():
    lost = range(2000, 2100)  # 3 s
    _, got = decode(streams(120, lost=lost))
    assert len(got.t_s) == pytest.approx(12000 - 300, abs=8)
    late = got.t_s > 75
    assert np.abs((got.t_s - taken_s(got, got.t_s))[late]).max() < 0.08


def test_a_backlog_of_three_seconds_is_no_loss():
    def late_s(n):
        return max(3.0 - (n - 1000) * 0.03, 0.0) if n >= 1000 else 0.0

    _, got = decode(streams(60, late_s=late_s))
    assert np.abs(np.diff(got.t_s) - 0.01).max() < 0.004
    assert np.abs(got.t_s - taken_s(got, got.t_s)).max() < 0.06


def test_a_new_connection_leaves_the_time_between_open():
    whole = streams(60)
    before = [packet for packet in whole if packet.t_s < 20]
    after = [packet for packet in whole if packet.t_s > 35]
    state, got = decode(before)
    _, later = METAMOTION.decode_all(METAMOTION.reconnected(state), after)
    t_s = np.concatenate((got.t_s, later.t_s))
    (gap_s,) = np.diff(t_s)[np.diff(t_s) > 0.5]
    assert gap_s == pytest.approx(15, abs=0.1)
    assert np.abs(later.t_s - taken_s(later, later.t_s)).max() < 0.06


def test_notifications_told_twice_count_once():
    packets = [answer(packet.t_s + late_s, packet.payload) for packet in streams(10) for late_s in (0, 0.001)]
    state, got = decode(sorted(packets, key=lambda one: one.t_s))
    assert state.duplicated == pytest.approx(2 * 999, abs=12)
    assert len(got.t_s) <= 1000


@pytest.mark.parametrize(
    "payload", [b"", b"\x03", b"\x03\x04", bytes.fromhex("0304") + bytes(5), bytes.fromhex("1307") + bytes(17)]
)
def test_other_bytes_are_refused(payload):
    with pytest.raises(DecodeError):
        decode([answer(0, payload)])


@pytest.mark.parametrize("payload", ["0380010100", "13800001", "118c633410", "0101", "fe01"])
def test_other_answers_are_left_alone(payload):
    assert decode([answer(0, bytes.fromhex(payload))])[1] is None


@pytest.mark.parametrize("settings", [{"acc_range_g": 5}, {"gyr_range_dps": "fast"}, {"rate_hz": 0}])
def test_settings_that_cannot_be_are_refused(settings):
    with pytest.raises(DecodeError, match=next(iter(settings))):
        METAMOTION.initial(settings)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([ACC_3, GYR_3, ACC_1, GYR_1, b"\x03\x83"]), st.floats(0, 3), st.integers(-32768, 32000)
        ),
        max_size=40,
    )
)
def test_decoding_one_by_one_or_all_at_once_is_the_same(steps):
    packets, now_s = [], 0.0
    for head, wait_s, value in steps:
        now_s += wait_s
        number = 3 if head in (ACC_3, GYR_3) else 1
        packets.append(answer(now_s, samples(head, value + np.arange(number))))
    state, blocks = METAMOTION.initial({}), []
    for packet in packets:
        state, got = METAMOTION.decode(state, packet)
        blocks += [got] if got is not None else []
    state_all, at_once = decode(packets)
    assert state == state_all
    assert (at_once is None) == (not blocks)
    if blocks:
        for name in ("t_s", "acc", "gyr", "clipped"):
            np.testing.assert_array_equal(
                np.concatenate([getattr(one, name) for one in blocks]), getattr(at_once, name)
            )
