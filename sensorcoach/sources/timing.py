"""How patient the link is: every wait in one place, so that a test can look at it whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """All in seconds, but ``failures_told`` and ``rebuffs`` (attempts in a row).

    ``search_s``: a sensor that was switched on late still shows up; the whole room has been heard long before.
    ``competitors_s``: sensors advertise at least every 1 to 2 s; after so long a second one would have been heard.
    ``silent_s``: who was not heard for so long, while another of its name began, has changed its address.
    ``remembered_s``: so long the unit used last has to itself before another is considered.
    ``start_s``: the longest start conversation; a step may have to be said again by the radio for seconds.
    ``first_data_s``: from the start to the first samples.
    ``first_pause_s``, ``longest_pause_s``: pauses double while attempts fail. Once samples came the sensor is there,
    and the next pause is the first again, however short the stream: a link that drops every 8 s otherwise loses more
    to the pauses than to the drops. The cap spares the radio, and costs a sensor that comes back less than one
    repetition.
    ``farewell_s``: for the stop conversation; people press Ctrl-C again after 3 s.
    ``battery_every_s``: it is asked after the start and then so often.
    ``asleep_s``: a shorter sleep of the computer is a stall like any other.
    ``look_s``: the link is looked at no less often.
    ``failures_told``: one or two failed attempts are usual (bleak-retry-connector allows four).
    ``rebuffs``: a sensor that says no or sends nothing so often at the beginning will not change its mind.
    """

    search_s: float = 30.0
    competitors_s: float = 4.0
    silent_s: float = 3.0
    remembered_s: float = 10.0
    start_s: float = 60.0
    first_data_s: float = 5.0
    first_pause_s: float = 0.5
    longest_pause_s: float = 4.0
    farewell_s: float = 3.0
    battery_every_s: float = 60.0
    asleep_s: float = 5.0
    look_s: float = 1.0
    failures_told: int = 3
    rebuffs: int = 3

    def pause_s(self, failures: int) -> float:
        """The pause after so many failures in a row (1 is the first)."""
        doublings = min(max(failures - 1, 0), 32)
        return min(self.first_pause_s * 2.0**doublings, self.longest_pause_s)


USUAL: Final = LinkTiming()
