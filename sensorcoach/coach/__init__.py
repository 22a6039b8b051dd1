"""What to tell the person while they move: graded repetitions -> cues, and cues -> words of a language."""

from sensorcoach.coach.coach import Coach

__all__ = ["Coach"]
