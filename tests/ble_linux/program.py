"""The real command as a process of its own, with the private bus where the system's would be."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.ble_linux.room import BUS

LIMIT_S = 30.0
"""For whatever is waited for; a busy machine takes 3 s to start Python with numpy."""


class Program:
    """``sensorcoach WORDS…``, running while the context is open; ``home``: all its folders lie there."""

    limit_s = LIMIT_S

    def __init__(self, bus_address: str, home: Path, *words: str) -> None:
        self.said: list[str] = []
        """Lines of both streams, as they came."""
        self._words = words
        places = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
        self._environment = {**os.environ, BUS: bus_address, "HOME": str(home), **places, "PYTHONUNBUFFERED": "1"}
        self._environment.pop("DBUS_SESSION_BUS_ADDRESS", None)

    async def __aenter__(self) -> Program:
        line = (sys.executable, "-m", "sensorcoach", *self._words)
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            *line, stdin=nothing, stdout=pipe, stderr=asyncio.subprocess.STDOUT, env=self._environment
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self.ended()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.said.append(line.decode().rstrip("\n"))

    async def says(self, words: str, times: int = 1) -> None:
        """Until that many lines hold these words.

        Raises:
            AssertionError: it ends before, or takes too long.
        """
        loop = asyncio.get_running_loop()
        end_s = loop.time() + self.limit_s
        while sum(words in line for line in self.said) < times:
            assert not self._reading.done(), self.text
            assert loop.time() < end_s, self.text
            await asyncio.sleep(0.02)

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Its exit code."""
        async with asyncio.timeout(self.limit_s):
            await self._reading
            return await self._process.wait()

    @property
    def text(self) -> str:
        """All it said."""
        return "\n".join(self.said)
