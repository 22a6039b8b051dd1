"""The sketches, compiled against stand-ins: syntax, order and bytes, not the boards.

Their bytes go through the real decoder.
"""

import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

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
WATCHDOG_MS = 8_000
"""The longest that any of the sketches may hang."""


@dataclass(frozen=True)
class Kind:
    """A board as its note and its chip's data sheet describe it."""

    name: str
    period_us: int
    acc_g: float  # a count, at 16 g
    gyr_dps: float  # a count, at the built-in range
    serial: str
    rates_hz: tuple[int, ...]
    gyr_ranges_dps: tuple[int, ...]
    built_in: tuple[int, int, int]
    clock_slip_us: int = 0  # the clock rests while idle and is set by milliseconds

    @property
    def settling(self) -> int:
        """Samples thrown away after a start: above the gyroscope's 70 ms."""
        return self.built_in[0] // 10 + 1


KINDS = [
    Kind(
        "xiao", 9615, 0.000488, 0.035, "60C5A8F1E4D30718", (26, 52, 104, 208), (125, 245, 500, 1000, 2000),
        (104, 16, 1000), clock_slip_us=1000,
    ),
    Kind(
        "esp32", 10_000, 1 / 2048, 1000 / 32768, "E4D30718C5A8", (25, 50, 100, 200), (250, 500, 1000, 2000),
        (100, 16, 1000),
    ),
    Kind("nano33", 10_000, 0.000732, 0.07, "60C5A8F1E4D30718", (50, 100, 200), (245, 500, 2000), (100, 16, 2000)),
]  # fmt: skip


@pytest.fixture(scope="module")
def program_of(tmp_path_factory):
    """Each sketch is compiled once."""
    return cache(lambda name: bench.sketch_program(tmp_path_factory.mktemp(name), name))


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def built(request, program_of):
    """The board, and its sketch as a program."""
    return request.param, program_of(request.param.name)


class Board(bench.Program):
    """The sketch after power-up."""

    def __init__(self, kind, program):
        super().__init__(program)
        self.kind = kind
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
            self.ask(f"measure {self.time_us} {' '.join(str(value) for value in row)}")
            self.time_us += self.kind.period_us
            if sending:
                self.ask("loop")

    def settle(self):
        self.measure(*[(0,) * 6] * self.kind.settling)

    def settled_stream(self):
        self.stream()
        self.settle()

    def notified(self):
        payloads = []
        while (answer := self.ask("notified")[0]) != "-":
            payloads.append(bytes.fromhex(answer))
        return payloads

    def info(self):
        return bytes.fromhex(self.ask("info")[0])

    def pass_ms(self, ms):
        self.ask(f"pass {ms}")
        self.time_us += 1000 * ms

    def state(self):
        return self.ask("state")[0].split()


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
    program = Board(*built)
    yield program
    program.close()


@pytest.fixture
def kind(built):
    return built[0]


def on(*names):
    """Only on these boards; the others have no such thing, or another test tells what they do instead."""
    chosen = [kind for kind in KINDS if kind.name in names]
    return pytest.mark.parametrize("built", chosen, indirect=True, ids=names, scope="module")


def rows(count, first=0):
    return [(n, 0, 0, 0, 0, 0) for n in range(first, first + count)]


def sequence(payload):
    return struct.unpack_from("<H", payload, 2)[0]


def decode(board, payloads):
    state, _ = OPEN.decode(OPEN.initial({}), Packet("knee", "info", 0.0, board.info()))
    return OPEN.decode_all(state, [Packet("knee", "imu", 10.0, payload) for payload in payloads])


def test_it_is_found_as_the_note_says(board, kind):
    name, serial, service = board.introduction.split(" ")
    assert (name, serial) == ("sc-" + kind.serial[-4:], kind.serial)
    assert service == "7c5a00014b1e4f6d9a3c2e8d51f0c7b6"


