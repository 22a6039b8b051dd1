"""The centre stepped away and stayed (B, row *slip*): told, whatever the reps around it are worth."""

from __future__ import annotations

from sensorcoach.kneedrop.grading.levels import at_or_above
from sensorcoach.model import Warning
from sensorcoach.settings import Limit


def sensor_slipped(angle_deg: float, levels: Limit) -> Warning | None:
    """Warning for a step of ``angle_deg``; None for one too small to tell."""
    return at_or_above("sensor_slipped", "deg", angle_deg, levels)
