"""The C control point: the exchanges of the note, and any bytes in any order against the note's table."""

import re
import struct

import bench
import pytest
from bench import NOTE
from hypothesis import given
from hypothesis import strategies as st
from note_control import IDLE, REQUESTS, STREAMING, AsTheNoteSays

NOTHING, BEGIN, END, APPLY_RATE, APPLY_RANGES = range(5)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    program = bench.reference_program(tmp_path_factory.mktemp("firmware"))
    yield program
    program.close()


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