def test_what_the_chip_measures_arrives(board, kind):
    board.settled_stream()
    values = np.random.default_rng(3).integers(-32767, 32768, (50, 6))
    first_us = board.time_us
    board.measure(*values)
    payloads = board.notified()
    assert [len(payload) for payload in payloads] == [12 + 5 * 12] * 10
    assert abs(struct.unpack_from("<I", payloads[0], 4)[0] - first_us) <= kind.clock_slip_us
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(decoded.acc / STANDARD_GRAVITY, values[:, :3] * kind.acc_g, rtol=1e-6)
    np.testing.assert_allclose(np.rad2deg(decoded.gyr), values[:, 3:] * kind.gyr_dps, rtol=1e-6)
    np.testing.assert_allclose(np.diff(decoded.t_s), kind.period_us * 1e-6, atol=1e-9)


def test_the_hosts_profile_starts_it_and_knows_it(board, kind):
    board.ask("connect 247")
    started, asked = converse(board, OPEN.start())
    assert [request[0] for request in asked] == [3, 4, 1, 5]
    assert (started.rate_hz, started.identity, started.doubts) == (kind.built_in[0], kind.serial, ())
    board.settle()
    one_g, slow = round(1 / kind.acc_g), 100
    board.measure(*[(one_g, 0, 0, 0, 0, slow)] * 5)
    _, decoded = OPEN.decode(OPEN.initial(started.device_settings), Packet("knee", "imu", 9.0, *board.notified()))
    np.testing.assert_allclose(decoded.acc[0] / STANDARD_GRAVITY, [1, 0, 0], atol=1e-3)
    np.testing.assert_allclose(np.rad2deg(decoded.gyr[0]), [0, 0, slow * kind.gyr_dps], atol=1e-3)
    _, asked = converse(board, OPEN.stop())
    assert asked == [b"\2"]
    assert board.ask("rests") == ["1"]


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


def test_time_goes_on_over_the_wrap_of_the_clock(board, kind):
    board.settled_stream()
    board.time_us = 2**32 - 7 * kind.period_us
    board.measure(*rows(15))
    payloads = board.notified()
    firsts_us = [struct.unpack_from("<I", payload, 4)[0] for payload in payloads]
    assert min(np.diff(firsts_us)) < -(2**31)  # it did wrap
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(np.diff(decoded.t_s), kind.period_us * 1e-6, atol=1e-9)


def test_the_clock_counts_on_while_nothing_is_measured(board, kind):
    board.settled_stream()
    board.measure(*rows(5))
    before_us = board.time_us
    board.write(2)
    board.pass_ms(60_000)
    assert board.write(1) == b"\x81\x00"
    board.settle()
    board.measure(*rows(5))
    first, second = (struct.unpack_from("<I", payload, 4)[0] for payload in board.notified())
    passed_us = board.time_us - before_us
    assert abs((second - first) - passed_us) <= 2 * kind.clock_slip_us


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
    assert board.ask("rests") == ["1"]


@pytest.mark.parametrize("ending", ["disconnect", "imu off"])
def test_the_end_of_the_link_is_a_stop_and_what_was_lost_is_told(board, ending):
    board.settled_stream()
    board.measure(*rows(13))
    assert len(board.notified()) == 2
    board.ask(ending, "loop")
    assert board.ask("rests") == ["1"]
    board.measure(*rows(20))
    board.settled_stream()
    board.measure(*rows(10))
    assert [(payload[1], sequence(payload)) for payload in board.notified()] == [(DROPPED_BEFORE, 2), (0, 3)]


def test_settings_outlive_a_disconnect(board, kind):
    board.connect()
    assert board.write(3, 50, 0)[:2] == bytes([0x83, 0])
    assert board.write(4, 8, 0xF4, 1) == bytes([0x84, 0, 8, 0xF4, 1])
    before = board.write(5)
    board.ask("disconnect")
    board.connect()
    assert board.write(5) == before
    assert struct.unpack_from("<BHBH", before, 2)[1:] == (min(kind.rates_hz, key=lambda hz: abs(hz - 50)), 8, 500)


