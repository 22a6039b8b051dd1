"""What a front may ask for: analyse, replay, convert, simulate; list and search for sensors, go live; say where things
are and what is wrong. A front asks this room only.

A name is loaded when it is first asked for, so that a screen is up before the filters are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.app.air import HeardSensor, scan
    from sensorcoach.app.health import Check, Place, doctor, where
    from sensorcoach.app.known import ListedSensor, known_sensors, sensor_problems
    from sensorcoach.app.live import Live, LivePlan, go_live, live_plan, stream
    from sensorcoach.app.radio import bluetooth
    from sensorcoach.app.sessions import (
        DEMO,
        Failure,
        analyze_sessions,
        import_session,
        replay_demo,
        replay_files,
        sessions_in,
        write_simulation,
    )
    from sensorcoach.sources.radio import Found

__all__ = [
    "DEMO",
    "Check",
    "Failure",
    "Found",
    "HeardSensor",
    "ListedSensor",
    "Live",
    "LivePlan",
    "Place",
    "analyze_sessions",
    "bluetooth",
    "doctor",
    "go_live",
    "import_session",
    "known_sensors",
    "live_plan",
    "replay_demo",
    "replay_files",
    "scan",
    "sensor_problems",
    "sessions_in",
    "stream",
    "where",
    "write_simulation",
]

_HELD_BY = {
    "sensorcoach.app.air": ("HeardSensor", "scan"),
    "sensorcoach.app.health": ("Check", "Place", "doctor", "where"),
    "sensorcoach.app.known": ("ListedSensor", "known_sensors", "sensor_problems"),
    "sensorcoach.app.live": ("Live", "LivePlan", "go_live", "live_plan", "stream"),
    "sensorcoach.app.radio": ("bluetooth",),
    "sensorcoach.app.sessions": (
        "DEMO",
        "Failure",
        "analyze_sessions",
        "import_session",
        "replay_demo",
        "replay_files",
        "sessions_in",
        "write_simulation",
    ),
    "sensorcoach.sources.radio": ("Found",),
}
"""No name may be that of a module in here: the module would hide it."""
_MODULE_OF = {name: module for module, names in _HELD_BY.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
