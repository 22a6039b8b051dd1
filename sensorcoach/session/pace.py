"""Whether samples arrive as fast as the sensor was set to send them."""

from __future__ import annotations

from typing import Final

WINDOW_S: Final = 10.0
"""Streaming without interruption that is looked at: a slow second is a hiccup, ten are the connection."""
ENOUGH: Final = 0.9
"""Of the nominal rate. Clocks of sensors differ by up to 3 % (design.md, Time); a connection interval that is too long
costs a third and more (hbldh/bleak#1446)."""


class Pace:
    """Counts samples in windows of `WINDOW_S`; an interruption begins a new one."""

    def __init__(self, nominal_hz: float) -> None:
        self.nominal_hz = nominal_hz
        self._since: tuple[float, int] | None = None
        self._slow = False

    def interrupted(self) -> None:
        """The stream stalled or the link changed: that time tells nothing of the rate."""
        self._since = None

    def too_slow_hz(self, t_s: float, received: int) -> float | None:
        """Samples a second of the window that ends now, if it is too slow and the one before was not.

        Args:
            t_s: arrival of the newest packet.
            received: samples received so far in the session.
        """
        if self._since is None:
            self._since = t_s, received
            return None
        begun_s, before = self._since
        if t_s - begun_s < WINDOW_S:
            return None
        rate_hz = (received - before) / (t_s - begun_s)
        was_slow, self._slow = self._slow, rate_hz < ENOUGH * self.nominal_hz
        self._since = t_s, received
        return rate_hz if self._slow and not was_slow else None
