"""When movements count: always, but for what the wearer's ``pause`` and ``arm`` leave out (design.md rule 2)."""

from __future__ import annotations

import math


class Armed:
    """Armed throughout until told otherwise; controls come in the order of the stream."""

    def __init__(self) -> None:
        self._pauses: list[tuple[float, float]] = []
        """Half-open stretches ``[since, until)`` of session time, s."""

    def pause(self, t_s: float) -> None:
        """From session time ``t_s`` on nothing counts ..."""
        self._pauses.append((t_s, math.inf))

    def arm(self, t_s: float) -> None:
        """... until here."""
        if self._pauses:
            since, until = self._pauses[-1]
            self._pauses[-1] = since, min(until, t_s)

    def paused_since(self, t_s: float) -> float | None:
        """When the pause began that holds at session time ``t_s``; None where movements count."""
        return next((since for since, until in self._pauses if since <= t_s < until), None)

    def throughout(self, start_s: float, end_s: float) -> bool:
        """No pause touches the time from ``start_s`` to ``end_s``."""
        return not any(start_s < until and end_s >= since for since, until in self._pauses)
