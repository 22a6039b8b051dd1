"""The C encoder against the Python decoder and the note: random streams, wraps, MTUs, loss.

The decoder was written before the encoder, from the note; neither knows the other.
"""

import math
import shutil
import struct
import subprocess

import bench
import numpy as np
import pytest
from bench import BUTTON, C99, DROPPED_BEFORE, LOW_BATTERY, NEVER_CLIPS, QUEUE, REFERENCE, sample
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorcoach.devices import PROFILES
from sensorcoach.model import Packet

OPEN = PROFILES["open"]
HEADER = struct.Struct("<BBHIHBB")
WRAP_US = 2**32
SCALES = {"acc_g_per_lsb": 1 / 9.80665, "gyr_dps_per_lsb": math.degrees(1)}  # decoded SI values are the counts
MTUS = st.sampled_from([23, 26, 27, 33, 50, 65, 75, 185, 247, 498, 517]) | st.integers(23, 517)
RATES_HZ = st.sampled_from([26, 50, 52, 100, 104, 200, 208, 400, 1000])
COUNTS = st.integers(-32768, 32767)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    program = bench.reference_program(tmp_path_factory.mktemp("firmware"))
    yield program
    program.close()


def decode(payloads, arrivals_s=None):
    arrivals_s = arrivals_s or [100.0] * len(payloads)
    packets = [Packet("knee", "imu", t_s, payload) for t_s, payload in zip(arrivals_s, payloads, strict=True)]
    return OPEN.decode_all(OPEN.initial(SCALES), packets)


