"""The C control point: the exchanges of the note, and any bytes in any order against the note's table."""

import re
import struct

import bench
import pytest
from bench import NOTE
from hypothesis import given
from hypothesis import strategies as st

NOTHING, BEGIN, END, APPLY_RATE, APPLY_RANGES = range(5)
IDLE, STREAMING = 0, 1
RATES_HZ, ACC_G, GYR_DPS = (26, 52, 104, 208), (2, 4, 8, 16), (125, 245, 500, 1000, 2000)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    program = bench.reference_program(tmp_path_factory.mktemp("firmware"))
    yield program
    program.close()


class AsTheNoteSays:
    """The table of the note, read once more by hand."""

    def __init__(self):
        self.state, self.rate_hz, self.acc_g, self.gyr_dps = IDLE, 104, 16, 1000

    def reply(self, request, imu, mtu, battery, dropped, fails):
        opcode = request[0] if request else 0
        lengths = {1: 1, 2: 1, 3: 3, 4: 4, 5: 1}
        code = bytes([0x80 | opcode])
        if opcode not in lengths:
            return code + b"\1"
        if len(request) != lengths[opcode]:
            return code + b"\2"
        return code + (self._start, self._stop, self._set_rate, self._set_ranges, self._status)[opcode - 1](
            request[1:], imu, mtu, battery, dropped, fails
        )

    def _start(self, _, imu, mtu, battery, dropped, fails):
        if self.state == STREAMING:
            return b"\0"
        if not imu:
            return b"\3"
        if mtu - 3 < 12 + 12 or fails:
            return b"\4"
        self.state = STREAMING
        return b"\0"

    def _stop(self, _, imu, mtu, battery, dropped, fails):
        if self.state == STREAMING and fails:
            return b"\4"
        self.state = IDLE
        return b"\0"

    def _set_rate(self, arguments, imu, mtu, battery, dropped, fails):
        (asked,) = struct.unpack("<H", arguments)
        if self.state == STREAMING:
            return b"\3"
        if asked == 0:
            return b"\2"
        if fails:
            return b"\4"
        self.rate_hz = min(RATES_HZ, key=lambda rate: (abs(rate - asked), -rate))
        return struct.pack("<BH", 0, self.rate_hz)

    def _set_ranges(self, arguments, imu, mtu, battery, dropped, fails):
        acc_g, gyr_dps = struct.unpack("<BH", arguments)
        if self.state == STREAMING:
            return b"\3"
        if acc_g == 0 or gyr_dps == 0:
            return b"\2"
        if fails:
            return b"\4"
        self.acc_g = next((have for have in ACC_G if have >= acc_g), ACC_G[-1])
        self.gyr_dps = next((have for have in GYR_DPS if have >= gyr_dps), GYR_DPS[-1])
        return struct.pack("<BBH", 0, self.acc_g, self.gyr_dps)

    def _status(self, _, imu, mtu, battery, dropped, fails):
        return struct.pack("<BBHBHIB", 0, self.state, self.rate_hz, self.acc_g, self.gyr_dps, dropped, battery)


def code_of(cell):
    return bytes.fromhex(cell.strip("`"))


def exchanges_of_note():
    found = bench.rows(bench.section_of_note("Worked exchanges (own)"))
    return [row for row in found if row[0] != "before"]


def test_the_exchanges_of_the_note(firmware):
    firmware.power_up()
    exchanges = exchanges_of_note()
    assert len(exchanges) == 29
    imu, dropped, mtu = 0, 0, 247
    for before, request, reply, _ in exchanges:
        if "imu on" in before:
            imu = 1
        if found := re.search(r"(\d+) packets dropped", before):
            dropped = int(found[1])
        if found := re.search(r"MTU (\d+)", before):
            mtu = int(found[1])
        if "disconnected" in before:
            firmware.ask("link_ended")
            imu = 0
        action, _, said = firmware.control(code_of(request), imu=imu, mtu=mtu, dropped=dropped)
        assert said == code_of(reply), (before, request)
        if action == BEGIN:
            dropped = 0


