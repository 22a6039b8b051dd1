"""The virtual radio and the pretend sensors themselves, through plain bleak, against the notes."""

import ast
import asyncio
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError, BleakGATTProtocolError

from tests.ble import virtual_time
from tests.ble.lab import Lab, in_virtual_time
from tests.ble.pretend import open_format as own
from tests.ble.pretend import witmotion as wit
from tests.ble.pretend.movement import Movement, of_recording, of_simulation

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


async def find(lab: Lab, name: str, timeout: float = 5.0) -> BLEDevice:
    device = await BleakScanner.find_device_by_name(name, timeout, backend=lab.computer.scanner_backend)
    assert device is not None
    return device


async def connected(lab: Lab, name: str, **told: object) -> BleakClient:
    client = BleakClient(await find(lab, name), backend=lab.computer.client_backend, **told)
    await client.connect()
    return client


class Heard(list[bytes]):
    """Payloads in order, with the times they came."""

    def __init__(self) -> None:
        super().__init__()
        self.times_s: list[float] = []

    def __call__(self, _characteristic: object, payload: bytearray) -> None:
        self.append(bytes(payload))
        self.times_s.append(asyncio.get_running_loop().time())


# --- virtual time ---


def test_an_hour_passes_in_no_time_and_a_hung_test_says_so() -> None:
    async def hour() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(3600)
        return loop.time() - before

    assert virtual_time.run(hour()) == pytest.approx(3600)

    async def hang() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="Nothing is scheduled"):
        virtual_time.run(hang())


def test_work_for_a_thread_is_done_at_once_and_its_error_comes_back() -> None:
    async def work() -> int:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        return await asyncio.to_thread(lambda: 42)

    assert virtual_time.run(work()) == 42


# --- pretend WitMotion ---


def at(acc_raw: list[float], gyr_raw: list[float]) -> Movement:
    """Lying in one place for ever, given in the sensor's own counts."""
    return Movement(
        99.26,
        np.tile(np.array(acc_raw) * 16 / 32768, (100, 1)),
        np.tile(np.array(gyr_raw) * 2000 / 32768, (100, 1)),
    )


W1 = ([-4, -17, 2065], [0, 0, 0], "5561fcffefff1108000000000000")
W3 = ([1575, 444, 1657], [85, -281, -1340], "55612706bc0179065500e7fec4fa")


@pytest.mark.parametrize(("acc", "gyr", "published"), [W1, W3])
@in_virtual_time
async def test_wit_frames_are_those_published(lab: Lab, acc: list[float], gyr: list[float], published: str) -> None:
    await lab.witmotion(at(acc, gyr))
    client = await connected(lab, "WT901BLE67")
    heard = Heard()
    await client.start_notify(wit.DATA, heard)
    await asyncio.sleep(3)
    assert {payload[:14].hex() for payload in heard} == {published}
    assert len(heard) == pytest.approx(30.15, abs=1.1)
    assert {len(payload) for payload in heard} == {20}


@in_virtual_time
async def test_wit_obeys_only_when_unlocked_and_packs_four_frames_at_100_hz(lab: Lab) -> None:
    sensor = await lab.witmotion()
    client = await connected(lab, "WT901BLE67")
    heard = Heard()
    await client.start_notify(wit.DATA, heard)
    await client.write_gatt_char(wit.COMMAND, bytes.fromhex("ffaa030900"), response=False)
    await asyncio.sleep(0.5)
    assert sensor.rate_code == 0x06
    await client.write_gatt_char(wit.COMMAND, wit.UNLOCK, response=False)
    await client.write_gatt_char(wit.COMMAND, bytes.fromhex("ffaa030900"), response=False)
    await asyncio.sleep(0.1)
    heard.clear()
    await asyncio.sleep(10)
    assert sum(map(len, heard)) / 20 == pytest.approx(992.6, abs=8)
    assert {len(payload) for payload in heard} == {80}
    await client.write_gatt_char(wit.COMMAND, bytes.fromhex("ffaa030600"), response=False)
    await asyncio.sleep(0.1)
    assert sensor.rate_code == 0x09, "unlocking lasts 10 s"


