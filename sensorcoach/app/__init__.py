"""What a front may ask for: analyse, replay, simulate; search for sensors, go live; say where things are and what is
wrong. A front asks this room only.
"""

from sensorcoach.app.health import Check, Place, doctor, where
from sensorcoach.app.live import Live, LivePlan, go_live, live_plan, stream
from sensorcoach.app.radio import bluetooth
from sensorcoach.app.scan import HeardSensor, scan
from sensorcoach.app.sessions import (
    DEMO,
    Failure,
    analyze_sessions,
    replay_demo,
    replay_file,
    write_simulation,
)
from sensorcoach.sources.radio import Found

__all__ = [
    "DEMO",
    "Check",
    "Failure",
    "Found",
    "HeardSensor",
    "Live",
    "LivePlan",
    "Place",
    "analyze_sessions",
    "bluetooth",
    "doctor",
    "go_live",
    "live_plan",
    "replay_demo",
    "replay_file",
    "scan",
    "stream",
    "where",
    "write_simulation",
]
