"""Arduino boards and OpenEarable: the scheme of a firmware, three dialects told apart, two streams made one."""

import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted, counts, decoded, on_air
from vectors import payloads

from sensorcoach.devices.arduino import ARDUINO, BHY2, EARABLE_2, EDGE_ML
from sensorcoach.devices.arduino_scheme import SchemeError, all_sensors, motion_of, one_sensor
from sensorcoach.errors import CutPacket, DecodeError, SensorError
from sensorcoach.model import Packet
from tests.conversing import converse

G = 9.80665
NOTE = payloads("arduino.md")


def component(group, name, unit, code=6):
    return bytes([code]) + b"".join(bytes([len(text.encode())]) + text.encode() for text in (group, name, unit))


def sensor(number, name, *components):
    return bytes([number, len(name)]) + name.encode() + bytes([len(components)]) + b"".join(components)


def xyz(group, unit, code=6):
    return [component(group, axis, unit, code) for axis in "XYZ"]


NANO = bytes([3]) + sensor(0, "ACCELERATION", *xyz("ACC", "g")) + sensor(1, "GYROSCOPE", *xyz("GYRO", "dps"))
NANO += sensor(2, "TEMP", component("TEMP", "Temperature", "°C"))
EARABLE_1 = bytes([1]) + sensor(0, "ACC_GYRO_MAG", *xyz("ACC", "g"), *xyz("GYRO", "dps"), *xyz("MAG", "uT"))


# --- schemes ----------------------------------------------------------------------------------------------------------


def test_e1_vendor_test_the_scheme_of_a_nicla():
    scheme = NOTE["E1"]
    assert len(scheme) == 334
    assert scheme[:43] == bytes.fromhex(
        "08040c414343454c45524154494f4e030603414343015801670603414343015901670603414343015a0167"
    )
    sensors = all_sensors(scheme)
    assert [one.id for one in sensors] == [4, 13, 22, 43, 128, 130, 129, 131]
    assert [one.name for one in sensors][:2] == ["ACCELERATION", "GYROSCOPE"]
    assert [len(one.components) for one in sensors] == [3, 3, 3, 3, 1, 1, 1, 3]
    assert {part.kind for one in sensors for part in one.components} == {"<f4"}
    assert sensors[4].components[0].unit == "°C"
    assert sensors[7].components[0].unit == ""
    motion = motion_of(sensors)
    assert (motion.acc.sensor, motion.gyr.sensor, motion.is_one_stream) == (4, 13, False)
    assert motion.acc.scale == G
    assert motion.gyr.scale == pytest.approx(np.pi / 180)


def test_e1_sensors_begin_where_the_note_says():
    at, found = 1, []
    for one in all_sensors(NOTE["E1"]):
        found.append(at)
        texts = [one.name, *(text for part in one.components for text in (part.group, part.name, part.unit))]
        at += 2 + sum(len(text.encode()) for text in texts) + 1 + 4 * len(one.components)
    assert found == [1, 43, 91, 136, 196, 232, 261, 292]
    assert at == 334


def test_e2_own_an_openearables_answer():
    one = one_sensor(NOTE["E2"])
    assert (one.id, one.name, one.size) == (0, "IMU", 36)
    assert one.rates_hz == (25, 50, 100, 200, 400, 800)
    assert one.most == 2
    motion = motion_of((one,))
    assert (motion.acc.offset, motion.gyr.offset, motion.acc.scale) == (0, 12, 1.0)


@pytest.mark.parametrize("cut", range(0, 334, 7))
def test_a_scheme_that_ends_too_early_is_none(cut):
    with pytest.raises(SchemeError):
        all_sensors(NOTE["E1"][:cut])
    with pytest.raises(SchemeError):
        all_sensors(NOTE["E1"] + b"\0")


