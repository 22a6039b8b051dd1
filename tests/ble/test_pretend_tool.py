"""``python -m tests.ble.pretend``, the tool for makers, as far as it goes without a radio."""

import asyncio
import json
import os
import socket
import struct
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bumble.transport.tcp_server import open_tcp_server_transport_with_socket

from tests.ble import virtual_time
from tests.ble.air import RadioController
from tests.ble.every import PRETEND
from tests.ble.lab import Lab
from tests.ble.pretend import open_format
from tests.ble.pretend.__main__ import arguments, dry_run

RECORDING = Path(__file__).resolve().parents[2] / "recordings" / "good.jsonl.gz"


def lines(*given: str) -> list[tuple[float, bytes]]:
    written: list[str] = []
    virtual_time.run(dry_run(arguments([*given, "--dry-run"]), written.append))
    return [(float(line.split()[0]), bytes.fromhex(line.split()[1])) for line in written]


def test_dry_run_prints_what_a_client_would_get() -> None:
    said = lines("--profile", "open", "--scenario", "good", "--seconds", "2")
    assert 39 <= len(said) <= 42
    assert [struct.unpack_from("<H", payload, 2)[0] for _, payload in said] == list(range(len(said)))
    assert said == lines("--profile", "open", "--scenario", "good", "--seconds", "2"), "always the same"


def test_dry_run_plays_a_recording_as_a_witmotion() -> None:
    said = lines("--profile", "witmotion", "--recording", str(RECORDING), "--seconds", "3", "--name", "WT-PLAY")
    assert {len(payload) for _, payload in said[2:]} == {80}
    acc = struct.unpack_from("<3h", said[5][1], 2)
    assert sum(one * one for one in acc) ** 0.5 / 2048 == pytest.approx(1.0, abs=0.15)


def test_faults_can_be_thrown_from_the_start() -> None:
    said = lines("--profile", "open", "--seconds", "2", "--faults", "lose_every=4")
    numbers = [struct.unpack_from("<H", payload, 2)[0] for _, payload in said]
    assert [number % 4 for number in numbers[:6]] == [0, 1, 2, 0, 1, 2]
    with pytest.raises(SystemExit):
        arguments(["--profile", "open", "--dry-run", "--faults", "explode"])


def test_it_wants_a_transport_or_a_dry_run() -> None:
    with pytest.raises(SystemExit):
        arguments(["--profile", "open"])


def test_every_sensor_can_be_put_on_the_air_but_not_every_one_tried_without() -> None:
    for name in PRETEND:
        assert arguments(["--profile", name, "--transport", "vhci"]).profile == name
    with pytest.raises(SystemExit):
        arguments(["--profile", "dot", "--dry-run"])


def test_a_process_of_its_own_obeys_while_it_is_on_the_air() -> None:
    """Real time, a real process: bumble's TCP transport stands for the cable to a Bluetooth controller."""

    async def go() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        async with Lab() as lab, AsyncExitStack() as stack:
            cable: Any = await open_tcp_server_transport_with_socket(listening)
            stack.callback(cable.server.close)
            RadioController("sensor", host_source=cable.source, host_sink=cable.sink, link=lab.air)
            tool = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.ble.pretend", "--profile", "open"),
                *("--transport", f"tcp-client:127.0.0.1:{port}"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=Path(__file__).resolve().parents[2],
            )
            assert tool.stdin is not None
            assert tool.stdout is not None
            try:
                assert await asyncio.wait_for(tool.stdout.readline(), 30) == b"READY" + os.linesep.encode()
                device = await BleakScanner.find_device_by_name("sc-0718", 10, backend=lab.computer.scanner_backend)
                assert device is not None
                gone, heard = asyncio.Event(), asyncio.Event()
                client = BleakClient(device, lambda _: gone.set(), backend=lab.computer.client_backend)
                await client.connect()
                await client.start_notify(open_format.CONTROL, lambda *_: None)
                await client.start_notify(open_format.IMU, lambda *_: heard.set())
                await client.write_gatt_char(open_format.CONTROL, b"\x01", response=True)
                await asyncio.wait_for(heard.wait(), 10)
                tool.stdin.write(b"drop\n")
                await asyncio.wait_for(gone.wait(), 10)
                tool.stdin.write(b"nonsense\nquit\n")
                summary = json.loads(await asyncio.wait_for(tool.stdout.readline(), 10))
                assert summary["sent"] >= 1
                assert summary["writes"] == ["01"]
                assert await asyncio.wait_for(tool.wait(), 10) == 0
            finally:
                if tool.returncode is None:
                    tool.kill()
                    await tool.wait()

    asyncio.run(go())
