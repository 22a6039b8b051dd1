"""A session: what the link gives is recorded raw, then counted and graded, then told (`live`); what was told, put into
one picture a screen can show (`board`, `picture`), kept in order to be played again (`tape`), with its curves (`ring`).
"""

from sensorcoach.model import Told
from sensorcoach.session.live import Listener, LiveSession
from sensorcoach.session.raw import Recorder

__all__ = ["Listener", "LiveSession", "Recorder", "Told"]
