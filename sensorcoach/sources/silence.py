"""When silence is a fault: a watch that learns how a sensor's notifications usually come. Pure; time is handed in."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

STALL_S: Final = 1.0
"""Shorter silence is no stall: 13 notifications a second with an interval of 30 ms arrive up to 0.24 s apart (a real
capture), and a person takes a second to notice."""
STALL_GAPS: Final = 3.0
STALL_AT_MOST_S: Final = 10.0
"""However slow the sensor: more than twice the gap of one that sends a batch every 4 s."""
GONE_S: Final = 4.0
"""A computer that was busy for 3 s delivers the whole backlog (measured on BlueZ); a link that is silent for longer is
not worth waiting for."""
GONE_STALLS: Final = 2.0
LEARNT_SHARE: Final = 0.95
LEARNT_OVER: Final = 256
"""Gaps: the last 2.5 to 25 s of a stream."""


class SilenceWatch:
    """Times in seconds of one clock. What was learnt outlasts a connection; gaps across connections do not count."""

    def __init__(self) -> None:
        self._gaps_s: deque[float] = deque(maxlen=LEARNT_OVER)
        self._last_s: float | None = None
        self._since_s = 0.0
        self._suspicious = False
        self._gathers_s = 0.0

    def connected(self, now_s: float, gathers_s: float = 0.0) -> None:
        """A new connection: silence is counted from now. A sensor that gathers samples may be silent for so long."""
        self._last_s = None
        self._gathers_s = gathers_s
        self._since_s = now_s
        self._suspicious = False

    def heard(self, now_s: float) -> None:
        """A notification of the data channel. Constant time: called in the radio's callback."""
        if self._last_s is not None:
            self._gaps_s.append(now_s - self._last_s)
        self._last_s = now_s
        self._suspicious = False

    def resumed(self, now_s: float) -> None:
        """The computer slept: count silence from now, but do not wait long. The link rarely survives that."""
        if self._last_s is not None:
            self._last_s = now_s
        self._since_s = now_s
        self._suspicious = True

    @property
    def last_s(self) -> float | None:
        """When data was last heard on this connection; None: not yet."""
        return self._last_s

    @property
    def learnt_gap_s(self) -> float:
        """95 % of the gaps were no longer; 0 before the first."""
        if not self._gaps_s:
            return 0.0
        ordered = sorted(self._gaps_s)
        return ordered[math.ceil(LEARNT_SHARE * len(ordered)) - 1]

    @property
    def stalled_at_s(self) -> float:
        """If nothing comes before this moment, the stream has stalled."""
        return self._quiet_since_s + self._stall_s

    @property
    def gone_at_s(self) -> float:
        """If nothing comes before this moment, the link is to be torn down."""
        if self._suspicious:
            return self.stalled_at_s
        return self._quiet_since_s + max(GONE_S, GONE_STALLS * self._stall_s)

    @property
    def _quiet_since_s(self) -> float:
        return self._since_s if self._last_s is None else self._last_s

    @property
    def _stall_s(self) -> float:
        return min(max(STALL_S, self._gathers_s, STALL_GAPS * self.learnt_gap_s), STALL_AT_MOST_S)
