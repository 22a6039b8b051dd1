"""The machine's own Bluetooth: its adapter switched on, its bluetoothd killed and started."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

BUS = "unix:path=/run/dbus/system_bus_socket"
ADAPTER = "org.bluez.Adapter1"


async def power_on_adapter(limit_s: float = 20.0) -> None:
    """Wait until bluetoothd shows an adapter, and switch it on.

    Raises:
        TimeoutError: there is none, or it stays off.
    """
    bus = await MessageBus(bus_address=BUS, bus_type=BusType.SYSTEM).connect()
    try:
        async with asyncio.timeout(limit_s):
            while not await _powered(bus):
                await asyncio.sleep(0.1)
    finally:
        bus.disconnect()


async def _powered(bus: MessageBus) -> bool:
    manager = "org.freedesktop.DBus.ObjectManager"
    call = Message(destination="org.bluez", path="/", interface=manager, member="GetManagedObjects")
    reply = await bus.call(call)
    if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
        return False
    paths = [path for path, interfaces in reply.body[0].items() if ADAPTER in interfaces]
    if not paths:
        return False
    on = Message(
        destination="org.bluez",
        path=paths[0],
        interface="org.freedesktop.DBus.Properties",
        member="Set",
        signature="ssv",
        body=[ADAPTER, "Powered", Variant("b", True)],
    )
    reply = await bus.call(on)
    return reply is not None and reply.message_type is MessageType.METHOD_RETURN


async def kill_bluetoothd_for(pause_s: float) -> None:
    """kill -9; after the pause it is started again, as a service manager would, and its adapter switched on."""
    process = _bluetoothd()
    program = Path(f"/proc/{process}/exe").readlink()
    os.kill(process, signal.SIGKILL)
    await asyncio.sleep(pause_s)
    nothing = asyncio.subprocess.DEVNULL
    await asyncio.create_subprocess_exec(program, "-n", stdout=nothing, stderr=nothing)
    await power_on_adapter()


def _bluetoothd() -> int:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                name = (folder / "comm").read_text().strip()
            except OSError:
                continue
            if name == "bluetoothd":
                return int(folder.name)
    raise ProcessLookupError("no bluetoothd runs")
