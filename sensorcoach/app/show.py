"""What a session screen is given: one shape for live, replay and demo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result, Told, Trace
from sensorcoach.session.picture import Picture

ShowKind = Literal["live", "replay", "demo"]
Heard = Told
"""Everything that is told, in its order; a listener picks what concerns it."""
ShowListener = Callable[[Heard], None]


class Show(Protocol):
    """A session to look at. Every call returns at once and may come from any thread."""

    @property
    def kind(self) -> ShowKind:
        """Where it comes from."""

    @property
    def now_s(self) -> float:
        """The present, in session time: of the clock (live), of the cursor (replay)."""

    def picture(self) -> Picture:
        """The session as it stands at `now_s`."""

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)`` as far as they are known and kept, at most up to `now_s`."""

    def control(self, action: str, value: str = "") -> None:
        """What the person did (`model.Control`): recorded, counted with. Does nothing in a replay."""

    def stop(self) -> None:
        """End it well: the recording is closed, the sensor let go. A second call does nothing."""

    def result(self) -> Result | None:
        """What it came to; None while it goes on, or where nothing was received."""

    @property
    def over(self) -> bool:
        """Nothing more will be told: `result` and `failure` are what they stay."""

    def failure(self) -> SensorcoachError | None:
        """What ended it before its time, with advice; None if nothing did."""

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """``listener`` is told everything as it comes, from a thread of its own; gives what takes it off again.

        A listener that is slow misses the oldest, and delays nobody else.
        """
