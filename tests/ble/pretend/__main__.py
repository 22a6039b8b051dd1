"""A pretend sensor for makers: speaks a real sensor's bytes, moves as told, goes wrong on request. It is no device.

See what it would send, without any radio::

    python -m tests.ble.pretend --profile open --scenario good --dry-run --seconds 2
    python -m tests.ble.pretend --profile witmotion --recording recordings/good.jsonl.gz --dry-run

Put it on the air (bumble's transports; in a checkout, after ``pip install -e ".[test]"``)::

    sudo python -m tests.ble.pretend --profile open --scenario good --transport vhci
    sudo python -m tests.ble.pretend --profile witmotion --transport hci-socket:1
    python -m tests.ble.pretend --profile open --transport usb:0

``vhci`` (Linux, ``modprobe hci_vhci``) needs no radio at all: this computer gets one more Bluetooth adapter, in whose
range there is nothing but the pretend sensor; power it on (``bluetoothctl power on``) and run ``sensorcoach live``.
With any other transport the sensor is really on the air, sent by that controller: another computer or a phone finds it.

It prints READY when it advertises. Then it obeys lines on its standard input, and quits at its end:

    drop            hang up; it advertises again
    range [S]       out of range for S seconds (10); only with vhci, whose link ends after 4 s
    mute, unmute    stay connected and send nothing (a zombie link)
    hold, release   keep samples back, then send them in one burst
    lose N          the next N notifications never leave
    repeat N        the next N leave twice
    junk HEX        send these bytes as a notification
    restart [ADDR]  off and on again: clock and numbers begin anew, perhaps under another address
    battery V       % (open) or volts (witmotion), from the next reading on
    status          print what was sent so far, as a line of JSON
    quit            power off and print the same
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import fields
from pathlib import Path
from typing import Any

from bleak import BleakClient, BleakScanner
from bumble import hci
from bumble.transport import open_transport

from sensorcoach.simulator import SCENARIOS, simulate
from tests.ble import virtual_time
from tests.ble.air import Air, RadioController
from tests.ble.every import PRETEND
from tests.ble.lab import Lab
from tests.ble.pretend import open_format, witmotion
from tests.ble.pretend.faults import Faults
from tests.ble.pretend.movement import Movement, of_recording, of_simulation, still
from tests.ble.pretend.peripheral import LEGACY_ADVERTISEMENT_BYTES, PretendSensor

KINDS: dict[str, Callable[..., PretendSensor]] = PRETEND
TALKED_TO = ("open", "witmotion")
"""The dry run's client knows how to start these."""
RANGE_S = 10.0
ADAPTER_ADDRESS = "AA:BB:CC:00:00:01"


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.ble.pretend", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", choices=sorted(KINDS), required=True, help="whose bytes it speaks")
    moves = parser.add_mutually_exclusive_group()
    moves.add_argument("--recording", type=Path, metavar="FILE", help="move as in this session file, in a loop")
    moves.add_argument("--scenario", choices=sorted(SCENARIOS), help="move as in this simulated session, in a loop")
    parser.add_argument("--seed", type=int, default=1, help="of the simulated session (1)")
    parser.add_argument("--name", help="advertised name")
    parser.add_argument("--address", default="C4:11:22:33:44:55", help="random static address")
    parser.add_argument("--serial", default=open_format.SERIAL, help="of the own format: hex digits")
    parser.add_argument("--advertising-ms", type=int, default=100, help="between advertisements (100)")
    parser.add_argument("--clock-error", type=float, default=0.0, help="own format: share by which its clock runs fast")
    parser.add_argument(
        "--faults", type=_faults, default=Faults(), metavar="NAME[=N],…", help=f"from the start: {', '.join(_names())}"
    )
    parser.add_argument("--transport", help="of bumble: vhci, hci-socket:1, usb:0, tcp-client:host:port, …")
    parser.add_argument("--dry-run", action="store_true", help="print the notifications a client would get: t hex")
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the dry run (10)")
    told = parser.parse_args(given)
    if bool(told.transport) == told.dry_run:
        parser.error("say either --transport or --dry-run")
    if told.dry_run and told.profile not in TALKED_TO:
        parser.error(f"a dry run knows {' and '.join(TALKED_TO)}; put the others on the air")
    return told


def _names() -> list[str]:
    return [field.name for field in fields(Faults) if field.type in ("int", "bool")]


def _faults(text: str) -> Faults:
    faults = Faults()
    kinds = {field.name: field.type for field in fields(Faults)}
    for part in filter(None, text.split(",")):
        name, _, value = part.strip().replace("-", "_").partition("=")
        if name not in _names():
            raise argparse.ArgumentTypeError(f"no fault is called {name!r}; there are {', '.join(_names())}")
        setattr(faults, name, int(value) if kinds[name] == "int" else True)
    return faults


def movement(told: argparse.Namespace) -> Movement:
    """What it is to feel."""
    if told.recording is not None:
        return of_recording(told.recording)
    if told.scenario is not None:
        return of_simulation(simulate(SCENARIOS[told.scenario](told.seed)))
    return still()


def traits(told: argparse.Namespace) -> dict[str, Any]:
    """Constructor arguments of the pretend sensor."""
    common: dict[str, Any] = {"address": told.address, "advertising_ms": told.advertising_ms}
    if told.name is not None:
        common["name"] = told.name
    if told.profile == "open":
        common |= {"serial": told.serial, "clock_error": told.clock_error}
    return common


