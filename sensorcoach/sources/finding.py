"""Which of the devices heard is the sensor that is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sensorcoach.sources.radio import Found
from sensorcoach.sources.remembered import RememberedSensor


@dataclass(frozen=True, slots=True)
class Wanted:
    """``device``: name, beginning of a name, or address, as typed. ``profile``: forced, by name. ``remembered``: the
    unit used last. ``choose``: asked, in a thread of its own, when several match (best first); None means none of them.
    """

    device: str | None = None
    profile: str | None = None
    remembered: RememberedSensor | None = None
    choose: Callable[[Sequence[Found]], Found | None] | None = None
