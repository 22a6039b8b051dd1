"""The pretend sensor as a process of its own: whatever befalls the program under test, its radio goes on."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from tests.bluez_vm.computer import power_on_adapter

ADDRESSES = {"open": "C4:11:22:33:44:55", "witmotion": "C4:11:22:33:44:66"}
"""One each: bluetoothd remembers which services an address had."""
READY_S = 90.0
"""Python with numpy and bumble, in an emulated processor."""


class SensorProcess:
    """``python -m tests.ble.pretend`` behind a virtual adapter of this computer, from `start` to `quit`."""

    def __init__(self, profile: str, *words: str) -> None:
        self.address = ADDRESSES[profile]
        self._words = ("--profile", profile, "--transport", "vhci", "--address", self.address, *words)

    async def start(self) -> None:
        """Until it advertises and the adapter is on.

        Raises:
            TimeoutError: one of the two did not come about.
        """
        line = (sys.executable, "-m", "tests.ble.pretend", *self._words)
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(*line, stdin=pipe, stdout=pipe)
        async with asyncio.timeout(READY_S):
            said = await self._line()
        assert said == "READY", said
        await power_on_adapter()

    async def quit(self) -> None:
        """Power off; the adapter goes with it."""
        if self._process.returncode is None:
            self.tell("quit")
            try:
                async with asyncio.timeout(20.0):
                    await self._line()
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        await self._process.wait()

    def tell(self, command: str) -> None:
        """A line of its standard input: drop, range S, mute, …"""
        assert self._process.stdin is not None
        self._process.stdin.write(command.encode() + b"\n")

    async def status(self) -> dict[str, Any]:
        """What it sent so far, and whether it is connected."""
        self.tell("status")
        async with asyncio.timeout(20.0):
            status: dict[str, Any] = json.loads(await self._line())
        return status

    async def _line(self) -> str:
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().strip()