# --- without a radio --------------------------------------------------------------------------------------------------


async def dry_run(told: argparse.Namespace, write: Callable[[str], None]) -> None:
    """A client subscribes, starts at about 100 Hz, and what it gets is written: seconds since then, and the bytes."""
    async with Lab() as lab:
        sensor = await lab.sensor(KINDS[told.profile], movement(told), **traits(told))
        sensor.faults = told.faults
        device = await BleakScanner.find_device_by_address(told.address, backend=lab.computer.scanner_backend)
        assert device is not None
        loop = asyncio.get_running_loop()
        async with BleakClient(device, backend=lab.computer.client_backend) as client:
            began_s = loop.time()

            def heard(_: object, payload: bytearray) -> None:
                write(f"{loop.time() - began_s:.4f} {payload.hex()}")

            if told.profile == "open":
                await client.start_notify(open_format.CONTROL, lambda _sender, _reply: None)
                await client.start_notify(open_format.IMU, heard)
                await client.write_gatt_char(open_format.CONTROL, b"\x01", response=True)
            else:
                await client.start_notify(witmotion.DATA, heard)
                await client.write_gatt_char(witmotion.COMMAND, witmotion.UNLOCK, response=False)
                await client.write_gatt_char(witmotion.COMMAND, bytes.fromhex("ffaa030900"), response=False)
            await asyncio.sleep(told.seconds)


# --- on the air -------------------------------------------------------------------------------------------------------


async def on_air(told: argparse.Namespace) -> None:
    """Until told to quit."""
    moves = movement(told)  # before there is an adapter: the kernel gives it 2 s for each answer
    async with AsyncExitStack() as stack:
        transport = await stack.enter_async_context(await open_transport(told.transport))
        air = Air()
        if told.transport.split(":")[0] == "vhci":
            adapter = RadioController(
                "adapter",
                host_source=transport.source,
                host_sink=transport.sink,
                link=air,
                public_address=ADAPTER_ADDRESS,
            )
            # With these on, the kernel waits for an Enhanced Connection Complete; bumble sends the plain one.
            adapter.le_features &= ~(hci.LeFeatureMask.LL_PRIVACY | hci.LeFeatureMask.LE_EXTENDED_ADVERTISING)
            controller: RadioController | None = RadioController("sensor", link=air)
            source = sink = controller
        else:
            controller, source, sink = None, transport.source, transport.sink
        sensor = KINDS[told.profile](source, sink, moves, **traits(told))
        size = len(sensor.device.advertising_data)
        if size > LEGACY_ADVERTISEMENT_BYTES:
            raise SystemExit(
                f"The advertisement has {size} bytes, at most {LEGACY_ADVERTISEMENT_BYTES} fit: shorten --name."
            )
        sensor.faults = told.faults
        await sensor.start()
        print("READY", flush=True)
        await Commands(sensor, air, controller).obey()
        await sensor.stop()
        print(summary(sensor), flush=True)


def summary(sensor: PretendSensor) -> str:
    """What was sent and asked, as a line of JSON."""
    return json.dumps(
        {
            "sent": sensor.sent,
            "samples_sent": sensor.samples_sent,
            "samples_lost": sensor.samples_lost,
            "connected": sensor.link is not None,
            "streaming": sensor.is_streaming,
            "writes": [one.hex() for one in sensor.writes],
        }
    )


class Commands:
    """Lines of the standard input, carried out."""

    def __init__(self, sensor: PretendSensor, air: Air, controller: RadioController | None) -> None:
        self._sensor, self._air, self._controller = sensor, air, controller

    async def obey(self) -> None:
        """Until ``quit`` or the end of the input."""
        lines = _input_lines()
        while (line := await lines.get()) is not None:
            word, *rest = line.split() or [""]
            if word == "quit":
                return
            try:
                await self._do(word, rest)
            except (ValueError, IndexError):
                print(f"not understood: {line.strip()}", file=sys.stderr, flush=True)

    async def _do(self, word: str, rest: list[str]) -> None:
        sensor, faults = self._sensor, self._sensor.faults
        if word in ("mute", "unmute"):
            faults.mute = word == "mute"
        elif word in ("hold", "release"):
            faults.hold = word == "hold"
        elif word == "drop":
            await sensor.drop()
        elif word == "range":
            self._walk_away(float(rest[0]) if rest else RANGE_S)
        elif word == "lose":
            faults.lose_next = int(rest[0])
        elif word == "repeat":
            faults.repeat_next = int(rest[0])
        elif word == "junk":
            faults.junk.append(bytes.fromhex(rest[0]))
        elif word == "restart":
            await sensor.restart(address=rest[0] if rest else None)
        elif word == "battery":
            sensor.set_battery(float(rest[0]))
        elif word == "status":
            print(summary(sensor), flush=True)
        elif word:
            raise ValueError(word)

    def _walk_away(self, away_s: float) -> None:
        if self._controller is None:
            print("range: only with vhci; with a real radio, walk", file=sys.stderr, flush=True)
            return
        self._air.leave(self._controller)
        asyncio.get_running_loop().call_later(away_s, self._air.come_back, self._controller)


def _input_lines() -> asyncio.Queue[str | None]:
    """Lines of the standard input, then None; read in a thread, so that it works on every system."""
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def main() -> None:
    """The command."""
    told = arguments()
    if told.dry_run:
        virtual_time.run(dry_run(told, print))
    else:
        asyncio.run(on_air(told))


if __name__ == "__main__":
    main()
