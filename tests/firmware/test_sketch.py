"""The sketch for the XIAO nRF52840 Sense, compiled against stand-ins: syntax and logic, not the board."""

import math
import struct
import subprocess
import sys

import bench
import numpy as np
import pytest
from bench import BUTTON, DROPPED_BEFORE, FIRMWARE, LOW_BATTERY, REFERENCE
from hypothesis import given, settings
from hypothesis import strategies as st
from note_control import REQUESTS, AsTheNoteSays

from sensorcoach.devices import PROFILES
from sensorcoach.devices.conversation import Ask, Read, Subscribe
from sensorcoach.errors import SensorError
from sensorcoach.model import STANDARD_GRAVITY, Packet
from sensorcoach.recording import Header, SessionWriter

OPEN = PROFILES["open"]
SKETCH = FIRMWARE / "sketch_xiao"
PERIOD_US = 9615
"""104 Hz."""
SETTLING = 11
"""Samples thrown away after a start at 104 Hz: above the gyroscope's 70 ms."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sketch")
    cc, cxx = bench.compiler("gcc", "cc"), bench.compiler("g++", "c++")
    checked = bench.sanitizers(folder, cc)
    packet = bench.build(folder / "packet.o", cc, *bench.C99, *checked, "-c", str(REFERENCE / "sensor_packet.c"))
    includes = [f"-I{path}" for path in (bench.HERE / "stubs", REFERENCE, SKETCH)]
    warnings = ("-std=c++11", "-Wall", "-Wextra", "-Werror")
    source = str(bench.HERE / "sketch_bench.cpp")
    return bench.build(folder / "sketch", cxx, *warnings, *checked, *includes, source, str(packet))


class Board(bench.Program):
    """The sketch after power-up."""

    def __init__(self, program):
        super().__init__(program)
        (self.introduction,) = self.ask("setup")
        self.time_us = 5_000_000

    def write(self, *request):
        return bytes.fromhex(self.ask(f"write {bytes(request).hex()}")[0])

    def connect(self, mtu=247):
        self.ask(f"connect {mtu}", "control on")

    def stream(self, mtu=247):
        self.connect(mtu)
        self.ask("imu on")
        assert self.write(1) == b"\x81\x00"

    def measure(self, *rows, sending=True):
        """Samples one period apart; loop() runs between them."""
        for row in rows:
            self.ask(f"measure {self.time_us % 2**32} {' '.join(str(value) for value in row)}")
            self.time_us += PERIOD_US
            if sending:
                self.ask("loop")

    def settle(self):
        self.measure(*[(0,) * 6] * SETTLING)

    def notified(self):
        payloads = []
        while (answer := self.ask("notified")[0]) != "-":
            payloads.append(bytes.fromhex(answer))
        return payloads

    def info(self):
        return bytes.fromhex(self.ask("info")[0])


def converse(board, conversation):
    """Carry out what the host's profile says, as a link would; what it makes of the answers, and what it asked."""
    asked, answer = [], None
    texts = {"serial": board.introduction.split(" ")[1].encode(), "firmware": b"1.0.0"}
    while True:
        try:
            step = conversation.send(answer)
        except StopIteration as end:
            return end.value, asked
        answer = None
        match step:
            case Read(channel="info"):
                answer = board.info()
            case Read(channel=channel):
                answer = texts.get(channel)
            case Subscribe(channel=channel):
                board.ask(f"{channel} on")
                answer = b""
            case Ask(channel="control", payload=payload):
                asked.append(payload)
                reply = board.write(*payload)
                answer = reply if step.is_reply(reply) else None


@pytest.fixture
def board(built):
    program = Board(built)
    yield program
    program.close()


def rows(count, first=0):
    return [(n, 0, 0, 0, 0, 0) for n in range(first, first + count)]