def test_units_and_types_are_read_not_assumed():
    turned = bytes([1]) + sensor(9, "IMU", *xyz("GYR", "rad/s", 2), *xyz("ACCELEROMETER", "mg", 2))
    motion = motion_of(all_sensors(turned))
    assert (motion.acc.offset, motion.acc.kind, motion.acc.sensor) == (6, "<i2", 9)
    assert motion.acc.scale == pytest.approx(G / 1000)
    assert motion.gyr.scale == 1.0
    assert motion_of(all_sensors(bytes([1]) + sensor(0, "ACC", *xyz("ACC", "furlong")))) is None
    assert motion_of(all_sensors(bytes([1]) + sensor(0, "ACC", *xyz("ACC", "g")))).gyr is None
    for odd in ([*xyz("ACC", "g")[:2], *xyz("ACC", "mg")[2:]], [*xyz("ACC", "g")[:2], *xyz("ACC", "g", 2)[2:]]):
        assert motion_of(all_sensors(bytes([1]) + sensor(0, "ACC", *odd))) is None
    assert motion_of(all_sensors(bytes([1]) + sensor(0, "ACC", *xyz("ACC", "g")[::-1]))) is None


@settings(max_examples=300)
@given(st.binary(max_size=80) | st.integers(0, 333).map(lambda n: NOTE["E1"][:n] + b"\xff" + NOTE["E1"][n:]))
def test_any_bytes_are_a_scheme_or_a_scheme_error(data):
    for read in (all_sensors, one_sensor):
        with suppress(SchemeError):
            read(data)


# --- payloads ---------------------------------------------------------------------------------------------------------


def packets(*sent):
    return [Packet("knee", channel, 1.0 + 0.001 * n, payload) for n, (channel, payload) in enumerate(sent)]


def test_f3_f4_own_edge_ml_two_streams():
    later = b"\x01\x0c" + struct.pack("<I3f", 995, 8, -18, 0.3)
    _, rows = decoded(ARDUINO, packets(("scheme", NANO), ("data", later), ("data", NOTE["F3"]), ("data", NOTE["F4"])))
    np.testing.assert_allclose(rows[0, 1:4] / G, (0, 0, 1), atol=1e-6)
    np.testing.assert_allclose(np.degrees(rows[0, 4:7]), (9, -19, 0.4), atol=0.15)


def test_f5_own_openearable_v1():
    _, rows = decoded(ARDUINO, packets(("scheme", EARABLE_1), ("data", NOTE["F5"])))
    np.testing.assert_allclose(rows[0, 1:4] / G, (0, 0, 1), atol=1e-6)
    np.testing.assert_allclose(np.degrees(rows[0, 4:7]), (10, -20, 0.5), atol=1e-5)


def test_f6_own_openearable_v2():
    _, rows = decoded(ARDUINO, packets(("answer", NOTE["E2"]), ("data", NOTE["F6"])))
    assert len(rows) == 2
    assert rows[1, 0] - rows[0, 0] == pytest.approx(0.02)
    np.testing.assert_allclose(rows[:, 1:4], [(0, 0, 9.8125)] * 2)
    np.testing.assert_allclose(np.degrees(rows[1, 4:7]), (10, -20, 0.5), atol=1e-5)


def test_f1_f2_own_bhy2():
    ready_s = np.arange(600) * 0.02
    bodies = [NOTE["F1"] if n % 2 == 0 else NOTE["F2"] for n in range(600)]
    _, rows = decoded(ARDUINO, on_air("data", bodies, ready_s))
    np.testing.assert_allclose(rows[0, 1:4] / G, (0, 0, 1))
    np.testing.assert_allclose(np.degrees(rows[0, 4:7]), (10.01, -20.02, 0.49), atol=0.005)


