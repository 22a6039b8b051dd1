"""bumble writes a coloured line of text about each packet for a log nobody reads: half of the time of a simulated hour.

Importing this makes those lines plain and short. What is sent does not change.
"""

from __future__ import annotations

import sys
from typing import Any

from bumble import att, controller, device, gatt_client, gatt_server, hci, host, l2cap, link


def _plain(text: Any, *_: Any, **__: Any) -> str:
    return str(text)


def _short(packet: object) -> str:
    return type(packet).__name__


for module in (att, controller, device, gatt_client, gatt_server, hci, host, l2cap, link):
    if hasattr(sys.modules[module.__name__], "color"):
        module.color = _plain  # type: ignore[attr-defined]
for packet in (hci.HCI_AclDataPacket, hci.HCI_Event, hci.HCI_LE_Meta_Event, att.ATT_PDU, l2cap.L2CAP_PDU):
    packet.__str__ = _short  # type: ignore[method-assign, assignment]
