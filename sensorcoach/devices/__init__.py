"""What each sensor says: one file a sensor, pure functions from bytes to samples."""

from __future__ import annotations

from sensorcoach.devices.registry import (
    PROFILES,
    PluginProblem,
    plugin_problems,
    profile_named,
    profile_names,
    radio_profiles,
)

__all__ = ["PROFILES", "PluginProblem", "plugin_problems", "profile_named", "profile_names", "radio_profiles"]