@in_virtual_time
async def test_wit_registers_are_read_back_among_the_samples(lab: Lab) -> None:
    await lab.witmotion(volts=3.71, address="C4:11:22:33:44:55")
    client = await connected(lab, "WT901BLE67")
    heard = Heard()
    await client.start_notify(wit.DATA, heard)
    for register in (0x03, 0x64, 0x66):
        await client.write_gatt_char(wit.COMMAND, bytes([0xFF, 0xAA, 0x27, register, 0]), response=False)
        await asyncio.sleep(0.1)
    replies = [payload for payload in heard if payload[1] == 0x71]
    assert [reply[:4].hex() for reply in replies] == ["55710300", "55716400", "55716600"]  # the shape of W6 and W7
    assert [struct.unpack_from("<h", reply, 4)[0] for reply in replies[:2]] == [0x06, 371]
    assert replies[2][4:10][::-1].hex(":") == "c4:11:22:33:44:55"
    assert {len(reply) for reply in replies} == {20}


@in_virtual_time
async def test_wit_two_reads_at_once_share_one_reply(lab: Lab) -> None:
    await lab.witmotion()
    client = await connected(lab, "WT901BLE67")
    heard = Heard()
    await client.start_notify(wit.DATA, heard)
    for register in (0x03, 0x64):
        await client.write_gatt_char(wit.COMMAND, bytes([0xFF, 0xAA, 0x27, register, 0]), response=False)
    await asyncio.sleep(0.5)
    assert [payload[2] for payload in heard if payload[1] == 0x71] == [0x64]


@in_virtual_time
async def test_small_mtu_cuts_what_wit_sends(lab: Lab) -> None:
    lab.computer.habits.mtu_request = 64
    await lab.witmotion()
    client = await connected(lab, "WT901BLE67")
    assert client.services.get_characteristic(wit.COMMAND).max_write_without_response_size == 61
    heard = Heard()
    await client.start_notify(wit.DATA, heard)
    await client.write_gatt_char(wit.COMMAND, wit.UNLOCK, response=False)
    await client.write_gatt_char(wit.COMMAND, bytes.fromhex("ffaa030900"), response=False)
    await asyncio.sleep(2)
    assert len(heard[-1]) == 61


# --- pretend own format ---


def worked_exchanges() -> list[tuple[str, bytes, bytes]]:
    """The table of own-format.md: what happened before, request, reply."""
    page = (NOTES / "own-format.md").read_text(encoding="utf-8")
    table = page.partition("### Worked exchanges")[2].partition("\n\nBattery level")[0]
    rows = re.findall(r"^\| ([^|]*)\| ([^|]*)\| `([0-9A-F ]+)` \|", table, re.MULTILINE)
    return [
        (before.strip(), bytes.fromhex(request.strip(" `")), bytes.fromhex(reply)) for before, request, reply in rows
    ]


@in_virtual_time
async def test_own_answers_as_the_page_says(lab: Lab) -> None:
    sensor = await lab.open()
    client = await connected(lab, "sc-0718")
    replies, samples = Heard(), Heard()
    await client.start_notify(own.CONTROL, replies)
    rows = worked_exchanges()
    assert len(rows) >= 25
    for before, request, reply in rows:
        if before == "imu on":
            await client.start_notify(own.IMU, samples)
        elif before == "3 packets dropped":
            sensor._dropped = 3
        elif before == "disconnected, connected" or before.startswith("MTU 23"):
            await client.disconnect()
            lab.computer.habits.mtu_request = 23 if "MTU 23" in before else 247
            client = await connected(lab, "sc-0718")
            await client.start_notify(own.CONTROL, replies)
            if "imu on" in before:
                await client.start_notify(own.IMU, samples)
        replies.clear()
        await client.write_gatt_char(own.CONTROL, request, response=True)
        await asyncio.sleep(0.05)
        assert [one.hex(" ") for one in replies] == [reply.hex(" ")], (before, request.hex())