SETTINGS = {
    "xiao": [
        (26, 2, 125, 0x20, 0x22),
        (52, 4, 245, 0x38, 0x30),
        (104, 8, 500, 0x4C, 0x44),
        (208, 16, 1000, 0x54, 0x58),
        (208, 16, 2000, 0x54, 0x5C),
    ],
    "esp32": [(25, 2, 250, 0, 0), (50, 4, 500, 0x08, 0x08), (100, 8, 1000, 0x10, 0x10), (200, 16, 2000, 0x18, 0x18)],
    "nano33": [
        (50, 2, 245, 0xC7, 0xC0),
        (100, 4, 500, 0xD7, 0xC9),
        (100, 8, 2000, 0xDF, 0xD9),
        (200, 16, 2000, 0xCE, 0xDB),
    ],
}
"""Rate, ranges; the chip's two registers for acceleration and turning rate, from its data sheet."""


def test_rate_and_ranges_reach_the_chip_and_the_info(board, kind):
    """A full int16 is the range, within the margin that ST leaves (4.375 for 3.8; 0.732 for 0.488)."""
    board.connect()
    board.ask("imu on")
    for rate_hz, acc_g, gyr_dps, acc_register, gyr_register in SETTINGS[kind.name]:
        board.write(2)
        board.write(3, *struct.pack("<H", rate_hz))
        board.write(4, *struct.pack("<BH", acc_g, gyr_dps))
        assert board.write(1) == b"\x81\x00"
        assert board.ask("settings") == [f"{acc_register} {gyr_register}"]
        _, _, told_hz, acc_scale, gyr_scale = struct.unpack("<BBHff", board.info())
        assert told_hz == rate_hz
        assert acc_scale * 32768 == pytest.approx(acc_g, rel=0.01) or (kind.name, acc_g) == ("nano33", 16)
        assert gyr_scale * 32768 == pytest.approx(gyr_dps, rel=0.18)


# ---- what must not hang it ----


@on("xiao", "esp32")  # the Nano's replies are notified: nothing is confirmed
def test_a_link_lost_between_request_and_confirmation_hangs_nothing(board):
    board.connect()
    board.ask("imu on", "confirms off")
    assert board.write(5)[:2] == b"\x85\x00"  # reaches the host, which never confirms it
    assert board.ask("write 01") == ["-"]  # the radio holds one indication at a time
    board.measure(*rows(20))
    board.ask("confirms on", "write 05", "confirms off", "write 05", "request 05", "loop", "disconnect")
    assert board.state() == ["runs"]
    board.connect()  # before loop() came round
    assert board.ask("loop", "replied")[1] == "-"  # the old reply is not told to the next host
    board.ask("confirms on")
    assert board.write(5)[:3] == b"\x85\x00\x00"
    board.ask("imu on")
    assert board.write(1) == b"\x81\x00"


def test_a_link_lost_before_the_request_was_answered_hangs_nothing_and_starts_nothing(board):
    board.connect()
    board.ask("imu on", "request 01", "disconnect", "loop", "loop")
    assert board.state() == ["runs"]
    assert board.ask("rests") == ["1"]
    board.connect()
    assert board.write(5)[:3] == b"\x85\x00\x00"


@on("xiao", "esp32")
def test_a_host_that_never_confirms_but_stays_is_answered_again_after_a_while(board):
    board.stream()
    board.ask("confirms off")
    board.write(5)
    assert board.ask("write 02") == ["-"]
    board.ask("request 01", "loop", "loop")  # waits behind the reply that nobody takes
    assert board.ask("rests") == ["1"]
    board.pass_ms(6_000)
    assert board.ask("rests") == ["0"]
    board.pass_ms(6_000)
    board.ask("confirms on")
    assert board.state() == ["runs"]
    assert board.write(5)[:2] == b"\x85\x00"


def test_more_requests_than_wait_are_left_out_and_nothing_hangs(board):
    board.connect()
    board.ask(*["request 05"] * 30, "loop")
    board.ask(*["loop"] * 20)
    assert board.state() == ["runs"]
    board.ask(*["replied"] * 60)
    assert board.write(5)[:2] == b"\x85\x00"


