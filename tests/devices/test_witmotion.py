"""Truth: the vectors of the firmware note (sensors.md W1-W9), and a simulated radio of known delays and losses."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wit_frames import G, answer, error_s, frame, number_of, numbered, on_air

from sensorcoach.devices.witmotion import WITMOTION
from sensorcoach.dsp.timeline import Timeline
from sensorcoach.errors import DecodeError
from sensorcoach.model import LinkEvent, Mounting, Packet
from sensorcoach.pipeline import Pipeline
from sensorcoach.settings import Settings, SignalSettings

NOTE = (Path(__file__).resolve().parents[2] / "firmware_notes" / "witmotion.md").read_text(encoding="utf-8")
READ_BACK = {"rate_hz": 99.26}


def from_note(name):
    (text,) = re.findall(rf"^{name} +([0-9A-Fa-f \n]+?)(?=^W|^```)", NOTE, re.MULTILINE)
    return bytes.fromhex(text)


def pieces(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


def decode(payloads, settings=None, step_s=0.04):
    packets = [Packet("knee", "data", 1.0 + step_s * n, payload) for n, payload in enumerate(payloads)]
    return WITMOTION.decode_all(WITMOTION.initial(settings or {}), packets)


# --- the published vectors --------------------------------------------------------------------------------------------

W1_RAW = [(-4, -17, 2065), (-3, -20, 2062), (-3, -20, 2062), (-2, -23, 2063)]
VECTORS = {
    "W1-real": (W1_RAW, [(0, 0, 0)] * 4),
    "W2-real": ([(-13, -13, 2063), (-7, -15, 2064)], [(0, 0, 0)] * 2),
    "W3-real": (
        {0: (1575, 444, 1657), 3: (1666, 429, 1676)},
        {0: (85, -281, -1340), 3: (-362, -168, -923)},
    ),
    "W4-real": ([(1300, 342, 1502)], [(-746, 34, 405)]),
}
STATED = {
    "W1-real": (0, (-0.0020, -0.0083, 1.0083), (0, 0, 0)),
    "W3-real": (0, (0.7690, 0.2168, 0.8091), (5.188, -17.151, -81.787)),
    "W4-real": (0, (0.6348, 0.1670, 0.7334), (-45.532, 2.075, 24.719)),
    "W5-real": (0, (0.3081, -0.1680, -0.1787), (31.616, -28.320, -3.113)),
}


@pytest.mark.parametrize("name", VECTORS)
def test_counts_of_captured_notifications(name):
    acc, gyr = VECTORS[name]
    _, got = decode([from_note(name[:2])])
    for index, raw in acc.items() if isinstance(acc, dict) else enumerate(acc):
        np.testing.assert_allclose(got.acc[index], np.array(raw) / 32768 * 16 * G, rtol=1e-12)
    for index, raw in gyr.items() if isinstance(gyr, dict) else enumerate(gyr):
        np.testing.assert_allclose(got.gyr[index], np.deg2rad(np.array(raw) / 32768 * 2000), rtol=1e-12)
    assert len(got.acc) == (4 if isinstance(acc, dict) else len(acc))
    assert not got.clipped.any()


@pytest.mark.parametrize("name", STATED)
def test_values_stated_for_captured_frames(name):
    index, acc_g, gyr_dps = STATED[name]
    _, got = decode([from_note(name[:2])])
    np.testing.assert_allclose(got.acc[index] / G, acc_g, atol=5.1e-5)
    np.testing.assert_allclose(np.rad2deg(got.gyr[index]), gyr_dps, atol=5.1e-4)


def said_of_registers(payload, first, count):
    """What a conversation reads out of such an answer."""
    from sensorcoach.devices.witmotion import _registers

    asking = _registers(first)
    question = next(asking)
    assert question.payload == bytes([0xFF, 0xAA, 0x27, first, 0])
    assert question.is_reply(payload)
    with pytest.raises(StopIteration) as end:
        asking.send(payload)
    return end.value.value[:count]


def test_w6_vendor_test_registers():
    assert said_of_registers(from_note("W6"), 0x3A, 3) == (360, 105, 122)


def test_w7_real_registers_hold_no_samples():
    assert said_of_registers(from_note("W7"), 0x3A, 7)[6] == 3427
    state, got = decode([from_note("W7")])
    assert got is None
    assert state.dropped_bytes == 0


def test_w8_vendor_test_a_vibration_sensor_is_refused():
    with pytest.raises(DecodeError, match="vibration"):
        decode([from_note("W8")])
    service = "0000ffe5-0000-1000-8000-00805f9a34fb"
    assert not WITMOTION.advertised.matches("WTVB01-BT50", [service])
    assert WITMOTION.advertised.matches("WT901BLE67", [])
    assert WITMOTION.advertised.matches(None, [service])


def test_w9_byte_by_byte():
    state, got = decode(pieces(from_note("W1"), 1), step_s=0.0)
    np.testing.assert_allclose(got.acc, np.array(W1_RAW) / 2048 * G)
    assert state.dropped_bytes == 0


@pytest.mark.parametrize(("before", "dropped"), [("000102", 3), ("5500", 2)])
def test_w9_bytes_before_a_frame_are_left_out(before, dropped):
    state, got = decode([bytes.fromhex(before) + frame()])
    assert len(got.t_s) == 1
    assert state.dropped_bytes == dropped


def test_w9_a_lone_beginning_waits():
    state, got = decode([b"\x55"])
    assert got is None
    assert state.pending == b"\x55"


def test_w9_a_cut_frame_costs_one_frame():
    good = [frame((n, 0, 0)) for n in range(1, 4)]
    _, together = decode([good[0][:16] + good[1], good[2]])
    assert number_of(together)[1:].tolist() == [3]
    state, apart = decode([good[0][:16], good[1], good[2]])
    assert number_of(apart).tolist() == [2, 3]
    assert state.dropped_bytes == 16


# --- the stream -------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 70), min_size=1, max_size=12))
def test_frames_come_whole_however_the_bytes_are_cut(sizes):
    stream = numbered(0, 12) + answer(0x64, 395) + numbered(12, 12)
    cuts = np.minimum(np.cumsum(sizes), len(stream)).tolist()
    parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True) if a < b]
    _, got = decode(parts, step_s=0.0)
    if not any(a % 20 and (b - a) % 20 == 0 for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)):
        assert number_of(got).tolist() == list(range(24))


def test_a_new_connection_voids_half_a_frame():
    state, _ = decode([frame() + frame()[:7]])
    assert state.pending
    after = [Packet("knee", "data", 1.1 + 0.01 * n, numbered(5 + n, 1)) for n in range(40)]
    _, got = WITMOTION.decode_all(WITMOTION.reconnected(state), after)
    assert number_of(got).tolist() == list(range(5, 45))


def test_full_counts_are_clipped():
    _, got = decode([frame((0, 32767, 0)) + frame((0, 0, 0), (-32768, 0, 0)) + frame((32000, 0, 0))])
    assert got.clipped.tolist() == [True, True, False]


def test_displacement_is_not_taken_for_acceleration():
    state, _ = decode([answer(0x96, 1)])
    with pytest.raises(DecodeError, match="displacement"):
        WITMOTION.decode(state, Packet("knee", "data", 1.1, frame()))
    _, got = decode([answer(0x96, 1), answer(0x96, 0), frame()])
    assert len(got.t_s) == 1


def test_frames_before_the_rate_is_read_back_are_left_out():
    early = [numbered(n, 1) for n in range(3)]
    _, got = decode([*early, answer(0x03, 9), numbered(9, 1), answer(0x96, 0), numbered(3, 4)], READ_BACK)
    assert number_of(got).tolist() == [3, 4, 5, 6]
    _, foreign = decode([*early, numbered(3, 4)])
    assert number_of(foreign).tolist() == list(range(7))


def test_a_rate_never_read_back_is_waited_for_but_not_for_ever():
    _, got = decode([numbered(4 * n, 4) for n in range(100)], READ_BACK)
    assert number_of(got)[0] == pytest.approx(3.0 * 100, abs=8)


def test_the_rate_read_back_counts():
    _, got = decode([answer(0x03, 8), *(numbered(2 * n, 2) for n in range(20))])
    np.testing.assert_allclose(np.diff(got.t_s), 1 / 49.45, rtol=1e-9)


@pytest.mark.parametrize(("code", "rate_hz"), [(0x08, 49.45), (0x0B, 198.43)])
def test_a_sensor_that_comes_back_at_another_rate_keeps_its_time(code, rate_hz):
    """It was switched off for 5 s; its rate is read back before its frames count."""
    before, off_s = on_air(30), 35.0
    after = [replace(packet, t_s=off_s + packet.t_s) for packet in on_air(30, rate_hz=rate_hz, seed=1)]
    told = [Packet("knee", "data", off_s, payload) for payload in (answer(0x03, code), answer(0x96, 0))]
    state, first = WITMOTION.decode_all(WITMOTION.initial({}), before)
    _, second = WITMOTION.decode_all(WITMOTION.reconnected(state), told + after)
    assert np.abs(error_s(first)).max() < 0.03
    assert np.abs(error_s(second, rate_hz) - off_s).max() < 0.03
    assert second.t_s[0] > first.t_s[-1] + 4.0


def test_the_same_notification_twice_is_dropped_and_counted():
    """R2, as far as a stream without numbers allows."""
    sent = on_air(20)
    again = [copy for packet in sent for copy in (packet, replace(packet, t_s=packet.t_s + 0.001))]
    once = WITMOTION.decode_all(WITMOTION.initial({}), sent)[1]
    state, got = WITMOTION.decode_all(WITMOTION.initial({}), again)
    np.testing.assert_array_equal(got.t_s, once.t_s)
    assert state.duplicated == len(once.t_s)


def test_quiet_frames_that_are_all_alike_are_not_taken_for_twice():
    packets = [Packet("knee", "data", 1 + 0.001 * (n % 3) + 0.12 * (n // 3), frame() * 4) for n in range(30)]
    _, got = WITMOTION.decode_all(WITMOTION.initial({}), packets)
    assert len(got.t_s) == 120


# --- time and loss ----------------------------------------------------------------------------------------------------

LATER = 30.0


def through(packets):
    """Decoded, and the timeline's counts."""
    _, got = WITMOTION.decode_all(WITMOTION.initial({}), packets)
    assert (np.diff(got.t_s) > 0).all()
    timeline = Timeline(SignalSettings())
    timeline.push(got)
    timeline.flush()
    return got, timeline.counts


