"""`BleRadio` and `SensorLink` on bleak's own BlueZ backend.

R numbers: requirements of the shared notes, ble-testing.md. bluetoothd is played (`bluetoothd`).
"""

import asyncio
import logging

import numpy as np
import pytest

pytest.importorskip("dbus_fast", reason="only bleak's Linux installation brings it")

from sensorcoach.errors import BluetoothError, SensorError
from sensorcoach.sources.ble import BleRadio
from sensorcoach.sources.link import Mailbox, SensorLink, SessionClock, Wanted
from sensorcoach.sources.radio import Found, Refused
from tests.ble.lab import within
from tests.ble.pretend import microbit
from tests.ble.pretend import open_format as own
from tests.ble.pretend import witmotion as wit
from tests.ble.pretend.microbit import PretendMicrobit
from tests.ble.pretend.movement import Movement
from tests.ble_linux.bluetoothd import DEVICE, FAILED
from tests.ble_linux.objects import UNKNOWN_OBJECT, Refusal
from tests.ble_linux.room import Linked, LinuxRoom, in_linux_room

pytestmark = pytest.mark.slow

ADDRESS = "C4:11:22:33:44:55"
"""Of the pretend sensor; named, it is taken as soon as it is heard."""


class Sent(list[bytes]):
    """Data packets that left the sensor while somebody was connected, in order."""

    def __call__(self, _t_s: float, payload: bytes) -> None:
        self.append(payload)


async def all_that_were(sent: list[bytes], linked: Linked, channel: str) -> None:
    """Until every packet sent so far has arrived."""
    so_far = set(sent)
    assert await within(10.0, lambda: so_far <= set(linked.payloads(channel)))


async def heard(room: LinuxRoom, radio: BleRadio, count: int = 1) -> dict[str, Found]:
    found: dict[str, Found] = {}
    async with radio.scan(lambda one: found.__setitem__(one.address, one), [own.SERVICE, wit.SERVICE]):
        assert await within(5.0, lambda: len(found) >= count)
    return found


# --- scan, connect, stream ---


@in_linux_room()
async def test_a_scan_tells_name_signal_and_services_also_of_one_that_advertises_none(room: LinuxRoom) -> None:
    """R10, R11: nothing is filtered by the system, so the WitMotion, which advertises no service, is heard too."""
    await room.lab.open(address=ADDRESS, name="sc-0718")
    await room.lab.witmotion(address="C4:11:22:33:44:66")
    found = await heard(room, BleRadio(), 2)
    ours, theirs = found[ADDRESS], found["C4:11:22:33:44:66"]
    assert (ours.name, ours.services, ours.rssi_dbm) == ("sc-0718", (own.SERVICE,), -50)
    assert (theirs.name, theirs.services) == ("WT901BLE67", ())
    assert room.asked[-2:] == ["StopDiscovery", "SetDiscoveryFilter"]


@in_linux_room()
async def test_every_packet_of_our_sensor_arrives_once_by_start_notify(room: LinuxRoom) -> None:
    """R16: StartNotify, never AcquireNotify. R8: the scan ends before the connect. R24: subscribed, then started."""
    sent = Sent()
    sensor = await room.lab.open(address=ADDRESS, on_sent=sent)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 60)
        await all_that_were(sent, linked, "imu")
    assert linked.payloads("imu") == sent[: len(linked.payloads("imu"))]
    assert "AcquireNotify" not in room.asked
    assert room.asked.index("StopDiscovery") < room.asked.index("Connect") < room.asked.index("StartNotify")
    assert sensor.writes[-1] == bytes([own.STOP])
    assert not sensor.is_streaming
    assert sensor.link is None
    assert linked.states == ["searching", "connecting", "streaming"]


@in_linux_room()
async def test_every_packet_of_a_witmotion_arrives_once_although_registers_are_read_in_between(room: LinuxRoom) -> None:
    """R16: a value that was read is told as a notification too, so nothing may be read on the data characteristic."""
    sent = Sent()
    samples = np.zeros((3000, 3))
    samples[:, 0] = np.arange(3000) / 2048  # g; no two frames are alike (1 count is 16 g / 32768)
    sensor = await room.lab.witmotion(Movement(100.0, samples, np.zeros((3000, 3))), address=ADDRESS, on_sent=sent)
    async with Linked(ADDRESS) as linked:
        await linked.until("streaming")
        await linked.hears("data", 60)
        await all_that_were(sent, linked, "data")
    frames = [one for one in linked.payloads("data") if one[:2] == b"Ua"]
    assert frames == sent[: len(frames)]
    assert len(frames) == len(set(frames))
    assert "ReadValue" not in room.asked
    assert sensor.rate_code == 0x09  # 100 Hz
    assert linked.link.status.battery is not None


