"""What sensors, radios and operating systems do wrong, and what the product makes of it."""

import asyncio
import logging
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import BleakError

from sensorcoach.errors import BluetoothError, SensorError
from sensorcoach.model import LinkEvent, Packet
from sensorcoach.output.printable import printable
from sensorcoach.recording import read_session
from sensorcoach.sources.ble import BleRadio
from sensorcoach.sources.finding import listen
from sensorcoach.sources.link import LinkTiming, Mailbox, SensorLink, SessionClock, Wanted
from sensorcoach.sources.radio import Found, LinkLost
from sensorcoach.sources.remembered import RememberedSensor, load_remembered
from tests.ble import virtual_time
from tests.ble.lab import Lab, in_virtual_time, within
from tests.ble.pretend import open_format as own
from tests.ble.pretend import witmotion as wit
from tests.ble.pretend.bluest import PretendBlueSt
from tests.ble.pretend.microbit import PretendMicrobit
from tests.ble.product import Product, in_order, same_numbers, worn

KINDS = ["open", "witmotion"]
NAMES = {"open": "sc-0718", "witmotion": "WT901BLE67"}
SERIALS = {"open": own.SERIAL, "witmotion": "C4:11:22:33:44:55"}


def now_s() -> float:
    return asyncio.get_running_loop().time()


def ends_in_advice(error: Exception) -> bool:
    return isinstance(error, SensorError | BluetoothError) and error.advice.endswith(".") and error.message != ""


