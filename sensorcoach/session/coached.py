"""What is told, and in its place what the coach says to it."""

from __future__ import annotations

from collections.abc import Callable

from sensorcoach.model import Told
from sensorcoach.session.tape import Advising, known_s


class Coached:
    """``tell`` in order; ``listener`` is told the same, and the cues: those due before it, then those about it."""

    def __init__(self, coach: Advising, listener: Callable[[Told], None]) -> None:
        self._coach, self._listener = coach, listener

    def tell(self, told: Told) -> None:
        """The next one."""
        self.advance(known_s(told))
        self._listener(told)
        for cue in self._coach.push((told,)):
            self._listener(cue)

    def advance(self, t_s: float) -> None:
        """Nothing else became known up to session time ``t_s``."""
        for cue in self._coach.advance(t_s):
            self._listener(cue)

    def close(self, t_s: float) -> None:
        """Nothing else will become known."""
        for cue in self._coach.close(t_s):
            self._listener(cue)