@in_virtual_time
async def test_own_packets_count_on_and_tell_the_time_of_their_first_sample(lab: Lab) -> None:
    await lab.open(clock_error=0.01, battery=7)
    client = await connected(lab, "sc-0718")
    heard = Heard()
    await client.start_notify(own.CONTROL, Heard())
    await client.start_notify(own.IMU, heard)
    await client.write_gatt_char(own.CONTROL, b"\x01", response=True)
    await asyncio.sleep(10)
    heads = [struct.unpack_from("<BBHIHBB", payload) for payload in heard]
    assert {head[0] for head in heads} == {0x11}
    assert {head[1] for head in heads} == {0x10}
    assert [head[2] for head in heads] == list(range(len(heads)))
    assert {head[5] for head in heads} == {5}
    assert {len(payload) for payload in heard} == {12 + 60}
    steps = np.diff([head[3] for head in heads])
    assert abs(steps - 5e6 / 104).max() <= 1
    assert {head[4] for head in heads} == {round(1e6 / 104)}
    # The crystal runs 1 % fast: 10 s by the air are 10.1 s by the sensor.
    span_s = heard.times_s[-1] - heard.times_s[0]
    assert (heads[-1][3] - heads[0][3]) * 1e-6 / span_s == pytest.approx(1.01, abs=1e-4)
    assert struct.unpack_from("<6h", heard[0], 12) == (0, 0, 2048, 0, 0, 0), "1 g along z, 2048 counts a g"


@in_virtual_time
async def test_own_tells_scales_serial_and_battery(lab: Lab) -> None:
    await lab.open()
    client = await connected(lab, "sc-0718")
    page = (NOTES / "own-format.md").read_text(encoding="utf-8")
    info = await client.read_gatt_char(own.INFO)
    assert struct.unpack("<BBHff", info) == (1, 0, 104, 2.0**-11, 1000 / 32768)
    serial = bytes(await client.read_gatt_char("2a25"))
    assert serial.hex(" ").upper() in page
    assert serial == b"60C5A8F1E4D30718"
    assert bytes(await client.read_gatt_char("2a19")) == b"\x51"
    assert bytes(await client.read_gatt_char("2a26")) == b"1.0.0"


@in_virtual_time
async def test_own_is_advertised_as_the_page_says(lab: Lab) -> None:
    sensor = await lab.open()
    page = (NOTES / "own-format.md").read_text(encoding="utf-8")
    primary = sensor.device.advertising_data[:21].hex(" ").upper()
    assert f"`{primary}`" in page
    assert len(sensor.device.advertising_data) <= 31


# --- the air, and what computers do ---


async def stream(lab: Lab, name: str = "sc-0718") -> tuple[BleakClient, Heard, list[float]]:
    """A started own sensor: its client, what it says, and when the link ended."""
    ended: list[float] = []

    def gone(_client: BleakClient) -> None:
        ended.append(asyncio.get_running_loop().time())

    client = await connected(lab, name, disconnected_callback=gone)
    heard = Heard()
    await client.start_notify(own.CONTROL, Heard())
    await client.start_notify(own.IMU, heard)
    await client.write_gatt_char(own.CONTROL, b"\x01", response=True)
    return client, heard, ended


def numbers(heard: Heard) -> list[int]:
    return [struct.unpack_from("<H", payload, 2)[0] for payload in heard]


@in_virtual_time
async def test_a_short_walk_stalls_and_loses_nothing_a_long_one_ends_the_link(lab: Lab) -> None:
    sensor = await lab.open()
    client, heard, ended = await stream(lab)
    await asyncio.sleep(2)
    before = len(heard)
    lab.leave(sensor)
    await asyncio.sleep(3)
    assert len(heard) == before
    assert client.is_connected
    lab.come_back(sensor)
    await asyncio.sleep(1)
    assert numbers(heard) == list(range(len(heard)))
    assert len(heard) > before + 60
    left = asyncio.get_running_loop().time()
    lab.leave(sensor)
    await asyncio.sleep(6)
    assert not client.is_connected
    assert ended == [pytest.approx(left + 4.0)]
    assert sensor.link is None
    assert not sensor.is_streaming
    assert await BleakScanner.find_device_by_name("sc-0718", 2, backend=lab.computer.scanner_backend) is None
    lab.come_back(sensor)
    await find(lab, "sc-0718")


