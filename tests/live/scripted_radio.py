"""A radio that plays a recorded session of the own format: no air, no stack, real time (or `speed` times as fast).

The sensor on it has no control point (it streams as soon as it is listened to), so that a few lines suffice. All that
goes out is told on stderr, ``sent 17 3.512``: number of the packet and session time.
"""

import asyncio
import gzip
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensorcoach.errors import BluetoothError
from sensorcoach.sources.adapters import Adapter
from sensorcoach.sources.radio import Found

SERVICE, IMU, INFO = (f"7c5a000{n}-4b1e-4f6d-9a3c-2e8d51f0c7b6" for n in (1, 2, 4))
RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"


@dataclass
class Script:
    recording: str = "mixed"
    speed: float = 1.0
    names: list[str] = field(default_factory=lambda: ["sc-pretend"])
    services: list[str] = field(default_factory=lambda: [SERVICE])
    off: bool = False
    hangs_on_close: bool = False


class ScriptedRadio:
    def __init__(self, script: Script) -> None:
        self._script = script

    async def adapters(self) -> list[Adapter]:
        if self._script.off:
            raise BluetoothError("Bluetooth is off.", "Switch it on.")
        return []

    def through(self, adapter: str) -> Any:
        return self

    async def held(self, services: Collection[str]) -> list[Found]:
        if self._script.off:
            raise BluetoothError("Bluetooth is off.", "Switch it on.")
        return []

    @asynccontextmanager
    async def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AsyncIterator[None]:
        if self._script.off:
            raise BluetoothError("Bluetooth is off.", "Switch it on.")
        for number, name in enumerate(self._script.names):
            heard(Found(f"C0:00:00:00:00:0{number}", name, -50 - number, tuple(self._script.services), handle=number))
        yield

    async def connect(
        self, found: Found, lost: Callable[[], None], *, services: Collection[str] = (), uncached: bool = False
    ) -> "ScriptedConnection":
        return ScriptedConnection(self._script)


class ScriptedConnection:
    max_payload = 244

    def __init__(self, script: Script) -> None:
        self._script = script
        with gzip.open(RECORDINGS / f"{script.recording}.jsonl.gz", "rt") as lines:
            next(lines)
            items = [json.loads(line) for line in lines]
        self._info = next(bytes.fromhex(item["hex"]) for item in items if item["ch"] == "info")
        self._stream = [(item["t"], bytes.fromhex(item["hex"])) for item in items if item["ch"] == "imu"]
        self._playing: asyncio.Task[None] | None = None

    def has(self, uuid: str) -> bool:
        return uuid in (IMU, INFO)

    async def read(self, uuid: str) -> bytes:
        return self._info

    async def write(self, uuid: str, payload: bytes, acknowledged: bool) -> None:
        raise AssertionError("this sensor takes no orders")

    async def subscribe(self, uuid: str, heard: Callable[[bytes], None]) -> None:
        self._playing = asyncio.create_task(self._play(heard))

    async def _play(self, heard: Callable[[bytes], None]) -> None:
        now = asyncio.get_running_loop().time
        began_s, first_s = now(), self._stream[0][0]
        for number, (t_s, payload) in enumerate(self._stream, 1):
            await asyncio.sleep(began_s + (t_s - first_s) / self._script.speed - now())
            heard(payload)
            print(f"sent {number} {now() - began_s:.3f}", file=sys.stderr, flush=True)
        await asyncio.Event().wait()

    async def close(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
        if self._script.hangs_on_close:
            print("hangs", file=sys.stderr, flush=True)
            await asyncio.Event().wait()