def expected_per_packet(kind, mtu, rate_hz):
    return max(min((mtu - 15) // (12 if kind == 1 else 6), max(1, rate_hz * 50 // 1000), 255), 0)


def arrivals_of(payloads, start_us):
    """When each would come by radio: its last sample's time, on a clock that does not wrap."""
    first_us = np.array([HEADER.unpack_from(payload)[3] for payload in payloads])
    unwrapped = start_us + (first_us - start_us) % WRAP_US
    return list(100 + (unwrapped - start_us) * 1e-6)


@pytest.mark.parametrize("options", [("-O2",), ("-O0",), ("-DSP_PAYLOAD_MAX=514", "-DSP_QUEUE_PACKETS=1")])
def test_it_is_plain_c99_without_warnings(tmp_path, options):
    cc = bench.compiler("cc", "gcc", "clang")
    bench.build(tmp_path / "plain.o", cc, *C99, *options, "-c", str(REFERENCE / "sensor_packet.c"))


def test_it_needs_nothing_of_the_c_library_but_copying_and_clearing(tmp_path):
    cc, nm = bench.compiler("cc", "gcc"), bench.compiler("nm")
    made = bench.build(tmp_path / "free.o", cc, "-std=c99", "-ffreestanding", "-c", str(REFERENCE / "sensor_packet.c"))
    listing = subprocess.run([nm, "-u", made], capture_output=True, text=True, check=True).stdout
    assert {word.lstrip("_") for word in listing.split()} <= {"U", "memcpy", "memset", "memmove"}
    source = (REFERENCE / "sensor_packet.c").read_text() + (REFERENCE / "sensor_packet.h").read_text()
    included = {line.split()[1] for line in source.splitlines() if line.startswith("#include")}
    assert included == {'"sensor_packet.h"', "<stdint.h>", "<string.h>"}


def test_a_big_endian_processor_lays_the_same_bytes(firmware, tmp_path):
    emulator = shutil.which("qemu-ppc")
    if not emulator:
        pytest.skip("no emulator of a big-endian processor here (qemu-ppc)")
    cc = bench.compiler("powerpc-linux-gnu-gcc")
    other = bench.Bench(emulator, bench.reference_build(tmp_path / "big", cc, "-static"))
    values = np.random.default_rng(5).integers(-32768, 32768, (200, 6))
    commands = ["power_up", "at 65500", "begin 1 185 104 32767 32767", "info 104 0.000488 0.035"]
    commands += [sample(WRAP_US - 50_000 + n * 9615, row, n % 256) for n, row in enumerate(values)]
    commands += ["take"] * 25 + ["dropped", "control 1 247 81 70000 0 05", "control 1 247 81 0 0 036800"]
    assert other.ask(*commands) == firmware.ask(*commands)
    other.close()


def test_the_packet_of_the_note_comes_out_byte_for_byte(firmware):
    wanted = bench.payload_of_note("imu ")
    firmware.power_up()
    firmware.ask("at 515")
    firmware.begin(mtu=12 + 2 * 12 + 3, rate_hz=100)
    rows = struct.unpack_from("<12h", wanted, 12)
    firmware.ask(sample(1_000_000, rows[:6], DROPPED_BEFORE), sample(1_010_000, rows[6:]))
    assert firmware.take_all() == [wanted]


def test_a_chip_that_reaches_full_scale_is_flagged(firmware):
    wanted = bytearray(bench.payload_of_note("imu "))
    wanted[1] |= 1  # the note's second sample stands at both ends of int16
    firmware.power_up()
    firmware.ask("at 515")
    firmware.begin(mtu=39, rate_hz=100, acc_limit=32767, gyr_limit=32767)
    rows = struct.unpack_from("<12h", wanted, 12)
    firmware.ask(sample(1_000_000, rows[:6], DROPPED_BEFORE), sample(1_010_000, rows[6:]))
    assert firmware.take_all() == [bytes(wanted)]


def test_the_acceleration_packet_of_the_note_comes_out_and_decodes_as_written_there(firmware):
    wanted = bench.payload_of_note("acc ")
    firmware.power_up()
    firmware.ask("at 65535")
    firmware.begin(kind=2, mtu=23, rate_hz=50)
    firmware.ask(sample(4_294_967_000, (-2048, 1024, 1), BUTTON | LOW_BATTERY))
    assert firmware.take_all() == [wanted]
    _, decoded = OPEN.decode(OPEN.initial({"acc_g_per_lsb": 2**-11}), Packet("knee", "imu", 7.0, wanted))
    np.testing.assert_array_equal(decoded.acc / 9.80665, [[-1, 0.5, 0.00048828125]])
    assert decoded.gyr is None
    assert not decoded.clipped.any()


def test_the_info_packet_of_the_note_comes_out(firmware):
    assert firmware.ask("info 100 0.00048828125 0.030517578125") == [bench.payload_of_note("info").hex()]


@given(
    rate_hz=st.integers(16, 1000),
    acc_g=st.floats(2**-20, 0.875, width=32),
    gyr_dps=st.floats(2**-20, 9, width=32),
)
def test_info_packets_carry_any_scale(firmware, rate_hz, acc_g, gyr_dps):
    payload = bytes.fromhex(firmware.ask(f"info {rate_hz} {acc_g!r} {gyr_dps!r}")[0])
    assert payload == struct.pack("<BBHff", 1, 0, rate_hz, acc_g, gyr_dps)
    state, _ = OPEN.decode(OPEN.initial({}), Packet("knee", "info", 0.0, payload))
    assert state.acc_scale == pytest.approx(acc_g * 9.80665)


def test_samples_a_packet_as_the_table_of_the_note_says(firmware):
    table = [row for row in bench.rows(bench.section_of_note("Data packet, channel `imu`")) if row[0].isdigit()]
    checked = 0
    for mtu, payload, type_1, type_2, at_100_hz in (row for row in table if len(row) == 5):
        assert int(payload) == int(mtu) - 3
        fast = firmware.ask(f"per_packet 1 {mtu} 10000", f"per_packet 2 {mtu} 10000", f"per_packet 1 {mtu} 100")
        assert fast == [type_1, type_2, at_100_hz.replace("none: start fails", "0")]
        checked += 1
    assert checked == 7


def test_samples_a_packet_for_every_mtu(firmware):
    for kind in (1, 2):
        for rate_hz in (16, 26, 104, 208, 1000):
            answers = firmware.ask(*[f"per_packet {kind} {mtu} {rate_hz}" for mtu in range(0, 518)])
            assert [int(answer) for answer in answers] == [
                expected_per_packet(kind, mtu, rate_hz) for mtu in range(0, 518)
            ]


@pytest.mark.parametrize(("kind", "most"), [(1, 41), (2, 83)])
def test_a_greater_mtu_than_there_is_room_for_fills_no_more(firmware, kind, most):
    assert firmware.ask(*[f"per_packet {kind} {mtu} 65535" for mtu in (517, 518, 65535)]) == [str(most)] * 3
    firmware.power_up()
    firmware.begin(kind, mtu=65535, rate_hz=10_000)
    firmware.ask(*[sample(n * 100, (1, 2, 3, 4, 5, 6)) for n in range(most)])
    (payload,) = firmware.take_all()
    assert len(payload) <= 514


@settings(max_examples=60)
@given(
    data=st.data(),
    kind=st.sampled_from([1, 2]),
    mtu=MTUS,
    rate_hz=RATES_HZ,
    start_us=st.sampled_from([0, WRAP_US - 1, WRAP_US - 30_000]) | st.integers(0, WRAP_US - 1),
    sequence=st.sampled_from([0, 65533, 65535]) | st.integers(0, 65535),
    count=st.integers(1, 120),
)
def test_what_goes_in_comes_out_of_the_decoder(firmware, data, kind, mtu, rate_hz, start_us, sequence, count):
    axes = 6 if kind == 1 else 3
    seed = data.draw(st.integers(0, 2**31))
    values = np.random.default_rng(seed).integers(-32768, 32768, (count, axes))
    period_us = round(1e6 / rate_hz)
    firmware.power_up()
    firmware.ask(f"at {sequence}")
    per_packet = firmware.begin(kind, mtu, rate_hz)
    assert per_packet == expected_per_packet(kind, mtu, rate_hz)
    payloads = []
    for n, row in enumerate(values):
        firmware.ask(sample(start_us + n * period_us, row))
        payloads += firmware.take_all()
    if per_packet == 0:
        assert payloads == []
        return
    assert len(payloads) == count // per_packet
    assert all(len(payload) <= mtu - 3 for payload in payloads)
    if not payloads:
        return
    heads = [HEADER.unpack_from(payload) for payload in payloads]
    assert [head[2] for head in heads] == [(sequence + n) % 65536 for n in range(len(heads))]
    assert {head[1] for head in heads} == {0}
    assert {head[4] for head in heads} == {period_us}
    state, decoded = decode(payloads, arrivals_of(payloads, start_us))
    sent = values[: len(payloads) * per_packet]
    assert (state.duplicated, state.restarts) == (0, 0)
    np.testing.assert_allclose(decoded.acc, sent[:, :3], rtol=1e-12)
    if kind == 1:
        np.testing.assert_allclose(decoded.gyr, sent[:, 3:], rtol=1e-12)
    else:
        assert decoded.gyr is None
    steps_s = np.arange(len(sent)) * period_us * 1e-6
    np.testing.assert_allclose(decoded.t_s - decoded.t_s[0], steps_s, atol=1e-6)


@settings(max_examples=60)
@given(
    steps=st.lists(st.tuples(st.integers(1, 4), st.floats(-0.2, 0.2)), min_size=2, max_size=60),
    start_us=st.sampled_from([1000, WRAP_US - 50_000]),
)
def test_every_sample_keeps_its_time_over_missing_ones_and_jitter(firmware, steps, start_us):
    period_us = 9615  # 104 Hz
    places = np.cumsum([0, *[step for step, _ in steps]])
    jitter_us = np.array([0, *[round(off * period_us) for _, off in steps]])
    times_us = start_us + places * period_us + jitter_us
    firmware.power_up()
    firmware.begin(rate_hz=104)
    payloads = []
    for n, time_us in enumerate(times_us):
        firmware.ask(sample(int(time_us), (n, 0, 0, 0, 0, 0)))
        payloads += firmware.take_all()
    payloads += close(firmware, int(times_us[-1]))
    _, decoded = decode(payloads, arrivals_of(payloads, start_us))
    np.testing.assert_allclose(decoded.acc[: len(places), 0], np.arange(len(places)), atol=1e-9)
    off_us = (decoded.t_s[: len(places)] - decoded.t_s[0]) * 1e6 - (times_us - times_us[0])
    assert np.abs(off_us).max() <= 0.2 * 2 * period_us  # no worse than the jitter of the stamps
    heads = [HEADER.unpack_from(payload) for payload in payloads]
    first_rows = np.cumsum([0, *[head[5] for head in heads[:-1]]])
    missing_before = np.diff(times_us, prepend=times_us[0]) > 1.5 * period_us
    for head, row in zip(heads, first_rows, strict=True):
        if row < len(places):
            assert bool(head[1] & DROPPED_BEFORE) == bool(missing_before[row])
    assert missing_before.sum() == sum(missing_before[row] for row in first_rows if row < len(places))


def close(firmware, last_us):
    """Bring the unfinished packet out: the next sample is told to be missing, and left unfinished itself."""
    firmware.ask(sample(last_us + 2_000_000, (0, 0, 0, 0, 0, 0)))
    return firmware.take_all()


def test_a_slow_chip_tells_its_own_period(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104)  # 9615 us
    firmware.ask(*[sample(7 + n * 9900, (0, 0, 0, 0, 0, 0)) for n in range(5)])
    (payload,) = firmware.take_all()
    assert HEADER.unpack_from(payload)[3:6] == (7, 9900, 5)


def test_flags_are_those_of_the_packets_own_samples(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104, acc_limit=32000, gyr_limit=30000)
    quiet = (0, 0, 0, 0, 0, 0)
    acc_clips, gyr_clips, neither = (0, -32000, 0, 0, 0, 0), (0, 0, 0, 0, 0, 30000), (31999, 0, 0, -29999, 0, 0)
    told = [(quiet, BUTTON)] + [(quiet, 0)] * 4 + [(neither, 0)] * 5 + [(acc_clips, 0)] + [(gyr_clips, LOW_BATTERY)] * 4
    firmware.ask(*[sample(n * 9615, values, flags) for n, (values, flags) in enumerate(told)])
    assert [payload[1] for payload in firmware.take_all()] == [BUTTON, 0, 1 | 2 | LOW_BATTERY]


def test_an_accelerometer_that_clips_marks_the_packet_for_the_decoder(firmware):
    firmware.power_up()
    firmware.begin(kind=2, rate_hz=100, acc_limit=2048)  # a chip of 12 bits
    firmware.ask(*[sample(n * 10_000, (0, 0, 2048 if n == 7 else 100)) for n in range(10)])
    _, decoded = decode(firmware.take_all(), [100.0, 100.05])
    assert decoded.clipped.tolist() == [False] * 5 + [True] * 5


def fill(firmware, packets, first=0):
    commands = [sample((first + n) * 9615, (first + n, 0, 0, 0, 0, 0)) for n in range(packets * 5)]
    firmware.ask(*commands)


@pytest.mark.parametrize("overflow", [1, 2, 19, 20, 21, 75])
def test_a_full_queue_drops_the_oldest_counts_and_says_so_once(firmware, overflow):
    firmware.power_up()
    firmware.begin(rate_hz=104)
    fill(firmware, QUEUE + overflow)
    assert firmware.ask("dropped") == [str(overflow)]
    payloads = firmware.take_all()
    heads = [HEADER.unpack_from(payload) for payload in payloads]
    assert [head[2] for head in heads] == list(range(overflow, QUEUE + overflow))
    assert [head[1] & DROPPED_BEFORE for head in heads] == [DROPPED_BEFORE] + [0] * (QUEUE - 1)
    _, decoded = decode(payloads, arrivals_of(payloads, 0))
    np.testing.assert_allclose(decoded.acc[:, 0], np.arange(overflow * 5, (QUEUE + overflow) * 5), rtol=1e-12)


@given(st.lists(st.integers(-3, 8), max_size=40))
def test_whatever_the_radio_takes_nothing_is_lost_untold(firmware, radio):
    """Below 0: the radio takes so many packets; above: so many are made."""
    firmware.power_up()
    firmware.begin(rate_hz=104)
    made, sent = 0, []
    for step in [*radio, -10_000]:
        if step >= 0:
            fill(firmware, step, made * 5)
            made += step
        for _ in range(-step):
            (answer,) = firmware.ask("take")
            if answer == "-":
                break
            sent.append(bytes.fromhex(answer))
    numbers = [HEADER.unpack_from(payload)[2] for payload in sent]
    flagged = [bool(payload[1] & DROPPED_BEFORE) for payload in sent]
    assert flagged == [number != before + 1 for before, number in zip([-1, *numbers], numbers, strict=False)]
    assert int(firmware.ask("dropped")[0]) == made - len(sent)


def test_what_a_stop_throws_away_is_told_and_numbers_go_on(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104)
    fill(firmware, 3)
    firmware.ask("discard")
    firmware.begin(rate_hz=104)
    fill(firmware, 2, 100)
    heads = [HEADER.unpack_from(payload) for payload in firmware.take_all()]
    assert [(head[1], head[2]) for head in heads] == [(DROPPED_BEFORE, 3), (0, 4)]
    assert firmware.ask("dropped") == ["0"]


def test_an_unfinished_packet_thrown_away_is_told_too(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104)
    firmware.ask(sample(0, (0, 0, 0, 0, 0, 0)), "discard")
    firmware.begin(rate_hz=104)
    fill(firmware, 2, 100)
    assert [payload[1] for payload in firmware.take_all()] == [DROPPED_BEFORE, 0]


def test_a_clean_restart_of_the_stream_has_nothing_to_tell(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104)
    fill(firmware, 3)
    firmware.take_all()
    firmware.ask("discard")
    firmware.begin(rate_hz=104)
    fill(firmware, 1, 100)
    assert [payload[1] for payload in firmware.take_all()] == [0]


def test_a_packet_the_radio_lost_is_told_by_the_next(firmware):
    firmware.power_up()
    firmware.begin(rate_hz=104)
    fill(firmware, 2)
    firmware.ask("take", "lost")
    assert [payload[1] for payload in firmware.take_all()] == [DROPPED_BEFORE]
    firmware.ask("lost")
    fill(firmware, 2, 10)
    assert [payload[1] for payload in firmware.take_all()] == [DROPPED_BEFORE, 0]


@given(
    commands=st.lists(
        st.one_of(
            st.tuples(st.integers(0, WRAP_US - 1), st.integers(0, 255), st.lists(COUNTS, min_size=6, max_size=6)).map(
                lambda drawn: sample(drawn[0], drawn[2], drawn[1])
            ),
            st.sampled_from(["take", "discard", "lost", "dropped"]),
            st.tuples(st.integers(0, 65535), st.integers(0, 65535), st.integers(0, 65535)).map(
                lambda drawn: f"begin 1 {drawn[0]} {drawn[1]} {drawn[2]} {NEVER_CLIPS}"
            ),
        ),
        max_size=60,
    )
)
def test_no_order_of_calls_breaks_it_and_all_that_leaves_is_whole(firmware, commands):
    firmware.power_up()
    answers = firmware.ask("begin 1 247 104 65535 65535", *commands)
    taken = [answer for command, answer in zip(commands, answers[1:], strict=True) if command == "take"]
    for payload in [bytes.fromhex(answer) for answer in taken if answer != "-"] + firmware.take_all():
        head = HEADER.unpack_from(payload)
        assert (head[0], head[6]) == (0x11, 0)
        assert head[5] >= 1
        assert len(payload) == 12 + 12 * head[5]
        decode([payload])