@pytest.mark.parametrize(
    ("told", "payload", "error"),
    [
        (None, NOTE["F1"][:11], DecodeError),
        (None, NOTE["F1"] + NOTE["F2"], DecodeError),
        (("scheme", NANO), NOTE["F3"][:17], DecodeError),
        (("scheme", NANO), b"\0", DecodeError),
        (("scheme", NANO), NOTE["F3"][:6] + struct.pack("<3f", 0, 0, float("nan")), DecodeError),
        (("scheme", EARABLE_1), NOTE["F5"][:20], CutPacket),
        (("answer", NOTE["E2"]), NOTE["F6"][:20], CutPacket),
        (("answer", NOTE["E2"]), NOTE["F6"][:-1], DecodeError),
        (("answer", NOTE["E2"]), NOTE["F6"][:2] + b"\xff" * 8 + NOTE["F6"][10:], DecodeError),
        (("scheme", NANO[:9]), NOTE["F3"], DecodeError),
        (("scheme", bytes([1]) + sensor(0, "T", component("T", "T", "K"))), NOTE["F3"], DecodeError),
    ],
)
def test_what_no_dialect_sends_is_refused(told, payload, error):
    sent = ([told] if told else []) + [("data", payload)]
    with pytest.raises(error) as raised:
        decoded(ARDUINO, packets(*sent))
    assert raised.value.advice


def test_other_sensors_that_somebody_left_on_are_passed_over():
    _, rows = decoded(ARDUINO, packets(("scheme", EARABLE_1), ("data", b"\x07\x04" + bytes(8)), ("data", NOTE["F5"])))
    assert len(rows) == 1


# --- streams ----------------------------------------------------------------------------------------------------------


def stream(dialect, seconds, rate_hz=50.0, drop=(), start_ms=0):
    """What is told and sent: acceleration x is the time in 0.01 g; the turning rate its opposite in °/s."""
    number = int(seconds * rate_hz)
    at_s = np.arange(number) / rate_hz
    sent = []
    for n, t in enumerate(at_s):
        if n in drop:
            continue
        ms = (start_ms + round(1000 * t)) % 2**32
        ax, gx = 0.01 * t, -t
        if dialect == "bhy2":
            sent.append((t, struct.pack("<BB3h4x", 4, 6, round(4096 * ax), 0, 4096)))
            sent.append((t + 0.001, struct.pack("<BB3h4x", 13, 6, round(gx * 32768 / 2000), 0, 0)))
        elif dialect == "nano":
            sent.append((t, struct.pack("<BBI3f", 0, 12, ms, ax, 0, 1)))
            sent.append((t + 0.001, struct.pack("<BBI3f", 1, 12, ms + 1, gx, 0, 0)))
        elif dialect == "v1":
            sent.append((t, struct.pack("<BBI9f", 0, 36, ms, ax, 0, 1, gx, 0, 0, 0, 0, 0)))
        else:
            sent.append((t, struct.pack("<BBQ9f", 0, 36, 10**9 + round(1e6 * t), ax * G, 0, G, gx, 0, 0, 0, 0, 0)))
    told = {"nano": [("scheme", NANO)], "v1": [("scheme", EARABLE_1)], "v2": [("answer", NOTE["E2"])]}.get(dialect, [])
    head = [Packet("knee", channel, 0.0, payload) for channel, payload in told]
    return head + on_air("data", [body for _, body in sent], [t for t, _ in sent], jitter_s=0.01), at_s


dialects = pytest.mark.parametrize("dialect", ["bhy2", "nano", "v1", "v2"])