REQUESTS = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"\1", b"\2", b"\5"]),
    st.integers(0, 65535).map(lambda hz: struct.pack("<BH", 3, hz)),
    st.tuples(st.integers(0, 255), st.integers(0, 65535)).map(lambda asked: struct.pack("<BBH", 4, *asked)),
)


@given(
    st.lists(
        st.one_of(
            st.tuples(
                REQUESTS,
                st.sampled_from([1, 1, 0]),
                st.sampled_from([247, 27, 26, 23, 0]),
                st.integers(0, 255),
                st.integers(0, 2**32 - 1),
                st.sampled_from([0, 0, 0, 1]),
            ),
            st.just("link_ended"),
        ),
        max_size=25,
    )
)
def test_any_requests_in_any_order_are_answered_as_the_note_says(firmware, said):
    firmware.power_up()
    note = AsTheNoteSays()
    for step in said:
        if step == "link_ended":
            assert firmware.ask(step) == [str(IDLE)]
            note.state = IDLE
            continue
        before = note.state
        settings = (note.rate_hz, note.acc_g, note.gyr_dps)
        action, state, reply = firmware.control(*step)
        assert reply == note.reply(*step)
        assert state == note.state
        assert (action == BEGIN) == (before == IDLE and state == STREAMING)
        assert (action == END) == (before == STREAMING and state == IDLE)
        if reply[1] != 0 or before == STREAMING:
            assert settings == (note.rate_hz, note.acc_g, note.gyr_dps)
            assert action not in (APPLY_RATE, APPLY_RANGES)


@given(st.integers(0, 255), st.binary(max_size=30))
def test_one_reply_to_each_opcode_and_never_longer_than_a_small_packet(firmware, opcode, arguments):
    firmware.power_up()
    _, _, reply = firmware.control(bytes([opcode]) + arguments)
    assert reply[0] == 0x80 | opcode
    assert 2 <= len(reply) <= 20  # MTU 23 carries it


@pytest.mark.parametrize(("hz", "effective"), [(1, 26), (39, 52), (38, 26), (77, 52), (78, 104), (65535, 208)])
def test_a_rate_is_snapped_to_the_nearest(firmware, hz, effective):
    firmware.power_up()
    _, _, reply = firmware.control(struct.pack("<BH", 3, hz))
    assert reply == struct.pack("<BBH", 0x83, 0, effective)
    _, _, status = firmware.control(b"\5")
    assert struct.unpack_from("<H", status, 3) == (effective,)


def test_the_uuids_of_the_header_are_those_of_the_note():
    header = (bench.REFERENCE / "sensor_packet.h").read_text()
    base = re.search(r"`7c5axxxx(-[0-9a-f-]+)`", NOTE.read_text(encoding="utf-8"))[1]
    gatt = bench.section_of_note("GATT")
    for name, what in [("SERVICE", "sensor"), ("IMU", "imu"), ("CONTROL", "control"), ("INFO", "info")]:
        uuid = re.search(rf'#define SP_UUID_{name} "([^"]+)"', header)[1]
        assert uuid.endswith(base)
        (line,) = [line for line in gatt.splitlines() if f"`{uuid[:8]}-…`" in line]
        assert what in line


def test_the_advertising_of_the_note_is_well_formed():
    primary, response = (
        code_of(row[1]) for row in bench.rows(bench.section_of_note("Advertising")) if row[1][0] == "`"
    )
    assert len(primary) <= 31
    assert primary[:5] == bytes([2, 1, 6, 17, 7])  # flags; a list of one 128-bit UUID
    assert primary[5:][::-1].hex() == "7c5a00014b1e4f6d9a3c2e8d51f0c7b6"
    assert response[0] == len(response) - 1
    assert response[2:].decode() == "sc-0718"
    interval = code_of(re.search(r"2A04 \| (`[0-9A-F ]+`)", NOTE.read_text(encoding="utf-8"))[1])
    shortest, longest, latency, timeout = struct.unpack("<4H", interval)
    assert (shortest * 1.25, longest * 1.25, latency, timeout * 10) == (15, 30, 0, 4000)
    assert longest * 1.25 * (latency + 1) * 3 < timeout * 10