@in_virtual_time
async def test_a_goodbye_out_of_range_is_noticed_by_the_sensors_own_timeout(lab: Lab) -> None:
    sensor = await lab.open()
    client, _, _ = await stream(lab)
    lab.leave(sensor)
    await client.disconnect()
    assert not client.is_connected
    assert sensor.link is not None
    await asyncio.sleep(5)
    assert sensor.link is None


def test_data_wait_for_connection_events() -> None:
    async def go() -> None:
        async with Lab(interval_s=0.0475) as lab:
            await lab.open()
            client, heard, _ = await stream(lab)
            await asyncio.sleep(10)
            gaps = np.diff(heard.times_s)
            assert np.allclose(np.round(gaps / 0.0475), gaps / 0.0475, atol=1e-6)
            assert gaps.max() > 0.09
            assert numbers(heard) == list(range(len(heard)))
            await client.disconnect()

    virtual_time.run(go())


@in_virtual_time
async def test_faults_do_what_they_say(lab: Lab) -> None:
    sensor = await lab.open()
    _, heard, _ = await stream(lab)
    await asyncio.sleep(1)
    sensor.faults.lose_next = 3
    await asyncio.sleep(1)
    got = numbers(heard)
    assert sorted(set(range(got[-1] + 1)) - set(got)) == list(range(got.index(got[0]) + 20, 23)), "three in a row"
    sensor.faults.repeat_next = 2
    await asyncio.sleep(1)
    assert len(heard) - len(set(heard)) == 2
    sensor.faults.hold = True
    count = len(heard)
    await asyncio.sleep(3)
    assert len(heard) == count
    sensor.faults.hold = False
    await asyncio.sleep(0.1)
    assert len(heard) >= count + 62
    assert heard.times_s[count] == heard.times_s[count + 60], "a burst"
    sensor.faults.mute = True
    await asyncio.sleep(0.1)
    count = len(heard)
    await asyncio.sleep(3)
    assert len(heard) == count
    sensor.faults.mute = False
    sensor.faults.junk = [b"junk"]
    await asyncio.sleep(1)
    assert heard[count] == b"junk"


@in_virtual_time
async def test_power_cycle_starts_clock_and_numbers_anew_perhaps_elsewhere(lab: Lab) -> None:
    sensor = await lab.open()
    _, heard, ended = await stream(lab)
    await asyncio.sleep(3)
    await sensor.restart(address="C4:11:22:33:44:99")
    assert ended
    device = await find(lab, "sc-0718")
    assert device.address == "C4:11:22:33:44:99"
    _, heard, _ = await stream(lab)
    await asyncio.sleep(1)
    sequence, time_us = struct.unpack_from("<HI", heard[0], 2)
    assert sequence == 0
    assert time_us < 3e6


@in_virtual_time
async def test_refusals_reach_the_client_as_bleak_errors(lab: Lab) -> None:
    sensor = await lab.open()
    client = await connected(lab, "sc-0718")
    sensor.faults.refuse_writes = 0x80
    with pytest.raises(BleakGATTProtocolError):
        await client.write_gatt_char(own.CONTROL, b"\x01", response=True)
    sensor.faults.unreadable.add("serial")
    with pytest.raises(BleakGATTProtocolError):
        await client.read_gatt_char("2a25")
    with pytest.raises(BleakError):
        await client.read_gatt_char("7c5a00ff-4b1e-4f6d-9a3c-2e8d51f0c7b6")


