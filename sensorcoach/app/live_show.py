"""A live session as a `Show`: the radio has a thread and a loop of its own, so that no screen can delay it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sensorcoach.app.live import LivePlan
from sensorcoach.app.show import ShowKind, ShowListener
from sensorcoach.errors import SensorcoachError
from sensorcoach.model import Result, Trace
from sensorcoach.session.picture import Picture

if TYPE_CHECKING:
    from sensorcoach.sources.radio import Radio


class LiveShow:
    """See `Show`. `start` begins it; `stop` may be called from any thread and from a signal handler.

    ``radio``: makes the radio, in the session's own thread.
    """

    @property
    def kind(self) -> ShowKind:
        """Live."""
        return "live"

    def __init__(self, radio: Callable[[], Radio], plan: LivePlan) -> None:
        self._radio, self._plan = radio, plan

    def start(self) -> None:
        """Search, connect, stream; returns at once."""
        raise NotImplementedError

    @property
    def now_s(self) -> float:
        """Session time."""
        raise NotImplementedError

    def picture(self) -> Picture:
        """The session now."""
        raise NotImplementedError

    def trace(self, start_s: float, end_s: float) -> Trace:
        """The curves of ``[start_s, end_s)``; the last ten minutes are kept."""
        raise NotImplementedError

    def control(self, action: str, value: str = "") -> None:
        """What the person did: recorded with the session's time, counted with. Nothing while none runs."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ask the session to end well; returns at once, see `over` and `wait`."""
        raise NotImplementedError

    def wait(self, timeout_s: float | None = None) -> bool:
        """Until it is over, at most so long; whether it is."""
        raise NotImplementedError

    @property
    def over(self) -> bool:
        """The recording is closed and the sensor let go."""
        raise NotImplementedError

    def result(self) -> Result | None:
        """What it came to."""
        raise NotImplementedError

    def failure(self) -> SensorcoachError | None:
        """Bluetooth is off, no sensor, ..."""
        raise NotImplementedError

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """Told from the session's thread; it must not block."""
        raise NotImplementedError
