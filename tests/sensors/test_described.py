"""Sensors described in TOML: the note's examples, every way to be wrong, the clocks, a recording read elsewhere."""

import json
import struct

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Scripted, decoded, on_air
from vectors import NOTES, payloads

from sensorcoach.devices import profile_named
from sensorcoach.devices.conversation import Battery
from sensorcoach.devices.description import Description
from sensorcoach.devices.generic import GENERIC, DescribedSensor
from sensorcoach.errors import CutPacket, DecodeError, SettingsError
from sensorcoach.model import Packet
from sensorcoach.recording import Header
from sensorcoach.sources.described import all_radio_profiles, described, described_in, description_problems
from tests.conversing import converse

G = 9.80665
NOTE = payloads("generic.md")
ESP32 = described(NOTES / "generic-esp32.toml")
UART = described(NOTES / "generic-uart.toml")
MINIMAL = {
    "name": "mine",
    "service": "0000ffe0-0000-1000-8000-00805f9b34fb",
    "notify": "0000ffe1-0000-1000-8000-00805f9b34fb",
    "rate_hz": 50,
}


def of(**changes):
    return msgspec.convert(MINIMAL | changes, Description)


def read(description, bodies, ready_s, group=None, **radio):
    device = {"description": msgspec.to_builtins(description)}
    return decoded(GENERIC, on_air("data", bodies, ready_s, **radio), device, group)


# --- the note's examples ----------------------------------------------------------------------------------------------


def test_g1_own_numbers_of_fixed_size():
    _, rows = read(ESP32.description, [NOTE["G1"]], [5.0], jitter_s=0.0)
    n = np.arange(5)
    np.testing.assert_allclose(rows[:, 1:4] / G, np.column_stack((0 * n, 0 * n, 1 + 10 * n / 4096)), atol=1e-12)
    np.testing.assert_allclose(np.degrees(rows[:, 4]), 328 * 1000 / 32768)
    np.testing.assert_allclose(np.degrees(rows[:, 5]), -33 * n * 1000 / 32768, atol=1e-12)
    np.testing.assert_allclose(rows[:, 0], 5.0 + (n - 4) * 0.01)


@pytest.mark.parametrize("cut", [1, 7, 20, 42])
def test_g2_own_lines_of_text_wherever_they_are_cut(cut):
    stream = b"millis,ax,ay,az\n" + NOTE["G2"] * 3
    pieces = [stream[at : at + cut] for at in range(0, len(stream), cut)]
    _, rows = read(UART.description, pieces, np.arange(len(pieces)) * 0.01)
    np.testing.assert_allclose(rows[0, 1:7], (0.12, -0.30, 9.79, 0.010, -0.002, 0.100))
    assert len(rows) == 1, "the other two have the same time"


def test_the_examples_are_found_by_their_names_only():
    assert ESP32.advertised.matches("KneeESP32-2", [])
    assert not ESP32.advertised.matches("something", [ESP32.description.service])
    mine = DescribedSensor(of(text={"fields": ["ax", "ay", "az"]}))
    assert mine.advertised.matches(None, [MINIMAL["service"].upper()])


def test_start_and_stop_are_written_after_listening():
    sensor = Scripted({"battery": b"\x0f"}, missing=())
    started = converse(UART.start(), sensor)
    converse(UART.stop(), sensor)
    assert sensor.log == ["subscribe data", "write start 73", "write stop 65"]
    assert started.rate_hz == 50
    assert converse(UART.battery(), sensor) == Battery(low=True, fraction=0.15)
    assert converse(UART.battery(), Scripted(missing=("battery",))) is None
    plain = Scripted()
    converse(ESP32.start(), plain)
    converse(ESP32.stop(), plain)
    assert plain.log == ["subscribe data"]


def test_a_recording_is_read_without_the_file():
    """What goes into the header's device settings, through JSON, by the profile's name in it."""
    started = converse(ESP32.start(), Scripted())
    device = {**started.device_settings, "name": "KneeESP32", "rate_hz": 100.0}
    header = Header(profile=ESP32.name, sensor="knee", device=device, start="2026-01-01T00:00:00.000+00:00")
    again = json.loads(msgspec.json.encode(header))
    assert again["profile"] == "generic-knee-esp32"
    profile = profile_named(again["profile"])
    _, rows = decoded(profile, [Packet("knee", "data", 5.0, NOTE["G1"])], again["device"])
    assert len(rows) == 5