@in_virtual_time
async def test_link_loss_during_a_read_is_an_error_not_a_cancellation(lab: Lab) -> None:
    sensor = await lab.open()
    client = await connected(lab, "sc-0718")
    sensor.faults.hang_reads = True
    asyncio.get_running_loop().call_later(1, lambda: sensor.do(sensor.drop()))
    with pytest.raises(BleakError, match="disconnected"):
        await client.read_gatt_char(own.INFO)
    assert not client.is_connected


@in_virtual_time
async def test_device_gone_between_scan_and_connect_then_back(lab: Lab) -> None:
    sensor = await lab.open()
    device = await find(lab, "sc-0718")
    lab.leave(sensor)
    with pytest.raises(asyncio.TimeoutError):
        await BleakClient(device, timeout=3, backend=lab.computer.client_backend).connect()
    lab.come_back(sensor)
    async with BleakClient(device, timeout=3, backend=lab.computer.client_backend) as client:
        assert client.is_connected, "the radio is usable again"


@in_virtual_time
async def test_a_dead_program_leaves_its_connection_which_the_adapter_lists(lab: Lab) -> None:
    await lab.open()
    await stream(lab)  # nobody disconnects it
    assert await BleakScanner.find_device_by_name("sc-0718", 3, backend=lab.computer.scanner_backend) is None
    adapter = await BleakAdapter.get(backend=lab.computer.adapter_backend)
    (device,) = await adapter.get_connected_devices([own.SERVICE])
    assert await adapter.get_connected_devices([wit.SERVICE]) == []
    async with BleakClient(device, backend=lab.computer.client_backend) as client:
        assert bytes(await client.read_gatt_char("2a25")) == b"60C5A8F1E4D30718"


@in_virtual_time
async def test_two_units_of_one_name_on_a_computer_that_hides_addresses(lab: Lab) -> None:
    lab.computer.habits.hides_addresses = True
    lab.computer.habits.rssi_dbm = {"C4:00:00:00:00:01": -70}
    await lab.witmotion(address="C4:00:00:00:00:01")
    await lab.witmotion(address="C4:00:00:00:00:02")
    heard = await BleakScanner.discover(2, return_adv=True, backend=lab.computer.scanner_backend)
    assert {advertised.rssi for _, advertised in heard.values()} == {-50, -70}
    assert {device.name for device, _ in heard.values()} == {"WT901BLE67"}
    assert len(heard) == 2
    assert not any("C4:00" in device.address for device, _ in heard.values())


# --- what they play ---


def test_a_recording_and_a_simulation_are_played_as_they_were(tmp_path: Path) -> None:
    from sensorcoach.simulator import SCENARIOS, simulate

    simulation = simulate(SCENARIOS["good"](1))
    movement = of_simulation(simulation)
    assert np.allclose(np.linalg.norm(movement.acc_g[:50], axis=1), 1.0, atol=0.1)
    played = of_recording(RECORDINGS / "good.jsonl.gz")
    assert len(played.acc_g) > 1000
    assert 20 < played.rate_hz < 500
    assert np.allclose(np.linalg.norm(played.acc_g[:50], axis=1), 1.0, atol=0.1)
    half = movement.sampled(movement.rate_hz / 2)
    assert np.allclose(half.acc_g[10], movement.acc_g[20])
    assert half.duration_s == pytest.approx(movement.duration_s, abs=0.1)


@in_virtual_time
async def test_session_time_never_runs_backwards_over_two_clocks_read_apart(lab: Lab) -> None:
    from sensorcoach.sources.session_clock import SessionClock

    readings = iter([5.0, 5.000002, 4.999999, 5.000001, 105.0, 104.999998, 105.000002])
    clock = SessionClock(lambda: next(readings))
    assert [clock.now_s() for _ in range(6)] == [0.0, 0.0, 0.0, 100.0, 100.0, 100.0]


def test_pretend_sensors_know_nothing_of_the_decoders() -> None:
    for file in (Path(__file__).parent / "pretend").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith("sensorcoach.devices")], file.name
            assert not [name for name in names if name.startswith("sensorcoach.sources")], file.name
