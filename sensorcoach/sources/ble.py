"""Bluetooth of this computer, through bleak: the only file that imports it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from bleak.backends.adapter import BaseBleakAdapter
from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner

from sensorcoach.sources.radio import Connection, Found


class BleRadio:
    """A `Radio`. The arguments are bleak's own plug-in seam; None for what this computer has."""

    def __init__(
        self,
        scanner_backend: type[BaseBleakScanner] | None = None,
        client_backend: type[BaseBleakClient] | None = None,
        adapter_backend: type[BaseBleakAdapter] | None = None,
    ) -> None:
        self._scanner_backend = scanner_backend
        self._client_backend = client_backend
        self._adapter_backend = adapter_backend

    async def held(self, services: Collection[str]) -> list[Found]:
        """Devices with one of these services that are connected to this computer."""
        raise NotImplementedError

    @asynccontextmanager
    async def scan(self, heard: Callable[[Found], None], services: Collection[str]) -> AsyncIterator[None]:
        """Listen while the context lasts."""
        raise NotImplementedError
        yield

    async def connect(self, found: Found, lost: Callable[[], None], *, uncached: bool = False) -> Connection:
        """Connect with what the scan gave, never by address."""
        raise NotImplementedError