def test_a_recording_without_description_says_so():
    with pytest.raises(DecodeError, match="does not say"):
        GENERIC.decode(GENERIC.initial({}), Packet("knee", "data", 0.0, b"1"))
    for told in (1, {"name": "x"}, {**MINIMAL, "text": {"fields": ["ax"]}}):
        with pytest.raises(DecodeError, match="description"):
            GENERIC.initial({"description": told})


# --- what is wrong is named -------------------------------------------------------------------------------------------

GOOD = (NOTES / "generic-esp32.toml").read_text(encoding="utf-8")
WRONG = {
    "no TOML": ("name = ", "not TOML"),
    "unknown key": (GOOD.replace("acc_scale", "acc_factor"), "acc_factor"),
    "no name": (GOOD.replace("name = ", "nome = ", 1), "name"),
    "name with spaces": (GOOD.replace("knee-esp32", "Knee ESP"), "name: "),
    "short UUID": (GOOD.replace("4fafc201-1fb5-459e-8fcc-c5c9c331914b", "4fafc201"), "service: "),
    "rate as text": (GOOD.replace("rate_hz = 100", 'rate_hz = "fast"'), "rate_hz: .*float"),
    "rate 0": (GOOD.replace("rate_hz = 100", "rate_hz = 0"), "rate_hz: .*>= 1"),
    "unit": (GOOD.replace('acc_unit = "g"', 'acc_unit = "kg"'), "acc_unit: .*kg"),
    "field": (GOOD.replace('"az"', '"height"'), r"binary.fields\[2\]: .*height"),
    "format": (GOOD.replace('"<6h"', '"6h"'), "binary: `sample` is a format.*<6h"),
    "pointer": (GOOD.replace('"<6h"', '"<6P"'), "binary: `sample` is a format"),
    "too few numbers": (GOOD.replace('"<6h"', '"<5h"'), "5 numbers and `fields` 6"),
    "two byte orders": (GOOD.replace('"<6h"', '">6h"'), "same byte order"),
    "no z": (GOOD.replace('"az"', '"skip"'), "ax, ay and az"),
    "x twice": (GOOD.replace('"ay"', '"ax"'), "`ax` is there 2 times"),
    "half a gyroscope": (GOOD.replace('"gz"', '"skip"'), "gx and gy without"),
    "axis in the header": (GOOD.replace('["time"]', '["ax"]'), "binary: "),
    "hex": (GOOD.replace("AA 55", "AA 5"), "binary.start_bytes: "),
    "too long": (GOOD.replace("samples = 5", "samples = 50"), "512 bytes"),
    "huge": (GOOD.replace('"<6h"', '"<999d"'), "512"),
    "neither table": (GOOD.split("[binary]")[0], r"\[binary\] or a table \[text\]"),
    "both tables": (GOOD + '[text]\nfields = ["ax", "ay", "az"]\n', r"\[binary\] or"),
    "scale 0": (GOOD.replace("0.000244140625", "0"), "acc_scale: .*> 0"),
    "separator": (GOOD.split("[binary]")[0] + '[text]\nfields = ["ax", "ay", "az"]\nseparator = "."', "separator"),
    "not UTF-8": (b"name = '\xff\xfe'", "TOML"),
    "huge file": ("# " + "x" * 200_000, "100000 bytes"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_description_names_file_key_and_what_is_allowed(what, tmp_path):
    text, words = WRONG[what]
    path = tmp_path / "wrong.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError, match=words) as error:
        described(path)
    assert str(path) in str(error.value)
    assert error.value.advice


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SettingsError, match="No such file"):
        described(tmp_path / "none.toml")


def test_the_folder_of_descriptions(tmp_path):
    assert described_in(tmp_path) == ()
    folder = tmp_path / "sensors"
    folder.mkdir()
    (folder / "b.toml").write_text(GOOD, encoding="utf-8")
    (folder / "a.toml").write_bytes((NOTES / "generic-uart.toml").read_bytes())
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    names = [one.name for one in all_radio_profiles(tmp_path)]
    assert names[:3] == ["generic-uart-lines", "generic-knee-esp32", "open"]
    (folder / "c.toml").write_text(GOOD, encoding="utf-8")
    (folder / "d.toml").write_text("rate_hz = 50", encoding="utf-8")
    assert [one.name for one in all_radio_profiles(tmp_path)] == names
    twice, wrong = description_problems(tmp_path)
    assert "c.toml" in twice
    assert "b.toml" in twice
    assert "d.toml" in wrong


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=100)
def test_any_file_is_a_sensor_or_a_settings_error(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError):
        described(path)