def decode(board, payloads):
    state, _ = OPEN.decode(OPEN.initial({}), Packet("knee", "info", 0.0, board.info()))
    return OPEN.decode_all(state, [Packet("knee", "imu", 10.0, payload) for payload in payloads])


def test_it_is_found_as_the_note_says(board):
    name, serial, service = board.introduction.split(" ")
    assert (name, serial) == ("sc-0718", "60C5A8F1E4D30718")
    assert service == "7c5a00014b1e4f6d9a3c2e8d51f0c7b6"


def test_what_the_chip_measures_arrives(board):
    board.stream()
    board.settle()
    values = np.random.default_rng(3).integers(-32768, 32768, (50, 6))
    first_us = board.time_us
    board.measure(*values)
    payloads = board.notified()
    assert [len(payload) for payload in payloads] == [12 + 5 * 12] * 10
    assert struct.unpack_from("<I", payloads[0], 4) == (first_us,)
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(decoded.acc / STANDARD_GRAVITY, values[:, :3] * 0.000488, rtol=1e-6)
    np.testing.assert_allclose(np.rad2deg(decoded.gyr), values[:, 3:] * 0.035, rtol=1e-6)
    np.testing.assert_allclose(np.diff(decoded.t_s), PERIOD_US * 1e-6, atol=1e-9)


def test_the_hosts_profile_starts_it_and_knows_it(board):
    board.ask("connect 247")
    started, asked = converse(board, OPEN.start())
    assert [request[0] for request in asked] == [3, 4, 1, 5]
    assert (started.rate_hz, started.identity, started.doubts) == (104.0, "60C5A8F1E4D30718", ())
    board.settle()
    board.measure(*[(2049, 0, 0, 0, 0, 100)] * 5)
    _, decoded = OPEN.decode(OPEN.initial(started.device_settings), Packet("knee", "imu", 9.0, *board.notified()))
    np.testing.assert_allclose(decoded.acc[0] / STANDARD_GRAVITY, [1, 0, 0], atol=1e-3)
    np.testing.assert_allclose(np.rad2deg(decoded.gyr[0]), [0, 0, 3.5], atol=1e-3)
    _, asked = converse(board, OPEN.stop())
    assert asked == [b"\2"]
    assert board.ask("registers") == ["0 0"]


def test_the_hosts_profile_finds_it_streaming_from_before_and_starts_it_anew(board):
    board.stream()
    started, asked = converse(board, OPEN.start())
    assert 2 in [request[0] for request in asked]
    assert started.doubts == ()


def test_the_hosts_profile_is_told_that_the_link_carries_too_little(board):
    board.ask("connect 23")
    with pytest.raises(SensorError, match="failed") as told:
        converse(board, OPEN.start())
    assert "MTU" in str(told.value.advice)


def test_time_goes_on_over_the_wrap_of_the_clock(board):
    board.stream()
    board.settle()
    board.time_us = 2**32 - 7 * PERIOD_US
    board.measure(*rows(15))
    _, decoded = decode(board, board.notified())
    np.testing.assert_allclose(np.diff(decoded.t_s), PERIOD_US * 1e-6, atol=1e-9)