@on("xiao", "esp32")  # the Nano's Wire has no limit: the next test
def test_a_stuck_bus_resets_the_chip_and_sampling_goes_on(board):
    board.settled_stream()
    board.measure(*rows(5))
    resets = int(board.ask("resets")[0])
    board.ask("bus stuck")
    board.measure(*rows(5))  # five readings fail, then the chip is started anew
    assert board.state() == ["runs"]
    assert int(board.ask("resets")[0]) == resets + 1
    board.settle()
    board.measure(*rows(10, 5))
    payloads = board.notified()
    assert [payload[1] for payload in payloads] == [0, DROPPED_BEFORE, 0]
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(decoded.acc[5:, 0] / (STANDARD_GRAVITY * board.kind.acc_g), np.arange(5, 15), rtol=1e-6)


@on("nano33")
def test_a_bus_that_never_ends_restarts_the_nano_by_its_watchdog(board):
    board.settled_stream()
    board.ask("bus stuck")
    board.measure(*rows(1), sending=False)
    assert board.state() == ["sampling-hangs"]
    board.pass_ms(WATCHDOG_MS + 1_000)
    assert "restarted" in board.state()


@on("xiao", "esp32")
def test_a_bus_that_is_broken_for_good_is_tried_again_and_the_host_is_answered(board):
    board.settled_stream()
    board.measure(*rows(5))
    board.ask("bus broken")
    board.measure(*rows(30))
    assert board.state() == ["runs"]
    assert board.write(5)[:3] == b"\x85\x00\x01"
    board.ask("bus whole", "silent")
    board.measure(*rows(5))
    board.settle()
    board.measure(*rows(10))
    flags = [payload[1] for payload in board.notified()]
    assert flags[:3] == [0, DROPPED_BEFORE, 0]
    assert set(flags[2:]) == {0}


@on("nano33")  # ArduinoBLE waits for room without limit
def test_a_loop_that_hangs_is_ended_by_the_watchdog(board):
    board.settled_stream()
    board.ask("room 0")
    board.measure(*rows(5))
    assert board.state() == ["loop-hangs"]
    board.pass_ms(WATCHDOG_MS + 1_000)
    assert "restarted" in board.state()


def test_a_sampling_task_that_is_gone_restarts_the_board(board):
    board.settled_stream()
    board.ask("gone")
    board.pass_ms(WATCHDOG_MS + 3_000)
    assert "restarted" in board.state()


def test_the_watchdog_is_fed_while_all_is_well(board):
    board.pass_ms(20_000)
    board.stream()
    board.pass_ms(20_000)
    assert "restarted" not in board.state()


def test_the_chip_is_reset_by_command_at_power_up_and_at_each_start(board):
    assert int(board.ask("resets")[0]) == 1
    board.stream()
    assert int(board.ask("resets")[0]) == 2


def test_a_radio_that_takes_nothing_loses_the_oldest_and_says_so(board, kind):
    board.settled_stream()
    waits = kind.name != "nano33"  # its library blocks loop(): nothing is in hand meanwhile
    board.ask("room 0")
    board.measure(*rows(130), sending=waits)  # 26 packets: 20 wait, one is in hand
    lost = 5 if waits else 6
    board.ask("room 1000")
    if waits:
        assert struct.unpack_from("<I", board.write(5), 8) == (lost,)
    board.ask(*["loop"] * 30)
    payloads = board.notified()
    assert struct.unpack_from("<I", board.write(5), 8) == (lost,)
    in_hand = [0] if waits else []
    assert [sequence(payload) for payload in payloads] == [*in_hand, *range(6, 26)]
    assert [payload[1] for payload in payloads] == [0] * len(in_hand) + [DROPPED_BEFORE] + [0] * 19
    _, decoded = decode(board, payloads)
    assert len(decoded.t_s) == 5 * len(payloads)