# --- packets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (NOTE["G1"][:-1], "65 bytes"),
        (b"\xab" + NOTE["G1"][1:], "begin with aa 55"),
        (b"", "begin"),
        (NOTE["G1"] * 2, "132"),
    ],
)
def test_packets_that_are_not_as_described(payload, words):
    with pytest.raises(DecodeError, match=words):
        read(ESP32.description, [payload], [1.0])


def test_a_packet_cut_by_the_smallest_mtu():
    with pytest.raises(CutPacket, match="MTU"):
        read(ESP32.description, [NOTE["G1"][:20]], [1.0])


def test_big_endian_with_bytes_left_out_and_fields_in_any_order():
    binary = {"sample": ">xBhhhH", "fields": ["skip", "az", "ay", "ax", "time"], "samples": 1}
    body = struct.pack(">xBhhhH", 9, 3000, -2000, 1000, 50)
    _, rows = read(of(binary=binary, acc_unit="mg"), [body], [1.0], jitter_s=0)
    np.testing.assert_allclose(rows[0, 1:4] / G, (1, -2, 3))


def test_ranges_tell_clipped_samples_and_without_none_are():
    binary = {"sample": "<3h", "fields": ["ax", "ay", "az"]}
    bodies = [struct.pack("<3h", value, 0, 0) for value in (100, 1990, -1990)] * 100
    for told, share in (({"acc_range": 2000.0}, 2 / 3), ({}, 0.0)):
        _, rows = read(of(binary=binary, acc_unit="mg", **told), bodies, np.arange(300) / 50)
        assert rows[:, 7].mean() == pytest.approx(share)


# --- clocks -----------------------------------------------------------------------------------------------------------


def binary_stream(time_format, unit, number, *, start, per=1, time_of="first", in_header=True, drop=()):
    """Payloads of ``per`` samples at 50 Hz, when they are ready, and the true time of each sample (s)."""
    scale = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]
    bits = 8 * struct.calcsize("<" + time_format)
    wrapped = (lambda value: int(value) % 2**bits) if time_format in "BHIQ" else float
    header = {"header": "<" + time_format, "header_fields": ["time"]} if in_header else {}
    sample = "<3f" if in_header else f"<{time_format}3f"
    fields = ["ax", "ay", "az"] if in_header else ["time", "ax", "ay", "az"]
    bodies, ready_s, true_s = [], [], []
    for first in range(0, number, per):
        if first in drop:
            continue
        at_s = [n / 50 for n in range(first, first + per)]
        told = [wrapped(round((start + t) * scale) if time_format in "BHIQ" else (start + t) * scale) for t in at_s]
        motion = [struct.pack("<3f", t, 0, 9.8) for t in at_s]
        if in_header:
            stamp = told[0] if time_of == "first" else told[-1]
            bodies.append(struct.pack("<" + time_format, stamp) + b"".join(motion))
        else:
            bodies.append(b"".join(struct.pack("<" + time_format, t) + m for t, m in zip(told, motion, strict=True)))
        ready_s.append(at_s[-1])
        true_s += at_s
    binary = {"sample": sample, "fields": fields, **header}
    return of(binary=binary, time_unit=unit, time_of=time_of, acc_unit="m/s2"), bodies, ready_s, np.array(true_s)


