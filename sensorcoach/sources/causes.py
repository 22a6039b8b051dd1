"""Why the link to a sensor failed: what BlueZ and Windows say, by name and text, as one of a few causes.

BlueZ's names and texts are those of ``src/gatt-client.c`` (create_gatt_dbus_error), ``src/device.c`` and
``src/error.h``; Windows' codes those of ``winerror.h`` (facility 0x65: ATT). Texts are looked up here and passed on
nowhere: they may hold addresses.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """A word for logs and decisions."""

    PAIRING = "wants_pairing"
    HELD = "held_by_another_program"
    UNSUPPORTED = "not_supported"
    RANGE = "out_of_range"
    BUSY = "busy"
    UNKNOWN = "unknown"


LASTING: Final = frozenset((Cause.PAIRING, Cause.HELD, Cause.UNSUPPORTED))
"""Waiting does not heal these; somebody must do something."""

_BLUEZ: Final = "org.bluez.Error."
_BLUEZ_NAMES: Final = {
    "NotAuthorized": Cause.PAIRING,
    "AuthenticationFailed": Cause.PAIRING,
    "AuthenticationCanceled": Cause.PAIRING,
    "AuthenticationRejected": Cause.PAIRING,
    "AuthenticationTimeout": Cause.PAIRING,
    "NotPermitted": Cause.UNSUPPORTED,
    "NotSupported": Cause.UNSUPPORTED,
    "BREDR.ProfileUnavailable": Cause.UNSUPPORTED,
    "ConnectionAttemptFailed": Cause.RANGE,
    "NotConnected": Cause.RANGE,
    "NotAvailable": Cause.BUSY,
    "InProgress": Cause.BUSY,
    "AlreadyConnected": Cause.BUSY,
}
"""Where the text does not tell more."""
_TEXTS: Final = (
    ("not paired", Cause.PAIRING),  # ATT 0x05, 0x0c and 0x0f
    ("key-missing", Cause.PAIRING),
    ("is insufficient", Cause.PAIRING),  # macOS: encryption, authentication
    ("pairing information", Cause.PAIRING),
    ("notify acquired", Cause.HELD),
    ("write acquired", Cause.HELD),
    ("access denied", Cause.HELD),
    ("profile-unavailable", Cause.UNSUPPORTED),
    ("not-supported", Cause.UNSUPPORTED),
    ("not support", Cause.UNSUPPORTED),
    ("connection-busy", Cause.BUSY),
    ("resource busy", Cause.BUSY),
    ("in progress", Cause.BUSY),
    ("connect-limit", Cause.BUSY),
    ("memory-alloc", Cause.BUSY),
    ("too many links", Cause.BUSY),
    ("timeout", Cause.RANGE),
    ("timed out", Cause.RANGE),
    ("host is down", Cause.RANGE),
    ("connection abort", Cause.RANGE),
    ("abort-by-", Cause.RANGE),
    ("connection-refused", Cause.RANGE),
    ("unreachable", Cause.RANGE),
    ("not connected", Cause.RANGE),
    ("disconnected", Cause.RANGE),
)
"""In small letters; the first that is in the text counts."""

_WINDOWS: Final = {
    0x80070005: Cause.HELD,  # E_ACCESSDENIED
    0x80070020: Cause.HELD,  # ERROR_SHARING_VIOLATION
    0x80004001: Cause.UNSUPPORTED,  # E_NOTIMPL
    0x80070032: Cause.UNSUPPORTED,  # ERROR_NOT_SUPPORTED
    0x800700AA: Cause.BUSY,  # ERROR_BUSY
    0x8007139F: Cause.BUSY,  # ERROR_INVALID_STATE
    0x80000013: Cause.RANGE,  # RO_E_CLOSED
    0x8007001F: Cause.RANGE,  # ERROR_GEN_FAILURE
    0x80070079: Cause.RANGE,  # ERROR_SEM_TIMEOUT
    0x800704C7: Cause.RANGE,  # ERROR_CANCELLED
    0x8007048F: Cause.RANGE,  # ERROR_DEVICE_NOT_CONNECTED
    0x800705B4: Cause.RANGE,  # ERROR_TIMEOUT
    0x800710DF: Cause.RANGE,  # ERROR_DEVICE_NOT_AVAILABLE
}
_WINDOWS_ATT: Final = 0x80650000
_ATT_PAIRING: Final = frozenset((0x05, 0x08, 0x0C, 0x0F))
"""Authentication, authorization, length of the key, encryption."""
_ATT_UNSUPPORTED: Final = frozenset((0x02, 0x03, 0x06))
"""Reading, writing, the request itself."""


def cause_of_dbus(name: str, text: str) -> Cause:
    """The cause behind a D-Bus error."""
    told = cause_of_text(text)
    return _BLUEZ_NAMES.get(name.removeprefix(_BLUEZ), Cause.UNKNOWN) if told is Cause.UNKNOWN else told


def cause_of_text(text: str) -> Cause:
    """The cause that a message in English tells."""
    small = text.casefold()
    return next((cause for words, cause in _TEXTS if words in small), Cause.UNKNOWN)


def cause_of_att(code: int) -> Cause:
    """The cause behind an error of the attribute protocol, which is the sensor's own answer."""
    if code in _ATT_PAIRING:
        return Cause.PAIRING
    return Cause.UNSUPPORTED if code in _ATT_UNSUPPORTED else Cause.UNKNOWN


def cause_of_windows(code: int) -> Cause:
    """The cause behind an HRESULT, signed as Python gives it or not."""
    code &= 0xFFFFFFFF
    if code & 0xFFFFFF00 == _WINDOWS_ATT:
        return cause_of_att(code & 0xFF)
    return _WINDOWS.get(code, Cause.UNKNOWN)
