"""The command itself on bleak's own BlueZ backend: scan, record, Ctrl-C, kill -9, restart, no Bluetooth.

Each scenario has a bus, a bluetoothd and a sensor of its own and waits for a real program in real time, so they run
side by side; each is a test that passes or fails by itself.
"""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

pytest.importorskip("dbus_fast", reason="only bleak's Linux installation brings it")

from sensorcoach.model import LinkEvent, Packet
from sensorcoach.recording import read_session
from tests.ble.lab import within
from tests.ble.pretend.home_made import PretendEsp32
from tests.ble.pretend.open_format import PretendOpen
from tests.ble_linux.objects import Refusal
from tests.ble_linux.program import Program
from tests.ble_linux.room import LinuxRoom

pytestmark = pytest.mark.slow

ADDRESS = "C4:11:22:33:44:55"
LIVE = ("live", "--plain", "--no-voice")
PACKETS_A_SECOND = 104 / 5
Scenario = Callable[[Path], Awaitable[None]]
scenarios: dict[str, Scenario] = {}


def scenario(body: Scenario) -> Scenario:
    scenarios[body.__name__] = body
    return body


async def own_sensor(room: LinuxRoom, sent: list[bytes]) -> PretendOpen:
    return await room.lab.open(address=ADDRESS, on_sent=lambda _t_s, payload: sent.append(payload))


def recorded(file: Path) -> list[bytes]:
    return [item.payload for item in read_session(file).items if isinstance(item, Packet) and item.channel == "imu"]


@scenario
async def ctrl_c_after_a_drop_leaves_a_whole_file(folder: Path) -> None:
    """R4, R6, R9: every packet that was sent while the link stood is in the file, once; the sensor is let go."""
    sent: list[bytes] = []
    file = folder / "s.jsonl"
    async with LinuxRoom() as room:
        sensor = await own_sensor(room, sent)
        async with Program(room.bus.address, folder, *LIVE, "--device", ADDRESS, "--out", str(file)) as live:
            await live.says("connected")
            assert await within(10.0, lambda: len(sent) > 15)
            await sensor.drop()
            await live.says("connected", 2)
            count = len(sent)
            assert await within(10.0, lambda: len(sent) > count + 15)
            live.send(signal.SIGINT)
            assert await live.ended() == 0, live.text
        assert await within(3.0, lambda: sensor.link is None)
        assert not sensor.is_streaming
    session = read_session(file)
    states = [item.state for item in session.items if isinstance(item, LinkEvent)]
    assert session.notices == []  # told while the items are read
    assert states == ["searching", "connecting", "streaming", "lost", "searching", "connecting", "streaming"]
    received = recorded(file)
    assert len(received) == len(set(received))
    assert [one for one in sent if one in set(received)] == received
    assert len(sent) - len(received) <= 2  # under way at the drop, and at the end
    assert file.stat().st_mode & 0o077 == 0


@scenario
async def killed_in_mid_session_it_finds_the_sensor_still_connected(folder: Path) -> None:
    """R7: kill -9 loses at most the last second; BlueZ keeps the link; the next session takes the sensor used last."""
    sent: list[bytes] = []
    first, second = folder / "first.jsonl", folder / "second.jsonl"
    async with LinuxRoom() as room:
        sensor = await own_sensor(room, sent)
        async with Program(room.bus.address, folder, *LIVE, "--device", ADDRESS, "--out", str(first)) as live:
            await live.says("connected")
            assert await within(10.0, lambda: len(sent) > 35)
            live.send(signal.SIGKILL)
            await live.ended()
        count = len(sent)
        kept = recorded(first)
        assert kept == sent[: len(kept)]
        assert count - len(kept) <= 1.1 * PACKETS_A_SECOND  # sending went on while the signal came
        assert sensor.link is not None

        scans = room.asked.count("StartDiscovery")
        async with Program(room.bus.address, folder, *LIVE, "--out", str(second)) as live:
            await live.says("connected")
            assert await within(10.0, lambda: len(sent) > count + 20)
            live.send(signal.SIGTERM)
            assert await live.ended() == 0, live.text
        assert room.asked.count("StartDiscovery") == scans
    received = recorded(second)
    first_received = sent.index(received[0])
    assert first_received >= count
    assert received == sent[first_received : first_received + len(received)]
    assert len(received) >= 20


@scenario
async def a_described_sensor_is_found_again_after_kill_9(folder: Path) -> None:
    """R7: its service is shared with thousands of things, so it identifies nothing; its name does."""
    described = Path(__file__).parents[2] / "firmware_notes" / "generic-esp32.toml"
    live_described = (*LIVE, "--profile", str(described))
    sent: list[bytes] = []
    async with LinuxRoom() as room:
        await room.lab.sensor(PretendEsp32, address=ADDRESS, on_sent=lambda _t_s, payload: sent.append(payload))
        for number in (1, 2):
            out = ("--out", str(folder / f"{number}.jsonl"))
            async with Program(room.bus.address, folder, *live_described, *out) as live:
                await live.says("connected")
                count = len(sent)
                assert await within(10.0, lambda: len(sent) > count + 20)  # noqa: B023
                live.send(signal.SIGKILL)
                await live.ended()
    assert any(isinstance(item, Packet) for item in read_session(folder / "2.jsonl").items)