@in_linux_room()
async def test_after_a_drop_it_scans_connects_anew_and_nothing_comes_twice(room: LinuxRoom) -> None:
    """R2, R6: a new client each time, the old one hears nothing. R5: the callback only tells. R8: it scans again."""
    sent = Sent()
    sensor = await room.lab.open(address=ADDRESS, on_sent=sent)
    async with Linked(ADDRESS) as linked:
        for times in (1, 2, 3):
            await linked.until("streaming", times)
            await linked.hears("imu", 20)
            if times < 3:
                await sensor.drop()
        await all_that_were(sent[-1:], linked, "imu")
        count = len(linked.payloads("imu"))
    received = linked.payloads("imu")
    assert len(received) == len(set(received))
    assert set(received) <= set(sent)
    assert len(set(sent[: sent.index(received[count - 1])]) - set(received)) <= 2  # under way at the drops
    assert linked.states.count("lost") == 2
    assert room.asked.count("StartDiscovery") == room.asked.count("Connect") == 3
    assert linked.link.status.reconnects == 2


@in_linux_room()
async def test_a_device_that_is_still_connected_is_found_although_it_does_not_advertise(room: LinuxRoom) -> None:
    """R7: whoever connected it died; BlueZ keeps the link."""
    sensor = await room.lab.open(address=ADDRESS)
    radio = BleRadio()
    first = await heard(room, radio)
    connection = await radio.connect(first[ADDRESS], lambda: None)
    connections, scans = room.asked.count("Connect"), room.asked.count("StartDiscovery")
    found = await radio.held([own.SERVICE])
    assert [(one.address, one.connected) for one in found] == [(ADDRESS, True)]
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 5)
    assert (room.asked.count("Connect"), room.asked.count("StartDiscovery")) == (connections, scans)
    assert sensor.link is None
    await connection.close()


# --- connects that fail ---


@in_linux_room()
async def test_an_abort_by_the_local_side_is_tried_again(room: LinuxRoom) -> None:
    """R9: usual with radio noise; bleak itself waits for the disconnect that follows and repeats."""
    sensor = await room.lab.open(address=ADDRESS)
    path = room.path_of(sensor)
    room.bluetoothd.objects.refuse["Connect"] = [Refusal(FAILED, "le-connection-abort-by-local")]

    def link_ends() -> None:
        off = room.bluetoothd.objects.tree[path][DEVICE]["Connected"]
        room.bluetoothd.objects.change(path, DEVICE, Connected=off)

    async with Linked(ADDRESS) as linked:
        assert await within(10.0, lambda: "Connect" in room.asked)
        await asyncio.sleep(0.5)
        link_ends()
        await linked.hears("imu", 5)
    assert room.asked.count("Connect") == 2
    assert "lost" not in linked.states


@in_linux_room()
async def test_connects_that_fail_are_repeated_with_growing_pauses(room: LinuxRoom) -> None:
    """R9: none of these ends anything; each time it scans anew."""
    await room.lab.open(address=ADDRESS)
    room.bluetoothd.objects.refuse["Connect"] = [
        Refusal(FAILED, "br-connection-canceled"),
        Refusal("org.bluez.Error.InProgress", "In Progress"),
        Refusal(FAILED, "Software caused connection abort"),
    ]
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 5)
    assert room.asked.count("Connect") == room.asked.count("StartDiscovery") == 4
    times = [item.t_s for item in linked.items if getattr(item, "state", "") == "connecting"]
    gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert gaps[0] >= 0.5
    assert gaps[2] >= 2.0


@in_linux_room()
async def test_a_device_that_bluez_forgot_after_the_scan_is_searched_again(room: LinuxRoom) -> None:
    """R8: the object is gone when it is to be connected."""
    sensor = await room.lab.open(address=ADDRESS)
    room.bluetoothd.objects.refuse["Connect"] = [Refusal(UNKNOWN_OBJECT, "no such object")]
    async with Linked(ADDRESS) as linked:
        assert await within(10.0, lambda: "Connect" in room.asked)
        room.bluetoothd.forget(room.path_of(sensor))
        await linked.hears("imu", 5)
    assert room.asked.count("StartDiscovery") == 2


