"""Which correction is due: severe at once, else what keeps showing; one at a time, in the order of speech."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from sensorcoach.kneedrop.grading import ORDER_OF_SPEECH, settle
from sensorcoach.kneedrop.grading.session import rocking
from sensorcoach.model import Rep, Warning
from sensorcoach.settings import Settings


class Memory:
    """The final repetitions of a session, and what they showed."""

    def __init__(self, settings: Settings) -> None:
        self._limits, self._coach = settings.limits, settings.coach
        self._reps: list[Rep] = []
        self._rocks = False

    def keep(self, rep: Rep) -> None:
        """The next final repetition."""
        self._reps.append(rep)
        self._rocks = self._rocks or rocking(self._reps, self._limits) is not None

    def forget(self, index: int) -> None:
        """It was none after all."""
        self._reps = [rep for rep in self._reps if rep.index != index]

    def reps(self, undone: frozenset[int]) -> tuple[Rep, ...]:
        """Those that count, without a `short_hold` each where somebody rocks (definitions.md C)."""
        return settle([rep for rep in self._reps if rep.index not in undone], self._limits)

    def spoken_of(self, rep: Rep) -> tuple[Warning, ...]:
        """The warnings of the next repetition; who rocks is not told about each hold."""
        rocks = self._rocks or rocking((*self._reps, rep), self._limits) is not None
        return tuple(one for one in rep.warnings if not (rocks and one.code == "short_hold"))

    def due(self, shown: Iterable[Warning], undone: frozenset[int]) -> list[Warning]:
        """Those of the warnings of the next repetition that are to be spoken, of what it has ``shown`` so far."""
        recent = self._last(self._coach.recent_reps - 1, undone)
        return [one for one in shown if one.severity == "severe" or self._keeps_showing(one, recent)]

    def _last(self, n: int, undone: frozenset[int]) -> list[Rep]:
        standing = (rep for rep in reversed(self._reps) if rep.index not in undone)
        return list(islice(standing, n))

    def _keeps_showing(self, warning: Warning, recent: list[Rep]) -> bool:
        if warning.severity == "note":
            return False
        showing = 1 + sum(warning.code in _told(rep) for rep in recent)
        return showing >= self._coach.showing_reps


def first_in_order(codes: Iterable[str]) -> str | None:
    """The one to be spoken first."""
    return min(codes, key=ORDER_OF_SPEECH.index, default=None)


def _told(rep: Rep) -> set[str]:
    return {warning.code for warning in rep.warnings if warning.severity != "note"}
