"""What a front may ask for: analyse, replay, convert, simulate; list and search for sensors, go live; say where things
are and what is wrong. A front asks this room only.

Names are loaded when first asked for, so that a screen is up before the filters are.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sensorcoach.app.health import Check as Check
    from sensorcoach.app.health import Place as Place
    from sensorcoach.app.health import doctor as doctor
    from sensorcoach.app.health import where as where
    from sensorcoach.app.heard import HeardSensor as HeardSensor
    from sensorcoach.app.heard import scan as scan
    from sensorcoach.app.known import ListedSensor as ListedSensor
    from sensorcoach.app.known import known_sensors as known_sensors
    from sensorcoach.app.known import sensor_problems as sensor_problems
    from sensorcoach.app.live import Live as Live
    from sensorcoach.app.live import LivePlan as LivePlan
    from sensorcoach.app.live import go_live as go_live
    from sensorcoach.app.live import live_plan as live_plan
    from sensorcoach.app.live import stream as stream
    from sensorcoach.app.radio import bluetooth as bluetooth
    from sensorcoach.app.sessions import DEMO as DEMO
    from sensorcoach.app.sessions import Failure as Failure
    from sensorcoach.app.sessions import analyze_sessions as analyze_sessions
    from sensorcoach.app.sessions import import_session as import_session
    from sensorcoach.app.sessions import replay_demo as replay_demo
    from sensorcoach.app.sessions import replay_files as replay_files
    from sensorcoach.app.sessions import sessions_in as sessions_in
    from sensorcoach.app.sessions import write_simulation as write_simulation
    from sensorcoach.sources.radio import Found as Found

_HOMES = {
    "sensorcoach.app.health": ("Check", "Place", "doctor", "where"),
    "sensorcoach.app.heard": ("HeardSensor", "scan"),
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
"""Where each name is at home; no name may be that of a module in here."""


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