@scenario
async def the_adapter_named_is_used_and_remembered_with_the_sensor(folder: Path) -> None:
    """hci0 is deaf; the sensor is heard by hci1 only."""
    async with LinuxRoom("hci1") as room:
        room.bluetoothd.add_deaf_adapter("hci0")
        await room.lab.open(address=ADDRESS)
        async with Program(room.bus.address, folder, "scan", "--adapter", "hci0", "--seconds", "1") as scan:
            assert await scan.ended() == 4, scan.text
        async with Program(room.bus.address, folder, "scan", "--adapter", "hci7") as scan:
            assert await scan.ended() == 4, scan.text
        assert "There is no Bluetooth adapter of that name" in scan.text
        for words in (("--adapter", "hci1"), ()):
            async with Program(room.bus.address, folder, *LIVE, "--no-record", *words) as live:
                await live.says("connected")
                live.send(signal.SIGINT)
                await live.ended()
        assert json.loads(next(folder.rglob("sensor.json")).read_text())["adapter"] == "hci1"


@scenario
async def doctor_names_each_adapter_and_what_is_wrong_with_it(folder: Path) -> None:
    async with LinuxRoom("hci1") as room:
        room.bluetoothd.add_deaf_adapter("hci0")
        await room.lab.open(address=ADDRESS)
        async with Program(room.bus.address, folder, "doctor") as doctor:
            assert await doctor.ended() == 0, doctor.text
        assert "note     bluetooth hci0: is on, but heard nothing at all" in doctor.text
        assert "ok       bluetooth hci1: works, 1 device heard" in doctor.text

        room.bluetoothd.objects.refuse["StartDiscovery"] = [Refusal("org.bluez.Error.InProgress", "In Progress")] * 2
        async with Program(room.bus.address, folder, "doctor") as doctor:
            assert await doctor.ended() == 4, doctor.text
        assert doctor.text.count("Bluetooth of this computer is busy.") == 2, "another program's search in progress"

        room.bluetoothd.power(False)
        async with Program(room.bus.address, folder, "doctor") as doctor:
            await doctor.ended()
        assert "bluetooth hci1: is switched off" in doctor.text
        for path in ("/org/bluez/hci0", "/org/bluez/hci1"):
            room.bluetoothd.objects.remove(path)
        async with Program(room.bus.address, folder, "doctor") as doctor:
            assert await doctor.ended() == 4, doctor.text
        assert "problem  bluetooth: This computer has no Bluetooth adapter that could be used." in doctor.text
        await room.bluetoothd.objects.vanish()
        async with Program(room.bus.address, folder, "doctor") as doctor:
            assert await doctor.ended() == 4, doctor.text
        assert "problem  bluetooth: The Bluetooth service of this computer does not answer." in doctor.text
    async with Program(f"unix:path={folder}/nobody", folder, "doctor") as doctor:
        assert await doctor.ended() == 4, doctor.text
    assert "there is no system bus (D-Bus) to ask it over." in doctor.text
    assert "Traceback" not in doctor.text
    assert "Nothing here makes a sound yet" not in doctor.text


@scenario
async def a_sensor_left_connected_is_named_by_doctor(folder: Path) -> None:
    async with LinuxRoom() as room:
        sensor = await room.lab.open(address=ADDRESS, name="sc-0718")
        async with Program(room.bus.address, folder, *LIVE, "--no-record") as live:
            await live.says("connected")
            live.send(signal.SIGKILL)
            await live.ended()
        assert sensor.link is not None
        async with Program(room.bus.address, folder, "doctor") as doctor:
            await doctor.ended()
    assert "note     sensor: sc-0718 is connected to this computer already" in doctor.text


@scenario
async def scan_lists_what_is_in_the_air(folder: Path) -> None:
    """R10, R11: for scripts, as JSON."""
    async with LinuxRoom() as room:
        await room.lab.open(address=ADDRESS, name="sc-0718")
        await room.lab.witmotion(address="C4:11:22:33:44:66")
        async with Program(room.bus.address, folder, "scan", "--json", "--seconds", "1") as scan:
            assert await scan.ended() == 0, scan.text
    heard = json.loads(scan.text[scan.text.index("[") :])
    assert {(one["name"], one["address"], one["profile"]) for one in heard} == {
        ("sc-0718", ADDRESS, "open"),
        ("WT901BLE67", "C4:11:22:33:44:66", "witmotion"),
    }
    assert {one["rssi_dbm"] for one in heard} == {-50}


@scenario
async def without_bluetooth_it_says_what_to_do_and_leaves_no_file(folder: Path) -> None:
    """R22, with the exit code for scripts: switched off; no bus at all."""
    async with LinuxRoom() as room:
        room.bluetoothd.power(False)
        async with Program(room.bus.address, folder, *LIVE, "--out", str(folder / "s.jsonl")) as live:
            assert await live.ended() == 4, live.text
    assert "Bluetooth is switched off. Switch it on in the system's settings" in live.text
    assert not (folder / "s.jsonl").exists()
    async with Program(f"unix:path={folder}/nobody", folder, "scan") as scan:
        assert await scan.ended() == 4, scan.text
    assert "The Bluetooth service of this computer does not answer: there is no system bus" in scan.text
    assert "Traceback" not in live.text + scan.text


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseException | None]:
    async def together() -> list[BaseException | None]:
        runs = [body(tmp_path_factory.mktemp(name[:12])) for name, body in scenarios.items()]
        return await asyncio.gather(*runs, return_exceptions=True)

    return dict(zip(scenarios, asyncio.run(together()), strict=True))


@pytest.mark.parametrize("name", scenarios)
def test_of_the_real_command(name: str, outcomes: dict[str, BaseException | None]) -> None:
    failure = outcomes[name]
    if failure is not None:
        raise failure
