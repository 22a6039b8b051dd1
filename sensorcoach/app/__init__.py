"""What a front may ask for: analyse, replay, convert, simulate; list and search for sensors, go live; say where things
are and what is wrong. A front asks this room only.
"""

from sensorcoach.app.health import Check, Place, doctor, where
from sensorcoach.app.known import ListedSensor, known_sensors, sensor_problems
from sensorcoach.app.live import Live, LivePlan, go_live, live_plan, stream
from sensorcoach.app.radio import bluetooth
from sensorcoach.app.scan import HeardSensor, scan
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
