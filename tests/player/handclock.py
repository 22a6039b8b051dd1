"""A clock whose time a test sets; who sleeps on it wakes when the time has come."""

import threading

PATIENCE_S = 20.0


class HandClock:
    def __init__(self) -> None:
        self._time_s = 1000.0
        self._moved = threading.Condition()

    def now_s(self) -> float:
        return self._time_s

    def sleep_until_s(self, due_s: float) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._time_s >= due_s, PATIENCE_S)

    def forward(self, seconds: float) -> None:
        with self._moved:
            self._time_s += seconds
            self._moved.notify_all()