@on("xiao", "esp32")
def test_a_stop_throws_away_what_waits_and_a_start_counts_anew(board):
    board.settled_stream()
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
    assert [(payload[1], sequence(payload)) for payload in board.notified()] == [(DROPPED_BEFORE, 26), (0, 27)]


def test_a_missed_sample_is_a_hole_in_time_and_told(board, kind):
    board.settled_stream()
    board.measure(*rows(3))
    board.time_us += kind.period_us
    board.measure(*rows(5, 4))
    payloads = board.notified()
    assert [(payload[1], payload[10]) for payload in payloads] == [(0, 3), (DROPPED_BEFORE, 5)]
    _, decoded = decode(board, payloads)
    np.testing.assert_allclose(
        np.rint((decoded.t_s - decoded.t_s[0]) / (kind.period_us * 1e-6)),
        decoded.acc[:, 0] / (STANDARD_GRAVITY * kind.acc_g),
    )


@on("xiao")  # the others are read whether the chip measures or not
def test_a_chip_that_lost_its_settings_is_set_up_again(board):
    board.settled_stream()
    board.measure(*rows(5))
    board.ask("forget")
    board.measure(*rows(20))
    assert len(board.notified()) == 1
    board.ask("silent")
    board.settle()
    board.measure(*rows(10))
    assert [payload[1] for payload in board.notified()] == [DROPPED_BEFORE, 0]


# ---- battery, LED, sleep ----


def test_button_and_battery_are_told(board):
    board.settled_stream()
    for millivolts in [3400, 3720, 3750, 4100]:
        board.ask(f"battery {millivolts}")
        board.measure(*rows(5))
    board.ask("button down")
    board.measure(*rows(5))
    assert [payload[1] for payload in board.notified()] == [LOW_BATTERY] * 3 + [0, BUTTON]
    assert board.write(5)[12] == 80


@on("xiao")
def test_the_divider_is_read_as_nordics_table_wants_it(board):
    """1 MOhm and 510 kOhm are 338: 3 us are for 10, 20 us for 400. The stand-in reads 10 % low below that."""
    assert board.ask("battery 4100", "battery 3800") == ["80", "40"]


def test_a_flat_battery_ends_the_stream_before_the_cell_is_harmed(board, kind):
    board.settled_stream()
    assert board.ask("battery 3200", "loop") == ["0", "ok"]
    assert "asleep" not in board.state()  # one dip is the radio's load
    board.measure(*rows(5))
    assert board.notified()[-1][1] & LOW_BATTERY
    board.ask("battery 3200", "loop", "loop")
    assert board.ask("rests") == ["1"]
    assert ("asleep" in board.state()) == (kind.name != "nano33")  # that one has no regulator to switch off
    if kind.name == "nano33":  # no host keeps it awake either
        assert board.ask("loop", "advertising")[-1] != "-"
        board.connect()
        assert board.ask("loop", "loop", "write 05")[-1] == "-"


@on("xiao")
def test_a_flat_battery_sleeps_without_waking_at_every_move_and_usb_keeps_it_awake(board):
    board.ask("usb on", "battery 3200", "battery 3200", "loop")
    assert board.state() == ["runs"]
    board.ask("usb off", "loop")
    assert board.state() == ["asleep"]


def test_without_a_link_it_sleeps_and_can_be_woken(board, kind):
    board.pass_ms(200_000)
    assert "asleep" not in board.state()
    board.pass_ms(150_000)
    told = board.state()
    assert board.ask("leds") == ["-"] or kind.name == "nano33"
    if kind.name == "xiao":
        assert told == ["asleep", "watches-movement", "wake-11", "wake-2"]  # P0.11: the chip's pin, P0.02: D0
    elif kind.name == "esp32":
        assert told == ["asleep", "wake-0"]
        assert board.ask("rests") == ["1"]
    else:
        assert told == ["runs"]  # it advertises slowly, the chip without power
        assert board.ask("rests") == ["1"]


@on("xiao")
def test_a_chip_that_cannot_watch_for_movement_leaves_the_button(board):
    board.ask("chip off")
    board.pass_ms(400_000)
    assert board.state() == ["asleep", "wake-2"]


