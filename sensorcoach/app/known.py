"""Which sensors can be streamed on this computer."""

from __future__ import annotations

from sensorcoach.devices import plugin_problems
from sensorcoach.folders import folders
from sensorcoach.output.listing import ListedSensor, listed
from sensorcoach.sources.described import all_radio_profiles

__all__ = ["ListedSensor", "known_sensors"]


def known_sensors() -> tuple[list[ListedSensor], list[str]]:
    """All of them, those described by the person first; and a sentence for each that cannot be used.

    Raises:
        SettingsError: a description of a sensor in the configuration's folder is wrong.
    """
    problems = [f"{one.name} of {one.package} is left out: {one.reason}." for one in plugin_problems()]
    return [listed(profile) for profile in all_radio_profiles(folders().config)], problems
