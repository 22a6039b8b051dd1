"""Those who want to be told at once: each news from a thread that nobody else waits for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

from sensorcoach import logfile
from sensorcoach.app.show import Heard, ShowListener

WAITING: Final = 1000
"""So much may wait for a listener that is slow, a minute of a live session; the oldest goes first."""


class Heralds:
    """``tell`` returns at once, whatever the listeners do. One that fails is told nothing more."""

    def __init__(self) -> None:
        self._listeners: list[ShowListener] = []
        self._waiting: deque[Heard] = deque(maxlen=WAITING)
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._listeners)

    def subscribe(self, listener: ShowListener) -> Callable[[], None]:
        """From now on; gives what takes it off again."""
        with self._news:
            self._listeners = [*self._listeners, listener]
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heralds", daemon=True)
                self._thread.start()
        return lambda: self._dismiss(listener)

    def tell(self, news: Heard) -> None:
        """Pass it on soon."""
        if self._listeners:
            with self._news:
                self._waiting.append(news)
                self._news.notify()

    def forget(self) -> None:
        """What waits is out of date."""
        with self._news:
            self._waiting.clear()

    def close(self) -> None:
        """Tell what waits, then nothing more."""
        with self._news:
            self._closed = True
            self._news.notify()

    def _dismiss(self, listener: ShowListener) -> None:
        with self._news:
            self._listeners = [one for one in self._listeners if one is not listener]

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                news, listeners = self._waiting.popleft(), self._listeners
            for listener in listeners:
                self._tell_one(listener, news)

    def _tell_one(self, listener: ShowListener, news: Heard) -> None:
        try:
            listener(news)
        except Exception as error:  # a voice that breaks must not end a session, nor be heard of at every cue
            logfile.note_error(error)
            self._dismiss(listener)
