"""The space between virtual controllers, a bit more like radio than bumble's: paced, with a range and a timeout.

bumble 0.0.236's `LocalLink` delivers everything at once and for ever. Here data move at connection events (if an
interval is set), a device that is out of range is neither heard nor reached, what was under way waits (the link layer
repeats until it is acknowledged), and after the supervision timeout both ends learn that the connection is gone.
Mends three faults of bumble's virtual controller, each told where it is mended.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from bumble import hci, ll
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

import tests.ble.quiet_bumble  # noqa: F401

SUPERVISION_S = 4.0
"""What our firmware asks for (sensors.md, Link parameters: Apple allows 2-6 s)."""


class RadioController(Controller):
    """A virtual controller whose connection attempts can be cancelled and whose advertisements keep their interval.

    bumble acknowledges LE Create Connection Cancel, but keeps the attempt and never reports it as failed, so that every
    later connect is refused. The Core specification (vol. 4, part E, 7.8.13) wants a Connection Complete with "unknown
    connection identifier". bumble also takes the advertising interval (units of 0.625 ms) for milliseconds.
    """

    def on_hci_le_create_connection_cancel_command(
        self, command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Forget the pending connection, and say so."""
        pending, self.pending_le_connection = self.pending_le_connection, None
        if pending is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        failed = hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
            connection_handle=0,
            role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address_type,
            peer_address=pending.peer_address,
            connection_interval=0,
            peripheral_latency=0,
            supervision_timeout=0,
            central_clock_accuracy=0,
        )
        asyncio.get_running_loop().call_soon(self.send_hci_packet, failed)
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)

    def on_hci_le_set_advertising_parameters_command(
        self, command: hci.HCI_LE_Set_Advertising_Parameters_Command
    ) -> hci.HCI_StatusReturnParameters | None:
        """Keep the interval in ms, as bumble's advertiser reads it."""
        answer = super().on_hci_le_set_advertising_parameters_command(command)
        self.le_legacy_advertiser.advertising_interval_min = round(command.advertising_interval_min * 0.625)
        return answer


@dataclass(frozen=True, slots=True)
class _Data:
    sender: Controller
    receiver: hci.Address
    transport: PhysicalTransport
    payload: bytes


class Air(LocalLink):
    """Everything on it hears everything else, unless told `leave`.

    ``interval_s`` 0: data move at once; else at the next multiple of it, at most ``per_event`` packets each time.
    """

    def __init__(self, interval_s: float = 0.0, per_event: int = 4, supervision_s: float = SUPERVISION_S) -> None:
        super().__init__()
        self.interval_s = interval_s
        self.per_event = per_event
        self.supervision_s = supervision_s
        self._away: dict[Controller, asyncio.TimerHandle] = {}
        self._waiting: deque[_Data] = deque()
        self._event: asyncio.TimerHandle | None = None

    def leave(self, controller: Controller) -> None:
        """Out of range from now on; its connections end `supervision_s` later unless it is back by then."""
        if controller not in self._away:
            loop = asyncio.get_running_loop()
            self._away[controller] = loop.call_later(self.supervision_s, self._give_up, controller)

    def come_back(self, controller: Controller) -> None:
        """In range again. What waited is delivered if the connection still stands."""
        timer = self._away.pop(controller, None)
        if timer is not None:
            timer.cancel()
        self._end_half_connections(controller)
        waiting, self._waiting = self._waiting, deque()
        for data in waiting:
            self._send(data)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """To everybody else in range; not at all from or to one who is away."""
        if sender_controller in self._away:
            return
        loop = asyncio.get_running_loop()
        for other in self.controllers:
            if other is not sender_controller and other not in self._away:
                loop.call_soon(other.on_ll_advertising_pdu, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """A goodbye is not heard by one who is away: that end notices by its supervision timeout."""
        ends = (self.find_le_controller(sender_address), self.find_le_controller(receiver_address))
        if not any(end in self._away for end in ends):
            super().send_ll_control_pdu(sender_address, receiver_address, packet)

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver at once, at the next connection event, or when both are in range again."""
        self._send(_Data(sender_controller, destination_address, transport, data))

    def _send(self, data: _Data) -> None:
        if self._is_stuck(data) or self.interval_s:
            self._waiting.append(data)
            self._arm()
        else:
            self._deliver(data)

    def _is_stuck(self, data: _Data) -> bool:
        return bool(self._away) and (data.sender in self._away or self.find_le_controller(data.receiver) in self._away)

    def _deliver(self, data: _Data) -> None:
        """To the peer, named by the address the connection was made with.

        bumble always names the sender by its random address, so all data of a host that connected with its public one
        (as the Linux kernel does) would be thrown away.
        """
        connection = data.sender.le_connections.get(data.receiver)
        peer = self.find_le_controller(data.receiver)
        if connection is not None and peer is not None:
            own = connection.self_address
            asyncio.get_running_loop().call_soon(self._hand_over, peer, own, data)

    @staticmethod
    def _hand_over(peer: Controller, sender: hci.Address, data: _Data) -> None:
        if sender in peer.le_connections:  # else it ended meanwhile
            peer.on_link_acl_data(sender, data.transport, data.payload)

    def _arm(self) -> None:
        if self._event is None and self._waiting and self.interval_s and not self._away:
            loop = asyncio.get_running_loop()
            following = (int(loop.time() / self.interval_s) + 1) * self.interval_s
            self._event = loop.call_at(following, self._connection_event)

    def _connection_event(self) -> None:
        self._event = None
        for _ in range(min(self.per_event, len(self._waiting))):
            data = self._waiting.popleft()
            if self._is_stuck(data):
                self._waiting.appendleft(data)
                return
            self._deliver(data)
        self._arm()

    def _end_half_connections(self, controller: Controller) -> None:
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            if peer is None or connection.self_address not in peer.le_connections:
                controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)

    def _give_up(self, controller: Controller) -> None:
        """Supervision timeout: both ends are told."""
        self._waiting = deque(data for data in self._waiting if not self._is_stuck(data))
        for connection in list(controller.le_connections.values()):
            peer = self.find_le_controller(connection.peer_address)
            back = None if peer is None else peer.le_connections.get(connection.self_address)
            controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)
            if peer is not None and back is not None:
                peer.on_le_disconnected(back, hci.HCI_CONNECTION_TIMEOUT_ERROR)