@pytest.mark.parametrize("rate_hz", [96.4, 98.3, 99.26, 100.2, 102.0])
def test_frame_counts_are_laid_on_true_time_whatever_the_rate(rate_hz):
    """96.4: the public capture came at about 96 Hz."""
    got, counts = through(on_air(120, rate_hz=rate_hz))
    error = error_s(got, rate_hz)
    assert abs(error).max() < 0.2
    assert abs(error[got.t_s > LATER]).max() < 0.02
    assert counts.lost == 0


@pytest.mark.parametrize("stall", [(40, 40.239), (40, 40.45), (40, 41), (40, 43), (40, 50)])
def test_a_burst_after_a_silence_loses_and_moves_nothing(stall):
    packets = on_air(70, stalls=[stall])
    got, counts = through(packets)
    assert len(got.t_s) == 4 * len(packets)
    assert counts.lost == 0
    assert abs(error_s(got)[got.t_s > LATER]).max() < 0.02


@pytest.mark.parametrize("unheard", [(40, 40.7), (40, 43), (40, 100), (5, 8)])
def test_what_is_lost_in_a_silence_is_a_gap_of_the_right_length(unheard):
    got, counts = through(on_air(unheard[1] + 30, unheard=[unheard]))
    missing = (unheard[1] - unheard[0]) * 99.26
    assert counts.lost == pytest.approx(missing, abs=6)
    after = got.t_s > max(LATER, unheard[1] + 1)
    assert abs(error_s(got)[after]).max() < 0.04


