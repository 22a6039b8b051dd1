"""A message bus of our own in place of the system's."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

CONFIGURATION = """<busconfig><type>system</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>"""
DAEMON = shutil.which("dbus-daemon")
"""Where it is; None: not installed."""


class PrivateBus:
    """Up while the context is open; `kill` makes it die as if it had crashed."""

    def __init__(self) -> None:
        # Not pytest's folder: the path of a socket may have 107 characters.
        self._folder = tempfile.TemporaryDirectory(prefix="bus-")
        self.address = f"unix:path={self._folder.name}/bus"
        self._daemon: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> PrivateBus:
        assert DAEMON is not None
        configuration = Path(self._folder.name, "bus.conf")
        configuration.write_text(CONFIGURATION.format(socket=f"{self._folder.name}/bus"), encoding="utf-8")
        options = (f"--config-file={configuration}", "--nofork", "--nopidfile", "--print-address=1")
        self._daemon = await asyncio.create_subprocess_exec(DAEMON, *options, stdout=asyncio.subprocess.PIPE)
        assert self._daemon.stdout is not None
        await self._daemon.stdout.readline()  # printed once it listens
        return self

    async def kill(self) -> None:
        """Gone at once."""
        assert self._daemon is not None
        if self._daemon.returncode is None:
            self._daemon.kill()
        await self._daemon.wait()

    async def __aexit__(self, *_: object) -> None:
        await self.kill()
        self._folder.cleanup()