@dialects
def test_both_streams_are_one_and_lie_where_they_were_measured(dialect):
    sent, at_s = stream(dialect, 40)
    _, rows = decoded(ARDUINO, sent)
    assert len(rows) >= len(at_s) - 2
    true_s = rows[:, 1] / G * 100
    error_s = rows[:, 0] - true_s
    assert np.ptp(error_s[len(rows) // 2 :]) < 0.03
    np.testing.assert_allclose(-np.degrees(rows[:, 4]), true_s, atol=0.1)


@dialects
def test_the_rate_is_what_comes_not_what_was_asked(dialect):
    sent, at_s = stream(dialect, 60, rate_hz=27.0)
    found, rate_hz = counts(ARDUINO, sent)
    assert rate_hz == pytest.approx(27, rel=0.02)
    assert found.received >= len(at_s) - 2
    assert found.lost <= 2


@pytest.mark.parametrize("dialect", ["nano", "v1", "v2"])
@pytest.mark.parametrize("drop", [(500,), tuple(range(500, 560))])
def test_lost_samples_are_counted_from_their_times(dialect, drop):
    sent, _ = stream(dialect, 30, drop=drop)
    found, _ = counts(ARDUINO, sent)
    assert found.lost == pytest.approx(len(drop), abs=1)


@pytest.mark.parametrize("dialect", ["nano", "v1"])
def test_milliseconds_wrap(dialect):
    sent, at_s = stream(dialect, 20, start_ms=2**32 - 10_000)
    state, rows = decoded(ARDUINO, sent)
    assert len(rows) >= len(at_s) - 1
    assert state.stamp.restarts == 0
    assert state.duplicated == 0
    assert np.diff(rows[:, 0]).max() < 0.025


def test_both_streams_of_one_millisecond_are_kept():
    sent = [("scheme", NANO)]
    for n in range(50):
        sent.append(("data", struct.pack("<BBI3f", 0, 12, 20 * n, 0, 0, 1)))
        sent.append(("data", struct.pack("<BBI3f", 1, 12, 20 * n, n, 0, 0)))
    state, rows = decoded(ARDUINO, packets(*sent))
    assert state.duplicated == 0
    assert len(rows) >= 48


def test_what_comes_twice_counts_once():
    for dialect in ("nano", "v1", "v2"):
        sent, at_s = stream(dialect, 10)
        doubled = sent[:1] + [packet for packet in sent[1:] for _ in (0, 1)]
        state, rows = decoded(ARDUINO, doubled)
        assert state.duplicated == len(sent) - 1
        np.testing.assert_allclose(rows, decoded(ARDUINO, sent)[1], atol=1e-12)


@dialects
@pytest.mark.parametrize("group", [1, 9, 100])
def test_groups_change_nothing(dialect, group):
    sent, _ = stream(dialect, 20, drop=range(300, 340))
    whole, parts = decoded(ARDUINO, sent), decoded(ARDUINO, sent, group=group)
    np.testing.assert_allclose(parts[1], whole[1], rtol=0, atol=1e-9)


def test_a_scheme_told_again_after_a_reconnection_changes_nothing():
    sent, _ = stream("v1", 20)
    once = decoded(ARDUINO, sent)[1]
    state = ARDUINO.initial({})
    parts = []
    for piece in (sent[:500], [sent[0]], sent[500:]):
        state, out = ARDUINO.decode_all(state, piece)
        parts += [] if out is None else [out.t_s]
        state = ARDUINO.reconnected(state)
    np.testing.assert_allclose(np.concatenate(parts), once[:, 0], atol=1e-9)


# --- conversations ----------------------------------------------------------------------------------------------------

ONLY_EDGE = ("status", "sensors", "ask", "answer", "config2", "battery")
ONLY_BHY2 = (*ONLY_EDGE, "scheme", "model", "firmware")
ONLY_V2 = ("config", "scheme")


def earable_2(*, keeps=None, answers=True, sensors=b"\x02\x05\x00", **other):
    def obey(one, channel, payload):
        if channel == "config2":
            one.values["status"] = b"\x04\x00\x00" + (keeps or payload)

    def says(channel, payload):
        if answers and payload == b"\x00":
            yield "answer", NOTE["E2"]
        elif answers:
            yield "answer", payload + b"\x04BARO\x00\x00"

    values = {"status": b"\x04\x00\x00\x00\x00\x00", "sensors": sensors, "battery": b"\x40"}
    return Scripted(values, missing=ONLY_V2, obey=obey, says=says, **other)


def test_bhy2_is_what_has_neither_status_nor_scheme():
    one = Scripted(missing=ONLY_BHY2)
    started = converse(ARDUINO.start(), one)
    assert started.device_settings["dialect"] == BHY2
    assert one.writes == [f"config {NOTE['K1'].hex()}", f"config {NOTE['K2'].hex()}"]
    assert one.log.index("subscribe data") < one.log.index(f"write config {NOTE['K1'].hex()}")
    assert started.rate_hz is None
    assert "does not tell" in started.doubts[0]
    converse(ARDUINO.stop(), one)
    assert one.writes[2:] == ["config 040000000000000000", "config 0d0000000000000000"]


def test_edge_ml_is_what_has_a_scheme():
    one = Scripted({"scheme": NANO, "model": b"NANO", "firmware": b"1.2.1"}, missing=ONLY_EDGE)
    started = converse(ARDUINO.start(), one)
    assert started.device_settings == {"dialect": EDGE_ML, "model": "NANO", "firmware": "1.2.1"}
    assert one.writes == ["config 000000484200000000", "config 010000484200000000"]
    nicla = Scripted({"scheme": NOTE["E1"]}, missing=ONLY_EDGE)
    converse(ARDUINO.start(), nicla)
    assert nicla.writes == [f"config {NOTE['K1'].hex()}", f"config {NOTE['K2'].hex()}"]
    v1 = Scripted({"scheme": EARABLE_1}, missing=ONLY_EDGE)
    assert converse(ARDUINO.start(), v1).rate_hz == 50
    assert len(v1.writes) == 1
    converse(ARDUINO.stop(), v1)
    assert v1.writes[1:] == ["config 000000000000000000"]


@pytest.mark.parametrize(
    ("scheme", "words"), [(b"\x01", "cannot be read"), (b"", "cannot be read"), (b"\0", "no acceleration")]
)
def test_a_scheme_that_does_not_help_is_an_error_with_advice(scheme, words):
    with pytest.raises(SensorError, match=words) as error:
        converse(ARDUINO.start(), Scripted({"scheme": scheme}, missing=ONLY_EDGE))
    assert error.value.advice


def test_openearable_v2_is_what_has_a_status():
    one = earable_2()
    started = converse(ARDUINO.start(), one)
    assert started.device_settings["dialect"] == EARABLE_2
    assert (started.rate_hz, started.doubts) == (100.0, ())
    assert one.writes == ["ask 05", "ask 00", "config2 000201"]
    assert one.log.index("subscribe answer") < one.log.index("write ask 05")
    assert one.log.index("subscribe data") < one.log.index("write config2 000201")
    converse(ARDUINO.stop(), one)
    assert one.writes[-1] == "config2 000200"
    assert converse(ARDUINO.battery(), one).fraction == 0.64


def test_openearable_v2_refuses():
    with pytest.raises(SensorError, match="does not name"):
        converse(ARDUINO.start(), earable_2(answers=False))
    with pytest.raises(SensorError, match="does not name"):
        converse(ARDUINO.start(), earable_2(sensors=b""))
    with pytest.raises(SensorError, match="does not"):
        converse(ARDUINO.start(), earable_2(keeps=b"\x00\x02\x00"))
    assert converse(ARDUINO.start(), earable_2(keeps=b"\x00\x01\x01")).rate_hz == 50
    assert "confirm" in converse(ARDUINO.start(), earable_2(keeps=b"\x09\x01\x01")).doubts[0]


# --- anything ---------------------------------------------------------------------------------------------------------

TRUE = [("data", NOTE[name]) for name in ("F1", "F2", "F3", "F4", "F5", "F6")]
TRUE += [("scheme", NANO), ("scheme", EARABLE_1), ("scheme", NOTE["E1"]), ("answer", NOTE["E2"]), ("status", b"\0\0\1")]


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(TRUE) | st.tuples(st.sampled_from(["data", "answer", "scheme"]), st.binary(max_size=80)),
            st.floats(0, 1e6),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_any_bytes_give_samples_or_a_decode_error(sent):
    state = ARDUINO.initial({})
    for (channel, payload), arrival_s, again in sent:
        try:
            state, out = ARDUINO.decode(state, Packet("knee", channel, arrival_s, payload))
        except DecodeError:
            continue
        if out is not None:
            assert len(out.t_s) == len(out.acc) == len(out.clipped) > 0
            assert np.isfinite(out.t_s).all()
            assert np.isfinite(out.acc).all()
            assert np.isfinite(out.gyr).all()
        state = ARDUINO.reconnected(state) if again else state
