"""The Bluetooth adapters of a Linux computer, as BlueZ tells them over D-Bus; other systems have one, and no name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_ADAPTER: Final = "org.bluez.Adapter1"


@dataclass(frozen=True, slots=True)
class Adapter:
    """``name``: hci0. ``central``: it can connect to sensors. ``searching``: some program listens with it now."""

    name: str
    on: bool
    central: bool
    searching: bool


async def managed_objects() -> tuple[str, list[Any]]:
    """BlueZ's answer to GetManagedObjects: the error's name (empty: none), and what came with it.

    Raises:
        OSError: there is no system bus.
    """
    from dbus_fast import BusType, Message, MessageType
    from dbus_fast.aio import MessageBus

    bus = MessageBus(bus_type=BusType.SYSTEM)
    try:
        await bus.connect()
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member="GetManagedObjects",
            )
        )
    finally:
        bus.disconnect()
    if reply is None:
        return "org.freedesktop.DBus.Error.NoReply", []
    return (reply.error_name or "") if reply.message_type is MessageType.ERROR else "", reply.body


def adapters_among(objects: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Adapter]:
    """The adapters, by name."""
    found = []
    for path, interfaces in objects.items():
        if _ADAPTER in interfaces:
            values = {key: value.value for key, value in interfaces[_ADAPTER].items()}
            found.append(
                Adapter(
                    name=path.rpartition("/")[2],
                    on=bool(values.get("Powered")),
                    central="central" in values.get("Roles", ["central"]),
                    searching=bool(values.get("Discovering")),
                )
            )
    return sorted(found, key=lambda one: one.name)