@pytest.mark.parametrize("in_header", [True, False], ids=["of packets", "of samples"])
@pytest.mark.parametrize(
    ("time_format", "unit", "start"),
    [("I", "us", 4290.0), ("I", "ms", 5.0), ("H", "ms", 60.0), ("f", "s", 0.0), ("d", "s", 1e6), ("Q", "ns", 100.0)],
)
def test_times_of_every_kind_and_over_their_wraps(time_format, unit, start, in_header):
    told = binary_stream(time_format, unit, 1000, start=start, per=4, in_header=in_header)
    state, rows = read(told[0], told[1], told[2], jitter_s=0.01)
    assert len(rows) == 1000
    error_s = rows[:, 0] - told[3]
    assert np.ptp(error_s) < 0.02
    assert np.abs(np.diff(error_s)).max() < 0.002
    assert state.stamped.restarts == 0


def test_a_time_of_the_last_sample():
    first = binary_stream("I", "ms", 400, start=1.0, per=8)
    last = binary_stream("I", "ms", 400, start=1.0, per=8, time_of="last")
    one = read(*first[:3], jitter_s=0.0)[1]
    other = read(*last[:3], jitter_s=0.0)[1]
    np.testing.assert_allclose(one, other, atol=2e-3)


def test_without_time_the_rate_is_measured():
    """The sketch means 50 a second, and does 43."""
    binary = {"sample": "<3h", "fields": ["ax", "ay", "az"]}
    bodies = [struct.pack("<3h", n % 1000, 0, 900) for n in range(2000)]
    _, rows = read(of(binary=binary, acc_unit="mg"), bodies, np.arange(2000) / 43)
    assert len(rows) == 2000
    assert np.diff(rows[500:, 0]).mean() == pytest.approx(1 / 43, rel=0.005)


@pytest.mark.parametrize("group", [1, 3, 50])
@pytest.mark.parametrize("kind", ["stamped", "counted", "lines"])
def test_groups_change_nothing(kind, group):
    if kind == "stamped":
        told = binary_stream("I", "us", 1500, start=4280.0, per=5, drop=(400, 405))
        description, bodies, ready_s = told[:3]
        bodies, ready_s = bodies[:50] + bodies[49:], ready_s[:50] + ready_s[49:]
    elif kind == "counted":
        description = of(binary={"sample": "<6h", "fields": ["ax", "ay", "az", "gx", "gy", "gz"]}, acc_unit="mg")
        bodies = [struct.pack("<6h", n, 1, 2, 3, 4, 5) * 3 for n in range(500)]
        ready_s = np.arange(500) * 0.06 + (np.arange(500) > 300) * 2.0
    else:
        description = UART.description
        stream = b"".join(b"%d,%g,0,9.8,0,0,0\n" % (20 * n, n / 100) for n in range(900))
        bodies = [stream[at : at + 61] for at in range(0, len(stream), 61)]
        ready_s = np.linspace(0, 18, len(bodies))
    whole, parts = (read(description, bodies, ready_s, group=g) for g in (None, group))
    np.testing.assert_allclose(parts[1], whole[1], rtol=0, atol=1e-9)
    assert parts[0].duplicated == whole[0].duplicated == (5 if kind == "stamped" else 0)


def test_the_rest_of_a_line_after_a_reconnection_is_no_line():
    device = {"description": msgspec.to_builtins(UART.description)}
    state = GENERIC.initial(device)
    state, _ = GENERIC.decode(state, Packet("knee", "data", 0.0, b"\n" + NOTE["G2"] + b"12520,0.1"))
    state = GENERIC.reconnected(state)
    state, out = GENERIC.decode(state, Packet("knee", "data", 0.1, b"2,0.3,1,2,3,4,5\n12540,1,2,3,4,5,6\n"))
    assert len(out.t_s) == 1
    np.testing.assert_allclose(out.acc[0], (1, 2, 3))


