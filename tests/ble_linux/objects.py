"""Objects on a bus: a tree of properties, told about and changed with the very messages bluetoothd would send."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

PROPERTIES = "org.freedesktop.DBus.Properties"
MANAGER = "org.freedesktop.DBus.ObjectManager"
NOBODYS = ("org.freedesktop.DBus.Peer", "org.freedesktop.DBus.Introspectable")
UNKNOWN_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
UNKNOWN_METHOD = "org.freedesktop.DBus.Error.UnknownMethod"
Values = dict[str, Variant]
Answer = tuple[str, list[Any]]
NOTHING: Answer = ("", [])


class Refusal(Exception):
    """Answered as a D-Bus error."""

    def __init__(self, name: str, text: str = "") -> None:
        super().__init__(name, text)
        self.name, self.text = name, text


class Objects:
    """``call``: what answers everything but properties and the object manager."""

    def __init__(self, call: Callable[[Message], Awaitable[Answer]]) -> None:
        self.tree: dict[str, dict[str, Values]] = {}
        self.asked: list[str] = []
        """Members called, in order."""
        self.refuse: dict[str, list[Refusal]] = {}
        """Answers to the next calls of a member, instead of doing it."""
        self.ignore: set[str] = set()
        """Members that are never answered."""
        self._call = call
        self._bus: MessageBus | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    async def appear(self, address: str, name: str, left: Callable[[str], None]) -> None:
        """Own ``name`` on the bus at ``address``; ``left`` is told of each client that goes."""

        def message_came(message: Message) -> bool | None:
            if message.member == "NameOwnerChanged" and message.message_type is MessageType.SIGNAL:
                client, _, owner = message.body
                if not owner:
                    left(client)
            elif message.message_type is MessageType.METHOD_CALL and message.interface not in NOBODYS:
                self._do(self._answer(message))
                return True
            return None

        self._bus = await MessageBus(bus_address=address, bus_type=BusType.SYSTEM).connect()
        self._bus.add_message_handler(message_came)
        rule = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        daemon = {"destination": "org.freedesktop.DBus", "path": "/", "interface": "org.freedesktop.DBus"}
        await self._bus.call(Message(**daemon, member="AddMatch", signature="s", body=[rule]))
        await self._bus.request_name(name)

    async def vanish(self) -> None:
        """Leave the bus without a word."""
        for job in list(self._jobs):
            job.cancel()
        if self._bus is not None and self._bus.connected:
            self._bus.disconnect()
            with contextlib.suppress(EOFError, OSError):  # the bus itself died before
                await self._bus.wait_for_disconnect()
        self._bus = None

    # --- changes, each told ---

    def add(self, path: str, interfaces: dict[str, Values]) -> None:
        """A new object."""
        self.tree[path] = interfaces
        self._signal("/", MANAGER, "InterfacesAdded", "oa{sa{sv}}", [path, interfaces])

    def remove(self, path: str) -> None:
        """An object is no more."""
        self._signal("/", MANAGER, "InterfacesRemoved", "oas", [path, list(self.tree.pop(path))])

    def change(self, path: str, interface: str, **values: Variant) -> None:
        """New values of some properties."""
        self.tree[path][interface].update(values)
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, values, []])

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        if self._bus is not None and self._bus.connected:
            self._bus.send(Message.new_signal(path, interface, member, signature, body))

    # --- calls ---

    def _do(self, job: Any) -> None:
        task = asyncio.ensure_future(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _answer(self, message: Message) -> None:
        assert message.member is not None
        self.asked.append(message.member)
        if message.member in self.ignore:
            return
        try:
            if self.refuse.get(message.member):
                raise self.refuse[message.member].pop(0)
            reply = Message.new_method_return(message, *await self._result(message))
        except Refusal as refusal:
            reply = Message.new_error(message, refusal.name, refusal.text)
        if self._bus is not None and self._bus.connected:
            self._bus.send(reply)

    async def _result(self, message: Message) -> Answer:
        assert message.path is not None
        if message.interface == MANAGER:
            return "a{oa{sa{sv}}}", [self.tree]
        if message.path not in self.tree:
            raise Refusal(UNKNOWN_OBJECT, f"there is no {message.path}")
        if message.interface == PROPERTIES:
            return self._properties(message.path, message)
        if message.interface not in self.tree[message.path]:
            raise Refusal(UNKNOWN_METHOD, f"{message.path} has no {message.interface}")
        return await self._call(message)

    def _properties(self, path: str, message: Message) -> Answer:
        interface = message.body[0]
        values = self.tree[path].get(interface, {})
        if message.member == "GetAll":
            return "a{sv}", [values]
        if message.member == "Get":
            return "v", [values[message.body[1]]]
        self.change(path, interface, **{message.body[1]: message.body[2]})
        return NOTHING