@in_linux_room(pace=24.0)
async def test_a_connect_that_never_ends_is_given_up_and_cancelled(room: LinuxRoom) -> None:
    """R9: after 20 s. BlueZ is told to disconnect, or it would go on trying."""
    await room.lab.open(address=ADDRESS)
    room.bluetoothd.objects.ignore.add("Connect")
    async with Linked(ADDRESS) as linked:
        assert await within(10.0, lambda: "Connect" in room.asked)
        assert await within(25.0, lambda: "Disconnect" in room.asked)
        room.bluetoothd.objects.ignore.clear()
        await linked.hears("imu", 5)


@in_linux_room()
async def test_a_busy_bluez_is_asked_again(room: LinuxRoom) -> None:
    """R9: InProgress on a read and on the end of a scan is no failure."""
    busy = Refusal("org.bluez.Error.InProgress", "Operation already in progress")
    await room.lab.open(address=ADDRESS)
    room.bluetoothd.objects.refuse |= {"ReadValue": [busy] * 5, "StopDiscovery": [busy]}
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 5)
    assert linked.states == ["searching", "connecting", "streaming"]


@in_linux_room()
async def test_what_the_sensor_refuses_is_told_as_such(room: LinuxRoom) -> None:
    """R22: an ATT error is the sensor's answer, not a lost link."""
    sensor = await room.lab.open(address=ADDRESS)
    sensor.faults.refuse_writes = 0x80
    radio = BleRadio()
    connection = await radio.connect((await heard(room, radio))[ADDRESS], lambda: None)
    with pytest.raises(Refused, match="0x80"):
        await connection.write(own.CONTROL, b"\x01", True)
    await connection.close()


@in_linux_room()
async def test_what_bluez_says_of_a_sensor_that_wants_pairing_ends_with_how_to_pair(room: LinuxRoom) -> None:
    """BlueZ says "Not paired" for three ATT errors, and bleak does not translate it."""
    for code in (0x05, 0x0C, 0x0F):
        sensor = await room.lab.open(address=ADDRESS)
        sensor.faults.refuse_writes = code
        link = SensorLink(BleRadio(), Wanted(device=ADDRESS), Mailbox(), SessionClock())
        with pytest.raises(SensorError, match=r"wants to be paired first.*bluetoothctl.*No Pairing Required"):
            await link.run()
        await sensor.stop()


@in_linux_room()
async def test_an_optional_characteristic_that_wants_pairing_is_done_without(room: LinuxRoom) -> None:
    sensor = await room.lab.sensor(PretendMicrobit, address=ADDRESS)
    sensor.faults.unreadable, sensor.faults.read_error = {"period"}, 0x05
    async with Linked(ADDRESS) as linked:
        await linked.hears("acceleration", 5)


@in_linux_room()
async def test_samples_that_another_program_acquired_are_told_as_such(room: LinuxRoom) -> None:
    await room.lab.sensor(PretendMicrobit, address=ADDRESS)
    room.bluetoothd.acquired.add(microbit.DATA)
    link = SensorLink(BleRadio(), Wanted(device=ADDRESS), Mailbox(), SessionClock())
    with pytest.raises(SensorError, match="Another program on this computer holds the sensor"):
        await link.run()
    assert room.asked.count("StartNotify") == 3


@in_linux_room()
async def test_a_characteristic_that_cannot_notify_is_not_asked_for_ever(room: LinuxRoom) -> None:
    await room.lab.open(address=ADDRESS)
    refusal = Refusal("org.bluez.Error.NotSupported", "Operation is not supported")
    room.bluetoothd.objects.refuse["StartNotify"] = [refusal] * 9
    link = SensorLink(BleRadio(), Wanted(device=ADDRESS), Mailbox(), SessionClock())
    with pytest.raises(SensorError, match="does not support what it is asked"):
        await link.run()


# --- silence, and a bluetoothd or bus that dies ---


@in_linux_room()
async def test_silence_of_a_link_that_stands_is_told_and_the_link_torn_down(room: LinuxRoom) -> None:
    """R3: a zombie link: BlueZ says connected, nothing comes."""
    sensor = await room.lab.open(address=ADDRESS)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 40)
        sensor.faults.mute = True
        silent_since_s = linked.items[-1].t_s
        await linked.until("lost")
        stalled_s, lost_s = linked.told("stalled").t_s, linked.told("lost").t_s
        sensor.faults.mute = False
        await linked.until("streaming", 2)
    assert 1.0 <= stalled_s - silent_since_s <= 1.6
    assert 4.0 <= lost_s - silent_since_s <= 5.0
    assert room.asked.count("Disconnect") == 2