def test_each_notification_a_line():
    description = of(text={"fields": ["ax", "ay", "az"], "separator": ";", "lines": "notification"})
    bodies = [b"0.0;0.%d;1.0\r\n" % (n % 10) for n in range(300)]
    _, rows = read(description, bodies, np.arange(300) / 50)
    assert len(rows) == 300
    with pytest.raises(DecodeError, match="no 3 numbers"):
        read(description, [b"hello"], [0.0])


def test_a_line_without_end_takes_no_memory():
    device = {"description": msgspec.to_builtins(UART.description)}
    state = GENERIC.initial(device)
    for n in range(2000):
        state, _ = GENERIC.decode(state, Packet("knee", "data", 0.01 * n, b"1" * 200))
        assert len(state.pending) <= 512
    assert state.dropped_lines > 100


# --- anything ---------------------------------------------------------------------------------------------------------

KINDS = [
    ESP32.description,
    UART.description,
    of(binary={"sample": "<3f", "fields": ["ax", "ay", "az"]}),
    of(binary={"sample": "<d6f", "fields": ["time", "ax", "ay", "az", "gx", "gy", "gz"]}),
    of(binary={"sample": "<Q3h", "fields": ["time", "ax", "ay", "az"]}, time_unit="s"),
    of(text={"fields": ["ax", "ay", "az"], "lines": "notification"}),
]
TRUE = [NOTE["G1"], NOTE["G2"], bytes(12), bytes(32), bytes(14), b"1,2,3", b"nan,1,inf", b"1e400,0,0", b"\n\n,,,\n"]


@settings(max_examples=200)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.sampled_from(TRUE) | st.binary(max_size=80), st.floats(0, 1e6), st.booleans()), max_size=20),
)
def test_any_bytes_give_samples_or_a_decode_error(description, sent):
    state = GENERIC.initial({"description": msgspec.to_builtins(description)})
    for payload, arrival_s, again in sent:
        try:
            state, out = GENERIC.decode(state, Packet("knee", "data", arrival_s, payload))
        except DecodeError:
            continue
        if out is not None:
            assert len(out.t_s) == len(out.acc) == len(out.clipped) > 0
            assert np.isfinite(out.t_s).all()
            assert np.isfinite(out.acc).all()
        state = GENERIC.reconnected(state) if again else state


# --- how a person gives it --------------------------------------------------------------------------------------------


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    from sensorcoach.app import live
    from sensorcoach.folders import Folders

    monkeypatch.setattr(live, "folders", lambda: Folders(tmp_path / "r", tmp_path, tmp_path / "l"))
    return tmp_path


def test_live_takes_the_path_of_a_description(own_folders):
    from sensorcoach.app.live import live_plan
    from sensorcoach.choices import Choices

    plan = live_plan(Choices(), profile=str(NOTES / "generic-esp32.toml"), record=False)
    assert plan.wanted.profile == "generic-knee-esp32"
    assert plan.profiles[0].name == "generic-knee-esp32"
    with pytest.raises(SettingsError, match="none.toml"):
        live_plan(Choices(), profile="none.toml", record=False)


def test_live_knows_the_descriptions_in_the_folder(own_folders):
    from sensorcoach.app.live import live_plan
    from sensorcoach.choices import Choices

    (own_folders / "sensors").mkdir()
    (own_folders / "sensors" / "mine.toml").write_text(GOOD, encoding="utf-8")
    plan = live_plan(Choices(), profile="generic-knee-esp32", record=False)
    assert [one.name for one in plan.profiles].count("generic-knee-esp32") == 1
    with pytest.raises(SettingsError, match="generic-knee-esp32"):
        live_plan(Choices(), profile="nobody", record=False)


def test_a_sensor_whose_description_is_gone_is_forgotten(own_folders):
    """Else the next session would insist on it."""
    from sensorcoach.app.live import live_plan
    from sensorcoach.choices import Choices
    from sensorcoach.sources.remembered import RememberedSensor, save_remembered

    for profile, kept in (("generic-knee-esp32", False), ("open", True)):
        save_remembered(own_folders, RememberedSensor(profile=profile, name="x", identity=None, address="AA:BB"))
        plan = live_plan(Choices(), record=False)
        assert (plan.wanted.remembered is not None) is kept