def test_linked_it_stays_awake_and_after_the_link_it_advertises_fast_then_slowly(board, kind):
    board.connect()
    assert board.ask("advertising") == ["-"]
    board.pass_ms(400_000)
    assert board.state() == ["runs"]
    board.ask("disconnect", "loop")
    fast = "1636" if kind.name == "xiao" else "32"  # Bluefruit changes from fast to slow by itself
    assert board.ask("advertising") == [fast]
    board.pass_ms(40_000)
    assert board.ask("advertising") == ["1636"]  # 1022.5 ms


def seen_in_two_seconds(board):
    seen = set()
    for _ in range(100):
        board.ask("pass 50")
        seen |= set(board.ask("leds"))
    return seen


@on("xiao")
def test_the_led_is_dark_mostly_and_the_right_way_round(board):
    assert seen_in_two_seconds(board) == {"-", "blue"}
    board.connect()
    assert seen_in_two_seconds(board) == {"-", "green"}
    board.ask("battery 3400")
    assert seen_in_two_seconds(board) == {"-", "red"}


@on("esp32", "nano33")
def test_the_led_flashes(board):
    assert seen_in_two_seconds(board) == {"-", "lit"}


@settings(max_examples=25)
@given(said=st.lists(REQUESTS, max_size=15), imu=st.booleans(), mtu=st.sampled_from([23, 27, 247]))
def test_the_sketch_answers_any_request_as_the_note_says(built, said, imu, mtu):
    kind, _ = built
    board = Board(*built)
    try:
        board.connect(mtu)
        board.ask(f"imu {'on' if imu else 'off'}")
        note = AsTheNoteSays(kind.rates_hz, gyr_dps=kind.gyr_ranges_dps, built_in=kind.built_in)
        battery = board.write(5)[12]
        for request in said:
            assert board.write(*request) == note.reply(request, imu, mtu, battery, 0, fails=False)
            board.measure((0,) * 6)
    finally:
        board.close()


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_each_folder_is_a_sketch_by_its_name(name):
    assert (FIRMWARE / f"sketch_{name}" / f"sketch_{name}.ino").is_file()


@pytest.mark.parametrize("name", ["sensor_packet", "sensor_unit"])
def test_the_headers_can_be_used_from_cplusplus(name):
    cxx = bench.compiler("g++", "c++")
    checking = [cxx, "-std=c++11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-x", "c++", "-fsyntax-only"]
    subprocess.run([*checking, str(REFERENCE / f"{name}.h")], check=True, capture_output=True)


@pytest.mark.parametrize("name", [kind.name for kind in KINDS])
def test_no_sketch_waits_for_a_confirmation(name):
    text = "".join(path.read_text() for path in sorted((FIRMWARE / f"sketch_{name}").glob("*.[hi]*")))
    assert "control.indicate(" not in text  # Bluefruit's waits for ever
    assert "BLEIndicate" not in text  # and so does ArduinoBLE's


def test_the_axis_that_points_up_is_read_from_a_recording(tmp_path):
    recording = tmp_path / "axes.jsonl"
    with SessionWriter(recording, Header(profile="open", sensor="knee", device={})) as writer:
        writer.append(Packet("knee", "info", 0.0, struct.pack("<BBHff", 1, 0, 100, 0.0005, 0.035)))
        for n in range(60):  # five seconds on the side, then five upright
            row = (-2000, 20, 0, 0, 0, 0) if n < 30 else (0, -1980, 100, 0, 0, 0)
            head = struct.pack("<BBHIHBB", 0x11, 0, n, n * 160_000, 10_000, 16, 0)
            writer.append(Packet("knee", "imu", n * 0.16, head + struct.pack("<6h", *row) * 16))
    program = FIRMWARE / "axes.py"
    told = subprocess.run([sys.executable, program, recording], check=True, capture_output=True, text=True)
    assert told.stdout == "[ 0.   -0.99  0.05]\n"
