"""What is heard: the coach's cues as tones and speech, on a sound device, as terminal bells, or in a WAV file."""

from sensorcoach.voice.hearing import Voice

__all__ = ["Voice"]
