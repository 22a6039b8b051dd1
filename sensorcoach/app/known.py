"""Which sensors can be streamed on this computer."""

from __future__ import annotations

from sensorcoach.devices import plugin_problems
from sensorcoach.folders import folders
from sensorcoach.output.listing import ListedSensor, listed
from sensorcoach.sources.described import all_radio_profiles, description_problems
from sensorcoach.sources.remembered import RememberedSensor, load_remembered

__all__ = ["ListedSensor", "RememberedSensor", "known_sensors", "remembered_sensor", "sensor_problems"]


def known_sensors() -> list[ListedSensor]:
    """All of them, those described by the person first; those that cannot be used are left out."""
    return [listed(profile) for profile in all_radio_profiles(folders().config)]


def sensor_problems() -> list[str]:
    """A sentence for each sensor that cannot be used: described wrongly, or of a package that cannot be loaded."""
    of_packages = [f"{one.name} of {one.package} is left out: {one.reason}." for one in plugin_problems()]
    return [*description_problems(folders().config), *of_packages]


def remembered_sensor() -> RememberedSensor | None:
    """The sensor used last on this computer; its ``name`` is untrusted."""
    return load_remembered(folders().config)[0]
