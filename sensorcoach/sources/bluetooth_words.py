"""What to tell a person whose Bluetooth does not work, and what to do about it on each system."""

from __future__ import annotations

import sys
from typing import Final

from sensorcoach.errors import BluetoothError
from sensorcoach.sources.causes import Cause
from sensorcoach.sources.surroundings import Surroundings, surroundings

LINUX: Final = "linux"
MACOS: Final = "darwin"
WINDOWS: Final = "win32"

_WHAT: Final = {
    "NO_BLUETOOTH": "This computer has no Bluetooth adapter that could be used.",
    "NO_BLE_CENTRAL_ROLE": "The Bluetooth adapter of this computer cannot connect to Low Energy sensors.",
    "POWERED_OFF": "Bluetooth is switched off.",
    "DENIED_BY_USER": "This program may not use Bluetooth: permission was denied.",
    "DENIED_BY_SYSTEM": "This program may not use Bluetooth: the system forbids it.",
    "DENIED_BY_UNKNOWN": "This program may not use Bluetooth.",
    "NO_SERVICE": "The Bluetooth service of this computer does not answer.",
    "NO_BUS": "The Bluetooth service of this computer does not answer: there is no system bus (D-Bus) to ask it over.",
    "OLD_SERVICE": "The Bluetooth service of this computer is too old.",
    "NO_ANSWER": "Bluetooth of this computer did not answer in time.",
    "GUI_THREAD": "Windows delivers no Bluetooth messages to this program: its main thread is set up for windows.",
}
_UNKNOWN: Final = "Bluetooth of this computer cannot be used, for a reason it does not tell."
_DENIED: Final = frozenset(("DENIED_BY_USER", "DENIED_BY_SYSTEM", "DENIED_BY_UNKNOWN"))

_PERMIT: Final = {
    LINUX: "Ask the administrator to let you use it: `sudo usermod -aG bluetooth $USER`, then log out and in. "
    "If that does not help, the system's D-Bus policy forbids it.",
    MACOS: "Open System Settings > Privacy & Security > Bluetooth, allow the terminal (or app) you start sensorcoach "
    "from, then close it and start again.",
    WINDOWS: "Open Settings > Privacy & security > Radios and allow desktop apps, then start again.",
}
_SWITCH_ON: Final = {
    LINUX: "Switch it on in the system's settings, or run `rfkill unblock bluetooth` and `bluetoothctl power on`.",
    MACOS: "Switch it on in the menu bar or in System Settings > Bluetooth.",
    WINDOWS: "Switch it on in Settings > Bluetooth & devices; check that flight mode is off.",
}
_PLUG_IN: Final = {
    LINUX: "Plug in a Bluetooth adapter (4.0 or newer); `bluetoothctl list` shows whether the system knows it. "
    "A virtual machine or container must be given the adapter.",
    MACOS: "Restart the computer; if System Settings > Bluetooth stays empty, its Bluetooth is broken.",
    WINDOWS: "Plug in a Bluetooth adapter (4.0 or newer); Device Manager shows whether its driver is missing.",
}
_RESTART: Final = {
    MACOS: "Switch Bluetooth off and on, then try again. If a window asks for permission, allow it.",
    WINDOWS: "Switch Bluetooth off and on in Settings > Bluetooth & devices, then try again.",
}

_PAIR: Final = {
    LINUX: "Pair it: start `bluetoothctl`, type `scan on`, then `pair` and its address.",
    MACOS: "Allow it in the window that macOS shows.",
    WINDOWS: "Pair it in Settings > Bluetooth & devices > Add device.",
}
_PAIRED_BEFORE: Final = (
    "If it was paired before, remove the old pairing first. "
    "On a micro:bit, flash its program with 'No Pairing Required' in the project's settings."
)
_LET_GO: Final = {
    LINUX: "`bluetoothctl disconnect` lets go of it for all.",
    MACOS: "Switching Bluetooth off and on lets go of it for all.",
    WINDOWS: "Desktop apps must be allowed in Settings > Privacy & security > Radios.",
}
_CAUSES: Final = {
    Cause.PAIRING: "The sensor wants to be paired first.",
    Cause.HELD: "Another program on this computer holds the sensor.",
    Cause.UNSUPPORTED: "The sensor, or this computer's Bluetooth, does not support what it is asked.",
    Cause.RANGE: "The sensor could not be reached.",
    Cause.BUSY: "Bluetooth of this computer is busy.",
}
_CAUSE_ADVICE: Final = {
    Cause.UNSUPPORTED: "Check --profile; update the sensor's firmware.",
    Cause.RANGE: "Take it nearer to the computer; check its battery.",
    Cause.BUSY: "It is tried again soon; end other programs that search for devices.",
}