def test_some_lost_in_mid_stream_are_noticed_a_little_later():
    got, counts = through(on_air(70, lost=range(1000, 1003)))
    assert counts.lost == pytest.approx(12, abs=3)
    assert abs(error_s(got)[got.t_s > 45]).max() < 0.03


def test_steady_small_losses_do_not_lead_time_astray():
    got, _ = through(on_air(240, lost=range(0, 6000, 100)))
    assert abs(error_s(got)).max() < 0.1


def test_out_of_range_and_back_with_the_link_telling():
    packets = on_air(80, unheard=[(40, 52)])
    middle = next(n for n, packet in enumerate(packets) if packet.t_s > 45)
    back_s = packets[middle].t_s
    answered = Packet("knee", "data", back_s + 0.3, answer(0x03, 9) + answer(0x96, 0))
    later = [packet for packet in packets[middle:] if packet.t_s > back_s + 0.3]
    early = [packet for packet in packets[middle:] if packet.t_s <= back_s + 0.3]
    begun = [Packet("knee", "data", 0.0, answer(0x03, 9) + answer(0x96, 0)), *packets[:middle], LinkEvent(42.0, "lost")]
    items = [*begun, LinkEvent(back_s - 0.5, "connecting"), *early, answered, *later]
    pipeline = Pipeline(WITMOTION, READ_BACK, Mounting(), Settings())
    for item in items:
        pipeline.push(item)
    pipeline.flush()
    assert pipeline.counts.lost == pytest.approx(12.3 * 99.26, abs=8)
    assert pipeline.undecodable == 0
    assert not pipeline.counts_loss


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_grouping_changes_nothing(groups):
    packets = on_air(15, stalls=[(4, 4.9)], unheard=[(8, 9)])
    _, whole = WITMOTION.decode_all(WITMOTION.initial({}), packets)
    state, times, start, number = WITMOTION.initial({}), [], 0, 0
    while start < len(packets):
        size = groups[number % len(groups)]
        state, got = WITMOTION.decode_all(state, packets[start : start + size])
        times += [] if got is None else got.t_s.tolist()
        start, number = start + size, number + 1
    assert times == whole.t_s.tolist()
