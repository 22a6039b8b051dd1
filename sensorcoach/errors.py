"""The few errors sensorcoach raises on purpose. Each one ends in advice: what the person can do now."""

from __future__ import annotations


class SensorcoachError(Exception):
    """Base of all errors meant for a person's eyes.

    ``message`` says what is wrong (with expected and actual), ``advice`` what to do about it.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}")
        self.message = message
        self.advice = advice


class InputError(SensorcoachError):
    """A file or an array cannot be analysed: empty, no gravity, too slow, not numbers."""


class RecordingError(SensorcoachError):
    """A session file is damaged beyond what can be read; names the line."""


class LogbookError(SensorcoachError):
    """The logbook cannot be used: damaged, in use, of a newer version. The recordings it was made of are untouched."""


class SettingsError(SensorcoachError):
    """A settings file is wrong; names file, key, value and what is allowed."""


class DecodeError(SensorcoachError):
    """Bytes that are not what the device profile expects."""


class CutPacket(DecodeError):
    """A packet shorter than its own header says: the link carries less in one piece than the sensor sends."""


class BluetoothError(SensorcoachError):
    """Bluetooth of the computer cannot be used: none, off, not permitted."""


class SensorError(SensorcoachError):
    """The sensor: not found, not of this profile, refuses, sends nothing."""