def told_cause(cause: Cause, platform: str = sys.platform) -> tuple[str, str]:
    """What to tell of a cause that is known, and what to do about it on this system."""
    if cause is Cause.PAIRING:
        return _CAUSES[cause], f"{_PAIR.get(platform, _PAIR[LINUX])} {_PAIRED_BEFORE}"
    if cause is Cause.HELD:
        end = "End it (a maker's app, a page in a browser, another sensorcoach)."
        return _CAUSES[cause], f"{end} {_LET_GO.get(platform, _LET_GO[LINUX])}"
    return _CAUSES[cause], _CAUSE_ADVICE[cause]


def cannot_use(reason: str, platform: str = sys.platform, where: Surroundings | None = None) -> BluetoothError:
    """The error for ``reason``: a name of bleak's `BleakBluetoothNotAvailableReason`, or one of our own above.

    ``where``: this program runs; None: look.
    """
    return BluetoothError(_WHAT.get(reason, _UNKNOWN), _advice(reason, platform, where or surroundings()))


def restart_advice(platform: str = sys.platform, where: Surroundings | None = None) -> str:
    """How Bluetooth is restarted."""
    if platform in (MACOS, WINDOWS):
        return _RESTART[platform]
    where = where or surroundings()
    if where.wsl:
        return _WSL
    if where.container:
        return "Restart the Bluetooth service of the computer that the container runs on, then try again."
    how = "systemctl restart bluetooth" if where.systemd else "service bluetooth restart"
    return f"Run `sudo {how}` (package bluez), then try again."


_WSL: Final = (
    "WSL has no Bluetooth of its own: install sensorcoach in Windows itself; or attach an adapter by usbipd-win, with "
    "a kernel that has Bluetooth."
)
_CONTAINER: Final = (
    "This program runs in a container: mount the system's bus into it (`-v /run/dbus:/run/dbus`), and start bluetoothd "
    "on the computer outside."
)


def _linux_advice(reason: str, where: Surroundings) -> str | None:
    """What helps where the reason lies in what this program runs in."""
    if where.wsl and reason in ("NO_BUS", "NO_SERVICE", "NO_BLUETOOTH"):
        return _WSL
    if where.container and reason in ("NO_BUS", "NO_SERVICE"):  # a service that answers lacks the adapter only
        return _CONTAINER
    if reason in _DENIED and where.container:
        return f"{_CONTAINER} The user in the container needs the rights of one outside."
    return None


def _advice(reason: str, platform: str, where: Surroundings) -> str:
    around = _linux_advice(reason, where) if platform not in (MACOS, WINDOWS) else None
    if around is not None:
        return around
    if reason in _DENIED:
        advice = _PERMIT
    elif reason == "POWERED_OFF":
        advice = _SWITCH_ON
    elif reason in ("NO_BLUETOOTH", "NO_BLE_CENTRAL_ROLE"):
        advice = _PLUG_IN
    elif reason == "OLD_SERVICE":
        return "Update the system's package bluez to 5.55 or newer."
    elif reason == "GUI_THREAD":
        return "Start sensorcoach from a plain console, without libraries that import pythoncom (pywin32)."
    else:
        return restart_advice(platform, where)
    return advice.get(platform) or advice[LINUX]


def stale_characteristics_advice(platform: str = sys.platform) -> str:
    """What helps when the computer remembers characteristics that the sensor had before its firmware was changed."""
    if platform == LINUX:
        return (
            "If its firmware was changed, the computer may remember the old one: "
            "`bluetoothctl remove` and its address makes it forget."
        )
    if platform == WINDOWS:
        return (
            "If its firmware was changed, the computer may remember the old one: "
            "remove the device in Settings > Bluetooth & devices."
        )
    return "If its firmware was changed, switch Bluetooth off and on, so that the computer forgets the old one."