@pytest.mark.parametrize(("mtu", "count"), [(27, 1), (50, 2), (65, 4), (185, 5)])
def test_samples_a_packet_follow_the_mtu(board, mtu, count):
    board.stream(mtu)
    board.settle()
    board.measure(*rows(20))
    assert [payload[10] for payload in board.notified()] == [count] * (20 // count)


def test_it_does_not_start_where_nothing_fits_or_nobody_listens_or_the_chip_is_silent(board):
    board.connect(23)
    assert board.write(1) == b"\x81\x03"
    board.ask("imu on")
    assert board.write(1) == b"\x81\x04"
    board.ask("disconnect")
    board.connect()
    board.ask("imu on", "chip off")
    assert board.write(1) == b"\x81\x04"
    assert board.write(5)[2] == 0
    board.ask("chip on")
    assert board.write(1) == b"\x81\x00"


def test_nothing_leaves_before_start_and_after_stop(board):
    board.connect()
    board.ask("imu on")
    board.measure(*rows(20))
    assert board.notified() == []
    assert board.write(1) == b"\x81\x00"
    board.settle()
    board.measure(*rows(7))
    assert board.write(2) == b"\x82\x00"
    board.measure(*rows(20))
    assert len(board.notified()) == 1
    assert board.ask("registers") == ["0 0"]  # the chip rests


@pytest.mark.parametrize("ending", ["disconnect", "imu off"])
def test_the_end_of_the_link_is_a_stop_and_what_was_lost_is_told(board, ending):
    board.stream()
    board.settle()
    board.measure(*rows(13))
    assert len(board.notified()) == 2
    board.ask(ending)
    assert board.ask("registers") == ["0 0"]
    board.measure(*rows(20))
    board.stream()
    board.settle()
    board.measure(*rows(10))
    assert [(payload[1], payload[2]) for payload in board.notified()] == [(DROPPED_BEFORE, 2), (0, 3)]


def test_settings_outlive_a_disconnect(board):
    board.connect()
    assert board.write(3, 50, 0) == bytes([0x83, 0, 52, 0])
    assert board.write(4, 8, 0xF4, 1) == bytes([0x84, 0, 8, 0xF4, 1])
    board.ask("disconnect")
    board.connect()
    assert board.write(5)[2:8] == bytes([0, 52, 0, 8, 0xF4, 1])


@pytest.mark.parametrize(
    ("rate_hz", "acc_g", "gyr_dps", "ctrl1_xl", "ctrl2_g"),
    [
        (26, 2, 125, 0x20, 0x22),
        (52, 4, 245, 0x38, 0x30),
        (104, 8, 500, 0x4C, 0x44),
        (208, 16, 1000, 0x54, 0x58),
        (208, 16, 2000, 0x54, 0x5C),
    ],
)
def test_rate_and_ranges_reach_the_chip_and_the_info(board, rate_hz, acc_g, gyr_dps, ctrl1_xl, ctrl2_g):
    """Codes from the chip's data sheet; a full int16 is the range, within the 15 % the maker leaves (4.375 for 3.8)."""
    board.connect()
    board.ask("imu on")
    board.write(3, *struct.pack("<H", rate_hz))
    board.write(4, *struct.pack("<BH", acc_g, gyr_dps))
    board.write(1)
    assert board.ask("registers") == [f"{ctrl1_xl} {ctrl2_g}"]
    _, _, told_hz, acc_scale, gyr_scale = struct.unpack("<BBHff", board.info())
    assert told_hz == rate_hz
    assert acc_scale * 32768 == pytest.approx(acc_g, rel=0.01)
    assert gyr_scale * 32768 == pytest.approx(gyr_dps, rel=0.18)


def test_a_radio_that_takes_nothing_loses_the_oldest_and_says_so(board):
    board.stream()
    board.settle()
    board.ask("room 0")
    board.measure(*rows(130))  # 26 packets: one in hand, 20 wait, 5 dropped
    assert struct.unpack_from("<I", board.write(5), 8) == (5,)
    board.ask("room 1000", *["loop"] * 30)
    payloads = board.notified()
    assert [struct.unpack_from("<H", payload, 2)[0] for payload in payloads] == [0, *range(6, 26)]
    assert [payload[1] for payload in payloads] == [0, DROPPED_BEFORE] + [0] * 19


def test_a_stop_throws_away_what_waits_and_a_start_counts_anew(board):
    board.stream()
    board.settle()
    board.ask("room 0")
    board.measure(*rows(130))
    assert board.write(2) == b"\x82\x00"
    assert struct.unpack_from("<I", board.write(5), 8) == (5,)
    board.ask("room 1000", *["loop"] * 30)
    assert board.notified() == []
    assert board.write(1) == b"\x81\x00"
    assert struct.unpack_from("<I", board.write(5), 8) == (0,)
    board.settle()
    board.measure(*rows(10))
    heads = [(payload[1], struct.unpack_from("<H", payload, 2)[0]) for payload in board.notified()]
    assert heads == [(DROPPED_BEFORE, 26), (0, 27)]


def test_a_missed_sample_is_a_hole_in_time_and_told(board):
    board.stream()
    board.settle()
    board.measure(*rows(3))
    board.time_us += PERIOD_US
    board.measure(*rows(5, 4))
    payloads = board.notified()
    assert [(payload[1], payload[10]) for payload in payloads] == [(0, 3), (DROPPED_BEFORE, 5)]
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(
        np.rint((decoded.t_s - decoded.t_s[0]) / (PERIOD_US * 1e-6)), decoded.acc[:, 0] / (STANDARD_GRAVITY * 0.000488)
    )


def test_button_and_battery_are_told(board):
    board.stream()
    board.settle()
    volts = [3.4, 3.72, 3.75, 4.1]
    counts = [math.ceil(voltage / (1510 / 510) / 2.4 * 4096) for voltage in volts]
    for count in counts:
        board.ask(f"battery {count}")
        board.measure(*rows(5))
    board.ask("button down")
    board.measure(*rows(5))
    assert [payload[1] for payload in board.notified()] == [LOW_BATTERY] * 3 + [0, BUTTON]
    assert board.write(5)[12] == 80


def test_a_chip_that_lost_its_settings_is_set_up_again(board):
    board.stream()
    board.settle()
    board.measure(*rows(5))
    board.ask("forget")
    board.measure(*rows(20))
    assert len(board.notified()) == 1
    board.ask("silent")
    board.measure(*rows(10))
    assert [payload[1] for payload in board.notified()] == [DROPPED_BEFORE, 0]


@settings(max_examples=50)
@given(said=st.lists(REQUESTS, max_size=15), imu=st.booleans(), mtu=st.sampled_from([23, 27, 247]))
def test_the_sketch_answers_any_request_as_the_note_says(built, said, imu, mtu):
    board = Board(built)
    try:
        board.connect(mtu)
        board.ask(f"imu {'on' if imu else 'off'}")
        note = AsTheNoteSays()
        battery = board.write(5)[12]
        for request in said:
            assert board.write(*request) == note.reply(request, imu, mtu, battery, 0, fails=False)
            board.measure((0,) * 6)
    finally:
        board.close()


def test_the_folder_is_a_sketch_by_its_name():
    assert (SKETCH / f"{SKETCH.name}.ino").is_file()


def test_the_header_can_be_used_from_cplusplus():
    cxx = bench.compiler("g++", "c++")
    checking = [cxx, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", "c++", "-fsyntax-only"]
    subprocess.run([*checking, str(REFERENCE / "sensor_packet.h")], check=True, capture_output=True)


def test_the_axis_that_points_up_is_read_from_a_recording(tmp_path):
    recording = tmp_path / "axes.jsonl"
    with SessionWriter(recording, Header(profile="open", sensor="knee", device={})) as writer:
        writer.append(Packet("knee", "info", 0.0, struct.pack("<BBHff", 1, 0, 100, 0.0005, 0.035)))
        for n in range(60):  # five seconds on the side, then five upright
            row = (-2000, 20, 0, 0, 0, 0) if n < 30 else (0, -1980, 100, 0, 0, 0)
            head = struct.pack("<BBHIHBB", 0x11, 0, n, n * 160_000, 10_000, 16, 0)
            writer.append(Packet("knee", "imu", n * 0.16, head + struct.pack("<6h", *row) * 16))
    program = SKETCH.parent / "axes.py"
    told = subprocess.run([sys.executable, program, recording], check=True, capture_output=True, text=True)
    assert told.stdout == "[ 0.   -0.99  0.05]\n"
