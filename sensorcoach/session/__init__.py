"""A live session: what the link gives is recorded raw, then counted and graded, then told."""

from sensorcoach.model import Told
from sensorcoach.session.live import Listener, LiveSession
from sensorcoach.session.raw import Recorder

__all__ = ["Listener", "LiveSession", "Recorder", "Told"]