@in_linux_room()
async def test_a_bluetoothd_killed_without_a_signal_is_noticed_and_found_again(room: LinuxRoom) -> None:
    """R3: bleak still says connected. R4: the disconnect that follows cannot work, and delays nothing."""
    await room.lab.open(address=ADDRESS)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 40)
        died_s = linked.items[-1].t_s
        await room.bluetoothd.die()
        await linked.until("stalled")
        await linked.until("lost")
        assert linked.told("stalled").t_s - died_s <= 1.6
        assert linked.told("lost").t_s - died_s <= 5.0
        await asyncio.sleep(3.0)
        assert "Bluetooth service" in linked.told("searching").detail
        await room.bluetoothd.start(room.bus.address)
        await linked.until("streaming", 2)
        await linked.hears("imu", 20)


@in_linux_room()
async def test_a_bus_that_dies_is_told_at_once_and_the_session_ends_well(room: LinuxRoom) -> None:
    """R3, R9: nothing to reconnect to; it goes on trying until it is told to stop."""
    await room.lab.open(address=ADDRESS)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 20)
        died_s = linked.items[-1].t_s
        await room.bus.kill()
        await linked.until("lost")
        assert linked.told("lost").t_s - died_s < 1.0
        await linked.until("searching", 4)
        assert "Bluetooth service" in linked.told("searching").detail


@in_linux_room()
async def test_a_disconnect_that_never_ends_does_not_keep_the_person(room: LinuxRoom) -> None:
    """R4: the link counts as gone after some seconds."""
    await room.lab.open(address=ADDRESS)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 5)
        room.bluetoothd.objects.ignore.add("Disconnect")
        before_s = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - before_s < 6.0


@in_linux_room()
async def test_a_disconnect_of_two_seconds_is_waited_for(room: LinuxRoom) -> None:
    """R4: that is what BlueZ takes."""
    sensor = await room.lab.open(address=ADDRESS)
    room.bluetoothd.disconnect_takes_s = 2.0
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 5)
    assert sensor.link is None
    assert linked.states == ["searching", "connecting", "streaming"]


@in_linux_room()
async def test_a_listener_that_fails_does_not_end_the_stream(room: LinuxRoom, caplog: pytest.LogCaptureFixture) -> None:
    """R14: the failure is logged without what it was about."""
    await room.lab.witmotion(address=ADDRESS)
    radio = BleRadio()
    connection = await radio.connect((await heard(room, radio))[ADDRESS], lambda: None)
    calls: list[bytes] = []

    def fails(payload: bytes) -> None:
        calls.append(payload)
        raise ValueError(payload)

    with caplog.at_level(logging.ERROR, "sensorcoach"):
        await connection.subscribe(wit.DATA, fails)
        assert await within(5.0, lambda: len(calls) >= 5)
    assert "ValueError" in caplog.text
    await connection.close()
    count = len(calls)
    await asyncio.sleep(1.0)
    assert len(calls) == count  # R5: nothing is heard after the close


# --- no Bluetooth ---


@in_linux_room()
async def test_what_is_wrong_with_the_computer_is_said_in_a_sentence_with_advice(room: LinuxRoom) -> None:
    """R22: off, no adapter, no bluetoothd, no bus."""
    room.bluetoothd.power(False)
    with pytest.raises(BluetoothError, match="switched off.*bluetoothctl power on"):
        await heard(room, BleRadio())
    room.bluetoothd.power(True)
    room.bluetoothd.lose_adapter()
    await asyncio.sleep(0.5)
    with pytest.raises(BluetoothError, match="no Bluetooth adapter.*Plug in"):
        await heard(room, BleRadio())
    await room.bluetoothd.objects.vanish()
    with pytest.raises(BluetoothError, match=r"does not answer|no Bluetooth adapter"):
        await heard(room, BleRadio())
    await room.bus.kill()
    await asyncio.sleep(0.5)
    with pytest.raises(BluetoothError, match="service of this computer does not answer"):
        await heard(room, BleRadio())


@in_linux_room()
async def test_bluetooth_switched_off_in_mid_session_is_told_and_the_sensor_found_again(room: LinuxRoom) -> None:
    """R9, R22: it says why it waits."""
    sensor = await room.lab.open(address=ADDRESS)
    async with Linked(ADDRESS) as linked:
        await linked.hears("imu", 20)
        room.bluetoothd.power(False)
        await sensor.drop()
        await linked.until("searching", 3)
        assert "switched off" in linked.told("searching").detail
        room.bluetoothd.power(True)
        await linked.until("streaming", 2)