# --- finding the right one ---


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_r10_a_sensor_under_another_address_is_known_by_its_identity(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R10: its address changed with a restart, and macOS gives none; serial number or hardware address tell."""
    lab.computer.habits.hides_addresses = True
    sensor = await getattr(lab, kind)(address="C4:11:22:33:44:55")
    async with Product(lab, tmp_path, memory=tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
        await sensor.restart(address="C4:11:22:33:44:99")
        await product.streaming(times=2)
        await asyncio.sleep(5)
    remembered, _ = load_remembered(tmp_path)
    assert remembered is not None
    assert remembered.identity == SERIALS[kind]
    assert product.states.count("streaming") == 2
    assert "C4:11" not in product.file.read_text(encoding="utf-8").partition("\n")[0] or kind == "witmotion"


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_r10_a_second_unit_of_the_same_name_is_not_taken(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R10: in mid-session the known unit is away and its twin advertises; nobody's samples get mixed up."""
    ours = await getattr(lab, kind)(address="C4:11:22:33:44:55", name=NAMES[kind])
    async with Product(lab, tmp_path, memory=tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
        twin_traits = {"serial": "AAAABBBBCCCCDDDD"} if kind == "open" else {}
        twin = await getattr(lab, kind)(address="C4:11:22:33:44:66", name=NAMES[kind], **twin_traits)
        await ours.stop()
        await asyncio.sleep(60)
        assert product.states.count("streaming") == 1
        assert not twin.is_streaming
        await ours.start()
        await product.streaming(40, times=2)
        assert ours.is_streaming
        assert not twin.is_streaming


@in_virtual_time
async def test_r10_the_remembered_unit_is_found_among_twins_by_asking(lab: Lab, tmp_path: Path) -> None:
    """R10: on macOS two units of a batch differ in nothing before they are connected to."""
    lab.computer.habits.hides_addresses = True
    lab.computer.habits.rssi_dbm = {"C4:00:00:00:00:01": -40, "C4:00:00:00:00:02": -80}
    twin = await lab.open(address="C4:00:00:00:00:01", name="sc-twin", serial="AAAABBBBCCCCDDDD")
    ours = await lab.open(address="C4:00:00:00:00:02", name="sc-twin", serial="60C5A8F1E4D30718")
    remembered = RememberedSensor(
        profile="open", name="sc-twin", identity="60C5A8F1E4D30718", address="another computer's"
    )
    async with Product(lab, tmp_path, remembered=remembered) as product:
        await product.streaming(60)
        await asyncio.sleep(3)
        assert ours.is_streaming
        assert not twin.is_streaming
    assert [one.payload for one in product.recorded() if isinstance(one, Packet) and one.channel == "serial"][-1] == (
        b"60C5A8F1E4D30718"
    )


@in_virtual_time
async def test_two_sensors_and_nobody_said_which(lab: Lab, tmp_path: Path) -> None:
    await lab.open()
    await lab.witmotion(address="C4:00:00:00:00:02")
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert ends_in_advice(error)
    assert "sc-0718" in str(error)
    assert "WT901BLE67" in str(error)
    assert "--device" in str(error)

    def strongest(found: Sequence[Found]) -> Found:
        return found[0]

    async with Product(lab, tmp_path, choose=strongest) as product:
        await product.streaming()
    async with Product(lab, tmp_path / "..", device="wt901", record=False) as product:
        await product.streaming()
        assert product.live.status.profile == "witmotion"


@in_virtual_time
async def test_r11_sensors_are_found_whether_they_advertise_their_service_or_a_name(lab: Lab, tmp_path: Path) -> None:
    """R11: our own by service, WitMotion by name; the strongest first, unknown ones last."""
    lab.computer.habits.rssi_dbm = {"C4:00:00:00:00:01": -80, "C4:00:00:00:00:02": -40, "C4:00:00:00:00:03": -20}
    await lab.open(address="C4:00:00:00:00:01", name="ours")
    await lab.witmotion(address="C4:00:00:00:00:02", advertising_ms=2000)
    await lab.open(address="C4:00:00:00:00:03", name="phone", advertises_service=False)
    from sensorcoach.devices import radio_profiles

    matches = await listen(BleRadio(**lab.computer.backends), radio_profiles(), 5.0)
    assert [(match.found.name, match.profile and match.profile.name) for match in matches] == [
        ("WT901BLE67", "witmotion"),
        ("ours", "open"),
        ("phone", None),
    ]
    assert [match.found.rssi_dbm for match in matches] == [-40, -80, -20]


@in_virtual_time
async def test_a_vibration_sensor_of_the_same_maker_is_not_chosen(lab: Lab, tmp_path: Path) -> None:
    await lab.witmotion(name="WTVB01-BT50", vibration=True, advertises_service=True)
    async with Product(lab, tmp_path) as product:
        error = await product.error()
    assert ends_in_advice(error)
    assert "No sensor" in str(error)
    assert "WTVB01" in str(error), "what was heard is named"


@in_virtual_time
async def test_names_that_attack_the_terminal_are_shown_harmless(lab: Lab, tmp_path: Path) -> None:
    evil = "sc\x1b[31m[b]\u202e\r\n\x07" + 18 * "x"
    await lab.open(name=evil)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(3)
    name = read_session(product.file).header.device["name"]
    assert name == printable(evil)
    assert str(name).isprintable()
    await lab.open(name=evil + "2", address="C4:00:00:00:00:02")
    async with Product(lab, tmp_path, record=False) as product:
        error = await product.error()
    assert str(error).isprintable()


# --- at the start ---


@in_virtual_time
async def test_r22_bluetooth_off_is_said_at_once_and_survived_in_mid_session(lab: Lab, tmp_path: Path) -> None:
    """R22."""
    sensor = await lab.open()
    lab.computer.habits.adapter_off = True
    async with Product(lab, tmp_path) as product:
        began_s = now_s()
        error = await product.error()
    assert isinstance(error, BluetoothError)
    assert ends_in_advice(error)
    assert now_s() - began_s < 1
    lab.computer.habits.adapter_off = False
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
        lab.computer.habits.adapter_off = True
        await sensor.drop()
        await asyncio.sleep(20)
        assert product.states[-1] == "searching"
        lab.computer.habits.adapter_off = False
        await product.streaming(20, times=2)


@in_virtual_time
async def test_r22_nothing_there_is_said_with_what_was_heard(lab: Lab, tmp_path: Path) -> None:
    """R22."""
    async with Product(lab, tmp_path) as product:
        began_s = now_s()
        error = await product.error()
    assert ends_in_advice(error)
    assert "phone" in str(error)
    assert now_s() - began_s < 40
    assert not product.file.exists()


@in_virtual_time
async def test_r08_the_scan_has_ended_before_the_connection_begins(lab: Lab, tmp_path: Path) -> None:
    """R8: and a new scan stands before each new attempt."""
    sensor = await lab.open()
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await sensor.drop()
        await product.streaming(times=2)
    log = [word for word in lab.computer.habits.log if word in ("scan on", "scan off", "connect")]
    assert log == ["scan on", "scan off", "connect"] * 2


@in_virtual_time
async def test_device_gone_between_scan_and_connect(lab: Lab, tmp_path: Path) -> None:
    """R8, R9: tried again until it is back; nothing hangs."""
    sensor = await lab.open()
    lab.computer.habits.connect_takes_s = 0.5
    async with Product(lab, tmp_path) as product:
        await product.until("connecting")
        lab.leave(sensor)
        await asyncio.sleep(25)
        assert "streaming" not in product.states
        lab.come_back(sensor)
        await product.streaming(40)


ERRORS = [
    BleakError("le-connection-abort-by-local"),
    TimeoutError(),
    OSError(5, "Input/output error"),
    EOFError(),
    BleakError("connect failed: 0x3e"),
]


@in_virtual_time
async def test_r09_connects_are_tried_again_with_growing_pauses(lab: Lab, tmp_path: Path) -> None:
    """R9: whatever kind of error it is."""
    await lab.open()
    lab.computer.habits.refuses_connects = list(ERRORS)
    async with Product(lab, tmp_path) as product:
        await product.streaming(90)
    assert lab.computer.habits.refuses_connects == []
    at_s = [event.t_s for event in product.all(LinkEvent) if event.state == "connecting"]
    assert len(at_s) == len(ERRORS) + 1
    between_s = [late - early for early, late in zip(at_s, at_s[1:], strict=False)]
    assert between_s[-1] > between_s[0] + 3
    assert max(between_s) < 4 + 10


@in_virtual_time
async def test_link_loss_during_a_read_of_the_start(lab: Lab, tmp_path: Path) -> None:
    """R5, R9: the disconnected callback fires in mid-conversation."""
    sensor = await lab.open()
    sensor.faults.hang_reads = True
    async with Product(lab, tmp_path) as product:
        assert await within(20, lambda: sensor.link is not None)
        await asyncio.sleep(1)
        sensor.faults.hang_reads = False
        await sensor.drop()
        await product.streaming(20)


@in_virtual_time
async def test_a_read_that_never_ends_does_not_hang_the_link(lab: Lab, tmp_path: Path) -> None:
    """R3."""
    sensor = await lab.open()
    sensor.faults.hang_reads = True
    async with Product(lab, tmp_path) as product:
        assert await within(20, lambda: sensor.link is not None)
        sensor.faults.hang_reads = True
        assert await within(60, lambda: sensor.link is None)
        sensor.faults.hang_reads = False
        await product.streaming(40)


@in_virtual_time
async def test_a_control_point_that_refuses_is_told_in_a_sentence(lab: Lab, tmp_path: Path) -> None:
    """R22: an ATT error, a status of its own, no reply at all."""
    sensor = await lab.open()
    for fault, value in (("refuse_writes", 0x80), ("refuse_status", own.FAILED), ("deaf_control", True)):
        setattr(sensor.faults, fault, value)
        async with Product(lab, tmp_path, record=False) as product:
            error = await product.error(300)
        assert ends_in_advice(error), fault
        assert "streaming" not in product.states
        setattr(sensor.faults, fault, None if fault.startswith("refuse") else False)
        assert await within(10, lambda: sensor.link is None), "it is let go"
    async with Product(lab, tmp_path, record=False) as product:
        await product.streaming()


@in_virtual_time
async def test_serial_number_and_battery_may_be_unreadable(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.open()
    sensor.faults.unreadable = {"serial", "battery", "firmware"}
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(3)
        assert product.live.status.battery is None


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_r22_connected_but_silent_is_said(lab: Lab, tmp_path: Path, kind: str) -> None:
    """R22, R3."""
    sensor = await getattr(lab, kind)()
    sensor.faults.mute = True
    async with Product(lab, tmp_path) as product:
        error = await product.error(200)
    assert ends_in_advice(error)
    assert "sends no" in str(error)


@in_virtual_time
async def test_r07_a_sensor_held_by_a_dead_program_is_taken_over(lab: Lab, tmp_path: Path) -> None:
    """R7: the operating system keeps the link of a killed program, and the sensor does not advertise."""
    await lab.open()
    from bleak import BleakClient, BleakScanner

    device = await BleakScanner.find_device_by_name("sc-0718", 5, backend=lab.computer.scanner_backend)
    assert device is not None
    await BleakClient(device, backend=lab.computer.client_backend).connect()  # and never a word again
    async with Product(lab, tmp_path) as product:
        await product.streaming(20)
        await asyncio.sleep(3)
        assert product.live.status.profile == "open"


@in_virtual_time
async def test_r07_a_computer_that_cannot_list_connected_devices_scans(lab: Lab, tmp_path: Path) -> None:
    """R7."""
    await lab.open()
    lab.computer.habits.knows_connected = False
    async with Product(lab, tmp_path) as product:
        await product.streaming(20)


# --- the size of packets ---


@in_virtual_time
async def test_r12_too_small_an_mtu_is_said(lab: Lab, tmp_path: Path) -> None:
    """R12: by the sensor that counts from the MTU; by packets that are cut; never by `mtu_size`."""
    lab.computer.habits.mtu_request = 23
    sensor = await lab.open()
    async with Product(lab, tmp_path, record=False) as product:
        error = await product.error(200)
    assert ends_in_advice(error)
    assert "MTU" in str(error)
    lab.computer.habits.mtu_request = 65
    sensor.faults.ignore_mtu = True
    async with Product(lab, tmp_path, record=False) as product:
        await product.streaming()
        await asyncio.sleep(10)
    assert "MTU" in product.notices["cut_packets"]


@in_virtual_time
async def test_r12_a_careful_sensor_fills_any_mtu(lab: Lab, tmp_path: Path) -> None:
    """R12: four samples fit into 65 bytes."""
    lab.computer.habits.mtu_request = 65
    await lab.open()
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(10)
    assert {len(payload) for payload in product.packets("imu")} == {12 + 4 * 12}
    assert product.done.counts["lost"] == 0


@pytest.mark.parametrize("mtu", [64, 66, 75, 82])
@in_virtual_time
async def test_r12_wit_packets_cut_by_a_small_mtu_cost_one_frame_each_and_are_said(
    lab: Lab, tmp_path: Path, mtu: int
) -> None:
    """R12: three of four frames fit; what is left of the fourth is no sample, with nothing of the next one either."""
    lab.computer.habits.mtu_request = mtu
    await lab.witmotion(worn().movement)
    async with Product(lab, tmp_path, record=False) as product:
        await product.streaming()
        await asyncio.sleep(15)
    assert "MTU" in product.notices["cut_packets"]
    assert "slow_stream" not in product.notices
    assert product.done.samples == pytest.approx(0.75 * 99.26 * 15, rel=0.1)
    assert product.done.counts["cut_packets"] == pytest.approx(99.26 / 4 * 15, rel=0.1)


# --- in mid-stream ---


@pytest.mark.parametrize("kind", KINDS)
@in_virtual_time
async def test_junk_is_counted_and_the_session_goes_on(lab: Lab, tmp_path: Path, kind: str) -> None:
    sensor = await getattr(lab, kind)(worn().movement)
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(5)
        sensor.faults.junk = [b"", b"\x00", b"junk", bytes(20), b"\xff" * 200, b"Ua" + bytes(3), bytes(range(100))]
        await asyncio.sleep(10)
    assert product.done.counts["undecodable"] >= 3
    assert "lost" not in product.states
    assert product.done.samples > 1400
    recorded = product.packets("imu" if kind == "open" else "data")
    assert all(junk in recorded for junk in (b"junk", bytes(20), b"\xff" * 200)), "the very bytes are kept"


@in_virtual_time
async def test_r13_a_slow_session_overflows_the_mailbox_and_never_the_callback(lab: Lab, tmp_path: Path) -> None:
    """R13: packets that find no room are counted and told; the radio is never waited for."""
    sensor = await lab.open()
    mailbox = Mailbox(capacity=50)
    link = SensorLink(BleRadio(**lab.computer.backends), Wanted(), mailbox, SessionClock())
    running = asyncio.ensure_future(link.run())
    assert await within(20, lambda: link.status.notifications > 0)
    await asyncio.sleep(30)  # nobody takes anything
    assert link.status.state == "streaming"
    assert link.status.notifications == pytest.approx(sensor.sent, abs=2)
    items = await mailbox.take()
    kept = [item for item in items if isinstance(item, Packet) and item.channel == "imu"]
    (overflow,) = [item for item in items if isinstance(item, LinkEvent) and item.state == "overflow"]
    assert len(kept) <= 50
    dropped = int(re.findall(r"\d+", overflow.detail)[0])
    assert dropped + len(kept) == link.status.notifications
    await asyncio.sleep(1)
    more = await mailbox.take()
    assert any(isinstance(item, Packet) for item in more)
    assert not any(isinstance(item, LinkEvent) for item in more)
    link.stop()
    await running


@in_virtual_time
async def test_r14_an_error_in_the_callback_does_not_end_the_stream(
    lab: Lab, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """R14."""
    await lab.open()
    radio = BleRadio(**lab.computer.backends)
    found: list[Found] = []
    async with radio.scan(found.append, []):
        assert await within(5, lambda: bool(found))
    connection = await radio.connect(found[0], lambda: None)
    calls = []

    def listener(payload: bytes) -> None:
        calls.append(payload)
        raise ValueError("a bug")

    await connection.subscribe(own.CONTROL, lambda _: None)
    await connection.subscribe(own.IMU, listener)
    with caplog.at_level(logging.CRITICAL):
        await connection.write(own.CONTROL, b"\x01", True)
        await asyncio.sleep(2)
    assert len(calls) > 30
    await connection.close()
    heard = len(calls)
    await asyncio.sleep(1)
    assert len(calls) == heard


@in_virtual_time
async def test_r02_callbacks_of_an_old_connection_are_ignored(lab: Lab, tmp_path: Path) -> None:
    """R2, R6: an operating system that goes on calling after the disconnect."""
    sensor = await lab.open()
    late: list[object] = []
    original = lab.computer.client_backend.start_notify

    async def start_notify(client: object, characteristic: object, callback: object, **more: object) -> None:
        late.append(callback)
        await original(client, characteristic, callback, **more)

    lab.computer.client_backend.start_notify = start_notify
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(2)
        old = list(late)
        await sensor.drop()
        await product.streaming(times=2)
        count = len(product.told)
        for callback in old:
            callback(bytearray(b"from the grave"))  # type: ignore[operator]
        await asyncio.sleep(2)
        assert not any("undecodable" in str(one) for one in product.told[count:])
    assert b"from the grave" not in product.packets("imu") + product.packets("control")


@in_virtual_time
async def test_r04_a_disconnect_that_hangs_half_a_minute(lab: Lab, tmp_path: Path) -> None:
    """R4: on Windows; the next connection does not wait for it, nor does the end of the session."""
    sensor = await lab.open()
    lab.computer.habits.disconnect_hangs_s = 30.0
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(2)
        sensor.faults.mute = True
        await product.until("lost", 10)
        sensor.faults.mute = False
        lost_s = now_s()
        await product.streaming(15, times=2)
        assert now_s() - lost_s < 12
        stopped_s = now_s()
    assert now_s() - stopped_s < 8
    assert product.done.samples > 0


@in_virtual_time
async def test_r06_every_client_is_closed_even_when_the_start_fails(lab: Lab, tmp_path: Path) -> None:
    """R6, R23: one connection at a time, and none left behind."""
    sensor = await lab.open()
    sensor.faults.refuse_status = own.FAILED
    async with Product(lab, tmp_path) as product:
        await product.error(200)
    log = [word for word in lab.computer.habits.log if word in ("connect", "disconnect")]
    assert log[::2] == ["connect"] * (len(log) // 2)
    assert log[1::2] == ["disconnect"] * (len(log) // 2)
    assert lab.computer.device.connections == {}


@in_virtual_time
async def test_r05_a_requested_disconnect_is_not_taken_for_a_loss(lab: Lab, tmp_path: Path) -> None:
    """R5: the callback fires for it too; the session ends once, well, and is not reconnected."""
    sensor = await lab.open()
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(2)
    await asyncio.sleep(20)
    assert "lost" not in product.states
    assert sensor.link is None
    assert lab.computer.habits.log.count("connect") == 1


@in_virtual_time
async def test_r16_the_data_characteristic_is_never_read(lab: Lab, tmp_path: Path) -> None:
    """R16: BlueZ would repeat the answer as a notification; and its default way to notify is kept."""
    await lab.witmotion()
    asked: list[dict[str, object]] = []
    original = lab.computer.client_backend.start_notify

    async def start_notify(client: object, characteristic: object, callback: object, **more: object) -> None:
        asked.append(dict(more))
        await original(client, characteristic, callback, **more)

    async def read(client: object, characteristic: object, **_: object) -> bytearray:
        assert characteristic.uuid != wit.DATA  # type: ignore[attr-defined]
        raise AssertionError("nothing of a WitMotion is read")

    lab.computer.client_backend.start_notify = start_notify
    lab.computer.client_backend.read_gatt_char = read
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(3)
    assert all(not more.get("bluez") for more in asked)
    assert asked


def test_r18_a_slow_connection_is_measured_and_said(tmp_path: Path) -> None:
    """R18: 195 ms between connection events, and one packet each: half of the samples never come in time."""

    async def go() -> None:
        async with Lab(interval_s=0.195) as lab:
            lab.air.per_event = 1
            await lab.open()
            async with Product(lab, tmp_path) as product:
                await product.streaming(60)
                await asyncio.sleep(30)
            assert "slow_stream" in product.notices
            assert "104" in product.notices["slow_stream"]

    virtual_time.run(go())


@in_virtual_time
async def test_battery_is_shown_and_low_is_said_once(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.open(battery=40)
    async with Product(lab, tmp_path, timing=LinkTiming(battery_every_s=5.0)) as product:
        await product.streaming()
        await asyncio.sleep(3)
        battery = product.live.status.battery
        assert battery is not None
        assert battery.fraction == pytest.approx(0.40)
        assert "battery_low" not in product.states
        sensor.set_battery(8)
        await asyncio.sleep(17)
    assert product.states.count("battery_low") == 1


@in_virtual_time
async def test_wit_battery_is_volts_and_its_answer_no_sample(lab: Lab, tmp_path: Path) -> None:
    await lab.witmotion(volts=3.41)
    async with Product(lab, tmp_path, timing=LinkTiming(battery_every_s=5.0)) as product:
        await product.streaming()
        await asyncio.sleep(17)
        battery = product.live.status.battery
        assert battery is not None
        assert battery.volts == pytest.approx(3.41)
    assert product.states.count("battery_low") == 1
    assert product.done.counts["undecodable"] == 0


@in_virtual_time
async def test_a_power_cycle_in_mid_session_goes_on_in_session_time(lab: Lab, tmp_path: Path) -> None:
    """R17: the device clock begins anew at 0; session time does not."""
    session = worn()
    sensor = await lab.open(session.movement)
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = now_s()
        await asyncio.sleep(session.simulation.truth[1].return_end_s + 1)
        await sensor.restart(off_s=2)
        await product.streaming(times=2)
        await asyncio.sleep(began_s + session.duration_s - now_s())
    times = [packet.t_s for packet in product.recorded() if isinstance(packet, Packet)]
    assert times == sorted(times)
    assert product.done.duration_s == pytest.approx(session.duration_s, abs=1)
    assert 3 <= product.done.summary.reps <= 4
    assert product.done.reps[-1].side == session.sides[-1]
    sequences = [struct.unpack_from("<H", payload, 2)[0] for payload in product.packets("imu")]
    assert sequences.count(0) == 2


@in_virtual_time
async def test_what_the_screen_shows_stands_in_the_recording(lab: Lab, tmp_path: Path) -> None:
    sensor = await lab.open()
    async with Product(lab, tmp_path) as product:
        await product.streaming()
        await asyncio.sleep(3)
        await sensor.drop()
        await product.streaming(times=2)
        await asyncio.sleep(3)
    events = [item for item in read_session(product.file).items if isinstance(item, LinkEvent)]
    assert [event.state for event in events] == product.states
    assert in_order(["searching", "connecting", "streaming", "lost", "streaming"], product.states)


def test_r04_connecting_to_nothing_is_bounded() -> None:
    """R4, R19: a connect that hangs ends in time, and the radio is free again."""

    async def go() -> None:
        async with Lab() as lab:
            sensor = await lab.open()
            radio = BleRadio(**lab.computer.backends)
            found: list[Found] = []
            async with radio.scan(found.append, []):
                assert await within(5, lambda: bool(found))
            lab.leave(sensor)
            began_s = now_s()
            with pytest.raises(LinkLost):
                await radio.connect(found[0], lambda: None)
            assert now_s() - began_s < 35
            lab.come_back(sensor)
            connection = await radio.connect(found[0], lambda: None)
            assert connection.has(own.IMU)
            await connection.close()

    virtual_time.run(go())


# --- samples that cannot be ---


@pytest.mark.parametrize("kind", [PretendMicrobit, PretendBlueSt])
@in_virtual_time
async def test_an_impossible_reading_costs_a_sample_not_a_repetition(lab: Lab, tmp_path: Path, kind: Any) -> None:
    """A failed reading of the chip: -32 g on all axes, once in each drop, hold and return."""
    session = worn()

    class Failing(kind):  # type: ignore[misc]
        failing = 0

        def packet(self, first: int, index: int, count: int) -> bytes:
            good: bytes = super().packet(first, index, count)
            if not self.failing:
                return good
            self.failing -= 1
            begin = 2 if kind is PretendBlueSt else 0
            return good[:begin] + b"\x00\x80" * 3 + good[begin + 6 :]

    sensor = await lab.sensor(Failing, session.movement)
    failed = 0
    async with Product(lab, tmp_path, choices=session.choices, take_every_s=0.5) as product:
        await product.streaming()
        began_s = now_s()
        for rep in session.simulation.truth:
            for at_s in ((rep.drop_start_s + rep.drop_end_s) / 2, rep.drop_end_s + 1.0, rep.return_end_s - 0.3):
                await asyncio.sleep(began_s + at_s - now_s())
                sensor.failing = 1
                failed += 1
        await asyncio.sleep(began_s + session.duration_s - now_s())
    done = product.done
    assert [rep.side for rep in done.reps] == session.sides
    assert all(rep.graded for rep in done.reps) or kind is PretendBlueSt, "20 Hz are too slow for grading"
    assert done.counts["impossible"] == failed == 3 * session.reps
    assert any(f"{failed} samples are beyond what any sensor measures" in notice for notice in done.notices)
    assert same_numbers(done, product.analyzed()) == []
